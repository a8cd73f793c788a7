//! Hears the hints of other processes, and subscribes anew whenever Redis was away.
//!
//! **Invariant:** a hint of this very process is not passed on a second time.

use std::io;
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::PubSub;
use redis::{Client, Msg, RedisError, RedisResult};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::channel::{Channels, Topic};
use super::{Listeners, Node, Notice, PATIENCE, payload};
use crate::bus::Backoff;

/// How often a quiet subscription is asked whether it still lives.
const PING_EVERY: Duration = Duration::from_secs(15);

/// A subscription that held this long starts the waits over. One that keeps breaking is tried ever less often.
const STEADY: Duration = Duration::from_secs(30);

/// The listening end.
pub(super) struct Inbound {
    pub(super) client: Client,
    pub(super) channels: Channels,
    pub(super) node: Node,
    pub(super) listeners: Listeners,
}

impl Inbound {
    /// Listens until stopped. `decided` rings after the first try to subscribe.
    pub(super) async fn run(self, decided: oneshot::Sender<()>, stop: CancellationToken) {
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = self.listen_for_ever(decided) => {}
        }
    }

    async fn listen_for_ever(&self, decided: oneshot::Sender<()>) {
        let mut decided = Some(decided);
        let mut backoff = Backoff::new();
        loop {
            let subscribed = self.subscribe().await;
            let first = decided.take();
            let error = match subscribed {
                Ok(subscription) => {
                    let since = Instant::now();
                    tracing::info!("hears the hints of other processes");
                    match first {
                        Some(first) => drop(first.send(())),
                        // Whoever spoke while we were away was not heard.
                        None => self.listeners.miss(),
                    }
                    let error = self.hear(subscription).await;
                    if since.elapsed() >= STEADY {
                        backoff.reset();
                    }
                    error
                }
                Err(error) => {
                    drop(first);
                    error
                }
            };
            let wait = backoff.next();
            tracing::warn!(%error, ?wait, "Redis is away; hints of other processes are not heard");
            tokio::time::sleep(wait).await;
        }
    }

    async fn subscribe(&self) -> RedisResult<PubSub> {
        in_time(async {
            let mut subscription = self.client.get_async_pubsub().await?;
            subscription.psubscribe(self.channels.pattern()).await?;
            Ok(subscription)
        })
        .await
    }

    /// Passes on what is heard until the subscription ends; says why it did.
    async fn hear(&self, subscription: PubSub) -> RedisError {
        let (mut commands, mut messages) = subscription.split();
        loop {
            match timeout(PING_EVERY, messages.next()).await {
                Ok(Some(message)) => self.pass_on(&message),
                Ok(None) => return io::Error::from(io::ErrorKind::ConnectionReset).into(),
                Err(_quiet) => {
                    if let Err(error) = in_time(commands.ping::<redis::Value>()).await {
                        return error;
                    }
                }
            }
        }
    }

    fn pass_on(&self, message: &Msg) {
        match self.channels.topic(message.get_channel_name()) {
            Some(Topic::Ticket(tenant, ticket)) => match payload::read(message.get_payload_bytes()) {
                Ok(received) if received.via.as_deref() == Some(&*self.node) => {}
                Ok(received) => {
                    self.listeners.offer(&Notice { tenant, ticket, hint: received.hint.into() });
                }
                Err(error) => tracing::warn!(%tenant, %ticket, %error, "a message on Redis is no hint"),
            },
            Some(Topic::Missed) if message.get_payload_bytes() == self.node.as_bytes() => {}
            Some(Topic::Missed) => self.listeners.miss(),
            None => tracing::debug!("a message on Redis is on no channel of ours"),
        }
    }
}

/// A Redis that does not answer is as good as one that fails.
async fn in_time<T>(work: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    match timeout(PATIENCE, work).await {
        Ok(result) => result,
        Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut).into()),
    }
}
