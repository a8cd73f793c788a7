//! Reads and writes what was agreed on service levels.
//!
//! **Invariant:** what is written here can be read here: a calendar that could not be counted by is refused.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::{BoardId, Field, SlaPolicyId, TenantId, Ticket};
use jiff::civil::{Date, Weekday};

use crate::domain::Issue;
use crate::domain::close_rules::CloseRules;
use crate::domain::sla::calendar::{HOLIDAYS_MAX, SHIFTS_MAX, Shift, Unusable, WorkingWeek};
use crate::domain::sla::{Calendar, Target, Terms};
use crate::error::{Result, ServerError};
use crate::store::agreements::{Agreements, BusinessHours, Policy};
use crate::store::sql::{Row, Sql, cells};

/// What is promised to the client of this ticket on its board.
pub(super) fn terms(db: &mut dyn Sql, tenant: &TenantId, ticket: &Ticket) -> Result<Option<Terms>> {
    // The client's own policy, else the board's, else the default one.
    let policy = db.row(
        "SELECT p.sla_policy_id, h.business_hours_id, h.timezone, h.is_24x7 FROM sla_policies p \
         LEFT JOIN business_hours h ON h.tenant = p.tenant AND h.business_hours_id = p.business_hours_id \
         WHERE p.tenant = ?1 AND p.sla_policy_id = COALESCE( \
             (SELECT c.sla_policy_id FROM clients c WHERE c.tenant = ?1 AND c.client_id = ?2), \
             (SELECT b.sla_policy_id FROM boards b WHERE b.tenant = ?1 AND b.board_id = ?3), \
             (SELECT min(d.sla_policy_id) FROM sla_policies d WHERE d.tenant = ?1 AND d.is_default = 1))",
        cells![tenant, ticket.client_id.as_ref(), ticket.board_id.as_ref()],
    )?;
    let Some(row) = policy else { return Ok(None) };
    let policy: SlaPolicyId = row.get("sla_policy_id")?;
    let hours: Option<String> = row.get("business_hours_id")?;
    let calendar = match hours.filter(|_| row.get("is_24x7").is_ok_and(|always: bool| !always)) {
        Some(hours) => calendar(db, tenant, &hours, &row.get::<String>("timezone")?)?,
        None => Calendar::Always,
    };
    let targets = targets(db, tenant, &policy)?;
    Ok(Some(Terms { policy, calendar, targets }))
}

fn targets(
    db: &mut dyn Sql,
    tenant: &TenantId,
    policy: &SlaPolicyId,
) -> Result<BTreeMap<callboard_model::PriorityId, Target>> {
    let rows = db.query(
        "SELECT priority_id, response_time_minutes, resolution_time_minutes FROM sla_targets \
         WHERE tenant = ?1 AND sla_policy_id = ?2",
        cells![tenant, policy],
    )?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, Target { response: row.get(1)?, resolution: row.get(2)? })))
        .collect()
}

fn calendar(db: &mut dyn Sql, tenant: &TenantId, hours: &str, zone: &str) -> Result<Calendar> {
    let (shifts, holidays) = filling(db, tenant, hours)?;
    let holidays = holidays.into_iter().map(|(day, _)| day).collect();
    week(zone, &shifts, holidays).map(|week| Calendar::Week(Box::new(week)))
}

/// Shifts and named holidays.
type Filling = (Vec<Shift>, Vec<(Date, String)>);

/// What is in a calendar, in order.
pub(super) fn filling(db: &mut dyn Sql, tenant: &TenantId, hours: &str) -> Result<Filling> {
    // One more than may be, so that a calendar with too many is noticed and not cut.
    let shifts = db.query(
        "SELECT day_of_week, opens_at, closes_at FROM business_hours_entries \
         WHERE tenant = ?1 AND business_hours_id = ?2 ORDER BY day_of_week, opens_at LIMIT ?3",
        cells![tenant, hours, SHIFTS_MAX as u64 + 1],
    )?;
    let shifts = shifts.iter().map(shift).collect::<Result<_>>()?;
    let holidays = db.query(
        "SELECT holiday_date, holiday_name FROM holidays WHERE tenant = ?1 AND business_hours_id = ?2 \
         ORDER BY holiday_date LIMIT ?3",
        cells![tenant, hours, HOLIDAYS_MAX as u64 + 1],
    )?;
    let holidays = holidays.iter().map(|row| Ok((holiday(row)?, row.get(1)?))).collect::<Result<_>>()?;
    Ok((shifts, holidays))
}

