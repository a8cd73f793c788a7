//! Record channels as a program meets them: the proof over REST, and real sockets that speak the Pusher protocol. What pages
//! use, pusher-js and laravel-echo, is tried in the workspace's own tests.
//!
//! **Invariant:** nothing of the server is imitated; a test waits for a fact, with a deadline.

#![allow(clippy::expect_used, clippy::panic, reason = "a helper of tests fails loudly")]

mod limits;
mod probes;
mod switch;
mod told;
#[path = "../two_companies/mod.rs"]
mod two_companies;
mod world;
