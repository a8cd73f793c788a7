//! SQLite behind the store: one thread writes, a few connections read.
//!
//! It exists because SQLite has one writer anyway: a queue in front of it turns lock contention into order, and lets
//! writes that wait together share one commit.
//!
//! **Invariant:** nothing here blocks an async thread, and nobody but the writer's thread holds a writing connection.

mod log;
mod memory;
mod migrate;
mod session;
mod writer;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::watch;

pub(super) use self::memory::Memory;
use self::session::Session;
use self::writer::Writer;
use super::readers::{Reader, Readers};
use crate::error::Result;
use crate::store::sql::Sql;

/// Prepared statements that a connection keeps. One more takes the place of the one that was used longest ago.
const STATEMENTS: usize = 256;

/// Reads at the same time.
const READERS: usize = 4;

/// How long one waits for another process that is at work in the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// Pages that the writer keeps, in KiB.
const WRITER_CACHE_KIB: i64 = 32 * 1024;

/// Pages that each reader keeps, in KiB: the paths to what is asked for often. The file itself lies in the memory of the
/// operating system, once for all of them; a copy of it in each reader would be most of what this process holds.
const READER_CACHE_KIB: i64 = 2 * 1024;

/// The database file with its writer and its readers.
#[derive(Clone)]
pub(in crate::store) struct Sqlite {
    writer: Writer,
    readers: Readers<ReadOnly>,
}

impl Sqlite {
    pub(super) fn open(path: PathBuf) -> Result<Self> {
        let mut connection = Connection::open(&path)?;
        configure(&connection, WRITER_CACHE_KIB)?;
        log::write_ahead(&connection, PATIENCE)?;
        migrate::to_newest(&mut connection)?;
        let writer = Writer::start(connection)?;
        let readers = Readers::new(READERS, move |idle| idle.map_or_else(|| ReadOnly::open(&path), Ok));
        Ok(Self { writer, readers })
    }

    pub(super) fn committed(&self) -> watch::Receiver<u64> {
        self.writer.committed()
    }

    /// Runs `work` on a reading connection, off the async threads.
    pub(super) async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Sql) -> Result<T> + Send + 'static,
    {
        self.readers.run(work).await
    }

    /// Runs `work` in a transaction; it answers when the transaction is on disk. An `Err` of `work` writes nothing.
    pub(super) async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Sql) -> Result<T> + Send + 'static,
    {
        self.writer.queue().run(work).await
    }
}

/// What every connection to the file agrees on.
fn configure(connection: &Connection, cache_kib: i64) -> Result<()> {
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // As SQLite has it: what is negative is counted in KiB and not in pages.
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    // A plan must not depend on the values: with an index on a part of a table, or one for text that begins alike, SQLite
    // would otherwise plan the same statement anew for every execution, which took longer than the execution itself.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

/// A connection that cannot write.
struct ReadOnly(Connection);

impl ReadOnly {
    fn open(path: &Path) -> Result<Self> {
        let flags =
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let connection = Connection::open_with_flags(path, flags)?;
        configure(&connection, READER_CACHE_KIB)?;
        Ok(Self(connection))
    }
}

impl Reader for ReadOnly {
    fn snapshot<T>(&mut self, work: impl FnOnce(&mut dyn Sql) -> Result<T>) -> Result<T> {
        let snapshot = self.0.transaction()?;
        work(&mut Session::new(&snapshot, &mut false))
    }

    fn is_sound(&self) -> bool {
        self.0.is_autocommit()
    }
}
