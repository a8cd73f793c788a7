//! What a client is told once, and what it tells.
//!
//! **Invariant:** plain data; no token in any event.

use std::sync::Arc;
use std::time::Duration;

use crate::awareness::Change;

/// What a client is told once.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Said in every Auth message. `None` makes us look like a provider before 4.0, to which no server should send
    /// CLOSE.
    pub provider_version: Option<Arc<str>>,
    /// Drawn at random by the caller; every room's client id follows from it.
    pub first_client_id: u64,
}

/// What happened in the rooms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientEvent {
    /// The server let us in.
    Joined {
        /// The room.
        document: Arc<str>,
        /// Its document may not be written.
        read_only: bool,
    },
    /// The server refused us. [`Client::join`](super::Client::join) with another token asks again.
    Denied {
        /// The room.
        document: Arc<str>,
        /// The server's word for it.
        reason: Arc<str>,
    },
    /// The server closed the room, or never answered. [`Client::join`](super::Client::join) asks again.
    Left {
        /// The room.
        document: Arc<str>,
        /// The server's word for it, or [`NO_ANSWER`].
        reason: Arc<str>,
    },
    /// The server would like a fresh token: answer with [`Client::join`](super::Client::join).
    TokenWanted {
        /// The room.
        document: Arc<str>,
    },
    /// A message beside the document.
    Stateless {
        /// The room.
        document: Arc<str>,
        /// The message.
        payload: Arc<str>,
    },
    /// Others came, changed or went (`None`). Never ourselves.
    Presence {
        /// The room.
        document: Arc<str>,
        /// What changed.
        changes: Vec<Change>,
    },
    /// The server answered our sign of life.
    RoundTrip {
        /// It took this long.
        took: Duration,
    },
    /// Nothing was heard for [`SILENCE_MAX`](crate::limits::SILENCE_MAX): the caller must drop the socket. Said once per socket.
    Silent,
}

/// The reason in [`ClientEvent::Left`] when the server did not answer an Auth message, sent twice.
pub const NO_ANSWER: &str = "no answer";
