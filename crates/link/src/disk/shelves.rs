//! Notes in the outbox's file: what else is ours, by account and shelf.
//!
//! A note is written together with the edits of its moment, so it costs no sync of its own. Its place is that of its last
//! writing: what was not touched for longest goes first.
//!
//! **Invariant:** no shelf holds more than its [`Limit`](callboard_desk::notes::Limit) once a change is through, and
//! nothing leaves one that [refuses](Overflow::Refused) but by name.

use callboard_desk::notes::{Note, NoteKey, NoteName, NoteOrder, Overflow, Owner, Shelf};
use callboard_model::Timestamp;
use rusqlite::{Connection, Row, named_params, params};
use tracing::warn;

pub(super) const CREATE: &str = "
    CREATE TABLE note (
        place  INTEGER PRIMARY KEY,
        server TEXT NOT NULL,
        tenant TEXT NOT NULL,
        user   TEXT NOT NULL,
        shelf  TEXT NOT NULL,
        key    TEXT NOT NULL,
        at     INTEGER NOT NULL, -- milliseconds of the Unix epoch
        json   TEXT NOT NULL,
        UNIQUE (server, tenant, user, shelf, key)
    ) STRICT;";

/// Gives a note that is written again the newest place.
pub(super) const PUT: &str = "
    INSERT OR REPLACE INTO note (server, tenant, user, shelf, key, at, json)
    VALUES (:server, :tenant, :user, :shelf, :key, :at, :json)";

const DROP: &str = "
    DELETE FROM note
    WHERE server = :server AND tenant = :tenant AND user = :user AND shelf = :shelf AND key = :key";

/// The place of the newest note that there is no room for.
const OVERFLOW: &str = "
    SELECT place FROM note WHERE server = :server AND tenant = :tenant AND user = :user AND shelf = :shelf
    ORDER BY place DESC LIMIT 1 OFFSET :most";

const MAKE_ROOM: &str = "
    DELETE FROM note
    WHERE server = :server AND tenant = :tenant AND user = :user AND shelf = :shelf AND place <= :last";

/// Why a note is not kept, though the disk would take it.
#[derive(Debug, thiserror::Error)]
enum TooMuch {
    #[error("it is longer than {0} bytes")]
    Long(usize),
    #[error("{0} others are kept already")]
    Many(usize),
}

/// Puts a note, or drops one.
pub(super) fn carry_out(file: &Connection, server: &str, order: &NoteOrder) -> rusqlite::Result<()> {
    match order {
        NoteOrder::Put(note) => put(file, server, note),
        NoteOrder::Drop(NoteName { owner, shelf, key }) => {
            file.prepare_cached(DROP)?.execute(named_params! {
                ":server": server, ":tenant": owner.tenant.as_str(), ":user": owner.user.as_str(),
                ":shelf": shelf.name(), ":key": &*key.0,
            })?;
            Ok(())
        }
    }
}

fn put(file: &Connection, server: &str, note: &Note) -> rusqlite::Result<()> {
    let NoteName { owner, shelf, key } = &note.name;
    let limit = shelf.limit();
    if note.json.len() > limit.bytes {
        return match limit.overflow {
            Overflow::Refused => Err(refused(TooMuch::Long(limit.bytes))),
            Overflow::OldestGoes => {
                warn!(shelf = shelf.name(), bytes = note.json.len(), "a note is too long and is not kept");
                Ok(())
            }
        };
    }
    file.prepare_cached(PUT)?.execute(named_params! {
        ":server": server, ":tenant": owner.tenant.as_str(), ":user": owner.user.as_str(),
        ":shelf": shelf.name(), ":key": &*key.0, ":at": note.at.as_millisecond(), ":json": &*note.json,
    })?;
    make_room(file, server, owner, *shelf)
}

