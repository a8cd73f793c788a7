//! The room server: presence and hints beside the REST API, over the Hocuspocus protocol on `/hocuspocus`.
//!
//! It exists so that consoles learn within milliseconds that something changed and who is looking at it. It holds no
//! truth: a room is a list of members and what they say of themselves; when the last one leaves it is gone. Losing
//! all of it costs a reconnect and one catching up over REST.
//!
//! | module | holds |
//! |---|---|
//! | [`limits`] | every bound, with the meaning of its overflow |
//! | `hub` | rooms and members; no sockets, no clock, no waiting |
//! | `guest`, `presence` | a person behind a socket, and what they may show to others |
//! | `gate` | who may enter which room |
//! | `visit` | one socket's part: protocol in, hub and gate asked, protocol out |
//! | `outgoing` | the bounded queue of one socket |
//! | `line` | the WebSocket behind it, and who may write when |
//! | `crowd` | how many sockets there are, and what strangers cost |
//! | `socket` | the task that reads, writes and ends |
//! | `carry` | the task between rooms and bus: hints in, ghosts out, presence to boards and other processes |
//! | `access` | the task that looks whether everybody inside may still be there |
//!
//! All rooms lie behind one lock that is never held across an await; under it only queues are filled, a bounded number
//! at a time. What was left in them is handed over when it is free again.
//!
//! **Invariant:** no value of a field, no token and no document content is kept here, and nothing here is awaited
//! by a save.

mod access;
mod carry;
mod crowd;
mod gate;
mod guest;
mod hub;
pub mod limits;
mod line;
mod outgoing;
mod presence;
mod socket;
mod visit;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::routing::any;
use callboard_model::Timestamp;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::crowd::Crowd;
use self::gate::Gate;
use self::hub::{Hub, Told};
use self::limits::{
    COME_BACK_IN, GOODBYE_MAX, GOODBYE_PER_SOCKET, RENEW_AHEAD_SECONDS, RENEW_SPREAD_SECONDS,
};
use self::outgoing::{Given, Goodbye, Memory};
pub(crate) use self::socket::is_too_big;
use crate::auth::live_token::LiveTokens;
use crate::store::Store;

/// The path of the WebSocket.
pub const PATH: &str = "/hocuspocus";

/// A handle to all rooms of this process. Cheap to clone.
#[derive(Clone)]
pub struct Rooms(Arc<Shared>);

/// What has happened in the rooms since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Hints that came, from this process and from others.
    pub hints: u64,
    /// Members that a hint was left for.
    pub deliveries: u64,
    /// Requests to enter a room that were refused.
    pub refused: u64,
    /// Sockets that were closed because their readers were too slow.
    pub too_slow: u64,
}

struct Shared {
    hub: Mutex<Hub>,
    /// Rings when presence has changed after it was quiet.
    stirred: Notify,
    gate: Gate,
    crowd: Crowd,
    memory: Memory,
    /// Requests to enter a room that were refused.
    refused: AtomicU64,
    /// How many sockets were told to stop: gives each its place in the row.
    stopping: AtomicU64,
    /// How many sockets came: gives each its place in the row of those who are asked for a fresh token.
    arrived: AtomicU64,
    /// Where the monotonic clock of the rooms starts.
    started: Instant,
    sockets: TaskTracker,
    stop: CancellationToken,
}

impl Rooms {
    /// No rooms yet. Sockets are told to connect again elsewhere, or later, when `stop` is cancelled.
    #[must_use]
    pub fn new(store: Store, tokens: Arc<LiveTokens>, stop: CancellationToken) -> Self {
        Self(Arc::new(Shared {
            hub: Mutex::new(Hub::default()),
            stirred: Notify::new(),
            gate: Gate::new(store, tokens),
            crowd: Crowd::default(),
            memory: Memory::default(),
            refused: AtomicU64::new(0),
            stopping: AtomicU64::new(0),
            arrived: AtomicU64::new(0),
            started: Instant::now(),
            sockets: TaskTracker::new(),
            stop,
        }))
    }

