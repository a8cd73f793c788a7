//! Every event as an entry of a Redis stream, in the layout of the stock (EV-4).
//!
//! It exists so that programs which read the stock's streams read ours: one stream per kind of event, the event as JSON in
//! the field `event`. [`reader`] is the other end, for programs of ours.
//!
//! Redis is a loudspeaker here and no store: the log of events is the queue (see [`outlets`](super::outlets)), and a
//! stream keeps about the last thousand entries.
//!
//! **Invariant:** per tenant in order and at least once; a repetition carries the same event id.

pub mod reader;

use std::io;
use std::sync::Arc;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisResult};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::outlets::Outlet;
use crate::bus::PATIENCE;
use crate::error::{Result, ServerError};
use crate::store::events::Told;

/// About so many entries are kept of each stream, as in the stock. Older ones are trimmed.
pub const KEPT: u64 = 1000;
/// The stock's word for where events of tickets and schedules go.
pub const CHANNEL: &str = "global";

/// An event in the words of the stock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamEvent {
    /// Its name: the same however often it is told.
    pub id: String,
    /// What happened.
    pub event_type: String,
    /// When.
    pub timestamp: String,
    /// What there is to say.
    pub payload: Value,
    /// Whether nothing of it happened. A key of ours, left out where it did.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
}

impl StreamEvent {
    fn of(told: &Told) -> Self {
        Self {
            id: told.event_id.clone(),
            event_type: told.event_type.clone(),
            timestamp: told.occurred_at.to_string(),
            payload: told.payload.clone(),
            simulated: told.simulated,
        }
    }

    /// Whose it is.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.payload.get("tenantId")?.as_str().filter(|tenant| !tenant.is_empty())
    }
}

/// The stream of a kind of event.
#[must_use]
pub fn stream(prefix: &str, event_type: &str) -> String {
    format!("{prefix}event-stream:{CHANNEL}:{event_type}")
}

/// The writing end.
pub struct Streams {
    client: Client,
    prefix: String,
    connection: Mutex<Option<MultiplexedConnection>>,
}

impl Streams {
    /// Streams of this Redis, under this prefix.
    #[must_use]
    pub fn new(client: Client, prefix: &str) -> Self {
        Self { client, prefix: prefix.to_owned(), connection: Mutex::default() }
    }

    /// Adds them all in one round trip, on a connection that is kept while it works.
    async fn add(&self, told: &[Arc<Told>]) -> Result<()> {
        let mut pipe = redis::pipe();
        for one in told {
            let event = serde_json::to_string(&StreamEvent::of(one))
                .map_err(|error| ServerError::Unreadable(error.to_string()))?;
            let stream = stream(&self.prefix, &one.event_type);
            pipe.cmd("XADD").arg(stream).arg("MAXLEN").arg("~").arg(KEPT).arg("*");
            pipe.arg("event").arg(event).arg("channel").arg(CHANNEL).ignore();
        }
        let mut kept = self.connection.lock().await;
        let mut connection = match kept.take() {
            Some(connection) => connection,
            None => connect(&self.client).await?,
        };
        in_time(pipe.query_async::<()>(&mut connection)).await?;
        *kept = Some(connection);
        Ok(())
    }
}

impl Outlet for Streams {
    fn name(&self) -> &'static str {
        "event-streams"
    }

    /// All or none: of a try that broke off nobody knows how much came through, so all of it comes again.
    async fn deliver(&self, told: &[Arc<Told>]) -> Result<usize> {
        self.add(told).await?;
        Ok(told.len())
    }
}

async fn connect(client: &Client) -> RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(PATIENCE))
        .set_response_timeout(Some(PATIENCE));
    client.get_multiplexed_async_connection_with_config(&config).await
}

/// A Redis that does not answer is as good as one that fails.
async fn in_time<T>(work: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    match timeout(PATIENCE, work).await {
        Ok(result) => result,
        Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_and_an_entry_are_named_as_the_stock_names_them() {
        assert_eq!(stream("alga-psa:", "TICKET_CREATED"), "alga-psa:event-stream:global:TICKET_CREATED");
        let stock = r#"{"id":"e","eventType":"TICKET_CREATED","timestamp":"2026-11-21T10:00:00Z","payload":{"tenantId":"t"}}"#;
        let event: StreamEvent = serde_json::from_str(stock).expect("an entry of the stock");
        assert_eq!(event.tenant(), Some("t"));
        assert_eq!(serde_json::to_string(&event).expect("plain data"), stock);
    }
}
