//! The board: every shown row once, and the views that windows cut from it.
//!
//! The session puts rows in and takes them out; each view keeps its own order of them; [`Board::flush`] tells each
//! window the lines on its screen that are different now. So a change costs a search in each view, and a window
//! pays for the lines it shows, not for the tickets there are.
//!
//! ```text
//! put / remove / tick ─→ rows ─→ views (filter, order, headings) ─→ flush ─→ Update::Board
//! ```
//!
//! **Invariant:** a row is held once; nothing here decides what a row says except how much time it has left.

mod key;
mod lines;
mod search;
mod slack;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use callboard_model::{BoardId, TicketId};

use crate::Effect;
use crate::bridge::{BoardQuery, Counts, Row, Severity, Slack, Update, ViewId};
use crate::session::effect::WindowId;
use search::Folded;
use slack::DueIndex;
use view::View;

pub use slack::slack;

/// The most views one window may have open; another one is not opened, and the window hears nothing of it.
pub const VIEWS_MAX: usize = 32;

/// How many lines beyond the edges of a screen count as visible: a short scroll finds them followed already.
pub const VISIBLE_MARGIN: u32 = 20;

/// A row with what a view must know of it but does not show.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardRow {
    /// The row. Its `slack` is the board's to fill in.
    pub row: Row,
    /// The board it lies on.
    pub board: Option<BoardId>,
    /// Whether its status closes it.
    pub closed: bool,
}

/// A row as it is held: with its texts folded for searching and sorting.
#[derive(Debug)]
struct Held {
    shown: Arc<BoardRow>,
    folded: Folded,
}

/// Every shown row, and every view of every window.
#[derive(Debug, Default)]
pub struct Board {
    rows: BTreeMap<TicketId, Held>,
    due: DueIndex,
    counts: Counts,
    views: BTreeMap<WindowId, BTreeMap<ViewId, View>>,
}

impl Board {
    /// An empty board. [`Board::tick`] tells it the time, before the first row is put.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens a view, or changes what an open one shows. The lines on its screen stay the same places.
    pub fn open_view(&mut self, window: WindowId, view: ViewId, query: BoardQuery) {
        let views = self.views.entry(window).or_default();
        if let Some(open) = views.get_mut(&view) {
            open.ask(query, self.rows.values());
        } else if views.len() < VIEWS_MAX {
            views.insert(view, View::new(query, self.rows.values()));
        }
    }

    /// Says which lines of a view are on screen; at most [`LINES_MAX`](crate::bridge::LINES_MAX) of them are.
    pub fn show_lines(&mut self, window: &WindowId, view: &ViewId, first: u32, count: u32) {
        if let Some(open) = self.views.get_mut(window).and_then(|views| views.get_mut(view)) {
            open.show(first, count);
        }
    }

    /// Closes a view.
    pub fn close_view(&mut self, window: &WindowId, view: &ViewId) {
        if let Some(views) = self.views.get_mut(window) {
            views.remove(view);
        }
    }

    /// Closes every view of a window.
    pub fn close_window(&mut self, window: &WindowId) {
        self.views.remove(window);
    }

    /// Puts a row in, or in the place of the one that its ticket had.
    pub fn put(&mut self, mut row: BoardRow) {
        row.row.slack = slack(row.row.due, row.closed, self.due.now());
        if self.get(&row.row.ticket) == Some(&row) {
            return;
        }
        let ticket = row.row.ticket.clone();
        let old = self.rows.remove(&ticket);
        if let Some(old) = &old {
            self.count(&old.shown, false);
            self.due.remove(&old.shown);
        }
        let new = Held { folded: Folded::new(&row.row), shown: Arc::new(row) };
        self.count(&new.shown, true);
        self.due.insert(&new.shown);
        self.tell_views(old.as_ref(), Some(&new));
        self.rows.insert(ticket, new);
    }

    /// Takes a ticket off the board.
    pub fn remove(&mut self, ticket: &TicketId) {
        if let Some(old) = self.rows.remove(ticket) {
            self.count(&old.shown, false);
            self.due.remove(&old.shown);
            self.tell_views(Some(&old), None);
        }
    }

    /// The row of a ticket.
    #[must_use]
    pub fn get(&self, ticket: &TicketId) -> Option<&BoardRow> {
        self.rows.get(ticket).map(|held| &*held.shown)
    }

    /// Says what time it is, in milliseconds of the Unix epoch by the server's clock; it may also have gone back.
    /// Names the tickets that have another [`Slack`] now, or crossed the boundary of [`Self::warn_at`].
    pub fn tick(&mut self, now: i64) -> Vec<TicketId> {
        let crossed = self.due.advance(now);
        for ticket in &crossed {
            if let Some(held) = self.rows.get(ticket) {
                self.put(BoardRow::clone(&held.shown));
            }
        }
        crossed
    }

    /// The time that the board was told last.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.due.now()
    }

    /// Tells of tickets that have so many milliseconds left, too.
    pub fn warn_at(&mut self, left: i64) {
        self.due.warn_at(left);
    }

    /// When after `now` the next row has less time left than its present [`Slack`] says, or crosses the boundary of
    /// [`Self::warn_at`].
    #[must_use]
    pub fn next_boundary(&self, now: i64) -> Option<i64> {
        self.due.next_boundary(now)
    }

    /// Tells each window what is different on its screens since it was last told, in one update per view.
    pub fn flush(&mut self, effects: &mut Vec<Effect>) {
        for (window, views) in &mut self.views {
            for (view, open) in views {
                if let Some((rev, change)) = open.flush(&self.rows) {
                    let update = Update::Board { view: view.clone(), rev, change };
                    effects.push(Effect::Paint(window.clone(), update));
                }
            }
        }
    }

    /// The tickets on the screens of all views and [`VISIBLE_MARGIN`] lines around, each once, in the order of lines.
    #[must_use]
    pub fn visible(&self) -> Vec<TicketId> {
        let mut seen = BTreeSet::new();
        let views = self.views.values().flat_map(BTreeMap::values);
        views.flat_map(View::visible).filter(|ticket| seen.insert(*ticket)).cloned().collect()
    }

    /// How many rows are open, and of them critical and nobody's. What is counted elsewhere is 0.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Adds an open row to the counts, or takes it out of them.
    fn count(&mut self, row: &BoardRow, add: bool) {
        let step = |count: &mut u32, counted: bool| {
            if counted && !row.closed {
                *count = if add { *count + 1 } else { *count - 1 };
            }
        };
        step(&mut self.counts.tickets, true);
        step(&mut self.counts.critical, row.row.severity == Severity::Critical);
        step(&mut self.counts.unassigned, row.row.assignee.is_none());
    }

    fn tell_views(&mut self, old: Option<&Held>, new: Option<&Held>) {
        for view in self.views.values_mut().flat_map(BTreeMap::values_mut) {
            view.replace(old, new);
        }
    }
}
