//! What each window watches and was last told, so that it is told only what is new.
//!
//! **Invariant:** nothing is decided here, and nothing is told twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use callboard_model::{Field, TicketId};

use crate::Effect;
use crate::bridge::{
    Choice, CommentDraft, ComposerView, Counts, Face, LinkView, SavedView, TicketView, Update,
};
use crate::session::effect::WindowId;

/// The most tickets that one window has open; opening another closes the one that was opened first.
const OPEN_MAX: usize = 32;

/// What all windows are told alike.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Common {
    /// How the program stands with the server.
    pub link: LinkView,
    /// The numbers of the status bar.
    pub counts: Counts,
    /// Who is signed in.
    pub me: Option<Face>,
    /// Boards to choose from.
    pub boards: Vec<Choice>,
    /// The views that the person saved and that are on disk, by name.
    pub views: Arc<[SavedView]>,
}

/// One window.
#[derive(Debug, Default)]
struct Window {
    told: Option<Common>,
    /// In the order of opening.
    open: Vec<Opened>,
    editing: BTreeMap<TicketId, Field>,
    /// The lists that it has open, with what it was last told.
    lists: BTreeMap<List, Option<Update>>,
}

/// A ticket that a window has open, with what it was last told.
#[derive(Debug)]
struct Opened {
    ticket: TicketId,
    view: Option<TicketView>,
    /// What stands beneath its fields.
    parts: BTreeMap<Part, Update>,
    /// What it believes to stand in the composer.
    draft: Option<CommentDraft>,
}

/// What stands beneath the fields of an open ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// What is said on it.
    Comments,
    /// What is planned for it.
    Plans,
}

/// A list of the person's own work across all tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum List {
    /// What waits for a decision.
    Needs,
    /// What waits to be sent, and what was.
    Outbox,
}

/// All windows.
#[derive(Debug, Default)]
pub(crate) struct Windows {
    windows: BTreeMap<WindowId, Window>,
}

impl Windows {
    /// A window knows nothing (any more): it is told everything at the next occasion, and opens anew what it shows; until
    /// then nobody looks at what it had open before. Names what that was, and where somebody was in a field.
    pub(crate) fn hello(&mut self, window: WindowId) -> Vec<TicketId> {
        let left = self.close(&window);
        self.windows.insert(window, Window::default());
        left
    }

    /// A window is gone. Names what it had open, and where somebody was in a field.
    pub(crate) fn close(&mut self, window: &WindowId) -> Vec<TicketId> {
        let Some(Window { open, editing, .. }) = self.windows.remove(window) else { return Vec::new() };
        open.into_iter().map(|opened| opened.ticket).chain(editing.into_keys()).collect()
    }

    /// Opens a ticket. Names the one that is closed for want of space.
    pub(crate) fn open(&mut self, window: WindowId, ticket: TicketId) -> Option<TicketId> {
        let window = self.windows.entry(window).or_default();
        if window.open.iter().any(|open| open.ticket == ticket) {
            return None;
        }
        window.open.push(Opened { ticket, view: None, parts: BTreeMap::new(), draft: None });
        let shut = (window.open.len() > OPEN_MAX).then(|| window.open.remove(0).ticket);
        window.editing.retain(|ticket, _| Some(ticket) != shut.as_ref());
        shut
    }

    /// Closes a ticket.
    pub(crate) fn shut(&mut self, window: &WindowId, ticket: &TicketId) {
        if let Some(window) = self.windows.get_mut(window) {
            window.open.retain(|open| open.ticket != *ticket);
            window.editing.remove(ticket);
        }
    }

    /// Somebody is in a field of a ticket, or in none.
    pub(crate) fn edit(&mut self, window: WindowId, ticket: &TicketId, field: Option<Field>) {
        let window = self.windows.entry(window).or_default();
        match field {
            Some(field) => window.editing.insert(ticket.clone(), field),
            None => window.editing.remove(ticket),
        };
    }

    /// The field of a ticket that somebody is in, in one of our windows.
    pub(crate) fn editing(&self, ticket: &TicketId) -> Option<Field> {
        self.windows.values().find_map(|window| window.editing.get(ticket)).copied()
    }

    /// Whether somebody is in a field, in one of our windows.
    pub(crate) fn is_editing(&self, ticket: &TicketId, field: Field) -> bool {
        self.windows.values().any(|window| window.editing.get(ticket) == Some(&field))
    }

    /// Some window, where there is one.
    pub(crate) fn first(&self) -> Option<&WindowId> {
        self.windows.keys().next()
    }

    /// Every window.
    pub(crate) fn all(&self) -> Vec<WindowId> {
        self.windows.keys().cloned().collect()
    }

    /// Whether a ticket is open anywhere.
    pub(crate) fn is_open(&self, ticket: &TicketId) -> bool {
        self.open_tickets().any(|open| open == ticket)
    }

