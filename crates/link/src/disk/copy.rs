//! A copy of what the server said, for a start without it.
//!
//! It lies in a file of its own beside the outbox and is worth nothing: what is wrong with it costs a board that fills
//! when the server answers. So a broken one is made anew, it is not synced, and a writer that falls behind stops.
//!
//! **Invariant:** nothing here ever fails or delays the console; and orders are kept in their order up to some point, so
//! that a copy may be old, and says how old, but never claims to be newer than it is.

use std::path::Path;
use std::sync::Arc;

use callboard_desk::session::effect::Keep;
use callboard_desk::session::event::{Kept, Wiped};
use callboard_model::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;
use tracing::warn;

use super::scribe::{Scribe, Work};
use super::threads::Threads;
use super::{DiskReply, erase};

/// Orders that may wait for the disk. Beyond that this run keeps nothing more.
const ORDERS_WAITING_MAX: usize = 16 * 1024;
/// Orders that go down in one transaction.
const ORDERS_PER_CHANGE_MAX: usize = 512;

/// Tickets that are kept. Of more, those go of which the server spoke longest ago.
const TICKETS_MAX: i64 = 50_000;

/// How long a ticket is kept that the server neither told nor proved, in milliseconds: 90 days.
const KEPT_FOR_MS: i64 = 90 * 24 * 60 * 60 * 1000;

/// Tickets that go in one step, between orders.
const PRUNED_PER_STEP: i64 = 200;

/// Tickets that are kept between one look at the limits and the next; so many more may be there for a while.
const PRUNED_EVERY: usize = 1_000;

/// The schema that this program reads. A copy of any other is made anew.
const SCHEMA: i64 = 2;

