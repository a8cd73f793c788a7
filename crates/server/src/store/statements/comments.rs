//! Comments: read, and written with what follows from them.
//!
//! **Invariant:** a comment is only written together with the record of its ticket's change.

use std::sync::Arc;

use callboard_model::{CommentId, TenantId, TicketId};

use super::record::{Change, record};
use super::{copying, details, idempotency, reactions};
use crate::auth::Placement;
use crate::domain::comment::{self, Asking, AuthorKind, Standing};
use crate::domain::events::comment::{Said, reworded, said};
use crate::domain::{Issue, response};
use crate::error::{Result, ServerError};
use crate::store::Limits;
use crate::store::comments::{COMMENTS_MAX, Comment, CommentQuery, Ground, Say, Touch};
use crate::store::query::Order;
use crate::store::save::{Attempt, Refusal, Sheet, Stale};
use crate::store::sql::{Conditions, Row, Sql, cells};

/// The name under which hints and change records speak of comments.
const COMMENTS: &str = "comments";

const SELECT: &str = "\
    SELECT c.*, u.first_name || ' ' || u.last_name AS user_name, u.avatar_url, u.email AS user_email, \
           k.full_name AS contact_name, k.email AS contact_email \
    FROM comments c LEFT JOIN users u ON u.tenant = c.tenant AND u.user_id = c.created_by \
    LEFT JOIN contacts k ON k.tenant = c.tenant AND k.contact_name_id = c.author_contact_id ";

/// A page of a ticket's comments, with their reactions.
pub(in crate::store) fn list(
    db: &mut dyn Sql,
    tenant: &TenantId,
    ticket: &TicketId,
    query: CommentQuery,
) -> Result<Vec<Comment>> {
    let mut these = Conditions::of("c.tenant", tenant);
    these.and("c.ticket_id = ?", [ticket.into()]);
    if !query.internal {
        these.and("c.is_internal = 0", []);
    }
    let (limit, offset) = (these.place(query.limit.into()), these.place(query.offset.into()));
    let way = match query.order {
        Order::Ascending => "ASC",
        Order::Descending => "DESC",
    };
    let sql = format!(
        "{SELECT}WHERE {} ORDER BY c.created_at {way}, c.comment_id {way} LIMIT {limit} OFFSET {offset}",
        these.sql()
    );
    let mut comments = db.query(&sql, these.values())?.iter().map(build).collect::<Result<Vec<_>>>()?;
    reactions::add_to(db, tenant, &mut comments)?;
    Ok(comments)
}

/// One comment of this ticket, with its reactions.
pub(in crate::store) fn get(
    db: &mut dyn Sql,
    tenant: &TenantId,
    ticket: &TicketId,
    comment: &CommentId,
) -> Result<Option<Comment>> {
    let sql = format!("{SELECT}WHERE c.tenant = ?1 AND c.comment_id = ?2 AND c.ticket_id = ?3");
    let found = db.row(&sql, cells![tenant, comment, ticket])?;
    let Some(mut comment) = found.map(|row| build(&row)).transpose()? else { return Ok(None) };
    reactions::add_to(db, tenant, std::slice::from_mut(&mut comment))?;
    Ok(Some(comment))
}

fn build(row: &Row) -> Result<Comment> {
    let metadata = row.get::<Option<String>>("metadata")?;
    let metadata = metadata.map(|json| serde_json::from_str(&json)).transpose();
    let author: String = row.get("author_type")?;
    let author = AuthorKind::from_name(&author)
        .ok_or_else(|| ServerError::Unreadable(format!("author_type {author:?}")))?;
    let (user_name, user_email): (Option<Arc<str>>, Option<_>) =
        (row.get("user_name")?, row.get("user_email")?);
    let (contact_name, contact_email): (Option<_>, Option<_>) =
        (row.get("contact_name")?, row.get("contact_email")?);
    let is_client = author == AuthorKind::Client;
    Ok(Comment {
        comment: row.get("comment_id")?,
        ticket: row.get("ticket_id")?,
        thread: row.get("thread_id")?,
        parent: row.get("parent_comment_id")?,
        text: row.get("comment_text")?,
        is_internal: row.get("is_internal")?,
        is_resolution: row.get("is_resolution")?,
        author,
        created_by: row.get("created_by")?,
        created_by_name: user_name.clone().or_else(|| contact_name.clone()),
        created_by_avatar_url: row.get("avatar_url")?,
        contact: row.get("author_contact_id")?,
        contact_name: contact_name.or_else(|| user_name.filter(|_| is_client)),
        contact_email: contact_email.or_else(|| user_email.filter(|_| is_client)),
        time_spent: row.get("time_spent")?,
        metadata: metadata.map_err(|error| ServerError::Unreadable(format!("metadata: {error}")))?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        deleted_at: row.get("deleted_at")?,
        reactions: Vec::new(),
    })
}

