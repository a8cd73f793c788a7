//! Edits on their way to disk and back: durable, then visible, then sent.
//!
//! **Invariant:** every edit that reached the disk is forgotten there exactly once, when it is confirmed or dropped.

use std::sync::Arc;
use std::time::Duration;

use callboard_model::{EditId, Field, TicketId, Value};

use super::effect::{Effect, StoredEdit, Timer};
use super::turn::Turn;
use super::{Session, words};
use crate::bridge::{Notice, Saving, Update};
use crate::edits::work::{Edit, Seen, Stage, Typed};

/// How often a disk that takes nothing is asked again.
const DISK_RETRY: Duration = Duration::from_secs(5);

impl Session {
    /// The program is up: what the disk kept is pending again, and unproven until the server was heard (CO-12).
    pub(super) fn started(&mut self, turn: &mut Turn<'_>) {
        self.live.since = turn.wall_ms();
        self.take_in_ours(turn);
        turn.push(Effect::ProbeDisk);
        self.ask_hello(turn);
    }

    /// Whether the disk takes anything. While it does not, it is asked again and again (CO-14).
    pub(super) fn saving_is(&mut self, turn: &mut Turn<'_>, saving: Saving) {
        self.saving = saving;
        match saving {
            Saving::Safe => turn.push(Effect::Disarm(Timer::Disk)),
            Saving::Full | Saving::Failing => turn.arm(Timer::Disk, DISK_RETRY),
        }
    }

    /// Writes an edit down. Nothing is shown or sent before it is [`stored`](Self::stored).
    pub(super) fn store(
        &mut self,
        turn: &mut Turn<'_>,
        (ticket, field): (&TicketId, Field),
        seen: Seen,
        mine: Value,
    ) -> EditId {
        self.store_after(turn, (ticket, field), (seen, mine), 0, None)
    }

    /// Writes an edit down again under another name, on another base: the old name's answer must not be repeated.
    pub(super) fn store_again(&mut self, turn: &mut Turn<'_>, old: &Edit, seen: Seen, resends: u8) {
        let Some(owner) = self.edits.owner(old.id).cloned() else { return };
        let what = (seen, old.mine.clone());
        self.store_after(turn, (&owner.0, owner.1), what, resends, Some(old.id));
    }

    fn store_after(
        &mut self,
        turn: &mut Turn<'_>,
        (ticket, field): (&TicketId, Field),
        (seen, mine): (Seen, Value),
        resends: u8,
        repeats: Option<EditId>,
    ) -> EditId {
        let stored = StoredEdit {
            id: turn.edit_id(),
            owner: self.owner(),
            ticket: ticket.clone(),
            field,
            base: seen.value,
            base_version: seen.version,
            mine,
            at: turn.now.wall,
        };
        let id = stored.id;
        self.edits.push(stored.clone(), resends, repeats);
        self.rooms.is_dirty = true;
        turn.push(Effect::Store { edit: stored, repeats });
        id
    }

    /// An edit is safe.
    pub(super) fn stored(&mut self, turn: &mut Turn<'_>, id: EditId) {
        if self.aside.left.remove(&id) {
            return;
        }
        let owner = self.edits.owner(id);
        let theirs = owner.and_then(|(ticket, field)| Some(self.tickets.ticket(ticket)?.value(*field)));
        let Some(replaced) = self.edits.stored(id, theirs.as_ref()) else {
            // It was dropped on its way.
            turn.forget([id]);
            return;
        };
        turn.forget(replaced);
        let Some((ticket, _)) = self.edits.owner(id).cloned() else { return };
        if self.tickets.get(&ticket).is_some_and(|known| known.is_lost) {
            self.edits.refuse_all(&ticket, &words::LOST.into());
        }
        if !self.reach.is_open() {
            self.unproven.insert(ticket.clone());
        }
        self.settle(turn, &ticket);
    }

    /// An edit is not safe: it is as if it had never been committed, and the person is told (CO-14).
    pub(super) fn not_stored(&mut self, turn: &mut Turn<'_>, id: EditId, reason: &Arc<str>) {
        let Some((ticket, field)) = self.edits.owner(id).cloned() else { return };
        if let Some((edit, _)) = self.edits.take(id) {
            match edit.repeats.filter(|old| self.edits.owner(*old).is_some()) {
                // The old one is on disk still. Sent as it is it would come back at once: the person says when.
                Some(old) => self.refuse(old, reason),
                None => {
                    self.bulks.refuse(&ticket, field, reason);
                    self.give_back(&ticket, field, edit);
                }
            }
        }
        let number = self.tickets.ticket(&ticket).map(|ticket| ticket.ticket_number.clone());
        let number = number.unwrap_or_else(|| ticket.as_str().into());
        for window in self.windows.concerned(&ticket) {
            let notice = Notice::NotStored { number: number.clone(), reason: reason.to_string() };
            turn.paint(window, Update::Notice(notice));
        }
        self.settle(turn, &ticket);
    }

    /// A text that was typed is a draft again; a choice is as quickly made anew. Whatever was committed or typed after it
    /// goes before.
    fn give_back(&mut self, ticket: &TicketId, field: Field, edit: Edit) {
        if field != Field::Title {
            return;
        }
        self.edits.change(ticket, field, |work| {
            let is_kept = |kept: &Edit| kept.order > edit.order || kept.mine == edit.mine;
            if work.draft().is_none() && !work.edits.iter().any(is_kept) {
                work.typed = Some(Typed { seen: edit.seen, draft: Some(edit.mine) });
            }
        });
    }

    /// Lets go of what agrees with the server, and marks the ticket to be shown anew.
    pub(super) fn settle(&mut self, turn: &mut Turn<'_>, ticket: &TicketId) {
        if let Some(known) = self.tickets.get(ticket).filter(|known| !known.is_lost) {
            for (field, edit) in self.edits.settle(&known.ticket) {
                turn.forget([edit.id]);
                if edit.is_sent {
                    self.remember_sent(turn, ticket, field, &edit);
                }
            }
        }
        self.touched.insert(ticket.clone());
    }

    /// Refuses an edit with a sentence; it is kept, readable.
    pub(super) fn refuse(&mut self, id: EditId, reason: &Arc<str>) {
        if let Some(edit) = self.edits.edit_mut(id) {
            edit.stage = Stage::Refused(reason.clone());
        }
    }
}
