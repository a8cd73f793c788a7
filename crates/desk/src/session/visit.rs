//! Entering and leaving rooms: tokens asked for in batches, doors knocked at a few at a time.
//!
//! What to enter is planned when something changed that the plan stands on; a room that lets us in only makes place for
//! the next in the queue, or ten thousand rooms would be planned ten thousand times.
//!
//! **Invariant:** a room is entered only when the plan wants it, and never with a stale token.

use std::collections::VecDeque;
use std::time::Duration;

use callboard_model::rest::LiveTokens;
use callboard_model::{Room, TenantId, TicketId};

use super::Session;
use super::effect::{LinkOrder, Request, Timer};
use super::event::{Answer, Failure};
use super::turn::Turn;
use crate::bridge::Live;
use crate::rooms::plan::{Plan, plan, wanted};
use crate::rooms::{DENIED_FOR, STOCK_TOKENS_MAX, TOKENS_MAX};

/// A token counts as living at least this long, whatever the clocks say.
const LIFE_MIN_MS: i64 = 10_000;

/// How soon the rooms are planned anew after the board moved by itself.
const BOARD_SETTLES: Duration = Duration::from_secs(1);

impl Session {
    /// Compares what is wanted with what is held, and does the difference.
    pub(super) fn visit(&mut self, turn: &mut Turn<'_>) {
        let Some(tenant) = self.me.as_ref().map(|me| me.tenant.clone()) else { return };
        if std::mem::take(&mut self.rooms.is_dirty) {
            self.plan_visits(turn, &tenant);
        }
        if self.live.is_up {
            self.knock(turn);
        }
    }

    fn plan_visits(&mut self, turn: &mut Turn<'_>, tenant: &TenantId) {
        let now = turn.now.uptime;
        self.rooms.sweep(now, self.clock.now_ms(turn.now.wall));
        let wants = self.wanted_rooms(tenant, now);
        for ticket in &wants {
            if let Some(last) = self.rooms.held.get_mut(ticket) {
                *last = now;
            }
        }
        let Plan { join, leave, again } = plan(&wants, &self.rooms.held, now, self.policy.rooms_max);
        for ticket in leave {
            self.leave_ticket_room(turn, &ticket);
        }
        self.queue_up(turn, tenant, &join);
        if self.is_live() {
            self.touched.extend(self.presences.give_up(|ticket| wants.contains(ticket)));
        }
        let retry = [again, self.rooms.first_retry(now)].into_iter().flatten().min();
        if let Some(wait) = retry {
            self.plan_rooms_in(turn, wait);
        }
        self.arm_renewal(turn);
    }

    /// The tickets whose rooms we want: open, with work, on screen, ours; in this order.
    fn wanted_rooms(&self, tenant: &TenantId, now: Duration) -> Vec<TicketId> {
        let visible = self.board.visible();
        let working = self.edits.tickets().map(|(ticket, _)| ticket);
        let may_enter = |ticket: &&TicketId| {
            let is_there = self.tickets.get(ticket).is_some_and(|known| !known.is_lost);
            is_there && !self.rooms.is_denied(&Room::Ticket(tenant.clone(), (*ticket).clone()), now)
        };
        let all = self.windows.open_tickets().chain(working).chain(&visible).chain(&self.mine);
        wanted(all.filter(may_enter), self.policy.rooms_max)
    }

    /// Lines up what is to be entered, the board first, and asks for the tokens that are missing or stale. A stock server
    /// has no board room, and never looks at a token again once it let us in.
    fn queue_up(&mut self, turn: &mut Turn<'_>, tenant: &TenantId, join: &[TicketId]) {
        let (now, server_ms) = (turn.now.uptime, self.clock.now_ms(turn.now.wall));
        let board = (!self.is_stock()).then(|| Room::Board(tenant.clone()));
        let tickets = join.iter().map(|ticket| Room::Ticket(tenant.clone(), ticket.clone()));
        let is_fine = |room: &Room| self.rooms.token(room, server_ms).is_some();
        let mut missing = Vec::new();
        let mut queue = VecDeque::new();
        for room in board.into_iter().chain(tickets).filter(|room| !self.rooms.is_denied(room, now)) {
            if !is_fine(&room) {
                missing.push(room);
            } else if !self.rooms.is_entered(&room) {
                queue.push_back(room);
            }
        }
        if !self.is_stock() {
            let stale = |room: &&Room| !matches!(room, Room::Board(_)) && !is_fine(room);
            missing.extend(self.rooms.entered().filter(stale).cloned());
        }
        self.rooms.queue_up(queue);
        self.ask_tokens(turn, missing);
    }

    /// Enters what has a place.
    fn knock(&mut self, turn: &mut Turn<'_>) {
        let (now, server_ms) = (turn.now.uptime, self.clock.now_ms(turn.now.wall));
        while let Some((room, token)) = self.rooms.next_to_enter(server_ms) {
            self.rooms.enter(room.clone(), now);
            turn.link(LinkOrder::Join { room, token });
        }
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
        let tickets = missing.into_iter().filter_map(ticket);
        self.rooms.is_asking = true;
        let request = if self.is_stock() {
            Request::StockTokens { tickets: tickets.take(STOCK_TOKENS_MAX).collect() }
        } else {
            Request::LiveTokens { tickets: tickets.take(TOKENS_MAX).collect(), board }
        };
        self.ask(turn, request);
    }

    /// Tokens of a stock server came, perhaps not all that were asked for.
    pub(super) fn on_stock_tokens(
        &mut self,
        turn: &mut Turn<'_>,
        mut asked: Vec<TicketId>,
        outcome: Result<Answer, Failure>,
    ) {
        if let Ok(Answer::LiveTokens(tokens)) = &outcome {
            asked.retain(|id| tokens.tokens.contains_key(id) || tokens.refused.contains_key(id));
        }
        self.on_tokens(turn, asked, false, outcome);
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
        if self.is_stock() {
            return;
        }
        let first = self.rooms.first_stale();
        if let Some(at) = first.filter(|_| first != self.rooms.renew_at) {
            let wait = u64::try_from(at - self.clock.now_ms(turn.now.wall)).unwrap_or_default();
            self.rooms.renew_at = first;
            turn.arm(Timer::Tokens, Duration::from_millis(wait.max(1)));
        }
    }
}
