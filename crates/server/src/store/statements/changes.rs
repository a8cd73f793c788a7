//! The change feed: one record per change, numbered per tenant.
//!
//! **Invariant:** a number is given out once, in the transaction of its change.

use callboard_model::rest::{ChangeRecord, Changes};
use callboard_model::{Hint, Person, TenantId, TicketId, Version};

use super::reach;
use crate::auth::{Access, Caller, Placement};
use crate::error::{Result, ServerError};
use crate::store::sql::{Conditions, Row, Sql, cells};
use crate::store::{Feed, Limits};

/// Adds the record that `hint` tells of, drops what is too old, and gives back its number. The two places are the
/// ticket's before and after: together they say who is told.
pub(super) fn append(
    db: &mut dyn Sql,
    tenant: &TenantId,
    ticket: &TicketId,
    version: Version,
    hint: &Hint,
    (was, is): (Option<&Placement>, Option<&Placement>),
    limits: Limits,
) -> Result<u64> {
    let seq = next_number(db, tenant)?;
    let fields = serde_json::to_string(&hint.updated_fields)
        .map_err(|error| ServerError::Unreadable(error.to_string()))?;
    db.execute(
        "INSERT INTO changes (tenant, seq, ticket_id, version, updated_fields, user_id, display_name, updated_at, \
             deleted, board_was, client_was, board_id, client_id) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        cells![
            tenant,
            seq,
            ticket,
            version,
            fields,
            &hint.updated_by.user_id,
            &hint.updated_by.display_name,
            hint.updated_at,
            is.is_none(),
            was.and_then(|at| at.board.as_ref()),
            was.and_then(|at| at.client.as_ref()),
            is.and_then(|at| at.board.as_ref()),
            is.and_then(|at| at.client.as_ref())
        ],
    )?;
    db.execute(
        "DELETE FROM changes WHERE tenant = ?1 AND seq <= ?2",
        cells![tenant, seq.saturating_sub(limits.changes_kept)],
    )?;
    Ok(seq)
}

/// Gives out the next number.
pub(super) fn next_number(db: &mut dyn Sql, tenant: &TenantId) -> Result<u64> {
    let sql = "UPDATE tenants SET last_seq = last_seq + 1 WHERE tenant = ?1 RETURNING last_seq";
    let row = db.row(sql, cells![tenant])?;
    row.ok_or_else(|| ServerError::Unreadable("a tenant is missing".to_owned()))?.get(0)
}

/// The newest number.
pub(in crate::store) fn newest(db: &mut dyn Sql, tenant: &TenantId) -> Result<u64> {
    let newest = db.row("SELECT last_seq FROM tenants WHERE tenant = ?1", cells![tenant])?;
    newest.map_or(Ok(0), |row| row.get(0))
}

/// What this person may know of what happened after `since`.
pub(in crate::store) fn since(
    db: &mut dyn Sql,
    caller: &Caller,
    since: u64,
    limit: u32,
    limits: Limits,
) -> Result<Feed> {
    let tenant = &caller.tenant;
    let newest = newest(db, tenant)?;
    let access = db.row(
        "SELECT access_seq FROM users WHERE tenant = ?1 AND user_id = ?2",
        cells![tenant, &caller.user],
    )?;
    let access_since: u64 = access.map_or(Ok(0), |row| row.get(0))?;
    // A cursor from the future is of another life of this database: as useless as one that is too old, or one from
    // before the caller saw something else.
    if since < newest.saturating_sub(limits.changes_kept) || since > newest || since < access_since {
        return Ok(Feed::Gone);
    }
    let mut conditions = Conditions::of("tenant", tenant);
    conditions.and("seq > ?", [since.into()]);
    reach::changes(&mut conditions, &caller.access);
    let limit_place = conditions.place(limit.into());
    let sql = format!(
        "SELECT seq, ticket_id, version, updated_fields, user_id, display_name, updated_at, deleted, \
             board_id, client_id \
         FROM changes WHERE {} ORDER BY seq LIMIT {limit_place}",
        conditions.sql()
    );
    let rows = db.query(&sql, conditions.values())?;
    let data = rows.iter().map(|row| record(row, &caller.access)).collect::<Result<Vec<_>>>()?;
    // A page that is not full went through to the end, over whatever the caller may not see.
    let full = u32::try_from(data.len()).unwrap_or(u32::MAX) >= limit;
    let next = data.last().filter(|_| full).map_or(newest, |record| record.seq);
    Ok(Feed::Page(Changes { data, next, has_more: next < newest }))
}

/// A record as it may be shown: of a ticket that left the reader's sight only that it has gone.
fn record(row: &Row, access: &Access) -> Result<ChangeRecord> {
    let mut record = ChangeRecord {
        seq: row.get("seq")?,
        ticket_id: row.get("ticket_id")?,
        version: row.get("version")?,
        updated_fields: serde_json::from_str(&row.get::<String>("updated_fields")?)
            .map_err(|error| ServerError::Unreadable(format!("changes: {error}")))?,
        updated_by: Person { user_id: row.get("user_id")?, display_name: row.get("display_name")? },
        updated_at: row.get("updated_at")?,
        deleted: row.get("deleted")?,
    };
    if !access.reads(&Placement { board: row.get("board_id")?, client: row.get("client_id")? }) {
        record.updated_fields.clear();
        record.deleted = true;
    }
    Ok(record)
}
