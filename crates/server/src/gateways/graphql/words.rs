//! Domain events in the words of GS-3.
//!
//! A save is told as several domain events: what went over into what, then exactly one of closed, assigned and updated.
//! Each that has a word here is told under it; those that say once more what another says are not (`TICKET_REOPENED` is a
//! change of status, `TICKET_QUEUE_CHANGED` stands among the changes of the update, `TICKET_CUSTOMER_REPLIED`,
//! `TICKET_INTERNAL_NOTE_ADDED` and `TICKET_COMMENT_ADDED` are the one `TICKET_MESSAGE_ADDED`). Stages of service levels
//! have no word there.
//!
//! **Invariant:** pure; nothing is told that the event does not say.

use async_graphql::Json;
use callboard_catalog::EventType;
use callboard_model::{CommentId, Field, TicketId, UserId};
use serde_json::{Map, Value};

use super::schema::event::{FieldChange, TicketEventType as Word};
use crate::store::events::Told;

/// How the fields of an event say what changed. They are read when it is told, and not for everybody who only might want it.
type Changes = fn(&Map<String, Value>) -> Vec<FieldChange>;

/// One event, before it is asked who may know what of it.
#[derive(Clone, Debug)]
pub(super) struct Happened {
    pub(super) word: Word,
    pub(super) ticket: TicketId,
    changes: Changes,
    /// What was said.
    pub(super) comment: Option<CommentId>,
    /// Whose it was before, where it was taken from somebody.
    pub(super) left: Option<UserId>,
    /// Not for the eyes of customers.
    pub(super) is_internal: bool,
}

/// What a domain event is called here; nothing where it has no word.
pub(super) fn of(told: &Told) -> Vec<Happened> {
    let Ok(event) = told.event_type.parse::<EventType>() else { return Vec::new() };
    let Some(payload) = told.payload.as_object() else { return Vec::new() };
    let words: Vec<(Word, Changes)> = match event {
        EventType::TicketCreated => vec![(Word::Created, nothing)],
        EventType::TicketUpdated | EventType::TicketClosed => vec![(Word::Updated, edits)],
        EventType::TicketAssigned => vec![(Word::Assigned, assignment)],
        EventType::TicketUnassigned => vec![(Word::Unassigned, assignment)],
        EventType::TicketStatusChanged => {
            vec![(Word::StatusChanged, |payload| went(payload, Field::Status, "StatusId"))]
        }
        EventType::TicketPriorityChanged => {
            vec![(Word::PriorityChanged, |payload| went(payload, Field::Priority, "PriorityId"))]
        }
        EventType::TicketResponseStateChanged => {
            vec![(Word::Updated, |payload| went(payload, Field::ResponseState, "ResponseState"))]
        }
        EventType::TicketMessageAdded => vec![(Word::Commented, nothing)],
        EventType::TicketCommentUpdated => vec![(Word::Updated, nothing)],
        EventType::TicketDeleted => vec![(Word::Deleted, nothing)],
        EventType::TicketMerged => vec![(Word::RelatedAdded, joined)],
        EventType::TicketSplit => vec![(Word::RelatedRemoved, parted)],
        EventType::TicketTagsChanged => tags(payload),
        _ => Vec::new(),
    };
    let Some(ticket) = ticket(told, payload) else { return Vec::new() };
    let comment = text(payload, "messageId").filter(|_| event == EventType::TicketMessageAdded);
    let left = text(payload, "previousAssigneeId")
        .filter(|_| text(payload, "previousAssigneeType") == Some("user"))
        .map(UserId::from);
    // A rewording does not say what was reworded; it may have been for the company's eyes alone.
    let is_internal =
        text(payload, "visibility") == Some("internal") || event == EventType::TicketCommentUpdated;
    let happened = |(word, changes)| Happened {
        word,
        ticket: ticket.clone(),
        changes,
        comment: comment.map(CommentId::from),
        left: left.clone(),
        is_internal,
    };
    words.into_iter().map(happened).collect()
}

