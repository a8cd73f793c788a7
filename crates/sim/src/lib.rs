//! A simulated world: real consoles and a real server on one clock, one network and one seed.
//!
//! Everything between the seams is the product's own code: `Console` with its loop, queues, REST and socket, and on the
//! other side the router, the rooms, the relay, the domain and the store's statements on SQLite. Simulated are the clock,
//! the network, the consoles' disks, and luck. A world runs on one thread with a clock that moves only when nobody has
//! anything left to do, so a seed gives the same world every time.
//!
//! | module | holds |
//! |---|---|
//! | [`world`] | one world from beginning to end: trouble, then healing |
//! | [`people`] | what people do at their consoles, and a program beside them |
//! | [`plan`] | what a seed makes of a world |
//! | [`judge`] | the promises, and who watches them |
//! | [`console`], [`server`], [`net`], [`disk`], [`clock`] | the machines |
//! | [`company`] | the company that it is all about |
//! | [`dice`], [`trace`] | luck, and the story |
//!
//! **Invariant:** nothing here decides anything that the product decides.

pub mod clock;
pub mod company;
pub mod console;
pub mod dice;
pub mod disk;
pub mod judge;
pub mod net;
pub mod people;
pub mod plan;
pub mod server;
pub mod trace;
pub mod world;

pub use judge::{Breach, Promise};
pub use plan::{Plan, Sabotage};
pub use trace::Telling;
pub use world::{Outcome, run};
