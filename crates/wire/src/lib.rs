//! Hocuspocus frames and handshake, both directions, without I/O.
//!
//! Hocuspocus puts many *rooms* on one WebSocket. Each room has a document (here always empty), *awareness* (who is
//! present, and where), and *stateless* messages beside both. Every binary message is one frame, and every frame
//! begins with the name of its room. This is a whole visit:
//!
//! ```text
//! client                                     server
//!   Auth Token "eyJ…" "4.8.0"       ──▶
//!   Sync Step1                      ──▶       (kept until somebody has decided)
//!   Awareness me                    ──▶       (kept)
//!                                   ◀──      Auth Authenticated "read-write"
//!                                   ◀──      Awareness of everybody here, if anybody is
//!                                   ◀──      Sync Step1, then Sync Step2
//!                                   ◀──      Awareness me: the echo, which keeps the client from giving up
//!   Sync Step2 (changes nothing)    ──▶
//!                                   ◀──      SyncStatus applied
//!                                   ◀──      Stateless {"updatedFields":["status_id"],…}
//!   Awareness null, Close           ──▶
//!                                   ◀──      Close "provider_initiated"    (to providers from 4.0 on)
//! ```
//!
//! Read the modules in this order to learn it from the bytes up:
//!
//! | module | holds |
//! |---|---|
//! | [`varint`] | integers, bytes and text: all that frames are made of |
//! | [`address`] | the head of a frame: document, and session within it |
//! | [`frame`] | every message there is |
//! | [`awareness`] | presence: its bytes, its clocks, and who may speak for whom |
//! | [`client`] | the client's end of one socket |
//! | [`server`] | the server's end of one socket |
//! | [`limits`] | every bound, and what happens above it |
//! | [`error`] | what can be wrong with bytes, and how sockets are closed |
//!
//! Both ends are state machines: bytes and the time go in, packets and events come out. Here they meet:
//!
//! ```
//! use std::time::Duration;
//! use callboard_wire::{Client, ClientConfig, ClientEvent, Connection, Scope, ServerEvent, ServerLimits};
//!
//! let now = Duration::ZERO;
//! let mut client = Client::new(ClientConfig { provider_version: Some("4.8.0".into()), first_client_id: 7 });
//! let mut server = Connection::new(now, ServerLimits::default());
//! client.join(now, "ticket:t:1", "a token");
//! client.opened(now);
//! while let Some(packet) = client.poll_packet() {
//!     server.received(now, &packet)?;
//! }
//! while let Some(event) = server.poll_event() {
//!     if let ServerEvent::Authenticate { address, token, .. } = event {
//!         assert_eq!(token.as_ref().map(|token| token.reveal()), Some("a token"));
//!         server.accept(&address, Scope::ReadWrite, &[])?;
//!     }
//! }
//! while let Some(packet) = server.poll_packet() {
//!     client.received(now, &packet)?;
//! }
//! let joined = ClientEvent::Joined { document: "ticket:t:1".into(), read_only: false };
//! assert_eq!(client.poll_event(), Some(joined));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What is said here of stock providers and servers was seen on the wire: `tests/golden` holds the recordings.
//!
//! **Invariant:** no socket, no clock, no thread, no random number.

pub mod address;
pub mod awareness;
pub mod client;
pub mod error;
pub mod frame;
pub mod limits;
pub mod server;
pub mod varint;

pub use address::Address;
pub use awareness::{ClientId, Entry, Seat, Seats};
pub use client::{Client, ClientConfig, ClientEvent};
pub use error::{CloseCode, WireError};
pub use frame::{Body, Direction, Frame, Packet, Scope, encode_awareness, encode_stateless};
pub use server::{Connection, ServerEvent, ServerLimits, Token};
