//! The other end of the streams: a consumer that does every event once and leaves none behind (EV-4).
//!
//! It exists for programs that work on our events, ours or not, and shows what the stock's layout asks of them. Consumers
//! of one group share the work. What happens to an entry:
//!
//! | | |
//! |---|---|
//! | it was handled | its id is noted in two sets that are kept for three days after the last note, and it is acknowledged |
//! | it was handled before, by the sets | it is acknowledged |
//! | it cannot be read | it is acknowledged: it never will be |
//! | it was not handled, or its consumer died | after half a minute whoever looks takes it over and tries again |
//! | it was tried ten times | it goes to `<stream>:dead-letter`, with where it came from, and is acknowledged |
//!
//! **Invariant:** an entry is acknowledged only after it was handled, found unreadable, or written to the dead letters.

use std::collections::HashMap;
use std::time::Duration;

use callboard_catalog::EventType;
use redis::aio::MultiplexedConnection;
use redis::streams::{
    StreamClaimReply, StreamId, StreamPendingCountReply, StreamPendingId, StreamRangeReply, StreamReadReply,
};
use redis::{AsyncConnectionConfig, Client, RedisResult, Value};

use super::{KEPT, StreamEvent, stream};
use crate::bus::{DEFAULT_REDIS_PREFIX, PATIENCE};
use crate::clock::Clock;
use crate::error::Result;

/// The stock's group.
pub const GROUP: &str = "event-processors";
/// Entries taken at a time.
const COUNT: usize = 10;
/// How long to wait for an entry.
const BLOCK: Duration = Duration::from_secs(5);
/// An entry that was given out and not acknowledged for so long is taken over.
const IDLE: Duration = Duration::from_secs(30);
/// An entry that was given out so often is a dead letter.
pub const DELIVERIES_MAX: usize = 10;
/// How long it is known what was handled, after the last time that something was.
pub const REMEMBERED: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// Whoever does something with events.
pub trait Handler: Send {
    /// Does it; `false`: it could not, and the event comes again.
    fn handle(&mut self, event: &StreamEvent) -> impl Future<Output = bool> + Send;
}

/// What a reader reads, and as whom.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What stands before the names of streams.
    pub prefix: String,
    /// Who shares the work.
    pub group: String,
    /// Who of them this is.
    pub consumer: String,
    /// What is done with the events: each event is done once per name.
    pub handler: String,
    /// Which kinds.
    pub types: Vec<EventType>,
    /// How long to wait for an entry.
    pub block: Duration,
    /// After how long an entry of somebody else is taken over.
    pub idle: Duration,
    /// What time it is.
    pub clock: Clock,
}

impl Reading {
    /// In the stock's group, at the stock's pace.
    #[must_use]
    pub fn stock(consumer: &str, handler: &str, types: Vec<EventType>) -> Self {
        Self {
            prefix: DEFAULT_REDIS_PREFIX.to_owned(),
            group: GROUP.to_owned(),
            consumer: consumer.to_owned(),
            handler: handler.to_owned(),
            types,
            block: BLOCK,
            idle: IDLE,
            clock: Clock::machine(),
        }
    }
}

/// What became of the entries of one turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turned {
    /// Handled now.
    pub handled: usize,
    /// Handled before.
    pub repeated: usize,
    /// Nothing that can be read.
    pub unreadable: usize,
    /// Not handled; they come again.
    pub failed: usize,
    /// Given up.
    pub dead: usize,
}

/// One consumer.
pub struct Reader {
    connection: MultiplexedConnection,
    reading: Reading,
    streams: Vec<String>,
}

