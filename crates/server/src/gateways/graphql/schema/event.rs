//! What is told of a ticket as it happens, in the shapes of GS-2 and GS-3.
//!
//! **Invariant:** plain data; who may see what was decided before one of these is made.

use async_graphql::{Enum, ID, InputObject, Json, SimpleObject};
use serde_json::{Map, Value};

use super::comment::TicketComment;
use super::query::SupportUser;
use super::scalar::DateTime;
use super::ticket::SupportTicket;

/// What happened to a ticket.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq, Hash)]
pub(crate) enum TicketEventType {
    /// It was opened.
    Created,
    /// Something of it changed. Told once for each save, after what has words of its own.
    Updated,
    /// It was given to somebody.
    Assigned,
    /// It was taken from somebody.
    Unassigned,
    /// It went into another status.
    StatusChanged,
    /// It got another priority.
    PriorityChanged,
    /// Somebody said something on it.
    Commented,
    /// Something was attached to it.
    AttachmentAdded,
    /// It is gone.
    Deleted,
    /// It was bundled under another ticket.
    RelatedAdded,
    /// It was taken out of its bundle.
    RelatedRemoved,
    /// It got tags.
    TagAdded,
    /// It lost tags.
    TagRemoved,
}

/// One field that changed.
#[derive(Clone, Debug, PartialEq, SimpleObject)]
pub(crate) struct FieldChange {
    /// Its REST name.
    pub(crate) field: String,
    pub(crate) old_value: Option<Json<Value>>,
    pub(crate) new_value: Option<Json<Value>>,
}

/// Something that happened to a ticket.
#[derive(Clone, SimpleObject)]
pub(crate) struct SupportTicketEvent {
    pub(crate) event_type: TicketEventType,
    pub(crate) ticket_id: ID,
    /// The ticket as it stands when this is told; none when it is gone.
    pub(crate) ticket: Option<SupportTicket>,
    /// What the changed fields held before, by their REST names. None to somebody who could not read the ticket then.
    pub(crate) previous_state: Option<Json<Map<String, Value>>>,
    /// Whose doing it was; none where the server did it by itself.
    pub(crate) triggered_by: Option<SupportUser>,
    pub(crate) timestamp: DateTime,
    /// `eventId`, `seq`, `source` (the name in the event catalogue), `changeId` (the same for all that one request did),
    /// `originSession`, `simulated`.
    pub(crate) metadata: Json<Map<String, Value>>,
    /// What was said, if something was.
    pub(crate) comment: Option<TicketComment>,
    /// What changed. Empty to somebody who could not read the ticket before.
    pub(crate) changes: Vec<FieldChange>,
}

/// Which events are wanted. All that is given must hold; of `watchedOnly`, `includeCreated` and `includeAssigned` one is
/// enough. Of a ticket that is gone nobody knows any more whose it was: only `ticketIds` and `eventTypes` count then.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct TicketEventFilter {
    /// Only of these tickets, at most 500.
    pub(crate) ticket_ids: Option<Vec<ID>>,
    /// Only of these kinds.
    pub(crate) event_types: Option<Vec<TicketEventType>>,
    /// Only of tickets that are this person's, or with this event cease to be.
    pub(crate) assigned_to_user_id: Option<ID>,
    /// Only of tickets that are in one of these statuses then, by id or by name.
    pub(crate) statuses: Option<Vec<String>>,
    /// Only of tickets of one of these priorities, by id or by name.
    pub(crate) priorities: Option<Vec<String>>,
    /// Of tickets on which I said something.
    #[graphql(default)]
    pub(crate) watched_only: bool,
    /// Of tickets that I opened.
    #[graphql(default)]
    pub(crate) include_created: bool,
    /// Of tickets that are mine.
    #[graphql(default)]
    pub(crate) include_assigned: bool,
}
