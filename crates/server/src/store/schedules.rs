//! The schedule: what is asked of it and every write of it.
//!
//! **Invariant:** nothing leaves without how much of it the asker sees.

use callboard_model::{EntryId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::save::{Attempt, Author, Knew};
use super::{Store, statements};
use crate::auth::Caller;
use crate::domain::Issue;
use crate::domain::schedule::Entry;
use crate::domain::schedule::plan::Wanted;
use crate::domain::schedule::sight::Sight;
use crate::error::Result;

/// Entries per answer at most. Of more, those that start last are given, and it is said that there are others.
pub const ENTRIES_MAX: u32 = 2000;

/// Which entries.
#[derive(Clone, Debug, Default)]
pub struct EntryQuery {
    /// Of this person.
    pub user: Option<UserId>,
    /// Starting then or later.
    pub starts_from: Option<Timestamp>,
    /// Ending then or earlier.
    pub ends_by: Option<Timestamp>,
    /// Going on then or later, also when they began before.
    pub from: Option<Timestamp>,
    /// Begun before then, also when they go on.
    pub to: Option<Timestamp>,
    /// For this thing.
    pub work: Option<String>,
    /// With this in title or notes, where the asker may read them.
    pub search: Option<String>,
}

/// Somebody whose time an entry takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Assigned {
    pub user_id: UserId,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
}

/// An entry, what its ids mean, and how much of it the asker sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The entry. Whoever shows it obeys `sight`.
    pub entry: Entry,
    /// How much of it may be shown.
    pub sight: Sight,
    /// Whose time it takes.
    pub assigned: Vec<Assigned>,
    /// What the work is called, where the asker may know.
    pub work_title: Option<String>,
}

/// A wish for an entry, new or not.
#[derive(Clone, Debug)]
pub struct Planning {
    /// Who.
    pub author: Author,
    /// Which entry.
    pub entry: EntryId,
    /// What it shall be.
    pub wanted: Wanted,
    /// What the planner knew.
    pub knew: Knew,
}

/// A wish that there be no such entry.
#[derive(Clone, Debug)]
pub struct Cancelling {
    /// Who.
    pub author: Author,
    /// Which entry.
    pub entry: EntryId,
    /// What they knew.
    pub knew: Knew,
}

/// Why an entry is not written.
#[derive(Clone, Debug)]
pub enum Unplanned {
    /// There is none, or none that the planner sees.
    NotFound,
    /// Somebody else was faster; this is how it stands now (RB-6).
    Stale(Box<Seen>),
    /// The only version on which it may land is not the one that stands.
    NotExactly(Box<Seen>),
    /// The domain refused.
    Invalid(Vec<Issue>),
    /// The planner may not do this; a sentence for people.
    Forbidden(&'static str),
}

impl Store {
    /// The entries that the caller sees, earliest first, and whether there are more.
    pub async fn schedule(&self, caller: &Caller, query: EntryQuery) -> Result<(Vec<Seen>, bool)> {
        let caller = caller.clone();
        self.read(move |db| statements::schedules::list(db, &caller, &query)).await
    }

    /// One entry, if the caller sees it.
    pub async fn schedule_entry(&self, caller: &Caller, entry: &EntryId) -> Result<Option<Seen>> {
        let (caller, entry) = (caller.clone(), entry.clone());
        self.read(move |db| statements::schedules::visible(db, &caller.tenant, &entry, &(&caller).into()))
            .await
    }

    /// What wants the same people at the same time as this entry, as far as the caller sees it.
    pub async fn schedule_conflicts(&self, caller: &Caller, entry: &EntryId) -> Result<Option<Vec<Seen>>> {
        let (caller, entry) = (caller.clone(), entry.clone());
        self.read(move |db| statements::schedules::conflicts(db, &caller, &entry)).await
    }

    /// Adds an entry.
    pub async fn add_entry(&self, planning: Planning) -> Result<Attempt<Seen, Unplanned>> {
        let (tenant, limits) = (planning.author.tenant.clone(), self.limits);
        self.write(&tenant, move |db| statements::planning::add(db, &planning, limits)).await
    }

    /// Changes an entry.
    pub async fn change_entry(&self, planning: Planning) -> Result<Attempt<Seen, Unplanned>> {
        let (tenant, limits) = (planning.author.tenant.clone(), self.limits);
        self.write(&tenant, move |db| statements::planning::change(db, &planning, limits)).await
    }

    /// Takes an entry away.
    pub async fn remove_entry(&self, cancelling: Cancelling) -> Result<Attempt<(), Unplanned>> {
        let (tenant, limits) = (cancelling.author.tenant.clone(), self.limits);
        self.write(&tenant, move |db| statements::planning::remove(db, &cancelling, limits)).await
    }
}
