//! The events of what is said on a ticket.
//!
//! **Invariant:** says who spoke and for whose eyes, and never a word of what was said.

use callboard_catalog::EventType;
use callboard_model::{CommentId, TicketId, Timestamp};

use super::Happening;
use crate::domain::comment::AuthorKind;

/// Something that was said.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// On which ticket.
    pub ticket: &'a TicketId,
    /// Its name.
    pub comment: &'a CommentId,
    /// Who spoke.
    pub author: &'a str,
    /// Whoever of the customer spoke: the person, or the account where it is nobody's in particular.
    pub contact: Option<&'a str>,
    /// For which side.
    pub kind: AuthorKind,
    /// Whether the customer does not see it.
    pub is_internal: bool,
    /// When.
    pub at: Timestamp,
}

/// What is told of it: that somebody spoke, what kind of word it was, and the same in the older words.
#[must_use]
pub fn said(said: Said<'_>) -> Vec<Happening> {
    let (visibility, author_type) = said.sides();
    let channel = if said.kind == AuthorKind::Client { "portal" } else { "ui" };
    let message = said
        .on_ticket(EventType::TicketMessageAdded)
        .with("messageId", said.comment.as_str())
        .with("visibility", visibility)
        .with("authorId", said.author)
        .with("authorType", author_type)
        .with("channel", channel)
        .at("createdAt", said.at);
    let word = match (said.is_internal, said.kind, said.contact) {
        (true, _, _) => Some(
            said.on_ticket(EventType::TicketInternalNoteAdded)
                .with("noteId", said.comment.as_str())
                .at("createdAt", said.at),
        ),
        (false, AuthorKind::Client, Some(contact)) => Some(
            said.on_ticket(EventType::TicketCustomerReplied)
                .with("messageId", said.comment.as_str())
                .with("contactId", contact)
                .with("channel", channel)
                .at("receivedAt", said.at),
        ),
        _ => None,
    };
    let older = said
        .on_ticket(EventType::TicketCommentAdded)
        .with("commentId", said.comment.as_str())
        .with("visibility", visibility)
        .with("authorId", said.author)
        .with("authorType", author_type)
        .at("createdAt", said.at);
    [Some(message), word, Some(older)].into_iter().flatten().collect()
}

/// What is told when it is put in other words by `user`.
#[must_use]
pub fn reworded(ticket: &TicketId, user: &str) -> Happening {
    Happening::new(EventType::TicketCommentUpdated).with("ticketId", ticket.as_str()).with("userId", user)
}

impl Said<'_> {
    fn on_ticket(&self, event: EventType) -> Happening {
        Happening::new(event).with("ticketId", self.ticket.as_str())
    }

    fn sides(&self) -> (&'static str, &'static str) {
        (
            if self.is_internal { "internal" } else { "public" },
            if self.kind == AuthorKind::Client { "contact" } else { "user" },
        )
    }
}
