//! Every bound of the protocol in one place, so that the cost of a hostile peer can be read off a page.
//!
//! Overflow never drops a message silently: it is an error of the frame, a refusal of the room, or the end of the
//! socket, and each constant says which.
//!
//! **Invariant:** no limit is written as a number anywhere else in this crate.

use std::time::Duration;

/// One WebSocket message. Above it: [`CloseCode::TooBig`](crate::CloseCode::TooBig).
pub const FRAME_BYTES_MAX: usize = 1024 * 1024;
/// A document name. `ticket:<uuid>:<uuid>` has 80. Above it the frame is an error.
pub const DOCUMENT_NAME_BYTES_MAX: usize = 256;
/// A session id behind a document name; the stock makes about 11. Above it the frame is an error.
pub const SESSION_ID_BYTES_MAX: usize = 64;
/// A token in an Auth message. Above it the frame is an error.
pub const TOKEN_BYTES_MAX: usize = 16 * 1024;
/// The version of a provider. Above it the frame is an error.
pub const PROVIDER_VERSION_BYTES_MAX: usize = 64;
/// The reason of a refusal or of a CLOSE. Above it the frame is an error.
pub const REASON_BYTES_MAX: usize = 4 * 1024;
/// Clients in one awareness update, and clients known in one room. An update above it is an error; a new client
/// that finds the room full is ignored.
pub const AWARENESS_CLIENTS_MAX: usize = 4096;
/// The JSON of one presence state. A state above it is ignored and counted, the rest of its update stands.
pub const PRESENCE_BYTES_MAX: usize = 4 * 1024;
/// The greatest awareness clock: some peers keep it in 32 bits. An entry above it is ignored and counted.
pub const AWARENESS_CLOCK_MAX: u64 = u32::MAX as u64;
/// The greatest integer that JavaScript peers can hold. Above it the frame is an error.
pub const INTEGER_MAX: u64 = (1 << 53) - 1;

/// Rooms that a client asks for at once; the others wait their turn. Newer stock servers close the whole socket at 101.
pub const JOINS_PENDING_MAX: usize = 32;
/// Rooms that a client holds on one socket. Joining one more is refused.
pub const CLIENT_ROOMS_MAX: usize = 16 * 1024;
/// An Auth message that is not answered within this is sent once more, then the room counts as lost.
pub const JOIN_ANSWERED_WITHIN: Duration = Duration::from_secs(10);
/// Packets or events that wait for the caller of either machine, who should take all of them after each call. Above
/// it the next message is an error.
pub const BACKLOG_MAX: usize = 64 * 1024;

/// Presence is said again this often, so that it does not expire.
pub const PRESENCE_RENEWED_EVERY: Duration = Duration::from_secs(15);
/// Presence that was not renewed this long is gone.
pub const PRESENCE_EXPIRES_AFTER: Duration = Duration::from_secs(30);
/// What is gone is remembered this long, so that a late echo does not bring it back.
pub const PRESENCE_REMEMBERED_FOR: Duration = Duration::from_secs(120);
/// A client that has said nothing this long says something.
pub const HEARTBEAT_EVERY: Duration = Duration::from_secs(20);
/// A client that heard nothing this long gives the socket up.
pub const SILENCE_MAX: Duration = Duration::from_secs(30);

/// A server waits this long for the first Auth message. Then: [`CloseCode::Unauthorized`](crate::CloseCode::Unauthorized).
pub const HELLO_WITHIN: Duration = Duration::from_secs(30);
/// A server that heard nothing this long closes with [`CloseCode::TimedOut`](crate::CloseCode::TimedOut).
pub const IDLE_MAX: Duration = Duration::from_secs(60);
/// Rooms of one socket that are not let in yet. Above it: [`CloseCode::Reset`](crate::CloseCode::Reset). A stock
/// provider asks for all its rooms in one burst, on every connect: with the stock's own 100 it would come back to be
/// thrown out again, for ever.
pub const PENDING_ROOMS_MAX: usize = 2048;
/// Frames of one socket that wait for their room to be let in. Above it: [`CloseCode::Reset`](crate::CloseCode::Reset).
pub const QUEUED_FRAMES_MAX: usize = 4 * PENDING_ROOMS_MAX;
/// Bytes of those frames: what really bounds the memory of a stranger. Above it: [`CloseCode::Reset`](crate::CloseCode::Reset).
pub const QUEUED_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Rooms that a server refused or closed and whose late frames it ignores. Above it the oldest is forgotten, and its
/// frames count as those of a room never heard of.
pub const REFUSED_REMEMBERED_MAX: usize = 256;
/// Rooms that a server opens on one socket. Above it: [`CloseCode::Reset`](crate::CloseCode::Reset).
pub const SERVER_ROOMS_MAX: usize = 16 * 1024;
