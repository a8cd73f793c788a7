//! Finding and telling clocks that ran out by themselves.
//!
//! **Invariant:** no ticket is written here: that a clock ran out follows from what stands in its row.

use callboard_catalog::EventType;
use callboard_model::{TenantId, Ticket, Timestamp};
use serde_json::Value as Json;

use super::events::{self, Occasion};
use super::tickets;
use crate::domain::events::{Happening, ticket as telling};
use crate::error::{Result, ServerError};
use crate::store::Limits;
use crate::store::sql::{Sql, cells};

/// The tenants in which a clock ran out since it was last told, and those of whom nothing was ever told.
pub(in crate::store) fn tenants(db: &mut dyn Sql, now: Timestamp) -> Result<Vec<TenantId>> {
    let rows = db.query(
        "SELECT t.tenant FROM tenants t WHERE t.clocks_told_until IS NULL OR EXISTS (\
             SELECT 1 FROM tickets k WHERE k.tenant = t.tenant AND k.sla_policy_id IS NOT NULL AND ( \
                 (k.sla_response_at IS NULL AND k.sla_response_due_at >= t.clocks_told_until \
                     AND k.sla_response_due_at < ?1) \
                 OR (k.sla_resolution_at IS NULL AND k.sla_resolution_due_at >= t.clocks_told_until \
                     AND k.sla_resolution_due_at < ?1))) \
         ORDER BY t.tenant",
        cells![now],
    )?;
    rows.iter().map(|row| row.get("tenant")).collect()
}

/// Tells of a tenant's clocks that ran out before `now` and were not told yet.
pub(in crate::store) fn tell(
    db: &mut dyn Sql,
    tenant: &TenantId,
    now: Timestamp,
    limits: Limits,
) -> Result<usize> {
    let row = db.row("SELECT clocks_told_until FROM tenants WHERE tenant = ?1", cells![tenant])?;
    let since = row.map(|row| row.get::<Option<Timestamp>>("clocks_told_until")).transpose()?.flatten();
    let mut count = 0;
    if let Some(since) = since {
        for ticket in run_out(db, tenant, since, now)? {
            let mut told = telling::ran_out(&ticket, since, now);
            drop_known(db, tenant, &ticket, &mut told)?;
            count += told.len();
            let occasion = Occasion {
                tenant,
                actor: None,
                origin: None,
                socket: None,
                change: None,
                now,
                ticket: Some(&ticket.ticket_id),
                is_simulated: false,
            };
            events::add(db, occasion, told, limits)?;
        }
    }
    if since.is_none_or(|since| since < now) {
        db.execute("UPDATE tenants SET clocks_told_until = ?2 WHERE tenant = ?1", cells![tenant, now])?;
    }
    Ok(count)
}

fn run_out(db: &mut dyn Sql, tenant: &TenantId, since: Timestamp, now: Timestamp) -> Result<Vec<Ticket>> {
    let rows = db.query(
        "SELECT ticket_id FROM tickets WHERE tenant = ?1 AND sla_policy_id IS NOT NULL AND ( \
             (sla_response_at IS NULL AND sla_response_due_at >= ?2 AND sla_response_due_at < ?3) \
             OR (sla_resolution_at IS NULL AND sla_resolution_due_at >= ?2 AND sla_resolution_due_at < ?3)) \
         ORDER BY ticket_id",
        cells![tenant, since, now],
    )?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let ticket = tickets::get(db, tenant, &row.get("ticket_id")?)?;
        found.push(
            ticket
                .ok_or_else(|| ServerError::Unreadable("a ticket vanished while it was read".to_owned()))?,
        );
    }
    Ok(found)
}

/// Leaves out what a change has told already: a save may move a due time to before now and tell of it itself.
fn drop_known(db: &mut dyn Sql, tenant: &TenantId, ticket: &Ticket, told: &mut Vec<Happening>) -> Result<()> {
    let rows = db.query(
        "SELECT payload FROM events WHERE tenant = ?1 AND ticket_id = ?2 AND event_type = ?3",
        cells![tenant, &ticket.ticket_id, EventType::TicketSlaStageBreached.as_str()],
    )?;
    for row in rows {
        let payload: Json = serde_json::from_str(&row.get::<String>("payload")?)
            .map_err(|error| ServerError::Unreadable(format!("events: {error}")))?;
        told.retain(|one| one.payload.get("idempotencyKey") != payload.get("idempotencyKey"));
    }
    Ok(())
}
