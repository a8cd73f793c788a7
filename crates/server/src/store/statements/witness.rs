//! What a reader may know of a ticket, from one snapshot.
//!
//! **Invariant:** a place that cannot be found any more counts as one that the reader could not see.

use std::sync::Arc;

use callboard_model::{TenantId, Ticket, TicketId, Timestamp, UserId};

use super::{changes, comments, lookups};
use crate::auth::{Access, Boards, Caller, Placement};
use crate::error::Result;
use crate::store::Limits;
use crate::store::sql::{Sql, cells};
use crate::store::witness::{Asked, Question, Seen, Sight, Ties};

/// How far back in the change feed it is looked where a ticket lay. What happened before counts as not seen.
const LOOKED_BACK: u64 = 1_024;

/// What a reader may know of a ticket as it stands; `None`: it is not there any more.
pub(in crate::store) fn sight(
    db: &mut dyn Sql,
    caller: &Caller,
    asked: &Asked,
    ticket: Option<&Arc<Ticket>>,
    limits: Limits,
) -> Result<Sight> {
    let question = &*asked.question;
    let Question { since, comment, .. } = question;
    let (tenant, access) = (&caller.tenant, &caller.access);
    let Some(ticket) = ticket else {
        let saw = sees_all(access) || saw_last(db, tenant, &question.ticket, access)?;
        return Ok(if saw { Sight::Gone } else { Sight::Nothing });
    };
    if !access.reads(&Placement::of(ticket)) {
        return Ok(Sight::Nothing);
    }
    let all_along = match since {
        Some(since) if !sees_all(access) => {
            saw_since(db, (tenant, &ticket.ticket_id), *since, access, limits)?
        }
        _ => true,
    };
    let comment = match comment {
        Some(comment) => comments::get(db, tenant, &ticket.ticket_id, comment)?,
        None => None,
    };
    let comment = comment.filter(|comment| !comment.is_internal || access.sees_internal_comments());
    let ties = if asked.ties { ties(db, caller, ticket)? } else { Ties::default() };
    Ok(Sight::Ticket(Arc::new(Seen { ticket: Arc::clone(ticket), all_along, comment, ties })))
}

/// Whether there is no ticket of the company that they may not read.
fn sees_all(access: &Access) -> bool {
    access.reads_tickets() && access.boards == Boards::All && access.only_client().is_none()
}

/// Whether they could read a ticket that is gone, until it was.
fn saw_last(db: &mut dyn Sql, tenant: &TenantId, ticket: &TicketId, access: &Access) -> Result<bool> {
    Ok(last_place(db, tenant, ticket)?.is_some_and(|place| access.reads(&place)))
}

/// Where a ticket that is gone stood last.
pub(in crate::store) fn last_place(
    db: &mut dyn Sql,
    tenant: &TenantId,
    ticket: &TicketId,
) -> Result<Option<Placement>> {
    let floor = floor(db, tenant)?;
    let last = db.row(
        "SELECT board_was, client_was FROM changes WHERE tenant = ?1 AND seq > ?2 AND ticket_id = ?3 AND deleted = 1 \
         ORDER BY seq DESC LIMIT 1",
        cells![tenant, floor, ticket],
    )?;
    let Some(row) = last else { return Ok(None) };
    Ok(Some(Placement { board: row.get("board_was")?, client: row.get("client_was")? }))
}

/// Whether they could read the ticket wherever it lay before each change since then.
fn saw_since(
    db: &mut dyn Sql,
    (tenant, ticket): (&TenantId, &TicketId),
    since: Timestamp,
    access: &Access,
    limits: Limits,
) -> Result<bool> {
    let floor = floor(db, tenant)?;
    // Everything that happened then must lie within what is looked at: all there ever was, or what begins before then.
    let reaches = changes::newest(db, tenant)? <= LOOKED_BACK.min(limits.changes_kept)
        || db
            .row(
                "SELECT updated_at FROM changes WHERE tenant = ?1 AND seq > ?2 ORDER BY seq LIMIT 1",
                cells![tenant, floor],
            )?
            .map(|row| row.get::<Timestamp>("updated_at"))
            .transpose()?
            .is_some_and(|oldest| oldest < since);
    if !reaches {
        return Ok(false);
    }
    // What was opened since then lay nowhere before.
    let rows = db.query(
        "SELECT board_was, client_was FROM changes WHERE tenant = ?1 AND seq > ?2 AND ticket_id = ?3 \
         AND updated_at >= ?4 AND NOT (version = 1 AND board_was IS NULL AND client_was IS NULL)",
        cells![tenant, floor, ticket, since],
    )?;
    for row in rows {
        if !access.reads(&Placement { board: row.get("board_was")?, client: row.get("client_was")? }) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn floor(db: &mut dyn Sql, tenant: &TenantId) -> Result<u64> {
    Ok(changes::newest(db, tenant)?.saturating_sub(LOOKED_BACK))
}

fn ties(db: &mut dyn Sql, caller: &Caller, ticket: &Ticket) -> Result<Ties> {
    let spoke = db.row(
        "SELECT 1 FROM comments WHERE tenant = ?1 AND ticket_id = ?2 AND created_by = ?3 AND deleted_at IS NULL LIMIT 1",
        cells![&caller.tenant, &ticket.ticket_id, &caller.user],
    )?;
    Ok(Ties { spoke: spoke.is_some(), team: team(db, &caller.tenant, &caller.user, ticket)? })
}

/// Whether the ticket is for a team of theirs, or for somebody in one.
fn team(db: &mut dyn Sql, tenant: &TenantId, user: &UserId, ticket: &Ticket) -> Result<bool> {
    let theirs = lookups::teams(db, tenant)?;
    let mut theirs = theirs.iter().filter(|team| team.member_ids.contains(user));
    Ok(theirs.any(|team| {
        ticket.assigned_team_id.as_ref() == Some(&team.team_id)
            || ticket.assigned_to.as_ref().is_some_and(|one| team.member_ids.contains(one))
    }))
}
