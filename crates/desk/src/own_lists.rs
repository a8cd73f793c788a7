//! The lists of the person's own work across all tickets, built from the layers.
//!
//! **Invariant:** what is listed as open is exactly what [`Edits::counts`] counts as open.

use callboard_model::{Field, Ticket, TicketId, Value};

use crate::bridge::{About, Change, LISTED_MAX, Need, NeedsItem, OutboxItem, OutboxState};
use crate::edits::Edits;
use crate::edits::sayings::Saying;
use crate::edits::work::{Edit, FieldWork, Seen, Stage};
use crate::known::{Known, Tickets};
use crate::lookups::Names;

/// What a ticket is called, as far as that is known.
pub(crate) fn about(tickets: &Tickets, ticket: &TicketId) -> About {
    let known = tickets.ticket(ticket);
    About {
        ticket: ticket.clone(),
        number: known.map_or_else(|| ticket.as_str().into(), |known| known.ticket_number.clone()),
        title: known.map_or_else(|| "".into(), |known| known.title.clone()),
    }
}

/// The work on all fields of all tickets.
fn works(edits: &Edits) -> impl Iterator<Item = (&TicketId, Field, &FieldWork)> {
    edits
        .tickets()
        .flat_map(|(ticket, fields)| fields.iter().map(move |(&field, work)| (ticket, field, work)))
}

/// What waits for a decision, oldest first, and how much of it there is.
pub(crate) fn needs_items(edits: &Edits, tickets: &Tickets, names: &Names) -> (Vec<NeedsItem>, u32) {
    let mut open: Vec<_> = works(edits)
        .filter_map(|(ticket, field, work)| {
            let known = tickets.get(ticket);
            let theirs = known.map(|known| known.ticket.value(field));
            let need = need(work, theirs.as_ref())?;
            // A draft has no place among the edits: it is the newest.
            let place = work.edits.first().map_or(u64::MAX, |front| front.order);
            Some(((place, ticket, field), (work, known, theirs, need)))
        })
        .collect();
    open.sort_by_key(|(place, _)| *place);
    let total = u32::try_from(open.len()).unwrap_or(u32::MAX);
    open.truncate(LISTED_MAX);
    let items = open.into_iter().map(|((_, ticket, field), (work, known, theirs, need))| {
        let name = |value: &Value| names.choice_of(field, value, known.map(|known| &known.ticket));
        let (seen, mine) = asked_about(work);
        let (by, at) = known.map_or((None, 0), |known| written(known, field));
        NeedsItem {
            about: about(tickets, ticket),
            field,
            base: seen.map_or_else(|| name(&Value::Empty), |seen| name(&seen.value)),
            mine: mine.map_or_else(|| name(&Value::Empty), &name),
            theirs: theirs.as_ref().map_or_else(|| name(&Value::Empty), &name),
            by,
            at,
            need,
        }
    });
    (items.collect(), total)
}

/// Why the person is asked about a field, if they are.
fn need(work: &FieldWork, theirs: Option<&Value>) -> Option<Need> {
    if let Some(reason) = work.refusal() {
        return Some(Need::Refused { reason: reason.to_string() });
    }
    theirs.and_then(|theirs| work.clash(theirs)).map(|clash| Need::Conflict { draft: clash.draft })
}

/// What the person saw, and the newest that they chose.
fn asked_about(work: &FieldWork) -> (Option<&Seen>, Option<&Value>) {
    match work.edits.first() {
        Some(front) => (Some(&front.seen), work.pending()),
        None => (work.typed.as_ref().map(|typed| &typed.seen), work.draft()),
    }
}

/// Who wrote what stands in a field, and when.
pub(crate) fn written(known: &Known, field: Field) -> (Option<String>, i64) {
    let written = known.ticket.updated_at.map_or(known.as_of, |at| at.as_millisecond());
    match known.authors.get(&field) {
        Some(author) => (Some(author.who.display_name.to_string()), author.at),
        None => (None, written),
    }
}

/// What is not confirmed, in the order in which it was committed, and how much of it there is.
pub(crate) fn outbox_items(
    edits: &Edits,
    tickets: &Tickets,
    names: &Names,
    is_signed_out: bool,
) -> (Vec<OutboxItem>, u32) {
    let fields = works(edits).flat_map(|(ticket, field, work)| {
        let on_disk = work.edits.iter().filter(|edit| edit.stage != Stage::Storing);
        on_disk.map(move |edit| (edit.order, Waiting::Edit { ticket, field, work, edit }))
    });
    let said = edits.sayings.all().filter(|saying| saying.is_shown());
    let said = said.map(|saying| (saying.order, Waiting::Saying(saying)));
    let mut waiting: Vec<_> = fields.chain(said).collect();
    waiting.sort_by_key(|(order, _)| *order);
    let total = u32::try_from(waiting.len()).unwrap_or(u32::MAX);
    waiting.truncate(LISTED_MAX);
    let items = waiting.into_iter().map(|(_, one)| match one {
        Waiting::Saying(saying) => comment_item(tickets, saying, is_signed_out),
        Waiting::Edit { ticket, field, work, edit } => {
            let known = tickets.ticket(ticket);
            let name = |value: &Value| names.choice_of(field, value, known);
            OutboxItem {
                about: about(tickets, ticket),
                change: Change::Field { field, from: name(&edit.seen.value), to: name(&edit.mine) },
                at: edit.at.as_millisecond(),
                state: state(work, edit, field, known, is_signed_out),
            }
        }
    });
    (items.collect(), total)
}

/// Something that is not confirmed.
enum Waiting<'a> {
    Edit { ticket: &'a TicketId, field: Field, work: &'a FieldWork, edit: &'a Edit },
    Saying(&'a Saying),
}

fn comment_item(tickets: &Tickets, saying: &Saying, is_signed_out: bool) -> OutboxItem {
    OutboxItem {
        about: about(tickets, &saying.words.ticket),
        change: saying.words.change(),
        at: saying.words.at.as_millisecond(),
        state: saying.state(is_signed_out),
    }
}

/// Comments that were refused, oldest first, and how many they are.
pub(crate) fn refused_comments(edits: &Edits, tickets: &Tickets) -> (Vec<OutboxItem>, u32) {
    let is_refused = |saying: &&Saying| matches!(saying.stage, Stage::Refused(_));
    let mut refused: Vec<_> = edits.sayings.all().filter(is_refused).collect();
    refused.sort_by_key(|saying| saying.order);
    let total = u32::try_from(refused.len()).unwrap_or(u32::MAX);
    refused.truncate(LISTED_MAX);
    (refused.into_iter().map(|saying| comment_item(tickets, saying, false)).collect(), total)
}

fn state(
    work: &FieldWork,
    edit: &Edit,
    field: Field,
    known: Option<&Ticket>,
    is_signed_out: bool,
) -> OutboxState {
    match &edit.stage {
        Stage::Refused(reason) => OutboxState::Refused { reason: reason.to_string() },
        Stage::InFlight => OutboxState::Sending,
        Stage::Storing | Stage::Queued { .. } => {
            if known.is_some_and(|known| work.is_clashing(&known.value(field))) {
                OutboxState::Conflict
            } else if is_signed_out {
                OutboxState::SignIn
            } else {
                OutboxState::Queued
            }
        }
    }
}
