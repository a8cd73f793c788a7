//! One open socket, from handshake to close.
//!
//! **Invariant:** a message is taken from the protocol's queue only when the stream can take it, so nothing piles up
//! between the two.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use callboard_desk::session::event::Fall;
use callboard_wire::limits::FRAME_BYTES_MAX;
use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async_tls_with_config};
use tokio_util::sync::CancellationToken;

use crate::config::SocketUrl;
use crate::socket::dial::{ByteStream, Dial};
use crate::socket::{Switch, TOLD_MAX, Task, hand_on};

/// How long a close that we want may take.
const CLOSE_WAIT: Duration = Duration::from_secs(1);

/// Bytes that the stream may hold back for a slow network; beyond that the socket is at its end.
const WRITE_BYTES_MAX: usize = 8 << 20;

/// What is read at once; longer messages are read piece by piece. It is held by each socket, of which a stock server
/// wants one per room, and cleared before each read.
const READ_BUFFER_BYTES: usize = 8 << 10;

pub(super) type Stream = WebSocketStream<MaybeTlsStream<Box<dyn ByteStream>>>;

/// Why a conversation ended.
#[derive(Debug)]
pub(super) enum End {
    /// The console ends.
    Stopped,
    /// An order ended it.
    Asked,
    /// Anything else.
    Lost(Fall),
}

/// Opens a connection and makes it a WebSocket. The error is for the diagnostics.
pub(super) async fn handshake(dial: Arc<dyn Dial>, to: SocketUrl) -> Result<Stream, Arc<str>> {
    let stream = dial.dial(&to.host, to.port).await.map_err(|error| Arc::from(error.to_string()))?;
    let limits = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_message_size(Some(FRAME_BYTES_MAX))
        .max_frame_size(Some(FRAME_BYTES_MAX))
        .max_write_buffer_size(WRITE_BYTES_MAX);
    match client_async_tls_with_config(to.url, stream, Some(limits), None).await {
        Ok((stream, _)) => Ok(stream),
        Err(error) => Err(error.to_string().into()),
    }
}

impl Task {
    /// Carries messages both ways until something ends it.
    pub(super) async fn pump(&mut self, stream: Stream, stop: &CancellationToken) -> End {
        let (mut sink, mut stream) = stream.split();
        let mut packet: Option<Vec<u8>> = None;
        let mut unflushed = false;
        let end = loop {
            if !self.collect() {
                break End::Lost(fall("the server has fallen silent"));
            }
            packet = packet.or_else(|| self.client.poll_packet());
            let deadline = self.client.next_deadline().map(|at| self.start + at);
            let reading = self.told.len() < TOLD_MAX;
            tokio::select! {
                biased;
                () = stop.cancelled() => break End::Stopped,
                order = self.orders.recv() => match order {
                    None => break End::Stopped,
                    // To connect once more would be to lose what there is.
                    Some(order) => if self.apply(order) == Some(Switch::Disconnect) {
                        break End::Asked;
                    },
                },
                () = sleep_until(deadline), if deadline.is_some() => {
                    let now = self.now();
                    self.client.tick(now);
                }
                // An arm of its own: whether to read is weighed anew after every piece of news that left.
                handed = hand_on(&self.outgoing, &mut self.told), if !self.told.is_empty() => {
                    if handed.is_none() {
                        break End::Stopped;
                    }
                }
                written = poll_fn(|cx| match packet {
                    Some(_) => sink.poll_ready_unpin(cx),
                    None => sink.poll_flush_unpin(cx),
                }), if packet.is_some() || unflushed => {
                    unflushed = packet.is_some();
                    let taken = match packet.take() {
                        Some(bytes) => written.and_then(|()| sink.start_send_unpin(Message::binary(bytes))),
                        None => written,
                    };
                    if let Err(error) = taken {
                        break lost(&error);
                    }
                }
                message = stream.next(), if reading => {
                    if let Some(end) = self.hear(message) {
                        break end;
                    }
                }
            }
        };
        if !matches!(end, End::Lost(_)) {
            close(sink).await;
        }
        end
    }

    /// Takes in one message; the end if it is none.
    fn hear(&mut self, message: Option<Result<Message, Error>>) -> Option<End> {
        let bytes = match message {
            Some(Ok(Message::Binary(bytes))) => bytes,
            // Stock ends read text frames as bytes.
            Some(Ok(Message::Text(text))) => text.into(),
            // Answered below us.
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => return None,
            Some(Ok(Message::Close(Some(frame)))) => {
                let code = u16::from(frame.code);
                return Some(End::Lost(Fall {
                    reason: format!("closed with {code} {}", frame.reason).into(),
                    code: Some(code),
                    retry_after: retry_after(&frame.reason),
                }));
            }
            Some(Ok(Message::Close(None))) | None => return Some(End::Lost(fall("closed"))),
            Some(Err(error)) => return Some(lost(&error)),
        };
        let now = self.now();
        let heard = self.client.received(now, &bytes);
        heard.err().map(|error| End::Lost(fall(&format!("the server sent what is no message: {error}"))))
    }
}

fn lost(error: &Error) -> End {
    End::Lost(fall(&error.to_string()))
}

/// An end of which no more is known than this.
pub(super) fn fall(reason: &str) -> Fall {
    Fall { reason: reason.into(), ..Fall::default() }
}

/// How long our server asks to be left alone when it stops; what it asks beyond a day is no number.
fn retry_after(reason: &str) -> Option<Duration> {
    let (_, millis) = reason.rsplit_once("retry-after-ms=")?;
    millis.trim().parse::<u32>().ok().map(|millis| Duration::from_millis(millis.into()))
}

async fn sleep_until(deadline: Option<tokio::time::Instant>) {
    if let Some(deadline) = deadline {
        tokio::time::sleep_until(deadline).await;
    }
}

/// Says goodbye, so that the others see us go at once and not after 30 s.
async fn close(mut sink: SplitSink<Stream, Message>) {
    // A server that does not listen is left all the same.
    let _ = tokio::time::timeout(CLOSE_WAIT, sink.close()).await;
}
