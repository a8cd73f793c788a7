//! Tickets counted by what they are.
//!
//! **Invariant:** counts exactly the tickets that a list with the same filter would hold.

use callboard_model::{TenantId, Timestamp};

use super::choice::conditions;
use crate::auth::Access;
use crate::error::{Result, ServerError};
use crate::store::query::{Counts, Filter};
use crate::store::sql::Sql;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The tables that tickets are counted by, with the column of the name and the key on both sides.
const NAMED: [(&str, &str, &str); 4] = [
    ("statuses", "name", "status_id"),
    ("priorities", "priority_name", "priority_id"),
    ("categories", "category_name", "category_id"),
    ("boards", "board_name", "board_id"),
];

pub(in crate::store) fn count(
    db: &mut dyn Sql,
    tenant: &TenantId,
    access: &Access,
    filter: &Filter,
    now: Timestamp,
) -> Result<Counts> {
    let mut counts = totals(db, tenant, access, filter, now)?;
    for (place, (table, name, key)) in NAMED.into_iter().enumerate() {
        let these = conditions(tenant, access, filter);
        let sql = format!(
            "SELECT n.{name}, count(*) FROM tickets t \
             JOIN {table} n ON n.tenant = t.tenant AND n.{key} = t.{key} \
             WHERE {} GROUP BY n.{name} ORDER BY n.{name}",
            these.sql()
        );
        let rows = db.query(&sql, these.values())?;
        counts.by_name[place] =
            rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_>>()?;
    }
    Ok(counts)
}

fn totals(
    db: &mut dyn Sql,
    tenant: &TenantId,
    access: &Access,
    filter: &Filter,
    now: Timestamp,
) -> Result<Counts> {
    let mut these = conditions(tenant, access, filter);
    let matching = these.sql().to_owned();
    let instant = now.as_millisecond();
    let midnight = instant - instant.rem_euclid(DAY_MS);
    let now = these.place(instant.into());
    let [day, week, month] = [0, 7, 30].map(|days| these.place((midnight - days * DAY_MS).into()));
    let sum = |condition: &str| {
        format!("CAST(coalesce(sum(CASE WHEN {condition} THEN 1 ELSE 0 END), 0) AS BIGINT)")
    };
    let late = format!("t.is_closed = 0 AND (t.due_date < {now} OR t.sla_resolution_due_at < {now})");
    let sql = format!(
        "SELECT count(*), {closed}, {overdue}, {unassigned}, {day}, {week}, {month}, \
             CAST(coalesce(sum(t.closed_at - t.entered_at), 0) AS BIGINT) \
         FROM tickets t WHERE {matching}",
        closed = sum("t.is_closed = 1"),
        overdue = sum(&late),
        unassigned = sum("t.assigned_to IS NULL"),
        day = sum(&format!("t.entered_at >= {day}")),
        week = sum(&format!("t.entered_at >= {week}")),
        month = sum(&format!("t.entered_at >= {month}")),
    );
    let row = db.row(&sql, these.values())?;
    let row = row.ok_or_else(|| ServerError::Unreadable("no count".to_owned()))?;
    let (total, closed): (u64, u64) = (row.get(0)?, row.get(1)?);
    Ok(Counts {
        total,
        open: total - closed,
        closed,
        overdue: row.get(2)?,
        unassigned: row.get(3)?,
        entered: [row.get(4)?, row.get(5)?, row.get(6)?],
        spent_ms: row.get(7)?,
        by_name: Default::default(),
    })
}
