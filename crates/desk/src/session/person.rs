//! Our own person: at the machine or away, seen or not.
//!
//! **Invariant:** others see us only in tickets that are open here (LT-10), never while we look quietly, and in no field
//! once we are away.

use std::time::Duration;

use callboard_model::{Presence, Room, TicketId};

use super::Session;
use super::effect::{LinkOrder, Timer};
use super::turn::Turn;
use crate::presence::attention::STIR_EVERY;
use crate::presence::own_presence;

/// What we last said of ourselves in a room.
#[derive(Debug)]
pub(super) struct Shown {
    presence: Presence,
    /// When.
    at: Duration,
}

impl Session {
    /// The person does something. Who was away comes back into their field; who has long said nothing new in a ticket
    /// says it anew, or others would take them to be idle (LT-9).
    pub(super) fn person_stirred(&mut self, turn: &mut Turn<'_>) {
        let now = turn.now.uptime;
        let (comes_back, look) = self.attention.stirred(now);
        if let Some(wait) = look {
            turn.arm(Timer::Away, wait);
        }
        let Some(tenant) = self.me.as_ref().map(|me| me.tenant.clone()) else { return };
        let room = |ticket: &TicketId| Room::Ticket(tenant.clone(), ticket.clone());
        let is_old = |ticket: &TicketId, shown: &mut Shown| {
            shown.at + STIR_EVERY <= now && self.rooms.is_joined(&room(ticket))
        };
        for (ticket, _) in self.shown.extract_if(.., is_old) {
            // It is said anew at the end of this step, if it is still so: others see that something moved.
            turn.link(LinkOrder::Show(room(&ticket), None));
            self.touched.insert(ticket);
        }
        if comes_back {
            self.touched.extend(self.shown.keys().cloned());
        }
    }

    /// The time to look for the person has come.
    pub(super) fn look_for_person(&mut self, turn: &mut Turn<'_>) {
        match self.attention.look(turn.now.uptime) {
            Some(wait) => turn.arm(Timer::Away, wait),
            None => self.touched.extend(self.shown.keys().cloned()),
        }
    }

    pub(super) fn view_quietly(&mut self, on: bool) {
        self.policy.quiet = on;
        self.touched.extend(self.windows.open_tickets().cloned());
    }

    /// Says where we are, where that is new. The link remembers what we show in a room while we are out of it, so that
    /// is kept true too: it would be the first thing that others hear when we are back (LT-9).
    pub(super) fn show_ourselves(&mut self, turn: &mut Turn<'_>, ticket: &TicketId) {
        let Some(me) = &self.me else { return };
        let room = Room::Ticket(me.tenant.clone(), ticket.clone());
        let before = self.shown.get(ticket).map(|shown| &shown.presence);
        if before.is_none() && !self.rooms.is_joined(&room) {
            return;
        }
        let is_seen = self.windows.is_open(ticket) && !self.policy.quiet;
        let field = self.windows.editing(ticket).filter(|_| !self.attention.is_away);
        let presence = is_seen.then(|| own_presence(me, field));
        if presence.as_ref() == before {
            return;
        }
        match &presence {
            Some(presence) => {
                let shown = Shown { presence: presence.clone(), at: turn.now.uptime };
                self.shown.insert(ticket.clone(), shown);
            }
            None => {
                self.shown.remove(ticket);
            }
        }
        let is_over = presence.is_none() && !self.rooms.is_entered(&room);
        turn.link(if is_over { LinkOrder::Leave(room) } else { LinkOrder::Show(room, presence) });
    }

    /// Rings when the next face comes to look idle.
    pub(super) fn arm_faces(&mut self, turn: &mut Turn<'_>) {
        if self.faces_armed {
            return;
        }
        let now = turn.wall_ms();
        if let Some(at) = self.presences.next_idle(now) {
            self.faces_armed = true;
            turn.arm(Timer::Faces, Duration::from_millis(u64::try_from(at - now).unwrap_or_default().max(1)));
        }
    }

    /// Some faces look idle from now on.
    pub(super) fn faces_aged(&mut self, turn: &Turn<'_>) {
        self.faces_armed = false;
        self.touched.extend(self.presences.turned_idle(turn.wall_ms()));
    }
}
