//! Who is told of a change after it was committed: those who follow the log, and outlets that get everything.
//!
//! **Invariant:** other systems are real: Redis, and receivers that speak HTTP.

#![allow(clippy::expect_used, clippy::panic, reason = "a helper of tests fails loudly")]

mod clocks;
mod day;
mod deliveries;
mod follower;
mod receiver;
mod story;
mod streams;
mod tail;
mod webhooks;
mod world;
