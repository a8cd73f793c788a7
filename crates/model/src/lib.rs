//! The vocabulary of Callboard: what a ticket, a field, a version, a hint is, and how the REST API spells it.
//!
//! Everything here is plain data. Both ends of the wire and both sides of the bridge speak these words.
//!
//! | module | holds |
//! |---|---|
//! | [`id`] | one newtype per kind of id |
//! | [`field`] | the editable fields by their REST names, and which of them move together |
//! | [`value`] | what a field can hold |
//! | [`ticket`] | the ticket row as the API gives it |
//! | [`person`] | a person, and the awareness state that says where they are |
//! | [`room`] | names of rooms |
//! | [`digest`] | who is on which ticket, as the board is told |
//! | [`hint`] | "these fields changed", never a value |
//! | [`rest`] | envelopes, problems, lookups, tokens, events |
//! | [`schedule`] | entries of the schedule |
//! | `openapi` | schemas of the above, behind a feature |
//!
//! **Invariant:** no I/O, no clock, no rule of business; nothing here knows tokio, HTTP or SQL.

pub mod digest;
pub mod field;
pub mod hint;
pub mod id;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod person;
pub mod rest;
pub mod room;
pub mod schedule;
pub mod ticket;
pub mod value;

pub use digest::{Digest, TicketPresence};
pub use field::Field;
pub use hint::Hint;
pub use id::{
    BoardId, CategoryId, ChangeId, ClientId, CommentId, ContactId, EditId, EntryId, LocationId, PriorityId,
    SessionId, SlaPolicyId, SocketId, StatusId, TeamId, TenantId, TicketId, UserId, WebhookId,
};
pub use person::{Person, Presence};
pub use room::Room;
pub use ticket::{Ticket, Version};
pub use value::Value;

/// An instant on somebody's wall clock; which clock is the business of whoever holds it.
pub use jiff::Timestamp;
