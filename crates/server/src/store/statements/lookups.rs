//! Reading boards, statuses, priorities, categories, people, teams and customers.
//!
//! **Invariant:** no query without a tenant.

use std::collections::BTreeMap;

use callboard_model::rest::{Board, Priority, Status};
use callboard_model::{BoardId, ClientId, TeamId, TenantId, UserId};

use super::reach;
use crate::auth::Access;
use crate::error::Result;
use crate::store::lookups::{
    BoardQuery, Category, Client, ClientQuery, Contact, ListedBoard, Location, StatusQuery, Team,
};
use crate::store::sql::{Cell, Conditions, Row, Sql, cells, contains};

fn all<T>(
    db: &mut dyn Sql,
    sql: &str,
    key: &[Cell<'_>],
    read: impl FnMut(&Row) -> Result<T>,
) -> Result<Vec<T>> {
    db.query(sql, key)?.iter().map(read).collect()
}

pub(in crate::store) fn boards(
    db: &mut dyn Sql,
    tenant: &TenantId,
    access: &Access,
    query: &BoardQuery,
) -> Result<Vec<ListedBoard>> {
    let mut conditions = Conditions::of("tenant", tenant);
    reach::boards(&mut conditions, access, "board_id");
    if !query.include_inactive {
        conditions.and("is_inactive = ?", [false.into()]);
    }
    with_text(&mut conditions, "board_name", query.search.as_deref());
    let sql = format!(
        "SELECT board_id, board_name, display_order, is_default, is_inactive FROM boards \
         WHERE {} ORDER BY display_order, board_id",
        conditions.sql()
    );
    all(db, &sql, conditions.values(), |row| {
        let board = Board {
            board_id: row.get(0)?,
            board_name: row.get(1)?,
            display_order: row.get(2)?,
            is_default: row.get(3)?,
        };
        Ok(ListedBoard { board, is_inactive: row.get(4)? })
    })
}

/// Only with this text in the column, in either case.
fn with_text(conditions: &mut Conditions<'_>, column: &str, text: Option<&str>) {
    if let Some(text) = text {
        let condition = format!("lower({column}) LIKE lower(?) ESCAPE '\\'");
        conditions.and(&condition, [contains(text).into()]);
    }
}

/// What belongs to one board or to all, as far as the caller sees them; `table` is the table's short name.
fn of_board<'a>(
    tenant: &'a TenantId,
    access: &'a Access,
    table: &str,
    board: Option<&'a BoardId>,
) -> Conditions<'a> {
    let mut conditions = Conditions::of(&format!("{table}.tenant"), tenant);
    let column = format!("{table}.board_id");
    if let Some(board) = board {
        conditions.any_of(&column, [board]);
    }
    reach::boards(&mut conditions, access, &column);
    conditions
}

pub(in crate::store) fn statuses(
    db: &mut dyn Sql,
    tenant: &TenantId,
    access: &Access,
    query: &StatusQuery,
) -> Result<Vec<Status>> {
    let mut conditions = of_board(tenant, access, "s", query.board.as_ref());
    with_text(&mut conditions, "s.name", query.search.as_deref());
    let sql = format!(
        "SELECT s.status_id, s.board_id, s.name, s.is_closed, s.is_default, s.order_number FROM statuses s \
         JOIN boards b ON b.tenant = s.tenant AND b.board_id = s.board_id \
         WHERE {} ORDER BY b.display_order, s.board_id, s.order_number, s.status_id",
        conditions.sql()
    );
    all(db, &sql, conditions.values(), |row| {
        Ok(Status {
            status_id: row.get(0)?,
            board_id: row.get(1)?,
            name: row.get(2)?,
            is_closed: row.get(3)?,
            is_default: row.get(4)?,
            order_number: row.get(5)?,
        })
    })
}

pub(in crate::store) fn priorities(
    db: &mut dyn Sql,
    tenant: &TenantId,
    search: Option<&str>,
) -> Result<Vec<Priority>> {
    let mut conditions = Conditions::of("tenant", tenant);
    with_text(&mut conditions, "priority_name", search);
    let sql = format!(
        "SELECT priority_id, priority_name, order_number, color FROM priorities \
         WHERE {} ORDER BY order_number, priority_id",
        conditions.sql()
    );
    all(db, &sql, conditions.values(), |row| {
        Ok(Priority {
            priority_id: row.get(0)?,
            priority_name: row.get(1)?,
            order_number: row.get(2)?,
            color: row.get(3)?,
        })
    })
}

