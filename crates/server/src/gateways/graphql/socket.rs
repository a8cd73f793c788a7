//! The task of one GraphQL socket: reads, writes and ends.
//!
//! What is told waits in the end of the event log until this task takes it: while a peer does not read, nothing is taken,
//! and what waits there too long says so itself.
//!
//! **Invariant:** the task never waits for a peer without a limit, and nobody says more after a close.

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use tokio_util::sync::CancellationToken;

use super::limits::MESSAGE_BYTES_MAX;
use super::protocol::{Close, SUBPROTOCOL};
use super::talk::Talk;
use crate::app::App;
use crate::error::ServerError;
use crate::gateways::READ_BUFFER_BYTES;
use crate::gateways::crowd::Seat;
use crate::gateways::outside::{Came, Outside};
use crate::gateways::saying::{say, say_goodbye};
use crate::http::problem::Problem;
use crate::listen::Source;
use crate::rooms::is_too_big;

/// Accepts a WebSocket. Who it is is asked inside.
pub(super) async fn enter(
    State(app): State<App>,
    source: Option<Extension<Source>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Ok(upgrade) = upgrade else {
        let message = format!("POST a query to this address, or open a WebSocket that speaks {SUBPROTOCOL}");
        return Problem::bad_request(message).into_response();
    };
    let graph = app.graph.clone();
    let seat = if graph.0.stop.is_cancelled() { None } else { graph.0.crowd.enter() };
    let Some(seat) = seat else {
        let is_stopping = graph.0.stop.is_cancelled();
        let why = if is_stopping { Problem::stopping() } else { ServerError::Busy.into() };
        return why.into_response();
    };
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX);
    upgrade.on_upgrade(move |socket| {
        let (sockets, stop) = (graph.0.sockets.clone(), graph.0.stop.clone());
        let source = source.map(|Extension(source)| source);
        sockets.track_future(serve(socket, app, seat, source, stop))
    })
}

async fn serve(mut socket: WebSocket, app: App, seat: Seat, source: Option<Source>, stop: CancellationToken) {
    let crowd = app.graph.0.crowd.clone();
    let end = if socket.protocol().is_some() {
        let talk = Talk::new(app, seat, source);
        // Whatever was under way ends with it, before the peer is told.
        Box::pin(converse(&mut socket, talk, stop)).await
    } else {
        End::Closed(Close::subprotocol())
    };
    if let End::Closed(close) = end {
        if close.is_refusal() {
            crowd.refused();
        }
        tracing::debug!(code = close.code, "a GraphQL socket is closed");
        say_goodbye(&mut socket, close.code, close.reason.into()).await;
    }
}

/// How a conversation ended.
enum End {
    /// We end it.
    Closed(Close),
    /// The peer ended it, or is gone.
    Gone,
}

async fn converse(socket: &mut WebSocket, mut talk: Talk, stop: CancellationToken) -> End {
    let mut outside = Outside::new(stop);
    loop {
        let said = tokio::select! {
            biased;
            // First: there may always be another event, and what a peer says is bounded in its rate.
            came = outside.next(socket, talk.next_tick()) => match came {
                Came::Stop => Err(Close::restart()),
                Came::Time => talk.tick().await,
                Came::Said(Some(Ok(Message::Text(text)))) => talk.heard(&text).await,
                Came::Said(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => { talk.lives(); Ok(Vec::new()) }
                Came::Said(Some(Ok(Message::Binary(_)))) => Err(Close::bad_request("Messages are text")),
                Came::Said(Some(Err(error))) if is_too_big(&error) => Err(Close::too_big(MESSAGE_BYTES_MAX)),
                Came::Said(Some(Ok(Message::Close(_)) | Err(_)) | None) => return End::Gone,
            },
            said = talk.next() => Ok(said),
        };
        match said {
            Ok(said) => {
                if !say(socket, said).await {
                    return End::Gone;
                }
            }
            Err(close) => return End::Closed(close),
        }
    }
}
