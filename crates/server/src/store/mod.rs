//! The truth: tickets, lookups, people, the change feed, the outbox.
//!
//! It exists so that the rest of the server speaks of tickets and not of SQL.
//!
//! | where | what |
//! |---|---|
//! | `store/*.rs` | what can be asked and told: plain data, and `impl Store` blocks of async functions, one file per topic |
//! | `statements/` | the SQL of a topic, once: functions over `db: &mut dyn Sql` and nothing else |
//! | `sql/` | the seam: [`Sql`], its cells and rows, and the dialect that both engines share |
//! | `engine/` | connections, threads, commits and schema steps of one database |
//! | `migrations/` | numbered schema steps, one folder per engine |
//!
//! A public function of the store is a [`Store::read`] or a [`Store::write`] around functions of `statements`. What is
//! inside one `write` is one transaction.
//!
//! **Invariant:** no SQL type, no row and no connection passes through public signatures.

mod access;
pub mod agreements;
pub mod bundles;
pub mod comments;
pub mod directory;
mod engine;
pub mod events;
pub mod flags;
mod gather;
pub mod keys;
pub mod lookups;
pub mod members;
mod migrations;
pub mod outlets;
mod overdue;
pub mod query;
mod reads;
pub mod records;
pub mod save;
pub mod schedules;
mod sql;
mod statements;
mod tickets;
pub mod webhooks;
pub mod witness;
mod writes;

use std::time::Instant;

use callboard_model::rest::Changes;
use callboard_model::{Hint, TenantId, TicketId, Timestamp};
use tokio::sync::watch;

use self::engine::Engine;
use self::gather::Gather;
use self::records::{Glimpse, Look};
use self::sql::Sql;
use self::witness::{Asked, Witness};
use crate::auth::Placement;
use crate::clock::Clock;
use crate::error::Result;
use crate::metrics::Timing;

/// A handle to the database. Cheap to clone; the database closes with the last handle.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
    limits: Limits,
    timing: Timing,
    clock: Clock,
    /// What is asked about one event by many at once.
    witnesses: Gather<Asked, Option<Witness>>,
    glimpses: Gather<Look, Option<Glimpse>>,
}

/// How much a store keeps.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Change records kept per tenant. A reader whose cursor is older is told to load anew.
    pub changes_kept: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { changes_kept: 100_000 }
    }
}

/// In the place of a ticket: a hint about many of them. No ticket can be called so.
pub const MANY: &str = "*";

/// A hint that waits to be relayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its place in the outbox; ascending over all tenants.
    pub seq: u64,
    /// Whose it is.
    pub tenant: TenantId,
    /// The ticket's room gets it.
    pub ticket: TicketId,
    /// What to say.
    pub hint: Hint,
    /// Where the ticket lay before: with where it lies now, this decides who may hear of it.
    pub was: Option<Placement>,
    /// Where it lies now.
    pub is: Option<Placement>,
}

/// What the change feed says from a place on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feed {
    /// What follows.
    Page(Changes),
    /// That place is not in the feed any more, or never was: load anew.
    Gone,
}

impl Store {
    /// Opens `sqlite:<path>`, creating the file, or `postgres://…`, and brings the schema up to date. Blocks.
    pub fn open(address: &str, limits: Limits) -> Result<Self> {
        Ok(Self::over(Engine::open(address)?, limits, Clock::machine()))
    }

    /// A store in memory, for a simulated world: everything is executed at once and by whoever asks, in one order, without
    /// a thread. It lives as long as its handles.
    pub fn in_memory(limits: Limits, clock: Clock) -> Result<Self> {
        Ok(Self::over(Engine::in_memory()?, limits, clock))
    }

    fn over(engine: Engine, limits: Limits, clock: Clock) -> Self {
        let (witnesses, glimpses) = (Gather::default(), Gather::default());
        Self { engine, limits, timing: Timing::default(), clock, witnesses, glimpses }
    }

    /// The time of day.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Rings after each commit that put something into the outbox or the log of events; the number only counts the rings.
    #[must_use]
    pub fn committed(&self) -> watch::Receiver<u64> {
        self.engine.committed()
    }

    /// How long reads and writes took.
    #[must_use]
    pub fn timing(&self) -> &Timing {
        &self.timing
    }

    async fn timed<T>(&self, work: &'static str, done: impl Future<Output = T>) -> T {
        let began = Instant::now();
        let outcome = done.await;
        self.timing.took(work, began.elapsed());
        outcome
    }

    /// Runs `work` on one snapshot, off the async threads. It cannot write.
    async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Sql) -> Result<T> + Send + 'static,
    {
        self.timed("read", self.engine.read(work)).await
    }

    /// Runs `work` in one transaction, after every earlier write of this tenant; it answers when that is on disk. An
    /// `Err` of `work` writes nothing.
    async fn write<T, F>(&self, tenant: &TenantId, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Sql) -> Result<T> + Send + 'static,
    {
        self.timed("write", self.engine.write(tenant, work)).await
    }
}
