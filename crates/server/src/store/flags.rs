//! Switches of a tenant, read where they matter and so in force at once.
//!
//! **Invariant:** a switch that nobody touched is on.

use callboard_model::TenantId;

use super::members::Unwritten;
use super::save::{Attempt, Author};
use super::{Store, statements};
use crate::error::Result;

/// Something that can be switched off for one tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    /// Rooms, hints and live tokens (LT-20). Off means exactly REST.
    LiveTicketUpdates,
}

impl Flag {
    /// Every one.
    pub const ALL: [Self; 1] = [Self::LiveTicketUpdates];

    /// Its name on the wire and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LiveTicketUpdates => "live-ticket-updates",
        }
    }
}

impl Store {
    /// Whether a switch is on.
    pub async fn flag(&self, tenant: &TenantId, flag: Flag) -> Result<bool> {
        let tenant = tenant.clone();
        self.read(move |db| statements::flags::is_on(db, &tenant, flag)).await
    }

    /// Turns a switch. What was written before stands: a hint that waits is still told.
    pub async fn set_flag(&self, tenant: &TenantId, flag: Flag, on: bool) -> Result<()> {
        let wall = tenant.clone();
        self.write(tenant, move |db| statements::flags::set(db, &wall, flag, on)).await
    }

    /// The same, asked for by somebody; it answers how the switch stands.
    pub async fn turn_flag(&self, author: Author, flag: Flag, on: bool) -> Result<Attempt<bool, Unwritten>> {
        let tenant = author.tenant.clone();
        self.write(&tenant, move |db| statements::flags::turn(db, &author, flag, on)).await
    }
}
