//! One view of the board: which rows it shows, in which order, and what its window was told of it.
//!
//! **Invariant:** what the window holds follows from the updates it was sent; nothing is sent that it holds already.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use callboard_model::TicketId;

use super::hold::Hold;
use super::key::Key;
use super::lines::{Drawn, Groups, Spot};
use super::search::Filter;
use super::{Held, VISIBLE_MARGIN};
use crate::bridge::{BoardChange, BoardQuery, ChoosingBy, LINES_MAX, PlacedLine};

/// The rows of the board, as the views look them up.
type Rows = BTreeMap<TicketId, Held>;

/// One view of the board.
#[derive(Debug)]
pub(super) struct View {
    query: BoardQuery,
    filter: Filter,
    #[expect(clippy::vec_box, reason = "making room among ten thousand keys then moves pointers")]
    order: Vec<Box<Key>>,
    groups: Groups,
    first: u32,
    count: u32,
    rev: u32,
    told: Told,
    due: Due,
    hold: Hold,
    told_summary: Option<Summary>,
    is_summary_due: bool,
}

/// How a view stands beside its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Summary {
    /// Tickets in it.
    pub(super) tickets: u32,
    /// Tickets that would come, go or stand elsewhere.
    pub(super) waiting: u32,
    /// Whether rows keep their places.
    pub(super) is_held: bool,
}

/// What the window was told last.
#[derive(Debug, Default)]
struct Told {
    total: u32,
    /// From the first line on screen; shorter where the view ends before the screen does.
    lines: Vec<Drawn>,
}

/// What the window has to be told next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Nothing,
    Differences,
    Everything,
}

