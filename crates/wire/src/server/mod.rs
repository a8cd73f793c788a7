//! The server's end of one accepted socket.
//!
//! The caller owns the socket, the clock, and the decision who may come in; this owns the protocol. After *every*
//! call, take all packets and events; call [`tick`](Connection::tick) no later than
//! [`next_deadline`](Connection::next_deadline). An `Err` names the code with which the socket has to be closed.
//!
//! ```text
//!             first frame             Auth                   accept
//!  (unknown) ────────────▶ Queueing ────────▶ Asking ──────────────────▶ Open
//!      ▲                                        │ deny                    │ CLOSE, close_room
//!      └────────────────────────────────────────┴─────────────────────────┘
//! ```
//!
//! Clients send all they have in one burst and do not wait for the answer. So until a room is open its frames are
//! queued, and replayed in their order afterwards; on the wire *Authenticated* comes first, then who is present, then
//! the answers. A client that is refused learns nothing else.
//!
//! Three generations of providers are served at once. What tells them apart is the version in Auth, from 4.0 on:
//!
//! - 2.x sends no Auth when it has no token (it may be in the URL). Its first SyncStep1 then asks to come in.
//! - 2.x throws on CLOSE, and 3.x cannot be told from it. So only versioned clients are sent one; for the others
//!   [`close_room`](Connection::close_room) says that the socket has to go.
//! - Nobody is ever sent Ping or Pong.
//!
//! Documents are empty and stay so: SyncStep1 is answered with our own Step1 and an update that changes nothing, in
//! the stock's order; an update that does contain something is refused with SyncStatus 0.
//!
//! **Invariant:** *Authenticated* is never sent before [`accept`](Connection::accept).

mod event;
mod open;
mod pending;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

pub use event::{ServerEvent, ServerLimits, Token};

use crate::address::Address;
use crate::awareness::{self, Entry};
use crate::error::{CloseCode, WireError};
use crate::frame::{self, Auth, Body, Direction, Frame, Packet, Scope, encode_frame};
use crate::limits::BACKLOG_MAX;
use pending::Pending;

/// One accepted socket, no I/O.
#[derive(Debug)]
pub struct Connection {
    limits: ServerLimits,
    rooms: BTreeMap<Address, Room>,
    /// Rooms that this client was refused or put out of, the latest last.
    refused: VecDeque<Address>,
    pending: usize,
    queued_frames: usize,
    queued_bytes: usize,
    connected: Duration,
    heard: Duration,
    /// Somebody was let in once: from then on the clock that counts is `heard`.
    proven: bool,
    packets: VecDeque<Vec<u8>>,
    events: VecDeque<ServerEvent>,
}

#[derive(Debug)]
enum Room {
    /// Boxed: an open room, of which there may be thousands, shall not pay for one that is not.
    Pending(Box<Pending>),
    Open {
        /// Understands CLOSE.
        versioned: bool,
    },
}

