//! What the server said, kept for a start without it (CO-12).
//!
//! What was kept is shown with its age until the server was asked, and then judged like anything else that is confirmed.
//! It is a copy: nothing is decided by whether it is there.
//!
//! **Invariant:** what one person was told is never shown to another.

use callboard_model::TicketId;
use callboard_model::rest::Me;

use super::Session;
use super::effect::{Effect, Keep};
use super::event::Kept;
use super::turn::Turn;
use crate::notes::Owner;
use crate::presence::own_face;

impl Session {
    /// Takes in what was kept, before anything else happens.
    pub(super) fn recall(&mut self, kept: Kept) {
        let Some(me) = kept.me else { return };
        self.common.me = Some(own_face(&me));
        self.recalled = Some(me);
        if let Some(lookups) = kept.lookups {
            self.name(lookups);
        }
        for (ticket, as_of) in kept.tickets {
            self.touched.insert(ticket.ticket_id.clone());
            self.tickets.recall(ticket, as_of);
        }
    }

    /// The server says who we are: what was kept for somebody else is nobody's business now.
    pub(super) fn keep_me(&mut self, turn: &mut Turn<'_>, me: &Me) {
        if self.recalled.as_ref() == Some(me) {
            return;
        }
        let is_other = |old: &Me| Owner::of(old) != Owner::of(me);
        let old = self.recalled.replace(me.clone());
        if old.as_ref().is_some_and(is_other) {
            self.let_go_of_ours(turn);
        }
        if old.as_ref().is_none_or(is_other) {
            self.forget_recalled();
            self.take_in_ours(turn);
            turn.push(Effect::Keep(Keep::Nothing));
        }
        turn.push(Effect::Keep(Keep::Me(me.clone())));
    }

    fn forget_recalled(&mut self) {
        self.forget_tickets(self.tickets.recalled());
    }

    /// Lets go of tickets that are not ours to see.
    pub(super) fn forget_tickets(&mut self, tickets: Vec<TicketId>) {
        for ticket in tickets {
            self.board.remove(&ticket);
            self.tickets.forget(&ticket);
            // Whoever looks at it is told that it is not theirs to see.
            self.tickets.lose(&ticket, self.windows.is_open(&ticket) || self.edits.has_work(&ticket));
            self.touched.insert(ticket);
        }
        // Nobody chooses among what is not theirs to see.
        self.board.let_go();
    }

    /// A ticket stands otherwise than before.
    pub(super) fn keep_ticket(&self, turn: &mut Turn<'_>, ticket: &TicketId) {
        if let Some(known) = self.tickets.get(ticket) {
            turn.push(Effect::Keep(Keep::Ticket(Box::new(known.ticket.clone()), known.as_of)));
        }
    }

    /// Everything that is kept is true at this moment.
    pub(super) fn keep_proof(&self, turn: &mut Turn<'_>) {
        turn.push(Effect::Keep(Keep::Proven(self.clock.now_ms(turn.now.wall))));
    }
}
