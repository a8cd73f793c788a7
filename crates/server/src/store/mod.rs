//! The truth: tickets, lookups, people, the change feed, the outbox.
//!
//! It exists so that the rest of the server speaks of tickets and not of SQL. Behind it stands SQLite; another
//! database has to tell the same story through the same functions.
//!
//! **Invariant:** no SQL type, no row and no connection passes through these signatures.

pub mod lookups;
pub mod query;
mod reads;
pub mod save;
mod sqlite;
mod writes;

use std::path::PathBuf;

use callboard_model::rest::Changes;
use callboard_model::{Hint, TenantId, TicketId};
use tokio::sync::watch;

use crate::error::{Result, ServerError};

/// A handle to the database. Cheap to clone; the database closes with the last handle.
#[derive(Clone)]
pub struct Store {
    sqlite: sqlite::Sqlite,
}

/// How much a store keeps.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Change records kept per tenant. A reader whose cursor is older is told to load anew.
    pub changes_kept: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { changes_kept: 100_000 }
    }
}

/// A hint that waits to be relayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its place in the outbox; ascending over all tenants.
    pub seq: u64,
    /// Whose it is.
    pub tenant: TenantId,
    /// The ticket's room gets it.
    pub ticket: TicketId,
    /// What to say.
    pub hint: Hint,
}

/// What the change feed says from a place on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feed {
    /// What follows.
    Page(Changes),
    /// That place is not in the feed any more, or never was: load anew.
    Gone,
}

impl Store {
    /// Opens `sqlite:<path>`, creating the file and bringing its schema up to date. Blocks on the disk.
    pub fn open(address: &str, limits: Limits) -> Result<Self> {
        let path = address
            .strip_prefix("sqlite:")
            .filter(|path| !path.is_empty() && !path.starts_with(":memory:"))
            .ok_or_else(|| ServerError::UnknownDatabase(address.to_owned()))?;
        Ok(Self { sqlite: sqlite::Sqlite::open(PathBuf::from(path), limits)? })
    }

    /// Rings after each commit that put something into the outbox, with the newest outbox number.
    #[must_use]
    pub fn committed(&self) -> watch::Receiver<u64> {
        self.sqlite.committed()
    }
}
