//! Something that was said, as it is answered.
//!
//! **Invariant:** made of a comment that the caller may read; nobody's address is told.

use async_graphql::{ID, SimpleObject};

use super::scalar::DateTime;
use crate::store::comments::Comment;

/// Something that was said on a ticket.
#[derive(Clone, SimpleObject)]
pub(crate) struct TicketComment {
    id: ID,
    ticket_id: ID,
    /// What it answers.
    parent_id: Option<ID>,
    /// The words; none when it was taken away.
    text: String,
    /// For the company's eyes alone.
    is_internal: bool,
    /// This is how it was solved.
    is_resolution: bool,
    /// On which side its author stands: `internal` or `client`.
    author_type: &'static str,
    created_by: Option<ID>,
    created_by_name: Option<String>,
    created_at: DateTime,
    updated_at: Option<DateTime>,
    deleted_at: Option<DateTime>,
}

impl From<Comment> for TicketComment {
    fn from(of: Comment) -> Self {
        Self {
            id: of.comment.as_str().into(),
            ticket_id: of.ticket.as_str().into(),
            parent_id: of.parent.map(|id| id.as_str().into()),
            text: of.text,
            is_internal: of.is_internal,
            is_resolution: of.is_resolution,
            author_type: of.author.name(),
            created_by: of.created_by.map(|id| id.as_str().into()),
            created_by_name: of.created_by_name.map(|name| name.to_string()),
            created_at: of.created_at.into(),
            updated_at: of.updated_at.map(DateTime),
            deleted_at: of.deleted_at.map(DateTime),
        }
    }
}