pub(in crate::store) fn categories(
    db: &mut dyn Sql,
    tenant: &TenantId,
    access: &Access,
    board: Option<&BoardId>,
) -> Result<Vec<Category>> {
    let conditions = of_board(tenant, access, "c", board);
    let sql = format!(
        "SELECT c.category_id, c.category_name, c.parent_category, c.board_id, c.display_order FROM categories c \
         WHERE {} ORDER BY c.board_id, c.display_order, c.category_id",
        conditions.sql()
    );
    all(db, &sql, conditions.values(), |row| {
        Ok(Category {
            category_id: row.get(0)?,
            category_name: row.get(1)?,
            parent_category: row.get(2)?,
            board_id: row.get(3)?,
            display_order: row.get(4)?,
        })
    })
}

pub(in crate::store) fn teams(db: &mut dyn Sql, tenant: &TenantId) -> Result<Vec<Team>> {
    let mut members: BTreeMap<TeamId, Vec<UserId>> = BTreeMap::new();
    let sql = "SELECT team_id, user_id FROM team_members WHERE tenant = ?1 ORDER BY team_id, user_id";
    for row in db.query(sql, cells![tenant])? {
        members.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    let sql = "SELECT team_id, team_name FROM teams WHERE tenant = ?1 ORDER BY team_name, team_id";
    all(db, sql, cells![tenant], |row| {
        let team_id = row.get(0)?;
        let member_ids = members.remove(&team_id).unwrap_or_default();
        Ok(Team { team_id, team_name: row.get(1)?, member_ids })
    })
}

pub(in crate::store) fn clients(
    db: &mut dyn Sql,
    tenant: &TenantId,
    access: &Access,
    query: &ClientQuery,
) -> Result<Vec<Client>> {
    let mut conditions = Conditions::of("tenant", tenant);
    reach::clients(&mut conditions, access, "client_id");
    if let Some(inactive) = query.inactive {
        conditions.and("is_inactive = ?", [inactive.into()]);
    }
    for text in &query.search {
        with_text(&mut conditions, "client_name", Some(text));
    }
    let sql = format!(
        "SELECT client_id, client_name, is_inactive FROM clients WHERE {} ORDER BY lower(client_name), client_id",
        conditions.sql()
    );
    all(db, &sql, conditions.values(), |row| {
        Ok(Client { client_id: row.get(0)?, client_name: row.get(1)?, is_inactive: row.get(2)? })
    })
}

pub(in crate::store) fn client_exists(
    db: &mut dyn Sql,
    tenant: &TenantId,
    client: &ClientId,
) -> Result<bool> {
    db.exists("SELECT 1 FROM clients WHERE tenant = ?1 AND client_id = ?2", cells![tenant, client])
}

pub(in crate::store) fn locations(
    db: &mut dyn Sql,
    tenant: &TenantId,
    client: &ClientId,
) -> Result<Vec<Location>> {
    let sql = "SELECT location_id, client_id, location_name, address FROM locations \
               WHERE tenant = ?1 AND client_id = ?2 ORDER BY location_name, location_id";
    all(db, sql, cells![tenant, client], |row| {
        Ok(Location {
            location_id: row.get(0)?,
            client_id: row.get(1)?,
            location_name: row.get(2)?,
            address: row.get(3)?,
        })
    })
}

pub(in crate::store) fn contacts(
    db: &mut dyn Sql,
    tenant: &TenantId,
    client: &ClientId,
) -> Result<Vec<Contact>> {
    let sql = "SELECT contact_name_id, client_id, full_name, email, phone_number FROM contacts \
               WHERE tenant = ?1 AND client_id = ?2 ORDER BY full_name, contact_name_id";
    all(db, sql, cells![tenant, client], |row| {
        Ok(Contact {
            contact_name_id: row.get(0)?,
            client_id: row.get(1)?,
            full_name: row.get(2)?,
            email: row.get(3)?,
            phone_number: row.get(4)?,
        })
    })
}