/// What is written, or why it is not.
pub(super) type Judged<T> = Result<std::result::Result<T, Refusal>>;

/// The ticket on which somebody says something, if they may.
pub(super) fn ground(db: &mut dyn Sql, ground: &Ground) -> Judged<Sheet> {
    let sheet = details::sheet(db, &ground.author.tenant, &ground.ticket)?;
    let sheet = sheet.filter(|sheet| ground.author.access.comments_on(&Placement::of(&sheet.ticket)));
    let Some(sheet) = sheet else { return Ok(Err(Refusal::NotFound)) };
    if ground.exactly.is_some_and(|exactly| Some(exactly) != sheet.ticket.version) {
        return Ok(Err(Refusal::NotExactly(Box::new(Stale { current: sheet, conflicts: Vec::new() }))));
    }
    Ok(Ok(sheet))
}

pub(in crate::store) fn say(db: &mut dyn Sql, say: &Say, limits: Limits) -> Result<Attempt<Comment>> {
    let Say { ground: at, comment, parent, draft, .. } = say;
    let (author, tenant, kind) = (&at.author, &at.author.tenant, at.kind());
    idempotency::once(db, author, |db| {
        let sheet = match ground(db, at)? {
            Ok(sheet) => sheet,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let answered = match parent {
            Some(parent) => get(db, tenant, &at.ticket, parent)?,
            None => None,
        };
        // A parent that is not there is judged like one that was taken away.
        let missing = Standing { author: None, is_internal: false, is_deleted: true };
        let standing = parent.as_ref().map(|_| answered.as_ref().map_or(missing, Comment::standing));
        if let Err(issues) = comment::may_say(draft, kind, standing) {
            return Ok(Err(Refusal::Invalid(issues)));
        }
        if count(db, tenant, &at.ticket)? >= COMMENTS_MAX {
            let message = format!("A ticket has at most {COMMENTS_MAX} comments");
            return Ok(Err(Refusal::Invalid(vec![Issue::at("comment_text", "too_big", message)])));
        }
        let new = new(say, answered.map(|answered| answered.thread));
        insert(db, tenant, &new)?;
        let mut after = sheet.ticket.clone();
        if let Some(state) = response::after_comment(kind, draft.is_internal, after.status_is_closed) {
            after.response_state = Some(state.name().into());
        }
        let change = Change::by(author, Some(&sheet.ticket), Some(&after));
        let answers = kind == AuthorKind::Internal && !draft.is_internal;
        let happened = said(told(&new, author.person.user_id.as_str()));
        record(db, &Change { beside: &[COMMENTS], happened: &happened, answers, ..change }, limits)?;
        copying::reopen_master(db, author, &after, (kind, draft.is_internal), limits)?;
        written(db, at, comment)
    })
}

fn count(db: &mut dyn Sql, tenant: &TenantId, ticket: &TicketId) -> Result<u32> {
    let sql = "SELECT count(*) FROM comments WHERE tenant = ?1 AND ticket_id = ?2";
    db.row(sql, cells![tenant, ticket])?.map_or(Ok(0), |row| row.get(0))
}

/// What is said, as it is to be written; `thread` is that of the comment it answers.
fn new(say: &Say, thread: Option<CommentId>) -> Comment {
    let author = &say.ground.author;
    Comment {
        comment: say.comment.clone(),
        ticket: say.ground.ticket.clone(),
        thread: thread.unwrap_or_else(|| say.comment.clone()),
        parent: say.parent.clone(),
        text: say.draft.text.clone(),
        is_internal: say.draft.is_internal,
        is_resolution: say.draft.is_resolution,
        author: say.ground.kind(),
        created_by: Some(author.person.user_id.clone()),
        created_by_name: None,
        created_by_avatar_url: None,
        contact: None,
        contact_name: None,
        contact_email: None,
        time_spent: say.time_spent,
        metadata: say.metadata.clone(),
        created_at: author.now,
        updated_at: None,
        deleted_at: None,
        reactions: Vec::new(),
    }
}

/// What is told of it. An account of the customer's stands for its person where it is nobody's in particular.
fn told<'a>(comment: &'a Comment, author: &'a str) -> Said<'a> {
    let contact = comment.contact.as_ref().map_or(author, |contact| contact.as_str());
    Said {
        ticket: &comment.ticket,
        comment: &comment.comment,
        author,
        contact: (comment.author == AuthorKind::Client).then_some(contact),
        kind: comment.author,
        is_internal: comment.is_internal,
        at: comment.created_at,
    }
}

/// Writes a new row. Names are not in it: they are looked up when it is read.
pub(super) fn insert(db: &mut dyn Sql, tenant: &TenantId, of: &Comment) -> Result<()> {
    let metadata = of.metadata.as_ref().map(serde_json::to_string).transpose();
    let metadata = metadata.map_err(|error| ServerError::Unreadable(error.to_string()))?;
    db.execute(
        "INSERT INTO comments (tenant, comment_id, ticket_id, thread_id, parent_comment_id, comment_text, is_internal, \
             is_resolution, author_type, created_by, author_contact_id, time_spent, metadata, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        cells![
            tenant,
            &of.comment,
            &of.ticket,
            &of.thread,
            of.parent.as_ref(),
            &of.text,
            of.is_internal,
            of.is_resolution,
            of.author.name(),
            of.created_by.as_ref(),
            of.contact.as_ref(),
            of.time_spent,
            metadata,
            of.created_at
        ],
    )
    .map(drop)
}

