//! The change feed: one record per change, numbered per tenant without a gap.
//!
//! **Invariant:** a number is given out once, in the transaction of its change.

use callboard_model::rest::{ChangeRecord, Changes};
use callboard_model::{Hint, Person, TenantId, TicketId, Version};
use rusqlite::{Connection, OptionalExtension, params};

use super::columns;
use crate::error::{Result, ServerError};
use crate::store::{Feed, Limits};

/// Adds the record that `hint` tells of, drops what is too old, and gives back its number.
pub(super) fn append(
    db: &Connection,
    tenant: &TenantId,
    ticket: &TicketId,
    version: Version,
    hint: &Hint,
    limits: Limits,
) -> Result<u64> {
    let seq: u64 = db
        .prepare_cached("UPDATE tenants SET last_seq = last_seq + 1 WHERE tenant = ?1 RETURNING last_seq")?
        .query_row([tenant.as_str()], |row| row.get(0))?;
    let fields = serde_json::to_string(&hint.updated_fields)
        .map_err(|error| ServerError::Unreadable(error.to_string()))?;
    db.prepare_cached(
        "INSERT INTO changes (tenant, seq, ticket_id, version, updated_fields, user_id, display_name, updated_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        tenant.as_str(),
        seq,
        ticket.as_str(),
        version.0,
        fields,
        hint.updated_by.user_id.as_str(),
        &*hint.updated_by.display_name,
        hint.updated_at.as_millisecond(),
    ])?;
    db.prepare_cached("DELETE FROM changes WHERE tenant = ?1 AND seq <= ?2")?
        .execute(params![tenant.as_str(), seq.saturating_sub(limits.changes_kept)])?;
    Ok(seq)
}

/// The newest number.
pub(in crate::store) fn newest(db: &Connection, tenant: &TenantId) -> Result<u64> {
    let newest = db
        .prepare_cached("SELECT last_seq FROM tenants WHERE tenant = ?1")?
        .query_row([tenant.as_str()], |row| row.get(0))
        .optional()?;
    Ok(newest.unwrap_or(0))
}

pub(in crate::store) fn since(db: &Connection, tenant: &TenantId, since: u64, limit: u32) -> Result<Feed> {
    let newest = newest(db, tenant)?;
    let oldest: Option<u64> = db
        .prepare_cached("SELECT min(seq) FROM changes WHERE tenant = ?1")?
        .query_row([tenant.as_str()], |row| row.get(0))?;
    let first_gone = oldest.unwrap_or(newest + 1);
    // A cursor from the future is of another life of this database: as useless as one that is too old.
    if since.saturating_add(1) < first_gone || since > newest {
        return Ok(Feed::Gone);
    }
    let mut statement = db.prepare_cached(
        "SELECT seq, ticket_id, version, updated_fields, user_id, display_name, updated_at, deleted FROM changes \
         WHERE tenant = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
    )?;
    let mut rows = statement.query(params![tenant.as_str(), since, limit])?;
    let mut data = Vec::new();
    while let Some(row) = rows.next()? {
        let fields: String = row.get(3)?;
        data.push(ChangeRecord {
            seq: row.get(0)?,
            ticket_id: row.get::<_, String>(1)?.into(),
            version: Version(row.get(2)?),
            updated_fields: serde_json::from_str(&fields)
                .map_err(|error| ServerError::Unreadable(format!("changes: {error}")))?,
            updated_by: Person { user_id: row.get::<_, String>(4)?.into(), display_name: row.get(5)? },
            updated_at: columns::timestamp(row.get(6)?)?,
            deleted: row.get(7)?,
        });
    }
    let next = data.last().map_or(since, |record: &ChangeRecord| record.seq);
    Ok(Feed::Page(Changes { data, next, has_more: next < newest }))
}
