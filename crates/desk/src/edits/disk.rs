//! Edits on their way to disk and back.
//!
//! **Invariant:** what takes another's place does so only when it is on disk itself.

use std::collections::BTreeMap;

use callboard_model::{EditId, Field, TicketId, Value};

use super::Edits;
use super::work::{Edit, Seen, Stage, Typed};
use crate::session::effect::StoredEdit;

impl Edits {
    /// Takes an edit that the disk gave back. It is queued behind what is there; an older edit of the field whose
    /// place it took is named, to be forgotten.
    pub(crate) fn restore(&mut self, stored: StoredEdit) -> Vec<EditId> {
        let id = stored.id;
        self.push(stored, 0, None);
        let Some((ticket, field)) = self.owners.get(&id).cloned() else { return Vec::new() };
        self.change(&ticket, field, |work| {
            let at = work.edits.len().saturating_sub(1);
            let follows = at > 0 && work.edits[at].seen.value == work.edits[at - 1].mine;
            if let Some(edit) = work.edits.last_mut() {
                // Nobody knows whether it was sent before the program ended; but never before what it stands on.
                edit.stage = Stage::Queued { attempted: !follows };
                edit.is_sent = !follows;
            }
            if follows { Vec::new() } else { work.edits.drain(..at).map(|edit| edit.id).collect() }
        })
        .into_iter()
        .inspect(|gone| {
            self.owners.remove(gone);
        })
        .collect()
    }

    /// Takes a draft that the disk gave back. What was committed meanwhile as it stands is no draft any more.
    pub(crate) fn restore_draft(&mut self, ticket: &TicketId, field: Field, seen: Seen, draft: Value) {
        self.change(ticket, field, |work| {
            if work.edits.last().is_none_or(|edit| edit.mine != draft) {
                work.typed = Some(Typed { seen, draft: Some(draft) });
            }
        });
    }

    /// Lets go of all of it. Names the tickets, and what is on its way to disk.
    pub(crate) fn let_go(&mut self) -> (Vec<TicketId>, Vec<EditId>) {
        let Self { tickets, sayings, .. } = std::mem::take(self);
        let works = tickets.values().flat_map(BTreeMap::values);
        let storing = works.flat_map(|work| &work.edits).filter(|edit| edit.stage == Stage::Storing);
        let storing = storing.map(|edit| edit.id).collect();
        let said = sayings.tickets().chain(sayings.typed_on()).cloned().collect::<Vec<_>>();
        (tickets.into_keys().chain(said).collect(), storing)
    }

    /// Puts an edit behind the others of its field, or right behind the one that it repeats, on its way to disk.
    pub(crate) fn push(&mut self, stored: StoredEdit, resends: u8, repeats: Option<EditId>) {
        let order = self.next_order();
        let StoredEdit { id, owner: _, ticket, field, base, base_version, mine, at } = stored;
        let seen = Seen { value: base, version: base_version };
        let stage = Stage::Storing;
        let (is_sent, is_moved) = (false, false);
        let edit = Edit {
            id,
            seen,
            mine,
            at,
            order,
            resends,
            tries: 0,
            is_sent,
            is_moved,
            repeats,
            returns: None,
            stage,
        };
        self.change(&ticket, field, |work| {
            let place = work.edits.iter().position(|edit| Some(edit.id) == repeats);
            work.edits.insert(place.map_or(work.edits.len(), |place| place + 1), edit);
        });
        self.owners.insert(id, (ticket, field));
    }

    /// The disk has it. Those whose place it takes are named, to be forgotten.
    ///
    /// Where the front edit clashes with `theirs`, it has been judged, and whatever waits is replaced: also what was
    /// attempted, because it can only have been applied before what stands there now.
    pub(crate) fn stored(&mut self, id: EditId, theirs: Option<&Value>) -> Option<Vec<EditId>> {
        let (ticket, field) = self.owners.get(&id)?.clone();
        let gone = self.change(&ticket, field, |work| {
            let at = work.edits.iter().position(|edit| edit.id == id)?;
            let mut behind = work.edits.split_off(at);
            let is_judged = theirs.is_some_and(|theirs| work.is_clashing(theirs));
            let is_replaced = |edit: &Edit| is_judged || edit.is_replaceable();
            let (gone, stay): (Vec<_>, Vec<_>) = work.edits.drain(..).partition(is_replaced);
            let edit = behind.first_mut()?;
            let fresh = Stage::Queued { attempted: false };
            edit.stage = edit.returns.take().map_or(fresh, Stage::Refused);
            let stands_firm = theirs == Some(&edit.seen.value);
            if let Some(below) = gone.iter().rev().find(|gone| !stands_firm && gone.mine == edit.seen.value) {
                // It stood on a value that never reached the server, so it stands on what that stood on.
                edit.move_to(&below.seen);
            }
            work.edits = stay;
            work.edits.append(&mut behind);
            Some(gone)
        })?;
        for edit in &gone {
            self.owners.remove(&edit.id);
        }
        Some(gone.iter().filter(|edit| edit.stage != Stage::Storing).map(|edit| edit.id).collect())
    }
}
