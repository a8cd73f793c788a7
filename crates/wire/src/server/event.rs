//! What a server is told once, and what it is asked.
//!
//! **Invariant:** plain data; a token can be had by asking for it, and is never shown.

use std::sync::Arc;
use std::time::Duration;

use crate::address::Address;
use crate::awareness::Entry;
use crate::limits;

/// How much one socket may ask for.
#[derive(Clone, Debug)]
pub struct ServerLimits {
    /// See [`limits::HELLO_WITHIN`].
    pub hello_within: Duration,
    /// See [`limits::IDLE_MAX`].
    pub idle_max: Duration,
    /// See [`limits::PENDING_ROOMS_MAX`].
    pub pending_rooms: usize,
    /// See [`limits::QUEUED_FRAMES_MAX`].
    pub queued_frames: usize,
    /// See [`limits::QUEUED_BYTES_MAX`].
    pub queued_bytes: usize,
    /// See [`limits::SERVER_ROOMS_MAX`].
    pub rooms: usize,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            hello_within: limits::HELLO_WITHIN,
            idle_max: limits::IDLE_MAX,
            pending_rooms: limits::PENDING_ROOMS_MAX,
            queued_frames: limits::QUEUED_FRAMES_MAX,
            queued_bytes: limits::QUEUED_BYTES_MAX,
            rooms: limits::SERVER_ROOMS_MAX,
        }
    }
}

/// A token as a client sent it: a secret, so it is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Arc<str>);

impl Token {
    pub(super) fn new(secret: &str) -> Self {
        Self(secret.into())
    }

    /// The secret itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerEvent {
    /// "Let me in": answer with [`Connection::accept`](super::Connection::accept) or
    /// [`Connection::deny`](super::Connection::deny), soon.
    Authenticate {
        /// The room's whole address: the key for every answer.
        address: Address,
        /// `None`: no token in a message, so it can only be in the URL.
        token: Option<Token>,
        /// `None`: a provider before 4.0.
        provider_version: Option<Arc<str>>,
    },
    /// A fresh token for a room that is open. If it does not hold:
    /// [`Connection::close_room`](super::Connection::close_room).
    FreshToken {
        /// The room.
        address: Address,
        /// The token.
        token: Token,
    },
    /// A member says where it is; entries of others may be among these: see [`Seats`](crate::awareness::Seats).
    Awareness {
        /// The room.
        address: Address,
        /// What it says.
        entries: Vec<Entry>,
    },
    /// A message beside the document. Stock servers relay none of them.
    Stateless {
        /// The room.
        address: Address,
        /// The message.
        payload: Arc<str>,
    },
    /// A member left a room that was open, or was put out for breaking the protocol.
    Left {
        /// The room.
        address: Address,
    },
}
