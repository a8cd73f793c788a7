//! One socket's part in the rooms: what its client asks for, decided by the gate and done in the hub.
//!
//! It exists between the protocol machine, which knows no rights, and the hub, which knows no protocol.
//!
//! **Invariant:** whoever is in the hub passed the gate, and leaves the hub when this value is dropped.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use callboard_model::{Room, Timestamp, UserId};
use callboard_wire::{Address, Connection, Entry, Scope, ServerEvent, ServerLimits};

use super::Rooms;
use super::gate::{REASON, UrlToken};
use super::hub::MemberId;
use super::limits::{QUEUED_BYTES, REFUSAL_LINGERS, RENEW_AHEAD_SECONDS, ROOMS_PER_SOCKET};
use super::outgoing::{Goodbye, Outgoing};
use super::presence::Face;

/// What a client is told when its token ran out while it was inside.
const EXPIRED: &str = "token-expired";

/// One socket inside the rooms.
pub(super) struct Visit {
    rooms: Rooms,
    connection: Connection,
    url: UrlToken,
    outgoing: Outgoing,
    stays: BTreeMap<Address, Stay>,
    /// When, in seconds of Unix time, something is due in which room: the end of a stay, or before it the question
    /// for a fresh token.
    due: BTreeSet<(i64, Address)>,
    /// When the socket ends because all it asked for was refused.
    refused_until: Option<(Duration, Goodbye)>,
}

fn limits() -> ServerLimits {
    ServerLimits { rooms: ROOMS_PER_SOCKET, queued_bytes: QUEUED_BYTES, ..ServerLimits::default() }
}

/// One room that is open on this socket.
struct Stay {
    room: Room,
    member: MemberId,
    user: UserId,
    face: Arc<Face>,
    expires_at: i64,
    due: i64,
}

impl Visit {
    pub(super) fn new(rooms: Rooms, url: UrlToken, outgoing: Outgoing) -> Self {
        let connection = Connection::new(rooms.now(), limits());
        let (stays, due) = (BTreeMap::new(), BTreeSet::new());
        Self { rooms, connection, url, outgoing, stays, due, refused_until: None }
    }

    /// Takes in one message of the client.
    pub(super) async fn received(&mut self, bytes: &[u8]) -> Result<(), Goodbye> {
        self.connection.received(self.rooms.now(), bytes)?;
        while let Some(event) = self.connection.poll_event() {
            self.act(event).await?;
        }
        Ok(())
    }

    /// The next packet for the client.
    pub(super) fn poll_packet(&mut self) -> Option<Vec<u8>> {
        self.connection.poll_packet()
    }

    /// Does what is due. Early and repeated calls are harmless.
    pub(super) fn tick(&mut self, now: Timestamp) -> Result<(), Goodbye> {
        self.connection.tick(self.rooms.now())?;
        if let Some((_, goodbye)) = self.refused_until.take_if(|(at, _)| *at <= self.rooms.now()) {
            return Err(goodbye);
        }
        while let Some((second, address)) = self.due.first().cloned() {
            if second > now.as_second() {
                break;
            }
            self.due.pop_first();
            self.fall_due(second, &address)?;
        }
        Ok(())
    }

    /// How long until [`tick`](Self::tick) has something to do.
    pub(super) fn next_tick(&self, now: Timestamp) -> Duration {
        let until = |at: Duration| at.saturating_sub(self.rooms.now());
        let stay = self.due.first().map(|(second, _)| {
            Timestamp::from_second(*second)
                .map_or(Duration::ZERO, |due| now.duration_until(due).try_into().unwrap_or_default())
        });
        let refused = self.refused_until.as_ref().map(|(at, _)| until(*at));
        let protocol = self.connection.next_deadline().map(until);
        [stay, refused, protocol].into_iter().flatten().min().unwrap_or(Duration::MAX)
    }

    async fn act(&mut self, event: ServerEvent) -> Result<(), Goodbye> {
        match event {
            ServerEvent::Authenticate { address, token, .. } => {
                self.join(&address, token.as_ref().map(|token| token.reveal())).await
            }
            ServerEvent::FreshToken { address, token } => self.renew(&address, token.reveal()).await,
            ServerEvent::Awareness { address, entries } => {
                self.say(&address, &entries);
                Ok(())
            }
            ServerEvent::Stateless { address, .. } => {
                tracing::debug!(room = address.document(), "a client's stateless message is not relayed");
                Ok(())
            }
            ServerEvent::Left { address } => {
                self.leave(&address);
                Ok(())
            }
        }
    }

