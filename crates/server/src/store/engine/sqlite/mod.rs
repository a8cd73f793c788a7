//! SQLite behind the store: one thread writes, a few connections read.
//!
//! It exists because SQLite has one writer anyway: a queue in front of it turns lock contention into order, and lets
//! writes that wait together share one commit.
//!
//! **Invariant:** nothing here blocks an async thread, and nobody but the writer's thread holds a writing connection.

mod migrate;
mod readers;
mod session;
mod writer;

use std::path::PathBuf;

use rusqlite::Connection;
use tokio::sync::watch;

use self::readers::Readers;
use self::writer::Writer;
use crate::error::Result;
use crate::store::sql::Sql;

/// Prepared statements that a connection keeps. One more takes the place of the one that was used longest ago.
const STATEMENTS: usize = 256;

/// The database file with its writer and its readers.
#[derive(Clone)]
pub(in crate::store) struct Sqlite {
    writer: Writer,
    readers: Readers,
}

impl Sqlite {
    pub(in crate::store) fn open(path: PathBuf) -> Result<Self> {
        let mut connection = Connection::open(&path)?;
        configure(&connection)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        migrate::to_newest(&mut connection)?;
        let writer = Writer::start(connection)?;
        Ok(Self { writer, readers: Readers::new(path) })
    }

    pub(in crate::store) fn committed(&self) -> watch::Receiver<u64> {
        self.writer.committed()
    }

    /// Runs `work` on a reading connection, off the async threads.
    pub(in crate::store) async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Sql) -> Result<T> + Send + 'static,
    {
        self.readers.run(work).await
    }

    /// Runs `work` in a transaction; it answers when the transaction is on disk. An `Err` of `work` writes nothing.
    pub(in crate::store) async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Sql) -> Result<T> + Send + 'static,
    {
        self.writer.queue().run(work).await
    }
}

/// What every connection to the file agrees on.
fn configure(connection: &Connection) -> Result<()> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -32_768)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}
