//! Brings a database file to the newest schema.
//!
//! It exists so that a file of any older release opens; a newer one is refused and not guessed at.
//!
//! `PRAGMA user_version` holds the number of the last step that a file has had.
//!
//! **Invariant:** all steps that a file still needs are one transaction.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Result, ServerError};
use crate::store::migrations::{self, NEWEST};

/// Takes the file as far as this release goes. Another process may do the same at this moment: whoever comes second
/// waits, and finds it done.
pub(super) fn to_newest(connection: &mut Connection) -> Result<()> {
    if version(connection)? == NEWEST {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Only now can nobody else change it.
    let found = version(&transaction)?;
    if found > NEWEST {
        return Err(ServerError::NewerSchema { found, known: NEWEST });
    }
    for step in migrations::after(found) {
        transaction.execute_batch(step.sqlite)?;
    }
    transaction.pragma_update(None, "user_version", NEWEST)?;
    Ok(transaction.commit()?)
}

fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::{Duration, Instant};

    use super::*;

    /// Whether the second process has been found waiting for the first.
    static WAITS: AtomicBool = AtomicBool::new(false);

    #[test]
    fn whoever_opens_a_fresh_file_second_waits_and_finds_it_done() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("fresh.db");
        let mut first = Connection::open(&path).expect("opened");
        first.pragma_update(None, "journal_mode", "wal").expect("as the store does");
        let transaction = first.transaction_with_behavior(TransactionBehavior::Immediate).expect("begun");
        let second = std::thread::spawn(move || {
            let mut connection = Connection::open(&path).expect("opened");
            connection
                .busy_handler(Some(|_| {
                    WAITS.store(true, Ordering::SeqCst);
                    std::thread::yield_now();
                    true
                }))
                .expect("set");
            to_newest(&mut connection)
        });
        let deadline = Instant::now() + Duration::from_secs(20);
        while !WAITS.load(Ordering::SeqCst) {
            assert!(Instant::now() < deadline && !second.is_finished(), "the second never waited");
            std::thread::yield_now();
        }
        for step in migrations::after(0) {
            transaction.execute_batch(step.sqlite).expect("a step");
        }
        transaction.pragma_update(None, "user_version", NEWEST).expect("counted");
        transaction.commit().expect("committed");
        second.join().expect("no panic").expect("the second finds it done");
    }

    #[test]
    fn a_file_is_brought_up_once_and_a_newer_one_is_refused() {
        let mut connection = Connection::open_in_memory().expect("memory");
        to_newest(&mut connection).expect("fresh");
        to_newest(&mut connection).expect("already there");
        connection.pragma_update(None, "user_version", NEWEST + 1).expect("pragma");
        assert!(matches!(to_newest(&mut connection), Err(ServerError::NewerSchema { .. })));
    }
}
