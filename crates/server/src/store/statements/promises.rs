//! What an administrator reads and writes of service levels and close rules.
//!
//! It exists beside [`agreements`], which asks what holds for one ticket: this is about all of it.
//!
//! **Invariant:** everything that is refused is refused before the first statement that writes, and no promise is left
//! without what it counts in.

use callboard_model::{PriorityId, SlaPolicyId, TenantId};

use super::agreements::{self, fill_hours, fill_policy};
use super::idempotency;
use crate::domain::Issue;
use crate::domain::sla::Target;
use crate::error::Result;
use crate::store::agreements::{AGREED_MAX, Agreements, BusinessHours, NAME_MAX, Place, Policy, Share};
use crate::store::members::Unwritten;
use crate::store::save::{Attempt, Author};
use crate::store::sql::{Cell, Conditions, Row, Sql, cells};

/// Whether something may be written, or why not.
type Judged = Result<std::result::Result<(), Unwritten>>;

/// All that was agreed.
pub(in crate::store) fn all(db: &mut dyn Sql, tenant: &TenantId) -> Result<Agreements> {
    let mut hours = Vec::new();
    let sql = "SELECT business_hours_id, schedule_name, timezone FROM business_hours WHERE tenant = ?1 \
               ORDER BY lower(schedule_name), business_hours_id";
    for row in db.query(sql, cells![tenant])? {
        let id: String = row.get(0)?;
        let (shifts, holidays) = agreements::filling(db, tenant, &id)?;
        hours.push(BusinessHours { id, name: row.get(1)?, zone: row.get(2)?, shifts, holidays });
    }
    let mut policies = Vec::new();
    let sql = "SELECT sla_policy_id, policy_name, is_default, business_hours_id FROM sla_policies \
               WHERE tenant = ?1 ORDER BY lower(policy_name), sla_policy_id";
    for row in db.query(sql, cells![tenant])? {
        let id: SlaPolicyId = row.get(0)?;
        let targets = promised(db, tenant, &id)?;
        policies.push(Policy { id, name: row.get(1)?, is_default: row.get(2)?, hours: row.get(3)?, targets });
    }
    let pairs = |db: &mut dyn Sql, sql: &str| db.query(sql, cells![tenant]);
    let clients = "SELECT client_id, sla_policy_id FROM clients WHERE tenant = ?1 \
                   AND sla_policy_id IS NOT NULL ORDER BY client_id";
    let of_clients =
        pairs(db, clients)?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_>>()?;
    let boards = "SELECT board_id, sla_policy_id FROM boards WHERE tenant = ?1 \
                  AND sla_policy_id IS NOT NULL ORDER BY board_id";
    let of_boards =
        pairs(db, boards)?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_>>()?;
    let statuses = "SELECT status_id FROM statuses WHERE tenant = ?1 AND pauses_sla = 1 ORDER BY status_id";
    let pausing = pairs(db, statuses)?.iter().map(|row| row.get(0)).collect::<Result<_>>()?;
    let close_rules = agreements::all_close_rules(db, tenant)?;
    Ok(Agreements { hours, policies, of_clients, of_boards, pausing, close_rules })
}

fn promised(db: &mut dyn Sql, tenant: &TenantId, policy: &SlaPolicyId) -> Result<Vec<(PriorityId, Target)>> {
    let rows = db.query(
        "SELECT t.priority_id, t.response_time_minutes, t.resolution_time_minutes FROM sla_targets t \
         JOIN priorities p ON p.tenant = t.tenant AND p.priority_id = t.priority_id \
         WHERE t.tenant = ?1 AND t.sla_policy_id = ?2 ORDER BY p.order_number, t.priority_id",
        cells![tenant, policy],
    )?;
    let one = |row: &Row| Ok((row.get(0)?, Target { response: row.get(1)?, resolution: row.get(2)? }));
    rows.iter().map(one).collect()
}