const CREATE: &str = "
    CREATE TABLE word (name TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE ticket (id TEXT PRIMARY KEY, json TEXT NOT NULL, as_of INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX oldest ON ticket (as_of);
    PRAGMA user_version = 2;";

const SERVER: &str = "server";
const ME: &str = "me";
const LOOKUPS: &str = "lookups";
const PROVEN: &str = "proven";

/// Where the copy is kept: the other half of the disk's seam. Errors are sentences for the log.
pub trait CopyStore: Send {
    /// All that is kept.
    ///
    /// # Errors
    /// It cannot be read.
    fn load(&mut self) -> Result<Kept, Arc<str>>;

    /// Keeps all of it, or nothing. After [`Keep::Nothing`] nothing of what was kept before is anywhere in its bytes.
    ///
    /// # Errors
    /// Nothing was kept, or it was not erased.
    fn keep(&mut self, orders: &[Keep]) -> Result<(), Arc<str>>;

    /// Takes one small step towards the limits. Says whether there is more to do.
    ///
    /// # Errors
    /// Nothing was done.
    fn prune(&mut self) -> Result<bool, Arc<str>>;
}

/// A world that keeps no copy.
#[derive(Clone, Copy, Debug)]
pub struct NoCopy;

impl CopyStore for NoCopy {
    fn load(&mut self) -> Result<Kept, Arc<str>> {
        Ok(Kept::default())
    }

    fn keep(&mut self, _: &[Keep]) -> Result<(), Arc<str>> {
        Ok(())
    }

    fn prune(&mut self) -> Result<bool, Arc<str>> {
        Ok(false)
    }
}

/// Opens the copy of a profile. Where that is not possible the console works without.
pub(crate) fn open_copy(profile: &Path, server: &str, now: Timestamp) -> Box<dyn CopyStore> {
    let path = profile.join("copy.db");
    let opened = SqliteCopy::open(&path, server, now).or_else(|reason| {
        warn!(%reason, "the copy of the board cannot be used and is made anew");
        for tail in ["", "-wal", "-shm"] {
            // What cannot be removed shows when the file is opened again.
            let _ = std::fs::remove_file(profile.join(format!("copy.db{tail}")));
        }
        SqliteCopy::open(&path, server, now)
    });
    match opened {
        Ok(copy) => Box::new(copy),
        Err(reason) => {
            warn!(%reason, "no copy of the board is kept");
            Box::new(NoCopy)
        }
    }
}

struct SqliteCopy {
    file: Connection,
    /// What it held when it was opened, until somebody asks.
    opened: Option<Kept>,
    /// What is from before this is too old.
    oldest: i64,
}

impl SqliteCopy {
    /// Opens the file for a server. What another one said is no use with this.
    fn open(path: &Path, server: &str, now: Timestamp) -> rusqlite::Result<Self> {
        let file = Connection::open(path)?;
        file.pragma_update(None, "journal_mode", "WAL")?;
        // A loss of power costs some of the copy, never the file.
        file.pragma_update(None, "synchronous", "NORMAL")?;
        let schema: i64 = file.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let tables: i64 = file.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if tables == 0 {
            file.execute_batch(&format!("BEGIN; {CREATE} COMMIT;"))?;
        } else if schema != SCHEMA {
            return Err(rusqlite::Error::InvalidQuery);
        }
        erase::prepare(&file)?;
        let mut copy = Self { file, opened: None, oldest: now.as_millisecond() - KEPT_FOR_MS };
        if copy.word::<String>(SERVER)?.is_some_and(|kept_for| kept_for != server) {
            copy.write(&[Keep::Nothing])?;
        }
        put_word(&copy.file, SERVER, &server)?;
        // One that opens and does not read is as useless.
        copy.opened = Some(copy.read()?);
        Ok(copy)
    }

    fn read(&mut self) -> rusqlite::Result<Kept> {
        let proven: i64 = self.word(PROVEN)?.unwrap_or_default();
        let mut kept = Kept { me: self.word(ME)?, lookups: self.word(LOOKUPS)?, tickets: Vec::new() };
        // What was proven as a whole is as old as that proof.
        let oldest = if proven < self.oldest { self.oldest } else { i64::MIN };
        let newest = "SELECT json, as_of FROM ticket WHERE as_of >= ?1 ORDER BY as_of DESC LIMIT ?2";
        let mut query = self.file.prepare(newest)?;
        let mut rows = query.query(params![oldest, TICKETS_MAX])?;
        while let Some(row) = rows.next()? {
            // One that this program does not understand is fetched like one that was never kept.
            if let Ok(ticket) = serde_json::from_str(row.get_ref(0)?.as_str()?) {
                kept.tickets.push((ticket, row.get::<_, i64>(1)?.max(proven)));
            }
        }
        Ok(kept)
    }

    fn word<T: DeserializeOwned>(&self, name: &str) -> rusqlite::Result<Option<T>> {
        let mut query = self.file.prepare_cached("SELECT json FROM word WHERE name = ?1")?;
        let json: Option<String> = query.query_row([name], |row| row.get(0)).optional()?;
        Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
    }

    fn write(&mut self, orders: &[Keep]) -> rusqlite::Result<()> {
        let change = self.file.transaction()?;
        for order in orders {
            match order {
                Keep::Me(me) => put_word(&change, ME, me)?,
                Keep::Lookups(lookups) => put_word(&change, LOOKUPS, lookups)?,
                Keep::Proven(at) => put_word(&change, PROVEN, at)?,
                Keep::Ticket(ticket, as_of) => {
                    change
                        .prepare_cached(
                            "INSERT OR REPLACE INTO ticket (id, json, as_of) VALUES (?1, ?2, ?3)",
                        )?
                        .execute(params![ticket.ticket_id.as_str(), json(ticket)?, as_of])?;
                }
                Keep::Gone(ticket) => {
                    change.prepare_cached("DELETE FROM ticket WHERE id = ?1")?.execute([ticket.as_str()])?;
                }
                Keep::Nothing => {
                    change.execute("DELETE FROM ticket", [])?;
                    change.execute("DELETE FROM word WHERE name <> ?1", [SERVER])?;
                }
            }
        }
        change.commit()?;
        if orders.contains(&Keep::Nothing) {
            erase::scrub(&self.file)?;
        }
        Ok(())
    }

    /// Takes out what is too old, then what is too much.
    fn shrink(&mut self) -> rusqlite::Result<bool> {
        let proven: i64 = self.word(PROVEN)?.unwrap_or_default();
        let mut gone = 0;
        if proven < self.oldest {
            let old = "DELETE FROM ticket WHERE id IN (SELECT id FROM ticket WHERE as_of < ?1 LIMIT ?2)";
            gone += self.file.prepare_cached(old)?.execute([self.oldest, PRUNED_PER_STEP])?;
        }
        let many =
            "DELETE FROM ticket WHERE id IN (SELECT id FROM ticket ORDER BY as_of DESC LIMIT ?2 OFFSET ?1)";
        gone += self.file.prepare_cached(many)?.execute([TICKETS_MAX, PRUNED_PER_STEP])?;
        Ok(gone > 0)
    }
}

fn put_word(file: &Connection, name: &str, word: &impl Serialize) -> rusqlite::Result<()> {
    file.prepare_cached("INSERT OR REPLACE INTO word (name, json) VALUES (?1, ?2)")?
        .execute(params![name, json(word)?])?;
    Ok(())
}

fn json(word: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(word).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

impl CopyStore for SqliteCopy {
    fn load(&mut self) -> Result<Kept, Arc<str>> {
        match self.opened.take() {
            Some(kept) => Ok(kept),
            None => self.read().map_err(|error| error.to_string().into()),
        }
    }

    fn keep(&mut self, orders: &[Keep]) -> Result<(), Arc<str>> {
        self.write(orders).map_err(|error| error.to_string().into())
    }

    fn prune(&mut self) -> Result<bool, Arc<str>> {
        self.shrink().map_err(|error| error.to_string().into())
    }
}

/// Who keeps the copy.
pub(crate) struct Copyist {
    scribe: Scribe<Copying>,
    is_behind: bool,
}

impl Copyist {
    /// Begins.
    pub(crate) fn begin(
        store: Box<dyn CopyStore>,
        threads: &dyn Threads,
        replies: mpsc::Sender<DiskReply>,
    ) -> std::io::Result<Self> {
        let scribe = Scribe::begin(Copying::new(store), threads, replies)?;
        Ok(Self { scribe, is_behind: false })
    }

    /// Hands an order over, without waiting.
    pub(crate) fn order(&mut self, order: Keep) -> Option<DiskReply> {
        let is_fresh_start = order == Keep::Nothing;
        if self.is_behind && !is_fresh_start {
            return None;
        }
        let refused = self.scribe.order(order).err();
        self.is_behind = refused.is_some();
        refused.and_then(|order| {
            warn!("the copy of the board stays as it is: the disk is too far behind, or failed");
            erased(&order, Err("the disk is too far behind".into()))
        })
    }

    /// Waits until everything ordered is done.
    pub(crate) async fn finish(self) {
        self.scribe.finish().await;
    }
}

/// The store, until it fails.
struct Copying {
    store: Box<dyn CopyStore>,
    has_failed: bool,
    /// Tickets that were kept since the last look at the limits.
    since_look: usize,
}

impl Copying {
    /// With a look at the limits to begin with.
    fn new(store: Box<dyn CopyStore>) -> Self {
        Self { store, has_failed: false, since_look: PRUNED_EVERY }
    }

    fn keep(&mut self, orders: &[Keep]) -> Result<(), Arc<str>> {
        let kept = self.store.keep(orders);
        self.has_failed = kept.is_err();
        if let Err(reason) = &kept {
            warn!(%reason, "the copy of the board cannot be written, and stays as it is");
        }
        kept
    }
}

/// What is said of an order: who wants everything erased has to know.
fn erased(order: &Keep, outcome: Result<(), Arc<str>>) -> Option<DiskReply> {
    (*order == Keep::Nothing).then_some(DiskReply::Wiped(Wiped::Copy, outcome))
}

impl Work for Copying {
    type Order = Keep;
    type Reply = DiskReply;

    const NAME: &'static str = "callboard-copy";
    const WAITING_MAX: usize = ORDERS_WAITING_MAX;
    const TOGETHER_MAX: usize = ORDERS_PER_CHANGE_MAX;

    fn carry_out(&mut self, orders: &[Keep]) -> Vec<DiskReply> {
        self.since_look += orders.iter().filter(|order| matches!(order, Keep::Ticket(..))).count();
        // Nothing that is kept before it outlives it, and with it a copy that failed begins anew.
        let fresh = orders.iter().rposition(|order| *order == Keep::Nothing);
        let orders = fresh.map_or(orders, |at| &orders[at..]);
        if self.has_failed && fresh.is_none() {
            return Vec::new();
        }
        let kept = self.keep(orders);
        orders.first().and_then(|first| erased(first, kept)).into_iter().collect()
    }

    fn chore(&mut self) -> bool {
        if self.has_failed || self.since_look < PRUNED_EVERY {
            return false;
        }
        let more = self.store.prune().unwrap_or_else(|reason| {
            warn!(%reason, "the copy of the board cannot be made smaller");
            false
        });
        if !more {
            self.since_look = 0;
        }
        more
    }
}

#[cfg(test)]
mod tests {
    use callboard_desk::session::event::Lookups;
    use callboard_model::Ticket;
    use callboard_model::rest::Me;

    use super::*;
    use crate::disk::threads::OwnThreads;

    const SERVER_A: &str = "https://a/";

    fn ticket(number: u32, version: u64) -> Ticket {
        let json = serde_json::json!({
            "ticket_id": format!("t{number}"), "ticket_number": format!("T-{number}"), "title": "VPN down",
            "version": version,
        });
        serde_json::from_value(json).expect("a ticket")
    }

    fn me() -> Me {
        let json = serde_json::json!({
            "user_id": "nora", "tenant": "t", "display_name": "Nora Berg", "role": "dispatcher",
        });
        serde_json::from_value(json).expect("a person")
    }

    fn keep(ticket: Ticket, as_of: i64) -> Keep {
        Keep::Ticket(Box::new(ticket), as_of)
    }

    fn reopened(profile: &Path) -> Kept {
        open_copy(profile, SERVER_A, Timestamp::UNIX_EPOCH).load().expect("it reads")
    }

    #[test]
    fn what_was_kept_is_there_after_the_next_start_with_its_age() {
        let profile = tempfile::tempdir().expect("a directory");
        let mut copy = open_copy(profile.path(), SERVER_A, Timestamp::UNIX_EPOCH);
        assert_eq!(copy.load(), Ok(Kept::default()));
        let orders = [
            Keep::Me(me()),
            Keep::Lookups(Box::default()),
            keep(ticket(1, 1), 10),
            keep(ticket(2, 1), 10),
            keep(ticket(3, 1), 10),
            Keep::Gone("t2".into()),
            Keep::Proven(20),
            keep(ticket(1, 2), 30),
        ];
        copy.keep(&orders).expect("written");
        drop(copy);
        let kept = reopened(profile.path());
        assert_eq!((kept.me, kept.lookups), (Some(me()), Some(Lookups::default())));
        assert_eq!(kept.tickets, [(ticket(1, 2), 30), (ticket(3, 1), 20)], "the newest first");
    }

    #[test]
    fn nothing_is_kept_of_what_is_not_ours_any_more() {
        let profile = tempfile::tempdir().expect("a directory");
        let mut copy = open_copy(profile.path(), SERVER_A, Timestamp::UNIX_EPOCH);
        copy.keep(&[Keep::Me(me()), keep(ticket(1, 1), 10), Keep::Proven(20)]).expect("written");
        copy.keep(&[Keep::Nothing]).expect("written");
        drop(copy);
        assert_eq!(reopened(profile.path()), Kept::default());
    }

    #[test]
    fn what_one_server_said_is_no_use_with_another() {
        let profile = tempfile::tempdir().expect("a directory");
        let mut copy = open_copy(profile.path(), SERVER_A, Timestamp::UNIX_EPOCH);
        copy.keep(&[Keep::Me(me()), keep(ticket(1, 1), 10)]).expect("written");
        drop(copy);
        assert_eq!(
            open_copy(profile.path(), "https://b/", Timestamp::UNIX_EPOCH).load(),
            Ok(Kept::default())
        );
        assert_eq!(reopened(profile.path()), Kept::default(), "and it is not kept for later");
    }

    #[test]
    fn a_copy_that_cannot_be_used_is_made_anew() {
        let spoilt: [fn(&Path); 3] = [
            |path| std::fs::write(path, "no database at all, but long enough to look at").expect("written"),
            |path| {
                let file = Connection::open(path).expect("a file");
                file.execute_batch("CREATE TABLE ticket (id TEXT); PRAGMA user_version = 99;").expect("made");
            },
            |path| {
                let file = Connection::open(path).expect("a file");
                file.execute_batch("CREATE TABLE other (id TEXT); PRAGMA user_version = 2;").expect("made");
            },
        ];
        for spoil in spoilt {
            let profile = tempfile::tempdir().expect("a directory");
            spoil(&profile.path().join("copy.db"));
            let mut copy = open_copy(profile.path(), SERVER_A, Timestamp::UNIX_EPOCH);
            assert_eq!(copy.load(), Ok(Kept::default()));
            copy.keep(&[keep(ticket(1, 1), 10)]).expect("it works");
        }
    }

    #[tokio::test]
    async fn everything_ordered_is_kept_before_the_end() {
        let profile = tempfile::tempdir().expect("a directory");
        let (replies, _said) = mpsc::channel(1);
        let copy = open_copy(profile.path(), SERVER_A, Timestamp::UNIX_EPOCH);
        let mut copyist = Copyist::begin(copy, &OwnThreads, replies).expect("a thread");
        for number in 0..2_000 {
            assert_eq!(copyist.order(keep(ticket(number, 1), 10)), None);
        }
        copyist.finish().await;
        assert_eq!(reopened(profile.path()).tickets.len(), 2_000);
    }

    fn count(copy: &SqliteCopy) -> i64 {
        copy.file.query_row("SELECT count(*) FROM ticket", [], |row| row.get(0)).expect("a count")
    }

    fn opened(profile: &Path, now: i64) -> SqliteCopy {
        let now = Timestamp::from_millisecond(now).expect("an instant");
        SqliteCopy::open(&profile.join("copy.db"), SERVER_A, now).expect("a copy")
    }

    #[test]
    fn what_nobody_proved_for_long_is_not_shown_and_goes_in_small_steps() {
        let profile = tempfile::tempdir().expect("a directory");
        let mut copy = opened(profile.path(), 0);
        let old: Vec<Keep> = (0..450).map(|number| keep(ticket(number, 1), 10)).collect();
        copy.keep(&old).expect("written");
        copy.keep(&[keep(ticket(1_000, 1), 500)]).expect("written");
        drop(copy);
        let mut copy = opened(profile.path(), KEPT_FOR_MS + 100);
        assert_eq!(copy.load().expect("it reads").tickets, [(ticket(1_000, 1), 500)]);
        let mut left = Vec::new();
        while copy.prune().expect("room") {
            left.push(count(&copy));
        }
        assert_eq!(left, [251, 51, 1]);
        copy.keep(&old).expect("written");
        copy.keep(&[Keep::Proven(200)]).expect("written");
        assert_eq!((copy.prune(), count(&copy)), (Ok(false), 451), "all of it was proven since");
    }

    #[test]
    fn of_more_tickets_than_are_kept_those_go_that_were_told_longest_ago() {
        let profile = tempfile::tempdir().expect("a directory");
        let mut copy = opened(profile.path(), 0);
        copy.file
            .execute(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
                 INSERT INTO ticket SELECT 'many' || i, 'no ticket at all', i FROM n",
                [TICKETS_MAX + 300],
            )
            .expect("many");
        while copy.prune().expect("room") {}
        let oldest: i64 =
            copy.file.query_row("SELECT min(as_of) FROM ticket", [], |row| row.get(0)).expect("the oldest");
        assert_eq!((count(&copy), oldest), (TICKETS_MAX, 301));
    }

    /// A disk that refuses until it is told to erase everything.
    struct Refusing(Vec<Keep>);

    impl CopyStore for Refusing {
        fn load(&mut self) -> Result<Kept, Arc<str>> {
            Ok(Kept::default())
        }

        fn keep(&mut self, orders: &[Keep]) -> Result<(), Arc<str>> {
            if self.0.is_empty() && orders.first() != Some(&Keep::Nothing) {
                return Err("full".into());
            }
            self.0.extend_from_slice(orders);
            Ok(())
        }

        fn prune(&mut self) -> Result<bool, Arc<str>> {
            Ok(false)
        }
    }

    #[test]
    fn a_copy_that_failed_stays_as_it_is_until_it_begins_anew() {
        let mut copying = Copying::new(Box::new(Refusing(Vec::new())));
        let orders = [keep(ticket(1, 1), 10), Keep::Nothing, keep(ticket(2, 1), 10)];
        assert_eq!(copying.carry_out(&orders[..1]), []);
        assert!(copying.has_failed);
        assert_eq!(copying.carry_out(&orders[..1]), [], "not even tried");
        assert_eq!(copying.carry_out(&orders), [DiskReply::Wiped(Wiped::Copy, Ok(()))]);
        assert!(!copying.has_failed);
    }
}
