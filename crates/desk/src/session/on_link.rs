//! What happens on the socket.
//!
//! **Invariant:** losing it changes nothing but what is known of others: reading and saving go on (LT-14).

use callboard_model::{Hint, Room, TicketId};

use super::Session;
use super::effect::{Effect, LinkOrder, Timer};
use super::event::{Fall, LinkEvent};
use super::turn::Turn;
use crate::bridge::Live;
use crate::refresh::Rumour;

impl Session {
    pub(super) fn link_said(&mut self, turn: &mut Turn<'_>, event: LinkEvent) {
        match event {
            LinkEvent::Up => self.link_up(turn),
            LinkEvent::Down(fall) => self.link_down(turn, &fall),
            LinkEvent::Joined(room) => self.joined(turn, &room),
            LinkEvent::Denied(room, _) | LinkEvent::Left(room, _) => self.put_out(turn, &room),
            LinkEvent::Hint(room, hint) => self.hinted(turn, room, &hint),
            LinkEvent::Presence(room, faces) => {
                let is_ours = self.rooms.is_entered(&room);
                if let (Room::Ticket(_, ticket), true) = (room, is_ours) {
                    self.presences.change(&ticket, faces, turn.wall_ms());
                    self.touched.insert(ticket);
                }
            }
            LinkEvent::Digest(room, digest) => {
                if matches!(room, Room::Board(_)) && self.rooms.is_joined(&room) {
                    self.touched.extend(self.presences.digested(digest, turn.wall_ms()));
                }
            }
            LinkEvent::RoundTrip(lag) => self.live.lag = Some(lag),
        }
    }

    /// Whether every change reaches us as it happens.
    pub(super) fn is_live(&self) -> bool {
        self.live.live == Live::Live
    }

    fn link_up(&mut self, turn: &Turn<'_>) {
        self.live.is_up = true;
        (self.feed.is_behind, self.feed.has_gap) = (true, true);
        self.rooms.knock_anew(turn.now.uptime);
        self.rooms.is_dirty = true;
    }

    fn link_down(&mut self, turn: &mut Turn<'_>, fall: &Fall) {
        if self.is_live() {
            self.keep_proof(turn);
        }
        let wait = self.live.fell(turn.wall_ms(), turn.now.dice, fall.retry_after);
        turn.arm(Timer::Reconnect, wait);
        self.leave_live(turn);
    }

    /// There is no socket, or none that counts.
    pub(super) fn leave_live(&mut self, turn: &mut Turn<'_>) {
        self.live.is_up = false;
        self.leave_unseen(turn);
        self.rooms.fell();
        self.touched.extend(self.presences.fell(turn.wall_ms()));
        self.touched.extend(self.windows.open_tickets().cloned());
    }

    /// The link keeps a room over a lost socket, with what we showed there. Where we showed nothing there is nothing to
    /// keep: whether it is entered again is decided anew.
    fn leave_unseen(&self, turn: &mut Turn<'_>) {
        let is_unseen = |room: &&Room| match room {
            Room::Ticket(_, ticket) => !self.shown.contains_key(ticket),
            Room::Board(_) | Room::Notifications(..) => false,
        };
        for room in self.rooms.entered().filter(is_unseen) {
            turn.link(LinkOrder::Leave(room.clone()));
        }
    }

    /// The person wants it tried now.
    pub(super) fn retry_link(&mut self, turn: &mut Turn<'_>) {
        if !self.reach.is_open() {
            self.attempt(turn);
        }
        if !self.live.is_up {
            self.live.retry(turn.wall_ms());
            turn.push(Effect::Disarm(Timer::Reconnect));
            self.connect(turn);
        } else if !self.is_live() {
            // The socket is fine, and a door is shut.
            self.live.retry(turn.wall_ms());
            self.rooms.forgive();
            self.rooms.is_dirty = true;
        }
    }

    /// A room let us in. The first one after the socket opened, which is the board's where there is one, ends the
    /// silence: from here on hints arrive, so what came before is caught up now. A stock server has no board room, and
    /// there each of the later ones ends the silence of its own ticket.
    fn joined(&mut self, turn: &mut Turn<'_>, room: &Room) {
        if !self.rooms.is_entered(room) {
            // Said by a socket that we have given up meanwhile.
            return;
        }
        self.rooms.let_in(room);
        match room {
            Room::Ticket(_, ticket) => {
                self.presences.rejoined(ticket);
                self.touched.insert(ticket.clone());
            }
            Room::Board(_) => self.touched.extend(self.presences.board_rejoined()),
            Room::Notifications(..) => {}
        }
        let is_first = matches!(room, Room::Board(_)) || self.is_stock() || self.is_board_shut(turn);
        if is_first && std::mem::take(&mut self.feed.is_behind) {
            self.live.arrived(turn.wall_ms());
            // Now faces of rooms that nobody wants any more can be given up.
            self.rooms.is_dirty = true;
            self.touched.extend(self.windows.open_tickets().cloned());
            self.catch_up(turn);
        } else if let (Room::Ticket(_, ticket), true) = (room, self.is_stock()) {
            // No other room speaks for this one there, so its silence ends only now.
            self.stale.want(ticket);
        }
    }

    /// A room refused us, or put us out.
    fn put_out(&mut self, turn: &mut Turn<'_>, room: &Room) {
        self.rooms.deny(room, turn.now.uptime);
        self.rooms.is_dirty = true;
        match room {
            Room::Ticket(_, ticket) => {
                self.presences.left(ticket);
                if !self.shown.contains_key(ticket) {
                    turn.link(LinkOrder::Leave(room.clone()));
                }
                self.touched.insert(ticket.clone());
                if self.rooms.is_denied(room, turn.now.uptime) && self.tickets.get(ticket).is_some() {
                    // The ticket itself may be out of our sight now.
                    self.stale.want(ticket);
                }
            }
            Room::Board(_) => {
                (self.feed.is_behind, self.feed.has_gap) = (true, true);
                self.touched.extend(self.presences.board_fell(turn.wall_ms()));
                let is_shut = self.rooms.is_denied(room, turn.now.uptime);
                self.live.show(if is_shut { Live::Unavailable } else { Live::Reconnecting }, turn.wall_ms());
                self.touched.extend(self.windows.open_tickets().cloned());
            }
            Room::Notifications(..) => {}
        }
    }

    /// A hint: our own echo is dropped (LT-17), everything else makes its ticket stale.
    fn hinted(&mut self, turn: &mut Turn<'_>, room: Room, hint: &Hint) {
        // Only within one room hints come in order: one from a ticket's own room may be ahead of others.
        if matches!(room, Room::Board(_)) {
            self.advance_cursor(hint.seq);
        }
        let ticket: Option<TicketId> = hint.ticket_id.clone().or(match room {
            Room::Ticket(_, ticket) => Some(ticket),
            Room::Board(_) | Room::Notifications(..) => None,
        });
        if hint.origin_session.as_ref() == Some(&self.origin) {
            return;
        }
        let who = &hint.updated_by;
        let rumour = Rumour { fields: &hint.updated_fields, who, at: hint.updated_at, version: hint.version };
        match ticket {
            Some(ticket) => {
                self.heard_talk(&ticket, &hint.updated_fields);
                self.hinted_plans(turn, &ticket, &hint.updated_fields);
                self.heard(turn, &ticket, &rumour);
            }
            // LT-18: "many changed", without saying which.
            None => self.catch_up(turn),
        }
    }
}
