//! The way to a thread that writes.
//!
//! It exists so that writes have an order and share commits: a thread takes what waits together, runs each job in a
//! savepoint of one transaction, and every caller hears of success only after the commit.
//!
//! **Invariant:** no caller is told "written" before the commit, and one job's failure undoes only that job.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::error::{Result, ServerError};
use crate::store::sql::Sql;

/// Writes that may wait. When it is full callers wait for [`PATIENCE`], and are then told that the server is busy.
const QUEUE: usize = 1024;
/// How long a caller waits for a place in the queue.
const PATIENCE: Duration = Duration::from_secs(5);
/// Writes that share one commit at most; more simply go into the next one.
pub(super) const BATCH: usize = 64;

/// Tells a caller how its batch went; `Some` is why the commit failed.
pub(super) type Tell = Box<dyn FnOnce(Option<Arc<ServerError>>) + Send>;
/// A write: whether to keep it, and how to tell its caller after the commit.
pub(super) type Job = Box<dyn FnOnce(&mut dyn Sql) -> (bool, Tell) + Send>;

/// The sending end.
#[derive(Clone)]
pub(super) struct Queue(mpsc::Sender<Job>);

impl Queue {
    /// A queue, and what its thread takes from.
    pub(super) fn new() -> (Self, mpsc::Receiver<Job>) {
        let (queue, jobs) = mpsc::channel(QUEUE);
        (Self(queue), jobs)
    }

    /// Runs `work` on the thread; answers when it is on disk.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Sql) -> Result<T> + Send + 'static,
    {
        let (answer, heard) = oneshot::channel();
        let job: Job = Box::new(move |db| {
            let result = work(db);
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
        self.0.send_timeout(job, PATIENCE).await.map_err(|refused| match refused {
            mpsc::error::SendTimeoutError::Timeout(_) => ServerError::Busy,
            mpsc::error::SendTimeoutError::Closed(_) => ServerError::Closed,
        })?;
        heard.await.map_err(|_| ServerError::Closed)?
    }
}
