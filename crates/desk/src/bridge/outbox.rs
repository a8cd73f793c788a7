//! The person's own work across all tickets: what waits for a decision, what waits to be sent, what was sent.
//!
//! **Invariant:** a line says in full what it is about, so that it can be read and copied without its ticket.

use std::sync::Arc;

use callboard_model::{Field, TicketId};
use serde::{Deserialize, Serialize};

use super::comments::{SayingId, Visibility};
use super::look::Choice;

/// The most lines of one list that a window is told; how many there are in all is told beside them.
pub const LISTED_MAX: usize = 200;

/// The most tickets that are changed at once.
pub const BULK_MAX: usize = 200;

/// Which ticket a line is about, as it was last known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// The ticket.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub ticket: TicketId,
    /// Its number.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub number: Arc<str>,
    /// Its title.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub title: Arc<str>,
}

/// Everything that waits for a decision (CO-4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct NeedsView {
    /// The oldest first, at most [`LISTED_MAX`].
    pub items: Vec<NeedsItem>,
    /// Comments that were refused, the oldest first, at most [`LISTED_MAX`].
    pub comments: Vec<OutboxItem>,
    /// How many there are in all.
    pub total: u32,
    /// The last decision that can be taken back.
    pub undo: Option<UndoView>,
}

/// Something that waits for a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct NeedsItem {
    /// The ticket.
    pub about: About,
    /// The field.
    #[cfg_attr(feature = "ts", ts(type = "FieldName"))]
    pub field: Field,
    /// What the person saw when they began.
    pub base: Choice,
    /// What they chose.
    pub mine: Choice,
    /// What stands on the server.
    pub theirs: Choice,
    /// Whose that is; `None` where nobody said.
    pub by: Option<String>,
    /// When it was written, in milliseconds of the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub at: i64,
    /// Why the person is asked.
    pub need: Need,
}

/// Why somebody is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Need {
    /// Two values, one decision (LT-13).
    Conflict {
        /// Ours was not committed yet: keeping it sends nothing.
        draft: bool,
    },
    /// The server refused it; the sentence is its own.
    Refused {
        /// Why.
        reason: String,
    },
}

/// Names a decision, so that a second press undoes no other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(transparent)]
pub struct DecisionId(pub Arc<str>);

/// A decision that can be taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UndoView {
    /// Its name.
    pub decision: DecisionId,
    /// The ticket.
    pub about: About,
    /// The field on which it was taken.
    #[cfg_attr(feature = "ts", ts(type = "FieldName"))]
    pub field: Field,
    /// What was decided.
    pub verdict: VerdictKind,
    /// When, in milliseconds of the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub at: i64,
}

/// What a person can decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum VerdictKind {
    /// *Keep yours*, or a third value.
    Kept,
    /// *Take theirs*.
    Took,
    /// Discarded.
    Dropped,
}

/// What waits to be sent, and what was (CO-5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct OutboxView {
    /// What is not confirmed, in the order in which it was committed, at most [`LISTED_MAX`].
    pub waiting: Vec<OutboxItem>,
    /// How many there are in all.
    pub total: u32,
    /// What was confirmed, the latest first.
    pub sent: Vec<SentItem>,
}

/// Something that is not confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct OutboxItem {
    /// The ticket.
    pub about: About,
    /// What is to change.
    pub change: Change,
    /// When it was committed, in milliseconds of the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub at: i64,
    /// How it stands.
    pub state: OutboxState,
}

/// What is to change on a ticket, or was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Change {
    /// A field.
    Field {
        /// Which.
        #[cfg_attr(feature = "ts", ts(type = "FieldName"))]
        field: Field,
        /// From what.
        from: Choice,
        /// To what.
        to: Choice,
    },
    /// Something is said.
    Comment {
        /// Its name.
        saying: SayingId,
        /// The words.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        text: Arc<str>,
        /// Who may read it.
        visibility: Visibility,
    },
}

/// How something stands that is not confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum OutboxState {
    /// Safe on disk, waiting for its turn or for the network.
    Queued,
    /// On its way.
    Sending,
    /// Waiting until somebody signs in.
    SignIn,
    /// Waiting for a decision between two values.
    Conflict,
    /// The server refused it; the sentence is its own.
    Refused {
        /// Why.
        reason: String,
    },
}

/// Something that was confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SentItem {
    /// The ticket.
    pub about: About,
    /// What changed.
    pub change: Change,
    /// When it was confirmed, in milliseconds of the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub at: i64,
}

/// Names a change of many tickets within one window.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(transparent)]
pub struct BulkId(pub Arc<str>);

/// What became of a change of many tickets (CO-2). The five numbers add up to `total`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct BulkView {
    /// Its name.
    pub bulk: BulkId,
    /// The field.
    #[cfg_attr(feature = "ts", ts(type = "FieldName"))]
    pub field: Field,
    /// What it was to be.
    pub value: Choice,
    /// How many tickets.
    pub total: u32,
    /// On these the server has it.
    pub done: u32,
    /// On these it is queued or on its way.
    pub waiting: u32,
    /// On these somebody wrote in between: the person decides.
    pub conflicted: u32,
    /// On these the person has decided otherwise since.
    pub dropped: u32,
    /// On these it was refused.
    pub refused: Vec<BulkRefusal>,
}

/// One ticket on which a change of many was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct BulkRefusal {
    /// The ticket.
    pub about: About,
    /// Why.
    pub reason: String,
}
