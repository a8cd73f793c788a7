//! What the board promises, seen from the windows.
//!
//! **Invariant:** nothing here reaches behind the public board: a window could have noticed every failure.

#![cfg(test)]

mod any;
mod chips;
mod follow;
mod hold;
mod model;
mod promises;
mod rows;
mod window;
