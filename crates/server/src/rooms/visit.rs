//! One socket's part in the rooms: what its client asks for, decided by the gate and done in the hub.
//!
//! It exists between the protocol machine, which knows no rights, and the hub, which knows no protocol. Who wants in is
//! collected first and decided together: a client asks for all its rooms in one burst.
//!
//! **Invariant:** whoever is in the hub passed the gate, and leaves the hub when this value is dropped.

mod stays;

use std::sync::atomic::Ordering;
use std::time::Duration;

use callboard_model::Timestamp;
use callboard_wire::{Address, Connection, Entry, Scope, ServerEvent, ServerLimits, Token};

use self::stays::{Stay, Stays};
use super::Rooms;
use super::crowd::Stranger;
use super::gate::{Pass, Question, REASON, UrlToken};
use super::hub::Entrance;
use super::limits::{LEFT_AT_A_TIME, QUEUED_BYTES, REFUSAL_LINGERS, ROOMS_PER_SOCKET};
use super::outgoing::{Goodbye, Outgoing};

/// What a client is told when its token ran out while it was inside.
const EXPIRED: &str = "token-expired";

/// One socket inside the rooms.
pub(super) struct Visit {
    rooms: Rooms,
    connection: Connection,
    url: UrlToken,
    outgoing: Outgoing,
    /// What it costs before anybody knows who it is.
    stranger: Stranger,
    /// What the gate has to decide next.
    asked: Vec<Ask>,
    stays: Stays,
    /// How long before a token expires this client is asked for a fresh one, in seconds.
    renew_ahead: i64,
    /// When the socket ends because all it asked for was refused.
    refused_until: Option<(Duration, Goodbye)>,
}

/// Somebody wants to enter a room, or shows a fresh token in one.
struct Ask {
    address: Address,
    token: Option<Token>,
    fresh: bool,
}

fn limits() -> ServerLimits {
    ServerLimits { rooms: ROOMS_PER_SOCKET, queued_bytes: QUEUED_BYTES, ..ServerLimits::default() }
}

impl Visit {
    pub(super) fn new(rooms: Rooms, url: UrlToken, outgoing: Outgoing, stranger: Stranger) -> Self {
        let connection = Connection::new(rooms.now(), limits());
        Self {
            connection,
            url,
            outgoing,
            stranger,
            asked: Vec::new(),
            stays: Stays::default(),
            renew_ahead: rooms.renew_ahead(),
            refused_until: None,
            rooms,
        }
    }

    /// Takes in one message of the client. Who wants in has to wait for [`decide`](Self::decide).
    pub(super) fn received(&mut self, bytes: &[u8]) -> Result<(), Goodbye> {
        self.connection.received(self.rooms.now(), bytes)?;
        self.stranger.keeps(self.connection.queued_bytes())?;
        self.act();
        Ok(())
    }

    /// The next packet for the client.
    pub(super) fn poll_packet(&mut self) -> Option<Vec<u8>> {
        self.connection.poll_packet()
    }

    /// Does what is due. Early and repeated calls are harmless.
    pub(super) fn tick(&mut self) -> Result<(), Goodbye> {
        let now = self.rooms.wall();
        self.connection.tick(self.rooms.now())?;
        if let Some((_, goodbye)) = self.refused_until.take_if(|(at, _)| *at <= self.rooms.now()) {
            return Err(goodbye);
        }
        for address in self.stays.due(now.as_second()) {
            self.fall_due(now.as_second(), &address)?;
        }
        Ok(())
    }

    /// How long until [`tick`](Self::tick) has something to do.
    pub(super) fn next_tick(&self) -> Duration {
        let now = self.rooms.wall();
        let until = |at: Duration| at.saturating_sub(self.rooms.now());
        let stay = self.stays.next_due().map(|second| {
            Timestamp::from_second(second)
                .map_or(Duration::ZERO, |due| now.duration_until(due).try_into().unwrap_or_default())
        });
        let refused = self.refused_until.as_ref().map(|(at, _)| until(*at));
        let protocol = self.connection.next_deadline().map(until);
        [stay, refused, protocol].into_iter().flatten().min().unwrap_or(Duration::MAX)
    }

    fn act(&mut self) {
        while let Some(event) = self.connection.poll_event() {
            match event {
                ServerEvent::Authenticate { address, token, .. } => {
                    self.asked.push(Ask { address, token, fresh: false });
                }
                // "I have none", as a client says whose token stands in the URL: its stay ends when it ends.
                ServerEvent::FreshToken { token, .. } if token.reveal().is_empty() => {}
                ServerEvent::FreshToken { address, token } => {
                    self.asked.push(Ask { address, token: Some(token), fresh: true });
                }
                ServerEvent::Awareness { address, entries } => self.say(&address, &entries),
                ServerEvent::Stateless { address, .. } => {
                    tracing::debug!(room = address.document(), "a client's stateless message is not relayed");
                }
                ServerEvent::Left { address } => self.leave(&address),
            }
        }
    }