/// Sees to it that the shelf holds no more than it may.
fn make_room(file: &Connection, server: &str, owner: &Owner, shelf: Shelf) -> rusqlite::Result<()> {
    let limit = shelf.limit();
    let mut overflow = file.prepare_cached(OVERFLOW)?;
    let mut over = overflow.query(named_params! {
        ":server": server, ":tenant": owner.tenant.as_str(), ":user": owner.user.as_str(),
        ":shelf": shelf.name(), ":most": i64::try_from(limit.notes).unwrap_or(i64::MAX),
    })?;
    let Some(last) = over.next()?.map(|row| row.get::<_, i64>(0)).transpose()? else { return Ok(()) };
    match limit.overflow {
        Overflow::Refused => Err(refused(TooMuch::Many(limit.notes))),
        Overflow::OldestGoes => {
            file.prepare_cached(MAKE_ROOM)?.execute(named_params! {
                ":server": server, ":tenant": owner.tenant.as_str(), ":user": owner.user.as_str(),
                ":shelf": shelf.name(), ":last": last,
            })?;
            Ok(())
        }
    }
}

fn refused(reason: TooMuch) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(reason))
}

/// Takes away all of an account.
pub(super) fn wipe(file: &Connection, server: &str, owner: &Owner) -> rusqlite::Result<()> {
    let of = [server, owner.tenant.as_str(), owner.user.as_str()];
    file.execute("DELETE FROM note WHERE server = ?1 AND tenant = ?2 AND user = ?3", of)?;
    Ok(())
}

/// Takes away what is older than its shelf keeps.
pub(super) fn age(file: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    for shelf in Shelf::ALL {
        if let Some(days) = shelf.limit().days {
            let oldest = now.as_millisecond() - i64::from(days) * DAY_MS;
            file.execute("DELETE FROM note WHERE shelf = ?1 AND at < ?2", params![shelf.name(), oldest])?;
        }
    }
    Ok(())
}

/// Everything that was kept with this server, oldest first.
pub(super) fn read(file: &Connection, server: &str) -> rusqlite::Result<Vec<Note>> {
    let mut query =
        file.prepare("SELECT tenant, user, shelf, key, at, json FROM note WHERE server = ?1 ORDER BY place")?;
    let mut rows = query.query([server])?;
    let mut notes = Vec::new();
    while let Some(row) = rows.next()? {
        match note(row) {
            Some(note) => notes.push(note),
            // It stays in the file, where a program that understands it will find it.
            None => warn!("a note on disk cannot be read and is left alone"),
        }
    }
    Ok(notes)
}

