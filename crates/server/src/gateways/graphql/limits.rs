//! Every bound of GraphQL, with the meaning of its overflow.
//!
//! **Invariant:** what overflows is refused with its reason or ends a socket; no event is dropped from a subscription that
//! carries on.

use std::time::Duration;

use crate::quota::Rate;

/// Sockets of this process. Overflow: the upgrade is answered with 503.
pub const SOCKETS: usize = 10_000;
/// Sockets of one person on this process. Overflow: the next one is closed with 4290.
pub const CONNECTIONS_PER_USER: usize = 16;
/// Operations under way on one socket. Overflow: the next one is answered with `TOO_MANY_SUBSCRIPTIONS`.
pub const SUBSCRIPTIONS_PER_CONNECTION: usize = 64;
/// Messages of one socket. Overflow: it is closed with 4290.
pub const MESSAGES: Rate = Rate { burst: 200, per_minute: 1200 };
/// The longest message of a socket, in bytes. Overflow: it is closed with 1009. Over HTTP a body is bounded as in REST.
pub const MESSAGE_BYTES_MAX: usize = 128 * 1024;
/// The longest query, in bytes. Overflow: `QUERY_TOO_LONG`.
pub const QUERY_BYTES_MAX: usize = 16 * 1024;
/// The longest name that a client gives an operation, in bytes. Overflow: the socket is closed with 4400.
pub const ID_BYTES_MAX: usize = 64;
/// How deep brackets stand in each other in a query. Overflow: `QUERY_TOO_DEEP`, before anything is parsed.
pub const NESTING_MAX: usize = 32;
/// Fields of a query when every fragment is written out. Overflow: `QUERY_TOO_COMPLEX`, before it is validated.
pub const PARTS_MAX: u64 = 2_000;
/// How deep fields stand in each other. Holds the introspection query of every common tool. Overflow: `QUERY_TOO_DEEP`.
pub const DEPTH_MAX: usize = 16;
/// What a query may cost: one for each field that may be answered. Overflow: `QUERY_TOO_COMPLEX`.
pub const COMPLEXITY_MAX: usize = 5_000;
/// The cost of a write: so many fit into one request that it is no way around the quota of a key.
pub const WRITE_COST: usize = 500;
/// The cost of what has to be looked up for one ticket.
pub const LOOK_UP_COST: usize = 10;

/// How long a socket has for its `connection_init`. Overflow: 4408.
pub const INIT_PATIENCE: Duration = Duration::from_secs(5);
/// How often the peer is asked whether it is still there.
pub const PING_EVERY: Duration = Duration::from_secs(15);
/// A peer that is not heard of for this long is gone. Overflow: 4408.
pub const SILENCE_MAX: Duration = Duration::from_secs(40);

/// How often it is asked whether the key still opens, on a socket on which nothing happens.
pub const ACCESS_CHECKED_EVERY: Duration = Duration::from_secs(4);
/// Events that wait for one subscription, with what its reader may know of them. Overflow: `EVENTS_MISSED`.
pub const ANSWERS_WAITING: usize = 1024;
/// What was asked no longer ago than this is not asked again by the clock.
pub const ASKED_JUST_NOW: Duration = Duration::from_secs(1);
/// A check that takes longer than this has failed.
pub const CHECK_PATIENCE: Duration = Duration::from_secs(3);
/// How long a socket stays although nobody can be asked. Overflow: 1013.
pub const UNCHECKED_FOR: Duration = Duration::from_secs(30);

/// Ids in one list of a filter. Overflow: `VALIDATION_ERROR`.
pub const FILTER_IDS_MAX: usize = 500;