pub(in crate::store) fn write_hours(
    db: &mut dyn Sql,
    author: &Author,
    hours: &BusinessHours,
    place: Place,
) -> Result<Attempt<String, Unwritten>> {
    idempotency::once(db, author, |db| {
        let (tenant, id) = (&author.tenant, &hours.id);
        let table = ("business_hours", "business_hours_id");
        if let Err(refusal) = has_place(db, tenant, table, id.as_str().into(), place)? {
            return Ok(Err(refusal));
        }
        let mut issues = named(&hours.name);
        if let Some(issue) = agreements::unusable(hours) {
            issues.push(issue);
        }
        if hours.holidays.iter().any(|(_, name)| name.chars().count() > NAME_MAX) {
            issues.push(Issue::at(
                "holidays",
                "too_big",
                format!("A name has at most {NAME_MAX} characters"),
            ));
        }
        if !issues.is_empty() {
            return Ok(Err(Unwritten::Invalid(issues)));
        }
        for table in ["business_hours_entries", "holidays"] {
            let sql = format!("DELETE FROM {table} WHERE tenant = ?1 AND business_hours_id = ?2");
            db.execute(&sql, cells![tenant, id])?;
        }
        db.execute(
            "INSERT INTO business_hours (tenant, business_hours_id, schedule_name, timezone) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (tenant, business_hours_id) DO UPDATE SET schedule_name = excluded.schedule_name, \
                 timezone = excluded.timezone",
            cells![tenant, id, hours.name.trim(), &hours.zone],
        )?;
        fill_hours(db, tenant, hours)?;
        Ok(Ok(id.clone()))
    })
}

pub(in crate::store) fn remove_hours(
    db: &mut dyn Sql,
    author: &Author,
    id: &str,
) -> Result<Attempt<(), Unwritten>> {
    idempotency::once(db, author, |db| {
        let key = cells![&author.tenant, id];
        if db.exists("SELECT 1 FROM sla_policies WHERE tenant = ?1 AND business_hours_id = ?2", key)? {
            return Ok(Err(Unwritten::InUse("A policy counts in this calendar")));
        }
        for table in ["business_hours_entries", "holidays"] {
            db.execute(&format!("DELETE FROM {table} WHERE tenant = ?1 AND business_hours_id = ?2"), key)?;
        }
        let sql = "DELETE FROM business_hours WHERE tenant = ?1 AND business_hours_id = ?2";
        Ok(if db.execute(sql, key)? == 0 { Err(Unwritten::NotFound) } else { Ok(()) })
    })
}

pub(in crate::store) fn write_policy(
    db: &mut dyn Sql,
    author: &Author,
    policy: &Policy,
    place: Place,
) -> Result<Attempt<SlaPolicyId, Unwritten>> {
    idempotency::once(db, author, |db| {
        let (tenant, id) = (&author.tenant, &policy.id);
        let table = ("sla_policies", "sla_policy_id");
        if let Err(refusal) = has_place(db, tenant, table, id.into(), place)? {
            return Ok(Err(refusal));
        }
        let mut issues = named(&policy.name);
        issues.extend(unknown(db, tenant, policy)?);
        if !issues.is_empty() {
            return Ok(Err(Unwritten::Invalid(issues)));
        }
        if policy.is_default {
            db.execute("UPDATE sla_policies SET is_default = 0 WHERE tenant = ?1", cells![tenant])?;
        }
        db.execute("DELETE FROM sla_targets WHERE tenant = ?1 AND sla_policy_id = ?2", cells![tenant, id])?;
        db.execute(
            "INSERT INTO sla_policies (tenant, sla_policy_id, policy_name, is_default, business_hours_id) \
             VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (tenant, sla_policy_id) DO UPDATE SET policy_name = excluded.policy_name, \
                 is_default = excluded.is_default, business_hours_id = excluded.business_hours_id",
            cells![tenant, id, policy.name.trim(), policy.is_default, policy.hours.as_deref()],
        )?;
        fill_policy(db, tenant, policy)?;
        Ok(Ok(id.clone()))
    })
}

/// What a policy names and nobody knows.
fn unknown(db: &mut dyn Sql, tenant: &TenantId, policy: &Policy) -> Result<Vec<Issue>> {
    let mut issues = Vec::new();
    if let Some(hours) = &policy.hours {
        let sql = "SELECT 1 FROM business_hours WHERE tenant = ?1 AND business_hours_id = ?2";
        if !db.exists(sql, cells![tenant, hours])? {
            issues.push(Issue::at("calendar_id", "custom", "Unknown calendar"));
        }
    }
    for (place, (priority, _)) in policy.targets.iter().enumerate() {
        let sql = "SELECT 1 FROM priorities WHERE tenant = ?1 AND priority_id = ?2";
        if !db.exists(sql, cells![tenant, priority])? {
            issues.push(Issue::in_list("targets", place, "custom", "Unknown priority"));
        }
    }
    Ok(issues)
}

