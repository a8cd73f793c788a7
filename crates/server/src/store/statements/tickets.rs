//! Reading tickets.
//!
//! It exists so that a ticket is found in one place, by itself or as one of a page.
//!
//! **Invariant:** no query without a tenant, and no text of a caller inside a statement.

use callboard_model::rest::Pagination;
use callboard_model::{TenantId, Ticket, TicketId};

use super::{choice, columns};
use crate::auth::{Access, Placement};
use crate::error::{Result, ServerError};
use crate::store::query::TicketQuery;
use crate::store::sql::{Conditions, Sql, cells};

/// Where a ticket stands: all that is needed to say who may see it.
pub(in crate::store) fn placement(
    db: &mut dyn Sql,
    tenant: &TenantId,
    ticket: &TicketId,
) -> Result<Option<Placement>> {
    let found = db.row(
        "SELECT board_id, client_id FROM tickets WHERE tenant = ?1 AND ticket_id = ?2",
        cells![tenant, ticket],
    )?;
    found.map(|row| Ok(Placement { board: row.get(0)?, client: row.get(1)? })).transpose()
}

/// Where these tickets stand; one that does not exist is left out.
pub(in crate::store) fn placements(
    db: &mut dyn Sql,
    tenant: &TenantId,
    tickets: &[TicketId],
) -> Result<Vec<(TicketId, Placement)>> {
    let mut conditions = Conditions::of("tenant", tenant);
    conditions.any_of("ticket_id", tickets);
    let sql = format!("SELECT ticket_id, board_id, client_id FROM tickets WHERE {}", conditions.sql());
    let rows = db.query(&sql, conditions.values())?;
    rows.iter().map(|row| Ok((row.get(0)?, Placement { board: row.get(1)?, client: row.get(2)? }))).collect()
}

pub(in crate::store) fn get(
    db: &mut dyn Sql,
    tenant: &TenantId,
    ticket: &TicketId,
) -> Result<Option<Ticket>> {
    let found = db.row(&columns::SELECT_ONE, cells![tenant, ticket])?;
    found.map(|row| columns::ticket(&row)).transpose()
}

pub(in crate::store) fn list(
    db: &mut dyn Sql,
    tenant: &TenantId,
    access: &Access,
    query: &TicketQuery,
) -> Result<(Vec<Ticket>, Pagination)> {
    let mut conditions = choice::conditions(tenant, access, &query.filter);
    let counted =
        db.row(&format!("SELECT count(*) FROM tickets t WHERE {}", conditions.sql()), conditions.values())?;
    let total: u32 = counted.ok_or_else(|| ServerError::Unreadable("no count".to_owned()))?.get(0)?;
    let matching = conditions.sql().to_owned();
    let offset = u64::from(query.limit) * u64::from(query.page.saturating_sub(1));
    let (limit, offset) = (conditions.place(query.limit.into()), conditions.place(offset.into()));
    // Find the page by the ticket's own row first, so that the rows skipped over are never joined.
    let order = choice::order(query.sort, query.order);
    let sql = format!(
        "{select}WHERE t.tenant = ?1 AND t.ticket_id IN (SELECT t.ticket_id FROM tickets t{join} WHERE {matching} \
         ORDER BY {order} LIMIT {limit} OFFSET {offset}) ORDER BY {order}",
        select = columns::SELECT,
        join = choice::join(query.sort),
    );
    let rows = db.query(&sql, conditions.values())?;
    let tickets = rows.iter().map(columns::ticket).collect::<Result<_>>()?;
    Ok((tickets, pagination(query, total)))
}

fn pagination(query: &TicketQuery, total: u32) -> Pagination {
    let total_pages = total.div_ceil(query.limit);
    Pagination {
        page: query.page,
        limit: query.limit,
        total,
        total_pages,
        has_next: query.page < total_pages,
        has_prev: query.page > 1,
    }
}
