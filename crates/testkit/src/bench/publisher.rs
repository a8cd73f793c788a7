//! Whoever says what changed: hints in the stock's format, put into Redis as the stock's application does.
//!
//! **Invariant:** the time of a hint is taken before it is sent; a hint that Redis did not take is an error.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use redis::aio::MultiplexedConnection;
use tokio::time::MissedTickBehavior;

use super::hint;
use super::viewer::{Note, Tally};

/// How often a paced publisher looks whether something is due, and a full one whether there is room.
const LOOK_EVERY: Duration = Duration::from_millis(1);
/// How long what was published may take to arrive before it counts as lost.
const ARRIVAL_MAX: Duration = Duration::from_secs(10);

/// One connection to Redis and the channels of some tickets.
pub struct Publisher {
    connection: MultiplexedConnection,
    channels: Vec<String>,
    /// When each hint was sent, by its number.
    sent: Vec<Duration>,
}

impl Publisher {
    /// Speaks of these rooms, in turn.
    pub async fn new<'a>(redis: &str, rooms: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let client = redis::Client::open(redis).context("the address of Redis")?;
        let connection = client.get_multiplexed_async_connection().await.context("connecting to Redis")?;
        let channels = rooms.into_iter().map(|room| {
            Ok(format!("alga-psa:ticket-updates:{}", room.strip_prefix("ticket:").context(room.to_owned())?))
        });
        let channels: Vec<_> = channels.collect::<Result<_>>().context("not the room of a ticket")?;
        ensure!(!channels.is_empty(), "a publisher speaks of something");
        Ok(Self { connection, channels, sent: Vec::new() })
    }

    /// How many hints were published.
    #[must_use]
    pub fn published(&self) -> u64 {
        self.sent.len() as u64
    }

    /// Publishes `rate` hints per second for as long as `time`, evenly.
    pub async fn paced(&mut self, tally: &Tally, rate: u32, time: Duration) -> Result<()> {
        let (began, already) = (Instant::now(), self.sent.len());
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Skip);
        while began.elapsed() < time {
            look.tick().await;
            let due = (began.elapsed().as_secs_f64() * f64::from(rate)) as usize;
            let waiting = due.saturating_sub(self.sent.len() - already);
            if waiting > 0 {
                self.publish(tally, waiting).await?;
            }
        }
        Ok(())
    }

    /// Publishes as much as is taken in for as long as `time`: never more than `ahead` hints are on their way to all of
    /// the `viewers` that each of them has.
    pub async fn full(&mut self, tally: &Tally, viewers: u64, ahead: usize, time: Duration) -> Result<()> {
        let (began, heard, already) = (Instant::now(), tally.heard(), self.sent.len());
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Skip);
        while began.elapsed() < time {
            let arrived = (tally.heard() - heard) / viewers;
            let on_their_way = (self.sent.len() - already).saturating_sub(arrived as usize);
            let room = ahead.saturating_sub(on_their_way);
            // In halves, so that neither side ever runs dry.
            if room >= ahead / 2 {
                self.publish(tally, room).await?;
            } else {
                look.tick().await;
            }
        }
        Ok(())
    }

    /// Waits until `wanted` hints have arrived in all.
    pub async fn arrived(&self, tally: &Tally, wanted: u64) -> Result<()> {
        let began = Instant::now();
        while tally.heard() < wanted {
            let missing = wanted - tally.heard();
            ensure!(began.elapsed() < ARRIVAL_MAX, "{missing} of {wanted} hints never arrived");
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// How long each noted hint was on its way.
    #[must_use]
    pub fn delays(&self, notes: &[Note]) -> Vec<Duration> {
        let delay = |&(number, at): &Note| Some(at.saturating_sub(*self.sent.get(number as usize)?));
        notes.iter().filter_map(delay).collect()
    }

    async fn publish(&mut self, tally: &Tally, count: usize) -> Result<()> {
        let mut pipe = redis::pipe();
        for _ in 0..count {
            let number = self.sent.len();
            let channel = &self.channels[number % self.channels.len()];
            pipe.publish(channel, hint::payload(number as u64)).ignore();
            self.sent.push(tally.began.elapsed());
        }
        pipe.query_async(&mut self.connection).await.context("publishing")
    }
}
