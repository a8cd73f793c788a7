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
//! | `presence` | what of a presence state may be shown to others |
//! | `gate` | who may enter which room |
//! | `visit` | one socket's part: protocol in, hub and gate asked, protocol out |
//! | `outgoing` | the bounded queue of one socket |
//! | `socket` | the WebSocket itself |
//! | `carry` | the tasks: hints from the bus, ghosts, withdrawn access |
//!
//! All rooms lie behind one lock that is never held across an await; under it only queues are filled. To shard,
//! [`Rooms`] would hold several hubs and choose one by the hash of the room: rooms do not know each other, members
//! belong to one room, and a hint touches two rooms by name. Nothing outside this file would change.
//!
//! **Invariant:** no value of a field, no token and no document content is kept here, and nothing here is awaited
//! by a save.

mod carry;
mod gate;
mod hub;
pub mod limits;
mod outgoing;
mod presence;
mod socket;
mod visit;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::any;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::gate::Gate;
use self::hub::Hub;
use crate::auth::live_token::LiveTokens;
use crate::store::Store;

/// The path of the WebSocket.
pub const PATH: &str = "/hocuspocus";

/// A handle to all rooms of this process. Cheap to clone.
#[derive(Clone)]
pub struct Rooms(Arc<Shared>);

struct Shared {
    hub: Mutex<Hub>,
    gate: Gate,
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
            gate: Gate::new(store, tokens),
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

    /// How many sockets are open.
    #[must_use]
    pub fn sockets(&self) -> usize {
        self.0.sockets.len()
    }

    /// Whether nobody is anywhere.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn hub<T>(&self, what: impl FnOnce(&mut Hub) -> T) -> T {
        what(&mut self.0.hub.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The rooms' own clock.
    fn now(&self) -> Duration {
        self.0.started.elapsed()
    }
}

impl fmt::Debug for Rooms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rooms").field("len", &self.len()).finish_non_exhaustive()
    }
}
