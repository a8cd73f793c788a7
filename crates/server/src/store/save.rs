//! Writes of tickets and their outcomes.
//!
//! It exists so that whoever writes, by whichever route, says the same things: who, on which version, under which key.
//!
//! **Invariant:** an outcome says whether something was written; nothing is written half.

use std::sync::Arc;

use callboard_model::{
    ChangeId, Person, SessionId, SocketId, TenantId, Ticket, TicketId, Timestamp, Version,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::{Access, Caller};
use crate::domain::closing::Closing;
use crate::domain::extras::{Extras, WantedExtras};
use crate::domain::stale::Clash;
use crate::domain::{Issue, Wanted};

/// Who writes, from where, and when.
#[derive(Clone, Debug)]
pub struct Author {
    /// Behind which wall.
    pub tenant: TenantId,
    /// Who.
    pub person: Person,
    /// What they may do: a ticket out of reach is not found, and cannot be moved out of it.
    pub access: Access,
    /// The console that writes.
    pub origin: Option<SessionId>,
    /// The socket by which the writer listens to others.
    pub socket: Option<SocketId>,
    /// The request: all that it writes is one change of somebody's.
    pub change: ChangeId,
    /// Makes the write, sent twice, apply once.
    pub key: Option<Key>,
    /// When.
    pub now: Timestamp,
}

impl Author {
    /// Somebody whose key was checked, without the headers of a write.
    #[must_use]
    pub fn of(caller: &Caller, now: Timestamp) -> Self {
        Self {
            tenant: caller.tenant.clone(),
            person: caller.person(),
            access: caller.access.clone(),
            origin: None,
            socket: None,
            change: fresh_change(),
            key: None,
            now,
        }
    }
}

/// A name for a request that nothing else has.
pub(crate) fn fresh_change() -> ChangeId {
    Uuid::new_v4().to_string().into()
}

/// An idempotency key with the hash of what was sent under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The key as the writer spelled it.
    pub text: String,
    /// The hash of method, address and body.
    pub body_hash: [u8; 32],
}

/// What became of a write that is applied at most once.
#[derive(Clone, Debug)]
pub enum Attempt<T, R = Refusal> {
    /// It is written, or there was nothing to change.
    Done(T),
    /// It was written before, under the same key; this is the first answer.
    Again(T),
    /// The key was used for something else; nothing was written.
    KeyReused,
    /// It cannot be; nothing was written, and the key is not used up.
    Refused(R),
}

/// Why a ticket is not written.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// No such ticket behind this wall, or none within reach.
    NotFound,
    /// Somebody else was faster.
    Stale(Box<Stale>),
    /// The only version on which it may land is not the one that stands.
    NotExactly(Box<Stale>),
    /// The domain refused.
    Invalid(Vec<Issue>),
    /// The writer may not do this kind of thing; a sentence for people.
    Forbidden(&'static str),
}

/// What a writer has to know who was overtaken.
#[derive(Clone, Debug, PartialEq)]
pub struct Stale {
    /// The ticket as it stands.
    pub current: Sheet,
    /// What the two writers disagree on.
    pub conflicts: Vec<Clash>,
}

/// A ticket with everything that is kept of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    /// Its row.
    pub ticket: Ticket,
    /// What stands beside its fields.
    #[serde(default)]
    pub extras: Extras,
    /// How its contact is reached, where it has one.
    #[serde(default)]
    pub contact: Option<Reachable>,
    /// When it was closed against the rules of its board, newest first.
    #[serde(default)]
    pub overrides: Vec<CloseOverride>,
}

/// Somebody closed a ticket although a close rule said no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct CloseOverride {
    /// The version with which it was closed.
    pub version: Version,
    pub closed_by: Person,
    pub closed_at: Timestamp,
    /// Why.
    pub reason: String,
    /// The rules that did not hold.
    pub rules: Vec<String>,
}

/// How somebody is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reachable {
    /// By mail.
    pub email: String,
    /// By telephone.
    pub phone_number: String,
}

/// What a ticket is wanted to be.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// The fields, spelled as they are stored.
    pub fields: Wanted,
    /// What stands beside them.
    pub extras: WantedExtras,
    /// What is said of the closing.
    pub closing: Closing,
    /// Close although a rule says no.
    pub overriding: Option<Override>,
}

/// Somebody closes a ticket although a close rule says no.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Override {
    /// Why, where they say so.
    pub reason: Option<String>,
}

/// What the writer knew when they decided.
#[derive(Clone, Copy, Debug, Default)]
pub struct Knew {
    /// The version they saw: later changes of the same fields are not overwritten.
    pub seen: Option<Version>,
    /// The only version on which the write may land at all.
    pub exactly: Option<Version>,
}

/// A change of one ticket.
#[derive(Clone, Debug)]
pub struct Save {
    /// Who.
    pub author: Author,
    /// Which ticket.
    pub ticket: TicketId,
    /// What of it.
    pub wish: Wish,
    /// On what knowledge.
    pub knew: Knew,
}

/// The same change of many tickets. Each stands for itself: one that is refused holds up no other.
#[derive(Clone, Debug)]
pub struct Bulk {
    /// Who.
    pub author: Author,
    /// Which tickets, with the version of each that the writer saw.
    pub tickets: Vec<(TicketId, Option<Version>)>,
    /// What of them.
    pub wish: Wish,
    /// Tell nobody of each change, and everybody at the end that there were many (LT-18).
    pub is_import: bool,
}

/// A new ticket.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Who.
    pub author: Author,
    /// What it shall be called among programs. What it is called among people, the store says.
    pub ticket: TicketId,
    /// What it is.
    pub wish: Wish,
}

/// A ticket is to be no more.
#[derive(Clone, Debug)]
pub struct Removal {
    /// Who.
    pub author: Author,
    /// Which ticket.
    pub ticket: TicketId,
    /// On what knowledge; any change after `seen` was not seen.
    pub knew: Knew,
}

/// A write that went well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// The ticket afterwards.
    #[serde(flatten)]
    pub sheet: Sheet,
    /// The names of what changed; empty when there was nothing to change.
    pub updated_fields: Vec<Arc<str>>,
    /// The version before.
    pub merged_over: Version,
}

/// What became of one ticket of many.
pub type Each = (TicketId, Result<Saved, Refusal>);
