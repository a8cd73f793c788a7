//! Entering and leaving rooms: tokens asked for in batches, doors knocked at a few at a time, and where we show
//! ourselves.
//!
//! **Invariant:** others see us only in tickets that are open here (LT-10).

use std::time::Duration;

use callboard_model::rest::LiveTokens;
use callboard_model::{Room, TenantId, TicketId};

use super::Session;
use super::effect::{LinkOrder, Request, Timer};
use super::event::{Answer, Failure};
use super::turn::Turn;
use crate::bridge::Live;
use crate::presence::own_presence;
use crate::rooms::plan::{Plan, ROOMS_MAX, plan, wanted};
use crate::rooms::{DENIED_FOR, TOKENS_MAX};

/// A token counts as living at least this long, whatever the clocks say.
const LIFE_MIN_MS: i64 = 10_000;

/// How soon the rooms are planned anew after the board moved by itself.
const BOARD_SETTLES: Duration = Duration::from_secs(1);

impl Session {
    /// Compares what is wanted with what is held, and does the difference.
    pub(super) fn visit(&mut self, turn: &mut Turn<'_>) {
        let Some(tenant) = self.me.as_ref().map(|me| me.tenant.clone()) else { return };
        if !std::mem::take(&mut self.rooms.is_dirty) {
            return;
        }
        let now = turn.now.uptime;
        self.rooms.sweep(now, self.clock.now_ms(turn.now.wall));
        let wants = self.wanted_rooms(&tenant, now);
        for ticket in &wants {
            if let Some(last) = self.rooms.held.get_mut(ticket) {
                *last = now;
            }
        }
        let Plan { join, leave, again } = plan(&wants, &self.rooms.held, now, ROOMS_MAX);
        for ticket in leave {
            self.leave_ticket_room(turn, &ticket);
        }
        self.knock(turn, &tenant, &join);
        if self.is_live() {
            self.touched.extend(self.presences.give_up(|ticket| wants.contains(ticket)));
        }
        let retry = [again, self.rooms.first_retry(now)].into_iter().flatten().min();
        if let Some(wait) = retry {
            self.plan_rooms_in(turn, wait);
        }
        self.arm_renewal(turn);
    }

    /// The tickets whose rooms we want: open, with work, on screen; in this order.
    fn wanted_rooms(&self, tenant: &TenantId, now: Duration) -> Vec<TicketId> {
        let visible = self.board.visible();
        let working = self.edits.tickets().map(|(ticket, _)| ticket);
        let may_enter = |ticket: &&TicketId| {
            let is_there = self.tickets.get(ticket).is_some_and(|known| !known.is_lost);
            is_there && !self.rooms.is_denied(&Room::Ticket(tenant.clone(), (*ticket).clone()), now)
        };
        wanted(self.windows.open_tickets().chain(working).chain(&visible).filter(may_enter), ROOMS_MAX)
    }

    /// Enters what has a token, the board first, and asks for the tokens that are missing or stale.
    fn knock(&mut self, turn: &mut Turn<'_>, tenant: &TenantId, join: &[TicketId]) {
        let (now, server_ms) = (turn.now.uptime, self.clock.now_ms(turn.now.wall));
        let mut missing = Vec::new();
        let board = Room::Board(tenant.clone());
        let entered = self.rooms.entered().filter(|room| **room != board).cloned();
        let tickets = join.iter().map(|ticket| Room::Ticket(tenant.clone(), ticket.clone()));
        for room in std::iter::once(board.clone()).chain(tickets).chain(entered).collect::<Vec<_>>() {
            if self.rooms.is_denied(&room, now) {
                continue;
            }
            match self.rooms.token(&room, server_ms) {
                None => missing.push(room),
                Some(token) if self.live.is_up && !self.rooms.is_entered(&room) && self.rooms.may_enter() => {
                    self.rooms.enter(room.clone(), now);
                    turn.link(LinkOrder::Join { room, token });
                }
                Some(_) => {}
            }
        }
        self.ask_tokens(turn, missing);
    }

    fn ask_tokens(&mut self, turn: &mut Turn<'_>, missing: Vec<Room>) {
        let may_ask =
            self.reach.is_open() && !self.rooms.is_asking && turn.now.uptime >= self.rooms.shut_until;
        if missing.is_empty() || !may_ask {
            return;
        }
        let board = missing.iter().any(|room| matches!(room, Room::Board(_)));
        let ticket = |room| match room {
            Room::Ticket(_, ticket) => Some(ticket),
            Room::Board(_) | Room::Notifications(..) => None,
        };
        let tickets = missing.into_iter().filter_map(ticket).take(TOKENS_MAX).collect();
        self.rooms.is_asking = true;
        self.ask(turn, Request::LiveTokens { tickets, board });
    }

    /// Tokens came, or did not.
    pub(super) fn on_tokens(
        &mut self,
        turn: &mut Turn<'_>,
        asked: Vec<TicketId>,
        board: bool,
        outcome: Result<Answer, Failure>,
    ) {
        self.rooms.is_asking = false;
        match outcome {
            Ok(Answer::LiveTokens(tokens)) => self.take_tokens(turn, asked, board, tokens),
            Err(Failure::Unreachable | Failure::Broken | Failure::Busy(_) | Failure::SignedOut) => {}
            // A server that gives no tokens has no live layer for us; that is no error.
            Ok(_) | Err(_) => {
                self.rooms.shut_until = turn.now.uptime + DENIED_FOR;
                self.live.show(Live::Unavailable, turn.wall_ms());
                self.plan_rooms_in(turn, DENIED_FOR);
            }
        }
    }

