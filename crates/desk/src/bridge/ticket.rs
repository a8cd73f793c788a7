//! A ticket, opened.
//!
//! **Invariant:** what is shown is confirmed under pending, and how a field stands is told beside it.

use std::sync::Arc;

use callboard_model::{Field, TicketId};
use serde::{Deserialize, Serialize};

use super::look::{Choice, Face, Severity, Slack};

/// A ticket, opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TicketView {
    /// The ticket.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub ticket: TicketId,
    /// Its number.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub number: Arc<str>,
    /// The client's name.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub client: Option<Arc<str>>,
    /// How pressing.
    pub severity: Severity,
    /// The target in milliseconds of the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub due: Option<i64>,
    /// What is left of it.
    pub slack: Slack,
    /// Who is here beside us.
    pub faces: Vec<Face>,
    /// The fields in the order in which they are shown; the title is the first.
    pub fields: Vec<FieldView>,
    /// Whether the ticket can be read at all.
    pub access: Access,
    /// How fresh what is shown is.
    pub source: Source,
    /// When the server last told us this ticket, in milliseconds of the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub as_of: i64,
}

/// Whether a ticket can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Access {
    /// Yes.
    Open,
    /// It was deleted, or this person may no longer see it (LT-19).
    Lost,
}

/// Where what a panel shows comes from (CO-9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// Every change reaches us as it happens.
    Live,
    /// True when it was fetched; nothing would tell us of a change.
    Fetched,
}

/// One field of an open ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FieldView {
    /// Which.
    #[cfg_attr(feature = "ts", ts(type = "FieldName"))]
    pub field: Field,
    /// What is shown: confirmed under pending.
    pub shown: Choice,
    /// How it is filled in.
    pub input: Input,
    /// What can be chosen; `None` where nothing is chosen from a list, or the list is not known yet.
    pub choices: Option<Vec<Choice>>,
    /// How it stands with our own work on it.
    pub state: FieldState,
    /// Who else is in it right now.
    pub editors: Vec<Face>,
    /// Somebody else has just changed it.
    pub lit: bool,
}

/// How a field is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Input {
    /// One line of text.
    Text,
    /// One of a list.
    Choice,
    /// An instant, as RFC 3339 says it; empty for none.
    Instant,
}

/// How a field stands with our own work on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FieldState {
    /// Nothing of ours; `saved_at` is when our last edit of it was confirmed, if one was.
    Confirmed {
        /// Milliseconds of the Unix epoch.
        #[cfg_attr(feature = "ts", ts(type = "number | null"))]
        saved_at: Option<i64>,
    },
    /// Typed, not committed.
    Draft {
        /// It is on disk as it stands, and outlives the program.
        kept: bool,
    },
    /// Committed and safe on disk, waiting for the network.
    Queued,
    /// On its way.
    Sending,
    /// Two values, one decision (LT-13).
    Conflict(ConflictView),
    /// The server refused it; the sentence is its own.
    Refused {
        /// Why.
        reason: String,
    },
}

/// Two values, one decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ConflictView {
    /// Ours.
    pub mine: Choice,
    /// What stands on the server.
    pub theirs: Choice,
    /// Whose it is; `None` where a stock server does not say.
    pub by: Option<String>,
    /// When it was written, in milliseconds of the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub at: i64,
    /// Ours was not committed yet: keeping it sends nothing.
    pub draft: bool,
}
