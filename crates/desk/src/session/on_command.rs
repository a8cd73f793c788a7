//! What windows ask for.
//!
//! **Invariant:** a command names tickets and fields, so it means the same wherever they have moved to meanwhile.

use callboard_model::{Field, TicketId, Value};

use super::Session;
use super::effect::WindowId;
use super::turn::Turn;
use crate::bridge::Command;
use crate::edits::work::{Seen, Stage, Typed};

impl Session {
    pub(super) fn commanded(&mut self, turn: &mut Turn<'_>, window: WindowId, command: Command) {
        match command {
            Command::Hello => self.hello(window),
            Command::OpenView { view, query } => {
                self.board.open_view(window, view, query);
                self.rooms.is_dirty = true;
            }
            Command::ShowLines { view, first, count } => {
                self.board.show_lines(&window, &view, first, count);
                self.rooms.is_dirty = true;
            }
            Command::CloseView { view } => self.board.close_view(&window, &view),
            Command::OpenTicket { ticket } => self.open_ticket(window, &ticket),
            Command::CloseTicket { ticket } => self.close_ticket(&window, &ticket),
            Command::BeginEdit { ticket, field } => self.begin_edit(window, &ticket, field),
            Command::EndEdit { ticket, field } => self.end_edit(window, &ticket, field),
            Command::Draft { ticket, field, value } => self.draft(&ticket, field, value),
            Command::DropDraft { ticket, field } => self.drop_draft(turn, &ticket, field),
            Command::Edit { ticket, field, value } => self.edit(turn, window, &ticket, field, value),
            Command::KeepYours { ticket, field, theirs } => self.keep_yours(turn, &ticket, field, &theirs),
            Command::TakeTheirs { ticket, field, mine } => self.take_theirs(turn, &ticket, field, &mine),
            Command::RetryEdit { ticket, field } => self.retry_edit(turn, &ticket, field),
            Command::DropEdit { ticket, field } => self.drop_edit(turn, &ticket, field),
            Command::RetryLink => self.retry_link(turn),
        }
    }

    fn hello(&mut self, window: WindowId) {
        self.board.close_window(&window);
        let left = self.windows.hello(window);
        self.looked_away(left);
    }

    pub(super) fn window_closed(&mut self, window: &WindowId) {
        self.board.close_window(window);
        let left = self.windows.close(window);
        self.looked_away(left);
    }

    /// A window no longer has anybody in a field of these tickets: what nobody is in and nothing was typed in is as
    /// if it had not been begun.
    fn looked_away(&mut self, tickets: impl IntoIterator<Item = TicketId>) {
        self.rooms.is_dirty = true;
        for ticket in tickets {
            let windows = &self.windows;
            self.edits.end_where(&ticket, |field| !windows.is_editing(&ticket, field));
            self.touched.insert(ticket);
        }
    }

    fn open_ticket(&mut self, window: WindowId, ticket: &TicketId) {
        let shut = self.windows.open(window, ticket.clone());
        self.looked_away(shut);
        self.touched.insert(ticket.clone());
        self.rooms.is_dirty = true;
        if !self.is_live() || self.tickets.get(ticket).is_none_or(|known| known.is_lost) {
            self.stale.want(ticket);
        }
    }

    fn close_ticket(&mut self, window: &WindowId, ticket: &TicketId) {
        self.windows.shut(window, ticket);
        self.looked_away([ticket.clone()]);
    }

    fn begin_edit(&mut self, window: WindowId, ticket: &TicketId, field: Field) {
        if let Some(known) = self.tickets.get(ticket).filter(|known| !known.is_lost) {
            self.edits.begin(&known.ticket, field);
            self.windows.edit(window, ticket, Some(field));
            self.touched.insert(ticket.clone());
        }
    }

    fn end_edit(&mut self, window: WindowId, ticket: &TicketId, field: Field) {
        self.windows.edit(window, ticket, None);
        self.edits.change(ticket, field, |work| {
            work.typed.take_if(|typed| typed.draft.is_none());
        });
        self.touched.insert(ticket.clone());
    }

    fn draft(&mut self, ticket: &TicketId, field: Field, value: Value) {
        let Some(known) = self.tickets.get(ticket) else { return };
        let seen = self.edits.seen(&known.ticket, field);
        self.edits.change(ticket, field, |work| {
            work.typed.get_or_insert(Typed { seen, draft: None }).draft = Some(value);
        });
        self.touched.insert(ticket.clone());
    }

