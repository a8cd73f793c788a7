//! The change feed: one record per change, numbered per tenant without a gap.
//!
//! **Invariant:** a number is given out once, in the transaction of its change.

use callboard_model::rest::{ChangeRecord, Changes};
use callboard_model::{Hint, Person, TenantId, TicketId, Version};

use crate::error::{Result, ServerError};
use crate::store::sql::{Row, Sql, cells};
use crate::store::{Feed, Limits};

/// Adds the record that `hint` tells of, drops what is too old, and gives back its number.
pub(super) fn append(
    db: &mut dyn Sql,
    tenant: &TenantId,
    ticket: &TicketId,
    version: Version,
    hint: &Hint,
    is_deleted: bool,
    limits: Limits,
) -> Result<u64> {
    let seq = db
        .row(
            "UPDATE tenants SET last_seq = last_seq + 1 WHERE tenant = ?1 RETURNING last_seq",
            cells![tenant],
        )?
        .ok_or_else(|| ServerError::Unreadable("a tenant is missing".to_owned()))?
        .get::<u64>(0)?;
    let fields = serde_json::to_string(&hint.updated_fields)
        .map_err(|error| ServerError::Unreadable(error.to_string()))?;
    db.execute(
        "INSERT INTO changes (tenant, seq, ticket_id, version, updated_fields, user_id, display_name, updated_at, deleted) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        cells![
            tenant,
            seq,
            ticket,
            version,
            fields,
            &hint.updated_by.user_id,
            &hint.updated_by.display_name,
            hint.updated_at,
            is_deleted
        ],
    )?;
    db.execute(
        "DELETE FROM changes WHERE tenant = ?1 AND seq <= ?2",
        cells![tenant, seq.saturating_sub(limits.changes_kept)],
    )?;
    Ok(seq)
}

/// The newest number.
pub(in crate::store) fn newest(db: &mut dyn Sql, tenant: &TenantId) -> Result<u64> {
    let newest = db.row("SELECT last_seq FROM tenants WHERE tenant = ?1", cells![tenant])?;
    newest.map_or(Ok(0), |row| row.get(0))
}

pub(in crate::store) fn since(db: &mut dyn Sql, tenant: &TenantId, since: u64, limit: u32) -> Result<Feed> {
    let newest = newest(db, tenant)?;
    let oldest = db.row("SELECT min(seq) FROM changes WHERE tenant = ?1", cells![tenant])?;
    let oldest: Option<u64> = oldest.map_or(Ok(None), |row| row.get(0))?;
    let first_gone = oldest.unwrap_or(newest + 1);
    // A cursor from the future is of another life of this database: as useless as one that is too old.
    if since.saturating_add(1) < first_gone || since > newest {
        return Ok(Feed::Gone);
    }
    let rows = db.query(
        "SELECT seq, ticket_id, version, updated_fields, user_id, display_name, updated_at, deleted FROM changes \
         WHERE tenant = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
        cells![tenant, since, limit],
    )?;
    let data = rows.iter().map(record).collect::<Result<Vec<_>>>()?;
    let next = data.last().map_or(since, |record| record.seq);
    Ok(Feed::Page(Changes { data, next, has_more: next < newest }))
}

fn record(row: &Row) -> Result<ChangeRecord> {
    Ok(ChangeRecord {
        seq: row.get("seq")?,
        ticket_id: row.get("ticket_id")?,
        version: row.get("version")?,
        updated_fields: serde_json::from_str(&row.get::<String>("updated_fields")?)
            .map_err(|error| ServerError::Unreadable(format!("changes: {error}")))?,
        updated_by: Person { user_id: row.get("user_id")?, display_name: row.get("display_name")? },
        updated_at: row.get("updated_at")?,
        deleted: row.get("deleted")?,
    })
}
