//! An event as one listener is told of it.
//!
//! **Invariant:** plain data; who may know what was asked before one of these is made.

use std::sync::Arc;

use async_graphql::Json;
use callboard_model::{Ticket, UserId};
use serde_json::{Map, Value, json};

use super::schema::event::{FieldChange, SupportTicketEvent};
use super::schema::query::SupportUser;
use super::schema::ticket::SupportTicket;
use super::tidings::Tidings;
use crate::auth::Caller;
use crate::store::events::Told;
use crate::store::witness::Seen;

/// An event, and what one listener may know of it.
pub(super) struct News {
    pub(super) tidings: Arc<Tidings>,
    /// Which of the words of this event it is.
    pub(super) part: usize,
    /// The name of whoever did it.
    pub(super) actor: Option<Arc<str>>,
    /// The ticket, if it is there.
    pub(super) seen: Option<Arc<Seen>>,
    /// Who may know this.
    pub(super) caller: Arc<Caller>,
}

/// On what it depends how an event is told, as long as nothing more has to be looked up.
pub(super) struct Same {
    tidings: Arc<Tidings>,
    part: usize,
    /// As it was read: the same only for those who were answered from one snapshot.
    ticket: Arc<Ticket>,
    all_along: bool,
    has_comment: bool,
}

impl PartialEq for Same {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.tidings, &other.tidings)
            && self.part == other.part
            && Arc::ptr_eq(&self.ticket, &other.ticket)
            && self.all_along == other.all_along
            && self.has_comment == other.has_comment
    }
}

impl News {
    /// `None`: told to each by itself.
    pub(super) fn same(&self) -> Option<Same> {
        let seen = self.seen.as_ref()?;
        Some(Same {
            tidings: Arc::clone(&self.tidings),
            part: self.part,
            ticket: Arc::clone(&seen.ticket),
            all_along: seen.all_along,
            has_comment: seen.comment.is_some(),
        })
    }

    /// As it is told. Without a ticket, and to somebody who could not read it all along, without what it was.
    pub(super) fn event(&self) -> SupportTicketEvent {
        let Tidings { told, words, .. } = &*self.tidings;
        let happened = &words[self.part];
        let all_along = self.seen.as_ref().is_some_and(|seen| seen.all_along);
        let changes = if all_along { happened.changes(told) } else { Vec::new() };
        let was =
            |change: &FieldChange| change.old_value.as_ref().map_or(Value::Null, |value| value.0.clone());
        let previous: Map<String, Value> =
            changes.iter().map(|change| (change.field.clone(), was(change))).collect();
        let by = |id: &UserId| SupportUser::of(id.as_str(), self.actor.as_deref().map(str::to_owned));
        let seen = self.seen.as_ref();
        SupportTicketEvent {
            event_type: happened.word,
            ticket_id: happened.ticket.as_str().into(),
            ticket: seen.map(|seen| SupportTicket::told_to(Arc::clone(&self.caller), &seen.ticket)),
            previous_state: (!previous.is_empty()).then_some(Json(previous)),
            triggered_by: told.actor.as_ref().map(by),
            timestamp: told.occurred_at.into(),
            metadata: Json(metadata(told)),
            comment: seen.and_then(|seen| seen.comment.clone()).map(Into::into),
            changes,
        }
    }
}

fn metadata(told: &Told) -> Map<String, Value> {
    let said = [
        ("eventId", json!(told.event_id)),
        ("seq", json!(told.seq)),
        ("source", json!(told.event_type)),
        ("changeId", json!(told.change)),
        ("originSession", json!(told.origin)),
        ("simulated", json!(told.simulated)),
    ];
    said.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
