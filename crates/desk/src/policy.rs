//! What whoever runs the program chooses, before it starts or while it runs.
//!
//! **Invariant:** plain data; the defaults are what a person without an opinion gets.

use crate::session::effect::Sockets;

/// What whoever runs the program chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The most ticket rooms that we are in; beyond that, what is least wanted stays outside.
    pub rooms_max: usize,
    /// Nothing is said of us in any room.
    pub quiet: bool,
    /// What changed is asked every half minute while the live layer is down (RB-9).
    pub polling: bool,
    /// How rooms of a stock server are reached; our own has all of them on one socket.
    pub stock_sockets: Sockets,
}

impl Default for Policy {
    fn default() -> Self {
        Self { rooms_max: 500, quiet: false, polling: false, stock_sockets: Sockets::Apart }
    }
}
