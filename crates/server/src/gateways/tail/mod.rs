//! The end of the log of events, as those who are connected right now follow it.
//!
//! It exists so that a gateway which speaks to somebody live (a subscription, a private channel) does not know how a
//! change comes to it: it asks for a tenant's events and gets every one that is committed from then on, whichever
//! process wrote it. Each process reads the log for itself; what rings only says *look*:
//!
//! | what rings | when |
//! |---|---|
//! | the store | this process has committed, or Postgres says that another one has |
//! | the bus | Redis brought a hint of another process |
//! | a clock | every 2 s: a ring may get lost, and some changes ring nowhere |
//!
//! Who connects later, or was away, reads `GET /api/v1/events`; what must not be lost while nobody is connected is for
//! [`outlets`](super::outlets).
//!
//! **Invariant:** a subscriber gets every event that it wants behind the place where it began, in order and once, or is told
//! that it [`Missed`](Heard::Missed) some and gets nothing more.

mod followed;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use callboard_model::TenantId;
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

pub use self::followed::Herald;
use self::followed::{Followed, Subscriber};
use crate::bus::{Backoff, Bus};
use crate::error::Result;
use crate::store::Store;
use crate::store::events::{News, Told};

/// Events that wait for one subscriber. Overflow: it has missed something, and is over.
const SUBSCRIBER_QUEUE: usize = 1024;
/// Events of one tenant read at a time. More simply take another turn.
const BATCH: u32 = 256;
/// Tenants looked at on one snapshot; a long list must not keep a connection from everybody else.
const TENANTS: usize = 64;
/// The log is looked at this often even when nobody rings.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// What a subscriber is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// The next event.
    Told(Arc<Told>),
    /// There were more than wait for one subscriber, or the log no longer reaches back: nothing more comes.
    Missed,
}

/// The end of the log. Cheap to clone; it reads only while somebody follows it.
#[derive(Clone)]
pub struct Tail(Arc<Shared>);

struct Shared {
    store: Store,
    stop: CancellationToken,
    /// Rings when somebody new follows: what was committed while they came may have rung before.
    joined: Notify,
    follows: Mutex<Follows>,
}

#[derive(Default)]
struct Follows {
    tenants: HashMap<TenantId, Followed>,
    /// The number of the newest subscriber; no other ever has it again.
    newest: u64,
    /// Whether a task reads for them.
    is_read: bool,
    /// What rings beside the store.
    elsewhere: Option<watch::Receiver<u64>>,
}

/// One subscriber's end. Dropped, it is forgotten.
pub struct Subscription {
    shared: Arc<Shared>,
    tenant: TenantId,
    number: u64,
    told: mpsc::Receiver<Arc<Told>>,
    missed: Arc<AtomicBool>,
}

impl Tail {
    /// The end of this store's log, until `stop`.
    #[must_use]
    pub fn start(store: Store, stop: CancellationToken) -> Self {
        Self(Arc::new(Shared { store, stop, joined: Notify::new(), follows: Mutex::default() }))
    }

    /// Also looks when this bus says that another process has changed something.
    pub fn listen_to(&self, bus: &Bus) {
        self.0.follows().elsewhere = Some(bus.changed_elsewhere());
    }

    /// Every event of a tenant that is committed after this has answered, and perhaps some from just before.
    pub async fn subscribe(&self, tenant: &TenantId) -> Result<Subscription> {
        let newest = self.0.store.newest_event(tenant).await?;
        let (told, waiting) = mpsc::channel(SUBSCRIBER_QUEUE);
        let missed = Arc::new(AtomicBool::new(false));
        let (shared, tenant) = (Arc::clone(&self.0), tenant.clone());
        if self.0.stop.is_cancelled() {
            return Ok(Subscription { shared, tenant, number: 0, told: waiting, missed });
        }
        let mut follows = self.0.follows();
        follows.newest += 1;
        let number = follows.newest;
        let followed = follows.tenants.entry(tenant.clone()).or_insert_with(|| Followed::from(newest));
        let since = newest.max(followed.place);
        followed.add(number, Subscriber::new(since, told, Arc::clone(&missed)));
        if !std::mem::replace(&mut follows.is_read, true) {
            tokio::spawn(read(Arc::clone(&self.0)));
        }
        drop(follows);
        self.0.joined.notify_one();
        Ok(Subscription { shared, tenant, number, told: waiting, missed })
    }

    /// How many follow it right now.
    #[must_use]
    pub fn subscribers(&self) -> usize {
        self.0.follows().tenants.values().map(Followed::subscribers).sum()
    }
}

