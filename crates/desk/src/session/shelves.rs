//! Notes on their way to disk and back: what the person made, kept for the account that is signed in.
//!
//! Before the server said who we are, that account is the one of the last run. What other accounts left in this profile
//! waits aside until then, and is handed to nobody.
//!
//! **Invariant:** nothing is written while it is not known for whom.

use std::sync::Arc;

use super::Session;
use super::effect::Effect;
use super::turn::Turn;
use crate::notes::{Document, Note, NoteKey, NoteName, NoteOrder, Owner, Shelf};

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

    /// Takes in what the account that is signed in left on the shelves; the rest waits for its own.
    pub(super) fn take_in_notes(&mut self) {
        let Some(owner) = self.owner() else { return };
        for note in self.notes_aside.extract_if(.., |note| note.name.owner == owner).collect::<Vec<_>>() {
            self.take_in(&note);
        }
    }

    /// One arm for each shelf: whoever writes there reads there. Shelves without a reader keep what they hold.
    fn take_in(&mut self, note: &Note) {
        match note.name.shelf {
            Shelf::Draft => self.recall_draft(note),
            Shelf::Decision | Shelf::Activity | Shelf::View | Shelf::Setting | Shelf::Unread => {}
        }
    }

    /// Another account is signed in: what was taken in for the last one is let go of, and stays on disk.
    pub(super) fn let_go_of_notes(&mut self) {
        self.let_go_of_drafts();
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
        if self.owner().as_ref() == Some(&name.owner) && name.shelf == Shelf::Draft {
            self.draft_answered(turn, &name.key, outcome);
        }
    }
}
