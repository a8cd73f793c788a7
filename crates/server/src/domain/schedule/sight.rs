//! Who sees an entry, and who may change it.
//!
//! **Invariant:** nobody changes what they cannot see, so nothing hidden can be laid bare by a write.

use callboard_model::UserId;
use serde::{Deserialize, Serialize};

use super::Entry;
use crate::auth::Access;

/// How much of an entry somebody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sight {
    /// Nothing: to them it does not exist.
    Hidden,
    /// That somebody is busy, and when.
    Busy,
    /// All of it.
    Whole,
}

/// What decides how much of an entry one person sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ties {
    /// Whether it takes their time.
    pub is_assigned: bool,
    /// Whether they made it.
    pub is_maker: bool,
    /// Whether others are told no more than that somebody is busy.
    pub is_private: bool,
    /// Whether they may see what it is for.
    pub reaches_work: bool,
}

impl Ties {
    /// How much of the entry somebody with this access sees.
    #[must_use]
    pub const fn sight(self, access: &Access) -> Sight {
        if !access.reads_schedules() {
            Sight::Hidden
        } else if self.is_assigned {
            Sight::Whole
        } else if !access.plans_schedules() {
            Sight::Hidden
        } else if (self.is_private && !self.is_maker) || !self.reaches_work {
            Sight::Busy
        } else {
            Sight::Whole
        }
    }
}

/// What a planner may change of an entry that shows only that somebody is busy. Not whose it is: whoever is given it sees it.
const MOVABLE: [&str; 3] = ["scheduled_start", "scheduled_end", "status"];
/// What somebody may change of an entry that others planned for them.
const REPORTED: [&str; 2] = ["status", "notes"];

impl Entry {
    /// How much of it `user` sees; `reaches_work` says whether they may see what it is for.
    #[must_use]
    pub fn sight(&self, access: &Access, user: &UserId, reaches_work: bool) -> Sight {
        let ties = Ties {
            is_assigned: self.assigned.contains(user),
            is_maker: self.created_by == *user,
            is_private: self.is_private,
            reaches_work,
        };
        ties.sight(access)
    }

    /// Whether it is `user`'s own doing and takes nobody else's time.
    fn is_own_affair(&self, user: &UserId) -> bool {
        self.created_by == *user && self.assigned.len() == 1 && self.assigned.contains(user)
    }
}

/// Why an entry must not become another. `None` stands for one that is not there: before it is made, after it is deleted.
/// The sight is of the entry before, or of the new one.
pub fn forbids(
    access: &Access,
    user: &UserId,
    sight: Sight,
    before: Option<&Entry>,
    after: Option<&Entry>,
) -> Option<&'static str> {
    if !access.writes_tickets() {
        return Some("Your role does not plan");
    }
    let within = |names: &[&str]| match (before, after) {
        (Some(before), Some(after)) => before.changed(after).iter().all(|name| names.contains(name)),
        _ => false,
    };
    if access.plans_schedules() {
        let blind = sight != Sight::Whole && before.is_some() && after.is_some() && !within(&MOVABLE);
        return blind.then_some("What this is about is not for you: it can be moved, no more");
    }
    let own = [before, after].into_iter().flatten().all(|entry| entry.is_own_affair(user));
    let reports = before.is_some_and(|before| before.assigned.contains(user)) && within(&REPORTED);
    (!own && !reports).then_some("You plan your own time; of what others planned you report status and notes")
}
