//! The room server against real sockets: the real router on a loopback port, the real store, real frames.

#![allow(clippy::expect_used, clippy::panic, reason = "a helper of a test fails as the test does")]

mod board;
mod console;
mod crowds;
mod hints;
mod isolation;
mod join;
mod limits;
mod peer;
mod presence;
mod processes;
mod redis;
mod relay;
mod talk;
mod tokens;
mod world;
