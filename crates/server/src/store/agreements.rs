//! What a company promised to its customers, and what its boards ask before a ticket is closed.
//!
//! It exists so that demo data and tests can fill a store with promises without knowing how they are kept.
//!
//! **Invariant:** plain data; what is no calendar is refused when it is written, not when it is first counted by.

use callboard_model::{BoardId, ClientId, PriorityId, SlaPolicyId, StatusId};
use jiff::civil::Date;

use crate::domain::close_rules::CloseRules;
use crate::domain::sla::Target;
use crate::domain::sla::calendar::Shift;

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
