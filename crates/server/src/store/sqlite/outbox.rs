//! The outbox: hints written with the change they tell of, until they are relayed (LT-2).
//!
//! **Invariant:** an entry is only ever added in the transaction of its change, and never altered.

use callboard_model::{Field, Hint, Person, TenantId, TicketId, Timestamp};
use rusqlite::{Connection, params};

use crate::error::{Result, ServerError};
use crate::store::OutboxEntry;

pub(in crate::store) fn add(
    db: &Connection,
    tenant: &TenantId,
    ticket: &TicketId,
    hint: &Hint,
) -> Result<()> {
    let json = serde_json::to_string(hint).map_err(|error| ServerError::Unreadable(error.to_string()))?;
    db.prepare_cached("INSERT INTO outbox (tenant, ticket_id, hint) VALUES (?1, ?2, ?3)")?
        .execute(params![tenant.as_str(), ticket.as_str(), json])?;
    Ok(())
}

/// The oldest entries. One that does not read becomes a hint about everything, dated `now`: it must not hold up those
/// behind it, and whoever hears it asks REST.
pub(in crate::store) fn pending(db: &Connection, limit: usize, now: Timestamp) -> Result<Vec<OutboxEntry>> {
    let mut statement =
        db.prepare_cached("SELECT seq, tenant, ticket_id, hint FROM outbox ORDER BY seq LIMIT ?1")?;
    let rows = statement.query_map([limit], |row| {
        Ok((
            row.get::<_, u64>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
            row.get::<_, String>(3)?,
        ))
    })?;
    let mut entries = Vec::new();
    for row in rows {
        let (seq, tenant, ticket, json) = row?;
        let ticket = TicketId::from(ticket);
        let hint = serde_json::from_str(&json).unwrap_or_else(|error| {
            tracing::error!(seq, %error, "a hint in the outbox does not read; readers are told that all changed");
            all_changed(&ticket, now)
        });
        entries.push(OutboxEntry { seq, tenant: tenant.into(), ticket, hint });
    }
    Ok(entries)
}

/// Every field may have changed, and nobody knows by whom.
fn all_changed(ticket: &TicketId, now: Timestamp) -> Hint {
    Hint {
        updated_fields: Field::ALL.iter().map(|field| field.name().into()).collect(),
        updated_by: Person { user_id: "".into(), display_name: "".into() },
        updated_at: now,
        ticket_id: Some(ticket.clone()),
        version: None,
        seq: None,
        origin_session: None,
    }
}

pub(in crate::store) fn sent(db: &Connection, up_to_seq: u64) -> Result<()> {
    db.prepare_cached("DELETE FROM outbox WHERE seq <= ?1")?.execute([up_to_seq])?;
    Ok(())
}
