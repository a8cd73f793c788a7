//! One message of the protocol, and its bytes.
//!
//! A WebSocket binary message holds exactly one of these:
//!
//! ```text
//! packet := varString(address) varUint(type) body      a frame, in a room
//!         | 0x09 | 0x0a                                Ping, Pong: of the socket, alone, without an address
//! ```
//!
//! | type | name | body |
//! |---|---|---|
//! | 0 | Sync | `varUint` step: 0 Step1 + state vector · 1 Step2 + update · 2 Update + update (all `varUint8Array`) |
//! | 1 | Awareness | `varUint8Array` of an [awareness update](crate::awareness) |
//! | 2 | Auth | depends on the direction, see [`Auth`] |
//! | 3 | QueryAwareness | nothing |
//! | 4 | SyncReply | as Sync; between servers |
//! | 5 | Stateless | `varString` payload |
//! | 6 | BroadcastStateless | `varString` payload; between servers |
//! | 7 | Close | from the client nothing, from the server `varString` reason |
//! | 8 | SyncStatus | `varUint` 1 applied, 0 refused |
//!
//! Three things about reading are easy to get wrong:
//!
//! - Auth and Close say different things in different directions, so [`decode()`] has to be told the [`Direction`].
//! - Bytes after the message are ignored, as every stock end does: that is how the version came into Auth.
//! - One byte 0x09 is a Ping, yet a frame whose address is nine bytes long *begins* with 0x09. Length tells.
//!
//! **Invariant:** nothing here remembers a frame; reading allocates the address and nothing else.

mod decode;
mod encode;

pub use decode::decode;
pub use encode::{encode, encode_awareness, encode_frame, encode_stateless};

use crate::address::Address;

/// Which end wrote the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The client did.
    ToServer,
    /// The server did.
    ToClient,
}

/// One WebSocket message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// Something in a room.
    Frame(Frame<'a>),
    /// "Are you there?" Only newest clients understand it, and no stock server does.
    Ping,
    /// "I am."
    Pong,
}

/// A message in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Which room.
    pub address: Address,
    /// What is said there.
    pub body: Body<'a>,
}

/// What is said in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body<'a> {
    /// The document.
    Sync(Sync<'a>),
    /// Who is here: an encoded [awareness update](crate::awareness).
    Awareness(&'a [u8]),
    /// May I come in?
    Auth(Auth<'a>),
    /// Who is here? Stock servers never answer a socket.
    QueryAwareness,
    /// As `Sync`, but must not be answered with another Step1.
    SyncReply(Sync<'a>),
    /// A message beside the document.
    Stateless(&'a str),
    /// A message for everybody in the room; among servers.
    BroadcastStateless(&'a str),
    /// The room is left, or closed by the server with a reason.
    Close {
        /// Always `None` from a client, always `Some` from a server.
        reason: Option<&'a str>,
    },
    /// Whether the last change of the document was applied.
    SyncStatus {
        /// It was.
        applied: bool,
    },
}

/// A step of the document's synchronisation. The bytes are opaque here: see [`EMPTY_STATE_VECTOR`], [`EMPTY_UPDATE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync<'a> {
    /// "This is what I have": a state vector.
    Step1(&'a [u8]),
    /// "This is what you lack": an update.
    Step2(&'a [u8]),
    /// "This has just changed": an update.
    Update(&'a [u8]),
}

/// The state vector of a document without content.
pub const EMPTY_STATE_VECTOR: &[u8] = &[0];
/// The update that changes nothing.
pub const EMPTY_UPDATE: &[u8] = &[0, 0];

/// What is said about admission. To the server there is only `Token`, to the client only the others.
#[derive(Clone, PartialEq, Eq)]
pub enum Auth<'a> {
    /// "Let me in", or on an open room "this is my fresh token".
    Token {
        /// A secret, or empty.
        token: &'a str,
        /// Providers from 4.0 on say which they are; absence means older, and older ones cannot be sent CLOSE.
        provider_version: Option<&'a str>,
    },
    /// "Send me your token": 3.x and newer.
    TokenRequest,
    /// "No."
    PermissionDenied {
        /// Why.
        reason: &'a str,
    },
    /// "Come in."
    Authenticated {
        /// What may be done inside.
        scope: Scope,
    },
}

/// A token is a secret, so it is not shown.
impl std::fmt::Debug for Auth<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Token { provider_version, .. } => write!(f, "Token(…, {provider_version:?})"),
            Self::TokenRequest => f.write_str("TokenRequest"),
            Self::PermissionDenied { reason } => write!(f, "PermissionDenied({reason:?})"),
            Self::Authenticated { scope } => write!(f, "Authenticated({scope:?})"),
        }
    }
}

/// What may be done to the document of a room. Presence may be shown in either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// `read-write`.
    ReadWrite,
    /// `readonly`.
    ReadOnly,
}

impl Scope {
    /// The word on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadWrite => "read-write",
            Self::ReadOnly => "readonly",
        }
    }
}

const PING: u8 = 9;
const PONG: u8 = 10;
