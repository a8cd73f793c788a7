//! The bus: carries every hint to everybody in this process who passes hints on, and to the other processes.
//!
//! It exists so that the relay does not know who listens, and listeners do not know where a hint was born. Without
//! Redis it stays within the process. With Redis every process publishes what it relays and hears what others do.
//!
//! A hint born here is handed to the listeners here at once and never depends on Redis. It also comes back over
//! Redis, since a subscriber hears its own publishes: each carries the name of the process that sent it (`via`, a
//! key that stock readers ignore), and a process drops what carries its own.
//!
//! | what is full | what happens |
//! |---|---|
//! | a listener, for a hint of ours | the relay waits; the hint stands in the outbox meanwhile |
//! | a listener, for a hint from Redis | the listener is told that it [`Missed`](Heard::Missed) something |
//! | the queue to Redis | the hint is not sent; when Redis is back the other processes are told that they missed some |
//! | a listener, for presence from abroad | the same as for a hint from Redis |
//! | the queue of presence to Redis | it is not sent; clients say it again within 15 s |
//!
//! Who missed something does not know what: it must make its own readers catch up from REST.
//!
//! **Invariant:** a hint carries no value of a field, and no failure here ever reaches a save.

mod abroad;
mod backoff;
mod redis;
mod redis_url;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use callboard_model::{Hint, TenantId, TicketId, UserId};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::abroad::{FACES, Face, Node, Said};
pub(crate) use self::backoff::Backoff;
pub(crate) use self::redis::PATIENCE;
#[cfg(fuzzing)]
pub use self::redis::read_anything;
pub use self::redis_url::RedisUrl;
use crate::auth::access::Placement;
use crate::error::Result;
use crate::trust::Authorities;

/// Hints that wait for one listener. Overflow: see the table above.
const LISTENER_QUEUE: usize = 4096;

/// The variable with another prefix; the stock's name.
pub const PREFIX_VARIABLE: &str = "REDIS_PREFIX";
/// What the stock puts before its Redis channels.
pub const DEFAULT_REDIS_PREFIX: &str = "alga-psa:";

/// How hints travel.
#[derive(Clone, Debug)]
pub struct BusSettings {
    /// `redis://…` or `rediss://…`; without it hints stay in this process.
    pub redis_url: Option<RedisUrl>,
    /// Who may vouch for a Redis with TLS; `None`: whom the machine trusts.
    pub redis_authorities: Option<Authorities>,
    /// What stands before the channel names.
    pub redis_prefix: String,
    /// The kill switch (`LIVE_TICKET_UPDATES_DISABLED=1`): nothing is passed on, saves are as ever (LT-2).
    pub disabled: bool,
}

impl Default for BusSettings {
    fn default() -> Self {
        Self {
            redis_url: None,
            redis_authorities: None,
            redis_prefix: DEFAULT_REDIS_PREFIX.to_owned(),
            disabled: false,
        }
    }
}

impl BusSettings {
    /// The way to Redis, if there is one.
    pub fn redis(&self) -> Result<Option<::redis::Client>> {
        self.redis_url.as_ref().map(|url| url.client(self.redis_authorities.as_ref())).transpose()
    }
}

/// A hint and the ticket it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whose ticket.
    pub tenant: TenantId,
    /// The ticket.
    pub ticket: TicketId,
    /// What changed.
    pub hint: Arc<Hint>,
    /// Where the ticket lay and lies; `None` where nobody said, as in a hint of another process.
    pub scope: Option<Scope>,
}

impl Notice {
    /// The same of a ticket that was found at this place, and is taken to have lain there.
    #[must_use]
    pub(crate) fn lies_at(self, place: Option<Placement>) -> Self {
        Self { scope: Some(Scope { before: place.clone(), after: place }), ..self }
    }
}

/// Where a ticket lay before a change and where it lies after it: this decides who may hear of it. It stays within the
/// process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Before; `None` for a ticket that is new.
    pub before: Option<Placement>,
    /// After; `None` for a ticket that is gone.
    pub after: Option<Placement>,
}

/// What a listener is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A hint; at least once, in order per ticket as long as nothing was missed.
    Hint(Notice),
    /// A notification for one person, in the stock's JSON.
    Notification {
        /// Behind which wall.
        tenant: TenantId,
        /// Whose it is.
        user: UserId,
        /// What their clients are told.
        payload: Arc<str>,
    },
    /// Another process says something about its rooms; never this one.
    Abroad(Node, Arc<Said>),
    /// Some hints never came and never will: readers must catch up from REST.
    Missed,
}

/// A handle to the bus. Cheap to clone.
#[derive(Clone)]
pub struct Bus {
    listeners: Listeners,
    redis: Option<redis::Outbound>,
    hears: Option<Arc<AtomicBool>>,
    tasks: TaskTracker,
    disabled: bool,
    published: Arc<AtomicU64>,
}

impl Bus {
    /// A bus that ends at this process.
    #[must_use]
    pub fn local() -> Self {
        Self {
            listeners: Listeners::default(),
            redis: None,
            hears: None,
            tasks: TaskTracker::new(),
            disabled: false,
            published: Arc::default(),
        }
    }

