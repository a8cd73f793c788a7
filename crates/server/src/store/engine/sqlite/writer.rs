//! The one thread that writes.
//!
//! It exists because SQLite has one writer anyway: a queue in front of it turns lock contention into order.
//!
//! **Invariant:** nobody else holds a writing connection; the bell rings after the commit, never before.

use std::sync::Arc;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, watch};

use super::super::queue::{BATCH, Job, Queue, Tell};
use super::session::Session;
use crate::error::Result;

/// The way to the writing thread.
#[derive(Clone)]
pub(super) struct Writer {
    queue: Queue,
    committed: watch::Receiver<u64>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Result<Self> {
        let (queue, jobs) = Queue::new();
        let (bell, committed) = watch::channel(0);
        std::thread::Builder::new()
            .name("callboard-writer".to_owned())
            .spawn(move || write_until_closed(connection, jobs, &bell))?;
        Ok(Self { queue, committed })
    }

    pub(super) fn committed(&self) -> watch::Receiver<u64> {
        self.committed.clone()
    }

    pub(super) fn queue(&self) -> &Queue {
        &self.queue
    }
}

fn write_until_closed(mut connection: Connection, mut jobs: mpsc::Receiver<Job>, bell: &watch::Sender<u64>) {
    while let Some(first) = jobs.blocking_recv() {
        let mut told = Vec::new();
        let committed = write_batch(&mut connection, first, &mut jobs, &mut told);
        if let Err(error) = &committed {
            tracing::error!(%error, writes = told.len(), "a batch of writes failed");
        }
        if matches!(committed, Ok(true)) {
            bell.send_modify(|times| *times = times.wrapping_add(1));
        }
        let failure = committed.err().map(|error| Arc::new(error.into()));
        for tell in told {
            tell(failure.clone());
        }
    }
}

/// Writes what waits, and says whether the bell is to ring.
fn write_batch(
    connection: &mut Connection,
    first: Job,
    jobs: &mut mpsc::Receiver<Job>,
    told: &mut Vec<Tell>,
) -> rusqlite::Result<bool> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut rings = false;
    let mut next = Some(first);
    while let Some(job) = next {
        let savepoint = transaction.savepoint()?;
        let (keep, tell) = job(&mut Session::new(&savepoint, &mut rings));
        told.push(tell);
        if keep {
            savepoint.commit()?;
        } else {
            savepoint.finish()?;
        }
        next = if told.len() < BATCH { jobs.try_recv().ok() } else { None };
    }
    transaction.commit()?;
    Ok(rings)
}
