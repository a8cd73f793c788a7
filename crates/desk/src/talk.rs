//! What is said on the tickets that are open here: the latest of it, asked for when a ticket is opened and whenever
//! somebody hears of more.
//!
//! **Invariant:** nothing is kept of a ticket that nobody looks at, and one question for it is under way at most.

use std::collections::BTreeMap;

use callboard_model::TicketId;
use callboard_model::rest::Comment;

use crate::asking::Asking;
use crate::bridge::{CommentView, CommentsView, Older, PendingComment, Visibility};
use crate::edits::sayings::Saying;

/// Comments of one ticket that are shown at first, and how many more each time the person asks for more.
pub(crate) const COMMENTS_PAGE: u32 = 50;

/// The most comments of one ticket that are shown: what a server gives in one answer. Older ones are only said to be there.
pub(crate) const COMMENTS_MAX: u32 = 200;

/// The most questions for comments at once; further tickets wait.
const ASKED_MAX: usize = 4;

/// What is said on one ticket.
#[derive(Debug)]
pub(crate) struct Talk {
    /// Oldest first.
    comments: Vec<Comment>,
    limit: u32,
    has_more: bool,
    as_of: Option<i64>,
    asking: Asking,
}

impl Default for Talk {
    fn default() -> Self {
        let (comments, limit, has_more) = (Vec::new(), COMMENTS_PAGE, false);
        Self { comments, limit, has_more, as_of: None, asking: Asking::Rest }
    }
}

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Talks {
    talks: BTreeMap<TicketId, Talk>,
}

impl Talks {
    /// Somebody opens a ticket: what is said there is asked for.
    pub(crate) fn open(&mut self, ticket: &TicketId) {
        self.talks.entry(ticket.clone()).or_default().asking.want();
    }

    /// Nobody looks at a ticket any more.
    pub(crate) fn close(&mut self, ticket: &TicketId) {
        self.talks.remove(ticket);
    }

    /// Something was said, or changed, on a ticket; it is of interest where it is open.
    pub(crate) fn heard(&mut self, ticket: &TicketId) {
        if let Some(talk) = self.talks.get_mut(ticket) {
            talk.asking.want();
        }
    }

    /// Something may have been said anywhere.
    pub(crate) fn heard_everywhere(&mut self) {
        self.talks.values_mut().for_each(|talk| talk.asking.want());
    }

    /// The person wants to see more of what was said before.
    pub(crate) fn more(&mut self, ticket: &TicketId) {
        if let Some(talk) = self.talks.get_mut(ticket).filter(|talk| talk.has_more) {
            talk.limit = (talk.limit + COMMENTS_PAGE).min(COMMENTS_MAX);
            talk.asking.want();
        }
    }

    /// The next ticket to be asked about, and for how much.
    pub(crate) fn next(&mut self) -> Option<(TicketId, u32)> {
        let asked = self.talks.values().filter(|talk| talk.asking.is_asked()).count();
        if asked >= ASKED_MAX {
            return None;
        }
        let (ticket, talk) = self.talks.iter_mut().find(|(_, talk)| talk.asking == Asking::Wanted)?;
        talk.asking.ask();
        Some((ticket.clone(), talk.limit))
    }

    /// The answer: the latest `limit` comments, newest first.
    pub(crate) fn told(&mut self, ticket: &TicketId, limit: u32, newest_first: Vec<Comment>, at: i64) {
        let Some(talk) = self.talks.get_mut(ticket) else { return };
        talk.has_more = newest_first.len() >= limit as usize;
        talk.comments = newest_first.into_iter().rev().collect();
        talk.as_of = Some(at);
        talk.asking.answered();
    }

    /// There was no answer. `is_final`: nor will there be one to the same question.
    pub(crate) fn not_told(&mut self, ticket: &TicketId, is_final: bool) {
        if let Some(talk) = self.talks.get_mut(ticket) {
            talk.asking.unanswered(is_final);
        }
    }

    /// We said something ourselves. A question that is under way may be from before it.
    pub(crate) fn said(&mut self, ticket: &TicketId, comment: Comment) {
        let Some(talk) = self.talks.get_mut(ticket) else { return };
        if talk.asking.is_asked() {
            talk.asking.want();
        }
        if talk.comments.iter().all(|known| known.comment_id != comment.comment_id) {
            talk.comments.push(comment);
        }
    }

    /// What a window shows of a ticket.
    pub(crate) fn view(&self, ticket: &TicketId, pending: &[Saying], is_signed_out: bool) -> CommentsView {
        let talk = self.talks.get(ticket);
        let older = match talk {
            Some(talk) if talk.has_more && talk.limit >= COMMENTS_MAX => Older::TooMany,
            Some(talk) if talk.has_more => Older::More,
            _ => Older::Nothing,
        };
        let pending = pending.iter().filter(|saying| saying.is_shown()).map(|saying| PendingComment {
            saying: saying.words.id.clone(),
            text: saying.words.text.clone(),
            visibility: saying.words.visibility,
            at: saying.words.at.as_millisecond(),
            state: saying.state(is_signed_out),
        });
        CommentsView {
            ticket: ticket.clone(),
            comments: talk.into_iter().flat_map(|talk| &talk.comments).map(view).collect(),
            older,
            as_of: talk.and_then(|talk| talk.as_of),
            pending: pending.collect(),
        }
    }
}

fn view(comment: &Comment) -> CommentView {
    let gone = comment.deleted_at.is_some();
    CommentView {
        comment: comment.comment_id.clone(),
        answers: comment.parent_comment_id.clone(),
        by: comment.created_by_name.clone().or_else(|| comment.author_contact_name.clone()),
        text: if gone { "".into() } else { comment.comment_text.clone() },
        visibility: if comment.is_internal { Visibility::Internal } else { Visibility::Public },
        resolution: comment.is_resolution,
        at: comment.created_at.as_millisecond(),
        edited: comment.updated_at.is_some_and(|updated| updated > comment.created_at),
        gone,
    }
}