    /// The bus of the settings. With Redis it returns when the first try to subscribe has succeeded or failed, so
    /// that a server that has started hears its peers; a dead Redis costs a few seconds here and nothing later.
    /// Its tasks end with `stop`.
    pub async fn start(settings: &BusSettings, stop: &CancellationToken) -> Result<Self> {
        if settings.disabled {
            tracing::warn!("live updates are switched off");
            return Ok(Self { disabled: true, ..Self::local() });
        }
        let mut bus = Self::local();
        if let Some(client) = settings.redis()? {
            let (listeners, prefix) = (bus.listeners.clone(), &settings.redis_prefix);
            let (redis, hears) = redis::start(client, prefix, listeners, &bus.tasks, stop.clone()).await;
            (bus.redis, bus.hears) = (Some(redis), Some(hears));
        }
        Ok(bus)
    }

    /// Whether other processes are heard right now; `None` without Redis.
    #[must_use]
    pub fn hears_others(&self) -> Option<bool> {
        self.hears.as_ref().map(|hears| hears.load(Ordering::Relaxed))
    }

    /// Waits, after the stop, until what was published before it has been sent or given up.
    pub async fn ended(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Hears every hint from now on.
    #[must_use]
    pub fn listen(&self) -> Listening {
        self.listeners.add()
    }

    /// Rings when another process has told of a change, or may have: whoever reads what they wrote looks again.
    #[must_use]
    pub fn changed_elsewhere(&self) -> watch::Receiver<u64> {
        self.listeners.elsewhere.subscribe()
    }

    /// Whether there may be other processes.
    #[must_use]
    pub fn reaches_others(&self) -> bool {
        self.redis.is_some()
    }

    /// Hands a hint that was born in this process to everybody. Waits for listeners here, never for Redis: whether the
    /// other processes were told is what the receipt says, later.
    pub async fn publish(&self, notice: Notice) -> Receipt {
        if self.disabled {
            return Receipt(None);
        }
        self.published.fetch_add(1, Ordering::Relaxed);
        let receipt = Receipt(self.redis.as_ref().map(|redis| redis.offer(&notice)));
        self.listeners.hand(&Heard::Hint(notice)).await;
        receipt
    }

    /// How many hints of this process were handed to everybody, since the start.
    #[must_use]
    pub fn published(&self) -> u64 {
        self.published.load(Ordering::Relaxed)
    }

    /// Tells the other processes about the rooms here. May get lost.
    pub fn tell_abroad(&self, said: &Said) {
        if let Some(redis) = &self.redis {
            redis.tell(said);
        }
    }
}

/// Whether a hint has left this process for good.
#[derive(Debug)]
#[must_use = "the hint is safe only when the receipt says so"]
pub struct Receipt(Option<oneshot::Receiver<()>>);

impl Receipt {
    /// Waits until Redis has taken the hint or the other processes are going to be told that they missed it, as long as
    /// that takes; at once where there is no Redis. `false`: the bus has ended before.
    pub async fn taken(self) -> bool {
        match self.0 {
            Some(taken) => taken.await.is_ok(),
            None => true,
        }
    }
}

/// One listener's end.
pub struct Listening {
    heard: mpsc::Receiver<Heard>,
    missed: watch::Receiver<u64>,
}

impl Listening {
    /// The next thing to know; `None` when the bus is gone. May be dropped while it waits.
    pub async fn next(&mut self) -> Option<Heard> {
        tokio::select! {
            biased;
            Ok(()) = self.missed.changed() => Some(Heard::Missed),
            heard = self.heard.recv() => heard,
        }
    }

    /// What else lies ready, up to a limit: to be taken in one go.
    pub fn next_ready(&mut self, more: usize) -> impl Iterator<Item = Heard> {
        std::iter::from_fn(|| self.heard.try_recv().ok()).take(more)
    }
}

/// Everybody in this process who listens.
#[derive(Clone, Default)]
struct Listeners {
    all: Arc<Mutex<Vec<Listener>>>,
    /// Counts what other processes told of changes.
    elsewhere: Arc<watch::Sender<u64>>,
}

#[derive(Clone)]
struct Listener {
    heard: mpsc::Sender<Heard>,
    missed: watch::Sender<u64>,
}

impl Listeners {
    fn add(&self) -> Listening {
        let (heard, waiting) = mpsc::channel(LISTENER_QUEUE);
        let (missed, missed_heard) = watch::channel(0);
        self.with(|all| all.push(Listener { heard, missed }));
        Listening { heard: waiting, missed: missed_heard }
    }

    /// Runs `what` on those who still listen.
    fn with<T>(&self, what: impl FnOnce(&mut Vec<Listener>) -> T) -> T {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|listener| !listener.heard.is_closed());
        what(&mut all)
    }

    /// Waits until every listener has taken it or gone.
    async fn hand(&self, heard: &Heard) {
        for listener in self.with(|all| all.clone()) {
            // Closed: it went away while we waited, and needs nothing any more.
            drop(listener.heard.send(heard.clone()).await);
        }
    }

    /// Gives it to whoever has room for it; the others are told that they missed something.
    fn offer(&self, heard: &Heard) {
        if matches!(heard, Heard::Hint(_)) {
            ring(&self.elsewhere);
        }
        self.with(|all| {
            for listener in all {
                if let Err(mpsc::error::TrySendError::Full(_)) = listener.heard.try_send(heard.clone()) {
                    listener.miss();
                }
            }
        });
    }

    fn miss(&self) {
        ring(&self.elsewhere);
        self.with(|all| all.iter().for_each(Listener::miss));
    }
}

impl Listener {
    fn miss(&self) {
        ring(&self.missed);
    }
}

fn ring(bell: &watch::Sender<u64>) {
    bell.send_modify(|times| *times = times.wrapping_add(1));
}

#[cfg(test)]
mod tests;
