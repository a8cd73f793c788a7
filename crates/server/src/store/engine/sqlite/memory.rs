//! SQLite in memory, without a thread.
//!
//! It exists for simulated worlds: there nothing may happen at the same time as something else, or a seed would not give
//! the same world twice. The schema, the statements and what a transaction is are those of the file.
//!
//! **Invariant:** each piece of work is one transaction, done when it is asked for; the bell rings after the commit.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::watch;

use super::session::Session;
use super::{WRITER_CACHE_KIB, configure, migrate};
use crate::error::Result;
use crate::store::sql::Sql;

/// The database: gone with the last handle.
#[derive(Clone)]
pub(in crate::store) struct Memory(Arc<Shared>);

struct Shared {
    connection: Mutex<Connection>,
    bell: watch::Sender<u64>,
}

impl Memory {
    pub(in super::super) fn open() -> Result<Self> {
        let mut connection = Connection::open_in_memory()?;
        configure(&connection, WRITER_CACHE_KIB)?;
        migrate::to_newest(&mut connection)?;
        let (bell, _) = watch::channel(0);
        Ok(Self(Arc::new(Shared { connection: Mutex::new(connection), bell })))
    }

    pub(in super::super) fn committed(&self) -> watch::Receiver<u64> {
        self.0.bell.subscribe()
    }

    /// Runs `work` on what is committed. What it would write is not kept.
    pub(in super::super) fn read<T>(&self, work: impl FnOnce(&mut dyn Sql) -> Result<T>) -> Result<T> {
        self.run(work, |_| false)
    }

    /// Runs `work` in a transaction. An `Err` of `work` writes nothing.
    pub(in super::super) fn write<T>(&self, work: impl FnOnce(&mut dyn Sql) -> Result<T>) -> Result<T> {
        self.run(work, Result::is_ok)
    }

    fn run<T>(
        &self,
        work: impl FnOnce(&mut dyn Sql) -> Result<T>,
        is_kept: impl FnOnce(&Result<T>) -> bool,
    ) -> Result<T> {
        let mut connection = self.0.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut rings = false;
        let result = work(&mut Session::new(&transaction, &mut rings));
        if !is_kept(&result) {
            transaction.rollback()?;
            return result;
        }
        transaction.commit()?;
        drop(connection);
        if rings {
            self.0.bell.send_modify(|times| *times = times.wrapping_add(1));
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ServerError;
    use crate::store::sql::cells;

    #[test]
    fn only_what_succeeded_in_a_write_is_kept_and_rings() {
        let memory = Memory::open().expect("memory");
        let bell = memory.committed();
        let add = |db: &mut dyn Sql| {
            db.ring();
            db.execute("INSERT INTO tenants (tenant, name) VALUES (?1, ?1)", cells!["t"])
        };
        let count = || {
            let rows = memory.read(|db| db.query("SELECT tenant FROM tenants", cells![]));
            (rows.expect("readable").len(), *bell.borrow())
        };
        memory.read(add).expect("a read that tries to write");
        let failed = memory.write(|db| {
            add(db)?;
            Err::<(), _>(ServerError::Busy)
        });
        assert!(failed.is_err());
        assert_eq!(count(), (0, 0));
        memory.write(add).expect("a write");
        assert_eq!(count(), (1, 1));
    }
}
