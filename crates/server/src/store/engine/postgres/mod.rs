//! Postgres behind the store: a few lanes that write, a few connections that read, one that relays, one that listens.
//!
//! It exists for a company that one machine does not carry: any number of server processes may stand on one database.
//! Why it is built so stands in `docs/decisions/007-one-sql-two-engines.md`:
//!
//! | thread | does | is kept in order across processes by |
//! |---|---|---|
//! | lane 0 … 3 | writes of the tenants that fall to it, many in one commit | a lock that each batch takes |
//! | relay | reads the outbox and takes things out of it | a lock that one connection holds for as long as it lives |
//! | listener | hears that another process has committed | it only rings a bell |
//!
//! **Invariant:** the writes of one tenant follow each other across all processes, each seeing the one before it.

mod address;
mod connection;
mod lane;
mod listener;
mod locks;
mod migrate;
mod relay;
mod server;
mod value;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use callboard_model::TenantId;
use tokio::sync::watch;

use self::connection::Connection;
use self::server::Server;
use super::queue::Queue;
use super::readers::Readers;
use crate::error::{Result, ServerError};
use crate::store::sql::Sql;

/// Begins a read.
const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Reads at the same time.
const READERS: usize = 8;

/// A database with everybody who works on it for this process.
#[derive(Clone)]
pub(in crate::store) struct Postgres {
    lanes: Arc<[Queue]>,
    relay: Queue,
    readers: Readers<Connection>,
    bell: Bell,
}

/// What rings after a commit here, or when another process says that there was one.
type Bell = Arc<watch::Sender<u64>>;

fn ring(bell: &watch::Sender<u64>) {
    bell.send_modify(|times| *times = times.wrapping_add(1));
}

impl Postgres {
    pub(super) fn open(address: &str) -> Result<Self> {
        let server = Arc::new(Server::new(address)?);
        // A connection blocks, which no async thread may do, whoever calls this.
        let first = Arc::clone(&server);
        std::thread::spawn(move || migrate::to_newest(&mut first.connect()?))
            .join()
            .map_err(|_| ServerError::Closed)??;
        let bell: Bell = Arc::new(watch::Sender::new(0));
        let relays = Arc::new(AtomicBool::new(false));
        let lanes = (0..locks::LANES)
            .map(|lane| lane::start(lane, Arc::clone(&server), Arc::clone(&bell), Arc::clone(&relays)))
            .collect::<Result<_>>()?;
        let relay = relay::start(Arc::clone(&server), relays)?;
        listener::start(Arc::clone(&server), Arc::downgrade(&bell))?;
        let readers = Readers::new(READERS, move |idle| connection::begun(&server, idle, SNAPSHOT));
        Ok(Self { lanes, relay, readers, bell })
    }

    pub(super) fn committed(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }

    /// Runs `work` on one snapshot.
    pub(super) async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Sql) -> Result<T> + Send + 'static,
    {
        self.readers.run(work).await
    }

    /// Runs `work` in the tenant's lane; it answers when it is on disk.
    pub(super) async fn write<T, F>(&self, tenant: &TenantId, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Sql) -> Result<T> + Send + 'static,
    {
        let lane = self.lanes.get(locks::lane_of(tenant)).ok_or(ServerError::Closed)?;
        lane.run(work).await
    }

    /// Runs `work` if this process is the one that relays.
    pub(super) async fn relay<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Sql) -> Result<T> + Send + 'static,
    {
        self.relay.run(work).await
    }
}
