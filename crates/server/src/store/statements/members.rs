//! Reads and writes what people are to the company.
//!
//! **Invariant:** everything that is refused is refused before the first statement that writes.

use std::collections::BTreeSet;

use callboard_model::{BoardId, ClientId, TenantId, UserId};

use super::{idempotency, keys, lookups, people};
use crate::auth::Role;
use crate::domain::membership::{self, Facts, Membership, Wanted};
use crate::error::{Result, ServerError};
use crate::store::directory::PEOPLE_MAX;
use crate::store::members::{Enrolment, Member, Unwritten};
use crate::store::save::Attempt;
use crate::store::sql::{Conditions, Row, Sql, cells};

/// One row per board that is listed for somebody, and one for whoever has none listed.
const SELECT: &str = "\
    SELECT u.user_id, u.username, u.first_name, u.last_name, u.email, u.role, u.is_inactive, \
        u.max_daily_capacity, c.client_id, b.board_id \
    FROM users u \
    LEFT JOIN user_clients c ON c.tenant = u.tenant AND c.user_id = u.user_id \
    LEFT JOIN user_boards b ON b.tenant = u.tenant AND b.user_id = u.user_id";

/// Everybody, by name; of too many, the first.
pub(in crate::store) fn all(db: &mut dyn Sql, tenant: &TenantId) -> Result<Vec<Member>> {
    let sql = format!(
        "{SELECT} WHERE u.tenant = ?1 AND u.user_id IN (SELECT p.user_id FROM users p WHERE p.tenant = ?1 \
         ORDER BY p.first_name, p.last_name, p.user_id LIMIT ?2) \
         ORDER BY u.first_name, u.last_name, u.user_id, b.board_id"
    );
    gathered(&db.query(&sql, cells![tenant, PEOPLE_MAX])?)
}

pub(in crate::store) fn one(db: &mut dyn Sql, tenant: &TenantId, user: &UserId) -> Result<Option<Member>> {
    let sql = format!("{SELECT} WHERE u.tenant = ?1 AND u.user_id = ?2 ORDER BY b.board_id");
    Ok(gathered(&db.query(&sql, cells![tenant, user])?)?.pop())
}

fn gathered(rows: &[Row]) -> Result<Vec<Member>> {
    rows.chunk_by(people::same_person).filter_map(|rows| Some((rows.first()?, rows))).map(build).collect()
}

fn build((row, rows): (&Row, &[Row])) -> Result<Member> {
    let role: String = row.get("role")?;
    let boards: BTreeSet<BoardId> =
        rows.iter().filter_map(|row| row.get("board_id").transpose()).collect::<Result<_>>()?;
    let membership = Membership {
        username: row.get("username")?,
        first_name: row.get("first_name")?,
        last_name: row.get("last_name")?,
        email: row.get("email")?,
        role: role.parse().map_err(|_| ServerError::Unreadable(format!("role {role:?}")))?,
        is_inactive: row.get("is_inactive")?,
        client: row.get("client_id")?,
        boards: (!boards.is_empty()).then_some(boards),
        max_daily_capacity: row.get("max_daily_capacity")?,
    };
    Ok((row.get("user_id")?, membership))
}

pub(in crate::store) fn add(db: &mut dyn Sql, enrolment: &Enrolment) -> Result<Attempt<Member, Unwritten>> {
    let Enrolment { author, user, wanted } = enrolment;
    idempotency::once(db, author, |db| {
        let tenant = &author.tenant;
        let facts = facts(db, tenant, user, wanted, None)?;
        let after = match membership::begin(wanted, &facts) {
            Ok(after) => after,
            Err(issues) => return Ok(Err(Unwritten::Invalid(issues))),
        };
        db.execute(
            "INSERT INTO users (tenant, user_id, username, first_name, last_name, email, role, is_inactive, \
                 max_daily_capacity) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            cells![
                tenant,
                user,
                &after.username,
                &after.first_name,
                &after.last_name,
                &after.email,
                after.role.name(),
                after.is_inactive,
                after.max_daily_capacity
            ],
        )?;
        place(db, tenant, user, &after)?;
        Ok(Ok((user.clone(), after)))
    })
}

pub(in crate::store) fn change(
    db: &mut dyn Sql,
    enrolment: &Enrolment,
) -> Result<Attempt<Member, Unwritten>> {
    let Enrolment { author, user, wanted } = enrolment;
    idempotency::once(db, author, |db| {
        let tenant = &author.tenant;
        let Some((_, before)) = one(db, tenant, user)? else { return Ok(Err(Unwritten::NotFound)) };
        let facts = facts(db, tenant, user, wanted, before.client.as_ref())?;
        let after = match membership::change(&before, wanted, &facts) {
            Ok(after) => after,
            Err(issues) => return Ok(Err(Unwritten::Invalid(issues))),
        };
        db.execute(
            "UPDATE users SET username = ?3, first_name = ?4, last_name = ?5, email = ?6, role = ?7, \
                 is_inactive = ?8, max_daily_capacity = ?9 WHERE tenant = ?1 AND user_id = ?2",
            cells![
                tenant,
                user,
                &after.username,
                &after.first_name,
                &after.last_name,
                &after.email,
                after.role.name(),
                after.is_inactive,
                after.max_daily_capacity
            ],
        )?;
        if after.differs_in_access(&before) {
            place(db, tenant, user, &after)?;
            people::access_changed(db, tenant, user)?;
        }
        if after.is_inactive && !before.is_inactive {
            keys::revoke_all_of(db, tenant, user, author.now)?;
        }
        Ok(Ok((user.clone(), after)))
    })
}

fn place(db: &mut dyn Sql, tenant: &TenantId, user: &UserId, after: &Membership) -> Result<()> {
    people::set_boards(db, tenant, user, after.boards.as_ref().unwrap_or(&BTreeSet::new()))?;
    people::set_client(db, tenant, user, after.client.as_ref())
}

fn facts(
    db: &mut dyn Sql,
    tenant: &TenantId,
    user: &UserId,
    wanted: &Wanted,
    client: Option<&ClientId>,
) -> Result<Facts> {
    let mut facts = Facts::default();
    if let Some(username) = &wanted.username {
        facts.is_username_taken = db.exists(
            "SELECT 1 FROM users WHERE tenant = ?1 AND user_id <> ?2 AND lower(username) = lower(?3)",
            cells![tenant, user, username.trim()],
        )?;
    }
    if let Some(client) = wanted.client.as_ref().map_or(client, Option::as_ref) {
        facts.knows_client = lookups::client_exists(db, tenant, client)?;
    }
    if let Some(Some(boards)) = &wanted.boards {
        let mut these = Conditions::of("tenant", tenant);
        these.any_of("board_id", boards);
        let sql = format!("SELECT board_id FROM boards WHERE {}", these.sql());
        let rows = db.query(&sql, these.values())?;
        facts.boards = rows.iter().map(|row| row.get(0)).collect::<Result<_>>()?;
    }
    let admins = db.row(
        "SELECT count(*) FROM users WHERE tenant = ?1 AND user_id <> ?2 AND role = ?3 AND is_inactive = 0",
        cells![tenant, user, Role::Admin.name()],
    )?;
    facts.other_admins = admins.map(|row| row.get(0)).transpose()?.unwrap_or_default();
    Ok(facts)
}
