//! What windows ask for.
//!
//! **Invariant:** a command names tickets and fields, so it means the same wherever they have moved to meanwhile.

use callboard_model::{Field, TicketId, Value};

use super::Session;
use super::effect::WindowId;
use super::turn::Turn;
use crate::alerts::news::Now;
use crate::bridge::{Command, Update};
use crate::edits::work::{Seen, Stage, Typed};
use crate::windows::List;

impl Session {
    pub(super) fn commanded(&mut self, turn: &mut Turn<'_>, window: WindowId, command: Command) {
        let is_persons = !matches!(
            command,
            Command::Hello | Command::DoNotDisturb { .. } | Command::Focus { focused: false, .. }
        );
        if is_persons {
            self.person_stirred(turn);
        }
        match command {
            Command::Hello => self.hello(turn, window),
            Command::OpenView { .. }
            | Command::ShowLines { .. }
            | Command::CloseView { .. }
            | Command::Choosing { .. }
            | Command::RefreshNow { .. }
            | Command::ReadOffers { .. }
            | Command::SaveView { .. }
            | Command::RenameView { .. }
            | Command::DeleteView { .. } => self.views_commanded(turn, window, command),
            Command::OpenTicket { ticket } => self.open_ticket(turn, window, &ticket),
            Command::CloseTicket { ticket } => self.close_ticket(&window, &ticket),
            Command::BeginEdit { ticket, field } => self.begin_edit(window, &ticket, field),
            Command::EndEdit { ticket, field } => self.end_edit(window, &ticket, field),
            Command::Draft { ticket, field, value } => self.draft(&ticket, field, value),
            Command::DropDraft { ticket, field } => self.drop_draft(turn, &ticket, field),
            Command::Edit { ticket, field, value } => self.edit(turn, window, &ticket, field, value),
            Command::KeepYours { ticket, field, theirs } => self.keep_yours(turn, &ticket, field, &theirs),
            Command::TakeTheirs { ticket, field, mine } => self.take_theirs(turn, &ticket, field, &mine),
            Command::ChooseOther { ticket, field, value, theirs } => {
                self.choose_other(turn, window, (&ticket, field), value, &theirs);
            }
            Command::Comment { ticket, text, visibility } => self.comment(turn, ticket, &text, visibility),
            Command::DraftComment { ticket, text, visibility } => {
                self.draft_comment(ticket, &text, visibility);
            }
            Command::RetryComment { saying } => self.retry_comment(turn, &saying),
            Command::DropComment { saying } => self.drop_comment(turn, &saying),
            Command::MoreComments { ticket } => self.talks.more(&ticket),
            Command::Plan { ticket, entry, deed } => self.plan(turn, (ticket, entry), deed),
            Command::Undo { decision } => self.undo(turn, &decision),
            Command::Bulk { bulk, tickets, field, value } => {
                self.begin_bulk(turn, (window, bulk), tickets, field, &value);
            }
            Command::CloseBulk { bulk } => self.bulks.end(&(window, bulk)),
            Command::OpenNeeds => self.windows.watch(window, List::Needs),
            Command::CloseNeeds => self.windows.unwatch(&window, List::Needs),
            Command::OpenOutbox => self.windows.watch(window, List::Outbox),
            Command::CloseOutbox => self.windows.unwatch(&window, List::Outbox),
            Command::RetryEdit { ticket, field } => self.retry_edit(turn, &ticket, field),
            Command::DropEdit { ticket, field } => self.drop_edit(turn, &ticket, field),
            Command::SignOut { force } => self.sign_out(turn, window, force),
            Command::RetryLink => self.retry_link(turn),
            Command::StillHere => {}
            Command::ViewQuietly { on } => self.view_quietly(on),
            Command::PollSlowly { on } => self.policy.polling = on,
            Command::Focus { .. }
            | Command::DoNotDisturb { .. }
            | Command::OpenActivity { .. }
            | Command::CloseActivity
            | Command::MarkRead { .. }
            | Command::Watch { .. }
            | Command::ReadAlerts
            | Command::SetAlerts { .. }
            | Command::PauseAlerts { .. }
            | Command::TryAlert { .. } => self.alerts_commanded(turn, window, command),
            Command::OpenEvents
            | Command::CloseEvents
            | Command::ChooseEvent { .. }
            | Command::ReadEventLog
            | Command::Simulate { .. } => self.events_commanded(turn, window, command),
        }
    }

    fn hello(&mut self, turn: &mut Turn<'_>, window: WindowId) {
        self.board.close_window(&window);
        self.bulks.close(&window);
        self.simulators.close(&window);
        self.alerts.look_away(&window);
        if let Some(place) = self.alerts.wanted.take() {
            turn.paint(window.clone(), Update::Show(place));
        }
        let left = self.windows.hello(window);
        self.looked_away(left);
    }

    pub(super) fn window_closed(&mut self, window: &WindowId) {
        self.board.close_window(window);
        self.bulks.close(window);
        self.simulators.close(window);
        self.alerts.look_away(window);
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

    fn open_ticket(&mut self, turn: &Turn<'_>, window: WindowId, ticket: &TicketId) {
        self.alerts.read(ticket, &Now::of(&turn.now));
        self.talks.open(ticket);
        self.planning.open(ticket);
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

    pub(super) fn edit(
        &mut self,
        turn: &mut Turn<'_>,
        window: WindowId,
        ticket: &TicketId,
        field: Field,
        value: Value,
    ) {
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
}
