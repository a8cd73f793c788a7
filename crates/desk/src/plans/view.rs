//! What is planned for a ticket, as a window shows it.
//!
//! **Invariant:** a view is computed anew; nothing of it is kept.

use callboard_model::schedule::ScheduleEntry;
use callboard_model::{Field, TicketId, UserId};

use super::{FormName, OpenForm, Planning};
use crate::bridge::{
    Choice, PlanBanner, PlanFormView, PlanSave, PlanTime, PlanView, PlanWriter, PlansKnown, PlansView, Value,
};
use crate::lookups::Names;
use crate::records::Writer;
use crate::records::form::{News, Stage};
use crate::tones;

/// The words that people use for how an entry stands; a company may have others, and they are shown as they are.
const STATUSES: [(&str, &str); 6] = [
    ("scheduled", "Scheduled"),
    ("en_route", "En route"),
    ("on_site", "On site"),
    ("completed", "Completed"),
    ("cancelled", "Cancelled"),
    ("no_show", "No show"),
];

/// The letters of words that say that nothing is to come of an entry any more.
const ENDED: [&str; 7] = ["completed", "complete", "done", "cancelled", "canceled", "cancel", "noshow"];

/// Builds the view. `is_kept` says of a form whether it is on disk as it stands.
pub(crate) fn plans_view(
    planning: &Planning,
    names: &Names,
    ticket: &TicketId,
    now: i64,
    is_kept: impl Fn(&FormName) -> bool,
) -> PlansView {
    let list = planning.list(ticket);
    let entry = |entry| entry_view(planning, entry, now);
    let forms = planning.forms_of(ticket).map(|(name, open)| form_view(name, open, names, is_kept(name)));
    PlansView {
        ticket: ticket.clone(),
        known: list.map_or(PlansKnown::Nothing, |list| list.known.clone()),
        entries: list.into_iter().flat_map(|list| list.shown()).map(entry).collect(),
        more: list.is_some_and(|list| list.has_more()),
        forms: forms.collect(),
        statuses: STATUSES.iter().map(|(word, _)| status(word)).collect(),
    }
}

fn entry_view(planning: &Planning, entry: &ScheduleEntry, now: i64) -> PlanView {
    let name = |first: &str, last: &str| format!("{first} {last}").trim().to_owned();
    PlanView {
        entry: entry.entry_id.clone(),
        version: entry.version.0,
        title: entry.title.clone(),
        start: entry.scheduled_start.as_millisecond(),
        end: entry.scheduled_end.as_millisecond(),
        time: time(entry, now),
        status: status(&entry.status),
        people: entry.assigned_users.iter().map(|one| name(&one.first_name, &one.last_name)).collect(),
        notes: entry.notes.clone(),
        private: entry.is_private,
        removal: planning.removal(&entry.entry_id).map(|removal| removal.state.clone()),
    }
}

fn form_view((_, entry): &FormName, open: &OpenForm, names: &Names, is_kept: bool) -> PlanFormView {
    let form = &open.form;
    let person = |user: &UserId| names.choice_of(Field::Assignee, &Value::from(user.as_str()), None);
    PlanFormView {
        entry: entry.clone(),
        rev: form.rev(),
        fields: form.shown().clone(),
        people: form.shown().people.iter().map(person).collect(),
        makes: form.is_new(),
        dirty: form.is_dirty(),
        kept: is_kept,
        save: match form.stage() {
            Stage::Rest => PlanSave::None,
            Stage::Storing | Stage::InFlight => PlanSave::Going,
            Stage::Unknown => PlanSave::Unknown,
        },
        trouble: open.trouble.clone(),
        banner: form.asked().map(|news| match news {
            News::Newer(now) => PlanBanner::Newer(writer(&now.writer)),
            News::Gone => PlanBanner::Gone,
        }),
        over: form.over().map(writer),
        undo: form.can_undo(),
    }
}

/// As a window names a writer.
pub(crate) fn writer(writer: &Writer) -> PlanWriter {
    PlanWriter { by: writer.name.to_string(), at: writer.at }
}

fn time(entry: &ScheduleEntry, now: i64) -> PlanTime {
    let (start, end) = (entry.scheduled_start.as_millisecond(), entry.scheduled_end.as_millisecond());
    let letters: String = entry.status.to_lowercase().chars().filter(char::is_ascii_alphabetic).collect();
    if ENDED.contains(&letters.as_str()) {
        PlanTime::Past
    } else if now < start {
        PlanTime::Ahead
    } else if now < end {
        PlanTime::Now
    } else {
        PlanTime::Overdue
    }
}

fn status(word: &str) -> Choice {
    let known = STATUSES.iter().find(|(known, _)| *known == word);
    let label = known.map_or(word, |(_, label)| label).to_owned();
    Choice { value: Value::from(word), tone: tones::tone_of_name(&label), label, severity: None }
}
