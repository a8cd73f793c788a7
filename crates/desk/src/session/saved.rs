//! The views that the person saved.
//!
//! A view is a note like others: it is written down, and shown when the disk has it. A name is checked against all that
//! are kept or on their way.
//!
//! **Invariant:** what is shown as saved is on disk, no two have one name, and a view that does not fit takes none away.

use std::collections::BTreeMap;
use std::sync::Arc;

use callboard_model::EditId;

use super::effect::WindowId;
use super::turn::Turn;
use super::{Session, words};
use crate::board::search::fold;
use crate::bridge::{
    BoardQuery, Column, Notice, SAVED_NAME_MAX, SavedView, SavedViewId, Update, ViewRefusal,
};
use crate::notes::{Document, Note, NoteKey, Shelf};

impl Document for SavedView {
    const SHELF: Shelf = Shelf::View;

    fn key(&self) -> NoteKey {
        self.id.0.as_ref().into()
    }
}

/// A view on its way to disk.
#[derive(Debug)]
struct Storing {
    view: SavedView,
    /// Who is told if it does not arrive.
    window: WindowId,
    /// How often the disk was given it and has not answered.
    unanswered: u32,
}

/// What is on its way to disk. What is there is among what all windows are told.
#[derive(Debug, Default)]
pub(super) struct SavedViews {
    storing: BTreeMap<SavedViewId, Storing>,
}

impl Session {
    /// Keeps a view under a name: a new one, or in the place of one that is there.
    pub(super) fn save_view(
        &mut self,
        turn: &mut Turn<'_>,
        window: WindowId,
        saved: Option<SavedViewId>,
        name: String,
        (query, columns): (BoardQuery, Vec<Column>),
    ) {
        let id = match saved {
            Some(id) if self.saved_view(&id).is_none() => {
                return refuse(turn, window, name, ViewRefusal::Gone);
            }
            Some(id) => id,
            None => {
                let most = Shelf::View.limit().notes;
                if self.saved_views().count() >= most {
                    let most = u32::try_from(most).unwrap_or(u32::MAX);
                    return refuse(turn, window, name, ViewRefusal::TooMany { most });
                }
                let EditId(id) = turn.edit_id();
                SavedViewId(format!("{id:032x}").into())
            }
        };
        let mut once = Vec::new();
        for column in columns {
            if !once.contains(&column) {
                once.push(column);
            }
        }
        self.keep_view(turn, window, SavedView { id, name, query, columns: once });
    }

    /// Gives a saved view another name.
    pub(super) fn rename_view(
        &mut self,
        turn: &mut Turn<'_>,
        window: WindowId,
        id: &SavedViewId,
        name: String,
    ) {
        match self.saved_view(id).cloned() {
            Some(view) => self.keep_view(turn, window, SavedView { name, ..view }),
            None => refuse(turn, window, name, ViewRefusal::Gone),
        }
    }

    /// Keeps a saved view no longer. What of it is still on its way to disk is taken away behind it.
    pub(super) fn delete_view(&mut self, turn: &mut Turn<'_>, id: &SavedViewId) {
        let Some(view) = self.saved_view(id).cloned() else { return };
        self.saved.storing.remove(id);
        self.common.views = self.common.views.iter().filter(|kept| kept.id != *id).cloned().collect();
        self.take_away::<SavedView>(turn, view.key());
    }

    fn keep_view(&mut self, turn: &mut Turn<'_>, window: WindowId, view: SavedView) {
        let view = SavedView { name: view.name.trim().to_owned(), ..view };
        if let Some(why) = self.name_trouble(&view) {
            return refuse(turn, window, view.name, why);
        }
        if self.owner().is_none() {
            let reason = words::NOBODY.to_owned();
            return refuse(turn, window, view.name, ViewRefusal::Disk { reason });
        }
        self.put(turn, &view);
        let unanswered = self.saved.storing.get(&view.id).map_or(0, |storing| storing.unanswered) + 1;
        self.saved.storing.insert(view.id.clone(), Storing { view, window, unanswered });
    }

    fn name_trouble(&self, view: &SavedView) -> Option<ViewRefusal> {
        if view.name.is_empty() {
            return Some(ViewRefusal::Nameless);
        }
        if view.name.chars().count() > SAVED_NAME_MAX {
            return Some(ViewRefusal::LongName);
        }
        let name = fold(&view.name);
        let is_taken = self.saved_views().any(|other| other.id != view.id && fold(&other.name) == name);
        is_taken.then_some(ViewRefusal::NameTaken)
    }

    /// Every saved view as it was last asked for.
    fn saved_views(&self) -> impl Iterator<Item = &SavedView> {
        let storing = &self.saved.storing;
        let kept = self.common.views.iter().filter(|view| !storing.contains_key(&view.id));
        kept.chain(storing.values().map(|storing| &storing.view))
    }

    fn saved_view(&self, id: &SavedViewId) -> Option<&SavedView> {
        self.saved_views().find(|view| view.id == *id)
    }

    /// The disk answered for a view. The last answer counts: it is of what was last asked for.
    pub(super) fn view_answered(
        &mut self,
        turn: &mut Turn<'_>,
        of: &NoteKey,
        outcome: Result<(), &Arc<str>>,
    ) {
        let id = SavedViewId(of.0.clone());
        let Some(storing) = self.saved.storing.get_mut(&id) else { return };
        storing.unanswered = storing.unanswered.saturating_sub(1);
        if storing.unanswered > 0 {
            return;
        }
        let Some(Storing { view, window, .. }) = self.saved.storing.remove(&id) else { return };
        match outcome {
            Ok(()) => self.show_view(view),
            Err(reason) => {
                let reason = reason.to_string();
                refuse(turn, window, view.name, ViewRefusal::Disk { reason });
            }
        }
    }

    /// A view is on disk.
    fn show_view(&mut self, view: SavedView) {
        let others = self.common.views.iter().filter(|kept| kept.id != view.id).cloned();
        let mut views: Vec<SavedView> = others.chain([view.clone()]).collect();
        views.sort_by_cached_key(|view| (fold(&view.name), view.id.clone()));
        self.common.views = views.into();
    }

    /// A view of the last run.
    pub(super) fn recall_view(&mut self, note: &Note) {
        if let Some(view) = note.read::<SavedView>() {
            self.show_view(view);
        }
    }

    /// What is on disk is another account's.
    pub(super) fn let_go_of_views(&mut self) {
        self.saved = SavedViews::default();
        self.common.views = Arc::default();
    }
}

fn refuse(turn: &mut Turn<'_>, window: WindowId, name: String, why: ViewRefusal) {
    turn.paint(window, Update::Notice(Notice::ViewNotKept { name, why }));
}
