//! Places of outlets in the logs of the tenants.
//!
//! **Invariant:** an outlet without a row for a tenant has taken nothing of theirs.

use callboard_model::TenantId;

use crate::error::Result;
use crate::store::outlets::{Behind, Lag};
use crate::store::sql::{Sql, cells};
use crate::store::webhooks::OUTLET as WEBHOOKS;

/// Whose events an outlet has not all taken.
pub(in crate::store) fn behind(db: &mut dyn Sql, outlet: &str) -> Result<Vec<Behind>> {
    let rows = db.query(
        "SELECT t.tenant, coalesce(o.place, 0) AS place \
         FROM tenants t LEFT JOIN outlets o ON o.tenant = t.tenant AND o.name = ?1 \
         WHERE t.last_event > coalesce(o.place, 0) ORDER BY t.tenant",
        cells![outlet],
    )?;
    rows.iter().map(|row| Ok(Behind { tenant: row.get("tenant")?, place: row.get("place")? })).collect()
}

/// Notes how far it has come.
pub(in crate::store) fn took(db: &mut dyn Sql, outlet: &str, tenant: &TenantId, place: u64) -> Result<()> {
    db.execute(
        "INSERT INTO outlets (name, tenant, place) VALUES (?1, ?2, ?3) \
         ON CONFLICT (name, tenant) DO UPDATE SET place = excluded.place WHERE outlets.place < excluded.place",
        cells![outlet, tenant, place],
    )?;
    Ok(())
}

/// How far behind each one is; webhooks that are sent nothing any more do not count.
pub(in crate::store) fn lags(db: &mut dyn Sql) -> Result<Vec<Lag>> {
    let rows = db.query(
        "SELECT o.name AS outlet, CAST(sum(t.last_event - o.place) AS BIGINT) AS events \
         FROM outlets o JOIN tenants t ON t.tenant = o.tenant GROUP BY o.name \
         UNION ALL \
         SELECT ?1 AS outlet, CAST(coalesce(sum(t.last_event - w.place), 0) AS BIGINT) AS events \
         FROM webhooks w JOIN tenants t ON t.tenant = w.tenant WHERE w.disabled_at IS NULL",
        cells![WEBHOOKS],
    )?;
    rows.iter().map(|row| Ok(Lag { outlet: row.get("outlet")?, events: row.get("events")? })).collect()
}
