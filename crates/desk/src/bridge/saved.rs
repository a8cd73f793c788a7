//! Views under a name.
//!
//! **Invariant:** a saved view opens whatever became of what it names: a chip of a status that is gone finds nothing.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::query::BoardQuery;

/// The longest name of a saved view, in characters.
pub const SAVED_NAME_MAX: usize = 80;

/// Names a saved view for as long as it is kept, whatever it is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(transparent)]
pub struct SavedViewId(pub Arc<str>);

/// A view that the person saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SavedView {
    /// What stays of it when it gets another name.
    pub id: SavedViewId,
    /// Its name: no other has it, also not in other letters; at most [`SAVED_NAME_MAX`] characters.
    pub name: String,
    /// What it shows.
    pub query: BoardQuery,
    /// In which columns, in their order, each once.
    pub columns: Vec<Column>,
}

/// A column of the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "each is the part of a row of its name")]
pub enum Column {
    Severity,
    Number,
    Due,
    Age,
    Title,
    Client,
    Status,
    Assignee,
    Team,
    Place,
    Category,
    Updated,
    Presence,
    Unsent,
}

/// Why a view is not kept as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ViewRefusal {
    /// It has no name.
    Nameless,
    /// Its name is longer than [`SAVED_NAME_MAX`] characters.
    LongName,
    /// Another one has that name.
    NameTaken,
    /// There are as many as are kept.
    TooMany {
        /// So many.
        most: u32,
    },
    /// It was deleted meanwhile.
    Gone,
    /// The disk did not take it.
    Disk {
        /// Why.
        reason: String,
    },
}
