//! What a company promised to its customers, and what its boards ask before a ticket is closed.
//!
//! It exists so that administrators, demo data and tests fill a store with promises without knowing how they are kept.
//!
//! **Invariant:** plain data; what is no calendar is refused when it is written, not when it is first counted by.

use callboard_model::{BoardId, ClientId, PriorityId, SlaPolicyId, StatusId, TenantId};
use jiff::civil::Date;

use super::members::Unwritten;
use super::save::{Attempt, Author};
use super::{Store, statements};
use crate::domain::close_rules::CloseRules;
use crate::domain::sla::Target;
use crate::domain::sla::calendar::Shift;
use crate::error::Result;

/// All that is agreed.
#[derive(Clone, Debug, Default)]
pub struct Agreements {
    /// The hours in which somebody works.
    pub hours: Vec<BusinessHours>,
    /// The promises.
    pub policies: Vec<Policy>,
    /// Clients with a policy of their own; it goes before their board's.
    pub of_clients: Vec<(ClientId, SlaPolicyId)>,
    /// Boards with a policy; it goes before the default one.
    pub of_boards: Vec<(BoardId, SlaPolicyId)>,
    /// Statuses in which the clocks stand still.
    pub pausing: Vec<StatusId>,
    /// What boards ask before a ticket is closed.
    pub close_rules: Vec<(BoardId, CloseRules)>,
}

/// A calendar with its names.
#[derive(Clone, Debug)]
pub struct BusinessHours {
    /// Which.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The IANA name of its time zone.
    pub zone: String,
    /// Its shifts.
    pub shifts: Vec<Shift>,
    /// Days on which nobody works, with their names.
    pub holidays: Vec<(Date, String)>,
}

/// A policy of service levels.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Which.
    pub id: SlaPolicyId,
    /// What people call it.
    pub name: String,
    /// Whether it counts where nothing else was agreed.
    pub is_default: bool,
    /// Its hours; none for around the clock.
    pub hours: Option<String>,
    /// What it promises for which priority.
    pub targets: Vec<(PriorityId, Target)>,
}

/// The longest target, in minutes: ten years. A longer one is refused.
pub const TARGET_MAX: i64 = 10 * 366 * 24 * 60;
/// Calendars, and policies, of one company at most; one more is refused.
pub const AGREED_MAX: u64 = 200;
/// The longest name of a calendar, a policy or a holiday, in characters. A longer one is refused.
pub const NAME_MAX: usize = 100;

/// Whether something is to be written where nothing is yet, or over what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nothing is there.
    New,
    /// Something is there; where nothing is, nothing is written.
    Taken,
}

/// What one client, board or status has of what was agreed; what is `None` stays.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "named like the keys of the API, told in docs/api.md")]
pub enum Share {
    Client { client: ClientId, policy: Option<SlaPolicyId> },
    Board { board: BoardId, policy: Option<Option<SlaPolicyId>>, rules: Option<CloseRules> },
    Status { status: StatusId, pauses: bool },
}

impl Store {
    /// All that was agreed.
    pub async fn agreements(&self, tenant: &TenantId) -> Result<Agreements> {
        let tenant = tenant.clone();
        self.read(move |db| statements::promises::all(db, &tenant)).await
    }

    /// Writes a calendar whole, and answers its id.
    pub async fn write_calendar(
        &self,
        author: Author,
        hours: BusinessHours,
        place: Place,
    ) -> Result<Attempt<String, Unwritten>> {
        let tenant = author.tenant.clone();
        self.write(&tenant, move |db| statements::promises::write_hours(db, &author, &hours, place)).await
    }

    /// Takes a calendar away that no policy counts in.
    pub async fn remove_calendar(&self, author: Author, id: String) -> Result<Attempt<(), Unwritten>> {
        let tenant = author.tenant.clone();
        self.write(&tenant, move |db| statements::promises::remove_hours(db, &author, &id)).await
    }

    /// Writes a policy whole, and answers its id. A new default one takes the place of the old.
    pub async fn write_policy(
        &self,
        author: Author,
        policy: Policy,
        place: Place,
    ) -> Result<Attempt<SlaPolicyId, Unwritten>> {
        let tenant = author.tenant.clone();
        self.write(&tenant, move |db| statements::promises::write_policy(db, &author, &policy, place)).await
    }

    /// Takes a policy away that no client and no board has.
    pub async fn remove_policy(&self, author: Author, id: SlaPolicyId) -> Result<Attempt<(), Unwritten>> {
        let tenant = author.tenant.clone();
        self.write(&tenant, move |db| statements::promises::remove_policy(db, &author, &id)).await
    }

    /// Says what a client, a board or a status has of what was agreed.
    pub async fn agree(&self, author: Author, share: Share) -> Result<Attempt<(), Unwritten>> {
        let tenant = author.tenant.clone();
        self.write(&tenant, move |db| statements::promises::agree(db, &author, &share)).await
    }
}
