//! The outbox as a SQLite file, with the notes beside it.
//!
//! Order is the order of writing, not that of `at` or of the ids: a machine's clock may jump back. Only what repeats an
//! edit stands where that one stood.
//!
//! **Invariant:** nothing here renames or deletes a file; see [`open`](super::open).

use std::path::Path;
use std::sync::Arc;

use callboard_desk::notes::Owner;
use callboard_desk::session::effect::StoredEdit;
use callboard_model::{EditId, Field, Timestamp, Value, Version};
use rusqlite::{Connection, ErrorCode, Row, named_params};
use tracing::warn;

use crate::disk::{DiskOrder, OutboxStore, Unkept, Work, erase, shelves};

/// The schema that this program writes. A file of a later one is not touched.
const SCHEMA: i64 = 4;

/// What leads from each schema to the next; from the first of them on to an empty file.
const STEPS: [&str; SCHEMA as usize] = [EDITS, shelves::CREATE, OWNERS, REPEATS];

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

/// An edit that an earlier release wrote may be nobody's.
const OWNERS: &str = "
    ALTER TABLE edit ADD COLUMN server TEXT;
    ALTER TABLE edit ADD COLUMN tenant TEXT;
    ALTER TABLE edit ADD COLUMN user   TEXT;
    CREATE TABLE probe (place INTEGER PRIMARY KEY, filler BLOB NOT NULL) STRICT;";

/// The place of the first of those that an edit repeats, which comes before whatever was written behind that.
const REPEATS: &str = "ALTER TABLE edit ADD COLUMN stands_at INTEGER;";

/// Whose edits of an earlier release are: whoever used the profile last, with the server that it is used with.
const ADOPT: &str = "UPDATE edit SET server = ?1, tenant = ?2, user = ?3 WHERE tenant IS NULL";

/// What is nobody's was that of whoever was signed in.
const WIPE: &str = "DELETE FROM edit WHERE tenant IS NULL OR (server = ?1 AND tenant = ?2 AND user = ?3)";

/// Writes as much as a few edits do, where the last probe did.
const PROBE: &str = "INSERT OR REPLACE INTO probe (place, filler) VALUES (1, randomblob(8192))";

/// What every release so far has in its table.
const SEEN_FIRST: &str = "SELECT place, id, ticket, field, base, base_version, mine, at FROM edit";

/// Keeps its place when an edit is written again.
const STORE: &str = "
    INSERT INTO edit (id, server, tenant, user, ticket, field, base, base_version, mine, at, stands_at)
    VALUES (:id, :server, :tenant, :user, :ticket, :field, :base, :base_version, :mine, :at,
        (SELECT COALESCE(stands_at, place) FROM edit WHERE id = :repeats))
    ON CONFLICT (id) DO UPDATE SET
        server = excluded.server, tenant = excluded.tenant, user = excluded.user,
        ticket = excluded.ticket, field = excluded.field, base = excluded.base,
        base_version = excluded.base_version, mine = excluded.mine, at = excluded.at";

/// In the order in which they were chosen.
const READ: &str = "
    SELECT * FROM edit WHERE server IS NULL OR server = ?1 ORDER BY COALESCE(stands_at, place), place";

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

