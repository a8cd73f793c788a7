//! Webhooks: every event as a signed request to an address of somebody else (EV-4, EV-6).
//!
//! It exists so that another company's program hears of changes without asking and without a key of ours. Each webhook has
//! a place of its own in the log, so that one which does not answer holds up none of the others.
//!
//! | module | holds |
//! |---|---|
//! | `body` | what is sent, with the words of the stock |
//! | `redact` | what of it is never sent |
//! | `retry` | when a failed try is made again, and when no more |
//! | `send` | one request, and how it ended |
//! | `target` | which addresses may be asked |
//!
//! A webhook gets its events one after the other. One that it does not take holds up those behind it, is tried again with
//! longer and longer waits, and after the last try the webhook is switched off with its place kept: nothing is skipped.
//!
//! **Invariant:** per webhook in order and at least once; no secret and no address in a log.

mod body;
mod redact;
mod retry;
mod send;
mod target;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use callboard_model::{Timestamp, WebhookId};
use tokio::sync::{Notify, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::body::{Message, event_named};
pub use self::send::{Ended, Sender};
pub use self::target::{Reach, Unfit};
use crate::error::Result;
use crate::metrics::{Metrics, Outcome};
use crate::quota::{Bucket, Rate};
use crate::store::Store;
use crate::store::webhooks::{OUTLET, Progress, State, Webhook};
use crate::turns::{self, Turn};

/// What one webhook is sent at most, as in the stock. More waits.
const RATE: Rate = Rate { burst: 100, per_minute: 100 };
/// Requests on their way at once, to all webhooks of all companies. One more waits.
const AT_ONCE: usize = 16;
/// Events of a webhook read at a time. More simply take another turn.
const BATCH: u32 = 32;
/// A webhook whose turn broke off, because the database did, is left alone for so long.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Sends until `stop`.
pub async fn run(store: Store, sender: Sender, metrics: Arc<Metrics>, stop: CancellationToken) {
    let shared = Arc::new(Shared {
        store,
        sender,
        metrics,
        stop: stop.clone(),
        began: Instant::now(),
        at_once: Semaphore::new(AT_ONCE),
        again: Notify::new(),
        lines: Mutex::default(),
    });
    let tasks = TaskTracker::new();
    let round = || round(&shared, &tasks);
    tokio::select! {
        biased;
        () = stop.cancelled() => {}
        () = turns::take(OUTLET, &shared.store, &shared.again, round) => {}
    }
    // A request that is cut off is sent again at the next start.
    tasks.close();
    tasks.wait().await;
}

struct Shared {
    store: Store,
    sender: Sender,
    metrics: Arc<Metrics>,
    stop: CancellationToken,
    began: Instant,
    at_once: Semaphore,
    /// Rings when a webhook is ready for more.
    again: Notify,
    lines: Mutex<HashMap<WebhookId, Line>>,
}

/// What this process knows of a webhook. There are never more of them than webhooks.
#[derive(Default)]
struct Line {
    is_busy: bool,
    bucket: Bucket,
}

/// Sets to work whoever has something to get and is not at it already.
async fn round(shared: &Arc<Shared>, tasks: &TaskTracker) -> Result<Turn> {
    let Some(due) = shared.store.webhooks_turn(shared.store.now()).await? else {
        return Ok(Turn::Elsewhere);
    };
    let mut lines = shared.lines();
    let now = shared.began.elapsed();
    lines.retain(|_, line| line.is_busy || !line.bucket.is_full(now));
    for webhook in due {
        let line = lines.entry(webhook.id.clone()).or_default();
        if !std::mem::replace(&mut line.is_busy, true) {
            tasks.spawn(work(Arc::clone(shared), webhook));
        }
    }
    Ok(Turn::Ours)
}

/// Sends a webhook what waits for it, as far as that goes.
async fn work(shared: Arc<Shared>, webhook: Webhook) {
    let sent = tokio::select! {
        biased;
        () = shared.stop.cancelled() => return,
        sent = shared.send_all(&webhook) => sent,
    };
    if let Err(error) = sent {
        tracing::warn!(webhook = %webhook.id, %error, "how far a webhook has come is not noted; it is sent some again");
        tokio::time::sleep(AGAIN_AFTER).await;
    }
    if let Some(line) = shared.lines().get_mut(&webhook.id) {
        line.is_busy = false;
    }
    shared.again.notify_one();
}

impl Shared {
    fn lines(&self) -> MutexGuard<'_, HashMap<WebhookId, Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send_all(&self, webhook: &Webhook) -> Result<()> {
        let types = webhook.event_types.clone();
        let Some(events) = self.store.events_behind(&webhook.tenant, webhook.place, types, BATCH).await?
        else {
            return self.stop_sending(webhook).await;
        };
        let mut failures = webhook.failures;
        for told in &events.told {
            let message = Message::of(told)?;
            self.wait_for_leave(&webhook.id).await;
            let ended = {
                // Never closed: there is always leave to come.
                let _leave = self.at_once.acquire().await;
                self.sender.send(webhook, &message, failures + 1, self.store.now()).await
            };
            let at = self.store.now();
            let state = if ended.is_taken() {
                failures = 0;
                State::At(told.seq)
            } else {
                retry::after(failures + 1, at)
            };
            self.note(webhook, at, &ended, state).await?;
            if !ended.is_taken() {
                return Ok(());
            }
        }
        // Also over what it has no use for.
        let (at, state) = (self.store.now(), State::At(events.next));
        self.store.webhook_tried(webhook, Progress { at, outcome: None, state }).await
    }

    async fn note(&self, webhook: &Webhook, at: Timestamp, ended: &Ended, state: State) -> Result<()> {
        let outcome = if ended.is_taken() { Outcome::Delivered } else { Outcome::Failed };
        self.metrics.delivered(OUTLET, outcome, 1);
        if let State::Disabled(failures) = state {
            tracing::warn!(webhook = %webhook.id, failures, %ended, "a webhook is switched off");
        }
        self.store.webhook_tried(webhook, Progress { at, outcome: Some(ended.to_string()), state }).await
    }

    /// The log no longer has what it should get next. Somebody has to know before it goes on.
    async fn stop_sending(&self, webhook: &Webhook) -> Result<()> {
        let state = State::Disabled(webhook.failures);
        self.note(webhook, self.store.now(), &Ended::LogGone, state).await
    }

    /// Waits until one more may be sent.
    async fn wait_for_leave(&self, id: &WebhookId) {
        loop {
            let now = self.began.elapsed();
            let refused = {
                let mut lines = self.lines();
                lines.entry(id.clone()).or_default().bucket.take(RATE, now).err()
            };
            let Some(refused) = refused else { return };
            tokio::time::sleep(refused.retry_after).await;
        }
    }
}