fn note(row: &Row<'_>) -> Option<Note> {
    let text = |column| row.get::<_, String>(column).ok();
    let owner = Owner { tenant: text("tenant")?.into(), user: text("user")?.into() };
    let name =
        NoteName { owner, shelf: Shelf::from_name(&text("shelf")?)?, key: NoteKey::from(text("key")?) };
    let at = Timestamp::from_millisecond(row.get("at").ok()?).ok()?;
    Some(Note { name, at, json: text("json")?.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: &str = "https://desk.example/";

    fn file() -> Connection {
        let file = Connection::open_in_memory().expect("memory");
        file.execute_batch(CREATE).expect("made");
        file
    }

    fn named(user: &str, shelf: Shelf, key: &str) -> NoteName {
        let owner = Owner { tenant: "t".into(), user: user.into() };
        NoteName { owner, shelf, key: key.into() }
    }

    fn sample(shelf: Shelf, key: &str, json: &str) -> Note {
        Note { name: named("nora", shelf, key), at: Timestamp::UNIX_EPOCH, json: json.into() }
    }

    fn put(file: &Connection, note: &Note) -> rusqlite::Result<()> {
        carry_out(file, SERVER, &NoteOrder::Put(note.clone()))
    }

    fn keys(file: &Connection, shelf: Shelf) -> Vec<String> {
        let notes = read(file, SERVER).expect("read");
        notes.iter().filter(|note| note.name.shelf == shelf).map(|note| note.name.key.0.to_string()).collect()
    }

    #[test]
    fn a_note_takes_the_place_of_its_namesake_and_goes_by_its_name() {
        let file = file();
        let (first, second) = (sample(Shelf::Draft, "a", "1"), sample(Shelf::Draft, "b", "2"));
        let again = sample(Shelf::Draft, "a", "3");
        for note in [&first, &second, &again] {
            put(&file, note).expect("kept");
        }
        assert_eq!(read(&file, SERVER).expect("read"), [second.clone(), again.clone()]);
        for name in [second.name, named("bob", Shelf::Draft, "a"), named("nora", Shelf::View, "a")] {
            carry_out(&file, SERVER, &NoteOrder::Drop(name)).expect("dropped, or never there");
        }
        assert_eq!(read(&file, SERVER).expect("read"), [again]);
        assert_eq!(read(&file, "https://other.example/").expect("read"), [], "another server's");
    }

    #[test]
    fn of_what_happened_the_oldest_goes() {
        let file = file();
        let most = Shelf::Unread.limit().notes;
        for number in 0..most + 2 {
            put(&file, &sample(Shelf::Unread, &number.to_string(), "{}")).expect("kept");
        }
        let mut other = sample(Shelf::Unread, "0", "{}");
        other.name.owner.user = "bob".into();
        put(&file, &other).expect("kept");
        let kept = keys(&file, Shelf::Unread);
        assert_eq!(
            (kept.len(), kept[0].as_str()),
            (most + 1, "2"),
            "two of hers went, and his has a shelf of its own"
        );
        let long = sample(Shelf::Unread, "long", &"x".repeat(Shelf::Unread.limit().bytes + 1));
        put(&file, &long).expect("no error");
        assert!(!keys(&file, Shelf::Unread).contains(&"long".to_owned()));
    }

    /// CO-14: nothing that was typed goes silently.
    #[test]
    fn one_draft_too_many_or_too_long_is_refused_and_no_other_goes_for_it() {
        let mut file = file();
        let most = Shelf::Draft.limit().notes;
        let change = file.transaction().expect("a change");
        for number in 0..most {
            put(&change, &sample(Shelf::Draft, &number.to_string(), "{}")).expect("kept");
        }
        change.commit().expect("kept");
        let change = file.transaction().expect("a change");
        let refused = put(&change, &sample(Shelf::Draft, "one more", "{}")).expect_err("refused");
        assert!(refused.to_string().contains("1000 others"), "{refused}");
        drop(change);
        put(&file, &sample(Shelf::Draft, "7", "{}")).expect("one that is there may change");
        let long = sample(Shelf::Draft, "7", &"x".repeat(Shelf::Draft.limit().bytes + 1));
        assert!(put(&file, &long).is_err_and(|reason| reason.to_string().contains("longer")));
        assert_eq!(keys(&file, Shelf::Draft).len(), most);
    }

    #[test]
    fn what_happened_ages_and_what_was_typed_does_not() {
        let file = file();
        for shelf in Shelf::ALL {
            put(&file, &sample(shelf, "old", "{}")).expect("kept");
        }
        let later = |days: i64| Timestamp::from_second(days * 86_400).expect("an instant");
        age(&file, later(30)).expect("room");
        assert_eq!(read(&file, SERVER).expect("read").len(), Shelf::ALL.len(), "not before its time");
        age(&file, later(31)).expect("room");
        let left = |file: &Connection| {
            read(file, SERVER).expect("read").into_iter().map(|note| note.name.shelf).collect::<Vec<_>>()
        };
        assert_eq!(left(&file), [Shelf::Draft, Shelf::Comment, Shelf::View, Shelf::Setting, Shelf::Unread]);
        age(&file, later(10_000)).expect("room");
        assert_eq!(left(&file), [Shelf::Draft, Shelf::Comment, Shelf::View, Shelf::Setting]);
    }
}
