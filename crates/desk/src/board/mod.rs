//! The board: every shown row once, and the views that windows cut from it.
//!
//! The session puts rows in and takes them out; each view keeps its own order of them; [`Board::flush`] tells each
//! window the lines on its screen that are different now. So a change costs a search in each view, and a window
//! pays for the lines it shows, not for the tickets there are.
//!
//! ```text
//! put / remove / tick ─→ rows ─→ views (filter, order, headings) ─→ flush ─→ Update::Board, Update::View
//!                                   └ while the person chooses: hold (places stand still)
//! ```
//!
//! **Invariant:** a row is held once; nothing here decides what a row says except how much time it has left.

mod hold;
mod key;
mod lines;
pub(crate) mod search;
mod slack;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use callboard_model::{TicketId, Value};

use crate::Effect;
use crate::bridge::{
    BoardQuery, Chip, ChipKind, ChoosingBy, Counts, Row, Severity, Slack, Update, ViewId, ViewSummary,
};
use crate::session::effect::WindowId;
use search::{Filter, Folded, chips_of};
use slack::DueIndex;
use view::{Summary, View};

pub use hold::{LOOKED_AT_MAX, SETTLES_EVERY};
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
    /// Whether its status closes it.
    pub closed: bool,
    /// What chips look at and a row does not show.
    pub facts: Facts,
}

/// What chips look at and a row does not show: what is chosen, by id.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs, reason = "each is the chip of its name")]
pub struct Facts {
    pub priority: Value,
    pub assignee: Value,
    pub team: Value,
    pub client: Value,
    pub board: Value,
    pub place: Value,
    pub category: Value,
    /// Whoever is signed in does it.
    pub is_mine: bool,
    /// We watch it.
    pub is_watched: bool,
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
        if let Some(open) = self.view_mut(window, view) {
            open.show(first, count);
        }
    }

    fn view_mut(&mut self, window: &WindowId, view: &ViewId) -> Option<&mut View> {
        self.views.get_mut(window)?.get_mut(view)
    }

    fn all_views(&mut self) -> impl Iterator<Item = &mut View> {
        self.views.values_mut().flat_map(BTreeMap::values_mut)
    }

    /// The person is choosing among the lines of a view, or no longer: meanwhile its rows keep their places, and follow
    /// their tickets there. `now` never jumps. Says whether rows went to their places.
    pub fn choose(
        &mut self,
        window: &WindowId,
        view: &ViewId,
        by: ChoosingBy,
        on: bool,
        now: Duration,
    ) -> bool {
        self.view_mut(window, view).is_some_and(|open| open.choose(by, on, now))
    }

    /// Lets the rows of a view go to their places, whoever is choosing. Says whether any did.
    pub fn refresh(&mut self, window: &WindowId, view: &ViewId, now: Duration) -> bool {
        self.view_mut(window, view).is_some_and(|open| open.settle(now))
    }

    /// Lets rows go to their places where nobody is choosing any more, [`SETTLES_EVERY`] after they last did. Says whether
    /// any did.
    pub fn settle(&mut self, now: Duration) -> bool {
        let mut has_moved = false;
        for view in self.all_views() {
            has_moved |= view.settle_if_due(now);
        }
        has_moved
    }

    /// When [`Self::settle`] has something to do.
    #[must_use]
    pub fn settles_at(&self) -> Option<Duration> {
        self.views.values().flat_map(BTreeMap::values).filter_map(View::settles_at).min()
    }

    /// Whatever the person was choosing, it is over: what has left the board is shown nowhere.
    pub fn let_go(&mut self) {
        self.all_views().for_each(View::let_go);
    }

    /// How many tickets a view would show for each chip of a kind if it had none of that kind, with one of those tickets.
    #[must_use]
    pub fn tally(&self, window: &WindowId, view: &ViewId, kind: ChipKind) -> BTreeMap<Chip, (u32, TicketId)> {
        let mut tally = BTreeMap::new();
        let Some(open) = self.views.get(window).and_then(|views| views.get(view)) else { return tally };
        let filter = Filter::without(open.query(), kind);
        for held in self.rows.values().filter(|held| filter.admits(held)) {
            for chip in chips_of(kind, &held.shown) {
                let ticket = || (0, held.shown.row.ticket.clone());
                tally.entry(chip).or_insert_with(ticket).0 += 1;
            }
        }
        tally
    }

    /// Some ticket on the board that a chip lets through.
    #[must_use]
    pub fn sample(&self, chip: &Chip) -> Option<&TicketId> {
        let fits = |held: &&Held| chips_of(chip.kind(), &held.shown).any(|its| its == *chip);
        self.rows.values().find(fits).map(|held| &held.shown.row.ticket)
    }

    /// Every view with what it shows.
    pub fn queries(&self) -> impl Iterator<Item = (&WindowId, &ViewId, &BoardQuery)> {
        self.views
            .iter()
            .flat_map(|(window, views)| views.iter().map(move |(view, open)| (window, view, open.query())))
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

    /// Tells each window what is different on its screens since it was last told, in one update per view, and how that
    /// view stands beside its lines.
    pub fn flush(&mut self, effects: &mut Vec<Effect>) {
        for (window, views) in &mut self.views {
            for (view, open) in views {
                if let Some((rev, change)) = open.flush(&self.rows) {
                    let update = Update::Board { view: view.clone(), rev, change };
                    effects.push(Effect::Paint(window.clone(), update));
                }
                if let Some(Summary { tickets, waiting, is_held: held }) = open.summary_news() {
                    let summary = ViewSummary { view: view.clone(), tickets, waiting, held };
                    effects.push(Effect::Paint(window.clone(), Update::View(summary)));
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
        self.all_views().for_each(|view| view.replace(old, new));
    }
}