impl Subscription {
    /// Whether every event wakes it and counts as waiting for it, as at first, or only what is
    /// [about](Self::wants_about) the things it names. What came before is told in any case.
    pub fn wants_everything(&self, wants: bool) {
        self.followed(|followed| followed.wants_everything(self.number, wants));
    }

    /// From now on it wants what is about this ticket or entry of the schedule.
    pub fn wants_about(&self, thing: &str) {
        self.followed(|followed| followed.wants_about(self.number, thing));
    }

    /// And from now on no more.
    pub fn wants_no_more_about(&self, thing: &str) {
        self.followed(|followed| followed.wants_no_more_about(self.number, thing));
    }

    /// From now on events go to a herald, who must not wait for anything. Here come those from before, and then only the end.
    pub fn has_herald(&self, herald: Herald) {
        self.followed(|followed| followed.has_herald(self.number, herald));
    }

    fn followed(&self, change: impl FnOnce(&mut Followed)) {
        // Not there any more when the server stops.
        if let Some(followed) = self.shared.follows().tenants.get_mut(&self.tenant) {
            change(followed);
        }
    }

    /// The next thing to know; `None` when the server stops, or after [`Heard::Missed`]. May be dropped while it waits.
    pub async fn next(&mut self) -> Option<Heard> {
        match self.told.recv().await {
            Some(told) => Some(Heard::Told(told)),
            None => self.missed.swap(false, Ordering::Relaxed).then_some(Heard::Missed),
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut follows = self.shared.follows();
        let Some(followed) = follows.tenants.get_mut(&self.tenant) else { return };
        followed.remove(self.number);
        if followed.subscribers() == 0 {
            follows.tenants.remove(&self.tenant);
        }
    }
}

/// Reads while somebody follows.
async fn read(shared: Arc<Shared>) {
    tokio::select! {
        biased;
        () = shared.stop.cancelled() => {}
        () = read_for_ever(&shared) => return,
    }
    shared.follows().tenants.clear();
}

async fn read_for_ever(shared: &Shared) {
    let mut committed = shared.store.committed();
    let mut backoff = Backoff::new();
    loop {
        // Seen before the log is read: a commit that comes meanwhile rings again.
        committed.mark_unchanged();
        let (places, mut elsewhere) = {
            let mut follows = shared.follows();
            if follows.tenants.is_empty() {
                // Under the lock: whoever comes now starts another task.
                follows.is_read = false;
                return;
            }
            (follows.places(), follows.heard_elsewhere())
        };
        let wait = match hand_out(shared, places).await {
            Ok(Turn::More) => continue,
            Ok(Turn::Done) => {
                backoff.reset();
                LOOK_AGAIN
            }
            Err(error) => {
                let wait = backoff.next();
                tracing::warn!(%error, ?wait, "the log of events cannot be read; trying again");
                wait
            }
        };
        tokio::select! {
            biased;
            rung = committed.changed() => if rung.is_err() {
                shared.follows().tenants.clear();
                return;
            },
            () = shared.joined.notified() => {}
            () = rung(elsewhere.as_mut()) => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Whether there is more to read at once.
enum Turn {
    More,
    Done,
}

async fn rung(bell: Option<&mut watch::Receiver<u64>>) {
    let Some(bell) = bell else { return std::future::pending().await };
    if bell.changed().await.is_err() {
        // The bus is gone, and rings no more.
        std::future::pending::<()>().await;
    }
}

/// Reads what came behind these places, and tells who wants it.
async fn hand_out(shared: &Shared, places: Vec<(TenantId, u64)>) -> Result<Turn> {
    let mut turn = Turn::Done;
    for some in places.chunks(TENANTS) {
        for News { tenant, events } in shared.store.news(some.to_vec(), BATCH).await? {
            let mut follows = shared.follows();
            let Some(followed) = follows.tenants.get_mut(&tenant) else { continue };
            let Some(events) = events else {
                tracing::warn!(%tenant, "the log of events no longer reaches back to who follows it");
                followed.miss();
                continue;
            };
            if events.has_more {
                turn = Turn::More;
            }
            followed.place = events.next;
            let told: Vec<_> = events.told.into_iter().map(Arc::new).collect();
            followed.tell(&told);
        }
    }
    Ok(turn)
}

impl Shared {
    fn follows(&self) -> MutexGuard<'_, Follows> {
        self.follows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Follows {
    fn places(&self) -> Vec<(TenantId, u64)> {
        self.tenants.iter().map(|(tenant, followed)| (tenant.clone(), followed.place)).collect()
    }

    /// The other bell as it stands before the log is read: what rings from now on is heard.
    fn heard_elsewhere(&mut self) -> Option<watch::Receiver<u64>> {
        self.elsewhere.clone().map(|mut bell| {
            bell.mark_unchanged();
            bell
        })
    }
}
