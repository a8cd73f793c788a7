//! Where the log goes: to standard error, as much of it as `CALLBOARD_LOG` asks for.
//!
//! **Invariant:** a filter that cannot be read is no reason not to start.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

/// Starts the log.
pub(crate) fn start() {
    let filter = EnvFilter::try_from_env("CALLBOARD_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(io::stderr);
    if let Err(error) = log.try_init() {
        eprintln!("callboard: there is no log: {error}");
    }
}