/// Why these hours could not be counted by, if they could not: at the key of the API.
pub(super) fn unusable(hours: &BusinessHours) -> Option<Issue> {
    let days: BTreeSet<_> = hours.holidays.iter().map(|(day, _)| *day).collect();
    let starts: BTreeSet<_> =
        hours.shifts.iter().map(|shift| (shift.day.to_sunday_zero_offset(), shift.opens)).collect();
    if days.len() < hours.holidays.len() {
        return Some(Issue::at("holidays", "custom", "A day is a holiday once"));
    }
    if starts.len() < hours.shifts.len() {
        return Some(Issue::at("shifts", "custom", "Two shifts begin at the same time"));
    }
    let error = WorkingWeek::new(&hours.zone, &hours.shifts, days).err()?;
    let key = match error {
        Unusable::Zone => "timezone",
        Unusable::Shift | Unusable::TooMany => "shifts",
    };
    Some(Issue::at(key, "custom", error.to_string()))
}

fn week(zone: &str, shifts: &[Shift], holidays: BTreeSet<Date>) -> Result<WorkingWeek> {
    WorkingWeek::new(zone, shifts, holidays)
        .map_err(|error| ServerError::Unreadable(format!("business hours: {error}")))
}

fn shift(row: &Row) -> Result<Shift> {
    let minute = |column| -> Result<u16> {
        u16::try_from(row.get::<u32>(column)?).map_err(|_| ServerError::Unreadable("a minute".to_owned()))
    };
    let day =
        i8::try_from(row.get::<u32>(0)?).ok().and_then(|day| Weekday::from_sunday_zero_offset(day).ok());
    let day = day.ok_or_else(|| ServerError::Unreadable("a day of the week".to_owned()))?;
    Ok(Shift { day, opens: minute(1)?, closes: minute(2)? })
}

fn holiday(row: &Row) -> Result<Date> {
    row.get::<String>(0)?.parse().map_err(|_| ServerError::Unreadable("a holiday".to_owned()))
}

/// What the board of this ticket asks before it is closed.
pub(super) fn close_rules(db: &mut dyn Sql, tenant: &TenantId, ticket: &Ticket) -> Result<CloseRules> {
    let row = db.row(
        "SELECT require_resolution_comment, require_time_entry, require_checklist_complete, \
             require_children_closed, required_fields \
         FROM board_close_rules WHERE tenant = ?1 AND board_id = ?2",
        cells![tenant, ticket.board_id.as_ref()],
    )?;
    row.map_or_else(|| Ok(CloseRules::default()), |row| rules(&row))
}

/// The rules of every board that has some.
pub(super) fn all_close_rules(db: &mut dyn Sql, tenant: &TenantId) -> Result<Vec<(BoardId, CloseRules)>> {
    let rows = db.query(
        "SELECT require_resolution_comment, require_time_entry, require_checklist_complete, \
             require_children_closed, required_fields, board_id \
         FROM board_close_rules WHERE tenant = ?1 ORDER BY board_id",
        cells![tenant],
    )?;
    rows.iter().map(|row| Ok((row.get(5)?, rules(row)?))).collect()
}

fn rules(row: &Row) -> Result<CloseRules> {
    let fields: String = row.get(4)?;
    let fields = fields
        .split(',')
        .filter(|name| !name.is_empty())
        .map(|name| Field::from_name(name).ok_or_else(|| ServerError::Unreadable(format!("field {name:?}"))));
    Ok(CloseRules {
        resolution_comment: row.get(0)?,
        time_entry: row.get(1)?,
        checklist_complete: row.get(2)?,
        children_closed: row.get(3)?,
        required_fields: fields.collect::<Result<_>>()?,
    })
}

