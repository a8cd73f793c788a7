//! Erasing for good: what was taken out of a file is nowhere in its bytes.
//!
//! **Invariant:** every file of ours is opened [so](prepare), because what was once left behind in a page is not found
//! again by deleting a row.

use rusqlite::Connection;

/// From now on what is deleted is overwritten.
pub(super) fn prepare(file: &Connection) -> rusqlite::Result<()> {
    // It answers with what it is set to.
    file.query_row("PRAGMA secure_delete = ON", [], |_| Ok(()))
}

/// After a deletion: writes the file anew without what an earlier release may have left in it, and empties the log beside it.
pub(super) fn scrub(file: &Connection) -> rusqlite::Result<()> {
    file.execute_batch("VACUUM")?;
    let is_busy: bool = file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if is_busy {
        return Err(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY),
            None,
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn bytes(dir: &Path) -> Vec<u8> {
        let files = std::fs::read_dir(dir).expect("the folder");
        files.flat_map(|file| std::fs::read(file.expect("a file").path()).expect("its bytes")).collect()
    }

    fn holds(dir: &Path, words: &str) -> bool {
        bytes(dir).windows(words.len()).any(|window| window == words.as_bytes())
    }

    #[test]
    fn what_an_earlier_release_left_in_the_pages_goes_too() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = Connection::open(dir.path().join("a.db")).expect("a file");
        file.execute_batch(
            "PRAGMA secure_delete = OFF; PRAGMA journal_mode = WAL; CREATE TABLE t (a TEXT) STRICT;",
        )
        .expect("as it was");
        for number in 0..500 {
            file.execute("INSERT INTO t VALUES (?1)", [format!("secret words {number}")]).expect("a row");
        }
        file.execute_batch("DELETE FROM t WHERE rowid % 2; PRAGMA wal_checkpoint(TRUNCATE);")
            .expect("as it was");
        assert!(holds(dir.path(), "secret words 2"), "left behind");
        prepare(&file).expect("set");
        file.execute("DELETE FROM t", []).expect("deleted");
        scrub(&file).expect("scrubbed");
        assert!(!holds(dir.path(), "secret words"));
    }
}