impl Connection {
    /// A socket that has just been accepted.
    #[must_use]
    pub fn new(now: Duration, limits: ServerLimits) -> Self {
        Self {
            limits,
            rooms: BTreeMap::new(),
            refused: VecDeque::new(),
            pending: 0,
            queued_frames: 0,
            queued_bytes: 0,
            connected: now,
            heard: now,
            proven: false,
            packets: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// Takes in one message. On an error the caller sends what is left in [`poll_packet`](Self::poll_packet), then
    /// closes the socket with that code.
    pub fn received(&mut self, now: Duration, bytes: &[u8]) -> Result<(), CloseCode> {
        self.heard = now;
        if self.events.len().max(self.packets.len()) > BACKLOG_MAX {
            return Err(CloseCode::Reset);
        }
        match frame::decode(bytes, Direction::ToServer) {
            Ok(Packet::Frame(frame)) => self.hear(now, &frame, bytes),
            Ok(Packet::Ping | Packet::Pong) | Err(WireError::UnknownType(..)) => Ok(()),
            Err(WireError::FrameTooBig) => Err(CloseCode::TooBig),
            Err(_) if self.proven => Err(CloseCode::Reset),
            Err(_) => Err(CloseCode::Unauthorized),
        }
    }

    fn hear(&mut self, now: Duration, frame: &Frame<'_>, bytes: &[u8]) -> Result<(), CloseCode> {
        match self.rooms.get(&frame.address) {
            Some(Room::Open { versioned }) => {
                let versioned = *versioned;
                self.hear_member(&frame.address, versioned, &frame.body)
            }
            Some(Room::Pending(_)) => self.hear_pending(frame, bytes),
            None => match self.member_without_session(frame) {
                Some((address, versioned)) => self.hear_member(&address, versioned, &frame.body),
                None => self.hear_stranger(now, frame, bytes),
            },
        }
    }

    /// Stock servers take a session's frames for the plain room too, when only that is open.
    fn member_without_session(&self, frame: &Frame<'_>) -> Option<(Address, bool)> {
        frame.address.session()?;
        match self.rooms.get_key_value(frame.address.document())? {
            (address, Room::Open { versioned }) => Some((address.clone(), *versioned)),
            (_, Room::Pending(_)) => None,
        }
    }

    /// Does what is due. Early and repeated calls are harmless. On an error as in [`received`](Self::received).
    pub fn tick(&mut self, now: Duration) -> Result<(), CloseCode> {
        if self.next_deadline().is_none_or(|deadline| deadline > now) {
            return Ok(());
        }
        match self.proven {
            true => Err(CloseCode::TimedOut),
            false => Err(CloseCode::Unauthorized),
        }
    }

    /// When [`tick`](Self::tick) has to be called at the latest.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        Some(match self.proven {
            true => self.heard.saturating_add(self.limits.idle_max),
            // Traffic does not move this one, or a stranger could stay for ever.
            false => self.connected.saturating_add(self.limits.hello_within),
        })
    }

    /// Lets a client in: it is told so, then who is `present`, then its waiting frames are answered. Without effect
    /// for an address that is not asking.
    pub fn accept(&mut self, address: &Address, scope: Scope, present: &[Entry]) -> Result<(), CloseCode> {
        let Some(Room::Pending(pending)) = self.rooms.get(address) else { return Ok(()) };
        if !pending.is_asking() {
            return Ok(());
        }
        let versioned = pending.is_versioned();
        let queue = self.forget_pending(address);
        self.rooms.insert(address.clone(), Room::Open { versioned });
        self.proven = true;
        self.send(address, &Body::Auth(Auth::Authenticated { scope }));
        if !present.is_empty() {
            self.send(address, &Body::Awareness(&awareness::encode(present.iter())));
        }
        for bytes in queue {
            // Not straight to the room: one of these frames may leave it, and the next ask again.
            if let Ok(Packet::Frame(frame)) = frame::decode(&bytes, Direction::ToServer) {
                self.hear(self.heard, &frame, &bytes)?;
            }
        }
        Ok(())
    }

    /// Refuses a client and forgets what it said in that room; with another Auth message it may ask again. `Some`:
    /// nothing else is open or waiting on this socket, so it should be closed with that code, but not at once: the
    /// refusal has to be sent, and the Auth messages of other rooms may be on their way behind this one.
    pub fn deny(&mut self, address: &Address, reason: &str) -> Option<CloseCode> {
        let Some(Room::Pending(pending)) = self.rooms.get(address) else { return None };
        if !pending.is_asking() {
            return None;
        }
        self.forget_pending(address);
        self.refuse(address);
        self.send(address, &Body::Auth(Auth::PermissionDenied { reason }));
        self.rooms.is_empty().then_some(CloseCode::Forbidden)
    }

    /// Closes an open room from our side. `Some`: this client cannot be told, so the whole socket has to be closed
    /// with that code, or a fitting one of the caller's.
    pub fn close_room(&mut self, address: &Address, reason: &str) -> Option<CloseCode> {
        let Some(Room::Open { versioned }) = self.rooms.get(address) else { return None };
        if !*versioned {
            return Some(CloseCode::Reset);
        }
        self.rooms.remove(address);
        self.refuse(address);
        self.send(address, &Body::Close { reason: Some(reason) });
        None
    }

    /// Asks for a fresh token, if the client understands the question.
    pub fn request_token(&mut self, address: &Address) {
        if matches!(self.rooms.get(address), Some(Room::Open { versioned: true })) {
            self.send(address, &Body::Auth(Auth::TokenRequest));
        }
    }

    /// The addresses of all open rooms.
    pub fn open_rooms(&self) -> impl Iterator<Item = &Address> {
        self.rooms.iter().filter(|(_, room)| matches!(room, Room::Open { .. })).map(|(address, _)| address)
    }

    /// The bytes that are kept for rooms that are not open yet.
    #[must_use]
    pub fn queued_bytes(&self) -> usize {
        self.queued_bytes
    }

    /// The next message to send, as one binary WebSocket message. What the hub encoded for a whole room
    /// ([`encode_stateless`](crate::frame::encode_stateless), [`encode_awareness`](crate::frame::encode_awareness))
    /// goes behind it into the same queue of the socket.
    pub fn poll_packet(&mut self) -> Option<Vec<u8>> {
        self.packets.pop_front()
    }

    /// The next thing that is asked for.
    pub fn poll_event(&mut self) -> Option<ServerEvent> {
        self.events.pop_front()
    }

    fn send(&mut self, address: &Address, body: &Body<'_>) {
        self.packets.push_back(encode_frame(address, body));
    }

    fn ask(&mut self, address: &Address, token: Option<Token>, provider_version: Option<Arc<str>>) {
        self.events.push_back(ServerEvent::Authenticate {
            address: address.clone(),
            token,
            provider_version,
        });
    }
}
