//! The thread that works on the outbox, in one process at a time.
//!
//! It exists so that hints leave in order although many processes write them: whoever holds the lock relays. The lock
//! belongs to the very connection on which the outbox is read, so whoever loses it reads nothing more.
//!
//! **Invariant:** without the lock no job is run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::queue::{Job, Queue};
use super::lane::{Link, Nowhere};
use super::locks;
use super::server::Server;
use crate::error::{Result, ServerError};

/// No lock but the one that the connection already holds.
const BEGIN: &str = "BEGIN; SAVEPOINT job";

/// Starts the thread, which keeps `relays` true to what is so.
pub(super) fn start(server: Arc<Server>, relays: Arc<AtomicBool>) -> Result<Queue> {
    let (queue, mut jobs) = Queue::new();
    std::thread::Builder::new().name("callboard-relay".to_owned()).spawn(move || {
        let mut link = Link::new(server);
        while let Some(first) = jobs.blocking_recv() {
            let holds = hold(&mut link, relays.load(Ordering::Relaxed));
            if relays.swap(matches!(holds, Ok(true)), Ordering::Relaxed) != matches!(holds, Ok(true)) {
                tracing::info!(relays = matches!(holds, Ok(true)), "whose turn it is to relay has changed");
            }
            match holds {
                Ok(true) => drop(link.write_here(BEGIN, first, &mut jobs)),
                Ok(false) => refuse(first, ServerError::RelayedElsewhere),
                Err(error) => refuse(first, error),
            }
        }
    })?;
    Ok(queue)
}

/// Whether the lock is held; it is asked for where it is not.
fn hold(link: &mut Link, held: bool) -> Result<bool> {
    if let Some(connection) = link.connection() {
        if held {
            return Ok(true);
        }
        return connection.number(&locks::try_relay()).map(|got| got == 1);
    }
    link.connect()?.number(&locks::try_relay()).map(|got| got == 1)
}

fn refuse(job: Job, error: ServerError) {
    let (_, tell) = job(&mut Nowhere);
    tell(Some(Arc::new(error)));
}
