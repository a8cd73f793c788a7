//! What is said on a ticket: asked for, said, changed, taken away, reacted to.
//!
//! It exists so that a comment and what follows from it (whose turn it is, a master that opens again, the hint) are one
//! transaction.
//!
//! **Invariant:** an internal comment is only ever given out to somebody who may see internal comments.

use std::sync::Arc;

use callboard_model::{CommentId, ContactId, Person, TenantId, TicketId, Timestamp, UserId, Version};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::query::Order;
use super::save::{Attempt, Author};
use super::{Store, statements};
use crate::domain::comment::{AuthorKind, Draft, Standing};
use crate::error::Result;

/// The most comments of one ticket, those taken away included. More are refused.
pub const COMMENTS_MAX: u32 = 10_000;

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Which.
    pub comment: CommentId,
    /// On which ticket.
    pub ticket: TicketId,
    /// The comment that began the thread.
    pub thread: CommentId,
    /// What it answers.
    pub parent: Option<CommentId>,
    /// The words; none when it was taken away.
    pub text: String,
    /// For the company's eyes alone.
    pub is_internal: bool,
    /// This is how it was solved.
    pub is_resolution: bool,
    /// On which side its author stands.
    pub author: AuthorKind,
    /// Who.
    pub created_by: Option<UserId>,
    /// Their name now.
    pub created_by_name: Option<Arc<str>>,
    /// Their picture now.
    pub created_by_avatar_url: Option<Arc<str>>,
    /// The customer's person, where the words came in without an account.
    pub contact: Option<ContactId>,
    /// The name of the customer's person, with or without an account.
    pub contact_name: Option<Arc<str>>,
    /// Their address.
    pub contact_email: Option<Arc<str>>,
    /// Minutes that went into it, as its author says.
    pub time_spent: Option<i64>,
    /// What its author's program keeps with it.
    pub metadata: Option<Map<String, Json>>,
    /// When it was said.
    pub created_at: Timestamp,
    /// When its words were last changed.
    pub updated_at: Option<Timestamp>,
    /// When it was taken away.
    pub deleted_at: Option<Timestamp>,
    /// What people think of it.
    pub reactions: Vec<Reaction>,
}

impl Comment {
    /// The comment as far as the rules ask.
    #[must_use]
    pub fn standing(&self) -> Standing<'_> {
        Standing {
            author: self.created_by.as_ref(),
            is_internal: self.is_internal,
            is_deleted: self.deleted_at.is_some(),
        }
    }
}

/// One emoji and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// The picture.
    pub emoji: Arc<str>,
    /// Who, in the order in which they reacted.
    pub people: Vec<Person>,
}

/// Which comments of a ticket.
#[derive(Clone, Copy, Debug)]
pub struct CommentQuery {
    /// Those for the company's eyes too.
    pub internal: bool,
    /// By the time they were said.
    pub order: Order,
    /// At most so many.
    pub limit: u32,
    /// After so many.
    pub offset: u32,
}

/// Who writes on which ticket.
#[derive(Clone, Debug)]
pub struct Ground {
    /// Who.
    pub author: Author,
    /// On which ticket.
    pub ticket: TicketId,
    /// The only version of the ticket on which it may land at all.
    pub exactly: Option<Version>,
}

impl Ground {
    /// On which side the author stands.
    #[must_use]
    pub fn kind(&self) -> AuthorKind {
        if self.author.access.is_internal() { AuthorKind::Internal } else { AuthorKind::Client }
    }
}

/// Somebody says something.
#[derive(Clone, Debug)]
pub struct Say {
    /// Who and where.
    pub ground: Ground,
    /// The id that it shall have.
    pub comment: CommentId,
    /// What it answers.
    pub parent: Option<CommentId>,
    /// What.
    pub draft: Draft,
    /// Minutes that went into it.
    pub time_spent: Option<i64>,
    /// What the writer's program keeps with it.
    pub metadata: Option<Map<String, Json>>,
}

/// What is done to a comment that is there.
#[derive(Clone, Debug)]
pub struct Touch<W> {
    /// Who and where.
    pub ground: Ground,
    /// Which comment.
    pub comment: CommentId,
    /// What.
    pub what: W,
}

impl Store {
    /// The comments of a ticket. Whether the caller may read the ticket was asked before.
    pub async fn comments(
        &self,
        tenant: &TenantId,
        ticket: &TicketId,
        query: CommentQuery,
    ) -> Result<Vec<Comment>> {
        let (tenant, ticket) = (tenant.clone(), ticket.clone());
        self.read(move |db| statements::comments::list(db, &tenant, &ticket, query)).await
    }

    /// Says something.
    pub async fn say(&self, say: Say) -> Result<Attempt<Comment>> {
        let (tenant, limits) = (say.ground.author.tenant.clone(), self.limits);
        self.write(&tenant, move |db| statements::comments::say(db, &say, limits)).await
    }

    /// Changes the words of a comment.
    pub async fn reword(&self, touch: Touch<String>) -> Result<Attempt<Comment>> {
        let (tenant, limits) = (touch.ground.author.tenant.clone(), self.limits);
        self.write(&tenant, move |db| statements::comments::reword(db, &touch, limits)).await
    }

    /// Takes a comment away. Its place in the thread stays.
    pub async fn unsay(&self, touch: Touch<()>) -> Result<Attempt<()>> {
        let (tenant, limits) = (touch.ground.author.tenant.clone(), self.limits);
        self.write(&tenant, move |db| statements::comments::unsay(db, &touch, limits)).await
    }

    /// Adds this emoji of this person's below a comment, or takes it away when it is there; says whether it is there now.
    pub async fn react(&self, touch: Touch<String>) -> Result<Attempt<bool>> {
        let (tenant, limits) = (touch.ground.author.tenant.clone(), self.limits);
        self.write(&tenant, move |db| statements::reactions::toggle(db, &touch, limits)).await
    }
}
