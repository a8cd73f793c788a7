//! Work on what was committed, in one process at a time.
//!
//! It exists so that whatever tells others of changes in order (the relay, each durable outlet) waits, looks again, takes
//! over and tries again in the same way.
//!
//! **Invariant:** a round works only while this process holds the turn; who holds it is decided by the store.

use std::time::Duration;

use tokio::sync::Notify;

use crate::bus::Backoff;
use crate::error::Result;
use crate::store::Store;

/// What waits is looked at this often even when nobody rings: the ring of another process may get lost with its life.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// How often a process whose turn it is not asks whether it is. Of the processes on one database one has it.
const TAKE_OVER: Duration = Duration::from_millis(500);

/// Whose turn it is.
pub(crate) enum Turn {
    /// Ours, and nothing waits any more.
    Ours,
    /// Another process's.
    Elsewhere,
}

/// Takes one round after the other, whenever something was committed or `again` rings, until the store is closed.
pub(crate) async fn take<F>(what: &str, store: &Store, again: &Notify, round: impl Fn() -> F)
where
    F: Future<Output = Result<Turn>>,
{
    let mut committed = store.committed();
    let mut backoff = Backoff::new();
    loop {
        // Seen before anything is read: a commit that comes meanwhile rings again.
        committed.mark_unchanged();
        match round().await {
            Ok(Turn::Ours) => {
                backoff.reset();
                tokio::select! {
                    biased;
                    rung = committed.changed() => if rung.is_err() {
                        return;
                    },
                    () = again.notified() => {}
                    () = tokio::time::sleep(LOOK_AGAIN) => {}
                }
            }
            // Whoever has it may die at any moment.
            Ok(Turn::Elsewhere) => tokio::time::sleep(TAKE_OVER).await,
            Err(error) => {
                let wait = backoff.next();
                tracing::warn!(%error, ?wait, "{what} cannot be relayed; trying again");
                tokio::time::sleep(wait).await;
            }
        }
    }
}
