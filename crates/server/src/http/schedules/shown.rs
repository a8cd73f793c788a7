//! An entry as it is answered.
//!
//! It exists so that what is hidden from a caller is hidden in one place, wherever an entry leaves: in a list, by
//! itself, after a write, or as the one that was faster.
//!
//! **Invariant:** of an entry that only shows that somebody is busy, nothing leaves that says with what.

use callboard_model::{EntryId, Person, Timestamp, UserId, Version};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::unknown;
use crate::domain::schedule::sight::Sight;
use crate::domain::schedule::{Entry, WorkKind};
use crate::http::problem::Problem;
use crate::store::schedules::{Assigned, Seen, Unplanned};

/// What a busy time is called.
const BUSY: &str = "Busy";
/// What work is called that the caller cannot know, in the stock's words.
const UNKNOWN_WORK: &str = "Unknown Work Item";

/// An entry in the stock's shape. `assigned_user_ids`, `updated_by` and `version` are ours.
#[derive(Serialize, ToSchema)]
#[schema(as = ScheduleEntry)]
pub(super) struct Shown {
    entry_id: EntryId,
    title: String,
    scheduled_start: Timestamp,
    scheduled_end: Timestamp,
    work_item_id: Option<String>,
    work_item_type: &'static str,
    notes: String,
    is_private: bool,
    status: String,
    recurrence_pattern: Option<String>,
    created_by: UserId,
    created_at: Timestamp,
    updated_by: Person,
    updated_at: Timestamp,
    assigned_user_ids: Vec<UserId>,
    assigned_users: Vec<Assigned>,
    work_item: Option<WorkItem>,
    duration_hours: f64,
    is_current: bool,
    version: Version,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ScheduleWorkItem)]
struct WorkItem {
    id: String,
    title: String,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl Shown {
    pub(super) fn new(seen: Seen, now: Timestamp) -> Self {
        let Seen { entry, sight, assigned, work_title } = seen;
        let entry = if sight == Sight::Whole { entry } else { veiled(entry) };
        let kind = entry.work.kind.name();
        let title = || work_title.unwrap_or_else(|| UNKNOWN_WORK.to_owned());
        let is_current = entry.is_current(now);
        Self {
            entry_id: entry.id,
            title: entry.title,
            scheduled_start: entry.start,
            scheduled_end: entry.end,
            work_item: entry.work.id.clone().map(|id| WorkItem { id, title: title(), kind }),
            work_item_id: entry.work.id,
            work_item_type: kind,
            notes: entry.notes,
            is_private: entry.is_private,
            status: entry.status,
            recurrence_pattern: entry.recurrence,
            created_by: entry.created_by,
            created_at: entry.created_at,
            updated_by: entry.updated_by,
            updated_at: entry.updated_at,
            assigned_user_ids: entry.assigned.into_iter().collect(),
            assigned_users: assigned,
            duration_hours: entry.start.duration_until(entry.end).as_secs_f64() / 3600.0,
            is_current,
            version: entry.version,
        }
    }
}

/// The entry without anything that says what it is about.
fn veiled(mut entry: Entry) -> Entry {
    BUSY.clone_into(&mut entry.title);
    entry.notes.clear();
    entry.work.kind = WorkKind::AdHoc;
    entry.work.id = None;
    entry.recurrence = None;
    entry
}

/// What a planner has to know who was overtaken.
#[derive(Serialize, ToSchema)]
#[schema(as = ScheduleOvertaken)]
pub(super) struct Overtaken {
    current: Shown,
    conflicts: Vec<Clash>,
}

/// One key on which two planners disagree.
#[derive(Serialize, ToSchema)]
#[schema(as = ScheduleClash)]
struct Clash {
    field: String,
    yours: Value,
    theirs: Value,
    changed_by: Person,
    changed_at: Timestamp,
    version: Version,
}

impl Overtaken {
    /// `sent` is the body of the write that came too late.
    fn new(seen: Seen, sent: &Map<String, Value>, now: Timestamp) -> Self {
        let (by, at, version) = (seen.entry.updated_by.clone(), seen.entry.updated_at, seen.entry.version);
        let current = Shown::new(seen, now);
        let stands = serde_json::to_value(&current).unwrap_or_default();
        let differs = |(key, yours): (&String, &Value)| {
            let theirs = stands.get(key).filter(|theirs| *theirs != yours)?;
            Some(Clash {
                field: key.clone(),
                yours: yours.clone(),
                theirs: theirs.clone(),
                changed_by: by.clone(),
                changed_at: at,
                version,
            })
        };
        let conflicts = sent.iter().filter_map(differs).collect();
        Self { current, conflicts }
    }
}

/// Why an entry was not written.
pub(super) fn refused(refusal: Unplanned, sent: &Map<String, Value>, now: Timestamp) -> Problem {
    match refusal {
        Unplanned::NotFound => unknown(),
        Unplanned::Stale(seen) => Problem::stale(false, json!(Overtaken::new(*seen, sent, now))),
        Unplanned::NotExactly(seen) => Problem::stale(true, json!(Overtaken::new(*seen, sent, now))),
        Unplanned::Invalid(issues) => Problem::invalid(&issues),
        Unplanned::Forbidden(message) => Problem::forbidden(message),
    }
}
