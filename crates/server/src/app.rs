//! The server as one value: what every handler can reach, and the router over it.
//!
//! It exists so that tests run the very router that the program serves.
//!
//! **Invariant:** no global state; whatever a handler needs it finds here.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use callboard_model::Timestamp;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::auth::live_token::LiveTokens;
use crate::bus::Bus;
use crate::gateways;
use crate::gateways::channels::Channels;
use crate::gateways::graphql::Graph;
use crate::gateways::tail::Tail;
use crate::gateways::webhooks;
use crate::http;
use crate::metrics::Metrics;
use crate::quota::Quota;
use crate::rooms::Rooms;
use crate::store::Store;

/// The state behind the router. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Tickets, people, change feed, outbox.
    pub store: Store,
    /// Signs and checks live tokens.
    pub live_tokens: Arc<LiveTokens>,
    /// Who is in which room.
    pub rooms: Rooms,
    /// Who may ask how often. A limit on keys is set by [`App::with_quota`].
    pub quota: Arc<Quota>,
    /// What is counted and measured.
    pub metrics: Arc<Metrics>,
    /// The end of the log of events: what happens, as it happens.
    pub tail: Tail,
    /// Who listens to which records over the Pusher protocol.
    pub channels: Channels,
    /// Sends to webhooks. How far it reaches is set by [`App::with_webhooks`].
    pub webhooks: webhooks::Sender,
    /// GraphQL.
    pub graph: Graph,
    /// How hints travel; whoever asks is told whether other processes are heard.
    pub bus: Bus,
    /// Cancelled when the server is to stop.
    pub stop: CancellationToken,
    started: Instant,
}

impl App {
    /// An application over a store. Its sockets say goodbye when `stop` is cancelled.
    #[must_use]
    pub fn new(store: Store, live_secret: &[u8], stop: CancellationToken) -> Self {
        let live_tokens = Arc::new(LiveTokens::new(live_secret));
        let rooms = Rooms::new(store.clone(), Arc::clone(&live_tokens), stop.clone());
        let metrics = Arc::new(Metrics::new(store.timing()));
        let quota = Arc::new(Quota::new(None));
        let tail = Tail::start(store.clone(), stop.clone());
        let channels = Channels::new(store.clone(), tail.clone(), live_secret, stop.clone());
        let (bus, started) = (Bus::local(), Instant::now());
        let webhooks = webhooks::Sender::default();
        let graph = Graph::new(stop.clone());
        Self {
            store,
            live_tokens,
            rooms,
            quota,
            metrics,
            tail,
            channels,
            webhooks,
            graph,
            bus,
            stop,
            started,
        }
    }

    /// The same application with a limit on how often a key may ask.
    #[must_use]
    pub fn with_quota(self, quota: Quota) -> Self {
        Self { quota: Arc::new(quota), ..self }
    }

    /// The same application, with webhooks that reach so far.
    #[must_use]
    pub fn with_webhooks(self, reach: webhooks::Reach) -> Self {
        Self { webhooks: webhooks::Sender::new(reach), ..self }
    }

    /// The same application, on this bus.
    #[must_use]
    pub fn with_bus(self, bus: Bus) -> Self {
        self.tail.listen_to(&bus);
        Self { bus, ..self }
    }

    /// How long this has been running: the clock of whatever must not jump.
    #[must_use]
    pub fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// The time of day.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.store.now()
    }

    /// Everything that is served on the port.
    pub fn router(&self) -> Router {
        let routes = http::router().merge(gateways::router()).merge(self.rooms.router());
        http::watch::watched(self, routes).with_state(self.clone())
    }
}
