//! SQLite behind the store: one thread writes, a few connections read.
//!
//! It exists because SQLite has one writer anyway: a queue in front of it turns lock contention into order, and lets
//! writes that wait together share one commit.
//!
//! **Invariant:** nothing here blocks an async thread, and nobody but the writer's thread holds a writing connection.

pub(super) mod changes;
mod columns;
pub(super) mod company;
mod facts;
mod idempotency;
pub(super) mod lookups;
mod migrate;
pub(super) mod outbox;
pub(super) mod people;
mod readers;
pub(super) mod save;
pub(super) mod tickets;
mod writer;

use std::path::PathBuf;

use rusqlite::Connection;
use tokio::sync::watch;

use self::readers::Readers;
use self::writer::Writer;
use super::Limits;
use crate::error::Result;

/// The database file with its writer and its readers.
#[derive(Clone)]
pub(super) struct Sqlite {
    writer: Writer,
    readers: Readers,
    pub(super) limits: Limits,
}

impl Sqlite {
    pub(super) fn open(path: PathBuf, limits: Limits) -> Result<Self> {
        let mut connection = Connection::open(&path)?;
        configure(&connection)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        migrate::to_newest(&mut connection)?;
        let writer = Writer::start(connection)?;
        Ok(Self { writer, readers: Readers::new(path), limits })
    }

    pub(super) fn committed(&self) -> watch::Receiver<u64> {
        self.writer.committed()
    }

    /// Runs `work` on a reading connection, off the async threads.
    pub(super) async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        self.readers.run(work).await
    }

    /// Runs `work` in a transaction; it answers when the transaction is on disk. An `Err` of `work` writes nothing.
    pub(super) async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        self.writer.run(work).await
    }
}

/// What every connection to the file agrees on.
fn configure(connection: &Connection) -> Result<()> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -32_768)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}
