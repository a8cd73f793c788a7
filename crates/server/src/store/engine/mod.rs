//! Who executes the store's statements.
//!
//! It exists so that an engine is what differs between databases and nothing more: connections, threads, commits,
//! and the way to the newest schema.
//!
//! **Invariant:** no statement about tickets, people or anything else that the store is about stands in here.

mod postgres;
mod queue;
mod readers;
mod sqlite;

use std::path::PathBuf;

use callboard_model::TenantId;
use tokio::sync::watch;

use self::postgres::Postgres;
use self::sqlite::{Memory, Sqlite};
use crate::error::{Result, ServerError};
use crate::store::sql::Sql;

/// One of the databases that this release serves.
#[derive(Clone)]
pub(super) enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
    Memory(Memory),
}

impl Engine {
    /// Opens what the address names, and brings its schema up to date. Blocks.
    pub(super) fn open(address: &str) -> Result<Self> {
        if let Some(path) = address.strip_prefix("sqlite:")
            && !path.is_empty()
            && !path.starts_with(":memory:")
        {
            return Ok(Self::Sqlite(Sqlite::open(PathBuf::from(path))?));
        }
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            return Ok(Self::Postgres(Postgres::open(address)?));
        }
        Err(ServerError::UnknownDatabase)
    }

    /// SQLite in memory, executed inline.
    pub(super) fn in_memory() -> Result<Self> {
        Ok(Self::Memory(Memory::open()?))
    }

    /// Rings after commits that asked for it.
    pub(super) fn committed(&self) -> watch::Receiver<u64> {
        match self {
            Self::Sqlite(engine) => engine.committed(),
            Self::Postgres(engine) => engine.committed(),
            Self::Memory(engine) => engine.committed(),
        }
    }

    /// Runs `work` on one snapshot.
    pub(super) async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Sql) -> Result<T> + Send + 'static,
    {
        match self {
            Self::Sqlite(engine) => engine.read(work).await,
            Self::Postgres(engine) => engine.read(work).await,
            Self::Memory(engine) => engine.read(work),
        }
    }

    /// Runs `work` in a transaction, after every earlier one of this tenant.
    pub(super) async fn write<T, F>(&self, tenant: &TenantId, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Sql) -> Result<T> + Send + 'static,
    {
        match self {
            Self::Sqlite(engine) => engine.write(work).await,
            Self::Postgres(engine) => engine.write(tenant, work).await,
            Self::Memory(engine) => engine.write(work),
        }
    }

    /// Looks at the outbox if this process is the one that relays, and else fails with
    /// [`ServerError::RelayedElsewhere`].
    pub(super) async fn look<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Sql) -> Result<T> + Send + 'static,
    {
        match self {
            // Whoever opens the file relays; there is no other process to share a file with.
            Self::Sqlite(engine) => engine.read(work).await,
            // On the connection that holds the lock: whoever has lost the one has lost the other.
            Self::Postgres(engine) => engine.relay(work).await,
            Self::Memory(engine) => engine.read(work),
        }
    }

    /// Runs `work` in a transaction if this process is the one that relays, and else fails with
    /// [`ServerError::RelayedElsewhere`].
    pub(super) async fn relay<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Sql) -> Result<T> + Send + 'static,
    {
        match self {
            Self::Sqlite(engine) => engine.write(work).await,
            Self::Postgres(engine) => engine.relay(work).await,
            Self::Memory(engine) => engine.write(work),
        }
    }
}
