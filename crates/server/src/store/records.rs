//! Records: anything that can be edited has a kind, an id and a version (RB-1).
//!
//! **Invariant:** who may see a record is decided by where it stands, which is told with its version.

use std::collections::HashMap;

use callboard_model::{TenantId, Timestamp, UserId, Version};

use super::flags::Flag;
use super::sql::Sql;
use super::witness::once;
use super::{Store, statements};
use crate::auth::{Access, Caller, Placement};
use crate::domain::schedule::sight::{Sight, Ties};
use crate::error::Result;

/// What kind of thing is edited.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, PartialOrd, Ord)]
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

impl RecordVersion {
    /// Whether somebody may know of it.
    fn is_for(&self, access: &Access, kind: Kind) -> bool {
        match kind {
            Kind::Ticket => access.reads(&self.place),
            Kind::Client | Kind::Contact => access.reaches_client(self.place.client.as_ref()),
            // Who sees only that somebody is busy learns nothing of when or by whom it was changed.
            Kind::ScheduleEntry => {
                self.planned.is_some_and(|one| one.sight(access, &self.place) == Sight::Whole)
            }
        }
    }
}

/// What somebody who listens may know of a record that has changed.
#[derive(Clone, Debug)]
pub struct Glimpse {
    /// Who listens, as they stand.
    pub caller: Caller,
    /// How the record stands; `None` when it is gone, or none of theirs to know of.
    pub version: Option<RecordVersion>,
    /// Where it stands, or stood last; not whether they may know.
    pub place: Option<Placement>,
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
            Ok(found.filter(|record| record.is_for(&access, kind)))
        })
        .await
    }

    /// What a listener may know of a record that has changed, from one snapshot; `None` when they are nobody any more, or
    /// their company has switched the live layer off (LT-20).
    pub async fn glimpse(
        &self,
        (tenant, user): (&TenantId, &UserId),
        kind: Kind,
        id: String,
    ) -> Result<Option<Glimpse>> {
        let look = Look { tenant: tenant.clone(), user: user.clone(), kind, id };
        self.glimpses.ask(self, look, glimpses).await
    }
}

/// Somebody who listens looks at a record.
#[derive(Debug)]
pub(super) struct Look {
    tenant: TenantId,
    user: UserId,
    kind: Kind,
    id: String,
}

/// What each of these may know: who they are, and a record that stands alike for everybody, are read once for all who look.
fn glimpses(db: &mut dyn Sql, looks: &[Look], _: &Store) -> Result<Vec<Option<Glimpse>>> {
    let (mut live, mut people, mut records) = (HashMap::new(), HashMap::new(), HashMap::new());
    let mut answers = Vec::with_capacity(looks.len());
    for Look { tenant, user, kind, id } in looks {
        let is_live =
            *once(&mut live, tenant, || statements::flags::is_on(db, tenant, Flag::LiveTicketUpdates))?;
        let caller = once(&mut people, (tenant, user), || statements::people::caller(db, tenant, user))?;
        let Some(caller) = caller.clone().filter(|_| is_live) else {
            answers.push(None);
            continue;
        };
        // What somebody has to do with planned work is each one's own.
        let reader = if *kind == Kind::ScheduleEntry { user.as_str() } else { "" };
        let (found, place) = once(&mut records, (tenant, *kind, id, reader), || {
            let found = statements::versions::version(db, tenant, *kind, id, reader)?;
            let place = match (&found, kind) {
                (Some(record), _) => Some(record.place.clone()),
                (None, Kind::Ticket) => statements::witness::last_place(db, tenant, &id.as_str().into())?,
                (None, _) => None,
            };
            Ok((found, place))
        })?;
        let version = found.clone().filter(|record| record.is_for(&caller.access, *kind));
        answers.push(Some(Glimpse { caller, version, place: place.clone() }));
    }
    Ok(answers)
}
