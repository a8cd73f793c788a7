//! Sends hints to Redis, however long Redis is away, and presence as long as it is there.
//!
//! **Invariant:** offering never waits; a hint that was taken leaves in the order it came, and its receipt says yes only
//! after Redis did.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisResult};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Channels, Node, Notice, PATIENCE, Said, payload};
use crate::bus::Backoff;

/// Hints that wait while Redis is slow or away, about 4 MB. Overflow: the hint is counted, and when Redis is back the
/// other processes are told that they missed some.
const QUEUE: usize = 8192;
/// Messages about presence that wait. Overflow: the message is dropped; clients renew what they show.
const PRESENCE_QUEUE: usize = 256;
/// Messages that go in one round trip.
const BATCH: usize = 128;

/// One message that waits for Redis.
struct Message {
    channel: String,
    payload: String,
    /// Who wants to know when it has gone; nobody, where it may get lost.
    taken: Option<oneshot::Sender<()>>,
}

/// Where messages for Redis are left.
#[derive(Clone)]
pub(in crate::bus) struct Outbound {
    channels: Channels,
    node: Node,
    hints: mpsc::Sender<Message>,
    presence: mpsc::Sender<Message>,
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
        let (hints, hints_waiting) = mpsc::channel(QUEUE);
        let (presence, presence_waiting) = mpsc::channel(PRESENCE_QUEUE);
        let unsent = Arc::new(AtomicU64::new(0));
        let sender = Sender {
            client,
            connection: None,
            hints: hints_waiting,
            presence: presence_waiting,
            missed: message(&channels, &node, &Said::Missed),
            farewell: message(&channels, &node, &Said::Bye),
            unsent: Arc::clone(&unsent),
        };
        tasks.spawn(sender.run(stop));
        Self { channels, node, hints, presence, unsent }
    }

    /// Leaves a hint for Redis.
    pub(in crate::bus) fn offer(&self, notice: &Notice) -> oneshot::Receiver<()> {
        let (taken, receipt) = oneshot::channel();
        let done = match payload::write(&notice.hint, notice.scope.as_ref(), &self.node) {
            Ok(payload) => {
                let channel = self.channels.ticket(&notice.tenant, &notice.ticket);
                match self.hints.try_send(Message { channel, payload, taken: Some(taken) }) {
                    Ok(()) => None,
                    Err(TrySendError::Full(left)) => {
                        self.unsent.fetch_add(1, Ordering::Relaxed);
                        left.taken
                    }
                    // Stopped: nobody sends it and nobody will say that it was missed, so it must not count as taken.
                    Err(TrySendError::Closed(_)) => None,
                }
            }
            Err(error) => {
                tracing::error!(%error, "a hint cannot be written as JSON");
                Some(taken)
            }
        };
        if let Some(taken) = done {
            acknowledge(taken);
        }
        receipt
    }

    /// Leaves word about the rooms of this process.
    pub(in crate::bus) fn tell(&self, said: &Said) {
        if let Some(message) = message(&self.channels, &self.node, said)
            && self.presence.try_send(message).is_err()
        {
            tracing::debug!("Redis is behind; what moved in the rooms is told with the next renewal");
        }
    }
}

fn message(channels: &Channels, node: &str, said: &Said) -> Option<Message> {
    let payload = payload::write_said(node, said)
        .inspect_err(|error| tracing::error!(%error, "presence cannot be written as JSON"));
    Some(Message { channel: channels.presence(), payload: payload.ok()?, taken: None })
}

/// The task behind the queues.
struct Sender {
    client: Client,
    connection: Option<MultiplexedConnection>,
    hints: mpsc::Receiver<Message>,
    presence: mpsc::Receiver<Message>,
    /// What is said when Redis is back and hints were not sent.
    missed: Option<Message>,
    /// What is said last.
    farewell: Option<Message>,
    unsent: Arc<AtomicU64>,
}

impl Sender {
    async fn run(mut self, stop: CancellationToken) {
        let mut batch = Vec::with_capacity(BATCH);
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = self.send_all(&mut batch) => return,
        }
        // Nobody will send later what was taken until now.
        self.hints.close();
        batch.extend(std::iter::from_fn(|| self.hints.try_recv().ok()));
        batch.extend(std::iter::from_fn(|| self.presence.try_recv().ok()));
        batch.extend(self.farewell.take());
        match timeout(PATIENCE, self.send(&batch)).await {
            Ok(Ok(())) => batch.drain(..).filter_map(|message| message.taken).for_each(acknowledge),
            _ => tracing::warn!(messages = batch.len(), "stopped before Redis took everything"),
        }
    }

    async fn send_all(&mut self, batch: &mut Vec<Message>) {
        loop {
            let hints = tokio::select! {
                biased;
                taken = self.hints.recv_many(batch, BATCH) => taken,
                Some(message) = self.presence.recv() => {
                    batch.push(message);
                    0
                }
            };
            batch.extend(std::iter::from_fn(|| self.presence.try_recv().ok()).take(BATCH));
            if batch.is_empty() {
                return;
            }
            self.send_until_sent(batch, hints > 0).await;
            batch.drain(..).filter_map(|message| message.taken).for_each(acknowledge);
        }
    }

    async fn send_until_sent(&mut self, batch: &mut Vec<Message>, hints: bool) {
        let mut backoff = Backoff::new();
        while let Err(error) = self.send(batch).await {
            self.connection = None;
            // Where somebody was a while ago is of no use to anybody.
            batch.retain(|message| message.taken.is_some());
            while self.presence.try_recv().is_ok() {}
            if !hints {
                return;
            }
            let wait = backoff.next();
            tracing::warn!(%error, ?wait, "Redis does not take hints; trying again");
            tokio::time::sleep(wait).await;
        }
    }

    async fn send(&mut self, batch: &[Message]) -> RedisResult<()> {
        // Counted before it is sent: what overflows meanwhile is told of next time.
        let unsent = self.unsent.swap(0, Ordering::Relaxed);
        let mut pipe = redis::pipe();
        for message in batch.iter().chain(self.missed.as_ref().filter(|_| unsent > 0)) {
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

/// Says that nothing more will be done about a hint.
fn acknowledge(taken: oneshot::Sender<()>) {
    if taken.send(()).is_err() {
        tracing::trace!("nobody waits for the receipt of a hint");
    }
}
