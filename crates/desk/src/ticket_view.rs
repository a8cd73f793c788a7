//! An open ticket as a window shows it: every field with how it stands with our own work on it.
//!
//! **Invariant:** a view is computed anew from the layers; nothing of it is kept, so nothing of it can be wrong.

use callboard_model::{Field, Value};

use crate::board;
use crate::bridge::{Access, Choice, ConflictView, Face, FieldState, FieldView, Input, Source, TicketView};
use crate::edits::Edits;
use crate::edits::work::{Clash, FieldWork, Stage};
use crate::known::Known;
use crate::lookups::Names;
use crate::own_lists::written;
use crate::row;
use crate::session::drafts::Drafts;
use crate::session::effect::DraftOf;

/// The fields of an open ticket, in order: every one that people edit.
const FIELDS: [Field; 15] = [
    Field::Title,
    Field::Status,
    Field::Priority,
    Field::Assignee,
    Field::Board,
    Field::Client,
    Field::Location,
    Field::Contact,
    Field::Category,
    Field::Subcategory,
    Field::Team,
    Field::Impact,
    Field::Urgency,
    Field::DueDate,
    Field::ResponseState,
];

/// What a view is made of.
pub(crate) struct Sources<'a> {
    /// The confirmed layer.
    pub known: &'a Known,
    /// The layers above it.
    pub edits: &'a Edits,
    /// What of them is not committed, on disk.
    pub drafts: &'a Drafts,
    /// Names and choices.
    pub names: &'a Names,
    /// Who is here beside us.
    pub faces: Vec<Face>,
    /// Whether every change reaches us as it happens.
    pub is_live: bool,
    /// The server's clock, in milliseconds.
    pub now: i64,
}

/// Builds the view.
pub(crate) fn ticket_view(from: &Sources<'_>) -> TicketView {
    let (known, ticket, edits) = (from.known, &from.known.ticket, from.edits);
    let due = row::due(ticket, edits);
    let closed = row::is_closed(ticket, edits, from.names);
    TicketView {
        ticket: ticket.ticket_id.clone(),
        number: ticket.ticket_number.clone(),
        client: ticket.client_name.clone(),
        severity: from.names.severity(&row::shown(ticket, edits, Field::Priority), ticket),
        due,
        slack: board::slack(due, closed, from.now),
        faces: from.faces.clone(),
        fields: FIELDS.into_iter().map(|field| field_view(from, field)).collect(),
        access: if known.is_lost { Access::Lost } else { Access::Open },
        source: if from.is_live { Source::Live } else { Source::Fetched },
        as_of: known.as_of,
    }
}

fn field_view(from: &Sources<'_>, field: Field) -> FieldView {
    let ticket = &from.known.ticket;
    let work = from.edits.field(&ticket.ticket_id, field);
    let pending = row::shown(ticket, from.edits, field);
    let shown = work.and_then(FieldWork::draft).unwrap_or(&pending);
    FieldView {
        field,
        shown: from.names.choice(field, shown, ticket),
        input: input(field),
        choices: choices(from, field),
        state: work.map_or_else(|| confirmed(from, field), |work| state(from, field, work)),
        editors: from.faces.iter().filter(|face| face.editing == Some(field)).cloned().collect(),
        lit: from.known.lit.contains(&field),
    }
}

/// What belongs to another field follows what that one shows: statuses those of the board, contacts those of the client.
fn choices(from: &Sources<'_>, field: Field) -> Option<Vec<Choice>> {
    from.names.choices(field, |around| row::shown(&from.known.ticket, from.edits, around))
}

/// How a field is filled in.
const fn input(field: Field) -> Input {
    match field {
        Field::Title => Input::Text,
        Field::DueDate => Input::Instant,
        _ => Input::Choice,
    }
}

fn confirmed(from: &Sources<'_>, field: Field) -> FieldState {
    FieldState::Confirmed { saved_at: from.known.saved.get(&field).copied() }
}

fn state(from: &Sources<'_>, field: Field, work: &FieldWork) -> FieldState {
    let theirs = from.known.ticket.value(field);
    if let Some(clash) = work.clash(&theirs) {
        return FieldState::Conflict(conflict(from, field, clash, &theirs));
    }
    if let Some(reason) = work.refusal() {
        return FieldState::Refused { reason: reason.to_string() };
    }
    if work.draft().is_some() {
        let of = DraftOf::Field(from.known.ticket.ticket_id.clone(), field);
        return FieldState::Draft { kept: from.drafts.is_safe(&of) };
    }
    match work.edits.first().map(|edit| &edit.stage) {
        Some(Stage::InFlight) => FieldState::Sending,
        Some(Stage::Queued { .. } | Stage::Refused(_)) => FieldState::Queued,
        Some(Stage::Storing) | None => confirmed(from, field),
    }
}

fn conflict(from: &Sources<'_>, field: Field, clash: Clash<'_>, theirs: &Value) -> ConflictView {
    let (known, ticket) = (from.known, &from.known.ticket);
    let (by, at) = written(known, field);
    ConflictView {
        mine: from.names.choice(field, clash.mine, ticket),
        theirs: from.names.choice(field, theirs, ticket),
        by,
        at,
        draft: clash.draft,
    }
}
