//! The outbox as a SQLite file, with the notes beside it.
//!
//! Order is the order of writing, not that of `at` or of the ids: a machine's clock may jump back.
//!
//! **Invariant:** nothing here renames or deletes a file; see [`open`](super::open).

use std::path::Path;
use std::sync::Arc;

use callboard_desk::session::effect::StoredEdit;
use callboard_model::{EditId, Field, Timestamp, Value, Version};
use rusqlite::{Connection, ErrorCode, Row, named_params};
use tracing::warn;

use crate::disk::{DiskOrder, OutboxStore, Work, shelves};

/// The schema that this program writes. A file of a later one is not touched.
const SCHEMA: i64 = 2;

/// What leads from each schema to the next; from the first of them on to an empty file.
const STEPS: [&str; SCHEMA as usize] = [EDITS, shelves::CREATE];

const EDITS: &str = "
    CREATE TABLE edit (
        place        INTEGER PRIMARY KEY,
        id           BLOB NOT NULL UNIQUE,
        ticket       TEXT NOT NULL,
        field        TEXT NOT NULL,
        base         TEXT NOT NULL, -- JSON
        base_version INTEGER,
        mine         TEXT NOT NULL, -- JSON
        at           TEXT NOT NULL
    ) STRICT;";

/// Keeps its place when an edit is written again.
const STORE: &str = "
    INSERT INTO edit (id, ticket, field, base, base_version, mine, at)
    VALUES (:id, :ticket, :field, :base, :base_version, :mine, :at)
    ON CONFLICT (id) DO UPDATE SET
        ticket = excluded.ticket, field = excluded.field, base = excluded.base,
        base_version = excluded.base_version, mine = excluded.mine, at = excluded.at";

/// Why a file could not be opened.
#[derive(Debug)]
pub(super) enum OpenFailure {
    /// The file is no use to this program, and a fresh one would be.
    Unusable(String),
    /// A fresh one would fare no better.
    Machine(rusqlite::Error),
}

impl From<rusqlite::Error> for OpenFailure {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Unusable(error.to_string()),
            _ => Self::Machine(error),
        }
    }
}

/// An open outbox.
#[derive(Debug)]
pub(super) struct SqliteOutbox {
    file: Connection,
    /// The server that we work with: what was done with another is none of its business.
    server: String,
}

impl SqliteOutbox {
    /// Opens the file, making it when missing. What cannot be read stays exactly as it was.
    pub(super) fn open(path: &Path, server: &str, now: Timestamp) -> Result<Self, OpenFailure> {
        let file = Connection::open(path)?;
        let schema: i64 = file.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if schema > SCHEMA {
            return Err(OpenFailure::Unusable(format!(
                "it was written by a newer Callboard (schema {schema})"
            )));
        }
        let tables: i64 = file.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if (schema == 0) != (tables == 0) {
            return Err(OpenFailure::Unusable("it holds something else".into()));
        }
        let health: String = file.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if health != "ok" {
            return Err(OpenFailure::Unusable(health));
        }
        // A file of our number without our tables is as broken as one without a header.
        let first = if schema > 0 { file.prepare(STORE).err() } else { None };
        let then = if schema > 1 { file.prepare(shelves::PUT).err() } else { None };
        if let Some(error) = first.or(then) {
            return Err(OpenFailure::Unusable(error.to_string()));
        }
        file.pragma_update(None, "journal_mode", "WAL")?;
        // With anything less, a loss of power could take an edit that a person was told is safe.
        file.pragma_update(None, "synchronous", "FULL")?;
        let mut outbox = Self { file, server: server.to_owned() };
        outbox.migrate(schema)?;
        if let Err(reason) = shelves::age(&outbox.file, now) {
            warn!(%reason, "old notes stay on disk");
        }
        Ok(outbox)
    }

    /// All steps or none: a program that is killed in between finds the file as it was.
    fn migrate(&mut self, from: i64) -> rusqlite::Result<()> {
        if from == SCHEMA {
            return Ok(());
        }
        let change = self.file.transaction()?;
        for (_, step) in (0..).zip(STEPS).skip_while(|(schema, _)| *schema < from) {
            change.execute_batch(step)?;
        }
        change.pragma_update(None, "user_version", SCHEMA)?;
        change.commit()
    }

    fn write(&mut self, orders: &[DiskOrder]) -> rusqlite::Result<()> {
        let change = self.file.transaction()?;
        for order in orders {
            match order {
                DiskOrder::Store(edit) => store(&change, edit)?,
                DiskOrder::Forget(edit) => {
                    change
                        .prepare_cached("DELETE FROM edit WHERE id = ?1")?
                        .execute([edit.0.to_be_bytes()])?;
                }
                DiskOrder::Note(order) => shelves::carry_out(&change, &self.server, order)?,
            }
        }
        change.commit()
    }

    fn read(&mut self) -> rusqlite::Result<Vec<StoredEdit>> {
        let mut query = self
            .file
            .prepare("SELECT id, ticket, field, base, base_version, mine, at FROM edit ORDER BY place")?;
        let mut rows = query.query([])?;
        let mut edits = Vec::new();
        while let Some(row) = rows.next()? {
            match edit(row) {
                Some(edit) => edits.push(edit),
                // It stays in the file, where a program that understands it will find it.
                None => warn!("an edit on disk cannot be read and is left alone"),
            }
        }
        Ok(edits)
    }
}

