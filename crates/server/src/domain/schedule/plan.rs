//! What may become of an entry.
//!
//! **Invariant:** every wrong key is named at once, and what is refused leaves no trace.

use std::collections::BTreeSet;

use callboard_model::{EntryId, Person, Timestamp, UserId, Version};
use jiff::SignedDuration;

use super::{Entry, Work, WorkKind};
use crate::domain::Issue;
use crate::domain::value::TITLE_MAX;

/// The longest entry. It also bounds how far back a search for what is going on has to look.
pub const SPAN_MAX: SignedDuration = SignedDuration::from_hours(366 * 24);
/// People who share one entry at most; more are refused.
const ASSIGNED_MAX: usize = 50;
/// The longest notes, in characters; longer ones are refused.
const NOTES_MAX: usize = 10_000;
/// The longest status, in characters; a longer one is refused.
const STATUS_MAX: usize = 50;
/// The longest pattern, in bytes; a longer one is refused.
const PATTERN_MAX: usize = 4 * 1024;
/// How a new entry stands.
const PLANNED: &str = "scheduled";

/// What somebody wants an entry to be; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "named like the fields of an entry")]
pub struct Wanted {
    pub title: Option<String>,
    pub start: Option<Timestamp>,
    pub end: Option<Timestamp>,
    pub work_kind: Option<WorkKind>,
    pub work_id: Option<Option<String>>,
    pub notes: Option<String>,
    pub is_private: Option<bool>,
    pub status: Option<String>,
    pub recurrence: Option<Option<String>>,
    pub assigned: Option<BTreeSet<UserId>>,
}

/// What a decision has to know of the world around an entry.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Those of the people asked for who can be assigned.
    pub people: BTreeSet<UserId>,
    /// Whether the ticket asked for exists within the planner's reach.
    pub knows_ticket: bool,
}

/// Who plans, and when.
#[derive(Clone, Debug)]
pub struct Planner {
    /// Who.
    pub person: Person,
    /// When.
    pub now: Timestamp,
}

/// A new entry. Unless others are named it takes the planner's own time.
pub fn begin(id: EntryId, wanted: &Wanted, facts: &Facts, by: &Planner) -> Result<Entry, Vec<Issue>> {
    let required = [
        ("title", wanted.title.is_none()),
        ("scheduled_start", wanted.start.is_none()),
        ("scheduled_end", wanted.end.is_none()),
    ];
    let missing = required.into_iter().filter(|(_, missing)| *missing);
    let issues: Vec<_> =
        missing.map(|(key, _)| Issue::at(key, "invalid_type", format!("{key} is required"))).collect();
    if !issues.is_empty() {
        return Err(issues);
    }
    let user = by.person.user_id.clone();
    let blank = Entry {
        id,
        title: String::new(),
        start: by.now,
        end: by.now,
        work: Work { kind: WorkKind::AdHoc, id: None },
        notes: String::new(),
        is_private: false,
        status: PLANNED.to_owned(),
        recurrence: None,
        assigned: [user.clone()].into(),
        created_by: user,
        created_at: by.now,
        updated_by: by.person.clone(),
        updated_at: by.now,
        version: Version(1),
    };
    change(&blank, wanted, facts)
}

/// The entry as it would stand. Its version and who changed it when are for whoever writes it.
pub fn change(before: &Entry, wanted: &Wanted, facts: &Facts) -> Result<Entry, Vec<Issue>> {
    let mut after = before.clone();
    if let Some(title) = &wanted.title {
        title.trim().clone_into(&mut after.title);
    }
    after.start = wanted.start.unwrap_or(after.start);
    after.end = wanted.end.unwrap_or(after.end);
    after.work = work(before, wanted);
    if let Some(notes) = &wanted.notes {
        after.notes.clone_from(notes);
    }
    after.is_private = wanted.is_private.unwrap_or(after.is_private);
    if let Some(status) = &wanted.status {
        status.trim().clone_into(&mut after.status);
    }
    if let Some(recurrence) = &wanted.recurrence {
        after.recurrence.clone_from(recurrence);
    }
    if let Some(assigned) = &wanted.assigned {
        after.assigned.clone_from(assigned);
    }
    let issues = issues(&after, wanted, facts);
    if issues.is_empty() { Ok(after) } else { Err(issues) }
}

/// What is no thing of ours has no id: to make it so drops the one it had.
fn work(before: &Entry, wanted: &Wanted) -> Work {
    let kind = wanted.work_kind.unwrap_or(before.work.kind);
    let kept = before.work.id.clone().filter(|_| kind == before.work.kind);
    Work { kind, id: wanted.work_id.clone().unwrap_or(kept) }
}

fn issues(after: &Entry, wanted: &Wanted, facts: &Facts) -> Vec<Issue> {
    let mut issues = Vec::new();
    let mut check = |asked: bool, holds: bool, key: &str, code: &'static str, message: String| {
        if asked && !holds {
            issues.push(Issue::at(key, code, message));
        }
    };
    let length = |text: &str, max: usize| (1..=max).contains(&text.chars().count());
    let message = format!("A title has 1 to {TITLE_MAX} characters");
    check(wanted.title.is_some(), length(&after.title, TITLE_MAX), "title", "custom", message);
    let timed = wanted.start.is_some() || wanted.end.is_some();
    let ends_after = after.end > after.start;
    check(timed, ends_after, "scheduled_end", "custom", "An entry ends after it starts".to_owned());
    let short = !ends_after || after.start.duration_until(after.end) <= SPAN_MAX;
    check(timed, short, "scheduled_end", "too_big", "An entry lasts a year at most".to_owned());
    let worked = wanted.work_kind.is_some() || wanted.work_id.is_some();
    let (is_thing, has_id) = (after.work.kind != WorkKind::AdHoc, after.work.id.is_some());
    let message = if is_thing { "This kind of work needs an id" } else { "This kind of work has no id" };
    check(worked, is_thing == has_id, "work_item_id", "custom", message.to_owned());
    let knows = after.ticket().is_none() || facts.knows_ticket;
    check(worked, knows, "work_item_id", "custom", "Unknown ticket".to_owned());
    let brief = after.notes.chars().count() <= NOTES_MAX;
    check(wanted.notes.is_some(), brief, "notes", "too_big", format!("At most {NOTES_MAX} characters"));
    let message = format!("A status has 1 to {STATUS_MAX} characters");
    check(wanted.status.is_some(), length(&after.status, STATUS_MAX), "status", "custom", message);
    let message = format!("A JSON object of at most {PATTERN_MAX} bytes, as text");
    let reads = after.recurrence.as_deref().is_none_or(is_pattern);
    check(wanted.recurrence.is_some(), reads, "recurrence_pattern", "custom", message);
    let message = format!("1 to {ASSIGNED_MAX} people");
    let some = (1..=ASSIGNED_MAX).contains(&after.assigned.len());
    check(wanted.assigned.is_some(), some, "assigned_user_ids", "custom", message);
    let message = "Nobody with this id can be assigned".to_owned();
    let known = after.assigned.is_subset(&facts.people);
    check(wanted.assigned.is_some(), known, "assigned_user_ids", "custom", message);
    issues
}

fn is_pattern(text: &str) -> bool {
    text.len() <= PATTERN_MAX
        && serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).is_ok()
}
