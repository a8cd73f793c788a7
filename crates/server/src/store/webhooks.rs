//! Addresses of others that are sent events, and how far each has come (EV-4).
//!
//! **Invariant:** no secret is listed, and how far one has come is moved only by the process whose turn it is.

use std::fmt;

use callboard_catalog::EventType;
use callboard_model::{TenantId, Timestamp, UserId, WebhookId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::members::Unwritten;
use super::outlets::in_turn;
use super::save::{Attempt, Author};
use super::{Store, statements};
use crate::auth::SigningSecret;
use crate::error::Result;

/// What all of them together are called among outlets.
pub const OUTLET: &str = "webhooks";
/// Webhooks of one company at most; one more is refused.
pub const WEBHOOKS_MAX: u64 = 20;

/// Where a webhook leads. It may carry a password or a token of its owner's, so it is shown to administrators alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct WebhookUrl(pub String);

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookUrl(…)")
    }
}

/// A webhook as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Webhook)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/events.md")]
pub struct WebhookEntry {
    pub webhook_id: WebhookId,
    pub name: String,
    pub url: WebhookUrl,
    /// The kinds that it is sent; none for every kind.
    #[schema(value_type = Vec<String>)]
    pub event_types: Vec<EventType>,
    pub created_at: Timestamp,
    pub created_by: UserId,
    /// Whether it is sent anything.
    pub is_active: bool,
    /// Tries in a row that failed.
    pub failures: u32,
    pub next_try_at: Option<Timestamp>,
    pub last_tried_at: Option<Timestamp>,
    /// How the last try ended: a status, or `timeout`, `unreachable`, `forbidden_target`, `log_gone`.
    pub last_outcome: Option<String>,
    /// Since when it is sent nothing any more.
    pub disabled_at: Option<Timestamp>,
}

/// A webhook that is to be.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    /// What it is called among programs.
    pub id: WebhookId,
    /// What it is for.
    pub name: String,
    /// Where it leads.
    pub url: WebhookUrl,
    /// The kinds that it is sent; none for every kind.
    pub event_types: Vec<EventType>,
    /// What its messages are signed with.
    pub secret: SigningSecret,
}

/// A webhook as who sends needs it.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub id: WebhookId,
    /// Where it leads.
    pub url: WebhookUrl,
    /// The kinds that it is sent; none for every kind.
    pub event_types: Vec<EventType>,
    /// What its messages are signed with.
    pub secret: SigningSecret,
    /// The last event that it took.
    pub place: u64,
    /// Tries in a row that failed.
    pub failures: u32,
}

/// How far a webhook has come with a try.
#[derive(Clone, Debug)]
pub struct Progress {
    /// When it was tried.
    pub at: Timestamp,
    /// How that ended, in a word; `None` where nothing had to be sent.
    pub outcome: Option<String>,
    /// What is so now.
    pub state: State,
}

/// What is so of a webhook after a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It has everything up to this place.
    At(u64),
    /// So many tries in a row failed, and the next one is then.
    Again(u32, Timestamp),
    /// So many tries in a row failed, and there is none any more.
    Disabled(u32),
}

impl Store {
    /// The webhooks of a company, oldest first.
    pub async fn webhooks(&self, tenant: &TenantId) -> Result<Vec<WebhookEntry>> {
        let tenant = tenant.clone();
        self.read(move |db| statements::webhooks::list(db, &tenant)).await
    }

    /// One of them, to be tried.
    pub async fn webhook(&self, tenant: &TenantId, id: &WebhookId) -> Result<Option<Webhook>> {
        let (tenant, id) = (tenant.clone(), id.clone());
        self.read(move |db| statements::webhooks::one(db, &tenant, &id)).await
    }

    /// Adds one. It is sent what happens from now on.
    pub async fn add_webhook(
        &self,
        author: Author,
        new: NewWebhook,
    ) -> Result<Attempt<WebhookEntry, Unwritten>> {
        let tenant = author.tenant.clone();
        self.write(&tenant, move |db| statements::webhooks::add(db, &author, &new)).await
    }

    /// Switches one off, or on again: then it goes on where it stopped, or with the oldest event that there still is.
    pub async fn turn_webhook(
        &self,
        author: Author,
        id: WebhookId,
        on: bool,
    ) -> Result<Attempt<WebhookEntry, Unwritten>> {
        let tenant = author.tenant.clone();
        self.write(&tenant, move |db| statements::webhooks::turn(db, &author, &id, on)).await
    }

    /// Takes one away.
    pub async fn remove_webhook(&self, author: Author, id: WebhookId) -> Result<Attempt<(), Unwritten>> {
        let tenant = author.tenant.clone();
        self.write(&tenant, move |db| statements::webhooks::remove(db, &author, &id)).await
    }

    /// Those for which something waits and whose time has come, for the process whose turn it is; `None` for any other.
    pub async fn webhooks_turn(&self, now: Timestamp) -> Result<Option<Vec<Webhook>>> {
        in_turn(self.engine.look(move |db| statements::webhooks::due(db, now)).await)
    }

    /// Notes what became of a try.
    pub async fn webhook_tried(&self, webhook: &Webhook, progress: Progress) -> Result<()> {
        let (tenant, id) = (webhook.tenant.clone(), webhook.id.clone());
        self.engine.relay(move |db| statements::webhooks::tried(db, &tenant, &id, &progress)).await
    }
}
