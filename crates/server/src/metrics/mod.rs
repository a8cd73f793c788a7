//! What the server says of itself to Prometheus.
//!
//! It exists for whoever watches a server from outside: how much is asked, how long it takes, what waits.
//!
//! | module | holds |
//! |---|---|
//! | `crowd` | whoever is connected to one gateway |
//! | `page` | the text, and the port on which it is served |
//! | `timing` | how long things take, in buckets |
//!
//! Labels are names of routes, methods, statuses, outlets and reasons: sets that are closed when the program is built. That
//! bounds the memory here, and no label can carry what a stranger sent.
//!
//! **Invariant:** no tenant, no person, no ticket, no address in any name, label or value.

mod crowd;
mod page;
mod timing;

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use self::crowd::Crowd;
pub use self::page::router;
pub use self::timing::Timing;
use crate::gateways::Counts as CrowdCounts;
use crate::rooms::Counts;

/// The route of whatever has no route.
const NOWHERE: &str = "none";

/// Everything that is counted and measured.
pub struct Metrics {
    registry: Registry,
    answers: Family<Answer, Counter>,
    answer_seconds: Family<Asked, Histogram, fn() -> Histogram>,
    refused: Family<Refusal, Counter>,
    deliveries: Family<Delivery, Counter>,
    lags: Family<Behind, Gauge>,
    gauges: Gauges,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answer {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Refusal {
    of: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Delivery {
    outlet: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Behind {
    outlet: String,
}

/// What is read when somebody looks.
#[derive(Default)]
struct Gauges {
    rooms: Gauge,
    room_sockets: Gauge,
    connections: Gauge,
    connections_refused: Counter<u64, AtomicU64>,
    outbox: Gauge,
    redis: Gauge,
    hints_relayed: Counter<u64, AtomicU64>,
    hints_heard: Counter<u64, AtomicU64>,
    hint_deliveries: Counter<u64, AtomicU64>,
    room_refusals: Counter<u64, AtomicU64>,
    slow_readers: Counter<u64, AtomicU64>,
    graphql: Crowd,
    channels: Crowd,
}

/// What stands at the moment of looking.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moment {
    /// Rooms with somebody in them.
    pub rooms: usize,
    /// Sockets of rooms.
    pub room_sockets: usize,
    /// Connections, those sockets among them.
    pub connections: usize,
    /// Connections that found no seat, since the start.
    pub connections_refused: u64,
    /// Hints that wait in the outbox.
    pub outbox: u64,
    /// Whether other processes are heard over Redis.
    pub redis: bool,
    /// Hints that left the outbox for the bus, since the start.
    pub hints_relayed: u64,
    /// What has happened in the rooms since the start.
    pub in_rooms: Counts,
    /// The same of GraphQL.
    pub in_graphql: CrowdCounts,
    /// The same of the record channels.
    pub in_channels: CrowdCounts,
}

impl Metrics {
    /// Nothing counted yet. The timings of the store are its own, and shown here.
    #[must_use]
    pub fn new(store: &Timing) -> Self {
        let mut registry = Registry::with_prefix("callboard");
        let answers = Family::default();
        let answer_seconds: Family<_, _, fn() -> _> = Family::new_with_constructor(timing::histogram);
        let (refused, gauges) = (Family::default(), Gauges::default());
        registry.register("http_requests", "Answers by method, route and status", answers.clone());
        registry.register("http_request_seconds", "From head to answer", answer_seconds.clone());
        registry.register("rate_limited", "Requests refused for asking too often", refused.clone());
        registry.register(
            "store_seconds",
            "Reads and writes of the database, waiting included",
            store.family(),
        );
        let (deliveries, lags) = (Family::default(), Family::default());
        registry.register(
            "outlet_events",
            "Events that an outlet took, and tries that failed",
            deliveries.clone(),
        );
        registry.register(
            "outlet_waiting",
            "Committed events that an outlet has not taken yet",
            lags.clone(),
        );
        gauges.register(&mut registry);
        Self { registry, answers, answer_seconds, refused, deliveries, lags, gauges }
    }

    /// A request was answered.
    pub fn answered(&self, method: &Method, route: Option<&str>, status: StatusCode, took: Duration) {
        let (method, route) = (known(method), route.unwrap_or(NOWHERE).to_owned());
        self.answer_seconds
            .get_or_create(&Asked { method, route: route.clone() })
            .observe(took.as_secs_f64());
        self.answers.get_or_create(&Answer { method, route, status: status.as_u16() }).inc();
    }

    /// An outlet took events, or failed to.
    pub fn delivered(&self, outlet: &'static str, outcome: Outcome, events: usize) {
        let outcome = match outcome {
            Outcome::Delivered => "delivered",
            Outcome::Failed => "failed",
        };
        self.deliveries.get_or_create(&Delivery { outlet, outcome }).inc_by(events as u64);
    }

    /// A request was refused for asking too often: by its key, or by where it came from.
    pub fn rate_limited(&self, of: Limited) {
        let of = match of {
            Limited::Key => "key",
            Limited::SignIn => "sign_in",
        };
        self.refused.get_or_create(&Refusal { of }).inc();
    }
}

/// How handing events to an outlet ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It took them.
    Delivered,
    /// It did not; they come again.
    Failed,
}

/// By what a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    /// A key that asks too often.
    Key,
    /// A source from which too many keys opened nothing.
    SignIn,
}

/// A method's name; what is no method of ours must not become a label.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::PUT => "PUT",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

impl Gauges {
    fn register(&self, registry: &mut Registry) {
        registry.register("rooms", "Rooms with somebody in them", self.rooms.clone());
        registry.register("room_sockets", "Sockets of rooms", self.room_sockets.clone());
        registry.register(
            "connections",
            "Open connections, rooms' sockets among them",
            self.connections.clone(),
        );
        registry.register(
            "connections_refused",
            "Connections closed because there were too many",
            self.connections_refused.clone(),
        );
        registry.register("redis_hears", "1 while other processes are heard", self.redis.clone());
        registry.register("outbox_hints", "Committed hints that wait to be relayed", self.outbox.clone());
        self.graphql.register(registry, "graphql", "GraphQL");
        self.channels.register(registry, "channel", "record channels");
        for (name, help, counter) in [
            ("hints_relayed", "Committed hints handed to the bus", &self.hints_relayed),
            ("hints_heard", "Hints that reached the rooms, of other processes too", &self.hints_heard),
            ("hint_deliveries", "Members of rooms and boards that a hint was sent to", &self.hint_deliveries),
            ("room_refusals", "Requests to enter a room that were refused", &self.room_refusals),
            ("slow_readers", "Sockets of rooms closed because they took too little", &self.slow_readers),
        ] {
            registry.register(name, help, counter.clone());
        }
    }

    fn set(&self, moment: Moment) {
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.rooms.set(count(moment.rooms));
        self.room_sockets.set(count(moment.room_sockets));
        self.connections.set(count(moment.connections));
        self.graphql.set(moment.in_graphql);
        self.channels.set(moment.in_channels);
        self.redis.set(i64::from(moment.redis));
        self.outbox.set(i64::try_from(moment.outbox).unwrap_or(i64::MAX));
        for (counter, now) in [
            (&self.connections_refused, moment.connections_refused),
            (&self.hints_relayed, moment.hints_relayed),
            (&self.hints_heard, moment.in_rooms.hints),
            (&self.hint_deliveries, moment.in_rooms.deliveries),
            (&self.room_refusals, moment.in_rooms.refused),
            (&self.slow_readers, moment.in_rooms.too_slow),
        ] {
            counter.inc_by(now.saturating_sub(counter.get()));
        }
    }
}
