//! The one thread that writes.
//!
//! It exists to give writes an order and one commit per batch: jobs that wait together are each run in a savepoint
//! of one transaction, and every caller hears of success only after the commit.
//!
//! **Invariant:** no caller is told "written" before the commit, and one job's failure undoes only that job.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use tokio::sync::{mpsc, oneshot, watch};

use crate::error::{Result, ServerError};

/// Writes that may wait. When it is full callers wait for [`PATIENCE`], and are then told that the server is busy.
const QUEUE: usize = 1024;
/// How long a caller waits for a place in the queue.
const PATIENCE: Duration = Duration::from_secs(5);
/// Writes that share one commit at most; more simply go into the next one.
const BATCH: usize = 64;

/// Tells a caller how its batch went; `Some` is why the commit failed.
type Tell = Box<dyn FnOnce(Option<Arc<rusqlite::Error>>) + Send>;
/// A write: whether to keep it, and how to tell its caller after the commit.
type Job = Box<dyn FnOnce(&Connection) -> (bool, Tell) + Send>;

/// The way to the writing thread.
#[derive(Clone)]
pub(super) struct Writer {
    queue: mpsc::Sender<Job>,
    committed: watch::Receiver<u64>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Result<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (ring, committed) = watch::channel(newest_outbox(&connection)?);
        std::thread::Builder::new()
            .name("callboard-writer".to_owned())
            .spawn(move || write_until_closed(connection, jobs, &ring))?;
        Ok(Self { queue, committed })
    }

    pub(super) fn committed(&self) -> watch::Receiver<u64> {
        self.committed.clone()
    }

    pub(super) async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let (answer, heard) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let result = work(connection);
            let keep = result.is_ok();
            let tell: Tell = Box::new(move |failure| {
                let result = match failure {
                    None => result,
                    Some(error) => Err(ServerError::Commit(error)),
                };
                // A caller that went away does not need to hear.
                drop(answer.send(result));
            });
            (keep, tell)
        });
        self.queue.send_timeout(job, PATIENCE).await.map_err(|refused| match refused {
            mpsc::error::SendTimeoutError::Timeout(_) => ServerError::Busy,
            mpsc::error::SendTimeoutError::Closed(_) => ServerError::Closed,
        })?;
        heard.await.map_err(|_| ServerError::Closed)?
    }
}

fn write_until_closed(mut connection: Connection, mut jobs: mpsc::Receiver<Job>, ring: &watch::Sender<u64>) {
    while let Some(first) = jobs.blocking_recv() {
        let mut told = Vec::new();
        let committed = write_batch(&mut connection, first, &mut jobs, &mut told);
        if let Err(error) = &committed {
            tracing::error!(%error, writes = told.len(), "a batch of writes failed");
        }
        let failure = committed.err().map(Arc::new);
        for tell in told {
            tell(failure.clone());
        }
        if failure.is_none() {
            ring_if_new(&connection, ring);
        }
    }
}

fn write_batch(
    connection: &mut Connection,
    first: Job,
    jobs: &mut mpsc::Receiver<Job>,
    told: &mut Vec<Tell>,
) -> rusqlite::Result<()> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut next = Some(first);
    while let Some(job) = next {
        let savepoint = transaction.savepoint()?;
        let (keep, tell) = job(&savepoint);
        told.push(tell);
        if keep {
            savepoint.commit()?;
        } else {
            savepoint.finish()?;
        }
        next = if told.len() < BATCH { jobs.try_recv().ok() } else { None };
    }
    transaction.commit()
}

/// The newest number ever given out in the outbox, also when the outbox is empty again.
fn newest_outbox(connection: &Connection) -> rusqlite::Result<u64> {
    let newest: Option<u64> = connection
        .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(newest.unwrap_or(0))
}

fn ring_if_new(connection: &Connection, ring: &watch::Sender<u64>) {
    match newest_outbox(connection) {
        Ok(newest) => {
            ring.send_if_modified(|known| std::mem::replace(known, newest) != newest);
        }
        Err(error) => tracing::error!(%error, "cannot read how far the outbox is"),
    }
}
