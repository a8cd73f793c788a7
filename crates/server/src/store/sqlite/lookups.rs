//! Reading boards, statuses, priorities, categories, people, teams and customers.
//!
//! **Invariant:** no query without a tenant.

use std::collections::BTreeMap;

use callboard_model::rest::{Board, Priority, Status, User};
use callboard_model::{BoardId, ClientId, TeamId, TenantId, UserId};
use rusqlite::{Connection, Params, Row, params};

use crate::error::Result;
use crate::store::lookups::{Category, Client, Contact, Location, Team};

fn all<T>(
    db: &Connection,
    sql: &str,
    key: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    Ok(db.prepare_cached(sql)?.query_map(key, read)?.collect::<rusqlite::Result<_>>()?)
}

fn text(row: &Row<'_>, index: usize) -> rusqlite::Result<String> {
    row.get(index)
}

pub(in crate::store) fn boards(db: &Connection, tenant: &TenantId) -> Result<Vec<Board>> {
    let sql = "SELECT board_id, board_name, display_order, is_default FROM boards \
               WHERE tenant = ?1 AND is_inactive = 0 ORDER BY display_order, board_id";
    all(db, sql, [tenant.as_str()], |row| {
        Ok(Board {
            board_id: text(row, 0)?.into(),
            board_name: row.get(1)?,
            display_order: row.get(2)?,
            is_default: row.get(3)?,
        })
    })
}

pub(in crate::store) fn statuses(
    db: &Connection,
    tenant: &TenantId,
    board: Option<&BoardId>,
) -> Result<Vec<Status>> {
    let sql = "SELECT s.status_id, s.board_id, s.name, s.is_closed, s.is_default, s.order_number FROM statuses s \
               JOIN boards b ON b.tenant = s.tenant AND b.board_id = s.board_id \
               WHERE s.tenant = ?1 AND (?2 IS NULL OR s.board_id = ?2) \
               ORDER BY b.display_order, s.board_id, s.order_number, s.status_id";
    all(db, sql, params![tenant.as_str(), board.map(BoardId::as_str)], |row| {
        Ok(Status {
            status_id: text(row, 0)?.into(),
            board_id: text(row, 1)?.into(),
            name: row.get(2)?,
            is_closed: row.get(3)?,
            is_default: row.get(4)?,
            order_number: row.get(5)?,
        })
    })
}

pub(in crate::store) fn priorities(db: &Connection, tenant: &TenantId) -> Result<Vec<Priority>> {
    let sql = "SELECT priority_id, priority_name, order_number, color FROM priorities \
               WHERE tenant = ?1 ORDER BY order_number, priority_id";
    all(db, sql, [tenant.as_str()], |row| {
        Ok(Priority {
            priority_id: text(row, 0)?.into(),
            priority_name: row.get(1)?,
            order_number: row.get(2)?,
            color: row.get(3)?,
        })
    })
}

pub(in crate::store) fn categories(
    db: &Connection,
    tenant: &TenantId,
    board: Option<&BoardId>,
) -> Result<Vec<Category>> {
    let sql = "SELECT category_id, category_name, parent_category, board_id, display_order FROM categories \
               WHERE tenant = ?1 AND (?2 IS NULL OR board_id = ?2) ORDER BY board_id, display_order, category_id";
    all(db, sql, params![tenant.as_str(), board.map(BoardId::as_str)], |row| {
        Ok(Category {
            category_id: text(row, 0)?.into(),
            category_name: row.get(1)?,
            parent_category: row.get::<_, Option<String>>(2)?.map(Into::into),
            board_id: text(row, 3)?.into(),
            display_order: row.get(4)?,
        })
    })
}

pub(in crate::store) fn users(db: &Connection, tenant: &TenantId, inactive: bool) -> Result<Vec<User>> {
    let sql = "SELECT user_id, first_name, last_name, avatar_url, is_inactive FROM users \
               WHERE tenant = ?1 AND (?2 OR is_inactive = 0) ORDER BY first_name, last_name, user_id";
    all(db, sql, params![tenant.as_str(), inactive], |row| {
        Ok(User {
            user_id: text(row, 0)?.into(),
            first_name: row.get(1)?,
            last_name: row.get(2)?,
            avatar_url: row.get(3)?,
            is_inactive: row.get(4)?,
        })
    })
}

pub(in crate::store) fn teams(db: &Connection, tenant: &TenantId) -> Result<Vec<Team>> {
    let mut members: BTreeMap<TeamId, Vec<UserId>> = BTreeMap::new();
    let sql = "SELECT team_id, user_id FROM team_members WHERE tenant = ?1 ORDER BY team_id, user_id";
    for (team, user) in all(db, sql, [tenant.as_str()], |row| Ok((text(row, 0)?, text(row, 1)?)))? {
        members.entry(team.into()).or_default().push(user.into());
    }
    let sql = "SELECT team_id, team_name FROM teams WHERE tenant = ?1 ORDER BY team_name, team_id";
    all(db, sql, [tenant.as_str()], |row| {
        let team_id = TeamId::from(text(row, 0)?);
        let member_ids = members.remove(&team_id).unwrap_or_default();
        Ok(Team { team_id, team_name: text(row, 1)?, member_ids })
    })
}

pub(in crate::store) fn clients(db: &Connection, tenant: &TenantId) -> Result<Vec<Client>> {
    let sql = "SELECT client_id, client_name, is_inactive FROM clients \
               WHERE tenant = ?1 ORDER BY client_name COLLATE NOCASE, client_id";
    all(db, sql, [tenant.as_str()], |row| {
        Ok(Client { client_id: text(row, 0)?.into(), client_name: text(row, 1)?, is_inactive: row.get(2)? })
    })
}

pub(in crate::store) fn client_exists(db: &Connection, tenant: &TenantId, client: &ClientId) -> Result<bool> {
    Ok(db
        .prepare_cached("SELECT 1 FROM clients WHERE tenant = ?1 AND client_id = ?2")?
        .exists(params![tenant.as_str(), client.as_str()])?)
}

pub(in crate::store) fn locations(
    db: &Connection,
    tenant: &TenantId,
    client: &ClientId,
) -> Result<Vec<Location>> {
    let sql = "SELECT location_id, client_id, location_name, address FROM locations \
               WHERE tenant = ?1 AND client_id = ?2 ORDER BY location_name, location_id";
    all(db, sql, params![tenant.as_str(), client.as_str()], |row| {
        Ok(Location {
            location_id: text(row, 0)?.into(),
            client_id: text(row, 1)?.into(),
            location_name: text(row, 2)?,
            address: text(row, 3)?,
        })
    })
}

pub(in crate::store) fn contacts(
    db: &Connection,
    tenant: &TenantId,
    client: &ClientId,
) -> Result<Vec<Contact>> {
    let sql = "SELECT contact_name_id, client_id, full_name, email, phone_number FROM contacts \
               WHERE tenant = ?1 AND client_id = ?2 ORDER BY full_name, contact_name_id";
    all(db, sql, params![tenant.as_str(), client.as_str()], |row| {
        Ok(Contact {
            contact_name_id: text(row, 0)?.into(),
            client_id: text(row, 1)?.into(),
            full_name: text(row, 2)?,
            email: text(row, 3)?,
            phone_number: text(row, 4)?,
        })
    })
}
