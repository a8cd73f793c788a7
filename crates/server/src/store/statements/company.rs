//! Writes a whole company at once.
//!
//! **Invariant:** runs inside one transaction, so a company is there or it is not.

use callboard_model::TenantId;

use super::{agreements, bundling, columns, comments, people, planning, reactions};
use crate::domain::bundle::Settings;
use crate::error::Result;
use crate::store::lookups::{Client, Company};
use crate::store::sql::{Sql, cells};

pub(in crate::store) fn is_empty(db: &mut dyn Sql) -> Result<bool> {
    Ok(!db.exists("SELECT 1 FROM tenants LIMIT 1", &[])?)
}

/// Every company, with its name.
pub(in crate::store) fn tenants(db: &mut dyn Sql) -> Result<Vec<(TenantId, String)>> {
    let rows = db.query("SELECT tenant, name FROM tenants ORDER BY lower(name), tenant", &[])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Writes the company and says how many tickets it has.
pub(in crate::store) fn insert(db: &mut dyn Sql, company: Company) -> Result<usize> {
    let tenant = &company.tenant;
    db.execute("INSERT INTO tenants (tenant, name) VALUES (?1, ?2)", cells![tenant, &company.name])?;
    staff(db, &company)?;
    boards(db, &company)?;
    customers(db, &company)?;
    agreements::insert(db, tenant, &company.agreements)?;
    let mut count = 0;
    let mut talk = company.talk;
    for ticket in company.tickets {
        columns::insert(db, &company.tenant, &ticket)?;
        if let Some(master) = &ticket.master_ticket_id {
            bundling::settle(db, &company.tenant, master, Settings::default())?;
        }
        for comment in talk(&ticket) {
            comments::insert(db, &company.tenant, &comment)?;
            reactions::insert_all(db, &company.tenant, &comment)?;
        }
        count += 1;
    }
    for entry in &company.schedule {
        planning::insert(db, &company.tenant, entry)?;
    }
    Ok(count)
}

fn staff(db: &mut dyn Sql, company: &Company) -> Result<()> {
    let tenant = &company.tenant;
    let user = "INSERT INTO users (tenant, user_id, username, first_name, last_name, email, avatar_url, role, is_inactive) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    for account in &company.accounts {
        db.execute(
            user,
            cells![
                tenant,
                &account.user.user_id,
                &account.username,
                &account.user.first_name,
                &account.user.last_name,
                &account.email,
                account.user.avatar_url.as_deref(),
                account.role.name(),
                account.user.is_inactive,
            ],
        )?;
    }
    let team = "INSERT INTO teams (tenant, team_id, team_name) VALUES (?1, ?2, ?3)";
    let member = "INSERT INTO team_members (tenant, team_id, user_id) VALUES (?1, ?2, ?3)";
    for one in &company.teams {
        db.execute(team, cells![tenant, &one.team_id, &one.team_name])?;
        for user in &one.member_ids {
            db.execute(member, cells![tenant, &one.team_id, user])?;
        }
    }
    Ok(())
}

fn boards(db: &mut dyn Sql, company: &Company) -> Result<()> {
    let tenant = &company.tenant;
    let board = "INSERT INTO boards (tenant, board_id, board_name, display_order, is_default) VALUES (?1, ?2, ?3, ?4, ?5)";
    for one in &company.boards {
        let id = &one.board_id;
        db.execute(board, cells![tenant, id, &one.board_name, one.display_order, one.is_default])?;
    }
    let status = "INSERT INTO statuses (tenant, status_id, board_id, name, is_closed, is_default, order_number) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    for one in &company.statuses {
        let (id, board) = (&one.status_id, &one.board_id);
        db.execute(
            status,
            cells![tenant, id, board, &one.name, one.is_closed, one.is_default, one.order_number],
        )?;
    }
    let priority = "INSERT INTO priorities (tenant, priority_id, priority_name, order_number, color, itil_priority_level) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    for one in &company.priorities {
        let of = &one.priority;
        let (id, name) = (&of.priority_id, &of.priority_name);
        db.execute(priority, cells![tenant, id, name, of.order_number, of.color.as_deref(), one.level])?;
    }
    let category = "INSERT INTO categories (tenant, category_id, board_id, category_name, parent_category, display_order) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    for one in &company.categories {
        db.execute(
            category,
            cells![
                tenant,
                &one.category_id,
                &one.board_id,
                &one.category_name,
                one.parent_category.as_ref(),
                one.display_order,
            ],
        )?;
    }
    Ok(())
}

/// Writes a customer.
pub(in crate::store) fn client(db: &mut dyn Sql, tenant: &TenantId, client: &Client) -> Result<()> {
    db.execute(
        "INSERT INTO clients (tenant, client_id, client_name, is_inactive) VALUES (?1, ?2, ?3, ?4)",
        cells![tenant, &client.client_id, &client.client_name, client.is_inactive],
    )
    .map(drop)
}

fn customers(db: &mut dyn Sql, company: &Company) -> Result<()> {
    let tenant = &company.tenant;
    for one in &company.clients {
        client(db, tenant, one)?;
    }
    for account in &company.accounts {
        people::set_client(db, tenant, &account.user.user_id, account.client.as_ref())?;
    }
    let location = "INSERT INTO locations (tenant, location_id, client_id, location_name, address) VALUES (?1, ?2, ?3, ?4, ?5)";
    for one in &company.locations {
        let (id, client) = (&one.location_id, &one.client_id);
        db.execute(location, cells![tenant, id, client, &one.location_name, &one.address])?;
    }
    let contact = "INSERT INTO contacts (tenant, contact_name_id, client_id, full_name, email, phone_number) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    for one in &company.contacts {
        let (id, client) = (&one.contact_name_id, &one.client_id);
        db.execute(contact, cells![tenant, id, client, &one.full_name, &one.email, &one.phone_number])?;
    }
    Ok(())
}
