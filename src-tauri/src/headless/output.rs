//! Lines of standard output, written by a thread of their own: the console's loop must never wait for a reader.
//!
//! **Invariant:** lines leave in the order in which they were said, and none is left out: where one would have to be, the
//! program ends instead.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel};
use std::time::Duration;

use tokio::sync::Notify;
use tracing::error;

use super::line::Said;

/// Lines that wait for their reader. Beyond that the program ends: whoever starts it again is told everything anew.
const LINES_WAITING_MAX: usize = 16 * 1024;

/// How long the end waits for a reader to take what was said last.
const END_WAIT: Duration = Duration::from_secs(2);

/// Where lines go. Cheap to clone; the thread ends with the last one.
#[derive(Clone)]
pub(super) struct Output {
    lines: SyncSender<String>,
    broken: Arc<Notify>,
}

/// Tells when everything is written.
pub(super) struct Written(Receiver<()>);

impl Written {
    /// Waits until the last line is out, or until its reader had its time.
    pub(super) fn wait(self) {
        // The thread says nothing: it lets go of the other end.
        let _ = self.0.recv_timeout(END_WAIT);
    }
}

impl Output {
    /// Starts the thread that writes.
    pub(super) fn start() -> (Self, Written) {
        let (lines, waiting) = sync_channel(LINES_WAITING_MAX);
        let (done, written) = channel();
        let broken = Arc::new(Notify::new());
        let failed = Arc::clone(&broken);
        std::thread::spawn(move || {
            let _done = done;
            if write_all(&waiting, &mut io::stdout().lock()).is_err() {
                failed.notify_one();
            }
        });
        (Self { lines, broken }, Written(written))
    }

    /// Says something, without waiting.
    pub(super) fn say(&self, said: &Said) {
        let line = match said.line() {
            Ok(line) => line,
            Err(error) => {
                error!(%error, "an update cannot be written as JSON");
                return;
            }
        };
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) = self.lines.try_send(line) {
            self.broken.notify_one();
        }
    }

    /// Comes back when a line could not be handed to the reader.
    pub(super) async fn broken(&self) {
        self.broken.notified().await;
    }
}

/// Writes until nobody says anything any more. What waits together is flushed together.
fn write_all(waiting: &Receiver<String>, out: &mut impl Write) -> io::Result<()> {
    while let Ok(first) = waiting.recv() {
        let mut out = io::BufWriter::new(&mut *out);
        for line in std::iter::once(first).chain(waiting.try_iter()) {
            out.write_all(line.as_bytes())?;
            out.write_all(b"\n")?;
        }
        out.flush()?;
    }
    Ok(())
}
