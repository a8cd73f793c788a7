//! Looks at the clock: service levels run out although nobody saves anything (EV-3).
//!
//! It exists because an event is written with its change, and time that passes changes nothing. Every process looks; a
//! transaction in the store sees to it that each breach is told once, also one of while no process ran.
//!
//! **Invariant:** decides nothing; what ran out is the domain's to say.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::error::Result;
use crate::store::Store;

/// How long after its time a breach is told at most, while the server runs.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// Looks until `stop`.
pub async fn run(store: Store, stop: CancellationToken) {
    tokio::select! {
        biased;
        () = stop.cancelled() => {}
        () = look_for_ever(&store) => {}
    }
}

async fn look_for_ever(store: &Store) {
    loop {
        if let Err(error) = look(store).await {
            tracing::warn!(%error, "whose clocks ran out cannot be found; looking again soon");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn look(store: &Store) -> Result<()> {
    let now = store.now();
    for tenant in store.tenants_overdue(now).await? {
        let told = store.tell_overdue(&tenant, now).await?;
        if told > 0 {
            tracing::debug!(%tenant, told, "clocks ran out");
        }
    }
    Ok(())
}