fn store(file: &Connection, edit: &StoredEdit) -> rusqlite::Result<()> {
    file.prepare_cached(STORE)?.execute(named_params! {
        ":id": edit.id.0.to_be_bytes(),
        ":ticket": edit.ticket.as_str(),
        ":field": edit.field.name(),
        ":base": json(&edit.base)?,
        ":base_version": edit.base_version.map(|version| i64::try_from(version.0)).transpose().map_err(boxed)?,
        ":mine": json(&edit.mine)?,
        ":at": edit.at.to_string(),
    })?;
    Ok(())
}

fn json(value: &Value) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(boxed)
}

fn boxed(error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}

fn edit(row: &Row<'_>) -> Option<StoredEdit> {
    let text = |column| row.get::<_, String>(column).ok();
    let version = row.get::<_, Option<i64>>("base_version").ok()?;
    Some(StoredEdit {
        id: EditId(u128::from_be_bytes(row.get("id").ok()?)),
        ticket: text("ticket")?.into(),
        field: Field::from_name(&text("field")?)?,
        base: serde_json::from_str(&text("base")?).ok()?,
        base_version: version.map(u64::try_from).transpose().ok()?.map(Version),
        mine: serde_json::from_str(&text("mine")?).ok()?,
        at: text("at")?.parse().ok()?,
    })
}

impl OutboxStore for SqliteOutbox {
    fn load(&mut self) -> Result<Work, Arc<str>> {
        let notes = shelves::read(&self.file, &self.server);
        let work = notes.and_then(|notes| Ok(Work { edits: self.read()?, notes }));
        work.map_err(|error| error.to_string().into())
    }

    fn carry_out(&mut self, orders: &[DiskOrder]) -> Result<(), Arc<str>> {
        self.write(orders).map_err(|error| error.to_string().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(id: u128, mine: Value) -> StoredEdit {
        StoredEdit {
            id: EditId(id),
            ticket: "T-1".into(),
            field: Field::Status,
            base: Value::Empty,
            base_version: Some(Version(7)),
            mine,
            at: "2026-11-21T10:00:00.123456789Z".parse().expect("an instant"),
        }
    }

    fn open(dir: &Path) -> SqliteOutbox {
        SqliteOutbox::open(&dir.join("outbox.db"), "https://a/", Timestamp::UNIX_EPOCH).expect("an outbox")
    }

    fn edits_in(outbox: &mut SqliteOutbox) -> Vec<StoredEdit> {
        outbox.load().expect("it reads").edits
    }

    #[test]
    fn edits_come_back_as_written_in_the_order_of_writing() {
        let dir = tempfile::tempdir().expect("a directory");
        let edits = [
            sample(u128::MAX, Value::from("s1")),
            sample(1, Value::Number(3)),
            sample(2, Value::Flag(true)),
            sample(3, Value::Empty),
        ];
        let mut outbox = open(dir.path());
        outbox.carry_out(&edits.clone().map(DiskOrder::Store)).expect("room on disk");
        outbox.carry_out(&[DiskOrder::Forget(EditId(1))]).expect("room on disk");
        let again = sample(u128::MAX, Value::from("s2"));
        outbox.carry_out(&[DiskOrder::Store(again.clone())]).expect("room on disk");
        drop(outbox);
        assert_eq!(edits_in(&mut open(dir.path())), [again, edits[2].clone(), edits[3].clone()]);
    }

    /// CO-14: a full disk.
    #[test]
    fn a_full_disk_stores_nothing_and_says_so() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut outbox = open(dir.path());
        outbox.file.pragma_update(None, "max_page_count", 4).expect("a small disk");
        let big = sample(1, Value::Text("x".repeat(100_000).into()));
        let refused = outbox.carry_out(&[DiskOrder::Store(sample(2, Value::Empty)), DiskOrder::Store(big)]);
        assert!(refused.is_err_and(|reason| reason.contains("full")));
        assert_eq!(edits_in(&mut outbox), [], "all or nothing");
    }

    #[test]
    fn an_edit_that_cannot_be_read_does_not_hide_the_others() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut outbox = open(dir.path());
        let fine = sample(2, Value::Empty);
        outbox
            .carry_out(&[DiskOrder::Store(sample(1, Value::Empty)), DiskOrder::Store(fine.clone())])
            .expect("room on disk");
        outbox.file.execute("UPDATE edit SET field = 'mood' WHERE place = 1", []).expect("a change");
        assert_eq!(edits_in(&mut outbox), [fine]);
    }

    /// A profile of the first release keeps what it held.
    #[test]
    fn a_file_of_an_earlier_release_keeps_its_edits_and_gets_shelves() {
        let dir = tempfile::tempdir().expect("a directory");
        let old = Connection::open(dir.path().join("outbox.db")).expect("a file");
        old.execute_batch(include_str!("../../tests/old/outbox-1.sql"))
            .expect("as the first release made it");
        drop(old);
        for _ in 0..2 {
            let mut outbox = open(dir.path());
            assert_eq!(edits_in(&mut outbox), [sample(7, Value::from("s1"))]);
            let schema: i64 =
                outbox.file.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("read");
            assert_eq!((schema, outbox.load().expect("it reads").notes), (SCHEMA, Vec::new()));
        }
    }
}
