//! What a stranger can and cannot do to the server: through real sockets, against the whole program.

#![allow(clippy::expect_used, clippy::panic, reason = "a helper of tests fails loudly")]

mod heads;
#[cfg(unix)]
mod logs;
mod metrics;
mod port;
mod rates;
mod watch;
mod world;
