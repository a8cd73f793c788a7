//! Records: anything that can be edited has a kind, an id and a version (RB-1).
//!
//! **Invariant:** who may see a record is decided by where it stands, which is told with its version.

use callboard_model::{Timestamp, Version};

use super::{Store, statements};
use crate::auth::{Access, Caller, Placement};
use crate::domain::schedule::sight::{Sight, Ties};
use crate::error::Result;

/// What kind of thing is edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A ticket.
    Ticket,
    /// A customer.
    Client,
    /// A person at a customer.
    Contact,
    /// Planned work.
    ScheduleEntry,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Ticket, Self::Client, Self::Contact, Self::ScheduleEntry];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ticket => "ticket",
            Self::Client => "client",
            Self::Contact => "contact",
            Self::ScheduleEntry => "schedule_entry",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// How a record stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordVersion {
    /// Its version.
    pub version: Version,
    /// When it was changed last; nobody knows of what was never changed since it was brought here.
    pub updated_at: Option<Timestamp>,
    /// By whom.
    pub updated_by_name: Option<String>,
    /// Where it stands; of planned work, where the ticket stands that it is for.
    pub place: Placement,
    /// What the one who asks has to do with planned work. Of anything else there is nothing to say.
    pub planned: Option<Planned>,
}

/// What somebody has to do with an entry of the schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Whether it takes their time.
    pub is_assigned: bool,
    /// Whether they made it.
    pub is_maker: bool,
    /// Whether others are told no more than that somebody is busy.
    pub is_private: bool,
    /// Whether it is for a ticket that is there.
    pub is_for_ticket: bool,
}

impl Planned {
    /// How much of it is theirs to see, for a ticket at `place`: the same line as in the schedule itself.
    fn sight(self, access: &Access, place: &Placement) -> Sight {
        let ties = Ties {
            is_assigned: self.is_assigned,
            is_maker: self.is_maker,
            is_private: self.is_private,
            reaches_work: !self.is_for_ticket || access.reads(place),
        };
        ties.sight(access)
    }
}

impl Store {
    /// How a record stands; `None` when there is none, or none that the caller may know of.
    pub async fn record_version(
        &self,
        caller: &Caller,
        kind: Kind,
        id: String,
    ) -> Result<Option<RecordVersion>> {
        let (tenant, reader, access) = (caller.tenant.clone(), caller.user.clone(), caller.access.clone());
        self.read(move |db| {
            let found = statements::versions::version(db, &tenant, kind, &id, reader.as_str())?;
            Ok(found.filter(|record| match kind {
                Kind::Ticket => access.reads(&record.place),
                Kind::Client | Kind::Contact => access.reaches_client(record.place.client.as_ref()),
                // Who sees only that somebody is busy learns nothing of when or by whom it was changed.
                Kind::ScheduleEntry => {
                    record.planned.is_some_and(|one| one.sight(&access, &record.place) == Sight::Whole)
                }
            }))
        })
        .await
    }
}