impl Reader {
    /// Joins the group, and makes it where it is new: then it begins with the oldest entry that there is.
    pub async fn join(client: &Client, reading: Reading) -> Result<Self> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(reading.block + PATIENCE));
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        let streams: Vec<_> =
            reading.types.iter().map(|event| stream(&reading.prefix, event.as_str())).collect();
        for stream in &streams {
            let made: RedisResult<()> = redis::cmd("XGROUP")
                .arg("CREATE")
                .arg(stream)
                .arg(&reading.group)
                .arg("0")
                .arg("MKSTREAM")
                .query_async(&mut connection)
                .await;
            match made {
                Err(error) if error.code() != Some("BUSYGROUP") => return Err(error.into()),
                _ => {}
            }
        }
        Ok(Self { connection, reading, streams })
    }

    /// Takes over what others left, and then what is new; waits for that if there is nothing at all.
    pub async fn turn(&mut self, handler: &mut impl Handler) -> Result<Turned> {
        let mut turned = Turned::default();
        for stream in self.streams.clone() {
            for (id, entry) in self.left_behind(&stream, &mut turned).await? {
                self.settle(&stream, &id, entry, handler, &mut turned).await?;
            }
        }
        for (stream, entry) in self.new_ones().await? {
            self.settle(&stream, &entry.id, entry.map, handler, &mut turned).await?;
        }
        Ok(turned)
    }

    async fn new_ones(&mut self) -> RedisResult<Vec<(String, StreamId)>> {
        let mut ask = redis::cmd("XREADGROUP");
        ask.arg("GROUP").arg(&self.reading.group).arg(&self.reading.consumer);
        ask.arg("COUNT").arg(COUNT).arg("BLOCK").arg(millis(self.reading.block));
        ask.arg("STREAMS").arg(&self.streams).arg(vec![">"; self.streams.len()]);
        let reply: Option<StreamReadReply> = ask.query_async(&mut self.connection).await?;
        let keys = reply.map(|reply| reply.keys).unwrap_or_default();
        Ok(keys
            .into_iter()
            .flat_map(|key| key.ids.into_iter().map(move |id| (key.key.clone(), id)))
            .collect())
    }

    /// Entries that were given out long ago: ours now, or dead letters.
    async fn left_behind(
        &mut self,
        stream: &str,
        turned: &mut Turned,
    ) -> RedisResult<Vec<(String, HashMap<String, Value>)>> {
        let pending: StreamPendingCountReply = redis::cmd("XPENDING")
            .arg(stream)
            .arg(&self.reading.group)
            .arg("IDLE")
            .arg(millis(self.reading.idle))
            .arg("-")
            .arg("+")
            .arg(COUNT)
            .query_async(&mut self.connection)
            .await?;
        let mut ours = Vec::new();
        for entry in pending.ids {
            if entry.times_delivered >= DELIVERIES_MAX {
                self.give_up(stream, &entry).await?;
                turned.dead += 1;
                continue;
            }
            let claimed: StreamClaimReply = redis::cmd("XCLAIM")
                .arg(stream)
                .arg(&self.reading.group)
                .arg(&self.reading.consumer)
                .arg(millis(self.reading.idle))
                .arg(&entry.id)
                .query_async(&mut self.connection)
                .await?;
            // None: another consumer was faster, or the entry was trimmed and Redis forgot it.
            ours.extend(claimed.ids.into_iter().map(|claimed| (claimed.id, claimed.map)));
        }
        Ok(ours)
    }

    async fn settle(
        &mut self,
        stream: &str,
        id: &str,
        entry: HashMap<String, Value>,
        handler: &mut impl Handler,
        turned: &mut Turned,
    ) -> Result<()> {
        let Some((tenant, event)) = read(&entry) else {
            turned.unreadable += 1;
            tracing::warn!(stream, id, "an entry of a stream does not read");
            return Ok(self.acknowledge(stream, id).await?);
        };
        let done = format!("{}:{}", event.id, self.reading.handler);
        let known: bool = redis::cmd("SISMEMBER")
            .arg(handlers(&tenant))
            .arg(&done)
            .query_async(&mut self.connection)
            .await?;
        if known {
            turned.repeated += 1;
            return Ok(self.acknowledge(stream, id).await?);
        }
        if !handler.handle(&event).await {
            turned.failed += 1;
            return Ok(());
        }
        turned.handled += 1;
        let mut note = redis::pipe();
        note.atomic();
        for (set, member) in [(events(&tenant), &event.id), (handlers(&tenant), &done)] {
            note.cmd("SADD").arg(&set).arg(member).ignore();
            note.cmd("EXPIRE").arg(&set).arg(REMEMBERED.as_secs()).ignore();
        }
        note.cmd("XACK").arg(stream).arg(&self.reading.group).arg(id).ignore();
        Ok(note.query_async(&mut self.connection).await?)
    }

    async fn acknowledge(&mut self, stream: &str, id: &str) -> RedisResult<()> {
        redis::cmd("XACK")
            .arg(stream)
            .arg(&self.reading.group)
            .arg(id)
            .query_async(&mut self.connection)
            .await
    }

    /// Puts an entry to the dead letters. One that was trimmed meanwhile has nothing to put there.
    async fn give_up(&mut self, stream: &str, entry: &StreamPendingId) -> RedisResult<()> {
        let found: StreamRangeReply = redis::cmd("XRANGE")
            .arg(stream)
            .arg(&entry.id)
            .arg(&entry.id)
            .query_async(&mut self.connection)
            .await?;
        let mut pipe = redis::pipe();
        pipe.atomic();
        for letter in found.ids {
            pipe.cmd("XADD").arg(format!("{stream}:dead-letter")).arg("MAXLEN").arg("~").arg(KEPT).arg("*");
            for (key, value) in &letter.map {
                if let Value::BulkString(bytes) = value {
                    pipe.arg(key).arg(bytes);
                }
            }
            pipe.arg("sourceStream").arg(stream).arg("sourceMessageId").arg(&entry.id);
            pipe.arg("deliveries").arg(entry.times_delivered);
            pipe.arg("deadLetteredAt").arg(self.reading.clock.now().to_string()).ignore();
        }
        pipe.cmd("XACK").arg(stream).arg(&self.reading.group).arg(&entry.id).ignore();
        pipe.query_async(&mut self.connection).await
    }
}

/// Whose event an entry is, and the event.
fn read(entry: &HashMap<String, Value>) -> Option<(String, StreamEvent)> {
    let Value::BulkString(json) = entry.get("event")? else { return None };
    let event: StreamEvent = serde_json::from_slice(json).ok()?;
    Some((event.tenant()?.to_owned(), event))
}

/// The stock's set of events that somebody has handled.
fn events(tenant: &str) -> String {
    format!("processed_events:{tenant}")
}

/// The stock's set of events with who has handled them.
fn handlers(tenant: &str) -> String {
    format!("processed_event_handlers:{tenant}")
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
