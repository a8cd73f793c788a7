//! One room of a client: how far it is, what we show there, whom we see there.
//!
//! ```text
//!          join            a slot is free         Authenticated
//!  Idle ─────────▶ Waiting ──────────────▶ Asked ───────────────▶ Open
//!    ▲                                       │ PermissionDenied     │ CLOSE
//!    └───────────────────────────────────────┴──────────────────────┘      (socket closed: from anywhere)
//! ```
//!
//! **Invariant:** no decision about other rooms, the socket or events; frames go to the queue that is handed in.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::address::Address;
use crate::awareness::{self, AwarenessMap, Change, ClientId, Entry, Outcome};
use crate::frame::{Auth, Body, EMPTY_STATE_VECTOR, Sync, encode_frame};
use crate::limits::{JOIN_ANSWERED_WITHIN, PRESENCE_EXPIRES_AFTER, PRESENCE_RENEWED_EVERY};

/// Encoded packets on their way out.
pub(super) type Packets = VecDeque<Vec<u8>>;

/// How far a room is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Not asked for: there is no token that could be used.
    Idle,
    /// There is a token; other rooms go first.
    Waiting,
    /// The token is sent.
    Asked {
        /// When, the last time.
        since: Duration,
        /// It was sent twice.
        again: bool,
    },
    /// We are in.
    Open,
}

pub(super) struct Room {
    pub(super) address: Address,
    pub(super) stage: Stage,
    /// For the next Auth message.
    pub(super) token: Option<Arc<str>>,
    /// The one in flight was superseded by `token`.
    pub(super) token_is_newer: bool,
    /// When this room wants to be woken; as the timers have it.
    pub(super) due: Option<Duration>,
    client: ClientId,
    clock: u64,
    shown: Option<Arc<str>>,
    renew_at: Option<Duration>,
    peers: AwarenessMap,
    /// Peers of the time before we were thrown out, of whom nothing has been heard since.
    missing: BTreeSet<ClientId>,
}

/// Tokens are secrets and what is shown is personal, so neither is shown here.
impl std::fmt::Debug for Room {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Room")
            .field("address", &self.address)
            .field("stage", &self.stage)
            .finish_non_exhaustive()
    }
}

impl Room {
    pub(super) fn new(address: Address, client: ClientId) -> Self {
        Self {
            address,
            stage: Stage::Idle,
            token: None,
            token_is_newer: false,
            due: None,
            client,
            clock: 0,
            shown: None,
            renew_at: None,
            peers: AwarenessMap::default(),
            missing: BTreeSet::new(),
        }
    }

    pub(super) fn client(&self) -> ClientId {
        self.client
    }

