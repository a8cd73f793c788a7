//! Finds the teams whose day became full.
//!
//! It exists so that a change of the schedule asks no more than it needs: nothing where no day became fuller or no team of
//! whoever is planned has a limit, and of the schedule only the days that did.
//!
//! **Invariant:** reads only, in the transaction of the change.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::{EntryId, TeamId, TenantId, UserId};

use crate::domain::schedule::capacity::{self, Crossing, Days, Taken, Team};
use crate::domain::schedule::{Entry, takes_time};
use crate::error::Result;
use crate::store::sql::{Conditions, Sql};

/// The limits that a change crossed. Without `before` the entry is new, without `after` it is gone.
pub(super) fn crossed(
    db: &mut dyn Sql,
    tenant: &TenantId,
    (before, after): (Option<&Entry>, Option<&Entry>),
) -> Result<Vec<Crossing>> {
    let (Some(entry), Some(days)) = (after, capacity::fuller(before, after)) else { return Ok(Vec::new()) };
    let teams = teams(db, tenant, &entry.assigned)?;
    if teams.is_empty() {
        return Ok(Vec::new());
    }
    let others = others(db, tenant, &entry.id, &teams, days)?;
    Ok(capacity::crossings(days, (before, after), &teams, &others))
}

/// The teams that one of these people is in, with whoever counts there.
fn teams(db: &mut dyn Sql, tenant: &TenantId, assigned: &BTreeSet<UserId>) -> Result<Vec<Team>> {
    let mut conditions = Conditions::of("m.tenant", tenant);
    conditions.any_of("one.user_id", assigned);
    let sql = format!(
        "SELECT DISTINCT m.team_id, m.user_id, u.max_daily_capacity FROM team_members m \
         JOIN team_members one ON one.tenant = m.tenant AND one.team_id = m.team_id \
         JOIN users u ON u.tenant = m.tenant AND u.user_id = m.user_id \
         WHERE {} AND u.is_inactive = 0 AND u.max_daily_capacity IS NOT NULL",
        conditions.sql()
    );
    let mut teams = BTreeMap::<TeamId, BTreeMap<UserId, u32>>::new();
    for row in db.query(&sql, conditions.values())? {
        teams
            .entry(row.get("team_id")?)
            .or_default()
            .insert(row.get("user_id")?, row.get("max_daily_capacity")?);
    }
    Ok(teams.into_iter().map(|(id, hours)| Team { id, hours }).collect())
}

/// What all entries but this one take of these teams on these days.
fn others(
    db: &mut dyn Sql,
    tenant: &TenantId,
    entry: &EntryId,
    teams: &[Team],
    days: Days,
) -> Result<Vec<Taken>> {
    let people: BTreeSet<&UserId> = teams.iter().flat_map(|team| team.hours.keys()).collect();
    let mut conditions = Conditions::of("e.tenant", tenant);
    // First which entries, out of the index alone: joined at once, SQLite would read each that ends later, however late.
    conditions.and(
        "e.entry_id IN (SELECT d.entry_id FROM schedule_entries d \
         WHERE d.tenant = ? AND d.scheduled_end > ? AND d.scheduled_start < ? AND d.entry_id <> ?)",
        [tenant.into(), days.start().into(), days.end().into(), entry.into()],
    );
    conditions.any_of("a.user_id", people);
    let sql = format!(
        "SELECT a.user_id, e.scheduled_start, e.scheduled_end, e.status FROM schedule_entries e \
         JOIN schedule_assignees a ON a.tenant = e.tenant AND a.entry_id = e.entry_id WHERE {}",
        conditions.sql()
    );
    let mut others = Vec::new();
    for row in db.query(&sql, conditions.values())? {
        let status: String = row.get("status")?;
        if takes_time(&status) {
            let (start, end) = (row.get("scheduled_start")?, row.get("scheduled_end")?);
            others.push(Taken { user: row.get("user_id")?, start, end });
        }
    }
    Ok(others)
}
