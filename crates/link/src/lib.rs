//! The desk's hands: WebSocket, REST, SQLite and clock, and the loop that carries out effects.
//!
//! | start reading at | holds |
//! |---|---|
//! | [`console`] | the handle that the shell holds, and what is put together when it starts |
//! | [`runtime`] | the one loop |
//! | [`rest`] | questions and answers |
//! | [`socket`] | the live layer's socket |
//! | [`disk`] | what survives a crash |
//! | [`timers`], [`clock`] | time |
//! | `introduce` | who we are to a server, before there is a console |
//! | [`config`] | what is checked before anything starts |
//!
//! Between the four seams — [`HttpSend`], [`Dial`], [`OutboxStore`], [`Clock`] — everything is the same code in the
//! real world and in a simulated one.
//!
//! **Invariant:** no decision about tickets, edits, rooms or retries is made here; it is the session's.

pub mod clock;
pub mod config;
pub mod console;
pub mod disk;
mod error;
mod introduce;
pub mod rest;
mod runtime;
pub mod socket;
mod timers;
mod wake;

pub use callboard_desk::Policy;
pub use callboard_desk::session::effect::Sockets;
pub use callboard_model::TenantId;
pub use clock::{Clock, SystemClock};
pub use config::{ApiKey, BrowserSession, Config, LiveOptions, RoomsUrl, ServerUrl};
pub use console::{Console, Witness, World};
pub use disk::copy::{CopyStore, NoCopy};
pub use disk::open::SetAside;
pub use disk::threads::{Ended, OwnThreads, Threads};
pub use disk::{DiskOrder, OutboxStore, Unkept, Work};
pub use error::LinkError;
pub use introduce::{Stranger, introduce};
pub use rest::send::{HttpAnswer, HttpRequest, HttpSend, ReqwestSend, SendError};
pub use socket::dial::{ByteStream, Dial, TcpDial};
