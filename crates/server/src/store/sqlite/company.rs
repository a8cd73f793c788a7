//! Writes a whole company at once.
//!
//! **Invariant:** runs inside one transaction, so a company is there or it is not.

use rusqlite::{Connection, params};

use super::columns;
use crate::error::Result;
use crate::store::lookups::Company;

pub(in crate::store) fn is_empty(db: &Connection) -> Result<bool> {
    Ok(!db.prepare_cached("SELECT 1 FROM tenants")?.exists([])?)
}

/// Writes the company and says how many tickets it has.
pub(in crate::store) fn insert(db: &Connection, company: Company) -> Result<usize> {
    let tenant = company.tenant.as_str();
    db.execute("INSERT INTO tenants (tenant, name) VALUES (?1, ?2)", params![tenant, company.name])?;
    people(db, &company)?;
    boards(db, &company)?;
    customers(db, &company)?;
    let mut count = 0;
    for ticket in company.tickets {
        columns::write(db, columns::INSERT, &company.tenant, &ticket)?;
        count += 1;
    }
    Ok(count)
}

fn people(db: &Connection, company: &Company) -> Result<()> {
    let tenant = company.tenant.as_str();
    let mut user = db.prepare(
        "INSERT INTO users (tenant, user_id, username, first_name, last_name, email, avatar_url, role, is_inactive) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for account in &company.accounts {
        user.execute(params![
            tenant,
            account.user.user_id.as_str(),
            account.username,
            &*account.user.first_name,
            &*account.user.last_name,
            account.email,
            account.user.avatar_url.as_deref(),
            account.role.name(),
            account.user.is_inactive,
        ])?;
    }
    let mut team = db.prepare("INSERT INTO teams (tenant, team_id, team_name) VALUES (?1, ?2, ?3)")?;
    let mut member = db.prepare("INSERT INTO team_members (tenant, team_id, user_id) VALUES (?1, ?2, ?3)")?;
    for one in &company.teams {
        team.execute(params![tenant, one.team_id.as_str(), one.team_name])?;
        for user in &one.member_ids {
            member.execute(params![tenant, one.team_id.as_str(), user.as_str()])?;
        }
    }
    Ok(())
}

fn boards(db: &Connection, company: &Company) -> Result<()> {
    let tenant = company.tenant.as_str();
    let mut board = db.prepare(
        "INSERT INTO boards (tenant, board_id, board_name, display_order, is_default) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for one in &company.boards {
        let id = one.board_id.as_str();
        board.execute(params![tenant, id, &*one.board_name, one.display_order, one.is_default])?;
    }
    let mut status = db.prepare(
        "INSERT INTO statuses (tenant, status_id, board_id, name, is_closed, is_default, order_number) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for one in &company.statuses {
        let (id, board) = (one.status_id.as_str(), one.board_id.as_str());
        status.execute(params![
            tenant,
            id,
            board,
            &*one.name,
            one.is_closed,
            one.is_default,
            one.order_number
        ])?;
    }
    let mut priority = db.prepare(
        "INSERT INTO priorities (tenant, priority_id, priority_name, order_number, color, itil_priority_level) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for one in &company.priorities {
        let of = &one.priority;
        let (id, name) = (of.priority_id.as_str(), &*of.priority_name);
        priority.execute(params![tenant, id, name, of.order_number, of.color.as_deref(), one.level])?;
    }
    let mut category = db.prepare(
        "INSERT INTO categories (tenant, category_id, board_id, category_name, parent_category, display_order) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for one in &company.categories {
        category.execute(params![
            tenant,
            one.category_id.as_str(),
            one.board_id.as_str(),
            one.category_name,
            one.parent_category.as_ref().map(|id| id.as_str()),
            one.display_order,
        ])?;
    }
    Ok(())
}

fn customers(db: &Connection, company: &Company) -> Result<()> {
    let tenant = company.tenant.as_str();
    let mut client = db.prepare(
        "INSERT INTO clients (tenant, client_id, client_name, is_inactive) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for one in &company.clients {
        client.execute(params![tenant, one.client_id.as_str(), one.client_name, one.is_inactive])?;
    }
    let mut location = db.prepare(
        "INSERT INTO locations (tenant, location_id, client_id, location_name, address) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for one in &company.locations {
        let (id, client) = (one.location_id.as_str(), one.client_id.as_str());
        location.execute(params![tenant, id, client, one.location_name, one.address])?;
    }
    let mut contact = db.prepare(
        "INSERT INTO contacts (tenant, contact_name_id, client_id, full_name, email, phone_number) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for one in &company.contacts {
        let (id, client) = (one.contact_name_id.as_str(), one.client_id.as_str());
        contact.execute(params![tenant, id, client, one.full_name, one.email, one.phone_number])?;
    }
    Ok(())
}