    /// Whether the server has been told of this room on this socket.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.stage, Stage::Asked { .. } | Stage::Open)
    }

    /// Whether the server has been told where we are.
    pub(super) fn is_showing(&self) -> bool {
        self.is_live() && self.shown.is_some()
    }

    /// Everything the server needs to let us in, in one burst: it keeps what comes before its decision.
    pub(super) fn ask(&mut self, now: Duration, version: Option<&str>, out: &mut Packets) {
        let again = matches!(self.stage, Stage::Asked { .. });
        self.stage = Stage::Asked { since: now, again };
        self.send_token(version, out);
        self.send_step1(out);
        if self.shown.is_some() {
            self.announce(now, out);
        }
    }

    /// Sends the token, be it to enter or as a fresh one.
    pub(super) fn send_token(&mut self, version: Option<&str>, out: &mut Packets) {
        self.token_is_newer = false;
        let token = self.token.as_deref().unwrap_or_default();
        self.send(&Body::Auth(Auth::Token { token, provider_version: version }), out);
    }

    pub(super) fn send_step1(&self, out: &mut Packets) {
        self.send(&Body::Sync(Sync::Step1(EMPTY_STATE_VECTOR)), out);
    }

    pub(super) fn send(&self, body: &Body<'_>, out: &mut Packets) {
        out.push_back(encode_frame(&self.address, body));
    }

    /// Says where we are, with a clock that nobody has seen yet.
    pub(super) fn announce(&mut self, now: Duration, out: &mut Packets) {
        self.renew_at = self.shown.is_some().then(|| now.saturating_add(PRESENCE_RENEWED_EVERY));
        let state = self.shown.clone();
        self.send_state(state, out);
    }

    fn send_state(&mut self, state: Option<Arc<str>>, out: &mut Packets) {
        self.clock += 1;
        let entry = Entry { client: self.client, clock: self.clock, state };
        self.send(&Body::Awareness(&awareness::encode(std::iter::once(&entry))), out);
    }

    /// Changes what we show, and says so where we are in.
    pub(super) fn show(&mut self, now: Duration, state: Option<Arc<str>>, out: &mut Packets) {
        if self.shown == state {
            return;
        }
        self.shown = state;
        if !self.is_live() {
            return;
        }
        if self.shown.is_none() {
            self.send_state(Some(NOBODY.into()), out);
        }
        self.announce(now, out);
    }

    /// Says goodbye.
    pub(super) fn part(&mut self, now: Duration, out: &mut Packets) {
        if self.is_live() {
            if self.shown.take().is_some() {
                self.announce(now, out);
            }
            self.send(&Body::Close { reason: None }, out);
        }
    }

    /// We are out, whoever wanted it. What we show stays, for the next time; the token is spent.
    pub(super) fn fall_back(&mut self) {
        self.stage = Stage::Idle;
        self.token = None;
        self.token_is_newer = false;
        self.renew_at = None;
        self.missing.extend(self.peers.clear());
    }

    /// Takes in what the server says of the people here; the answer is what changed, ourselves excepted.
    pub(super) fn hear(&mut self, now: Duration, entries: &[Entry], out: &mut Packets) -> Vec<Change> {
        let mut changes = Vec::new();
        for entry in entries {
            if entry.client == self.client {
                self.hear_of_ourselves(now, entry, out);
                continue;
            }
            let outcome = self.peers.apply(now, entry);
            let was_missing = outcome != Outcome::Ignored && self.missing.remove(&entry.client);
            if outcome == Outcome::Changed || was_missing {
                changes.push((entry.client, entry.state.clone()));
            }
        }
        changes
    }

    /// An echo says nothing new. A departure we did not announce (the machine slept, and others gave us up) is put
    /// right, and a clock ahead of ours is caught up with, or nobody would hear us again.
    fn hear_of_ourselves(&mut self, now: Duration, entry: &Entry, out: &mut Packets) {
        let given_up = entry.clock >= self.clock && entry.state.is_none() && self.shown.is_some();
        self.clock = self.clock.max(entry.clock);
        if given_up {
            self.announce(now, out);
        }
    }

    /// The server has told everything it knows: who is still missing is gone.
    pub(super) fn told_all(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.missing).into_iter().map(|client| (client, None)).collect()
    }

    /// Presence that is due: ours is said again, that of others expires.
    pub(super) fn wake(&mut self, now: Duration, out: &mut Packets) -> Vec<Change> {
        if self.is_live() && self.renew_at.is_some_and(|at| at <= now) {
            self.announce(now, out);
        }
        self.peers.expire(now).into_iter().map(|entry| (entry.client, None)).collect()
    }

    /// Whether the server owes an answer for too long.
    pub(super) fn is_unanswered(&self, now: Duration) -> bool {
        matches!(self.stage, Stage::Asked { since, .. } if since.saturating_add(JOIN_ANSWERED_WITHIN) <= now)
    }

    /// When there is something to do, from everything this room knows.
    pub(super) fn next_due(&self) -> Option<Duration> {
        let answer = match self.stage {
            Stage::Asked { since, .. } => Some(since.saturating_add(JOIN_ANSWERED_WITHIN)),
            Stage::Idle | Stage::Waiting | Stage::Open => None,
        };
        [answer, self.renew_at, self.peers.next_expiry()].into_iter().flatten().min()
    }

    /// Whether the alarm that is set is too late for a peer heard just now.
    pub(super) fn wakes_too_late(&self, now: Duration) -> bool {
        self.due.is_none_or(|due| due > now.saturating_add(PRESENCE_EXPIRES_AFTER))
    }
}

/// A state that shows nobody.
///
/// `null` alone would be the way to become invisible, but servers 4.1.0 to 4.7.0 swallow it, and everybody would
/// see us for another 30 s. They do pass this on, and a state without `user` draws no face; the `null` that follows
/// removes it at once on every other server, and here it expires. Leaving and entering again would work too, at the
/// price of the hints in between, a second use of the token, and on 2.x of the socket if it was the last room.
const NOBODY: &str = "{}";
