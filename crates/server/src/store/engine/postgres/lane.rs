//! A thread that writes for some of the tenants.
//!
//! It exists so that writes of one tenant follow each other, in this process by a queue and across processes by a lock
//! that each batch takes, while tenants of other lanes commit at the same time.
//!
//! **Invariant:** a caller hears "written" only after the commit; when nobody knows whether the commit went through,
//! the caller hears that the database is away, and the idempotency key makes trying again safe.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc;

use super::super::queue::{BATCH, Job, Queue, Tell};
use super::connection::{self, Connection, Session};
use super::server::Server;
use super::{Bell, listener, locks, ring};
use crate::error::{Result, ServerError};
use crate::store::sql::{Cell, Row, Sql};

/// Starts a lane. `relays` says whether this process is the one that relays.
pub(super) fn start(lane: usize, server: Arc<Server>, bell: Bell, relays: Arc<AtomicBool>) -> Result<Queue> {
    let (queue, mut jobs) = Queue::new();
    let begin = locks::begin_lane(lane);
    std::thread::Builder::new().name(format!("callboard-lane-{lane}")).spawn(move || {
        let mut link = Link::new(server);
        while let Some(first) = jobs.blocking_recv() {
            let rings = link.write(&begin, first, &mut jobs);
            if rings {
                ring(&bell);
                if !relays.load(Ordering::Relaxed) {
                    link.tell_others();
                }
            }
        }
    })?;
    Ok(queue)
}

/// A connection that comes back.
pub(super) struct Link {
    server: Arc<Server>,
    connection: Option<Connection>,
}

impl Link {
    pub(super) fn new(server: Arc<Server>) -> Self {
        Self { server, connection: None }
    }

    /// Writes `first` and what waits behind it, and tells everybody. Says whether those who relay are to be woken.
    pub(super) fn write(&mut self, begin: &str, first: Job, jobs: &mut mpsc::Receiver<Job>) -> bool {
        let begun = connection::begun(&self.server, self.connection.take(), begin);
        self.write_on(begun, first, jobs)
    }

    /// The same on this very connection or not at all: another one would not hold the lock that this one holds.
    pub(super) fn write_here(&mut self, begin: &str, first: Job, jobs: &mut mpsc::Receiver<Job>) -> bool {
        let begun = match self.connection.take() {
            Some(mut connection) => connection.batch(begin).map(|()| connection),
            None => Err(ServerError::Unavailable("the connection was lost".to_owned())),
        };
        self.write_on(begun, first, jobs)
    }

    fn write_on(&mut self, begun: Result<Connection>, first: Job, jobs: &mut mpsc::Receiver<Job>) -> bool {
        let mut told = Vec::new();
        let written = match begun {
            Ok(connection) => {
                let connection = self.connection.insert(connection);
                let written = write_batch(connection, first, jobs, &mut told);
                if written.is_err() {
                    connection.roll_back();
                }
                written
            }
            Err(error) => {
                told.push(first(&mut Nowhere).1);
                Err(error)
            }
        };
        if let Err(error) = &written {
            tracing::error!(%error, writes = told.len(), "a batch of writes failed");
        }
        let rings = matches!(written, Ok(true));
        let failure = written.err().map(Arc::new);
        for tell in told {
            tell(failure.clone());
        }
        rings
    }

    /// Wakes the process that relays. Not part of the write's transaction, since all of those would then commit one after
    /// the other; if it gets lost, the one that relays looks by itself soon.
    fn tell_others(&mut self) {
        let told = self.connection.as_mut().map(|connection| connection.batch(listener::RING));
        if let Some(Err(error)) = told {
            tracing::debug!(%error, "the process that relays was not woken");
        }
    }

    /// The connection that there is; none is made.
    pub(super) fn connection(&mut self) -> Option<&mut Connection> {
        self.connection.as_mut().filter(|connection| !connection.is_lost())
    }

    /// Makes a connection anew.
    pub(super) fn connect(&mut self) -> Result<&mut Connection> {
        Ok(self.connection.insert(self.server.connect()?))
    }
}

/// Runs jobs, each in a savepoint, and commits. Says whether the bell is to ring.
fn write_batch(
    connection: &mut Connection,
    first: Job,
    jobs: &mut mpsc::Receiver<Job>,
    told: &mut Vec<Tell>,
) -> Result<bool> {
    let mut rings = false;
    let mut next = Some(first);
    while let Some(job) = next {
        let (keep, tell) = job(&mut Session { connection: &mut *connection, rings: &mut rings });
        told.push(tell);
        next = if told.len() < BATCH { jobs.try_recv().ok() } else { None };
        let end = match (keep, next.is_some()) {
            (true, true) => "RELEASE SAVEPOINT job; SAVEPOINT job",
            (false, true) => "ROLLBACK TO SAVEPOINT job",
            // A transaction that has failed inside "commits" without a complaint; releasing complains.
            (true, false) => "RELEASE SAVEPOINT job; COMMIT",
            (false, false) => "ROLLBACK TO SAVEPOINT job; COMMIT",
        };
        if let Err(error) = connection.batch(end) {
            told.extend(next.map(|job| job(&mut Nowhere).1));
            return Err(error);
        }
    }
    Ok(rings)
}

/// Where no database is: lets a job fail that cannot be run.
pub(super) struct Nowhere;

impl Sql for Nowhere {
    fn execute(&mut self, _: &str, _: &[Cell<'_>]) -> Result<u64> {
        Err(ServerError::Unavailable("no connection".to_owned()))
    }

    fn query(&mut self, _: &str, _: &[Cell<'_>]) -> Result<Vec<Row>> {
        Err(ServerError::Unavailable("no connection".to_owned()))
    }

    fn ring(&mut self) {}
}
