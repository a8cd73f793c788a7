//! A comment as it is answered, in the stock's words.
//!
//! **Invariant:** a customer's person is shown nobody's address.

use std::collections::BTreeMap;
use std::sync::Arc;

use callboard_model::{CommentId, ContactId, TicketId, Timestamp, UserId};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::http::html::html;
use crate::store::comments::{Comment, Reaction};

/// How much of a comment is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// The words in every form.
    Full,
    /// Only as Markdown.
    Markdown,
}

/// Something that was said. `comment_text` and `comment_html` are left out where only Markdown was asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = Comment)]
pub(super) struct Shown {
    comment_id: CommentId,
    ticket_id: TicketId,
    thread_id: CommentId,
    parent_comment_id: Option<CommentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment_html: Option<String>,
    markdown_content: String,
    is_internal: bool,
    is_resolution: bool,
    author_type: &'static str,
    created_by: Option<UserId>,
    created_by_name: Option<Arc<str>>,
    created_by_avatar_url: Option<Arc<str>>,
    author_contact_id: Option<ContactId>,
    author_contact_name: Option<Arc<str>>,
    author_contact_email: Option<Arc<str>>,
    time_spent: Option<i64>,
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    publish_state: &'static str,
    reactions: Vec<ShownReaction>,
    reaction_user_names: BTreeMap<UserId, Arc<str>>,
    created_at: Timestamp,
    updated_at: Option<Timestamp>,
    deleted_at: Option<Timestamp>,
}

/// One emoji and who gave it.
#[derive(Serialize, ToSchema)]
#[schema(as = Reaction)]
#[serde(rename_all = "camelCase")]
struct ShownReaction {
    emoji: Arc<str>,
    count: usize,
    user_ids: Vec<UserId>,
    current_user_reacted: bool,
}

impl Shown {
    pub(super) fn new(comment: Comment, caller: &Caller, format: Format) -> Self {
        let is_full = format == Format::Full;
        let knows_addresses = caller.access.is_internal();
        let names = comment.reactions.iter().flat_map(|reaction| &reaction.people);
        Self {
            comment_text: is_full.then(|| comment.text.clone()),
            comment_html: is_full.then(|| html(&comment.text)),
            reaction_user_names: names
                .map(|one| (one.user_id.clone(), Arc::clone(&one.display_name)))
                .collect(),
            reactions: comment.reactions.iter().map(|one| reaction(one, caller)).collect(),
            author_contact_id: comment.contact,
            author_contact_name: comment.contact_name,
            author_contact_email: comment.contact_email.filter(|_| knows_addresses),
            comment_id: comment.comment,
            ticket_id: comment.ticket,
            thread_id: comment.thread,
            parent_comment_id: comment.parent,
            markdown_content: comment.text,
            is_internal: comment.is_internal,
            is_resolution: comment.is_resolution,
            author_type: comment.author.name(),
            created_by: comment.created_by,
            created_by_name: comment.created_by_name,
            created_by_avatar_url: comment.created_by_avatar_url,
            time_spent: comment.time_spent.filter(|_| knows_addresses),
            metadata: comment.metadata.filter(|_| knows_addresses),
            publish_state: "published",
            created_at: comment.created_at,
            updated_at: comment.updated_at,
            deleted_at: comment.deleted_at,
        }
    }
}

fn reaction(of: &Reaction, caller: &Caller) -> ShownReaction {
    let user_ids: Vec<_> = of.people.iter().map(|person| person.user_id.clone()).collect();
    ShownReaction {
        emoji: Arc::clone(&of.emoji),
        count: user_ids.len(),
        current_user_reacted: user_ids.contains(&caller.user),
        user_ids,
    }
}
