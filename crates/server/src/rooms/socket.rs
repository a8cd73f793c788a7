//! The WebSocket: one task that reads, writes and ends.
//!
//! **Invariant:** the task never waits for a peer without a limit, and never says more after a goodbye.

use std::error::Error as _;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use callboard_model::Timestamp;
use callboard_wire::CloseCode;
use callboard_wire::limits::FRAME_BYTES_MAX;
use futures_util::{FutureExt, SinkExt};
use serde::Deserialize;
use tokio::time::{sleep, timeout};

use super::Rooms;
use super::limits::{CLOSE_PATIENCE, READ_BATCH, READ_BUFFER_BYTES, WRITE_BUFFER_BYTES, WRITE_PATIENCE};
use super::outgoing::{self, Goodbye, Item, Waiting};
use super::visit::Visit;

/// Nothing sleeps longer at a time: the wall clock, by which tokens expire, may be set meanwhile.
const NAP: Duration = Duration::from_secs(15);

/// What may stand in the URL. A secret: not to be logged.
#[derive(Deserialize)]
pub(super) struct Asked {
    token: Option<String>,
}

/// Accepts a WebSocket. Who it is is asked inside.
pub(super) async fn enter(
    State(rooms): State<Rooms>,
    Query(asked): Query<Asked>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let stranger = if rooms.0.stop.is_cancelled() { None } else { rooms.0.crowd.enter() };
    let Some(stranger) = stranger else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let url = rooms.0.gate.url_token(asked.token.as_deref(), Timestamp::now());
    let upgrade = upgrade
        .max_message_size(FRAME_BYTES_MAX)
        .max_frame_size(FRAME_BYTES_MAX)
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        // Every write waits for the one before it, so no more than one frame comes on top.
        .max_write_buffer_size(WRITE_BUFFER_BYTES + 2 * FRAME_BYTES_MAX);
    upgrade.on_upgrade(move |socket| {
        let sockets = rooms.0.sockets.clone();
        let (outgoing, waiting) = outgoing::queue(&rooms.0.memory);
        let visit = Visit::new(rooms.clone(), url, outgoing, stranger);
        sockets.track_future(serve(rooms, socket, visit, waiting))
    })
}

/// How a conversation ended.
enum End {
    /// We end it.
    Said(Goodbye),
    /// The peer ends it.
    Heard,
    /// The peer is gone.
    Gone,
}

impl From<Goodbye> for End {
    fn from(goodbye: Goodbye) -> Self {
        Self::Said(goodbye)
    }
}

async fn serve(rooms: Rooms, mut socket: WebSocket, mut visit: Visit, waiting: Waiting) {
    let end = converse(&rooms, &mut socket, &mut visit, &waiting).await;
    // What was decided last, such as a refusal, still goes out before the close.
    let last: Vec<_> = std::iter::from_fn(|| visit.poll_packet()).collect();
    // Out of the rooms first: the others need not wait for a polite end.
    visit.depart().await;
    // A peer that does not take it in time has no use for it either.
    match end {
        End::Said(goodbye) => {
            tracing::debug!(code = goodbye.code, "a socket is closed");
            drop(timeout(CLOSE_PATIENCE, say_goodbye(&mut socket, last, goodbye)).await);
        }
        // The answer to its close frame lies ready.
        End::Heard => drop(timeout(CLOSE_PATIENCE, socket.flush()).await),
        End::Gone => {}
    }
}

async fn converse(rooms: &Rooms, socket: &mut WebSocket, visit: &mut Visit, waiting: &Waiting) -> End {
    tokio::select! {
        biased;
        goodbye = waiting.goodbye() => End::Said(goodbye),
        goodbye = rooms.turn_to_stop() => End::Said(goodbye),
        end = talk(socket, visit, waiting) => end,
    }
}

async fn talk(socket: &mut WebSocket, visit: &mut Visit, waiting: &Waiting) -> End {
    let mut batch = Vec::new();
    loop {
        if let Err(goodbye) = visit.tick(Timestamp::now()) {
            return goodbye.into();
        }
        let mut frames: Vec<_> = std::iter::from_fn(|| visit.poll_packet()).map(Bytes::from).collect();
        for item in batch.drain(..) {
            match item {
                Item::Frame(frame) => frames.push(frame),
                Item::PutOut(address) => {
                    if let Err(goodbye) = visit.put_out(&address) {
                        return goodbye.into();
                    }
                    frames.extend(std::iter::from_fn(|| visit.poll_packet()).map(Bytes::from));
                }
            }
        }
        if !write(socket, frames.into_iter()).await {
            return End::Gone;
        }
        let nap = visit.next_tick(Timestamp::now()).min(NAP);
        tokio::select! {
            biased;
            // Reading first: there may always be another frame to write, and a client that is never heard times out.
            // One that never stops talking holds up its own frames alone, and their queue is bounded.
            message = socket.recv() => if let Err(end) = take_all(socket, visit, message).await {
                return end;
            },
            () = waiting.filled() => waiting.take(&mut batch),
            () = sleep(nap) => {}
        }
    }
}

/// Takes in what the peer sent and whatever else of it lies ready, and decides about all of it together.
async fn take_all(
    socket: &mut WebSocket,
    visit: &mut Visit,
    first: Option<Result<Message, axum::Error>>,
) -> Result<(), End> {
    let mut message = first;
    for _ in 0..READ_BATCH {
        if let Err(end) = take(visit, message) {
            // What was asked before the end is answered before it too.
            visit.decide().await?;
            return Err(end);
        }
        match socket.recv().now_or_never() {
            Some(next) => message = next,
            None => return Ok(visit.decide().await?),
        }
    }
    take(visit, message)?;
    Ok(visit.decide().await?)
}

/// Takes in one message.
fn take(visit: &mut Visit, message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
    let bytes = match message {
        Some(Ok(Message::Binary(bytes))) => bytes,
        // As every stock server does: the bytes count, whatever they are called.
        Some(Ok(Message::Text(text))) => text.into(),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(()),
        Some(Err(error)) if is_too_big(&error) => return Err(Goodbye::from(CloseCode::TooBig).into()),
        Some(Ok(Message::Close(_))) => return Err(End::Heard),
        Some(Err(_)) | None => return Err(End::Gone),
    };
    Ok(visit.received(&bytes)?)
}

fn is_too_big(error: &axum::Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref());
    matches!(cause, Some(tungstenite::Error::Capacity(_)))
}

/// Writes and flushes; `false` when the peer is gone or does not take it in time.
async fn write(socket: &mut WebSocket, frames: impl ExactSizeIterator<Item = Bytes>) -> bool {
    if frames.len() == 0 {
        return true;
    }
    let written = timeout(WRITE_PATIENCE, async {
        for frame in frames {
            socket.feed(Message::Binary(frame)).await?;
        }
        socket.flush().await
    });
    matches!(written.await, Ok(Ok(())))
}

/// Sends what is left and the close frame, then reads on until the peer has answered it: a socket that is dropped with
/// unread input resets the connection, and the peer would never see why.
async fn say_goodbye(socket: &mut WebSocket, last: Vec<Vec<u8>>, goodbye: Goodbye) {
    if !write(socket, last.into_iter().map(Bytes::from)).await {
        return;
    }
    let frame = CloseFrame { code: goodbye.code, reason: goodbye.reason.into() };
    if socket.send(Message::Close(Some(frame))).await.is_ok() {
        while let Some(Ok(_)) = socket.recv().await {}
    }
}
