//! Every bound of the room server that is not already one of the protocol's (`callboard_wire::limits`).
//!
//! **Invariant:** what overflows is refused or ends a socket; no message is dropped on a socket that carries on.

use std::time::Duration;

/// Frames that wait for one socket. Overflow: the reader is too slow, its socket is closed with 4205, and the client
/// connects again and catches up.
pub const SOCKET_QUEUE: usize = 4096;
/// Frames that are written to a socket before it is flushed.
pub const WRITE_BATCH: usize = 256;
/// What is read from a socket at a time. Frames of clients are a few hundred bytes; larger ones take more turns.
pub const READ_BUFFER_BYTES: usize = 8 * 1024;
/// What is gathered before it is written to a socket.
pub const WRITE_BUFFER_BYTES: usize = 16 * 1024;
/// One socket's rooms. Overflow: the socket is closed with 4205.
pub const ROOMS_PER_SOCKET: usize = 10_000;
/// Bytes of one socket that wait for their rooms to be let in. Overflow: the socket is closed with 4205.
///
/// This is the memory that strangers cost, and all [`SOCKETS`] may be strangers: 15 GiB at worst, where the protocol's
/// own limit would allow 40. It holds the burst of a stock provider with 1,000 rooms: each sends a step (an address of
/// 93 bytes with its session, and 3) and its presence (the address, and up to 500 with a picture), so 590 bytes each
/// where 786 are free. Its Auth messages are taken in at once and wait for nothing.
pub const QUEUED_BYTES: usize = 768 * 1024;
/// All sockets of this process. Overflow: the upgrade is answered with 503.
pub const SOCKETS: usize = 20_000;
/// A write may take this long before the peer counts as gone.
pub const WRITE_PATIENCE: Duration = Duration::from_secs(10);
/// A peer has this long to answer a close frame.
pub const CLOSE_PATIENCE: Duration = Duration::from_secs(1);
/// After a refusal with nothing else open the socket is closed with 4403 this much later. Not at once: a client that
/// asks for a thousand rooms in one burst must not lose all of them because the first is refused.
pub const REFUSAL_LINGERS: Duration = Duration::from_millis(250);
/// Clients that understand it are asked for a fresh token this long before theirs expires, in seconds.
pub const RENEW_AHEAD_SECONDS: i64 = 30;
/// How often ghosts are looked for.
pub const SWEEP_EVERY: Duration = Duration::from_secs(1);
/// How often it is checked that everybody inside may still be there; LT-6 allows 5 s.
pub const ACCESS_CHECKED_EVERY: Duration = Duration::from_secs(4);
