//! Lines of the board.
//!
//! **Invariant:** a line is drawn as it comes; nothing about it is left to be worked out.

use std::sync::Arc;

use callboard_model::{Field, TicketId};
use serde::{Deserialize, Serialize};

use super::look::{Choice, Face, Severity, Slack};

/// A change of a view's lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum BoardChange {
    /// Forget what you have: these are the lines on screen.
    Reset {
        /// Lines in all.
        total: u32,
        /// The place of the first line given.
        first: u32,
        /// The lines.
        lines: Vec<Line>,
    },
    /// Some lines on screen are different now. Lines not named are as they were.
    Patch {
        /// Lines in all.
        total: u32,
        /// The new ones, by place.
        lines: Vec<PlacedLine>,
    },
}

/// A line and its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PlacedLine {
    /// Counted from the top of the whole view.
    pub at: u32,
    /// The line.
    pub line: Line,
}

/// One line of a board.
#[allow(clippy::large_enum_variant, reason = "nearly every line is a ticket, so boxing them saves nothing")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Line {
    /// A heading.
    Heading {
        /// What the tickets beneath share.
        heading: Heading,
        /// How many they are.
        count: u32,
    },
    /// A ticket.
    Ticket(Row),
}

/// What the tickets under a heading share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", content = "value", rename_all = "camelCase")]
pub enum Heading {
    /// When they are due.
    Due(Slack),
    /// The name of their status; `None` where they have none.
    Status(Option<String>),
}

/// A ticket on the board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Commands name this, never a place on screen.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub ticket: TicketId,
    /// The number that people say on the phone.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub number: Arc<str>,
    /// The title, as plain text.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub title: Arc<str>,
    /// The client's name.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub client: Option<Arc<str>>,
    /// The place.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub location: Option<Arc<str>>,
    /// The status.
    pub status: Choice,
    /// How pressing.
    pub severity: Severity,
    /// Who does it.
    pub assignee: Option<String>,
    /// The target in milliseconds of the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub due: Option<i64>,
    /// What is left of it.
    pub slack: Slack,
    /// Who is in the ticket.
    pub faces: Vec<Face>,
    /// Whether something of ours is not saved.
    pub unsent: Unsent,
    /// Fields that somebody else has just changed.
    #[cfg_attr(feature = "ts", ts(type = "FieldName[]"))]
    pub lit: Vec<Field>,
}

/// Whether something of ours on a ticket is not saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Unsent {
    /// All is saved.
    #[default]
    Nothing,
    /// An edit is on its way or waits for the network.
    Queued,
    /// A conflict or a refusal waits for a decision.
    NeedsYou,
}
