//! Waiting for a fact.
//!
//! A test never sleeps for a time that somebody guessed. It looks until what it promised is so, and when that does not
//! happen it says what it saw instead.
//!
//! **Invariant:** every wait ends, and a wait that ends badly tells what was last seen.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};

/// How long a fact may take before it is held to be false. Generous: the machine may be busy building.
pub const FACT_MAX: Duration = Duration::from_secs(30);

/// How often a fact is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Looks until `look` succeeds; see [`until_within`].
pub async fn until<T>(fact: &str, look: impl AsyncFnMut() -> Result<T>) -> Result<T> {
    until_within(FACT_MAX, fact, look).await
}

/// Looks until `look` succeeds, at most `limit` long. What the last look complained about becomes the error.
pub async fn until_within<T>(
    limit: Duration,
    fact: &str,
    mut look: impl AsyncFnMut() -> Result<T>,
) -> Result<T> {
    let deadline = Instant::now() + limit;
    let mut tick = interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last_seen = anyhow::anyhow!("the first look did not come back");
    loop {
        let looked = timeout_at(deadline, async {
            tick.tick().await;
            look().await
        });
        match looked.await {
            Ok(Ok(found)) => return Ok(found),
            Ok(Err(seen)) => last_seen = seen,
            Err(_) => return Err(last_seen).with_context(|| format!("not so within {limit:?}: {fact}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_fact_is_found_as_soon_as_it_is_so() -> Result<()> {
        let mut looks = 0;
        let found = until("the third look finds it", async || {
            looks += 1;
            anyhow::ensure!(looks == 3, "look {looks}");
            Ok("it")
        });
        assert_eq!(found.await?, "it");
        assert_eq!(looks, 3);
        Ok(())
    }

    #[tokio::test(start_paused = true)]
    async fn a_fact_that_never_comes_ends_with_what_was_seen() {
        let began = Instant::now();
        let never = until("pigs fly", async || Err::<(), _>(anyhow::anyhow!("pigs walk"))).await;
        let error = format!("{:#}", never.expect_err("pigs do not fly"));
        assert!(error.contains("pigs fly") && error.contains("pigs walk"), "{error}");
        assert_eq!(began.elapsed(), FACT_MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_that_hangs_is_given_up() {
        let never = until("an answer comes", async || std::future::pending::<Result<()>>().await).await;
        assert!(never.is_err());
    }
}
