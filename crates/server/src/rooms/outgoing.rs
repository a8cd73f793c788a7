//! What waits to be written to one socket, and the order to end it.
//!
//! It exists so that nobody who has something to say ever waits for a slow reader.
//!
//! **Invariant:** a frame that does not fit is never dropped alone: the socket ends with it.

use axum::body::Bytes;
use callboard_wire::CloseCode;
use tokio::sync::{mpsc, watch};

use super::limits::SOCKET_QUEUE;

/// How a socket is told goodbye.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Goodbye {
    pub(super) code: u16,
    pub(super) reason: String,
}

impl Goodbye {
    /// "Connect again and catch up": every provider does.
    pub(super) fn reset() -> Self {
        CloseCode::Reset.into()
    }

    /// The server stops; another one, or the next one, will answer.
    pub(super) fn restart() -> Self {
        Self { code: 1012, reason: "Service Restart".to_owned() }
    }
}

impl From<CloseCode> for Goodbye {
    fn from(code: CloseCode) -> Self {
        Self { code: code.code(), reason: code.to_string() }
    }
}

/// Where frames for a socket are left.
#[derive(Clone, Debug)]
pub(super) struct Outgoing {
    frames: mpsc::Sender<Bytes>,
    goodbye: watch::Sender<Option<Goodbye>>,
}

/// The socket's own end.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) frames: mpsc::Receiver<Bytes>,
    goodbye: watch::Receiver<Option<Goodbye>>,
}

pub(super) fn queue() -> (Outgoing, Waiting) {
    let (frames, frames_waiting) = mpsc::channel(SOCKET_QUEUE);
    let (goodbye, goodbye_waiting) = watch::channel(None);
    (Outgoing { frames, goodbye }, Waiting { frames: frames_waiting, goodbye: goodbye_waiting })
}

impl Outgoing {
    /// Leaves a frame; ends the socket if there is no room for it.
    pub(super) fn send(&self, frame: Bytes) {
        let refused = self.frames.try_send(frame);
        if matches!(refused, Err(mpsc::error::TrySendError::Full(_))) && self.end(Goodbye::reset()) {
            tracing::info!("a reader is too slow; it has to connect again");
        }
    }

    /// Whether the socket was told to end.
    #[cfg(test)]
    pub(super) fn is_ending(&self) -> bool {
        self.goodbye.borrow().is_some()
    }

    /// Ends the socket; `false` if it was told before. The first goodbye counts.
    pub(super) fn end(&self, goodbye: Goodbye) -> bool {
        self.goodbye.send_if_modified(|known| {
            let first = known.is_none();
            known.get_or_insert(goodbye);
            first
        })
    }
}

impl Waiting {
    /// Waits for the order to end; for ever if nobody can give it any more. May be dropped while it waits.
    pub(super) async fn goodbye(watch: &mut watch::Receiver<Option<Goodbye>>) -> Goodbye {
        loop {
            if let Some(goodbye) = watch.borrow_and_update().clone() {
                return goodbye;
            }
            if watch.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Frames and the order to end, to be waited for side by side.
    pub(super) fn split(&mut self) -> (&mut mpsc::Receiver<Bytes>, &mut watch::Receiver<Option<Goodbye>>) {
        (&mut self.frames, &mut self.goodbye)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_ends_the_socket_and_keeps_what_it_held() {
        let (outgoing, mut waiting) = queue();
        for _ in 0..SOCKET_QUEUE {
            outgoing.send(Bytes::from_static(b"x"));
        }
        assert_eq!(*waiting.goodbye.borrow(), None, "full is not yet overflow");
        outgoing.send(Bytes::from_static(b"y"));
        outgoing.end(Goodbye::restart());
        let (frames, goodbye) = waiting.split();
        assert_eq!(Waiting::goodbye(goodbye).await, Goodbye::reset(), "the first goodbye counts");
        assert_eq!(frames.len(), SOCKET_QUEUE);
    }
}