    async fn join(&mut self, address: &Address, token: Option<&str>) -> Result<(), Goodbye> {
        let now = Timestamp::now();
        let admitted = self.rooms.0.gate.admit(address.document(), &self.url, token, now).await;
        let Some(pass) = admitted.map_err(|error| undecided(&error))? else {
            if let Some(code) = self.connection.deny(address, REASON) {
                // From this refusal on, not from the first: the next of a burst may be a good one, and lie unread
                // while this one was looked into. How long a stranger may go on is the protocol's limit.
                self.refused_until = Some((self.rooms.now() + REFUSAL_LINGERS, code.into()));
            }
            return Ok(());
        };
        self.leave(address);
        let user = pass.caller.user.clone();
        let (member, present) = self.rooms.hub(|hub| hub.join(&pass.room, &user, address, &self.outgoing));
        let expires_at = pass.expires_at.as_second();
        let due = expires_at - RENEW_AHEAD_SECONDS;
        let face = Arc::new(Face::of(&pass.caller));
        self.stays.insert(address.clone(), Stay { room: pass.room, member, user, face, expires_at, due });
        self.due.insert((due, address.clone()));
        self.refused_until = None;
        // Who may do something to the empty document does not matter: it is never applied.
        self.connection.accept(address, Scope::ReadWrite, &present)?;
        Ok(())
    }

    async fn renew(&mut self, address: &Address, token: &str) -> Result<(), Goodbye> {
        let Some(stay) = self.stays.get_mut(address) else { return Ok(()) };
        if token.is_empty() {
            // "I have none", as a client says whose token stands in the URL: its stay ends when it ends.
            return Ok(());
        }
        let renewed = self.rooms.0.gate.renew(&stay.room, &stay.user, token, Timestamp::now()).await;
        match renewed.map_err(|error| undecided(&error))? {
            // An older token than the one it has takes nothing away.
            Some(expires_at) if expires_at.as_second() > stay.expires_at => {
                self.due.remove(&(stay.due, address.clone()));
                stay.expires_at = expires_at.as_second();
                stay.due = stay.expires_at - RENEW_AHEAD_SECONDS;
                self.due.insert((stay.due, address.clone()));
                Ok(())
            }
            Some(_) => Ok(()),
            None => self.close(address, REASON),
        }
    }

    fn say(&mut self, address: &Address, entries: &[Entry]) {
        let Some(stay) = self.stays.get(address) else { return };
        let vouched: Vec<_> = entries.iter().filter_map(|entry| stay.face.vouch(entry)).collect();
        let now = self.rooms.now();
        self.rooms.hub(|hub| hub.say(now, &stay.room, stay.member, &vouched));
    }

    /// A stay comes to its end, or close to it.
    fn fall_due(&mut self, second: i64, address: &Address) -> Result<(), Goodbye> {
        let Some(stay) = self.stays.get_mut(address).filter(|stay| stay.due == second) else { return Ok(()) };
        if second >= stay.expires_at {
            return self.close(address, EXPIRED);
        }
        stay.due = stay.expires_at;
        self.due.insert((stay.due, address.clone()));
        self.connection.request_token(address);
        Ok(())
    }

    /// Closes a room from our side. The client of an older release cannot be told: its socket ends, and it comes back.
    fn close(&mut self, address: &Address, reason: &str) -> Result<(), Goodbye> {
        self.leave(address);
        self.connection.close_room(address, reason).map_or(Ok(()), |code| Err(code.into()))
    }

    fn leave(&mut self, address: &Address) {
        if let Some(stay) = self.stays.remove(address) {
            self.due.remove(&(stay.due, address.clone()));
            let now = self.rooms.now();
            self.rooms.hub(|hub| hub.leave(now, &stay.room, stay.member));
        }
    }
}

/// The store could not say yes or no: the client shall ask again, and must not take it for a no.
fn undecided(error: &crate::error::ServerError) -> Goodbye {
    tracing::error!(%error, "cannot decide who may enter");
    Goodbye::reset()
}

impl Drop for Visit {
    fn drop(&mut self) {
        let now = self.rooms.now();
        let stays = std::mem::take(&mut self.stays);
        self.rooms.hub(|hub| {
            for stay in stays.values() {
                hub.leave(now, &stay.room, stay.member);
            }
        });
    }
}

#[cfg(test)]
mod tests;
