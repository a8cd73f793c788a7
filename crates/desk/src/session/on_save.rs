//! What became of a save.
//!
//! **Invariant:** one bad edit never blocks another (CO-13), and no value that the person did not see is overwritten.

use std::sync::Arc;

use callboard_model::rest::Stale;
use callboard_model::{EditId, Field, Ticket, TicketId};

use super::effect::RequestId;
use super::event::{Answer, Failure};
use super::turn::Turn;
use super::{Session, words};
use crate::edits::rebase::Rebase;
use crate::edits::work::{Seen, Stage};
use crate::edits::{RESENDS_MAX, TRIES_MAX};
use crate::refresh::Rumour;

impl Session {
    /// A save was answered, or was not.
    pub(super) fn save_answered(
        &mut self,
        turn: &mut Turn<'_>,
        asked: RequestId,
        (id, ticket): (EditId, &TicketId),
        outcome: Result<Answer, Failure>,
    ) {
        self.in_flight.remove(&id);
        match outcome {
            Ok(Answer::Saved(saved)) => self.saved(turn, asked, id, *saved),
            Err(Failure::Unreachable) => self.unanswered(id, ticket),
            Ok(_) | Err(Failure::Broken) => self.failed_at(id, ticket),
            Err(Failure::Busy(_) | Failure::SignedOut) => self.requeue(id, false),
            Err(Failure::Stale(stale)) => self.overtaken(turn, asked, id, *stale),
            Err(Failure::Forbidden) => self.refuse(id, &words::FORBIDDEN.into()),
            Err(Failure::Gone | Failure::TooOld) => {
                self.refuse(id, &words::LOST.into());
                self.stale.want_anew(ticket);
            }
            Err(Failure::Refused { message, .. }) => self.refuse(id, &message),
        }
        self.settle(turn, ticket);
    }

    /// It is applied: the pending layer goes, the confirmed one has it.
    fn saved(&mut self, turn: &mut Turn<'_>, asked: RequestId, id: EditId, ticket: Ticket) {
        let (name, version) = (ticket.ticket_id.clone(), ticket.version);
        let Some((_, field)) = self.edits.owner(id).cloned() else {
            // The person dropped it while it was on its way; it was applied all the same.
            self.confirm(turn, asked, ticket, None);
            return;
        };
        let now = Seen { value: ticket.value(field), version };
        let edit = self.edits.take(id).map(|(edit, _)| edit);
        turn.forget([id]);
        self.confirm(turn, asked, ticket, Some(field));
        if version.is_none() {
            self.floors.insert(name.clone(), RequestId(self.requests + 1));
            if field == Field::Status {
                // Such a server answers before it has closed or opened the ticket.
                self.stale.want_anew(&name);
            }
        }
        if let Some(edit) = edit {
            self.remember_sent(turn, &name, field, &edit);
            self.edits.follow(&name, field, &edit, &now);
        }
        let at = self.clock.now_ms(turn.now.wall);
        if let Some(known) =
            self.tickets.get_mut(&name).filter(|known| known.ticket.value(field) == now.value)
        {
            known.saved.insert(field, at);
            known.authors.remove(&field);
        }
    }

    /// Nobody knows what came of it: it is sent again. Where the person dropped it meanwhile, the ticket has to tell.
    fn unanswered(&mut self, id: EditId, ticket: &TicketId) {
        self.requeue(id, true);
        if self.edits.owner(id).is_none() {
            self.stale.want_anew(ticket);
        }
    }

    /// The server failed. Once in a while that is its own trouble; edit by edit, the same each time, it is the edit's,
    /// and must not hold up everything else for ever (CO-13).
    fn failed_at(&mut self, id: EditId, ticket: &TicketId) {
        self.unanswered(id, ticket);
        let Some(edit) = self.edits.edit_mut(id) else { return };
        edit.tries += 1;
        if edit.tries >= TRIES_MAX {
            self.refuse(id, &words::BROKEN.into());
            // It may have been applied all the same.
            self.stale.want_anew(ticket);
        }
    }

    /// Nothing final is known of it. `attempted`: it may have been applied.
    fn requeue(&mut self, id: EditId, attempted: bool) {
        if let Some(edit) = self.edits.edit_mut(id) {
            edit.stage = Stage::Queued { attempted };
        }
    }

    /// Somebody wrote in between: judge the edit against what stands there now (LT-13).
    fn overtaken(&mut self, turn: &mut Turn<'_>, asked: RequestId, id: EditId, stale: Stale) {
        self.requeue(id, false);
        let ticket = stale.current.ticket_id.clone();
        for clash in &stale.conflicts {
            let fields: [Arc<str>; 1] = [clash.field.name().into()];
            let who = &clash.changed_by;
            let rumour = Rumour { fields: &fields, who, at: clash.changed_at, version: Some(clash.version) };
            self.heard(turn, &ticket, &rumour);
        }
        self.confirm(turn, asked, stale.current, None);
        let Some(owner) = self.edits.owner(id).cloned() else { return };
        match stale.conflicts.first() {
            // What the edit would change beside its field, somebody else has set: nobody here was asked about that.
            Some(clash) if stale.conflicts.iter().all(|clash| clash.field != owner.1) => {
                self.refuse(id, &words::would_change_too(&clash.changed_by.display_name).into());
            }
            _ => self.resend_if_clean(turn, id, &owner),
        }
    }

    /// Nobody touched the field, only something beside it: the same edit goes out again, on the new version.
    fn resend_if_clean(&mut self, turn: &mut Turn<'_>, id: EditId, (ticket, field): &(TicketId, Field)) {
        let Some(known) = self.tickets.get(ticket) else { return };
        let now = Seen { value: known.ticket.value(*field), version: known.ticket.version };
        let verdict = self.edits.field(ticket, *field).and_then(|work| work.verdict(&now.value));
        let Some(edit) = self.edits.edit(id).cloned().filter(|_| verdict == Some(Rebase::Clean)) else {
            return;
        };
        if edit.resends < RESENDS_MAX {
            self.store_again(turn, &edit, now, edit.resends + 1);
        } else {
            self.refuse(id, &words::RESTLESS.into());
        }
    }
}
