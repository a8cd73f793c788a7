//! Entries of the schedule as the REST API spells them: who is where when, and on what (`/schedules`).
//!
//! **Invariant:** an entry is written as a whole: what a write does not say stays as it was on the version that it names.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{EntryId, Person, TicketId, UserId, Version};

/// An entry; `GET /schedules/{id}`. What else a server tells of it is ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct ScheduleEntry {
    pub entry_id: EntryId,
    pub title: Arc<str>,
    pub scheduled_start: Timestamp,
    pub scheduled_end: Timestamp,
    pub status: Arc<str>,
    #[serde(default)]
    pub notes: Arc<str>,
    #[serde(default)]
    pub is_private: bool,
    #[serde(default)]
    pub assigned_users: Vec<Assigned>,
    pub updated_by: Person,
    pub updated_at: Timestamp,
    pub version: Version,
}

/// Somebody whose time an entry takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Assigned {
    pub user_id: UserId,
    #[serde(default)]
    pub first_name: Arc<str>,
    #[serde(default)]
    pub last_name: Arc<str>,
}

/// The entries of a list; `GET /schedules`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleList {
    /// The entries, the earliest first.
    pub data: Vec<ScheduleEntry>,
    /// What else is said of the list.
    #[serde(default)]
    pub meta: ScheduleListMeta,
}

/// What else is said of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleListMeta {
    /// There were more, that start earlier.
    #[serde(default)]
    pub truncated: bool,
}

/// The body of a write; what is `None` is not said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct EntryChanges {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_start: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_end: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned_user_ids: Option<BTreeSet<UserId>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Arc<str>>,
    /// Of a new entry: the ticket that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none", flatten)]
    pub work: Option<TicketWork>,
    /// The version on which it was decided; none for a new entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_version: Option<Version>,
}

/// The ticket that an entry is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "work_item_type", rename_all = "snake_case")]
pub enum TicketWork {
    /// This one.
    Ticket {
        /// Its id.
        work_item_id: TicketId,
    },
}

/// Who was faster; the `details` of a 409 or 412.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overtaken {
    /// The entry as it stands.
    pub current: ScheduleEntry,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_entry_names_its_ticket_and_a_change_says_only_what_it_changes() {
        let work = Some(TicketWork::Ticket { work_item_id: "t1".into() });
        let new = EntryChanges { title: Some("Visit".into()), work, ..EntryChanges::default() };
        let json = serde_json::to_string(&new).expect("plain data");
        assert_eq!(json, r#"{"title":"Visit","work_item_type":"ticket","work_item_id":"t1"}"#);
        let changed = EntryChanges { client_version: Some(Version(3)), ..EntryChanges::default() };
        assert_eq!(serde_json::to_string(&changed).expect("plain data"), r#"{"client_version":3}"#);
    }
}
