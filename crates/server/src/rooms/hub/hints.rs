//! Who is told of a change.
//!
//! **Invariant:** a hint reaches nobody who may see the ticket neither where it was nor where it is.

use std::sync::Arc;

use callboard_model::{Hint, TenantId, TicketId};
use callboard_wire::encode_stateless;

use super::super::guest::Guest;
use super::super::outgoing::Goodbye;
use super::Hub;
use crate::auth::access::Placement;
use crate::bus::{Notice, Scope};
use crate::store::MANY;

/// What became of the board's part of a hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rooms) enum Board {
    /// Everybody at the board who may hear it was told, if there is anybody.
    Told,
    /// Somebody at the board may see some tickets only, and nobody knows where this one lies.
    WhereIsIt,
}

impl Hub {
    /// Tells the ticket's room of a change, and the tenant's board unless it has to be found out first who may hear it.
    /// An empty room is a no-op.
    pub(in crate::rooms) fn deliver(&mut self, notice: &Notice) -> Board {
        self.told.hints += 1;
        self.deliver_to_ticket(notice);
        self.deliver_to_board(notice)
    }

    /// Whoever is in the ticket's room saw it before. Who may not see it where it is now is put out.
    fn deliver_to_ticket(&mut self, notice: &Notice) {
        let Notice { tenant, ticket, hint, scope } = notice;
        let name = ticket_room(tenant, ticket);
        let Some(members) = self.rooms.get_mut(&*name) else { return };
        if members.all.is_empty() {
            return;
        }
        let own = Hint { ticket_id: None, ..Hint::clone(hint) };
        let Some(json) = json(&own) else { return };
        self.told.deliveries +=
            members.tell(&name, |_| true, |address| encode_stateless(address, &json), &mut self.given);
        if let Some(scope) = scope {
            for member in members.all.iter().filter(|member| !member.guest.sees(scope.after.as_ref())) {
                self.given.put_out(&member.outgoing, member.address.clone());
            }
            self.place(&name, scope.after.as_ref());
        }
    }

    /// Tells the board's members of a change, each if they may see the ticket where it was or where it is.
    pub(in crate::rooms) fn deliver_to_board(&mut self, notice: &Notice) -> Board {
        let Notice { tenant, ticket, hint, scope } = notice;
        let name = board_room(tenant);
        let Some(members) = self.rooms.get(&*name) else { return Board::Told };
        // Of many tickets at once it is said that there are many, which may be known to everybody.
        let many = ticket.as_str() == MANY;
        let all_see_all = || members.all.iter().all(|member| member.guest.sees(None));
        if scope.is_none() && !many && !all_see_all() {
            return Board::WhereIsIt;
        }
        // A hint about many names none: whoever hears it reads the feed (LT-18).
        let named = Hint { ticket_id: (!many).then(|| ticket.clone()), ..Hint::clone(hint) };
        let Some(json) = json(&named) else { return Board::Told };
        let may_hear = |guest: &Guest| match scope {
            Some(Scope { before, after }) if !many => {
                [before, after].into_iter().flatten().any(|placement| guest.sees(Some(placement)))
                    || guest.sees(None)
            }
            _ => true,
        };
        self.told.deliveries +=
            members.tell(&name, may_hear, |address| encode_stateless(address, &json), &mut self.given);
        Board::Told
    }

    /// Notes where a ticket lies now; whoever sees another part of the board than before is told who is there.
    fn place(&mut self, name: &str, placement: Option<&Placement>) {
        let Some((name, members)) = self.rooms.get_key_value(name) else { return };
        if members.placement.as_deref() == placement {
            return;
        }
        let (name, placement) = (Arc::clone(name), placement.cloned().map(|place| self.places.shared(place)));
        if members.shown().is_some() {
            self.news.entry(Arc::clone(&name)).or_default().placement = Option::clone(&placement);
        }
        if let Some(members) = self.rooms.get_mut(&*name) {
            members.placement = placement;
            if let Some(shown) = members.shown_mut() {
                shown.digest = None;
            }
        }
    }

    /// Tells one person's own room something; what it is was decided by whoever sent it.
    pub(in crate::rooms) fn notify(&mut self, name: &str, payload: &str) {
        if let Some(members) = self.rooms.get(name) {
            members.tell(name, |_| true, |address| encode_stateless(address, payload), &mut self.given);
        }
    }

    /// Ends everybody at a tenant's board: something was not told, and nobody knows whom it concerned.
    pub(in crate::rooms) fn end_board(&self, tenant: &TenantId) {
        for member in self.rooms.get(&*board_room(tenant)).into_iter().flat_map(|members| &members.all) {
            member.outgoing.end(Goodbye::reset());
        }
    }
}

pub(super) fn ticket_room(tenant: &TenantId, ticket: &TicketId) -> String {
    format!("ticket:{tenant}:{ticket}")
}

pub(super) fn board_room(tenant: &TenantId) -> String {
    format!("board:{tenant}")
}

fn json(hint: &Hint) -> Option<String> {
    serde_json::to_string(hint)
        .inspect_err(|error| tracing::error!(%error, "a hint cannot be written as JSON"))
        .ok()
}
