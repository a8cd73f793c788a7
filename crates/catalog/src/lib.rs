//! The catalogue of domain events: what can happen, in what words it is told, and how a telling is checked (EV-1, EV-2).
//!
//! ```text
//! data/*.json ── build.rs: read, check, name ──▶ EventType
//!      └──────── at start: read once ──▶ Catalog ─▶ JSON Schema ─▶ check
//! ```
//!
//! An event is data: adding one is an entry in a file of `data/`. Which of them this server really sends is said there
//! too (`emitted`), and the server's tests hold it to its word, both ways.
//!
//! **Invariant:** plain data and pure functions. Nothing here knows a ticket, a store or an outlet.

mod catalog;
mod check;
mod data;
mod enrich;
mod event_type;
mod schema;

pub use catalog::{Catalog, Entry, catalog};
pub use check::{PROBLEMS_MAX, Problem, check};
pub use enrich::{Actor, Circumstances, enrich};
pub use event_type::{EventType, UnknownEvent};
