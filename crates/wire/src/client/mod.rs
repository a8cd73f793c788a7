//! The client's end of one socket that carries many rooms.
//!
//! The caller owns the socket and the clock; this owns the protocol. After *every* call, take all packets and
//! events; call [`tick`](Client::tick) no later than [`next_deadline`](Client::next_deadline).
//!
//! ```text
//! join ─▶ Auth, SyncStep1, Awareness? ─▶ … ─▶ Authenticated ─▶ Joined
//!                                              PermissionDenied ─▶ Denied
//! ```
//!
//! What it takes care of, so that nobody above has to know:
//!
//! - At most [`JOINS_PENDING_MAX`] rooms wait for the server's answer, because newer stock servers close a socket on
//!   which 100 do; the others wait here. An answer that never comes frees its place.
//! - Presence is renewed every 15 s, and only in rooms where there is some: that is what idle rooms cost. The socket
//!   is kept alive by the SyncStep1 of one open room every 20 s, which every server answers; that answer is also
//!   the measure of the round trip. WebSocket pings do not count with servers from 4.x on.
//! - The awareness clock only grows, over reconnects too: others remember it, and ignore who comes back with less.
//! - Documents are empty and stay so: the server's SyncStep1 is answered with an update that changes nothing.
//!
//! **Invariant:** no I/O, no clock, no random number; the same calls give the same bytes.

mod event;
mod inbound;
mod room;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::address::Address;
use crate::awareness::{Change, ClientId};
use crate::limits::{CLIENT_ROOMS_MAX, HEARTBEAT_EVERY, JOINS_PENDING_MAX, PRESENCE_BYTES_MAX, SILENCE_MAX};

pub use event::{ClientConfig, ClientEvent, NO_ANSWER};
use room::{Packets, Room, Stage};

/// One socket, many rooms, no I/O.
#[derive(Debug)]
pub struct Client {
    config: ClientConfig,
    rooms: BTreeMap<Address, Room>,
    /// Rooms in [`Stage::Waiting`], in the order in which they came.
    waiting: VecDeque<Address>,
    asked: usize,
    in_rooms: usize,
    timers: BTreeSet<(Duration, Address)>,
    link: Option<Link>,
    rooms_entered: u64,
    malformed: u64,
    packets: Packets,
    events: VecDeque<ClientEvent>,
}

/// The socket as long as it is open.
#[derive(Debug)]
struct Link {
    heard: Duration,
    beat_at: Duration,
    /// The sign of life that is not answered yet.
    beat: Option<(Duration, Address)>,
    given_up: bool,
}

