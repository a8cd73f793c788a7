//! A ticket's row on the board: what is confirmed under what is pending.
//!
//! **Invariant:** a draft is never on a row, nor an edit that is not on disk.

use std::sync::Arc;

use callboard_model::{Field, StatusId, Ticket, Timestamp, UserId, Value};

use crate::board::{BoardRow, Facts};
use crate::bridge::{Face, Row, Slack};
use crate::edits::Edits;
use crate::known::Known;
use crate::lookups::Names;

/// What a field of a ticket shows: the pending value over the confirmed one.
pub(crate) fn shown(ticket: &Ticket, edits: &Edits, field: Field) -> Value {
    let pending = edits.field(&ticket.ticket_id, field).and_then(|work| work.pending());
    pending.cloned().unwrap_or_else(|| ticket.value(field))
}

/// Whether the status shown closes the ticket.
pub(crate) fn is_closed(ticket: &Ticket, edits: &Edits, names: &Names) -> bool {
    let status = shown(ticket, edits, Field::Status);
    if status.as_text() == ticket.status_id.as_ref().map(StatusId::as_str) {
        return ticket.status_is_closed;
    }
    names.closes(&status).unwrap_or(ticket.status_is_closed)
}

/// The target: what was agreed with the client, else what people set, in milliseconds of the Unix epoch.
pub(crate) fn due(ticket: &Ticket, edits: &Edits) -> Option<i64> {
    if let Some(agreed) = ticket.sla_resolution_due_at {
        return Some(agreed.as_millisecond());
    }
    let due = shown(ticket, edits, Field::DueDate);
    due.as_text()?.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

/// For whose eyes a row is.
pub(crate) struct Eyes<'a> {
    /// Whoever is signed in.
    pub user: Option<&'a UserId>,
    /// Whether they watch the ticket.
    pub is_watched: bool,
    /// Whom they see there.
    pub faces: Vec<Face>,
}

/// Builds the row.
pub(crate) fn row(known: &Known, edits: &Edits, names: &Names, eyes: Eyes<'_>) -> BoardRow {
    let ticket = &known.ticket;
    let show = |field| shown(ticket, edits, field);
    let title: Arc<str> = match show(Field::Title) {
        Value::Text(title) => title,
        other => other.to_string().into(),
    };
    let facts = Facts {
        priority: show(Field::Priority),
        assignee: show(Field::Assignee),
        team: show(Field::Team),
        client: show(Field::Client),
        board: show(Field::Board),
        place: show(Field::Location),
        category: show(Field::Category),
        is_mine: eyes.user.is_some_and(|user| show(Field::Assignee).as_text() == Some(user.as_str())),
        is_watched: eyes.is_watched,
    };
    let named = |field: Field, value: &Value, sent: &Option<Arc<str>>| match value {
        // What the server sent is shared, not copied.
        value if *value == ticket.value(field) && sent.is_some() => sent.clone(),
        value if value.as_text().is_some_and(|id| !id.is_empty()) => {
            Some(names.choice(field, value, ticket).label.into())
        }
        _ => None,
    };
    let assignee = Some(&facts.assignee).filter(|id| id.as_text().is_some_and(|id| !id.is_empty()));
    let row = Row {
        ticket: ticket.ticket_id.clone(),
        number: ticket.ticket_number.clone(),
        title,
        client: named(Field::Client, &facts.client, &ticket.client_name),
        location: named(Field::Location, &facts.place, &ticket.location_name),
        status: names.choice(Field::Status, &show(Field::Status), ticket),
        severity: names.severity(&facts.priority, ticket),
        assignee: assignee.map(|id| names.choice(Field::Assignee, id, ticket).label),
        team: named(Field::Team, &facts.team, &None),
        category: named(Field::Category, &facts.category, &ticket.category_name),
        entered: ticket.entered_at.map(Timestamp::as_millisecond),
        updated: ticket.updated_at.map(Timestamp::as_millisecond),
        due: due(ticket, edits),
        slack: Slack::Untimed,
        faces: eyes.faces,
        unsent: edits.unsent(ticket),
        lit: known.lit.iter().copied().collect(),
    };
    BoardRow { row, closed: is_closed(ticket, edits, names), facts }
}