    /// The route of the WebSocket, to be merged into the server's router.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        Router::new().route(PATH, any(socket::enter)).with_state(self.clone())
    }

    /// Waits until every socket has been told goodbye. To be called after `stop`, with a deadline of the caller's.
    pub async fn drained(&self) {
        self.0.sockets.close();
        self.0.sockets.wait().await;
    }

    /// How many rooms have somebody in them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hub(|hub| hub.len())
    }

    /// Whether nobody is anywhere.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many sockets are open.
    #[must_use]
    pub fn sockets(&self) -> usize {
        self.0.crowd.sockets()
    }

    /// How many bytes wait for slow readers.
    #[must_use]
    pub fn queued_bytes(&self) -> usize {
        self.0.memory.bytes()
    }

    /// What has happened in the rooms since the start.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let Told { hints, deliveries } = self.hub(|hub| hub.told());
        let refused = self.0.refused.load(Ordering::Relaxed);
        Counts { hints, deliveries, refused, too_slow: self.0.memory.too_slow() }
    }

    /// Does something with the rooms, and hands over what that left for sockets.
    fn hub<T>(&self, what: impl FnOnce(&mut Hub) -> T) -> T {
        let (result, given) = self.hub_alone(what);
        given.hand_over();
        result
    }

    /// Does something with the rooms. What that left for sockets is the caller's to hand over.
    fn hub_alone<T>(&self, what: impl FnOnce(&mut Hub) -> T) -> (T, Given) {
        let mut hub = self.0.hub.lock().unwrap_or_else(PoisonError::into_inner);
        let quiet = !hub.has_news();
        let result = what(&mut hub);
        if quiet && hub.has_news() {
            self.0.stirred.notify_one();
        }
        (result, hub.take_given())
    }

    /// Waits for the stop and then for this socket's turn: if all went at once they would come back at once.
    async fn turn_to_stop(&self) -> Goodbye {
        self.0.stop.cancelled().await;
        let sockets = u32::try_from(self.sockets()).unwrap_or(u32::MAX);
        let spread = GOODBYE_PER_SOCKET.saturating_mul(sockets).min(GOODBYE_MAX);
        let turn = spread.mul_f64(place(self.0.stopping.fetch_add(1, Ordering::Relaxed)));
        tokio::time::sleep(turn).await;
        Goodbye::restart(COME_BACK_IN + turn)
    }

    /// How long before a token expires the next socket that comes is asked for a fresh one, in seconds. All rooms of a
    /// socket are asked at once: their tokens are minted together.
    #[expect(clippy::cast_possible_truncation, reason = "seconds of a minute")]
    fn renew_ahead(&self) -> i64 {
        let earlier = RENEW_SPREAD_SECONDS * place(self.0.arrived.fetch_add(1, Ordering::Relaxed));
        RENEW_AHEAD_SECONDS + earlier as i64
    }

    /// Waits until the server stops and everybody has left, or had the time for it.
    async fn emptied(&self) {
        self.0.stop.cancelled().await;
        // Whether all have left by then or not: nobody needs the rooms any more.
        drop(tokio::time::timeout(2 * GOODBYE_MAX, self.drained()).await);
    }

    /// The time of day, by which tokens expire.
    fn wall(&self) -> Timestamp {
        self.0.gate.store.now()
    }

    /// The rooms' own clock.
    fn now(&self) -> Duration {
        self.0.started.elapsed()
    }
}

/// A place between 0 and 1 for the n-th of a row whose length nobody knows: evenly spread at any length.
fn place(number: u64) -> f64 {
    /// The golden ratio's part behind the point, in 32 bits: each step falls into the largest gap so far.
    const STEP: u32 = 0x9e37_79b9;
    let number = u32::try_from(number & u64::from(u32::MAX)).unwrap_or_default();
    f64::from(number.wrapping_mul(STEP)) / f64::from(u32::MAX)
}

impl fmt::Debug for Rooms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rooms").field("len", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn however_many_stop_they_are_spread_evenly() {
        for sockets in [10_usize, 100, 1000] {
            let mut places: Vec<_> = (0..sockets).map(|number| place(number as u64)).collect();
            places.sort_by(f64::total_cmp);
            let gap = places.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
            assert!(gap < 3.0 / sockets as f64, "{sockets}: {gap}");
            assert!(places[0] >= 0.0 && places[sockets - 1] <= 1.0);
        }
    }
}
