//! Turns a database file to the write-ahead log, which lets many read while one writes.
//!
//! It exists because this one step is the only one for which SQLite does not wait by itself: two that turn a fresh file
//! at the same moment both read it first, and waiting for each other while reading would never end. So SQLite refuses
//! one of them at once, whatever its time to wait is; whoever was refused has let go of the file and may come again.

use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, Result};

/// Between two attempts: turning a file takes less.
const PAUSE: Duration = Duration::from_millis(5);

/// Turns the file, waiting up to `patience` for others that are at work in it.
pub(super) fn write_ahead(connection: &Connection, patience: Duration) -> Result<()> {
    let until = Instant::now() + patience;
    turn(connection, || {
        thread::sleep(PAUSE);
        Instant::now() < until
    })
}

/// Comes again for as long as somebody else is in the file and `waits` says so.
fn turn(connection: &Connection, mut waits: impl FnMut() -> bool) -> Result<()> {
    loop {
        match connection.pragma_update(None, "journal_mode", "wal") {
            Err(refused) if refused.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && waits() => {}
            ended => return ended,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fresh file and somebody who reads it, as another process does on its way to the log.
    fn read_by_another() -> (tempfile::TempDir, Connection, Connection) {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("fresh.db");
        let [ours, theirs] = [(); 2].map(|()| Connection::open(&path).expect("opened"));
        theirs.execute_batch("CREATE TABLE t (a); BEGIN; SELECT * FROM t").expect("read");
        (home, ours, theirs)
    }

    #[test]
    fn whoever_is_refused_comes_again_when_the_other_is_done() {
        let (_home, ours, theirs) = read_by_another();
        let mut refusals = 0;
        turn(&ours, || {
            refusals += 1;
            theirs.execute_batch("COMMIT").expect("done reading");
            true
        })
        .expect("turned");
        assert_eq!(refusals, 1);
        let mode: String = ours.query_row("PRAGMA journal_mode", [], |row| row.get(0)).expect("asked");
        assert_eq!(mode, "wal");
    }

    #[test]
    fn whoever_waited_long_enough_is_told_that_the_file_is_busy() {
        let (_home, ours, _theirs) = read_by_another();
        let refused = write_ahead(&ours, Duration::ZERO).expect_err("still read");
        assert_eq!(refused.sqlite_error_code(), Some(ErrorCode::DatabaseBusy));
    }
}