/// A comment that was just written, as it is read.
fn written(db: &mut dyn Sql, at: &Ground, comment: &CommentId) -> Judged<Comment> {
    let found = get(db, &at.author.tenant, &at.ticket, comment)?;
    found.map(Ok).ok_or_else(|| ServerError::Unreadable("a comment vanished while it was written".to_owned()))
}

/// The ticket and the comment to be touched, if `may` says so.
pub(super) fn touched<W>(
    db: &mut dyn Sql,
    touch: &Touch<W>,
    may: impl FnOnce(Asking<'_>, Standing<'_>) -> std::result::Result<(), comment::Refusal>,
) -> Judged<(Sheet, Comment)> {
    let at = &touch.ground;
    let sheet = match ground(db, at)? {
        Ok(sheet) => sheet,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Some(found) = get(db, &at.author.tenant, &at.ticket, &touch.comment)? else {
        return Ok(Err(Refusal::NotFound));
    };
    let asking = Asking {
        user: &at.author.person.user_id,
        kind: at.kind(),
        moderates: at.author.access.moderates_comments(),
    };
    Ok(match may(asking, found.standing()) {
        Ok(()) => Ok((sheet, found)),
        Err(comment::Refusal::Unknown) => Err(Refusal::NotFound),
        Err(comment::Refusal::NotTheirs) => Err(Refusal::Forbidden("The comment is somebody else's")),
    })
}

pub(in crate::store) fn reword(
    db: &mut dyn Sql,
    touch: &Touch<String>,
    limits: Limits,
) -> Result<Attempt<Comment>> {
    let author = &touch.ground.author;
    idempotency::once(db, author, |db| {
        let (sheet, found) = match touched(db, touch, comment::may_edit)? {
            Ok(both) => both,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if found.text != touch.what {
            db.execute(
                "UPDATE comments SET comment_text = ?3, updated_at = ?4 WHERE tenant = ?1 AND comment_id = ?2",
                cells![&author.tenant, &touch.comment, &touch.what, author.now],
            )?;
            let happened = [reworded(&touch.ground.ticket, author.person.user_id.as_str())];
            let change = Change::by(author, Some(&sheet.ticket), Some(&sheet.ticket));
            record(db, &Change { beside: &[COMMENTS], happened: &happened, ..change }, limits)?;
        }
        written(db, &touch.ground, &touch.comment)
    })
}

pub(in crate::store) fn unsay(db: &mut dyn Sql, touch: &Touch<()>, limits: Limits) -> Result<Attempt<()>> {
    let author = &touch.ground.author;
    idempotency::once(db, author, |db| {
        let sheet = match touched(db, touch, comment::may_delete)? {
            Ok((sheet, _)) => sheet,
            Err(refusal) => return Ok(Err(refusal)),
        };
        // What was taken back is gone from the disk too; that something was said there is not.
        db.execute(
            "UPDATE comments SET comment_text = '', metadata = NULL, deleted_at = ?3 \
             WHERE tenant = ?1 AND comment_id = ?2",
            cells![&author.tenant, &touch.comment, author.now],
        )?;
        reactions::forget(db, &author.tenant, &touch.comment)?;
        beside(db, &touch.ground, &sheet, COMMENTS, limits)?;
        Ok(Ok(()))
    })
}

/// Records that something beside the ticket's row changed.
pub(super) fn beside(
    db: &mut dyn Sql,
    at: &Ground,
    sheet: &Sheet,
    name: &'static str,
    limits: Limits,
) -> Result<()> {
    let change = Change::by(&at.author, Some(&sheet.ticket), Some(&sheet.ticket));
    record(db, &Change { beside: &[name], ..change }, limits).map(drop)
}
