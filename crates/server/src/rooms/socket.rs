//! The task of one WebSocket: reads, writes and ends.
//!
//! **Invariant:** the task never waits for a peer without a limit, and nobody says more after a goodbye.

use std::error::Error as _;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use callboard_wire::CloseCode;
use callboard_wire::limits::FRAME_BYTES_MAX;
use futures_util::FutureExt;
use serde::Deserialize;
use tokio::time::{sleep, timeout};

use super::Rooms;
use super::limits::{CLOSE_PATIENCE, READ_BATCH, READ_BUFFER_BYTES, WRITE_BUFFER_BYTES, WRITE_PATIENCE};
use super::line::Line;
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
    let url = rooms.0.gate.url_token(asked.token.as_deref(), rooms.wall());
    let upgrade = upgrade
        .max_message_size(FRAME_BYTES_MAX)
        .max_frame_size(FRAME_BYTES_MAX)
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        // Every write waits for the one before it, so no more than one frame comes on top.
        .max_write_buffer_size(WRITE_BUFFER_BYTES + 2 * FRAME_BYTES_MAX);
    upgrade.on_upgrade(move |socket| {
        let sockets = rooms.0.sockets.clone();
        let (outgoing, waiting) = outgoing::queue(&rooms.0.memory, socket);
        let visit = Visit::new(rooms.clone(), url, outgoing, stranger);
        sockets.track_future(serve(rooms, visit, waiting))
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

async fn serve(rooms: Rooms, mut visit: Visit, waiting: Waiting) {
    let end = converse(&rooms, &mut visit, &waiting).await;
    let line = waiting.line();
    // It may have ended in its sleep.
    line.rise();
    // What was decided last, such as a refusal, still goes out before the close.
    let last = std::iter::from_fn(|| visit.poll_packet()).map(Bytes::from).collect();
    // Out of the rooms first: the others need not wait for a polite end.
    visit.depart().await;
    // A peer that does not take it in time has no use for it either.
    match end {
        End::Said(goodbye) => {
            tracing::debug!(code = goodbye.code, "a socket is closed");
            drop(timeout(CLOSE_PATIENCE, say_goodbye(line, last, goodbye)).await);
        }
        // The answer to its close frame lies ready.
        End::Heard => drop(timeout(CLOSE_PATIENCE, line.write([].into_iter())).await),
        End::Gone => {}
    }
}

async fn converse(rooms: &Rooms, visit: &mut Visit, waiting: &Waiting) -> End {
    tokio::select! {
        biased;
        goodbye = waiting.goodbye() => End::Said(goodbye),
        goodbye = rooms.turn_to_stop() => End::Said(goodbye),
        end = talk(visit, waiting) => end,
    }
}

async fn talk(visit: &mut Visit, waiting: &Waiting) -> End {
    let line = waiting.line();
    let mut batch = Vec::new();
    loop {
        if let Err(goodbye) = visit.tick() {
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
        if !write(line, frames).await {
            return End::Gone;
        }
        let nap = visit.next_tick().min(NAP);
        // All is said: what comes now may be written by whoever brings it.
        line.rest();
        let heard = tokio::select! {
            biased;
            // Reading first: there may always be another frame to write, and a client that is never heard times out.
            // One that never stops talking holds up its own frames alone, and their queue is bounded.
            message = line.recv() => Some(message),
            () = waiting.filled() => None,
            () = sleep(nap) => None,
        };
        line.rise();
        match heard {
            Some(message) => {
                if let Err(end) = take_all(line, visit, message).await {
                    return end;
                }
            }
            None => waiting.take(&mut batch),
        }
    }
}

/// Takes in what the peer sent and whatever else of it lies ready, and decides about all of it together.
async fn take_all(
    line: &Line,
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
        match line.recv().now_or_never() {
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

/// Whether a message was over the limit of its socket.
pub(crate) fn is_too_big(error: &axum::Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref());
    matches!(cause, Some(tungstenite::Error::Capacity(_)))
}

/// Writes these and what was begun; `false` when the peer is gone or does not take it in time.
async fn write(line: &Line, frames: Vec<Bytes>) -> bool {
    let written = timeout(WRITE_PATIENCE, line.write(frames.into_iter().map(Message::Binary)));
    matches!(written.await, Ok(Ok(())))
}

/// Sends what is left and the close frame, then reads on until the peer has answered it: a socket that is dropped with
/// unread input resets the connection, and the peer would never see why.
async fn say_goodbye(line: &Line, last: Vec<Bytes>, goodbye: Goodbye) {
    let close = CloseFrame { code: goodbye.code, reason: goodbye.reason.into() };
    let all = last.into_iter().map(Message::Binary).chain([Message::Close(Some(close))]);
    if line.write(all).await.is_ok() {
        while let Some(Ok(_)) = line.recv().await {}
    }
}
