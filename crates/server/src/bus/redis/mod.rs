//! Hints between processes, over Redis publish and subscribe, as the stock does it (LT-3).
//!
//! One task sends and one listens, each with its own connection and its own patience. Redis delivers at most once
//! and only to who listens at that moment; so after every loss of the subscription the listeners here are told that
//! they missed something.
//!
//! **Invariant:** nothing here is awaited by a save, a room or the relay.

mod channel;
mod inbound;
mod outbound;
mod payload;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use redis::Client;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use self::channel::Channels;
use super::{Listeners, Node, Notice, Said};

pub(super) use self::outbound::Outbound;

/// How long a connection, a subscription or an answer may take before Redis counts as away.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// Starts both tasks. Returns when the first try to subscribe is decided: where hints are left, and whether those of
/// others are heard right now.
pub(super) async fn start(
    client: Client,
    prefix: &str,
    listeners: Listeners,
    tasks: &TaskTracker,
    stop: CancellationToken,
) -> (Outbound, Arc<AtomicBool>) {
    let channels = Channels::new(prefix);
    let node: Node = Uuid::new_v4().to_string().into();
    let hears = Arc::new(AtomicBool::new(false));
    let (decided, first_try) = oneshot::channel();
    let inbound = inbound::Inbound {
        client: client.clone(),
        channels: channels.clone(),
        node: Arc::clone(&node),
        listeners,
        hears: Arc::clone(&hears),
    };
    tasks.spawn(inbound.run(decided, stop.clone()));
    // Dropped unsent only when stopped: then nobody needs to know.
    drop(first_try.await);
    (Outbound::start(client, channels, node, tasks, stop), hears)
}

/// Reads a message as if it had come from Redis, for the fuzzer: whatever it is, it is taken or refused.
#[cfg(fuzzing)]
pub fn read_anything(channel: &str, bytes: &[u8]) {
    if let Some(channel::Topic::Ticket(tenant, ticket)) = Channels::new("alga-psa:").topic(channel) {
        assert_eq!(Channels::new("alga-psa:").ticket(&tenant, &ticket), channel);
    }
    if let Ok(read) = payload::read(bytes)
        && let Ok(again) = payload::write(&read.hint, None, "n")
    {
        assert_eq!(payload::read(again.as_bytes()).map(|again| again.hint).ok(), Some(read.hint));
    }
    // Taken or refused is all there is to see of these two.
    let _ = (payload::read_said(bytes), payload::read_notification(bytes));
}
