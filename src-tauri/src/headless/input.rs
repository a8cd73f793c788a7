//! Lines of standard input, read by a thread of their own.
//!
//! **Invariant:** a line that is too long is passed over to its end, and never kept in memory.

use std::io::{self, BufRead, Read};

use tokio::sync::mpsc;

/// The longest line; a longer one is refused. A title has at most 255 characters, so this is room for all there is.
pub(super) const LINE_BYTES_MAX: usize = 64 * 1024;
/// Lines that are read ahead. Beyond that whoever writes them waits.
const LINES_AHEAD: usize = 64;

/// A line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Incoming {
    /// This one. What is not UTF-8 in it was replaced, and so is no command.
    Line(String),
    /// One that is longer than a line may be.
    TooLong,
}

/// Starts reading. The lines end with the input.
pub(super) fn start() -> mpsc::Receiver<Incoming> {
    let (lines, read) = mpsc::channel(LINES_AHEAD);
    // The thread hangs in a read when the program ends, and ends with it.
    let started = std::thread::Builder::new().name("callboard-input".to_owned()).spawn(move || {
        let mut input = io::stdin().lock();
        while let Ok(Some(line)) = next(&mut input) {
            if lines.blocking_send(line).is_err() {
                return;
            }
        }
    });
    if let Err(error) = started {
        tracing::error!(%error, "standard input cannot be read");
    }
    read
}

/// The next line; `None` at the end.
fn next(input: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    let mut line = Vec::new();
    let limit = LINE_BYTES_MAX as u64 + 1;
    if input.by_ref().take(limit).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.pop_if(|last| *last == b'\n').is_none() && line.len() > LINE_BYTES_MAX {
        input.skip_until(b'\n')?;
        return Ok(Some(Incoming::TooLong));
    }
    Ok(Some(Incoming::Line(String::from_utf8_lossy(&line).into_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_one_by_one_and_one_that_is_too_long_is_passed_over() {
        let fits = "f".repeat(LINE_BYTES_MAX);
        let text = format!("one\n\n{fits}\n{fits}x\n{fits}xyz and more\nlast");
        let mut input = io::Cursor::new(text);
        let line = |text: &str| Some(Incoming::Line(text.to_owned()));
        for expected in [
            line("one"),
            line(""),
            line(&fits),
            Some(Incoming::TooLong),
            Some(Incoming::TooLong),
            line("last"),
            None,
        ] {
            assert_eq!(next(&mut input).expect("memory"), expected);
        }
    }
}