pub(in crate::store) fn remove_policy(
    db: &mut dyn Sql,
    author: &Author,
    id: &SlaPolicyId,
) -> Result<Attempt<(), Unwritten>> {
    idempotency::once(db, author, |db| {
        let key = cells![&author.tenant, id];
        for (table, message) in
            [("clients", "A client has this policy"), ("boards", "A board has this policy")]
        {
            let sql = format!("SELECT 1 FROM {table} WHERE tenant = ?1 AND sla_policy_id = ?2");
            if db.exists(&sql, key)? {
                return Ok(Err(Unwritten::InUse(message)));
            }
        }
        db.execute("DELETE FROM sla_targets WHERE tenant = ?1 AND sla_policy_id = ?2", key)?;
        let gone = db.execute("DELETE FROM sla_policies WHERE tenant = ?1 AND sla_policy_id = ?2", key)?;
        Ok(if gone == 0 { Err(Unwritten::NotFound) } else { Ok(()) })
    })
}

pub(in crate::store) fn agree(
    db: &mut dyn Sql,
    author: &Author,
    share: &Share,
) -> Result<Attempt<(), Unwritten>> {
    idempotency::once(db, author, |db| {
        let tenant = &author.tenant;
        let policy = match share {
            Share::Client { policy, .. } | Share::Board { policy: Some(policy), .. } => policy.as_ref(),
            Share::Board { policy: None, .. } | Share::Status { .. } => None,
        };
        if let Some(policy) = policy {
            let sql = "SELECT 1 FROM sla_policies WHERE tenant = ?1 AND sla_policy_id = ?2";
            if !db.exists(sql, cells![tenant, policy])? {
                let issue = Issue::at("sla_policy_id", "custom", "Unknown policy");
                return Ok(Err(Unwritten::Invalid(vec![issue])));
            }
        }
        let touched = match share {
            Share::Client { client, policy } => {
                let sql = "UPDATE clients SET sla_policy_id = ?3 WHERE tenant = ?1 AND client_id = ?2";
                db.execute(sql, cells![tenant, client, policy.as_ref()])?
            }
            Share::Board { board, policy, rules } => {
                let mut there = Conditions::of("tenant", tenant);
                there.and("board_id = ?", [board.into()]);
                if !db.exists(&format!("SELECT 1 FROM boards WHERE {}", there.sql()), there.values())? {
                    return Ok(Err(Unwritten::NotFound));
                }
                if let Some(policy) = policy {
                    let sql = "UPDATE boards SET sla_policy_id = ?3 WHERE tenant = ?1 AND board_id = ?2";
                    db.execute(sql, cells![tenant, board, policy.as_ref()])?;
                }
                if let Some(rules) = rules {
                    agreements::write_close_rules(db, tenant, board, rules)?;
                }
                1
            }
            Share::Status { status, pauses } => {
                let sql = "UPDATE statuses SET pauses_sla = ?3 WHERE tenant = ?1 AND status_id = ?2";
                db.execute(sql, cells![tenant, status, *pauses])?
            }
        };
        Ok(if touched == 0 { Err(Unwritten::NotFound) } else { Ok(()) })
    })
}

/// Whether something of this id is there, or there is room for it, as the writer takes for granted.
fn has_place(
    db: &mut dyn Sql,
    tenant: &TenantId,
    (table, column): (&str, &str),
    id: Cell<'_>,
    place: Place,
) -> Judged {
    match place {
        Place::Taken => {
            let sql = format!("SELECT 1 FROM {table} WHERE tenant = ?1 AND {column} = ?2");
            Ok(if db.exists(&sql, &[tenant.into(), id])? { Ok(()) } else { Err(Unwritten::NotFound) })
        }
        Place::New => {
            let row = db.row(&format!("SELECT count(*) FROM {table} WHERE tenant = ?1"), cells![tenant])?;
            let count: u64 = row.map(|row| row.get(0)).transpose()?.unwrap_or_default();
            let full = Unwritten::InUse("There are too many of these: take some away");
            Ok(if count < AGREED_MAX { Ok(()) } else { Err(full) })
        }
    }
}

fn named(name: &str) -> Vec<Issue> {
    let fits = (1..=NAME_MAX).contains(&name.trim().chars().count());
    let message = format!("A name has 1 to {NAME_MAX} characters");
    if fits { Vec::new() } else { vec![Issue::at("name", "invalid_string", message)] }
}
