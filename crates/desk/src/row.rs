//! A ticket's row on the board: what is confirmed under what is pending.
//!
//! **Invariant:** a draft is never on a row, nor an edit that is not on disk.

use std::sync::Arc;

use callboard_model::{Field, StatusId, Ticket, Timestamp, Value};

use crate::board::BoardRow;
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

/// Builds the row.
pub(crate) fn row(known: &Known, edits: &Edits, names: &Names, faces: Vec<Face>) -> BoardRow {
    let ticket = &known.ticket;
    let show = |field| shown(ticket, edits, field);
    let title: Arc<str> = match show(Field::Title) {
        Value::Text(title) => title,
        other => other.to_string().into(),
    };
    let assignee = show(Field::Assignee);
    let assignee = assignee.as_text().is_some_and(|id| !id.is_empty()).then_some(assignee);
    let row = Row {
        ticket: ticket.ticket_id.clone(),
        number: ticket.ticket_number.clone(),
        title,
        client: ticket.client_name.clone(),
        location: ticket.location_name.clone(),
        status: names.choice(Field::Status, &show(Field::Status), ticket),
        severity: names.severity(&show(Field::Priority), ticket),
        assignee: assignee.map(|id| names.choice(Field::Assignee, &id, ticket).label),
        due: due(ticket, edits),
        slack: Slack::Untimed,
        faces,
        unsent: edits.unsent(ticket),
        lit: known.lit.iter().copied().collect(),
    };
    let board = show(Field::Board).as_text().map(Into::into);
    BoardRow { row, board, closed: is_closed(ticket, edits, names) }
}
