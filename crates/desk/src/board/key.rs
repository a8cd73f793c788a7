//! The place of a row in a view, worked out once so that finding it again is a binary search.
//!
//! **Invariant:** two tickets never have equal places, and a place depends on nothing but the row and the query.

use std::cmp::Ordering;
use std::sync::Arc;

use callboard_model::TicketId;

use super::Held;
use crate::bridge::{BoardQuery, Grouping, Heading, Severity, Slack, SortBy};

/// Where a row stands: its group first, then what it is sorted by, then its number.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) group: GroupKey,
    by: Option<ByKey>,
    number: Natural,
    pub(super) ticket: TicketId,
}

impl Key {
    pub(super) fn new(held: &Held, query: &BoardQuery) -> Self {
        let row = &held.shown.row;
        Self {
            group: GroupKey::new(held, query.group),
            by: ByKey::new(held, query.sort.by),
            number: held.folded.natural.clone(),
            ticket: row.ticket.clone(),
        }
    }

    /// What is missing comes last, whichever way the rest is turned.
    pub(super) fn compare(&self, other: &Self, descending: bool) -> Ordering {
        let by = || match (&self.by, &other.by) {
            (Some(mine), Some(theirs)) if descending => theirs.cmp(mine),
            (Some(mine), Some(theirs)) => mine.cmp(theirs),
            (mine, theirs) => theirs.is_some().cmp(&mine.is_some()),
        };
        self.group
            .cmp(&other.group)
            .then_with(by)
            .then_with(|| self.number.cmp(&other.number))
            .then_with(|| self.ticket.cmp(&other.ticket))
    }
}

/// What the tickets under one heading share, in the order of headings. Within one view all are of one grouping.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum GroupKey {
    /// The one group of a view without headings.
    Whole,
    /// When they are due.
    Due(Slack),
    /// How pressing they are.
    Priority(Severity),
    /// Something of that name: folded for the order, then as it is shown. Namesakes stand under one heading.
    Named(Arc<str>, Arc<str>),
    /// They have none.
    Nameless,
}

impl GroupKey {
    fn new(held: &Held, grouping: Grouping) -> Self {
        let (row, folded) = (&held.shown.row, &held.folded);
        let named = |folded: &Option<Arc<str>>, label: Option<Arc<str>>| match (folded, label) {
            (Some(folded), Some(label)) => Self::Named(Arc::clone(folded), label),
            _ => Self::Nameless,
        };
        match grouping {
            Grouping::None => Self::Whole,
            Grouping::Due => Self::Due(row.slack),
            Grouping::Priority => Self::Priority(row.severity),
            Grouping::Status => named(&folded.status, Some(row.status.label.as_str().into())),
            Grouping::Assignee => named(&folded.assignee, row.assignee.as_deref().map(Into::into)),
            Grouping::Client => named(&folded.client, row.client.clone()),
            Grouping::Team => named(&folded.team, row.team.clone()),
        }
    }

    /// The heading above the group, if the grouping has any.
    pub(super) fn heading(&self, grouping: Grouping) -> Option<Heading> {
        let name = match self {
            Self::Whole => return None,
            Self::Due(slack) => return Some(Heading::Due(*slack)),
            Self::Priority(severity) => return Some(Heading::Priority(*severity)),
            Self::Named(_, label) => Some(label.as_ref().to_owned()),
            Self::Nameless => None,
        };
        match grouping {
            Grouping::Status => Some(Heading::Status(name)),
            Grouping::Assignee => Some(Heading::Assignee(name)),
            Grouping::Client => Some(Heading::Client(name)),
            Grouping::Team => Some(Heading::Team(name)),
            Grouping::None | Grouping::Due | Grouping::Priority => None,
        }
    }
}

/// What a view is sorted by. Within one view all are of one kind.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ByKey {
    Instant(i64),
    Severity(Severity),
    Text(Arc<str>),
    Number(Natural),
}

impl ByKey {
    fn new(held: &Held, by: SortBy) -> Option<Self> {
        let (row, folded) = (&held.shown.row, &held.folded);
        match by {
            SortBy::Due => row.due.map(Self::Instant),
            SortBy::Number => Some(Self::Number(folded.natural.clone())),
            // The youngest came last.
            SortBy::Age => row.entered.map(|entered| Self::Instant(entered.saturating_neg())),
            SortBy::Title => Some(Self::Text(Arc::clone(&folded.title))),
            SortBy::Client => folded.client.clone().map(Self::Text),
            SortBy::Status => folded.status.clone().map(Self::Text),
            SortBy::Priority => Some(Self::Severity(row.severity)),
            SortBy::Assignee => folded.assignee.clone().map(Self::Text),
            SortBy::Updated => row.updated.map(Self::Instant),
        }
    }
}

/// A text in which a run of digits counts as the number it spells: `T-9` before `T-10`.
///
/// It is kept so that comparing bytes compares numbers: before its digits a run says how many they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Natural(Arc<[u8]>);

impl Natural {
    pub(super) fn new(text: &str) -> Self {
        let mut key = Vec::with_capacity(text.len() + 5);
        let mut rest = text.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            if first.is_ascii_digit() {
                let run = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let digits = &rest[rest[..run].iter().take_while(|digit| **digit == b'0').count()..run];
                // A digit first, so that a run stands among other characters where a digit would.
                key.push(b'0');
                key.extend(u32::try_from(digits.len()).unwrap_or(u32::MAX).to_be_bytes());
                key.extend(digits);
                rest = &rest[run..];
            } else {
                key.push(*first);
                rest = after;
            }
        }
        Self(key.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_digits_sorts_by_the_number_it_spells() {
        let sorted = [
            "",
            "/",
            "7",
            "9",
            "10",
            "10/",
            "a",
            "t",
            "t-",
            "t-0",
            "t-9",
            "t-10",
            "t-10-2",
            "t-10-10",
            "t-99999999999999999999999998",
            "t-99999999999999999999999999",
            "t-a",
            "ß",
        ];
        for pair in sorted.windows(2) {
            assert!(Natural::new(pair[0]) < Natural::new(pair[1]), "{pair:?}");
        }
        assert_eq!(Natural::new("t-007"), Natural::new("t-7"), "then the ticket's id decides");
    }
}
