//! What can be wrong with bytes, and how a socket is closed for it.
//!
//! **Invariant:** no error carries bytes of the frame: they may be a token.

use thiserror::Error;

/// Why bytes are no message of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WireError {
    /// The frame ends before its message does.
    #[error("the frame ends early")]
    Truncated,
    /// The frame is larger than [`FRAME_BYTES_MAX`](crate::limits::FRAME_BYTES_MAX).
    #[error("the frame is too big")]
    FrameTooBig,
    /// An integer that does not fit JavaScript's.
    #[error("an integer is too large")]
    IntegerTooLarge,
    /// Text that is not UTF-8.
    #[error("a text is not UTF-8")]
    NotUtf8,
    /// A part of the frame is longer than its limit.
    #[error("{0} is too long")]
    TooLong(&'static str),
    /// A frame without a document name.
    #[error("the document name is empty")]
    NoDocument,
    /// More than [`BACKLOG_MAX`](crate::limits::BACKLOG_MAX) packets or events were not taken.
    #[error("packets or events are not taken")]
    Backlog,
    /// A message type, or a subtype, that this direction does not have. Stock ends log it and carry on.
    #[error("unknown {0} {1}")]
    UnknownType(&'static str, u64),
}

/// How a server closes a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CloseCode {
    /// All is well.
    #[error("Normal Closure")]
    Normal,
    /// A message was larger than is read.
    #[error("Message Too Big")]
    TooBig,
    /// Too much at once, or the room has to be entered anew: the client shall connect again.
    #[error("Reset Connection")]
    Reset,
    /// The first message was no message, or there was none.
    #[error("Unauthorized")]
    Unauthorized,
    /// Every room was refused.
    #[error("Forbidden")]
    Forbidden,
    /// Nothing was heard for too long.
    #[error("Connection Timeout")]
    TimedOut,
}

impl CloseCode {
    /// The number in the close frame; its reason is the code's `Display`.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Normal => 1000,
            Self::TooBig => 1009,
            Self::Reset => 4205,
            Self::Unauthorized => 4401,
            Self::Forbidden => 4403,
            Self::TimedOut => 4408,
        }
    }
}
