//! Hears the hints of other processes, and subscribes anew whenever Redis was away.
//!
//! **Invariant:** a hint of this very process is not passed on a second time.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use callboard_model::{TenantId, TicketId};
use futures_util::StreamExt;
use redis::aio::PubSub;
use redis::{Client, Msg, RedisError, RedisResult};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::channel::{Channels, Topic};
use super::payload::{self, Received};
use super::{Listeners, Node, Notice, PATIENCE};
use crate::bus::{Backoff, Heard};

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
    /// Whether a subscription holds right now.
    pub(super) hears: Arc<AtomicBool>,
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
                    self.hears.store(true, Ordering::Relaxed);
                    let error = self.hear(subscription).await;
                    self.hears.store(false, Ordering::Relaxed);
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
            for pattern in self.channels.patterns() {
                subscription.psubscribe(pattern).await?;
            }
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
        let payload = message.get_payload_bytes();
        let heard = match self.channels.topic(message.get_channel_name()) {
            Some(Topic::Ticket(tenant, ticket)) => self.hint(tenant, ticket, payload),
            Some(Topic::Person(tenant, user)) => payload::read_notification(payload)
                .map(|payload| Some(Heard::Notification { tenant, user, payload })),
            Some(Topic::Presence) => payload::read_said(payload)
                .map(|(node, said)| (*node != *self.node).then(|| Heard::Abroad(node.into(), said.into()))),
            None => Ok(None),
        };
        match heard {
            Ok(Some(heard)) => self.listeners.offer(&heard),
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(channel = message.get_channel_name(), %error, "a message on Redis does not read");
            }
        }
    }

    fn hint(&self, tenant: TenantId, ticket: TicketId, payload: &[u8]) -> serde_json::Result<Option<Heard>> {
        let Received { hint, via, scope } = payload::read(payload)?;
        let ours = via.as_deref() == Some(&*self.node);
        Ok((!ours).then(|| Heard::Hint(Notice { tenant, ticket, hint: hint.into(), scope })))
    }
}

/// A Redis that does not answer is as good as one that fails.
async fn in_time<T>(work: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    match timeout(PATIENCE, work).await {
        Ok(result) => result,
        Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut).into()),
    }
}
