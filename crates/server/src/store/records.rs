//! Records: anything that can be edited has a kind, an id and a version (RB-1).
//!
//! **Invariant:** who may see a record is decided by where it stands, which is told with its version.

use callboard_model::{Timestamp, Version};

use super::{Store, statements};
use crate::auth::{Caller, Placement};
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
    /// Where it stands.
    pub place: Placement,
    /// Whether the one who asks is meant by it: planned work is for somebody.
    pub is_readers_own: bool,
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
                Kind::ScheduleEntry => access.plans_schedules() || record.is_readers_own,
            }))
        })
        .await
    }
}
