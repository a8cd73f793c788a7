//! Reactions below comments.
//!
//! **Invariant:** one person has one emoji at most once below one comment.

use std::collections::BTreeMap;

use callboard_model::{CommentId, Person, TenantId, TicketId, Timestamp, UserId};

use super::comments::{beside, touched};
use super::idempotency;
use crate::domain::Issue;
use crate::domain::comment::{EMOJIS_MAX, may_react};
use crate::error::Result;
use crate::store::Limits;
use crate::store::comments::{Comment, Reaction, Touch};
use crate::store::save::{Attempt, Refusal};
use crate::store::sql::{Conditions, Sql, cells};

/// Puts their reactions into these comments, the oldest first.
pub(super) fn add_to(db: &mut dyn Sql, tenant: &TenantId, comments: &mut [Comment]) -> Result<()> {
    if comments.is_empty() {
        return Ok(());
    }
    let mut these = Conditions::of("r.tenant", tenant);
    these.any_of("r.comment_id", comments.iter().map(|one| &one.comment));
    let sql = format!(
        "SELECT r.comment_id, r.emoji, r.user_id, coalesce(u.first_name || ' ' || u.last_name, '') AS name \
         FROM comment_reactions r LEFT JOIN users u ON u.tenant = r.tenant AND u.user_id = r.user_id \
         WHERE {} ORDER BY r.created_at, r.user_id, r.emoji",
        these.sql()
    );
    let mut found = BTreeMap::<CommentId, Vec<Reaction>>::new();
    for row in db.query(&sql, these.values())? {
        let all = found.entry(row.get("comment_id")?).or_default();
        let emoji = row.get("emoji")?;
        let person = Person { user_id: row.get("user_id")?, display_name: row.get("name")? };
        match all.iter_mut().find(|reaction| reaction.emoji == emoji) {
            Some(reaction) => reaction.people.push(person),
            None => all.push(Reaction { emoji, people: vec![person] }),
        }
    }
    for comment in comments {
        comment.reactions = found.remove(&comment.comment).unwrap_or_default();
    }
    Ok(())
}

/// Takes all reactions below a comment away.
pub(super) fn forget(db: &mut dyn Sql, tenant: &TenantId, comment: &CommentId) -> Result<()> {
    let sql = "DELETE FROM comment_reactions WHERE tenant = ?1 AND comment_id = ?2";
    db.execute(sql, cells![tenant, comment]).map(drop)
}

/// Writes that this person gave this emoji.
pub(super) fn insert(
    db: &mut dyn Sql,
    tenant: &TenantId,
    (ticket, comment): (&TicketId, &CommentId),
    (emoji, user): (&str, &UserId),
    now: Timestamp,
) -> Result<()> {
    db.execute(
        "INSERT INTO comment_reactions (tenant, comment_id, emoji, user_id, ticket_id, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        cells![tenant, comment, emoji, user, ticket, now],
    )
    .map(drop)
}

/// Writes all that a comment has.
pub(super) fn insert_all(db: &mut dyn Sql, tenant: &TenantId, of: &Comment) -> Result<()> {
    for reaction in &of.reactions {
        for person in &reaction.people {
            let given = (&*reaction.emoji, &person.user_id);
            insert(db, tenant, (&of.ticket, &of.comment), given, of.created_at)?;
        }
    }
    Ok(())
}

pub(in crate::store) fn toggle(
    db: &mut dyn Sql,
    touch: &Touch<String>,
    limits: Limits,
) -> Result<Attempt<bool>> {
    let (at, author, emoji) = (&touch.ground, &touch.ground.author, &touch.what);
    idempotency::once(db, author, |db| {
        let (sheet, found) = match touched(db, touch, may_react)? {
            Ok(both) => both,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let taken = db.execute(
            "DELETE FROM comment_reactions WHERE tenant = ?1 AND comment_id = ?2 AND emoji = ?3 AND user_id = ?4",
            cells![&author.tenant, &touch.comment, emoji, &author.person.user_id],
        )?;
        if taken == 0 {
            let is_there = found.reactions.iter().any(|reaction| *reaction.emoji == **emoji);
            if !is_there && found.reactions.len() >= EMOJIS_MAX {
                let message = format!("A comment has at most {EMOJIS_MAX} different emojis");
                return Ok(Err(Refusal::Invalid(vec![Issue::at("emoji", "too_big", message)])));
            }
            insert(
                db,
                &author.tenant,
                (&at.ticket, &touch.comment),
                (emoji, &author.person.user_id),
                author.now,
            )?;
        }
        beside(db, at, &sheet, "comment_reactions", limits)?;
        Ok(Ok(taken == 0))
    })
}
