//! The simulated network: one line from each console to the server.
//!
//! | module | holds |
//! |---|---|
//! | [`mod@line`] | one line: how long things take on it, and what is wrong with it |
//! | [`pipe`] | a stream of bytes over a line, as a socket would be |
//! | [`http`] | requests and answers over a line |
//! | [`port`] | the server's end of all lines |
//!
//! **Invariant:** whatever arrives was sent, byte for byte and, on one stream, in its order: it is late, or it is lost.

pub mod http;
pub mod line;
pub mod pipe;
pub mod port;
