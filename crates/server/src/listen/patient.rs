//! A stream that gives up on a peer that takes nothing, and lets one that still speaks hear the last word.
//!
//! It exists because an answer that nobody reads would otherwise be held in memory for as long as its reader likes; and
//! because a connection that is closed while input waits in it is reset, so that the peer never sees why it was refused.
//!
//! **Invariant:** the seat lives exactly as long as the stream.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::{Sleep, sleep, timeout};

use super::seats::Seat;

/// How long what a peer still says is read when we have ended. Overflow: the connection is reset.
const LINGER: Duration = Duration::from_secs(1);
/// How much of it is read, in bytes. Overflow: the connection is reset.
const LINGER_BYTES: usize = 4 * 1024 * 1024;

/// A connection with a limit on how long a write may find no room.
pub(super) struct Patient {
    /// With its seat; `None` once it is dropped.
    open: Option<(TcpStream, Seat)>,
    patience: Duration,
    /// Runs while a write finds no room.
    stuck: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    pub(super) fn new(stream: TcpStream, patience: Duration, seat: Seat) -> Self {
        Self { open: Some((stream, seat)), patience, stuck: None }
    }

    fn stream(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        let open = self.open.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        Ok(Pin::new(&mut open.0))
    }

    fn judge(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.stuck = None;
            return written;
        }
        let patience = self.patience;
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(stuck.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream()?.poll_read(cx, buffer)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = self.stream()?.poll_write(cx, bytes);
        self.judge(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream()?.poll_write_vectored(cx, parts);
        self.judge(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.open.as_ref().is_some_and(|(stream, _)| stream.is_write_vectored())
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(cx)
    }
}

impl Drop for Patient {
    fn drop(&mut self) {
        let Some((stream, seat)) = self.open.take() else { return };
        let is_unread = matches!(stream.try_read(&mut [0]), Ok(1..));
        // Without a runtime the program is at its end.
        if let (true, Ok(runtime)) = (is_unread, Handle::try_current()) {
            runtime.spawn(linger(stream, seat));
        }
    }
}

/// Says that nothing more comes, and reads on until the peer has heard it.
async fn linger(mut stream: TcpStream, _seat: Seat) {
    let mut read = 0;
    let hear_out = async {
        stream.shutdown().await?;
        let mut piece = vec![0; 16 * 1024];
        while read < LINGER_BYTES {
            match stream.read(&mut piece).await? {
                0 => break,
                some => read += some,
            }
        }
        io::Result::Ok(())
    };
    let ended = timeout(LINGER, hear_out).await;
    tracing::debug!(?ended, read, "a peer was heard out");
}