    /// Every open ticket; one that is open twice comes twice.
    pub(crate) fn open_tickets(&self) -> impl Iterator<Item = &TicketId> {
        self.windows.values().flat_map(|window| &window.open).map(|open| &open.ticket)
    }

    /// The windows that have a ticket open; all of them where none has.
    pub(crate) fn concerned(&self, ticket: &TicketId) -> Vec<WindowId> {
        let has = |window: &Window| window.open.iter().any(|open| open.ticket == *ticket);
        let concerned: Vec<_> =
            self.windows.iter().filter(|(_, window)| has(window)).map(|(id, _)| id.clone()).collect();
        if concerned.is_empty() { self.windows.keys().cloned().collect() } else { concerned }
    }

    /// Tells every window what is new of what all are told alike.
    pub(crate) fn tell(&mut self, now: &Common, out: &mut Vec<Effect>) {
        for (id, window) in &mut self.windows {
            let told = window.told.as_ref();
            if told == Some(now) {
                continue;
            }
            let mut paint = |update| out.push(Effect::Paint(id.clone(), update));
            if told.map(|told| &told.link) != Some(&now.link) {
                paint(Update::Link(now.link.clone()));
            }
            if told.map(|told| &told.counts) != Some(&now.counts) {
                paint(Update::Counts(now.counts));
            }
            if told.map(|told| &told.me) != Some(&now.me) {
                paint(Update::Me(now.me.clone()));
            }
            if told.map(|told| &told.boards) != Some(&now.boards) {
                paint(Update::Boards(now.boards.clone()));
            }
            if told.map(|told| &told.views) != Some(&now.views) {
                paint(Update::Views(now.views.clone()));
            }
            window.told = Some(now.clone());
        }
    }

    /// Tells every window that has a ticket open how it looks now, unless it knows.
    pub(crate) fn tell_ticket(&mut self, view: &TicketView, out: &mut Vec<Effect>) {
        for (id, window) in &mut self.windows {
            let opened = window.open.iter_mut().find(|open| open.ticket == view.ticket);
            if let Some(opened) = opened.filter(|open| open.view.as_ref() != Some(view)) {
                opened.view = Some(view.clone());
                out.push(Effect::Paint(id.clone(), Update::Ticket(view.clone())));
            }
        }
    }

    /// Tells every window that has a ticket open a part of it, unless it knows.
    pub(crate) fn tell_part(&mut self, ticket: &TicketId, part: Part, now: &Update, out: &mut Vec<Effect>) {
        for (id, window) in &mut self.windows {
            let opened = window.open.iter_mut().find(|open| open.ticket == *ticket);
            if let Some(opened) = opened.filter(|open| open.parts.get(&part) != Some(now)) {
                opened.parts.insert(part, now.clone());
                out.push(Effect::Paint(id.clone(), now.clone()));
            }
        }
    }

    /// Tells every window that has a ticket open what stands in its composer, unless it knows.
    pub(crate) fn tell_composer(&mut self, now: &ComposerView, out: &mut Vec<Effect>) {
        for (id, window) in &mut self.windows {
            let opened = window.open.iter_mut().find(|open| open.ticket == now.ticket);
            if let Some(opened) = opened.filter(|open| open.draft != now.draft) {
                opened.draft.clone_from(&now.draft);
                out.push(Effect::Paint(id.clone(), Update::Composer(now.clone())));
            }
        }
    }

    /// A window has a list open, and knows nothing of it.
    pub(crate) fn watch(&mut self, window: WindowId, list: List) {
        self.windows.entry(window).or_default().lists.insert(list, None);
    }

    /// A window has a list open no more.
    pub(crate) fn unwatch(&mut self, window: &WindowId, list: List) {
        if let Some(window) = self.windows.get_mut(window) {
            window.lists.remove(&list);
        }
    }

    /// Whether some window has to be told a list: one that knows nothing of it, or any where there may be news.
    pub(crate) fn is_waiting_for(&self, list: List, has_news: bool) -> bool {
        let waits = |window: &Window| window.lists.get(&list).is_some_and(|told| has_news || told.is_none());
        self.windows.values().any(waits)
    }

    /// Tells every window that has a list open how it stands now, unless it knows. Says whether any was told.
    pub(crate) fn tell_list(&mut self, list: List, now: &Update, out: &mut Vec<Effect>) -> bool {
        let mut is_told = false;
        for (id, window) in &mut self.windows {
            let Some(told) = window.lists.get_mut(&list).filter(|told| told.as_ref() != Some(now)) else {
                continue;
            };
            *told = Some(now.clone());
            out.push(Effect::Paint(id.clone(), now.clone()));
            is_told = true;
        }
        is_told
    }
}
