//! Every bound of the room server that is not already one of the protocol's (`callboard_wire::limits`).
//!
//! **Invariant:** what overflows is refused or ends a socket; no message is dropped on a socket that carries on.

use std::time::Duration;

/// Bytes that wait for one socket, [`FRAME_COST`] per frame included. Overflow: the reader is too slow, its socket is
/// closed with 4205, and the client connects again and catches up.
///
/// It holds what the departure of a colleague says in 10,000 common rooms: 10,000 frames of about 100 bytes.
pub const SOCKET_QUEUE_BYTES: usize = 4 * 1024 * 1024;
/// What a waiting frame costs beside its bytes. A frame for a whole room lies in memory once and counts for each reader.
pub const FRAME_COST: usize = 64;
/// Bytes that wait for all sockets of this process together. Overflow: whoever gets something while they still have
/// something waiting is closed with 4205.
pub const QUEUED_BYTES_OF_ALL: usize = 512 * 1024 * 1024;
/// Bytes that are written to a socket before it is flushed and its client heard again.
pub const WRITE_BATCH_BYTES: usize = 64 * 1024;
/// Messages of one client that are read before something is written to it. More simply wait for the next turn.
pub const READ_BATCH: usize = 256;
/// What is read from a socket at a time. Frames of clients are a few hundred bytes; larger ones take more turns.
pub const READ_BUFFER_BYTES: usize = 4 * 1024;
/// What is gathered before it is written to a socket.
pub const WRITE_BUFFER_BYTES: usize = 16 * 1024;
/// One socket's rooms. Overflow: the socket is closed with 4205.
pub const ROOMS_PER_SOCKET: usize = 10_000;
/// Bytes of one socket that wait for their rooms to be let in. Overflow: the socket is closed with 4205.
///
/// It holds the burst of a stock provider with 1,000 rooms: each sends a step (an address of 93 bytes with its session,
/// and 3) and its presence (the address, and up to 500 with a picture), so 590 bytes each where 786 are free. Its Auth
/// messages are taken in at once and wait for nothing.
pub const QUEUED_BYTES: usize = 768 * 1024;
/// The same of all sockets together: the memory that strangers cost. Overflow: the socket that asks for more is closed
/// with 4205.
pub const STRANGERS_BYTES: usize = 256 * 1024 * 1024;
/// All sockets of this process. Overflow: the upgrade is answered with 503.
pub const SOCKETS: usize = 20_000;
/// Sockets on which nobody was let in yet. Overflow: the upgrade is answered with 503. Each may have one message of
/// 1 MiB half read.
pub const STRANGERS: usize = 2048;
/// A write may take this long before the peer counts as gone.
pub const WRITE_PATIENCE: Duration = Duration::from_secs(10);
/// A peer has this long to answer a close frame.
pub const CLOSE_PATIENCE: Duration = Duration::from_secs(1);
/// After a refusal with nothing else open the socket is closed with 4403 this much later. Not at once: a client that
/// asks for a thousand rooms in one burst must not lose all of them because the first is refused.
pub const REFUSAL_LINGERS: Duration = Duration::from_millis(250);
/// Clients that understand it are asked for a fresh token at least this long before theirs expires, in seconds.
pub const RENEW_AHEAD_SECONDS: i64 = 30;
/// Some are asked up to this much earlier: who came together is not asked together, a socket after the other.
pub const RENEW_SPREAD_SECONDS: f64 = 30.0;
/// How often ghosts are looked for.
pub const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// Rooms that one socket leaves before others get their turn at the rooms.
pub const LEFT_AT_A_TIME: usize = 256;

/// How often it is checked that everybody inside may still be there; LT-6 allows 5 s.
pub const ACCESS_CHECKED_EVERY: Duration = Duration::from_secs(4);
/// People whose access is looked up in one query. More take another one.
pub const PEOPLE_CHECKED: usize = 500;
/// A check that takes longer than this has failed.
pub const CHECK_PATIENCE: Duration = Duration::from_secs(3);
/// How long everybody may stay although nobody can be asked whether they may. Then all sockets are closed with 4205,
/// and nobody gets in until the store answers.
pub const UNCHECKED_FOR: Duration = Duration::from_secs(30);
/// How long the gate goes by what it knew of a person. Together with [`ACCESS_CHECKED_EVERY`] less than LT-6 allows:
/// whoever slips in at the end of it is found by the next check.
pub const CALLER_KNOWN_FOR: Duration = Duration::from_millis(500);
/// People the gate knows at a time. Overflow: it forgets all of them and asks again.
pub const CALLERS_KNOWN: usize = 10_000;

/// Hints that are delivered in one go. More simply take another turn.
pub const HINTS_AT_A_TIME: usize = 256;
/// Sockets that are written to by whoever has something for them. More are left to their own tasks, which other
/// processors can run meanwhile.
pub const WRITTEN_HERE: usize = 256;
/// For each socket that has to be written to, hints are held back this long, so that under load that happens once for
/// several of them. Waits below a millisecond are not waited.
pub const BREATH_PER_SOCKET: Duration = Duration::from_micros(20);
/// The longest such wait.
pub const BREATH_MAX: Duration = Duration::from_millis(20);
/// Hints that wait until it is known who at the board may hear them. Overflow: everybody at that board connects again.
pub const UNPLACED_HINTS: usize = 4096;

/// How long presence is gathered before the board and other processes are told.
pub const GATHERED_FOR: Duration = Duration::from_millis(100);
/// Ticket rooms that are gathered in one go. More simply take another turn.
pub const GATHERED_ROOMS: usize = 512;
/// Tickets in one message to the board. More take another message.
pub const DIGEST_TICKETS: usize = 64;
/// People who are named at one ticket; of the others only the number is told.
pub const DIGEST_PEOPLE: usize = 8;

/// Faces in the rooms of all other processes. Overflow: a further one is not shown.
pub const FACES_ABROAD: usize = 100_000;
/// How often a process says that it lives.
pub const ALIVE_EVERY: Duration = Duration::from_secs(5);
/// A process not heard of for this long is gone, and with it everybody in its rooms.
pub const NODE_SILENT: Duration = Duration::from_secs(15);

/// When the server stops, its sockets are closed one after the other: this much time for each of them.
pub const GOODBYE_PER_SOCKET: Duration = Duration::from_millis(2);
/// The longest that takes for all; a good part of the time the server has for stopping.
pub const GOODBYE_MAX: Duration = Duration::from_secs(5);
/// Who reads the reason of the close is asked to stay away for this long, and as long again as it took to get to it.
pub const COME_BACK_IN: Duration = Duration::from_millis(500);
