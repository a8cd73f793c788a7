//! What a store promises when things break: kills, a database that goes away, and a second process.
//!
//! **Invariant:** each promise is tried on each engine that makes it, with real programs.

mod away;
mod book;
mod drain;
mod kill;
mod old;
mod rates;
mod takeover;
mod tls;
mod two;
