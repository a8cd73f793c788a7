//! Lines of the board.
//!
//! **Invariant:** a line is drawn as it comes; nothing about it is left to be worked out.

use std::sync::Arc;

use callboard_model::{Field, TicketId};
use serde::{Deserialize, Serialize};

use super::look::{Choice, Face, Severity, Slack};
use super::query::{Chip, ChipKind, ViewId};

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

/// How a view stands beside its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ViewSummary {
    /// The view.
    pub view: ViewId,
    /// How many tickets it shows.
    pub tickets: u32,
    /// How many of all tickets would come, go or stand elsewhere if the lines went to their places.
    pub waiting: u32,
    /// Whether lines keep their places, because the person is choosing or was a moment ago.
    pub held: bool,
}

/// With what the person is choosing among the lines of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ChoosingBy {
    /// The pointer is over them.
    Pointer,
    /// A line has the keyboard.
    Keyboard,
    /// A cell is being edited, or a line dragged.
    Edit,
}

/// The chips of a view, as they are called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ChipsView {
    /// The view.
    pub view: ViewId,
    /// Those of its query, in their order.
    pub chips: Vec<NamedChip>,
}

/// A chip and what it is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct NamedChip {
    /// The chip.
    pub chip: Chip,
    /// The name of what is chosen. `None` where nothing is chosen, where the chip says all, or where what it names is gone.
    pub label: Option<String>,
}

/// The most offers of one kind that a window is told: those with the most tickets. How many there are in all is told.
pub const OFFERS_MAX: usize = 400;

/// What can be chosen for the chips of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct OffersView {
    /// The view.
    pub view: ViewId,
    /// What the chips are about.
    pub kind: ChipKind,
    /// In the order in which pickers have them; at most [`OFFERS_MAX`].
    pub offers: Vec<Offer>,
    /// How many there are in all.
    pub total: u32,
}

/// Something that can be chosen for a view: what has one name is chosen together, such as a status of several boards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Offer {
    /// What is added to the query, or taken out of it.
    pub chips: Vec<Chip>,
    /// Its name; `None` where the chip says all, or says that nothing is chosen.
    pub label: Option<String>,
    /// How many tickets the view would show with it and none other of its kind.
    pub tickets: u32,
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
    /// The name of who does them; `None`: nobody.
    Assignee(Option<String>),
    /// How pressing they are.
    Priority(Severity),
    /// The client's name.
    Client(Option<String>),
    /// The team's name.
    Team(Option<String>),
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
    /// Which team does it.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub team: Option<Arc<str>>,
    /// What it is about.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub category: Option<Arc<str>>,
    /// When it was entered, in milliseconds of the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub entered: Option<i64>,
    /// When it was last changed, in milliseconds of the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub updated: Option<i64>,
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
