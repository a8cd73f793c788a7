//! What is said on an open ticket.
//!
//! **Invariant:** what was not confirmed stands apart from what was, with how it stands.

use std::sync::Arc;

use callboard_model::{CommentId, TicketId};
use serde::{Deserialize, Serialize};

use super::outbox::OutboxState;

/// Names a comment of ours that is not confirmed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(transparent)]
pub struct SayingId(pub Arc<str>);

/// Who may read a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Visibility {
    /// Also the customer.
    Public,
    /// Colleagues only.
    Internal,
}

/// What is said on a ticket, to a window that has it open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct CommentsView {
    /// The ticket.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub ticket: TicketId,
    /// What the server has, oldest first; the latest of it, where there is much.
    pub comments: Vec<CommentView>,
    /// Whether there is more before the first.
    pub older: Older,
    /// When the server told it, in milliseconds of the Unix epoch; `None` before it did.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub as_of: Option<i64>,
    /// What we said and it has not confirmed, oldest first.
    pub pending: Vec<PendingComment>,
}

/// What stands in the composer of a ticket, to a window that has it open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ComposerView {
    /// The ticket.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub ticket: TicketId,
    /// What is typed and not said; `None`: nothing.
    pub draft: Option<CommentDraft>,
}

/// A comment that is typed and not said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct CommentDraft {
    /// The words, as they were typed.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub text: Arc<str>,
    /// Who may read it once it is said.
    pub visibility: Visibility,
    /// Whether it is on disk as it stands.
    pub kept: bool,
}

/// Whether there is more before the first comment that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Older {
    /// No.
    Nothing,
    /// Perhaps, and it can be asked for.
    More,
    /// Perhaps, and more than a console shows.
    TooMany,
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct CommentView {
    /// Its name.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub comment: CommentId,
    /// The one that it answers.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub answers: Option<CommentId>,
    /// Who said it, where that is told.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub by: Option<Arc<str>>,
    /// The words, as plain text; empty where it was taken away.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub text: Arc<str>,
    /// Who may read it.
    pub visibility: Visibility,
    /// It says how the ticket was resolved.
    pub resolution: bool,
    /// When it was said, in milliseconds of the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub at: i64,
    /// Its words were changed since.
    pub edited: bool,
    /// It was taken away.
    pub gone: bool,
}

/// Something that we said and that is not confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PendingComment {
    /// Its name.
    pub saying: SayingId,
    /// The words.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub text: Arc<str>,
    /// Who may read it.
    pub visibility: Visibility,
    /// When it was committed, in milliseconds of the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub at: i64,
    /// How it stands.
    pub state: OutboxState,
}