    fn take_tokens(&mut self, turn: &mut Turn<'_>, asked: Vec<TicketId>, board: bool, tokens: LiveTokens) {
        let Some(tenant) = self.me.as_ref().map(|me| me.tenant.clone()) else { return };
        self.rooms.is_dirty = true;
        let server_ms = self.clock.now_ms(turn.now.wall);
        let life = (tokens.expires_at.as_millisecond() - server_ms).max(LIFE_MIN_MS);
        let stale_at = server_ms + life / 5 * 4;
        let rooms = asked.into_iter().map(|ticket| {
            let token = tokens.tokens.get(&ticket).cloned();
            (Room::Ticket(tenant.clone(), ticket), token)
        });
        let board = board.then(|| (Room::Board(tenant.clone()), tokens.board_token.clone()));
        for (room, token) in board.into_iter().chain(rooms).collect::<Vec<_>>() {
            let Some(token) = token else {
                self.no_token(turn, &room);
                continue;
            };
            if self.rooms.put_token(&room, token.clone(), stale_at) {
                turn.link(LinkOrder::Join { room, token });
            }
        }
    }

    /// The server refuses a token for one room.
    fn no_token(&mut self, turn: &mut Turn<'_>, room: &Room) {
        match room {
            Room::Ticket(_, ticket) => {
                self.leave_ticket_room(turn, ticket);
                // Perhaps the ticket is out of our sight now (LT-19).
                self.stale.want(ticket);
            }
            // Hints come from the rooms of single tickets, if at all.
            Room::Board(_) | Room::Notifications(..) => {
                if self.rooms.is_entered(room) {
                    turn.link(LinkOrder::Leave(room.clone()));
                }
                (self.feed.is_behind, self.feed.has_gap) = (true, true);
                self.live.show(Live::Unavailable, turn.wall_ms());
            }
        }
        self.rooms.refuse(room, turn.now.uptime);
    }

    /// Whether there is no board room to wait for.
    pub(super) fn is_board_shut(&self, turn: &Turn<'_>) -> bool {
        let tenant = self.me.as_ref().map(|me| me.tenant.clone());
        tenant.is_some_and(|tenant| self.rooms.is_denied(&Room::Board(tenant), turn.now.uptime))
    }

    pub(super) fn leave_ticket_room(&mut self, turn: &mut Turn<'_>, ticket: &TicketId) {
        let Some(me) = &self.me else { return };
        let room = Room::Ticket(me.tenant.clone(), ticket.clone());
        if self.rooms.is_entered(&room) {
            self.rooms.leave(&room);
            turn.link(LinkOrder::Leave(room));
            self.presences.left(ticket);
            self.shown.remove(ticket);
            self.touched.insert(ticket.clone());
        }
    }

    /// Says where we are, where that is new. The link remembers what we show in a room while we are out of it, so that
    /// is kept true too: it would be the first thing that others hear when we are back (LT-9).
    pub(super) fn show_ourselves(&mut self, turn: &mut Turn<'_>, ticket: &TicketId) {
        let Some(me) = &self.me else { return };
        let room = Room::Ticket(me.tenant.clone(), ticket.clone());
        let before = self.shown.get(ticket);
        if before.is_none() && !self.rooms.is_joined(&room) {
            return;
        }
        let is_open = self.windows.is_open(ticket);
        let presence = is_open.then(|| own_presence(me, self.windows.editing(ticket)));
        if presence.as_ref() == before {
            return;
        }
        match &presence {
            Some(presence) => self.shown.insert(ticket.clone(), presence.clone()),
            None => self.shown.remove(ticket),
        };
        let is_over = presence.is_none() && !self.rooms.is_entered(&room);
        turn.link(if is_over { LinkOrder::Leave(room) } else { LinkOrder::Show(room, presence) });
    }

    /// The board moved by itself: what is on screen may be other tickets soon.
    pub(super) fn board_moved(&mut self, turn: &mut Turn<'_>) {
        if self.live.is_up {
            self.plan_rooms_in(turn, BOARD_SETTLES);
        }
    }

    /// Plans the rooms anew after a while, unless that happens earlier anyway.
    fn plan_rooms_in(&mut self, turn: &mut Turn<'_>, wait: Duration) {
        let at = turn.now.uptime + wait;
        if self.rooms.plan_at.is_none_or(|planned| at < planned) {
            self.rooms.plan_at = Some(at);
            turn.arm(Timer::Rooms, wait);
        }
    }

    fn arm_renewal(&mut self, turn: &mut Turn<'_>) {
        let first = self.rooms.first_stale();
        if let Some(at) = first.filter(|_| first != self.rooms.renew_at) {
            let wait = u64::try_from(at - self.clock.now_ms(turn.now.wall)).unwrap_or_default();
            self.rooms.renew_at = first;
            turn.arm(Timer::Tokens, Duration::from_millis(wait.max(1)));
        }
    }
}
