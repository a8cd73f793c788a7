//! A bucket that all processes take from, in Redis.
//!
//! It exists so that a key has one budget, however many processes stand behind the balancer. Taking is one script in
//! Redis, by the arithmetic of [`Bucket`](super::bucket::Bucket) and on the clock of Redis, so that no two processes take
//! the same one and none has to trust the other's clock.
//!
//! While Redis is away nobody waits for it: the first request that finds it gone waits for the patience of a connection,
//! all others take from their own process, and one task looks for Redis until it is back. The log says each of both once.
//!
//! **Invariant:** whatever is wrong with Redis, the answer is "count alone" and never a refusal.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisResult};
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::KeyName;
use super::bucket::{Allowance, Rate, Refused};
use crate::bus::{Backoff, PATIENCE};

/// What stands before the name of a key, behind the prefix of everything of ours.
const NAME: &str = "callboard:rate:";

/// Takes one. `KEYS[1]` says when the bucket will be full again, in microseconds of Redis' clock, and goes by itself
/// then; `ARGV` is the interval and the capacity. Answers whether there was one, how many are left, and how long to wait.
/// A clock that was set back does not make anybody wait for longer than an empty bucket does.
const TAKE: &str = r"
local interval, capacity = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local full_at = tonumber(redis.call('GET', KEYS[1]) or now) or now
full_at = math.max(now, math.min(full_at, now + capacity))
local missing = full_at + interval - now
if missing > capacity then return {0, 0, missing - capacity} end
redis.call('SET', KEYS[1], string.format('%.0f', full_at + interval), 'PX', math.ceil(missing / 1000))
return {1, math.floor((capacity - missing) / interval), 0}
";

/// The way to the common buckets. Cheap to ask while Redis is away.
pub struct Shared {
    prefix: Arc<str>,
    /// `None` while Redis is away. Whoever finds a connection broken takes it out, and the task makes another.
    link: watch::Sender<Option<MultiplexedConnection>>,
}

impl Shared {
    /// Looks for Redis until `stop`. Returns when the first try is decided, so that a server that has started counts
    /// together with the others from its first request on.
    pub async fn start(client: Client, prefix: &str, stop: CancellationToken) -> Self {
        let link = watch::Sender::new(None);
        let (decided, first_try) = oneshot::channel();
        let keeping = keep(client, link.clone(), decided);
        tokio::spawn(async move {
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                () = keeping => {}
            }
        });
        // Dropped unsent only when stopped: then nobody needs to know.
        drop(first_try.await);
        Self { prefix: format!("{prefix}{NAME}").into(), link }
    }

    /// Takes one of the key's; `None` while Redis is away.
    pub(super) async fn take(&self, key: &KeyName, rate: Rate) -> Option<Result<Allowance, Refused>> {
        let mut connection = self.link.borrow().clone()?;
        match self.ask(&mut connection, key, rate).await {
            Ok((1, left, _)) => Some(Ok(Allowance { limit: rate.burst, remaining: left })),
            Ok((_, _, wait)) => {
                Some(Err(Refused { limit: rate.burst, retry_after: Duration::from_micros(wait) }))
            }
            Err(error) => {
                self.give_up(&error);
                None
            }
        }
    }

    async fn ask(
        &self,
        connection: &mut MultiplexedConnection,
        key: &KeyName,
        rate: Rate,
    ) -> RedisResult<(u8, u32, u64)> {
        let interval = u64::try_from(rate.interval().as_micros()).unwrap_or(u64::MAX).max(1);
        redis::cmd("EVAL")
            .arg(TAKE)
            .arg(1)
            .arg(format!("{}{}", self.prefix, hex::encode(key)))
            .arg(interval)
            .arg(interval.saturating_mul(rate.burst.max(1).into()))
            .query_async(connection)
            .await
    }

    /// Says so once, however many found out at the same time.
    fn give_up(&self, error: &redis::RedisError) {
        let was_there = self.link.send_if_modified(|link| link.take().is_some());
        if was_there {
            tracing::warn!(%error, "Redis is away; each process counts the requests of a key alone");
        }
    }
}

/// Makes a connection whenever there is none.
async fn keep(
    client: Client,
    link: watch::Sender<Option<MultiplexedConnection>>,
    decided: oneshot::Sender<()>,
) {
    let mut decided = Some(decided);
    let mut backoff = Backoff::new();
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(PATIENCE))
        .set_response_timeout(Some(PATIENCE));
    let mut state = link.subscribe();
    loop {
        match client.get_multiplexed_async_connection_with_config(&config).await {
            Ok(connection) => {
                backoff.reset();
                link.send_replace(Some(connection));
                tracing::info!("the requests of a key are counted together with other processes");
            }
            Err(error) if decided.is_some() => {
                tracing::warn!(%error, "Redis is away; each process counts the requests of a key alone");
            }
            Err(error) => tracing::debug!(%error, "Redis is still away"),
        }
        if let Some(decided) = decided.take() {
            // Whoever started this may have been stopped meanwhile.
            let _ = decided.send(());
        }
        // The sender lives as long as this task: there is always a next state.
        let _ = state.wait_for(Option::is_none).await;
        tokio::time::sleep(backoff.next()).await;
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("counts", &self.link.borrow().is_some()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate() -> Rate {
        Rate { burst: 2, per_minute: 60 }
    }

    /// Nothing listens there.
    #[tokio::test]
    async fn while_redis_is_away_each_counts_alone_and_the_start_does_not_wait_for_ever() {
        let port =
            std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr().expect("its address");
        let client = Client::open(format!("redis://{port}")).expect("an address");
        let stop = CancellationToken::new();
        let shared = Shared::start(client, "p:", stop.clone()).await;
        assert_eq!(shared.take(&KeyName::default(), rate()).await, None);
        stop.cancel();
    }
}
