//! A stream of bytes over a line.
//!
//! **Invariant:** bytes arrive in their order or not at all; a cut delays them, and only a reset loses them.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::net::line::{Line, Way};

/// Bytes on their way in one direction; beyond that the writer waits.
const ON_THE_WAY_MAX: usize = 256 * 1024;

/// One direction of a stream.
pub struct Pipe {
    line: Arc<Line>,
    way: Way,
    flow: Mutex<Flow>,
}

struct Flow {
    /// What is on its way and when it is there; no bytes are the end.
    parts: VecDeque<(Instant, Bytes)>,
    bytes: usize,
    last: Instant,
    is_dead: bool,
    is_mute: bool,
    wakers: Vec<Waker>,
}

impl Pipe {
    fn new(line: &Arc<Line>, way: Way) -> Arc<Self> {
        let (parts, wakers) = (VecDeque::new(), Vec::new());
        let flow = Flow { parts, bytes: 0, last: Instant::now(), is_dead: false, is_mute: false, wakers };
        let pipe = Arc::new(Self { line: Arc::clone(line), way, flow: Mutex::new(flow) });
        line.carry(&pipe);
        pipe
    }

    fn flow(&self) -> MutexGuard<'_, Flow> {
        self.flow.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn wake(&self) {
        let wakers = std::mem::take(&mut self.flow().wakers);
        wakers.into_iter().for_each(Waker::wake);
    }

    pub(super) fn kill(&self) {
        self.flow().is_dead = true;
        self.wake();
    }

    /// From the console nothing more comes, and to it nothing more goes.
    pub(super) fn mute(&self) {
        self.flow().is_mute = true;
    }

    fn send(&self, part: Bytes) {
        let at = Instant::now() + self.line.latency();
        let mut flow = self.flow();
        if flow.is_mute || flow.is_dead {
            return;
        }
        flow.last = flow.last.max(at);
        flow.bytes += part.len();
        let at = flow.last;
        flow.parts.push_back((at, part));
        drop(flow);
        self.wake();
    }
}

/// One end of a stream.
pub struct End {
    reads: Arc<Pipe>,
    writes: Arc<Pipe>,
    nap: Option<Pin<Box<Sleep>>>,
}

/// Both ends of a new stream: the console's, and the server's.
#[must_use]
pub fn stream(line: &Arc<Line>) -> (End, End) {
    let (up, down) = (Pipe::new(line, Way::Up), Pipe::new(line, Way::Down));
    let console = End { reads: Arc::clone(&down), writes: Arc::clone(&up), nap: None };
    (console, End { reads: up, writes: down, nap: None })
}

impl Drop for End {
    fn drop(&mut self) {
        self.writes.send(Bytes::new());
        if !self.reads.flow().is_mute {
            self.reads.kill();
        }
    }
}

impl AsyncRead for End {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            let mut flow = this.reads.flow();
            if flow.is_dead {
                return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
            }
            flow.wakers.push(cx.waker().clone());
            if this.reads.line.is_cut(this.reads.way) {
                return Poll::Pending;
            }
            let Some((at, part)) = flow.parts.front_mut() else { return Poll::Pending };
            let at = *at;
            if at <= Instant::now() {
                let taken = part.len().min(into.remaining());
                if taken == 0 {
                    // The end; it stays the end.
                    return Poll::Ready(Ok(()));
                }
                into.put_slice(&part[..taken]);
                part.advance(taken);
                if part.is_empty() {
                    flow.parts.pop_front();
                }
                flow.bytes -= taken;
                drop(flow);
                this.reads.wake();
                return Poll::Ready(Ok(()));
            }
            drop(flow);
            let nap = this.nap.insert(Box::pin(sleep_until(at)));
            if nap.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }
}

impl AsyncWrite for End {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut flow = self.writes.flow();
        if flow.is_dead {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        if flow.bytes >= ON_THE_WAY_MAX {
            flow.wakers.push(cx.waker().clone());
            return Poll::Pending;
        }
        drop(flow);
        let kept = match self.writes.way {
            Way::Down if self.writes.line.tricks.forgets_ticket => without_the_ticket(bytes),
            Way::Up | Way::Down => Bytes::copy_from_slice(bytes),
        };
        if !kept.is_empty() {
            self.writes.send(kept);
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.writes.send(Bytes::new());
        Poll::Ready(Ok(()))
    }
}

/// What the server says, but for changes of the first ticket. Its frames are whole and not masked.
fn without_the_ticket(bytes: &[u8]) -> Bytes {
    const CHANGES: &[u8] = b"updatedFields";
    const TICKET: &[u8] = b"T1";
    let mut kept = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((head, length)) = frame(rest) {
        let whole = head + length;
        let (this, next) = rest.split_at(whole.min(rest.len()));
        let has = |what: &[u8]| this.windows(what.len()).any(|part| part == what);
        if !(has(TICKET) && has(CHANGES)) {
            kept.extend_from_slice(this);
        }
        rest = next;
    }
    // What is no frame is the handshake.
    kept.extend_from_slice(rest);
    kept.into()
}

/// The length of a WebSocket frame's head and of its body.
fn frame(bytes: &[u8]) -> Option<(usize, usize)> {
    const FINAL_BINARY: u8 = 0x82;
    match *bytes {
        [FINAL_BINARY, 126, high, low, ..] => Some((4, usize::from(u16::from_be_bytes([high, low])))),
        [FINAL_BINARY, length @ 0..=125, ..] => Some((2, usize::from(length))),
        _ => None,
    }
}