impl View {
    pub(super) fn new<'a>(query: BoardQuery, rows: impl Iterator<Item = &'a Held>) -> Self {
        let mut view = Self {
            filter: Filter::new(&query),
            query: BoardQuery::default(),
            order: Vec::new(),
            groups: Groups::default(),
            first: 0,
            count: 0,
            rev: 0,
            told: Told::default(),
            due: Due::Everything,
            hold: Hold::default(),
            told_summary: None,
            is_summary_due: true,
        };
        view.ask(query, rows);
        view
    }

    /// Shows something else from now on.
    pub(super) fn ask<'a>(&mut self, query: BoardQuery, rows: impl Iterator<Item = &'a Held>) {
        self.filter = Filter::new(&query);
        self.query = query;
        self.due = Due::Everything;
        let descending = self.query.sort.descending;
        let shown = rows.filter(|held| self.filter.admits(held));
        self.order = shown.map(|held| Box::new(Key::new(held, &self.query))).collect();
        self.order.sort_unstable_by(|one, other| one.compare(other, descending));
        self.groups = Groups::of(self.order.iter().map(|key| &key.group));
        self.hold.forget();
        self.is_summary_due = true;
    }

    /// What it shows.
    pub(super) fn query(&self) -> &BoardQuery {
        &self.query
    }

    /// Says which lines are on screen.
    pub(super) fn show(&mut self, first: u32, count: u32) {
        self.first = first;
        self.count = count.min(LINES_MAX);
        self.due = Due::Everything;
    }

    /// Follows a row that came, changed or went.
    pub(super) fn replace(&mut self, old: Option<&Held>, new: Option<&Held>) {
        let key = |held: &Held| Box::new(Key::new(held, &self.query));
        let from = old.filter(|held| self.filter.admits(held)).map(key);
        let to = new.filter(|held| self.filter.admits(held)).map(key);
        let is_shown = if self.hold.is_on() {
            let Some(held) = new.or(old) else { return };
            let last = new.is_none().then(|| Arc::clone(&held.shown));
            self.hold.note(&held.shown.row.ticket, from, to, last)
        } else {
            let is_shown = from.is_some() || to.is_some();
            if from != to {
                self.take_out(from);
                self.put_in(to);
            }
            is_shown
        };
        if is_shown {
            self.due = self.due.max(Due::Differences);
            self.is_summary_due = true;
        }
    }

    /// The person is choosing among the lines, or no longer. Says whether rows went to their places.
    pub(super) fn choose(&mut self, by: ChoosingBy, on: bool, now: Duration) -> bool {
        self.hold.put(by, on);
        self.is_summary_due = true;
        self.settle_if_due(now)
    }

    /// When what waits goes to its place by itself.
    pub(super) fn settles_at(&self) -> Option<Duration> {
        self.hold.settles_at()
    }

    /// Lets what waits go to its place, if its time has come. Says whether anything did.
    pub(super) fn settle_if_due(&mut self, now: Duration) -> bool {
        self.settles_at().is_some_and(|at| at <= now) && self.settle(now)
    }

    /// Lets what waits go to its place. Says whether anything did.
    pub(super) fn settle(&mut self, now: Duration) -> bool {
        self.is_summary_due = true;
        let has_moved = self.hold.settle(&mut self.order, self.query.sort.descending, now);
        if has_moved {
            self.groups = Groups::of(self.order.iter().map(|key| &key.group));
            self.due = self.due.max(Due::Differences);
        }
        has_moved
    }

    /// Nobody chooses any more, and everything goes to its place.
    pub(super) fn let_go(&mut self) {
        self.hold.let_go();
        self.settle(Duration::ZERO);
    }

    fn take_out(&mut self, key: Option<Box<Key>>) {
        if let Some(key) = key
            && let Ok(at) = self.find(&key)
        {
            self.order.remove(at);
            self.groups.shrink(&key.group);
        }
    }

    fn put_in(&mut self, key: Option<Box<Key>>) {
        if let Some(key) = key
            && let Err(at) = self.find(&key)
        {
            self.groups.grow(&key.group);
            self.order.insert(at, key);
        }
    }

    fn find(&self, key: &Key) -> Result<usize, usize> {
        self.order.binary_search_by(|held| held.compare(key, self.query.sort.descending))
    }

    /// What the window has to be told now, with the number of the update.
    pub(super) fn flush(&mut self, rows: &Rows) -> Option<(u32, BoardChange)> {
        let due = std::mem::replace(&mut self.due, Due::Nothing);
        if due == Due::Nothing {
            return None;
        }
        let total = u32::try_from(self.groups.total()).unwrap_or(u32::MAX);
        let now = Told { total, lines: self.drawn(rows) };
        let told = std::mem::replace(&mut self.told, now);
        let change = match due {
            Due::Everything => self.reset(),
            _ => self.patch(&told)?,
        };
        self.rev = self.rev.wrapping_add(1);
        Some((self.rev, change))
    }

    /// How the view stands beside its lines, where that is new.
    pub(super) fn summary_news(&mut self) -> Option<Summary> {
        if !std::mem::take(&mut self.is_summary_due) {
            return None;
        }
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let summary = Summary {
            tickets: count(self.order.len()),
            waiting: count(self.hold.waiting(&self.order, self.query.sort.descending)),
            is_held: self.hold.is_on(),
        };
        (self.told_summary.replace(summary) != Some(summary)).then_some(summary)
    }

    fn reset(&self) -> BoardChange {
        let lines = self.told.lines.iter().filter_map(|drawn| drawn.line(self.query.group)).collect();
        BoardChange::Reset { total: self.told.total, first: self.first, lines }
    }

    /// The difference to what was told before, if there is one.
    fn patch(&self, before: &Told) -> Option<BoardChange> {
        let places = (self.first..).zip(self.told.lines.iter().enumerate());
        let changed = places.filter(|(_, (index, drawn))| before.lines.get(*index) != Some(drawn));
        let placed = |(at, (_, drawn)): (u32, (usize, &Drawn))| {
            Some(PlacedLine { at, line: drawn.line(self.query.group)? })
        };
        let lines: Vec<_> = changed.filter_map(placed).collect();
        let same = lines.is_empty() && self.told.total == before.total;
        (!same).then_some(BoardChange::Patch { total: self.told.total, lines })
    }

    /// The lines on screen as they are now.
    fn drawn(&self, rows: &Rows) -> Vec<Drawn> {
        let spots = self.spots(self.first, self.count);
        let drawn = spots.filter_map(|spot| match spot {
            Spot::Heading(group, count) => {
                Some(Drawn::Heading(group.clone(), u32::try_from(count).unwrap_or(u32::MAX)))
            }
            Spot::Row(at) => {
                let ticket = &self.order.get(at)?.ticket;
                let shown = rows.get(ticket).map(|held| Arc::clone(&held.shown));
                Some(Drawn::Row(shown.or_else(|| self.hold.last(ticket))?))
            }
        });
        drawn.collect()
    }

    /// The tickets on screen and a little around it. A view of which no line was asked for is not on screen.
    pub(super) fn visible(&self) -> impl Iterator<Item = &TicketId> {
        let first = self.first.saturating_sub(VISIBLE_MARGIN);
        let beyond = self.first.saturating_add(self.count).saturating_add(VISIBLE_MARGIN);
        let count = if self.count == 0 { 0 } else { beyond - first };
        self.spots(first, count).filter_map(|spot| match spot {
            Spot::Heading(..) => None,
            Spot::Row(at) => self.order.get(at).map(|key| &key.ticket),
        })
    }

    fn spots(&self, first: u32, count: u32) -> impl Iterator<Item = Spot<'_>> {
        let first = first as usize;
        (first..first + count as usize).map_while(|line| self.groups.spot(line))
    }
}
