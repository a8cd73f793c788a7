//! What a view of the board shows, in which order, under which headings.
//!
//! **Invariant:** an empty query is the board that a dispatcher starts with.

use std::sync::Arc;

use callboard_model::Value;
use serde::{Deserialize, Serialize};

use super::board::Unsent;
use super::look::Slack;

/// Names a view of the board within one window.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(transparent)]
pub struct ViewId(pub Arc<str>);

/// The most chips of one query; those after them do not narrow it further.
pub const CHIPS_MAX: usize = 200;

/// What a view of the board shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BoardQuery {
    /// Only tickets whose number, title, client, place and assignee hold all these words between them.
    pub search: String,
    /// Open, closed or both.
    pub open: OpenFilter,
    /// Only what these let through: of one kind any will do, and each kind must be content. At most [`CHIPS_MAX`].
    pub chips: Vec<Chip>,
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

/// One thing that a ticket may be, as a filter. What is chosen is named by its id, or `null` for none: whoever is gone by
/// now is simply nobody's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "by", content = "is", rename_all = "camelCase", deny_unknown_fields)]
pub enum Chip {
    /// It has this status.
    Status(#[cfg_attr(feature = "ts", ts(type = "Value"))] Value),
    /// It has this priority.
    Priority(#[cfg_attr(feature = "ts", ts(type = "Value"))] Value),
    /// This person does it; `null`: nobody.
    Assignee(#[cfg_attr(feature = "ts", ts(type = "Value"))] Value),
    /// Whoever is signed in does it. Of one kind with `assignee`.
    Mine,
    /// This team does it.
    Team(#[cfg_attr(feature = "ts", ts(type = "Value"))] Value),
    /// It is this client's.
    Client(#[cfg_attr(feature = "ts", ts(type = "Value"))] Value),
    /// It lies on this board.
    Board(#[cfg_attr(feature = "ts", ts(type = "Value"))] Value),
    /// It is to be done there.
    Place(#[cfg_attr(feature = "ts", ts(type = "Value"))] Value),
    /// It is about this.
    Category(#[cfg_attr(feature = "ts", ts(type = "Value"))] Value),
    /// So much time is left.
    Due(Slack),
    /// Something of ours stands so.
    Work(Unsent),
    /// We watch it.
    Watched,
}

/// What chips of one kind are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "each is the kind of the chip of its name")]
pub enum ChipKind {
    Status,
    Priority,
    Assignee,
    Team,
    Client,
    Board,
    Place,
    Category,
    Due,
    Work,
    Watched,
}

impl Chip {
    /// What it is about.
    #[must_use]
    pub const fn kind(&self) -> ChipKind {
        match self {
            Self::Status(_) => ChipKind::Status,
            Self::Priority(_) => ChipKind::Priority,
            Self::Assignee(_) | Self::Mine => ChipKind::Assignee,
            Self::Team(_) => ChipKind::Team,
            Self::Client(_) => ChipKind::Client,
            Self::Board(_) => ChipKind::Board,
            Self::Place(_) => ChipKind::Place,
            Self::Category(_) => ChipKind::Category,
            Self::Due(_) => ChipKind::Due,
            Self::Work(_) => ChipKind::Work,
            Self::Watched => ChipKind::Watched,
        }
    }
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
    /// How long it has been there: what came last is the youngest.
    Age,
    Title,
    Client,
    Status,
    Priority,
    Assignee,
    /// When it was last changed.
    Updated,
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
    /// One per person who does it.
    Assignee,
    /// One per priority.
    Priority,
    /// One per client.
    Client,
    /// One per team.
    Team,
}