impl Happened {
    /// What changed.
    pub(super) fn changes(&self, told: &Told) -> Vec<FieldChange> {
        told.payload.as_object().map(self.changes).unwrap_or_default()
    }

    /// For the tests beside this.
    #[cfg(test)]
    pub(super) fn bare(word: Word, ticket: TicketId, left: Option<UserId>) -> Self {
        Self { word, ticket, changes: nothing, comment: None, left, is_internal: false }
    }
}

fn nothing(_: &Map<String, Value>) -> Vec<FieldChange> {
    Vec::new()
}

/// The ticket that it is about; what is only simulated names it among its own fields.
fn ticket(told: &Told, payload: &Map<String, Value>) -> Option<TicketId> {
    let named = ["ticketId", "sourceTicketId"].iter().find_map(|key| text(payload, key));
    told.ticket.clone().or_else(|| named.map(TicketId::from))
}

fn text<'a>(payload: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    payload.get(key)?.as_str()
}

fn change(field: &str, old: Option<&Value>, new: Option<&Value>) -> FieldChange {
    let value = |value: Option<&Value>| value.filter(|value| !value.is_null()).cloned().map(Json);
    FieldChange { field: field.to_owned(), old_value: value(old), new_value: value(new) }
}

/// What stands behind `changes`.
fn edits(payload: &Map<String, Value>) -> Vec<FieldChange> {
    let changes = payload.get("changes").and_then(Value::as_object);
    changes
        .into_iter()
        .flatten()
        .map(|(field, both)| change(field, both.get("previous"), both.get("new")))
        .collect()
}

/// What stands behind `previousX` and `newX`.
fn went(payload: &Map<String, Value>, field: Field, name: &str) -> Vec<FieldChange> {
    let (old, new) = (payload.get(&format!("previous{name}")), payload.get(&format!("new{name}")));
    vec![change(field.name(), old, new)]
}

/// Whose it was and is, with whatever else was saved along with it.
fn assignment(payload: &Map<String, Value>) -> Vec<FieldChange> {
    let edits = edits(payload);
    if !edits.is_empty() {
        return edits;
    }
    let field = |side: &str| match text(payload, &format!("{side}AssigneeType")) {
        Some("team") => Field::Team,
        _ => Field::Assignee,
    };
    let (was, is) = (payload.get("previousAssigneeId"), payload.get("newAssigneeId"));
    let (of_was, of_is) = (field("previous"), field("new"));
    if was.is_some() && is.is_some() && of_was != of_is {
        return vec![change(of_was.name(), was, None), change(of_is.name(), None, is)];
    }
    let field = if was.is_some() { of_was } else { of_is };
    vec![change(field.name(), was, is)]
}

/// The name under which REST shows the ticket that speaks for another.
const MASTER: &str = "master_ticket_id";

fn joined(payload: &Map<String, Value>) -> Vec<FieldChange> {
    vec![change(MASTER, None, payload.get("targetTicketId"))]
}

fn parted(payload: &Map<String, Value>) -> Vec<FieldChange> {
    vec![change(MASTER, payload.get("originalTicketId"), None)]
}

/// Tags that came and tags that went are two events.
fn tags(payload: &Map<String, Value>) -> Vec<(Word, Changes)> {
    let added: Changes = |payload| vec![change("tags", None, payload.get(ADDED))];
    let removed: Changes = |payload| vec![change("tags", payload.get(REMOVED), None)];
    let both = [(ADDED, Word::TagAdded, added), (REMOVED, Word::TagRemoved, removed)];
    let some = |key: &str| payload.get(key).and_then(Value::as_array).is_some_and(|ids| !ids.is_empty());
    both.into_iter().filter(|(key, ..)| some(key)).map(|(_, word, changes)| (word, changes)).collect()
}

const ADDED: &str = "addedTagIds";
const REMOVED: &str = "removedTagIds";

#[cfg(test)]
mod tests;
