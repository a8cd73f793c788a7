//! Durable outlets: whoever has to get every event, also those of while it was away.
//!
//! It exists so that a gateway to another system is one implementation of [`Outlet`] and knows nothing of places, turns,
//! restarts or patience. The log of events is the queue; each outlet has a place in the log of each tenant, which moves when
//! the outlet has said that it took what came before. Of the processes on one database one delivers: the one that relays.
//!
//! What happens to an event when things break:
//!
//! | what breaks | what the outlet sees |
//! |---|---|
//! | the process, between commit and delivery | the event, after the next start |
//! | the process, between delivery and the note of it | the event once more, by the same id |
//! | the outlet | the same events again, later and later, up to 10 s |
//! | the outlet, for more events than the log keeps | those that are there still; the log of the program names the gap |
//!
//! **Invariant:** per tenant in order and at least once; nothing here is awaited by a save.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::error::{Result, ServerError};
use crate::metrics::{Metrics, Outcome};
use crate::store::Store;
use crate::store::events::Told;
use crate::store::outlets::Behind;
use crate::turns::{self, Turn};

/// Events handed to an outlet at a time. More simply take another turn.
const BATCH: u32 = 128;

/// A way out of the server that gets every event.
pub trait Outlet: Send + Sync + 'static {
    /// Its name: in the table of places for ever, in the log and in the metrics.
    fn name(&self) -> &'static str;

    /// Takes events of one tenant, oldest first, and says how many of them it took: the first so many. What it did not take
    /// comes again. It ends by itself, however silent the other side is.
    fn deliver(&self, told: &[Arc<Told>]) -> impl Future<Output = Result<usize>> + Send;
}

/// Delivers until `stop`.
pub async fn run(outlet: impl Outlet, store: Store, metrics: Arc<Metrics>, stop: CancellationToken) {
    let again = Notify::new();
    let round = || round(&outlet, &store, &metrics);
    tokio::select! {
        biased;
        () = stop.cancelled() => {}
        () = turns::take(outlet.name(), &store, &again, round) => {}
    }
}

/// Delivers whatever waits. One tenant whose events are not taken holds up no other.
async fn round(outlet: &impl Outlet, store: &Store, metrics: &Metrics) -> Result<Turn> {
    loop {
        let Some(behind) = store.outlet_turn(outlet.name()).await? else { return Ok(Turn::Elsewhere) };
        if behind.is_empty() {
            return Ok(Turn::Ours);
        }
        let mut failed = None;
        for one in behind {
            if let Err(error) = deliver(outlet, store, metrics, one).await {
                metrics.delivered(outlet.name(), Outcome::Failed, 1);
                failed = Some(error);
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
    }
}

/// Delivers the next events of a tenant, and notes how far that went.
async fn deliver(outlet: &impl Outlet, store: &Store, metrics: &Metrics, behind: Behind) -> Result<()> {
    let Behind { tenant, place } = behind;
    let Some(events) = store.events_behind(&tenant, place, Vec::new(), BATCH).await? else {
        let oldest = store.oldest_event(&tenant).await?;
        tracing::error!(
            outlet = outlet.name(), %tenant, place, oldest,
            "the log of events no longer reaches back to this outlet: what lay between is lost to it"
        );
        return store.outlet_took(outlet.name(), &tenant, oldest.saturating_sub(1)).await;
    };
    let told: Vec<_> = events.told.into_iter().map(Arc::new).collect();
    let taken = if told.is_empty() { 0 } else { outlet.deliver(&told).await?.min(told.len()) };
    let place = match told.get(..taken).and_then(<[_]>::last) {
        Some(_) if taken == told.len() => events.next,
        Some(last) => last.seq,
        None if told.is_empty() => events.next,
        None => place,
    };
    store.outlet_took(outlet.name(), &tenant, place).await?;
    metrics.delivered(outlet.name(), Outcome::Delivered, taken);
    if taken < told.len() {
        return Err(ServerError::NotTaken { taken, of: told.len() });
    }
    Ok(())
}
