//! The event log: what is asked of it, and what is only played (EV-4, EV-5).
//!
//! **Invariant:** nothing is told here but what a change wrote, or what says of itself that it is simulated.

use std::convert::Infallible;

use callboard_catalog::EventType;
use callboard_model::{ChangeId, SessionId, SocketId, TenantId, TicketId, Timestamp, UserId};
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
    /// The last of them and not the first; the page ends where the log does.
    pub newest_first: bool,
}

/// A page of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Events {
    /// Oldest first, unless the newest were asked for first.
    pub told: Vec<Told>,
    /// Where the next page begins.
    pub next: u64,
    /// Whether there is one already.
    pub has_more: bool,
}

/// What a tenant has told since a place.
#[derive(Debug)]
pub struct News {
    /// Who.
    pub tenant: TenantId,
    /// What; `None` when the log no longer reaches back so far.
    pub events: Option<Events>,
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
    // What follows is for gateways, and not part of what the log shows.
    #[serde(skip)]
    pub tenant: TenantId,
    #[serde(skip)]
    pub ticket: Option<TicketId>,
    /// Whose doing it was.
    #[serde(skip)]
    pub actor: Option<UserId>,
    /// The console that it came from (`X-Tab-ID`).
    #[serde(skip)]
    pub origin: Option<SessionId>,
    /// The socket of whoever did it (`X-Socket-ID`).
    #[serde(skip)]
    pub socket: Option<SocketId>,
    /// The request that it is part of; not known of an event from before this was kept.
    #[serde(skip)]
    pub change: Option<ChangeId>,
}

impl Store {
    /// A page of the log; `None` when it no longer reaches back so far.
    pub async fn events(&self, caller: &Caller, query: EventQuery) -> Result<Option<Events>> {
        let (tenant, limits) = (caller.tenant.clone(), self.limits);
        self.read(move |db| statements::events::list(db, &tenant, &query, limits)).await
    }

    /// Where the log of a tenant ends now.
    pub async fn newest_event(&self, tenant: &TenantId) -> Result<u64> {
        let tenant = tenant.clone();
        self.read(move |db| statements::events::newest(db, &tenant)).await
    }

    /// The oldest event that the log of a tenant still has; where it has none, the one that comes next.
    pub async fn oldest_event(&self, tenant: &TenantId) -> Result<u64> {
        let tenant = tenant.clone();
        self.read(move |db| statements::events::oldest(db, &tenant)).await
    }

    /// What was told of these kinds (none: of all) behind a place; `None` when the log no longer reaches back so far.
    pub async fn events_behind(
        &self,
        tenant: &TenantId,
        since: u64,
        types: Vec<EventType>,
        limit: u32,
    ) -> Result<Option<Events>> {
        let (tenant, limits) = (tenant.clone(), self.limits);
        let query = EventQuery { since, types, limit, ..EventQuery::default() };
        self.read(move |db| statements::events::list(db, &tenant, &query, limits)).await
    }

    /// What was told behind each of these places, of those tenants where something was: on one snapshot.
    pub async fn news(&self, places: Vec<(TenantId, u64)>, limit: u32) -> Result<Vec<News>> {
        let limits = self.limits;
        self.read(move |db| {
            let mut news = Vec::new();
            for (tenant, since) in places {
                if statements::events::newest(db, &tenant)? == since {
                    continue;
                }
                let query = EventQuery { since, limit, ..EventQuery::default() };
                let events = statements::events::list(db, &tenant, &query, limits)?;
                news.push(News { tenant, events });
            }
            Ok(news)
        })
        .await
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
                let occasion = Occasion { is_simulated: true, ..Occasion::of(&author) };
                let names = statements::events::add(db, occasion, vec![happening], limits)?;
                Ok(Ok(names.into_iter().next().unwrap_or_default()))
            })
        })
        .await
    }
}
