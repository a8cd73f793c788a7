//! Where the log goes: to standard error and, once the profile is known, into files there; as much of it as
//! `CALLBOARD_LOG` asks for.
//!
//! A line waits for the disk in a queue of its own; where that is full, lines are lost and not the program's time.
//!
//! **Invariant:** a filter or a folder that cannot be used is no reason not to start.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use tracing::warn;
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

use crate::logfiles::LogFiles;

/// Lines that wait for the disk. Beyond that they are lost, and counted.
const LINES_WAITING_MAX: usize = 4_096;

/// The log. What waits is written when it is dropped.
#[derive(Debug)]
pub(crate) struct Log {
    files: Arc<OnceLock<NonBlocking>>,
    rest: Option<WorkerGuard>,
}

/// Starts the log.
pub(crate) fn start() -> Log {
    let filter = EnvFilter::try_from_env("CALLBOARD_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = io::stderr().is_terminal();
    let files: Arc<OnceLock<NonBlocking>> = Arc::default();
    let known = Arc::clone(&files);
    let into_files = move || match known.get() {
        Some(files) => Way::Files(files.clone()),
        None => Way::Nowhere,
    };
    let started = tracing_subscriber::registry()
        .with(filter)
        .with(fmt::layer().with_ansi(colours).with_writer(io::stderr))
        .with(fmt::layer().with_ansi(false).with_writer(into_files))
        .try_init();
    if let Err(error) = started {
        eprintln!("callboard: there is no log: {error}");
    }
    Log { files, rest: None }
}

impl Log {
    /// Keeps the log in a folder too, from now on.
    pub(crate) fn keep_in(&mut self, folder: &Path) {
        let files = match LogFiles::open(folder) {
            Ok(files) => files,
            Err(error) => return warn!(%error, "the log is not kept"),
        };
        let (writer, rest) =
            NonBlockingBuilder::default().lossy(true).buffered_lines_limit(LINES_WAITING_MAX).finish(files);
        self.rest = Some(rest);
        if self.files.set(writer).is_err() {
            warn!("the log is kept elsewhere already");
        }
    }
}

/// Where a line goes beside standard error.
enum Way {
    Files(NonBlocking),
    Nowhere,
}

impl Write for Way {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Files(files) => files.write(bytes),
            Self::Nowhere => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Files(files) => files.flush(),
            Self::Nowhere => Ok(()),
        }
    }
}
