//! Our work on disk, by account: edits that wait, and notes.
//!
//! Before the server said who we are, the account is the one of the last run: nothing is sent by then, but it is shown.
//! What other accounts left in this profile waits aside, and is handed to nobody; it is theirs again when they are back.
//!
//! **Invariant:** nothing is written while it is not known for whom, and what one account did is never shown to another,
//! sent for it, or taken from the disk by it.

use std::collections::BTreeSet;
use std::sync::Arc;

use callboard_model::EditId;

use super::Session;
use super::effect::{Effect, StoredEdit};
use super::turn::Turn;
use crate::alerts::news::Now;
use crate::edits::bulk::Bulks;
use crate::notes::{Document, Note, NoteKey, NoteName, NoteOrder, Owner, Shelf};

/// What is on disk and not in hand.
#[derive(Debug, Default)]
pub(super) struct Aside {
    edits: Vec<StoredEdit>,
    notes: Vec<Note>,
    /// Edits of which the disk still says that it has them, though their account is not the one any more.
    pub left: BTreeSet<EditId>,
}

impl Aside {
    /// Everything, before it is known who we are.
    pub(super) const fn new(edits: Vec<StoredEdit>, notes: Vec<Note>) -> Self {
        Self { edits, notes, left: BTreeSet::new() }
    }
}

impl Session {
    /// Whose our work is.
    pub(super) fn owner(&self) -> Option<Owner> {
        self.recalled.as_ref().map(Owner::of)
    }

    /// Keeps a document, in the place of one of the same key.
    pub(super) fn put<D: Document>(&self, turn: &mut Turn<'_>, document: &D) {
        let Some(name) = self.note_name::<D>(document.key()) else { return };
        // Only a map whose keys are no text cannot be written, and no document has one.
        let Ok(json) = serde_json::to_string(document) else { return };
        turn.push(Effect::Note(NoteOrder::Put(Note { name, at: turn.now.wall, json: json.into() })));
    }

    /// Takes a document away.
    pub(super) fn take_away<D: Document>(&self, turn: &mut Turn<'_>, key: NoteKey) {
        if let Some(name) = self.note_name::<D>(key) {
            turn.push(Effect::Note(NoteOrder::Drop(name)));
        }
    }

    fn note_name<D: Document>(&self, key: NoteKey) -> Option<NoteName> {
        Some(NoteName { owner: self.owner()?, shelf: D::SHELF, key })
    }

    /// Takes in what the account that is signed in left on disk: pending again, and unproven until the server was heard
    /// (CO-12). The rest waits for its own.
    pub(super) fn take_in_ours(&mut self, turn: &mut Turn<'_>) {
        let owner = self.owner();
        let is_ours = |edit: &mut StoredEdit| edit.owner.is_none() || edit.owner == owner;
        for stored in self.aside.edits.extract_if(.., is_ours).collect::<Vec<_>>() {
            self.unproven.insert(stored.ticket.clone());
            self.touched.insert(stored.ticket.clone());
            turn.forget(self.edits.restore(stored));
        }
        let is_ours = |note: &mut Note| Some(&note.name.owner) == owner.as_ref();
        for note in self.aside.notes.extract_if(.., is_ours).collect::<Vec<_>>() {
            self.take_in(&note);
        }
    }

    /// One arm for each shelf: whoever writes there reads there.
    fn take_in(&mut self, note: &Note) {
        match note.name.shelf {
            Shelf::Draft => self.recall_draft(note),
            Shelf::Comment => self.recall_comment(note),
            Shelf::Decision => self.recall_over(note),
            Shelf::Activity => self.recall_activity(note),
            Shelf::Setting => self.recall_setting(note),
            Shelf::Unread => self.recall_unread(note),
            Shelf::View => self.recall_view(note),
        }
    }

    /// Another account is signed in: what is in hand of the last one is let go of, and stays on disk.
    pub(super) fn let_go_of_ours(&mut self, turn: &Turn<'_>) {
        let (tickets, storing) = self.edits.let_go();
        self.aside.left.extend(storing);
        for ticket in &tickets {
            self.unproven.remove(ticket);
        }
        self.touched.extend(tickets);
        self.touched.extend(self.planning.let_go());
        self.let_go_of_drafts();
        self.let_go_of_past();
        self.let_go_of_views();
        self.alerts.let_go(&Now::of(&turn.now));
        self.simulators.let_go();
        self.bulks = Bulks::default();
    }

    /// A note is safe.
    pub(super) fn note_kept(&mut self, turn: &mut Turn<'_>, name: &NoteName) {
        self.note_answered(turn, name, Ok(()));
    }

    /// A note is not safe.
    pub(super) fn note_not_kept(&mut self, turn: &mut Turn<'_>, name: &NoteName, reason: &Arc<str>) {
        self.note_answered(turn, name, Err(reason));
    }

    fn note_answered(&mut self, turn: &mut Turn<'_>, name: &NoteName, outcome: Result<(), &Arc<str>>) {
        if self.owner().as_ref() != Some(&name.owner) {
            return;
        }
        match name.shelf {
            Shelf::Draft => self.draft_answered(turn, &name.key, outcome),
            Shelf::Comment => self.comment_kept(turn, &name.key, outcome),
            Shelf::View => self.view_answered(turn, &name.key, outcome),
            Shelf::Setting => self.setting_answered(&name.key, outcome),
            Shelf::Decision | Shelf::Activity | Shelf::Unread => {}
        }
    }
}
