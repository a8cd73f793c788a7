//! Whoever is connected to one gateway, in figures.
//!
//! **Invariant:** every gateway to which people connect has the same figures under its own name.

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::gateways::Counts;

#[derive(Debug, Default)]
pub(super) struct Crowd {
    connections: Gauge,
    subscriptions: Gauge,
    deliveries: Counter<u64, AtomicU64>,
    refusals: Counter<u64, AtomicU64>,
    too_slow: Counter<u64, AtomicU64>,
}

impl Crowd {
    /// Shows them under names that begin with `name`; `what` is the gateway in words.
    pub(super) fn register(&self, registry: &mut Registry, name: &str, what: &str) {
        for (figure, help, gauge) in [
            ("connections", "Open sockets", &self.connections),
            ("subscriptions", "Subscriptions under way", &self.subscriptions),
        ] {
            registry.register(format!("{name}_{figure}"), format!("{help}: {what}"), gauge.clone());
        }
        for (figure, help, counter) in [
            ("deliveries", "Events written to subscribers", &self.deliveries),
            ("refusals", "What was refused or closed with a reason", &self.refusals),
            ("too_slow", "Subscribers let go because they took too little", &self.too_slow),
        ] {
            registry.register(format!("{name}_{figure}"), format!("{help}: {what}"), counter.clone());
        }
    }

    pub(super) fn set(&self, counts: Counts) {
        let size = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.connections.set(size(counts.connections));
        self.subscriptions.set(size(counts.subscriptions));
        for (counter, now) in [
            (&self.deliveries, counts.deliveries),
            (&self.refusals, counts.refused),
            (&self.too_slow, counts.too_slow),
        ] {
            counter.inc_by(now.saturating_sub(counter.get()));
        }
    }
}
