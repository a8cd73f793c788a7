//! A few bundles among the tickets: calls about one thing, worked once.
//!
//! **Invariant:** a child is on its master's board and agrees with it in all that a master decides.

use callboard_model::Ticket;

/// From one bundle to the next, in tickets.
const EVERY: usize = 160;
/// The first one begins here: a company of a few tickets has none.
const FIRST: usize = 100;
/// How many children a master has.
const CHILDREN: usize = 3;

/// The bundle that is being filled.
#[derive(Default)]
pub(super) struct Bundles {
    wanted: bool,
    master: Option<Ticket>,
    missing: usize,
}

impl Bundles {
    /// Puts the ticket with this place in the row into a bundle, if it is its turn.
    pub(super) fn place(&mut self, index: usize, ticket: &mut Ticket) {
        self.wanted |= index % EVERY == FIRST;
        if ticket.status_is_closed {
            return;
        }
        if self.wanted {
            self.wanted = false;
            self.missing = CHILDREN;
            self.master = Some(ticket.clone());
            return;
        }
        let same_board = |master: &&Ticket| master.board_id == ticket.board_id;
        let Some(master) = self.master.as_ref().filter(same_board).filter(|_| self.missing > 0) else {
            return;
        };
        self.missing -= 1;
        ticket.master_ticket_id = Some(master.ticket_id.clone());
        ticket.status_id.clone_from(&master.status_id);
        ticket.assigned_to.clone_from(&master.assigned_to);
        ticket.priority_id.clone_from(&master.priority_id);
        ticket.response_state.clone_from(&master.response_state);
        ticket.itil_impact = master.itil_impact;
        ticket.itil_urgency = master.itil_urgency;
        ticket.itil_priority_level = master.itil_priority_level;
    }
}
