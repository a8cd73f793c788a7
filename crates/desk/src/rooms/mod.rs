//! The rooms that we are in, the tokens that let us in, and the doors that stayed shut.
//!
//! **Invariant:** a token is handed on and never shown; what to enter is decided in [`plan`], not here.

pub mod plan;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use callboard_model::{Room, TicketId};

/// How long a room that refused us twice is left alone.
pub const DENIED_FOR: Duration = Duration::from_secs(5 * 60);

/// The most rooms that we wait to be let into; the next one is tried when one of them has answered.
pub const JOINS_MAX: usize = 32;

/// The most tokens asked for at once; the rest is asked for after the answer.
pub const TOKENS_MAX: usize = 1_000;

/// The same where each costs a request of its own.
pub const STOCK_TOKENS_MAX: usize = JOINS_MAX;

/// What lets us into a room.
struct Token {
    text: Arc<str>,
    /// When four fifths of its life are over, by the server's clock in milliseconds.
    stale_at: i64,
}

/// A secret: only its age is shown.
impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token").field("stale_at", &self.stale_at).finish_non_exhaustive()
    }
}

/// A door that stayed shut.
#[derive(Debug)]
struct Denied {
    times: u32,
    until: Duration,
}

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Rooms {
    tokens: BTreeMap<Room, Token>,
    /// Entered, and whether we were let in.
    entered: BTreeMap<Room, bool>,
    /// How many of them let us in.
    joined: usize,
    /// To be entered, the most wanted first, as soon as there is a place.
    queue: VecDeque<Room>,
    denied: BTreeMap<Room, Denied>,
    /// When a ticket's room was last wanted; holds a key for each ticket room that is entered.
    pub held: BTreeMap<TicketId, Duration>,
    /// Tokens are asked for and not answered.
    pub is_asking: bool,
    /// The server gives no tokens at all; not asked again before.
    pub shut_until: Duration,
    /// The plan has to be made anew.
    pub is_dirty: bool,
    /// When it is made anew without anything happening.
    pub plan_at: Option<Duration>,
    /// When the first token is renewed, by the server's clock in milliseconds.
    pub renew_at: Option<i64>,
}

impl Rooms {
    /// A token that is not stale.
    pub(crate) fn token(&self, room: &Room, server_ms: i64) -> Option<Arc<str>> {
        let token = self.tokens.get(room)?;
        (server_ms < token.stale_at).then(|| token.text.clone())
    }

    /// Takes a token. Says whether we are in its room, which then must be shown the new one.
    pub(crate) fn put_token(&mut self, room: &Room, text: Arc<str>, stale_at: i64) -> bool {
        self.tokens.insert(room.clone(), Token { text, stale_at });
        self.entered.contains_key(room)
    }

    /// When the first token of an entered room becomes stale.
    pub(crate) fn first_stale(&self) -> Option<i64> {
        self.entered.keys().filter_map(|room| self.tokens.get(room)).map(|token| token.stale_at).min()
    }

    /// The rooms that we entered.
    pub(crate) fn entered(&self) -> impl Iterator<Item = &Room> {
        self.entered.keys()
    }

    /// Whether we entered a room.
    pub(crate) fn is_entered(&self, room: &Room) -> bool {
        self.entered.contains_key(room)
    }

    /// Whether we were let into a room.
    pub(crate) fn is_joined(&self, room: &Room) -> bool {
        self.entered.get(room).copied().unwrap_or_default()
    }

    /// How many rooms we were let into.
    pub(crate) fn joined(&self) -> u32 {
        u32::try_from(self.joined).unwrap_or(u32::MAX)
    }

    /// These are entered next, instead of whatever waited before.
    pub(crate) fn queue_up(&mut self, rooms: VecDeque<Room>) {
        self.queue = rooms;
    }

    /// The next room that may be tried now, with what opens it.
    pub(crate) fn next_to_enter(&mut self, server_ms: i64) -> Option<(Room, Arc<str>)> {
        while self.entered.len() - self.joined < JOINS_MAX {
            let room = self.queue.pop_front()?;
            match self.token(&room, server_ms) {
                Some(token) if !self.entered.contains_key(&room) => return Some((room, token)),
                Some(_) => {}
                // It waited longer than its token lives.
                None => self.is_dirty = true,
            }
        }
        None
    }

    /// We knock.
    pub(crate) fn enter(&mut self, room: Room, now: Duration) {
        if let Room::Ticket(_, ticket) = &room {
            self.held.insert(ticket.clone(), now);
        }
        self.entered.entry(room).or_default();
    }

    /// We were let in. An earlier refusal is remembered for a while: being let in and put out again counts.
    pub(crate) fn let_in(&mut self, room: &Room) {
        if let Some(joined) = self.entered.get_mut(room) {
            self.joined += usize::from(!std::mem::replace(joined, true));
        }
    }

    /// We leave.
    pub(crate) fn leave(&mut self, room: &Room) {
        self.joined -= usize::from(self.entered.remove(room) == Some(true));
        if let Room::Ticket(_, ticket) = room {
            self.held.remove(ticket);
        }
    }

    /// We were refused, or put out. The first time a fresh token may help; after that the room is left alone.
    pub(crate) fn deny(&mut self, room: &Room, now: Duration) {
        self.leave(room);
        self.tokens.remove(room);
        let denied = self.denied.entry(room.clone()).or_insert(Denied { times: 0, until: now });
        denied.times += 1;
        if denied.times > 1 {
            denied.until = now + DENIED_FOR;
        }
    }

    /// The server refuses a token: the room is left alone from the first time on.
    pub(crate) fn refuse(&mut self, room: &Room, now: Duration) {
        self.leave(room);
        self.tokens.remove(room);
        self.denied.insert(room.clone(), Denied { times: 2, until: now + DENIED_FOR });
    }

    /// Whether a room is to be left alone.
    pub(crate) fn is_denied(&self, room: &Room, now: Duration) -> bool {
        self.denied.get(room).is_some_and(|denied| now < denied.until)
    }

    /// When the first shut door may be tried again.
    pub(crate) fn first_retry(&self, now: Duration) -> Option<Duration> {
        self.denied.values().filter(|denied| denied.until > now).map(|denied| denied.until - now).min()
    }

    /// Every shut door may be tried at once: the person asks for it.
    pub(crate) fn forgive(&mut self) {
        self.denied.clear();
        self.shut_until = Duration::ZERO;
    }

    /// Another socket may lead to another server, one that was started anew: every shut door is tried once more, and
    /// the first refusal shuts it again.
    pub(crate) fn knock_anew(&mut self, now: Duration) {
        for denied in self.denied.values_mut() {
            *denied = Denied { times: 1, until: now };
        }
        self.shut_until = Duration::ZERO;
    }

    /// The link fell: we are in no room, and keep the tokens.
    pub(crate) fn fell(&mut self) {
        self.entered.clear();
        self.queue.clear();
        self.held.clear();
        self.joined = 0;
    }

    /// Lets go of tokens that are stale and of denials that are over: both only cost room.
    pub(crate) fn sweep(&mut self, now: Duration, server_ms: i64) {
        let entered = &self.entered;
        self.tokens.retain(|room, token| server_ms < token.stale_at || entered.contains_key(room));
        self.denied.retain(|_, denied| now < denied.until + DENIED_FOR);
    }
}
