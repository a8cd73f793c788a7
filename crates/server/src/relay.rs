//! The relay: takes committed hints out of the outbox and hands them to the bus (LT-2).
//!
//! It exists so that a write ends at its commit: whatever is wrong with the bus, the hint stands in the outbox, in
//! the same transaction as its change, until it was handed on. What a crash leaves there goes out at the next start.
//!
//! Hints leave in the order of the outbox, hence in order per ticket, and at least once: a hint that was handed on
//! when the database failed to note it is handed on again. With Redis a hint leaves the outbox when Redis has said that
//! it took it, and nobody waits for that: neither the rooms of this process nor the next hint.
//!
//! **Invariant:** the relay never writes anything but "these were sent".

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::bus::{Bus, Notice, Receipt, Scope};
use crate::error::Result;
use crate::store::{OutboxEntry, Store};
use crate::turns::{self, Turn};

/// Hints read and marked at a time. More simply take another turn.
const BATCH: u32 = 256;
/// What the outbox could not note as sent is sent again after this.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Relays until stopped, or until the store is closed; then sees to it that the bus sends what it took.
pub async fn run(store: Store, bus: Bus, stop: CancellationToken) {
    let settling = TaskTracker::new();
    tokio::select! {
        biased;
        () = stop.cancelled() => {}
        () = relay_for_ever(&store, &bus, &settling) => {}
    }
    stop.cancelled().await;
    bus.ended().await;
    // The last receipts are there now, one way or the other.
    settling.close();
    settling.wait().await;
}

async fn relay_for_ever(store: &Store, bus: &Bus, settling: &TaskTracker) {
    let relayed = &Relayed::default();
    let round = move || empty_outbox(store, bus, relayed, settling);
    turns::take("the outbox", store, &relayed.0.again, round).await;
}

async fn empty_outbox(store: &Store, bus: &Bus, relayed: &Relayed, settling: &TaskTracker) -> Result<Turn> {
    loop {
        // What is on its way still stands in the outbox. Noted before the outbox is read: what arrives while it is read
        // is in what was read, and must not look new.
        let on_the_way = relayed.seqs().clone();
        let limit = BATCH.saturating_add(u32::try_from(on_the_way.len()).unwrap_or(u32::MAX));
        let Some(mut pending) = store.outbox_turn(limit).await? else { return Ok(Turn::Elsewhere) };
        pending.retain(|entry| !on_the_way.contains(&entry.seq));
        if pending.is_empty() {
            return Ok(Turn::Ours);
        }
        let mut receipts = Vec::with_capacity(pending.len());
        for entry in pending {
            let OutboxEntry { seq, tenant, ticket, hint, was, is } = entry;
            let scope = Some(Scope { before: was, after: is });
            let notice = Notice { tenant, ticket, hint: Arc::new(hint), scope };
            relayed.seqs().insert(seq);
            receipts.push((seq, bus.publish(notice).await));
        }
        let settled = settle(store.clone(), relayed.clone(), receipts);
        if bus.reaches_others() {
            // However long Redis takes, those here are told of the next one meanwhile.
            settling.spawn(settled);
        } else {
            settled.await;
        }
    }
}

/// Hints that were handed on and still stand in the outbox. No more than the bus keeps waiting.
#[derive(Clone, Default)]
struct Relayed(Arc<OnTheWay>);

#[derive(Default)]
struct OnTheWay {
    seqs: Mutex<HashSet<u64>>,
    /// Rings when one of them has to be handed on again.
    again: Notify,
}

impl Relayed {
    fn seqs(&self) -> MutexGuard<'_, HashSet<u64>> {
        self.0.seqs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes hints out of the outbox when everybody has them. What is not taken out is handed on again.
async fn settle(store: Store, relayed: Relayed, receipts: Vec<(u64, Receipt)>) {
    let (mut gone, mut all) = (Vec::with_capacity(receipts.len()), Vec::with_capacity(receipts.len()));
    for (seq, receipt) in receipts {
        all.push(seq);
        if receipt.taken().await {
            gone.push(seq);
        }
    }
    let (kept, sent) = (all.len() - gone.len(), store.outbox_sent(gone).await);
    if let Err(error) = &sent {
        tracing::warn!(%error, "the outbox does not note what was sent; it will be sent again");
        tokio::time::sleep(AGAIN_AFTER).await;
    }
    relayed.seqs().retain(|seq| !all.contains(seq));
    if sent.is_err() || kept > 0 {
        relayed.0.again.notify_one();
    }
}
