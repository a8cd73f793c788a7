//! One view of the board: which rows it shows, in which order, and what its window was told of it.
//!
//! **Invariant:** what the window holds follows from the updates it was sent; nothing is sent that it holds already.

use std::collections::BTreeMap;
use std::sync::Arc;

use callboard_model::TicketId;

use super::key::Key;
use super::lines::{Drawn, Groups, Spot};
use super::search::Filter;
use super::{Held, VISIBLE_MARGIN};
use crate::bridge::{BoardChange, BoardQuery, LINES_MAX, PlacedLine};

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
        self.groups = Groups::default();
        for key in &self.order {
            self.groups.grow(&key.group);
        }
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
        if from.is_none() && to.is_none() {
            return;
        }
        if from != to {
            self.take_out(from);
            self.put_in(to);
        }
        self.due = self.due.max(Due::Differences);
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

    fn reset(&self) -> BoardChange {
        let lines = self.told.lines.iter().filter_map(Drawn::line).collect();
        BoardChange::Reset { total: self.told.total, first: self.first, lines }
    }

    /// The difference to what was told before, if there is one.
    fn patch(&self, before: &Told) -> Option<BoardChange> {
        let places = (self.first..).zip(self.told.lines.iter().enumerate());
        let changed = places.filter(|(_, (index, drawn))| before.lines.get(*index) != Some(drawn));
        let lines: Vec<_> =
            changed.filter_map(|(at, (_, drawn))| Some(PlacedLine { at, line: drawn.line()? })).collect();
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
            Spot::Row(at) => Some(Drawn::Row(Arc::clone(&rows.get(&self.order.get(at)?.ticket)?.shown))),
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
