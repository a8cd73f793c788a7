//! What the body of a write says of an entry.
//!
//! **Invariant:** a key that has no effect is refused by name, never dropped.

use callboard_model::{Timestamp, UserId, Version};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::domain::Issue;
use crate::domain::schedule::WorkKind;
use crate::domain::schedule::plan::Wanted;
use crate::domain::value::{ID_MAX, to_millisecond};
use crate::http::extract::{each, maybe, said};

/// The keys of a body; what is not sent stays as it is.
#[derive(Default, ToSchema)]
#[schema(as = SchedulePlan)]
pub(super) struct Plan {
    title: Option<String>,
    scheduled_start: Option<Timestamp>,
    scheduled_end: Option<Timestamp>,
    /// ticket, project_task, meeting, break, other or what the stock stores for these.
    work_item_type: Option<String>,
    work_item_id: Option<String>,
    assigned_user_ids: Option<Vec<UserId>>,
    notes: Option<String>,
    is_private: Option<bool>,
    status: Option<String>,
    recurrence_pattern: Option<String>,
    client_version: Option<Version>,
}

/// What was read.
pub(super) struct Sent {
    /// What the entry is wanted to be.
    pub(super) wanted: Wanted,
    /// The version on which that was decided.
    pub(super) seen: Option<Version>,
}

/// Reads a body, or says everything that is wrong with it.
pub(super) fn read(body: &Map<String, Value>) -> Result<Sent, Vec<Issue>> {
    let mut plan = Plan::default();
    each(body, |key, json| plan.take(key, json))?;
    plan.into_sent(body)
}

impl Plan {
    fn take(&mut self, key: &str, json: &Value) -> Result<(), Issue> {
        match key {
            "title" => self.title = said(key, json, "text")?,
            "scheduled_start" => self.scheduled_start = said(key, json, "a time")?,
            "scheduled_end" => self.scheduled_end = said(key, json, "a time")?,
            "work_item_type" => self.work_item_type = said(key, json, "a kind of work")?,
            "work_item_id" => self.work_item_id = maybe(key, json, "an id or null")?,
            "assigned_user_ids" => self.assigned_user_ids = said(key, json, "a list of ids")?,
            "notes" => self.notes = maybe(key, json, "text or null")?,
            "is_private" => self.is_private = said(key, json, "true or false")?,
            "status" => self.status = said(key, json, "text")?,
            "recurrence_pattern" => self.recurrence_pattern = maybe(key, json, "text or null")?,
            "client_version" => self.client_version = maybe(key, json, "a version")?,
            _ => {
                let message = format!("{key} is not a field of a schedule entry");
                return Err(Issue::at(key, "unrecognized_keys", message));
            }
        }
        Ok(())
    }

    fn into_sent(self, body: &Map<String, Value>) -> Result<Sent, Vec<Issue>> {
        let kind = self.work_item_type.as_deref().map(WorkKind::from_name);
        if kind == Some(None) {
            let message = "work_item_type is ticket, project_task, meeting, break or other";
            return Err(vec![Issue::at("work_item_type", "invalid_enum_value", message)]);
        }
        let ids = self.assigned_user_ids.iter().flatten().map(UserId::as_str);
        if ids.chain(self.work_item_id.as_deref()).any(|id| !(1..=ID_MAX).contains(&id.len())) {
            let message = format!("An id has 1 to {ID_MAX} characters");
            return Err(vec![Issue::at("work_item_id", "invalid_string", message)]);
        }
        let wanted = Wanted {
            title: self.title,
            start: self.scheduled_start.and_then(to_millisecond),
            end: self.scheduled_end.and_then(to_millisecond),
            work_kind: kind.flatten(),
            work_id: body.contains_key("work_item_id").then_some(self.work_item_id),
            notes: body.contains_key("notes").then(|| self.notes.unwrap_or_default()),
            is_private: self.is_private,
            status: self.status,
            recurrence: body.contains_key("recurrence_pattern").then_some(self.recurrence_pattern),
            assigned: self.assigned_user_ids.map(|ids| ids.into_iter().collect()),
        };
        Ok(Sent { wanted, seen: self.client_version })
    }
}
