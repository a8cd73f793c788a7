//! The relay: takes committed hints out of the outbox and hands them to the bus (LT-2).
//!
//! It exists so that a write ends at its commit: whatever is wrong with the bus, the hint stands in the outbox, in
//! the same transaction as its change, until it was handed on. What a crash leaves there goes out at the next start.
//!
//! Hints leave in the order of the outbox, hence in order per ticket, and at least once: a hint that was handed on
//! when the database failed to note it is handed on again.
//!
//! **Invariant:** the relay never writes anything but "these were sent".

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::bus::{Backoff, Bus, Notice};
use crate::error::Result;
use crate::store::Store;

/// Hints read and marked at a time. More simply take another turn.
const BATCH: u32 = 256;

/// Relays until stopped, or until the store is closed; then sees to it that the bus sends what it took.
pub async fn run(store: Store, bus: Bus, stop: CancellationToken) {
    tokio::select! {
        biased;
        () = stop.cancelled() => {}
        () = relay_for_ever(&store, &bus) => {}
    }
    stop.cancelled().await;
    bus.ended().await;
}

async fn relay_for_ever(store: &Store, bus: &Bus) {
    let mut committed = store.committed();
    let mut backoff = Backoff::new();
    loop {
        // Seen before the outbox is read: a commit that comes meanwhile rings again.
        committed.mark_unchanged();
        match empty_outbox(store, bus).await {
            Ok(()) => {
                backoff.reset();
                if committed.changed().await.is_err() {
                    return;
                }
            }
            Err(error) => {
                let wait = backoff.next();
                tracing::warn!(%error, ?wait, "the outbox cannot be relayed; trying again");
                tokio::time::sleep(wait).await;
            }
        }
    }
}

async fn empty_outbox(store: &Store, bus: &Bus) -> Result<()> {
    loop {
        let pending = store.outbox_pending(BATCH).await?;
        if pending.is_empty() {
            return Ok(());
        }
        let seqs = pending.iter().map(|entry| entry.seq).collect();
        for entry in pending {
            bus.publish(Notice { tenant: entry.tenant, ticket: entry.ticket, hint: Arc::new(entry.hint) })
                .await;
        }
        store.outbox_sent(seqs).await?;
    }
}
