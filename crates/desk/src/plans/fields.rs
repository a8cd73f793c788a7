//! An entry as fields of a form, and a form as a write.
//!
//! **Invariant:** a write says what differs from the version that it names, and nothing else: with that version it is the
//! whole entry.

use std::collections::BTreeSet;
use std::sync::Arc;

use callboard_model::schedule::{EntryChanges, ScheduleEntry, TicketWork};
use callboard_model::{Ticket, TicketId, Timestamp, UserId};

use crate::bridge::{FieldFault, PlanFault, PlanField, PlanFields, PlanInstant, PlanTrouble};
use crate::records::form::Sent;
use crate::records::{Standing, Writer};

/// How a new entry stands.
const PLANNED: &str = "scheduled";

/// A new entry begins at the next of these marks.
const MARK_MS: i64 = 30 * 60 * 1000;

/// How long a new entry is.
const LONG_MS: i64 = 60 * 60 * 1000;

/// An entry as a record.
pub(crate) fn standing(entry: &ScheduleEntry) -> Standing<PlanFields> {
    let at = |at: Timestamp| PlanInstant { at: Some(at.as_millisecond()), text: String::new() };
    Standing {
        version: entry.version,
        writer: Writer { name: entry.updated_by.display_name.clone(), at: entry.updated_at.as_millisecond() },
        values: PlanFields {
            title: entry.title.to_string(),
            start: at(entry.scheduled_start),
            end: at(entry.scheduled_end),
            status: entry.status.to_string(),
            people: entry.assigned_users.iter().map(|one| one.user_id.clone()).collect(),
            notes: entry.notes.to_string(),
        },
    }
}

/// What a new entry for a ticket begins with: an hour soon, of whoever the ticket is assigned to, else of ours.
pub(crate) fn blank(ticket: &Ticket, me: Option<&UserId>, now: i64) -> PlanFields {
    let start = now - now.rem_euclid(MARK_MS) + MARK_MS;
    let at = |at: i64| PlanInstant { at: Some(at), text: String::new() };
    PlanFields {
        title: ticket.title.to_string(),
        start: at(start),
        end: at(start + LONG_MS),
        status: PLANNED.to_owned(),
        people: ticket.assigned_to.as_ref().or(me).cloned().into_iter().collect(),
        notes: String::new(),
    }
}

/// The same as the server would keep it, so that what it answers is what was sent.
pub(crate) fn trimmed(fields: &PlanFields) -> PlanFields {
    let trim = |text: &str| text.trim().to_owned();
    PlanFields { title: trim(&fields.title), status: trim(&fields.status), ..fields.clone() }
}

/// What cannot be sent at all; the rest is for the server to judge.
pub(crate) fn faults(fields: &PlanFields) -> Vec<PlanFault> {
    let is_wrong = |(_, instant): &(PlanField, &PlanInstant)| timestamp(instant).is_none();
    let times = [(PlanField::Start, &fields.start), (PlanField::End, &fields.end)];
    times.into_iter().filter(is_wrong).map(|(field, _)| PlanFault { field, reason: None }).collect()
}

/// The body of a save.
pub(crate) fn changes(ticket: &TicketId, sent: &Sent<PlanFields>) -> EntryChanges {
    let (new, base) = (&sent.values, sent.base.as_ref());
    let old = base.map(|base| &base.values);
    let text = |of: fn(&PlanFields) -> &String| {
        old.is_none_or(|old| of(old) != of(new)).then(|| Arc::from(of(new).as_str()))
    };
    let instant = |of: fn(&PlanFields) -> &PlanInstant| {
        timestamp(of(new)).filter(|_| old.is_none_or(|old| of(old) != of(new)))
    };
    let people: &BTreeSet<UserId> = &new.people;
    let work = base.is_none().then(|| TicketWork::Ticket { work_item_id: ticket.clone() });
    EntryChanges {
        title: text(|fields| &fields.title),
        scheduled_start: instant(|fields| &fields.start),
        scheduled_end: instant(|fields| &fields.end),
        status: text(|fields| &fields.status),
        assigned_user_ids: old.is_none_or(|old| old.people != *people).then(|| people.clone()),
        notes: text(|fields| &fields.notes),
        work,
        client_version: base.map(|base| base.version),
    }
}

/// What the server has against a write: at its fields, as far as all of it is about fields of the form.
pub(crate) fn trouble(faults: &[FieldFault], message: &str) -> PlanTrouble {
    let fault = |fault: &FieldFault| {
        let field = field(fault.path.first()?)?;
        Some(PlanFault { field, reason: Some(fault.message.as_str().into()) })
    };
    let of_form: Vec<_> = faults.iter().filter_map(fault).collect();
    if of_form.len() == faults.len() && !of_form.is_empty() {
        return PlanTrouble::Faults { faults: of_form };
    }
    let sentences: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
    let reason = if sentences.is_empty() { message.to_owned() } else { sentences.join(". ") };
    PlanTrouble::Refused { reason }
}

fn field(name: &str) -> Option<PlanField> {
    Some(match name {
        "title" => PlanField::Title,
        "scheduled_start" => PlanField::Start,
        "scheduled_end" => PlanField::End,
        "status" => PlanField::Status,
        "assigned_user_ids" => PlanField::People,
        "notes" => PlanField::Notes,
        _ => return None,
    })
}

fn timestamp(instant: &PlanInstant) -> Option<Timestamp> {
    Timestamp::from_millisecond(instant.at?).ok()
}
