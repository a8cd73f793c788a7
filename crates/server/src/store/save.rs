//! A write of one ticket and its outcome.
//!
//! **Invariant:** an outcome says whether something was written; nothing is written half.

use std::sync::Arc;

use callboard_model::rest::Stale;
use callboard_model::{Person, SessionId, TenantId, Ticket, TicketId, Timestamp, Version};
use serde::{Deserialize, Serialize};

use crate::auth::Access;
use crate::domain::{Issue, Wanted};

/// What somebody wants a ticket to be.
#[derive(Clone, Debug)]
pub struct Save {
    /// Behind which wall.
    pub tenant: TenantId,
    /// Which ticket.
    pub ticket: TicketId,
    /// Who writes.
    pub actor: Person,
    /// What the writer may do: a ticket out of reach is not found, and cannot be moved out of it.
    pub access: Access,
    /// The fields, spelled as they are stored.
    pub wanted: Wanted,
    /// The version on which the writer decided: later changes of the same fields are not overwritten.
    pub seen: Option<Version>,
    /// The only version on which the write may land at all.
    pub exactly: Option<Version>,
    /// Makes the write, sent twice, apply once.
    pub key: Option<Key>,
    /// The console that writes.
    pub origin: Option<SessionId>,
    /// When.
    pub now: Timestamp,
}

/// An idempotency key with the hash of what was sent under it.
#[derive(Clone, Debug)]
pub struct Key {
    /// The key as the writer spelled it.
    pub text: String,
    /// The hash of ticket and body.
    pub body_hash: [u8; 32],
}

/// What became of a write.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It is written, or there was nothing to change.
    Saved(Box<Saved>),
    /// It was written before, under the same key; this is the first answer.
    Replayed(Box<Saved>),
    /// The key was used for something else; nothing was written.
    KeyReused,
    /// No such ticket behind this wall, or none that the writer may change.
    NotFound,
    /// Somebody else was faster; nothing was written.
    Stale(Box<Stale>),
    /// `exactly` did not hold; nothing was written.
    NotExactly(Box<Stale>),
    /// The domain refused; nothing was written.
    Invalid(Vec<Issue>),
}

/// A write that went well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// The ticket afterwards.
    pub ticket: Ticket,
    /// The names of the fields that changed; empty when there was nothing to change.
    pub updated_fields: Vec<Arc<str>>,
    /// The version before.
    pub merged_over: Version,
}
