//! Sends hints to Redis, however long Redis is away.
//!
//! **Invariant:** offering a hint never waits, and a hint that was taken leaves in the order it came.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisResult};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Channels, Node, Notice, PATIENCE, payload};
use crate::bus::Backoff;

/// Hints that wait while Redis is slow or away, about 4 MB. Overflow: the hint is counted, and when Redis is back
/// the other processes are told that they missed some.
const QUEUE: usize = 8192;
/// Hints that go in one round trip.
const BATCH: usize = 128;

/// One message that waits for Redis.
struct Message {
    channel: String,
    payload: String,
}

/// Where hints for Redis are left.
#[derive(Clone)]
pub(in crate::bus) struct Outbound {
    channels: Channels,
    node: Node,
    queue: mpsc::Sender<Message>,
    unsent: Arc<AtomicU64>,
}

impl Outbound {
    pub(super) fn start(
        client: Client,
        channels: Channels,
        node: Node,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Self {
        let (queue, messages) = mpsc::channel(QUEUE);
        let unsent = Arc::new(AtomicU64::new(0));
        let sender = Sender {
            client,
            connection: None,
            missed: Message { channel: channels.missed(), payload: node.to_string() },
            unsent: Arc::clone(&unsent),
        };
        tasks.spawn(sender.run(messages, stop));
        Self { channels, node, queue, unsent }
    }

    /// Leaves a hint for Redis.
    pub(in crate::bus) fn offer(&self, notice: &Notice) {
        let payload = match payload::write(&notice.hint, &self.node) {
            Ok(payload) => payload,
            Err(error) => return tracing::error!(%error, "a hint cannot be written as JSON"),
        };
        let channel = self.channels.ticket(&notice.tenant, &notice.ticket);
        if self.queue.try_send(Message { channel, payload }).is_err() {
            self.unsent.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The task behind the queue.
struct Sender {
    client: Client,
    connection: Option<MultiplexedConnection>,
    missed: Message,
    unsent: Arc<AtomicU64>,
}

impl Sender {
    async fn run(mut self, mut messages: mpsc::Receiver<Message>, stop: CancellationToken) {
        let mut batch = Vec::with_capacity(BATCH);
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = self.send_all(&mut messages, &mut batch) => return,
        }
        // Nobody will send later what was taken until now.
        messages.close();
        batch.extend(std::iter::from_fn(|| messages.try_recv().ok()));
        if !batch.is_empty() && !matches!(timeout(PATIENCE, self.send(&batch)).await, Ok(Ok(()))) {
            tracing::warn!(hints = batch.len(), "stopped before Redis took all hints");
        }
    }

    async fn send_all(&mut self, messages: &mut mpsc::Receiver<Message>, batch: &mut Vec<Message>) {
        while messages.recv_many(batch, BATCH).await > 0 {
            self.send_until_sent(batch).await;
            batch.clear();
        }
    }

    async fn send_until_sent(&mut self, batch: &[Message]) {
        let mut backoff = Backoff::new();
        while let Err(error) = self.send(batch).await {
            self.connection = None;
            let wait = backoff.next();
            tracing::warn!(%error, ?wait, "Redis does not take hints; trying again");
            tokio::time::sleep(wait).await;
        }
    }

    async fn send(&mut self, batch: &[Message]) -> RedisResult<()> {
        // Counted before it is sent: what overflows meanwhile is told of next time.
        let unsent = self.unsent.swap(0, Ordering::Relaxed);
        let mut pipe = redis::pipe();
        for message in batch.iter().chain((unsent > 0).then_some(&self.missed)) {
            pipe.publish(&message.channel, &message.payload).ignore();
        }
        let sent = match self.connected().await {
            Ok(connection) => pipe.query_async(connection).await,
            Err(error) => Err(error),
        };
        if sent.is_err() {
            self.unsent.fetch_add(unsent, Ordering::Relaxed);
        } else if unsent > 0 {
            tracing::error!(unsent, "Redis was away for so long that other processes missed hints");
        }
        sent
    }

    async fn connected(&mut self) -> RedisResult<&mut MultiplexedConnection> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let config = AsyncConnectionConfig::new()
                    .set_connection_timeout(Some(PATIENCE))
                    .set_response_timeout(Some(PATIENCE));
                self.client.get_multiplexed_async_connection_with_config(&config).await?
            }
        };
        Ok(self.connection.insert(connection))
    }
}
