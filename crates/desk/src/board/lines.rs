//! Lines of a view: rows with headings between them, found by place.
//!
//! **Invariant:** a heading's count is the number of rows beneath it, and a group without rows has no heading.

use std::sync::Arc;

use super::BoardRow;
use super::key::GroupKey;
use crate::bridge::{Grouping, Line};

/// The groups of a view that have rows, in order, with how many.
#[derive(Debug, Default)]
pub(super) struct Groups(Vec<(GroupKey, usize)>);

/// What stands on a line.
pub(super) enum Spot<'a> {
    /// A heading, with the number of rows beneath.
    Heading(&'a GroupKey, usize),
    /// A row, by its place among the rows.
    Row(usize),
}

impl Groups {
    /// One more row in `group`.
    pub(super) fn grow(&mut self, group: &GroupKey) {
        match self.find(group) {
            Ok(at) => self.0[at].1 += 1,
            Err(at) => self.0.insert(at, (group.clone(), 1)),
        }
    }

    /// One row fewer in `group`.
    pub(super) fn shrink(&mut self, group: &GroupKey) {
        if let Ok(at) = self.find(group) {
            self.0[at].1 -= 1;
            if self.0[at].1 == 0 {
                self.0.remove(at);
            }
        }
    }

    fn find(&self, group: &GroupKey) -> Result<usize, usize> {
        self.0.binary_search_by(|(held, _)| held.cmp(group))
    }

    /// The groups of rows in this order.
    pub(super) fn of<'a>(groups: impl Iterator<Item = &'a GroupKey>) -> Self {
        let mut all: Vec<(GroupKey, usize)> = Vec::new();
        for group in groups {
            match all.last_mut().filter(|(last, _)| last == group) {
                Some((_, rows)) => *rows += 1,
                None => all.push((group.clone(), 1)),
            }
        }
        Self(all)
    }

    /// How many lines there are.
    pub(super) fn total(&self) -> usize {
        self.0.iter().map(|(group, rows)| headings(group) + rows).sum()
    }

    /// What stands on a line, counted from the top.
    pub(super) fn spot(&self, mut line: usize) -> Option<Spot<'_>> {
        let mut rows_above = 0;
        for (group, rows) in &self.0 {
            let headings = headings(group);
            if line < headings {
                return Some(Spot::Heading(group, *rows));
            }
            if line < headings + rows {
                return Some(Spot::Row(rows_above + line - headings));
            }
            line -= headings + rows;
            rows_above += rows;
        }
        None
    }
}

/// How many lines the heading of a group takes.
fn headings(group: &GroupKey) -> usize {
    usize::from(*group != GroupKey::Whole)
}

/// A line as a window was told it.
#[derive(Debug)]
pub(super) enum Drawn {
    Heading(GroupKey, u32),
    Row(Arc<BoardRow>),
}

impl Drawn {
    /// The line as it crosses the bridge.
    pub(super) fn line(&self, grouping: Grouping) -> Option<Line> {
        match self {
            Self::Heading(group, count) => {
                Some(Line::Heading { heading: group.heading(grouping)?, count: *count })
            }
            Self::Row(shown) => Some(Line::Ticket(shown.row.clone())),
        }
    }
}

impl PartialEq for Drawn {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Heading(group, count), Self::Heading(other_group, other_count)) => {
                (group, count) == (other_group, other_count)
            }
            (Self::Row(shown), Self::Row(other)) => Arc::ptr_eq(shown, other) || shown.row == other.row,
            _ => false,
        }
    }
}
