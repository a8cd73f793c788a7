//! The event log: what is asked of it, and what is only played (EV-4, EV-5).
//!
//! **Invariant:** nothing is told here but what a change wrote, or what says of itself that it is simulated.

use std::convert::Infallible;

use callboard_catalog::EventType;
use callboard_model::{TicketId, Timestamp};
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::save::{Attempt, Author};
use super::statements::events::Occasion;
use super::statements::idempotency;
use super::{Store, statements};
use crate::auth::Caller;
use crate::domain::events::Happening;
use crate::error::Result;

/// Which part of the log.
#[derive(Clone, Debug, Default)]
pub struct EventQuery {
    /// What came after this place.
    pub since: u64,
    /// Of these kinds; of all where none is given.
    pub types: Vec<EventType>,
    /// About this ticket.
    pub ticket: Option<TicketId>,
    /// At most so many.
    pub limit: u32,
}

/// A page of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Events {
    /// Oldest first.
    pub told: Vec<Told>,
    /// Where the next page begins.
    pub next: u64,
    /// Whether there is one already.
    pub has_more: bool,
}

/// One event as it was told.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Event)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Told {
    pub seq: u64,
    pub event_id: String,
    pub event_type: String,
    pub occurred_at: Timestamp,
    #[schema(value_type = Object)]
    pub payload: Json,
    pub simulated: bool,
}

impl Store {
    /// A page of the log; `None` when it no longer reaches back so far.
    pub async fn events(&self, caller: &Caller, query: EventQuery) -> Result<Option<Events>> {
        let (tenant, limits) = (caller.tenant.clone(), self.limits);
        self.read(move |db| statements::events::list(db, &tenant, &query, limits)).await
    }

    /// Tells an event of which nothing happened, and says under which name.
    pub async fn simulate(
        &self,
        author: Author,
        happening: Happening,
    ) -> Result<Attempt<String, Infallible>> {
        let (tenant, limits) = (author.tenant.clone(), self.limits);
        self.write(&tenant, move |db| {
            idempotency::once(db, &author, |db| {
                let occasion = Occasion {
                    tenant: &author.tenant,
                    actor: &author.person,
                    now: author.now,
                    ticket: None,
                    is_simulated: true,
                };
                let names = statements::events::add(db, occasion, vec![happening], limits)?;
                Ok(Ok(names.into_iter().next().unwrap_or_default()))
            })
        })
        .await
    }
}
