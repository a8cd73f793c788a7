//! What is said on a socket, to a peer that may be slow or gone.
//!
//! **Invariant:** nobody is waited for without a limit.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use futures_util::SinkExt;
use tokio::time::timeout;

/// A message has this long to be taken by the peer. Overflow: it is gone.
const WRITE_PATIENCE: Duration = Duration::from_secs(10);
/// A peer has this long to answer a close frame. One that does not take it in time has no use for it either.
const CLOSE_PATIENCE: Duration = Duration::from_secs(1);

/// Says all of it; `false` when the peer is gone or does not take it in time.
pub(super) async fn say(socket: &mut WebSocket, said: Vec<String>) -> bool {
    for text in said {
        let sent = timeout(WRITE_PATIENCE, socket.send(Message::Text(text.into())));
        if !matches!(sent.await, Ok(Ok(()))) {
            return false;
        }
    }
    true
}

/// Sends the close frame, then reads on until the peer has answered it: a socket that is dropped with unread input resets
/// the connection, and the peer would never see why.
pub(super) async fn say_goodbye(socket: &mut WebSocket, code: u16, reason: Utf8Bytes) {
    let goodbye = async {
        let frame = CloseFrame { code, reason };
        if socket.send(Message::Close(Some(frame))).await.is_ok() && socket.flush().await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    drop(timeout(CLOSE_PATIENCE, goodbye).await);
}