/// Writes all that was agreed; clients, boards, statuses and priorities are there already.
pub(super) fn insert(db: &mut dyn Sql, tenant: &TenantId, agreements: &Agreements) -> Result<()> {
    for hours in &agreements.hours {
        insert_hours(db, tenant, hours)?;
    }
    for policy in &agreements.policies {
        insert_policy(db, tenant, policy)?;
    }
    for (client, policy) in &agreements.of_clients {
        let sql = "UPDATE clients SET sla_policy_id = ?3 WHERE tenant = ?1 AND client_id = ?2";
        db.execute(sql, cells![tenant, client, policy])?;
    }
    for (board, policy) in &agreements.of_boards {
        let sql = "UPDATE boards SET sla_policy_id = ?3 WHERE tenant = ?1 AND board_id = ?2";
        db.execute(sql, cells![tenant, board, policy])?;
    }
    for status in &agreements.pausing {
        let sql = "UPDATE statuses SET pauses_sla = 1 WHERE tenant = ?1 AND status_id = ?2";
        db.execute(sql, cells![tenant, status])?;
    }
    for (board, rules) in &agreements.close_rules {
        write_close_rules(db, tenant, board, rules)?;
    }
    Ok(())
}

/// Writes the rules of a board over those that it had.
pub(super) fn write_close_rules(
    db: &mut dyn Sql,
    tenant: &TenantId,
    board: &BoardId,
    rules: &CloseRules,
) -> Result<()> {
    db.execute("DELETE FROM board_close_rules WHERE tenant = ?1 AND board_id = ?2", cells![tenant, board])?;
    if *rules == CloseRules::default() {
        return Ok(());
    }
    let names: Vec<_> = rules.required_fields.iter().map(|field| field.name()).collect();
    db.execute(
        "INSERT INTO board_close_rules (tenant, board_id, require_resolution_comment, require_time_entry, \
             require_checklist_complete, require_children_closed, required_fields) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        cells![
            tenant,
            board,
            rules.resolution_comment,
            rules.time_entry,
            rules.checklist_complete,
            rules.children_closed,
            names.join(",")
        ],
    )
    .map(drop)
}

fn insert_hours(db: &mut dyn Sql, tenant: &TenantId, hours: &BusinessHours) -> Result<()> {
    week(&hours.zone, &hours.shifts, hours.holidays.iter().map(|(day, _)| *day).collect())?;
    db.execute(
        "INSERT INTO business_hours (tenant, business_hours_id, schedule_name, timezone) VALUES (?1, ?2, ?3, ?4)",
        cells![tenant, &hours.id, &hours.name, &hours.zone],
    )?;
    fill_hours(db, tenant, hours)
}

/// Writes the shifts and holidays of a calendar that has none yet.
pub(super) fn fill_hours(db: &mut dyn Sql, tenant: &TenantId, hours: &BusinessHours) -> Result<()> {
    for shift in &hours.shifts {
        let day = i64::from(shift.day.to_sunday_zero_offset());
        db.execute(
            "INSERT INTO business_hours_entries (tenant, business_hours_id, day_of_week, opens_at, closes_at) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
            cells![tenant, &hours.id, day, i64::from(shift.opens), i64::from(shift.closes)],
        )?;
    }
    for (day, name) in &hours.holidays {
        db.execute(
            "INSERT INTO holidays (tenant, business_hours_id, holiday_date, holiday_name) VALUES (?1, ?2, ?3, ?4)",
            cells![tenant, &hours.id, day.to_string(), name],
        )?;
    }
    Ok(())
}

fn insert_policy(db: &mut dyn Sql, tenant: &TenantId, policy: &Policy) -> Result<()> {
    db.execute(
        "INSERT INTO sla_policies (tenant, sla_policy_id, policy_name, is_default, business_hours_id) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
        cells![tenant, &policy.id, &policy.name, policy.is_default, policy.hours.as_deref()],
    )?;
    fill_policy(db, tenant, policy)
}

/// Writes the targets of a policy that has none yet.
pub(super) fn fill_policy(db: &mut dyn Sql, tenant: &TenantId, policy: &Policy) -> Result<()> {
    for (priority, target) in &policy.targets {
        db.execute(
            "INSERT INTO sla_targets (tenant, sla_policy_id, priority_id, response_time_minutes, \
                 resolution_time_minutes) VALUES (?1, ?2, ?3, ?4, ?5)",
            cells![tenant, &policy.id, priority, target.response, target.resolution],
        )?;
    }
    Ok(())
}