    fn drop_draft(&mut self, turn: &mut Turn<'_>, ticket: &TicketId, field: Field) {
        self.edits.change(ticket, field, |work| work.typed = None);
        self.settle(turn, ticket);
    }

    fn edit(&mut self, turn: &mut Turn<'_>, window: WindowId, ticket: &TicketId, field: Field, value: Value) {
        self.windows.edit(window, ticket, None);
        self.touched.insert(ticket.clone());
        let Some(known) = self.tickets.get(ticket).filter(|known| !known.is_lost) else { return };
        let seen = self.edits.seen(&known.ticket, field);
        let confirmed = known.ticket.value(field);
        let is_new = self.edits.change(ticket, field, |work| {
            work.typed = None;
            work.edits.last().map_or(confirmed != value, |last| {
                last.mine != value || matches!(last.stage, Stage::Refused(_))
            })
        });
        if is_new {
            self.store(turn, (ticket, field), seen, value);
        }
    }

    /// LT-13: theirs is the new base. A draft stays one; what was committed is stored and sent again. Whoever decided
    /// about another value than the one that stands there decides again.
    fn keep_yours(&mut self, turn: &mut Turn<'_>, ticket: &TicketId, field: Field, judged: &Value) {
        let Some(known) = self.tickets.get(ticket) else { return };
        let theirs = Seen { value: known.ticket.value(field), version: known.ticket.version };
        if theirs.value != *judged {
            return;
        }
        let Some(work) = self.edits.field(ticket, field) else { return };
        let Some(clash) = work.clash(&theirs.value) else { return };
        if clash.draft {
            self.edits.change(ticket, field, |work| {
                if let Some(typed) = &mut work.typed {
                    typed.seen = theirs;
                }
            });
            self.touched.insert(ticket.clone());
        } else if work.edits.last().is_none_or(|last| last.stage != Stage::Storing) {
            let mine = clash.mine.clone();
            self.store(turn, (ticket, field), theirs, mine);
        }
    }

    /// LT-13: ours goes, with the whole coupled group. What was typed over ours was on no button: it stays, and is asked
    /// about next. So a second press, or a late one, drops nothing that was not on its button.
    fn take_theirs(&mut self, turn: &mut Turn<'_>, ticket: &TicketId, field: Field, judged: &Value) {
        let theirs = self.tickets.get(ticket).map(|known| known.ticket.value(field));
        let Some((work, theirs)) = self.edits.field(ticket, field).zip(theirs) else { return };
        if work.clash(&theirs).is_some_and(|clash| clash.mine == judged) {
            let draft = work.draft_above();
            self.look_after_drop(ticket, field);
            turn.forget(self.edits.drop_group(ticket, field.group()));
            if draft.is_some() {
                self.edits.change(ticket, field, |work| work.typed = draft);
            }
            self.settle(turn, ticket);
        }
    }

    /// What is dropped of the field's group may have reached the server, under our own name, of which we hear nothing: the
    /// ticket is asked.
    fn look_after_drop(&mut self, ticket: &TicketId, field: Field) {
        if self.edits.is_unsure(ticket, field.group()) {
            self.stale.want_anew(ticket);
        }
    }

    fn retry_edit(&mut self, turn: &mut Turn<'_>, ticket: &TicketId, field: Field) {
        let front =
            self.edits.field(ticket, field).filter(|work| work.edits.len() == 1 && work.refusal().is_some());
        let Some(edit) = front.and_then(|work| work.edits.first()).cloned() else { return };
        // Who says "again" has the ticket before them as it stands now.
        let now = self
            .tickets
            .ticket(ticket)
            .map(|ticket| Seen { value: ticket.value(field), version: ticket.version });
        let seen = now.filter(|now| now.value == edit.seen.value).unwrap_or_else(|| edit.seen.clone());
        self.store_again(turn, &edit, seen, 0);
    }

    /// Drops what is not on its way.
    fn drop_edit(&mut self, turn: &mut Turn<'_>, ticket: &TicketId, field: Field) {
        self.look_after_drop(ticket, field);
        let edits = self.edits.field(ticket, field).map(|work| work.edits.clone()).unwrap_or_default();
        for edit in edits.iter().rev().filter(|edit| edit.stage != Stage::InFlight) {
            if let Some((_, true)) = self.edits.take(edit.id) {
                turn.forget([edit.id]);
            }
            self.edits.follow(ticket, field, edit, &edit.seen);
        }
        self.settle(turn, ticket);
    }
}