impl Client {
    /// A client without a socket and without rooms.
    #[must_use]
    pub fn new(config: ClientConfig) -> Self {
        Self {
            config,
            rooms: BTreeMap::new(),
            waiting: VecDeque::new(),
            asked: 0,
            in_rooms: 0,
            timers: BTreeSet::new(),
            link: None,
            rooms_entered: 0,
            malformed: 0,
            packets: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// The socket is open. Rooms joined before go first.
    pub fn opened(&mut self, now: Duration) {
        let beat_at = now.saturating_add(HEARTBEAT_EVERY);
        self.link = Some(Link { heard: now, beat_at, beat: None, given_up: false });
        self.fill(now);
    }

    /// The socket is closed. Without effect when it was not open.
    ///
    /// What we show in each room is kept, tokens are not: they may have expired by the time there is a socket again,
    /// and a refusal for that reason would look like access lost. So every room has to be joined again; before
    /// [`opened`](Self::opened) is as good as after. Who was there is reported as gone only when the server, asked
    /// again, does not name them any more.
    pub fn closed(&mut self, _now: Duration) {
        if self.link.take().is_none() {
            return;
        }
        self.packets.clear();
        self.waiting.clear();
        self.timers.clear();
        self.asked = 0;
        self.in_rooms = 0;
        for room in self.rooms.values_mut() {
            room.fall_back();
            room.due = None;
        }
    }

    /// Enters a room, or gives an open one a fresh token. `false`: there are [`CLIENT_ROOMS_MAX`] rooms already, or
    /// no frame could carry that name.
    pub fn join(&mut self, now: Duration, document: &str, token: &str) -> bool {
        let address = match Address::parse(document) {
            Ok(address) if address.session().is_none() => address,
            _ => return false,
        };
        if !self.rooms.contains_key(document) {
            if self.rooms.len() >= CLIENT_ROOMS_MAX {
                return false;
            }
            let client = client_id(self.config.first_client_id, self.rooms_entered);
            self.rooms_entered += 1;
            self.rooms.insert(address.clone(), Room::new(address.clone(), client));
        }
        let Some(room) = self.rooms.get_mut(document) else { return false };
        room.token = Some(token.into());
        match room.stage {
            Stage::Idle => {
                room.stage = Stage::Waiting;
                self.waiting.push_back(address);
                self.fill(now);
            }
            Stage::Waiting => {}
            // One question at a time: two answers could not be told apart.
            Stage::Asked { .. } => room.token_is_newer = true,
            Stage::Open => {
                room.send_token(self.config.provider_version.as_deref(), &mut self.packets);
                room.token = None;
            }
        }
        true
    }

    /// Leaves a room. Nothing more is reported of it, and what we showed there is forgotten.
    pub fn leave(&mut self, now: Duration, document: &str) {
        let Some(mut room) = self.rooms.remove(document) else { return };
        if room.stage == Stage::Waiting {
            self.waiting.retain(|address| address.as_str() != document);
        }
        if let Some(due) = room.due.take() {
            self.timers.remove(&(due, room.address.clone()));
        }
        room.part(now, &mut self.packets);
        self.uncount(room.stage);
        self.fill(now);
    }

    /// Says where we are in a room, as JSON; `None` makes us invisible there. Without effect in a room not joined.
    /// More than [`PRESENCE_BYTES_MAX`] is taken as `None`: others would not read it.
    pub fn show(&mut self, now: Duration, document: &str, state: Option<Arc<str>>) {
        let Some(room) = self.rooms.get_mut(document) else { return };
        let address = room.address.clone();
        room.show(now, state.filter(|state| state.len() <= PRESENCE_BYTES_MAX), &mut self.packets);
        self.rearm(&address);
    }

    /// Does what is due. Early and repeated calls are harmless.
    pub fn tick(&mut self, now: Duration) {
        if self.link.is_none() {
            return;
        }
        while let Some((due, _)) = self.timers.first()
            && *due <= now
            && let Some((_, address)) = self.timers.pop_first()
        {
            self.wake(now, &address);
        }
        self.fill(now);
        self.beat(now);
    }

    /// When [`tick`](Self::tick) has to be called at the latest.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        let link = self.link.as_ref()?;
        let room = self.timers.first().map(|(due, _)| *due);
        let beat = (self.in_rooms > 0).then_some(link.beat_at);
        let silence =
            (self.expects_to_hear() && !link.given_up).then(|| link.heard.saturating_add(SILENCE_MAX));
        [room, beat, silence].into_iter().flatten().min()
    }

    /// The next message to send, as one binary WebSocket message.
    pub fn poll_packet(&mut self) -> Option<Vec<u8>> {
        self.packets.pop_front()
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<ClientEvent> {
        self.events.pop_front()
    }

    /// Our own client id in a room.
    #[must_use]
    pub fn client_id(&self, document: &str) -> Option<ClientId> {
        self.rooms.get(document).map(Room::client)
    }

    /// How many rooms we are in.
    #[must_use]
    pub fn rooms_open(&self) -> usize {
        self.in_rooms
    }

    /// How many presence entries of others were passed over because they were malformed.
    #[must_use]
    pub fn malformed(&self) -> u64 {
        self.malformed
    }

    /// Gives free places to rooms that wait.
    fn fill(&mut self, now: Duration) {
        while self.link.is_some()
            && self.asked < JOINS_PENDING_MAX
            && let Some(address) = self.waiting.pop_front()
        {
            self.ask(now, &address);
        }
    }

    fn ask(&mut self, now: Duration, address: &Address) {
        let quiet = !self.expects_to_hear();
        let Some(room) = self.rooms.get_mut(address) else { return };
        if !room.is_live() {
            self.asked += 1;
        }
        room.ask(now, self.config.provider_version.as_deref(), &mut self.packets);
        self.rearm(address);
        if quiet && let Some(link) = &mut self.link {
            // Until now the server had no reason to speak.
            link.heard = link.heard.max(now);
        }
    }

    fn wake(&mut self, now: Duration, address: &Address) {
        let Some(room) = self.rooms.get_mut(address) else { return };
        room.due = None;
        let changes = room.wake(now, &mut self.packets);
        let unanswered = room.is_unanswered(now);
        let asked_twice = matches!(room.stage, Stage::Asked { again: true, .. });
        self.report(address, changes);
        if unanswered && asked_twice {
            self.fall_back(address);
            self.events.push_back(ClientEvent::Left { document: address.shared(), reason: NO_ANSWER.into() });
        } else if unanswered {
            self.ask(now, address);
        }
        self.rearm(address);
    }

    /// Says something every now and then, and notices that nothing is said to us.
    fn beat(&mut self, now: Duration) {
        let expects = self.expects_to_hear();
        let Some(link) = &mut self.link else { return };
        if expects && !link.given_up && link.heard.saturating_add(SILENCE_MAX) <= now {
            link.given_up = true;
            self.events.push_back(ClientEvent::Silent);
        }
        if link.beat_at > now {
            return;
        }
        link.beat_at = now.saturating_add(HEARTBEAT_EVERY);
        if let Some(room) = self.rooms.values().find(|room| room.stage == Stage::Open) {
            link.beat = Some((now, room.address.clone()));
            room.send_step1(&mut self.packets);
        }
    }

    fn expects_to_hear(&self) -> bool {
        self.asked + self.in_rooms > 0
    }

    fn uncount(&mut self, stage: Stage) {
        match stage {
            Stage::Asked { .. } => self.asked -= 1,
            Stage::Open => self.in_rooms -= 1,
            Stage::Idle | Stage::Waiting => {}
        }
    }

    /// We are out of a room that we still want.
    fn fall_back(&mut self, address: &Address) {
        let Some(room) = self.rooms.get_mut(address) else { return };
        let stage = room.stage;
        room.fall_back();
        self.uncount(stage);
        self.rearm(address);
    }

    fn report(&mut self, address: &Address, changes: Vec<Change>) {
        if !changes.is_empty() {
            self.events.push_back(ClientEvent::Presence { document: address.shared(), changes });
        }
    }

    /// Sets a room's alarm to what the room now wants.
    fn rearm(&mut self, address: &Address) {
        let Some(room) = self.rooms.get_mut(address) else { return };
        let due = if self.link.is_some() { room.next_due() } else { None };
        if room.due == due {
            return;
        }
        if let Some(old) = std::mem::replace(&mut room.due, due) {
            self.timers.remove(&(old, address.clone()));
        }
        self.timers.extend(due.map(|due| (due, address.clone())));
    }
}

/// The id of the nth room: scattered, so that two consoles whose first ids lie close do not meet; 32 bits and never
/// 0, as the stock draws them.
fn client_id(first: u64, nth: u64) -> ClientId {
    let mut bits = first.wrapping_add(nth.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ClientId((bits >> 32).max(1))
}
