//! What a view of the board shows, in which order, under which headings.
//!
//! **Invariant:** an empty query is the board that a dispatcher starts with.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Names a view of the board within one window.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(transparent)]
pub struct ViewId(pub Arc<str>);

/// What a view of the board shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BoardQuery {
    /// Only tickets whose number, title, client, place and assignee hold all these words between them.
    pub search: String,
    /// Only one board, by id.
    pub board: Option<String>,
    /// Open, closed or both.
    pub open: OpenFilter,
    /// In which order.
    pub sort: Sort,
    /// Under which headings.
    pub group: Grouping,
}

/// Which tickets by whether they are closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum OpenFilter {
    /// Only open ones.
    #[default]
    Open,
    /// Only closed ones.
    Closed,
    /// Both.
    All,
}

/// The order of a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// Whether the largest comes first.
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { by: SortBy::Due, descending: false }
    }
}

/// By what a board is sorted; the ticket number breaks ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "each is the column of its name")]
pub enum SortBy {
    Due,
    Number,
    Title,
    Client,
    Status,
    Priority,
    Assignee,
}

/// The headings of a board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Grouping {
    /// None.
    None,
    /// Breached, within the hour, today, later, no target.
    #[default]
    Due,
    /// One per status.
    Status,
}
