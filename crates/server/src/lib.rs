//! The Callboard server: tickets over REST, rooms over WebSocket.
//!
//! One write is one pure decision ([`domain`]), one transaction ([`store`]: row, change records, hint in the outbox),
//! and then gateways that know the change. REST ([`http`]) is the truth; rooms only carry hints.
//!
//! **Invariant:** the domain knows no gateway, and no gateway writes a ticket without the domain.

pub mod app;
pub mod audit;
pub mod auth;
pub mod bus;
pub mod clock;
pub mod demo;
pub mod domain;
pub mod error;
pub mod gateways;
pub mod http;
pub mod listen;
pub mod metrics;
pub mod overdue;
pub mod quota;
pub mod relay;
pub mod rooms;
pub mod run;
pub mod settings;
pub mod setup;
pub mod store;
pub mod trust;
mod turns;
