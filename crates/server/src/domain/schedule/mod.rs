//! Entries of the schedule: who is where when, and on what.
//!
//! It exists so that planning has its rules in one place, whoever plans: an entry is a record that is edited as a
//! whole, guarded by its version (RB-1, RB-6).
//!
//! | module | holds |
//! |---|---|
//! | [`capacity`] | when a team's day is full |
//! | [`plan`] | what may become of an entry |
//! | [`sight`] | who sees it, and who may change it |
//!
//! **Invariant:** an entry ends after it starts, is somebody's, and says what it is for in one way only.

pub mod capacity;
pub mod plan;
pub mod sight;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use callboard_model::{EntryId, Person, TicketId, Timestamp, UserId, Version};
use serde::{Deserialize, Serialize};

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    /// What it is called.
    pub title: String,
    /// From when.
    pub start: Timestamp,
    /// Until when, without that instant itself.
    pub end: Timestamp,
    /// What it is for.
    pub work: Work,
    /// What else there is to know.
    pub notes: String,
    /// Whether others are told that somebody is busy and nothing else.
    pub is_private: bool,
    /// How it stands, in the company's own words.
    pub status: String,
    /// When it comes again: JSON that is kept as it came.
    pub recurrence: Option<String>,
    /// Whose time it takes; never nobody's.
    pub assigned: BTreeSet<UserId>,
    /// Who made it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// Who changed it last.
    pub updated_by: Person,
    /// When.
    pub updated_at: Timestamp,
    /// One more with every change.
    pub version: Version,
}

/// What an entry is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// What kind of thing.
    pub kind: WorkKind,
    /// Which one; nothing for what is no thing of ours.
    pub id: Option<String>,
}

/// Kinds of work, as the stock stores them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the stock's own words")]
pub enum WorkKind {
    Ticket,
    ProjectTask,
    NonBillableCategory,
    AdHoc,
    Interaction,
    AppointmentRequest,
    OpportunityStep,
}

impl WorkKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Ticket,
        Self::ProjectTask,
        Self::NonBillableCategory,
        Self::AdHoc,
        Self::Interaction,
        Self::AppointmentRequest,
        Self::OpportunityStep,
    ];

    /// Its name in the database and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ticket => "ticket",
            Self::ProjectTask => "project_task",
            Self::NonBillableCategory => "non_billable_category",
            Self::AdHoc => "ad_hoc",
            Self::Interaction => "interaction",
            Self::AppointmentRequest => "appointment_request",
            Self::OpportunityStep => "opportunity_step",
        }
    }

    /// The kind that is called so; a meeting, a break and whatever else there is are no things to look up.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "meeting" | "break" | "other" => Some(Self::AdHoc),
            name => Self::ALL.into_iter().find(|kind| kind.name() == name),
        }
    }
}

impl Entry {
    /// The ticket that is worked on, if it is one.
    #[must_use]
    pub fn ticket(&self) -> Option<TicketId> {
        let is_ticket = self.work.kind == WorkKind::Ticket;
        self.work.id.as_deref().filter(|_| is_ticket).map(Into::into)
    }

    /// Whether it lies in the present.
    #[must_use]
    pub fn is_current(&self, now: Timestamp) -> bool {
        self.start <= now && now < self.end
    }

    /// Whether both want the same person at the same time. Two that touch do not.
    #[must_use]
    pub fn clashes_with(&self, other: &Self) -> bool {
        let same_time = self.start < other.end && other.start < self.end;
        let same_person = !self.assigned.is_disjoint(&other.assigned);
        self.id != other.id
            && same_time
            && same_person
            && takes_time(&self.status)
            && takes_time(&other.status)
    }

    /// The names of what differs between this entry and a later one.
    #[must_use]
    pub fn changed(&self, after: &Self) -> Vec<&'static str> {
        [
            ("title", self.title != after.title),
            ("scheduled_start", self.start != after.start),
            ("scheduled_end", self.end != after.end),
            ("work_item_type", self.work.kind != after.work.kind),
            ("work_item_id", self.work.id != after.work.id),
            ("notes", self.notes != after.notes),
            ("is_private", self.is_private != after.is_private),
            ("status", self.status != after.status),
            ("recurrence_pattern", self.recurrence != after.recurrence),
            ("assigned_user_ids", self.assigned != after.assigned),
        ]
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
    }
}

/// Whether an entry with this status takes anybody's time: what was called off takes nobody's.
#[must_use]
pub fn takes_time(status: &str) -> bool {
    let said: String = status.chars().filter(char::is_ascii_alphabetic).collect();
    !matches!(&*said.to_ascii_lowercase(), "cancelled" | "canceled" | "cancel" | "noshow")
}
