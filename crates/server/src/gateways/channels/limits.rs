//! Every bound of the record channels, with the meaning of its overflow.
//!
//! **Invariant:** what overflows is refused with its reason or ends a socket; nothing is dropped on a socket that carries on.

use std::time::Duration;

use crate::quota::Rate;

/// Sockets of this process. Overflow: told to come back later, with 4100.
pub const SOCKETS: usize = 10_000;
/// Sockets of one person on this process: a page has one. Overflow: the next one's channels are refused.
pub const SOCKETS_PER_PERSON: usize = 64;
/// Channels of one socket. Overflow: the next one is refused.
pub const CHANNELS_PER_SOCKET: usize = 500;
/// Messages of one socket; a page that comes back asks for all its channels at once. Overflow: closed with 4301.
pub const MESSAGES: Rate = Rate { burst: 600, per_minute: 1200 };
/// The longest message of a socket, in bytes; a subscription has some 400. Overflow: closed with 1009.
pub const MESSAGE_BYTES_MAX: usize = 10 * 1024;
/// The longest name of a channel, in bytes: what the protocol allows. Overflow: there is no such channel.
pub const NAME_BYTES_MAX: usize = 164;
/// A proof is used at once. Overflow: one that is older is refused.
pub const PROOF_LIFETIME: Duration = Duration::from_secs(300);

/// A client that says nothing for this long is asked whether it is there…
pub const SILENCE_MAX: Duration = Duration::from_secs(120);
/// … and has this long to answer. Overflow: closed with 4201.
pub const PONG_PATIENCE: Duration = Duration::from_secs(30);
/// Changes of a board's tickets are gathered this long (RB-4).
pub const BOARD_GATHERED_FOR: Duration = Duration::from_secs(1);
/// Tickets that one message of a board names. Overflow: it says that there are more, and the table is read anew.
pub const BOARD_TICKETS_MAX: usize = 100;
/// How often it is checked that everybody may still listen, also while nothing happens.
pub const ACCESS_CHECKED_EVERY: Duration = Duration::from_secs(4);