/// With whom and when a file is opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// The server that we work with.
    pub server: &'a str,
    /// Who used the profile last, where that is known.
    pub last: Option<&'a Owner>,
    /// This machine's clock.
    pub now: Timestamp,
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
    pub(super) fn open(path: &Path, at: &Place<'_>) -> Result<Self, OpenFailure> {
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
        let ours = [(1, SEEN_FIRST), (2, shelves::PUT), (3, PROBE), (4, STORE)];
        let ours = ours.into_iter().filter(|(since, _)| schema >= *since);
        if let Some(error) = ours.filter_map(|(_, used)| file.prepare(used).err()).next() {
            return Err(OpenFailure::Unusable(error.to_string()));
        }
        file.pragma_update(None, "journal_mode", "WAL")?;
        // With anything less, a loss of power could take an edit that a person was told is safe.
        file.pragma_update(None, "synchronous", "FULL")?;
        erase::prepare(&file)?;
        let mut outbox = Self { file, server: at.server.to_owned() };
        outbox.migrate(schema, at)?;
        if let Err(reason) = shelves::age(&outbox.file, at.now) {
            warn!(%reason, "old notes stay on disk");
        }
        Ok(outbox)
    }

    /// All steps or none: a program that is killed in between finds the file as it was.
    fn migrate(&mut self, from: i64, at: &Place<'_>) -> rusqlite::Result<()> {
        if from == SCHEMA {
            return Ok(());
        }
        let change = self.file.transaction()?;
        for (_, step) in (0..).zip(STEPS).skip_while(|(schema, _)| *schema < from) {
            change.execute_batch(step)?;
        }
        if let Some(owner) = at.last {
            change.execute(ADOPT, [at.server, owner.tenant.as_str(), owner.user.as_str()])?;
        }
        change.pragma_update(None, "user_version", SCHEMA)?;
        change.commit()
    }

    fn write(&mut self, orders: &[DiskOrder]) -> rusqlite::Result<()> {
        let change = self.file.transaction()?;
        for order in orders {
            match order {
                DiskOrder::Store { edit, repeats } => store(&change, &self.server, edit, *repeats)?,
                DiskOrder::Forget(edit) => {
                    change
                        .prepare_cached("DELETE FROM edit WHERE id = ?1")?
                        .execute([edit.0.to_be_bytes()])?;
                }
                DiskOrder::Wipe(owner) => {
                    change.execute(WIPE, [&self.server, owner.tenant.as_str(), owner.user.as_str()])?;
                    shelves::wipe(&change, &self.server, owner)?;
                }
                DiskOrder::Probe => change.execute_batch(PROBE)?,
                DiskOrder::Note(order) => shelves::carry_out(&change, &self.server, order)?,
            }
        }
        change.commit()
    }

    fn read(&mut self) -> rusqlite::Result<Vec<StoredEdit>> {
        let mut query = self.file.prepare(READ)?;
        let mut rows = query.query([&self.server])?;
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

fn store(
    file: &Connection,
    server: &str,
    edit: &StoredEdit,
    repeats: Option<EditId>,
) -> rusqlite::Result<()> {
    let owner = edit.owner.as_ref();
    file.prepare_cached(STORE)?.execute(named_params! {
        ":id": edit.id.0.to_be_bytes(),
        ":server": server,
        ":tenant": owner.map(|owner| owner.tenant.as_str()),
        ":user": owner.map(|owner| owner.user.as_str()),
        ":ticket": edit.ticket.as_str(),
        ":field": edit.field.name(),
        ":base": json(&edit.base)?,
        ":base_version": edit.base_version.map(|version| i64::try_from(version.0)).transpose().map_err(boxed)?,
        ":mine": json(&edit.mine)?,
        ":at": edit.at.to_string(),
        ":repeats": repeats.map(|edit| edit.0.to_be_bytes()),
    })?;
    Ok(())
}

fn unkept(error: &rusqlite::Error) -> Unkept {
    let reason = error.to_string().into();
    match (error, error.sqlite_error_code()) {
        (rusqlite::Error::ToSqlConversionFailure(_), _) => Unkept::Refused(reason),
        (_, Some(ErrorCode::DiskFull)) => Unkept::Full(reason),
        _ => Unkept::Failed(reason),
    }
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
        owner: text("tenant")
            .zip(text("user"))
            .map(|(tenant, user)| Owner { tenant: tenant.into(), user: user.into() }),
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

    fn carry_out(&mut self, orders: &[DiskOrder]) -> Result<(), Unkept> {
        self.write(orders).map_err(|error| unkept(&error))
    }

    fn scrub(&mut self) -> Result<(), Unkept> {
        erase::scrub(&self.file).map_err(|error| unkept(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(id: u128, mine: Value) -> StoredEdit {
        StoredEdit {
            id: EditId(id),
            owner: Some(nora()),
            ticket: "T-1".into(),
            field: Field::Status,
            base: Value::Empty,
            base_version: Some(Version(7)),
            mine,
            at: "2026-11-21T10:00:00.123456789Z".parse().expect("an instant"),
        }
    }

    fn nora() -> Owner {
        Owner { tenant: "t".into(), user: "nora".into() }
    }

    fn open_with(dir: &Path, server: &str, last: Option<&Owner>) -> SqliteOutbox {
        let at = Place { server, last, now: Timestamp::UNIX_EPOCH };
        SqliteOutbox::open(&dir.join("outbox.db"), &at).expect("an outbox")
    }

    fn open(dir: &Path) -> SqliteOutbox {
        open_with(dir, "https://a/", None)
    }

    fn store(edit: StoredEdit) -> DiskOrder {
        DiskOrder::Store { edit, repeats: None }
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
        outbox.carry_out(&edits.clone().map(store)).expect("room on disk");
        outbox.carry_out(&[DiskOrder::Forget(EditId(1))]).expect("room on disk");
        let again = sample(u128::MAX, Value::from("s2"));
        outbox.carry_out(&[store(again.clone())]).expect("room on disk");
        drop(outbox);
        assert_eq!(edits_in(&mut open(dir.path())), [again, edits[2].clone(), edits[3].clone()]);
    }

    /// CO-12: what was chosen last stays last, however often what came before it is sent anew.
    #[test]
    fn what_repeats_an_edit_stands_where_that_stood() {
        let dir = tempfile::tempdir().expect("a directory");
        let [first, later, second, third] = [1, 2, 3, 4].map(|id| sample(id, Value::from("s1")));
        let again = |edit: &StoredEdit, repeats| DiskOrder::Store {
            edit: edit.clone(),
            repeats: Some(EditId(repeats)),
        };
        let mut outbox = open(dir.path());
        outbox.carry_out(&[store(first.clone()), store(later.clone())]).expect("room on disk");
        outbox.carry_out(&[again(&second, 1)]).expect("room on disk");
        assert_eq!(edits_in(&mut outbox), [first, second.clone(), later.clone()]);
        outbox.carry_out(&[DiskOrder::Forget(EditId(1)), again(&third, 3)]).expect("room on disk");
        let last = sample(5, Value::from("s1"));
        outbox.carry_out(&[store(last.clone())]).expect("room on disk");
        drop(outbox);
        assert_eq!(edits_in(&mut open(dir.path())), [second, third, later, last]);
    }

    /// CO-14: a full disk.
    #[test]
    fn a_full_disk_stores_nothing_and_says_so() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut outbox = open(dir.path());
        outbox.file.pragma_update(None, "max_page_count", 4).expect("a small disk");
        let big = sample(1, Value::Text("x".repeat(100_000).into()));
        let refused = outbox.carry_out(&[store(sample(2, Value::Empty)), store(big)]);
        assert!(matches!(refused, Err(Unkept::Full(_))));
        assert_eq!(edits_in(&mut outbox), [], "all or nothing");
    }

    #[test]
    fn an_edit_that_cannot_be_read_does_not_hide_the_others() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut outbox = open(dir.path());
        let fine = sample(2, Value::Empty);
        outbox.carry_out(&[store(sample(1, Value::Empty)), store(fine.clone())]).expect("room on disk");
        outbox.file.execute("UPDATE edit SET field = 'mood' WHERE place = 1", []).expect("a change");
        assert_eq!(edits_in(&mut outbox), [fine]);
    }

    #[test]
    fn a_probe_finds_a_full_disk_and_takes_no_more_room_each_time() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut outbox = open(dir.path());
        let pages = |outbox: &SqliteOutbox| -> i64 {
            outbox.file.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("a count")
        };
        outbox.file.pragma_update(None, "max_page_count", pages(&outbox)).expect("a small disk");
        assert!(matches!(outbox.carry_out(&[DiskOrder::Probe]), Err(Unkept::Full(_))));
        outbox.file.pragma_update(None, "max_page_count", 1000).expect("a larger disk");
        outbox.carry_out(&[DiskOrder::Probe]).expect("room");
        let before = pages(&outbox);
        for _ in 0..10 {
            outbox.carry_out(&[DiskOrder::Probe]).expect("room");
        }
        assert!(pages(&outbox) <= before + 2, "{before} pages became {}", pages(&outbox));
    }

    #[test]
    fn a_file_knows_the_work_with_each_server() {
        let dir = tempfile::tempdir().expect("a directory");
        let (here, there) = (sample(1, Value::from("here")), sample(2, Value::from("there")));
        open(dir.path()).carry_out(&[store(here.clone())]).expect("room on disk");
        let mut other = open_with(dir.path(), "https://b/", None);
        assert_eq!(edits_in(&mut other), []);
        other.carry_out(&[store(there.clone())]).expect("room on disk");
        drop(other);
        assert_eq!(edits_in(&mut open(dir.path())), [here]);
        assert_eq!(edits_in(&mut open_with(dir.path(), "https://b/", None)), [there]);
    }

    /// A profile of an earlier release keeps what it held, and it is that of whoever used it.
    #[test]
    fn a_file_of_an_earlier_release_keeps_its_edits_for_whoever_used_it_last() {
        let old = [
            include_str!("../../tests/old/outbox-1.sql"),
            include_str!("../../tests/old/outbox-2.sql"),
            include_str!("../../tests/old/outbox-3.sql"),
        ];
        for old in old {
            for last in [Some(nora()), None] {
                let dir = tempfile::tempdir().expect("a directory");
                let file = Connection::open(dir.path().join("outbox.db")).expect("a file");
                file.execute_batch(old).expect("as that release made it");
                drop(file);
                let edit = StoredEdit { owner: last.clone(), ..sample(7, Value::from("s1")) };
                for last in [last, Some(Owner { user: "bob".into(), ..nora() })] {
                    let mut outbox = open_with(dir.path(), "https://a/", last.as_ref());
                    assert_eq!(edits_in(&mut outbox), std::slice::from_ref(&edit));
                    outbox.carry_out(&[DiskOrder::Probe]).expect("it can be written");
                }
            }
        }
    }
}