    /// Has the gate decide about everybody who asked since the last time.
    pub(super) async fn decide(&mut self) -> Result<(), Goodbye> {
        while !self.asked.is_empty() {
            let asked = std::mem::take(&mut self.asked);
            let users: Vec<_> = asked
                .iter()
                .map(|ask| ask.fresh.then(|| self.stays.get(&ask.address).map(|stay| stay.user().clone())))
                .collect();
            let questions: Vec<_> = asked
                .iter()
                .zip(&users)
                .map(|(ask, user)| Question {
                    room: ask.address.document(),
                    token: ask.token.as_ref().map(Token::reveal),
                    stays: user.as_ref().and_then(Option::as_ref),
                })
                .collect();
            let (now, at) = (self.rooms.wall(), self.rooms.now());
            let decided = self.rooms.0.gate.admit(&self.url, &questions, now, at).await;
            for (ask, pass) in asked.iter().zip(decided.map_err(|error| undecided(&error))?) {
                if ask.fresh {
                    self.renew(&ask.address, pass.as_ref())?;
                } else {
                    self.join(&ask.address, pass)?;
                }
            }
            self.stranger.keeps(self.connection.queued_bytes())?;
        }
        Ok(())
    }

    fn join(&mut self, address: &Address, pass: Option<Pass>) -> Result<(), Goodbye> {
        self.leave(address);
        let Some((stay, present)) = pass.map(|pass| self.enter(address, pass)) else {
            self.rooms.0.refused.fetch_add(1, Ordering::Relaxed);
            if let Some(code) = self.connection.deny(address, REASON) {
                // From this refusal on, not from the first: the next of a burst may be a good one, and lie unread
                // while this one was looked into. How long a stranger may go on is the protocol's limit.
                self.refused_until = Some((self.rooms.now() + REFUSAL_LINGERS, code.into()));
            }
            return Ok(());
        };
        self.stays.insert(address.clone(), stay);
        self.refused_until = None;
        self.stranger.is_known();
        // Who may do something to the empty document does not matter: it is never applied.
        self.connection.accept(address, Scope::ReadWrite, &present)?;
        self.act();
        Ok(())
    }

    fn enter(&mut self, address: &Address, pass: Pass) -> (Stay, Vec<Entry>) {
        let Pass { room, guest, expires_at, placement } = pass;
        let (guest, outgoing) = (self.stays.share(guest), &self.outgoing);
        let entrance = Entrance { room: &room, address, guest: &guest, outgoing, placement };
        let (member, present) = self.rooms.hub(|hub| hub.join(entrance));
        let expires_at = expires_at.as_second();
        let due = expires_at - self.renew_ahead;
        (Stay { guest, member, expires_at, due }, present)
    }

    fn renew(&mut self, address: &Address, pass: Option<&Pass>) -> Result<(), Goodbye> {
        let Some(stay) = self.stays.get(address) else { return Ok(()) };
        match pass.map(|pass| pass.expires_at.as_second()) {
            // An older token than the one it has takes nothing away.
            Some(expires_at) if expires_at > stay.expires_at => {
                self.stays.extend(address, expires_at, expires_at - self.renew_ahead);
                Ok(())
            }
            Some(_) => Ok(()),
            None => self.close(address, REASON),
        }
    }

    fn say(&mut self, address: &Address, entries: &[Entry]) {
        let Some(stay) = self.stays.get(address) else { return };
        let vouched: Vec<_> = entries.iter().filter_map(|entry| stay.guest.face.vouch(entry)).collect();
        let now = self.rooms.now();
        self.rooms.hub(|hub| hub.say(now, address.document(), stay.member, &vouched));
    }

    /// A stay comes to its end, or close to it.
    fn fall_due(&mut self, now: i64, address: &Address) -> Result<(), Goodbye> {
        let Some(expires_at) = self.stays.get(address).map(|stay| stay.expires_at) else { return Ok(()) };
        if now >= expires_at {
            return self.close(address, EXPIRED);
        }
        self.stays.extend(address, expires_at, expires_at);
        self.connection.request_token(address);
        Ok(())
    }

    /// The hub says that this client may not be in the room any more.
    pub(super) fn put_out(&mut self, address: &Address) -> Result<(), Goodbye> {
        if self.stays.get(address).is_none() {
            return Ok(());
        }
        self.close(address, REASON)
    }

    /// Closes a room from our side. The client of an older release cannot be told: its socket ends, and it comes back.
    fn close(&mut self, address: &Address, reason: &str) -> Result<(), Goodbye> {
        self.leave(address);
        self.connection.close_room(address, reason).map_or(Ok(()), |code| Err(code.into()))
    }

    fn leave(&mut self, address: &Address) {
        if let Some(stay) = self.stays.remove(address) {
            let now = self.rooms.now();
            self.rooms.hub(|hub| hub.leave(now, address.document(), stay.member));
        }
    }

    /// Leaves all rooms, a few at a time, so that nobody else waits long for theirs.
    pub(super) async fn depart(mut self) {
        loop {
            let left = self.stays.take(LEFT_AT_A_TIME);
            if left.is_empty() {
                return;
            }
            self.leave_all(&left);
            tokio::task::yield_now().await;
        }
    }

    fn leave_all(&self, stays: &[(Address, Stay)]) {
        let now = self.rooms.now();
        self.rooms.hub(|hub| {
            for (address, stay) in stays {
                hub.leave(now, address.document(), stay.member);
            }
        });
    }
}

/// The store could not say yes or no: the client shall ask again, and must not take it for a no.
fn undecided(error: &crate::error::ServerError) -> Goodbye {
    tracing::error!(%error, "cannot decide who may enter");
    Goodbye::reset()
}

impl Drop for Visit {
    fn drop(&mut self) {
        let left = self.stays.take(usize::MAX);
        if !left.is_empty() {
            self.leave_all(&left);
        }
    }
}

#[cfg(test)]
mod tests;
