//! Reading tickets.
//!
//! It exists to turn filters into SQL in one place; every value goes in as a parameter.
//!
//! **Invariant:** no query without a tenant, and no text of a caller inside a statement.

use callboard_model::rest::Pagination;
use callboard_model::{TenantId, Ticket, TicketId};

use super::{columns, reach};
use crate::auth::{Access, Placement};
use crate::error::{Result, ServerError};
use crate::store::query::{Filter, Order, Sort, TicketQuery};
use crate::store::sql::{Cell, Conditions, Sql, cells, contains};

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
    let pattern = query.filter.search.as_deref().map(contains);
    let mut conditions = conditions(tenant, &query.filter, pattern.as_deref());
    reach::tickets(&mut conditions, access, "t.board_id", "t.client_id");
    let counted =
        db.row(&format!("SELECT count(*) FROM tickets t WHERE {}", conditions.sql()), conditions.values())?;
    let total: u32 = counted.ok_or_else(|| ServerError::Unreadable("no count".to_owned()))?.get(0)?;
    let matching = conditions.sql().to_owned();
    let offset = u64::from(query.limit) * u64::from(query.page.saturating_sub(1));
    let (limit, offset) = (conditions.place(query.limit.into()), conditions.place(offset.into()));
    // Find the page by the ticket's own row first, so that the rows skipped over are never joined.
    let order = order(query.sort, query.order);
    let sql = format!(
        "{select}WHERE t.tenant = ?1 AND t.ticket_id IN (SELECT t.ticket_id FROM tickets t{join} WHERE {matching} \
         ORDER BY {order} LIMIT {limit} OFFSET {offset}) ORDER BY {order}",
        select = columns::SELECT,
        join = join(query.sort),
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

/// What `filter` asks for; `pattern` is what it searches.
fn conditions<'a>(tenant: &'a TenantId, filter: &'a Filter, pattern: Option<&'a str>) -> Conditions<'a> {
    let mut all = Conditions::of("t.tenant", tenant);
    let single = [
        ("t.board_id = ?", filter.board.as_ref().map(Cell::from)),
        ("t.priority_id = ?", filter.priority.as_ref().map(Cell::from)),
        ("t.client_id = ?", filter.client.as_ref().map(Cell::from)),
        ("t.assigned_to = ?", filter.assignee.as_ref().map(Cell::from)),
        ("t.is_closed = ?", filter.closed.map(Cell::from)),
    ];
    for (condition, wanted) in single {
        if let Some(wanted) = wanted {
            all.and(condition, [wanted]);
        }
    }
    if let Some(statuses) = &filter.statuses {
        all.any_of("t.status_id", statuses);
    }
    if let Some(ids) = &filter.ids {
        all.any_of("t.ticket_id", ids);
    }
    if let Some(pattern) = pattern {
        // The clients are asked for by the tenant itself, not the row's, so that they are looked up once.
        all.and(
            "(lower(t.title) LIKE lower(?) ESCAPE '\\' OR lower(t.ticket_number) LIKE lower(?) ESCAPE '\\' \
             OR t.client_id IN (SELECT client_id FROM clients \
             WHERE tenant = ? AND lower(client_name) LIKE lower(?) ESCAPE '\\'))",
            [pattern.into(), pattern.into(), tenant.into(), pattern.into()],
        );
    }
    all
}

fn order(sort: Sort, order: Order) -> String {
    let columns: &[&str] = match sort {
        Sort::EnteredAt => &["t.entered_at"],
        Sort::UpdatedAt => &["coalesce(t.updated_at, t.entered_at)"],
        Sort::ClosedAt => &["t.closed_at"],
        Sort::DueDate => &["t.due_date"],
        Sort::ResponseDue => &["t.sla_response_due_at"],
        Sort::ResolutionDue => &["t.sla_resolution_due_at"],
        Sort::Title => &["lower(t.title)"],
        // Numbers share a prefix, so the shorter one is the smaller one.
        Sort::Number => &["length(t.ticket_number)", "t.ticket_number"],
        Sort::ClientName => &["lower(c.client_name)"],
        Sort::StatusName => &["lower(s.name)"],
        Sort::PriorityName => &["lower(p.priority_name)"],
        Sort::PriorityOrder => &["p.order_number"],
    };
    let direction = match order {
        Order::Ascending => "ASC",
        Order::Descending => "DESC",
    };
    // An engine may only use an index for a column that is never empty when nothing is said about empty ones.
    let nulls = match (sort, order) {
        (Sort::ClosedAt | Sort::DueDate | Sort::ResponseDue | Sort::ResolutionDue, Order::Ascending) => {
            " NULLS FIRST"
        }
        (Sort::ClosedAt | Sort::DueDate | Sort::ResponseDue | Sort::ResolutionDue, Order::Descending) => {
            " NULLS LAST"
        }
        _ => "",
    };
    // The id makes the order total, so that no ticket falls between two pages.
    let all = columns.iter().map(|column| format!("{column} {direction}{nulls}"));
    all.chain([format!("t.ticket_id {direction}")]).collect::<Vec<_>>().join(", ")
}

/// The table that a sort by name needs beside the ticket's own.
fn join(sort: Sort) -> &'static str {
    match sort {
        Sort::ClientName => " JOIN clients c ON c.tenant = t.tenant AND c.client_id = t.client_id",
        Sort::StatusName => " JOIN statuses s ON s.tenant = t.tenant AND s.status_id = t.status_id",
        Sort::PriorityName | Sort::PriorityOrder => {
            " JOIN priorities p ON p.tenant = t.tenant AND p.priority_id = t.priority_id"
        }
        Sort::EnteredAt
        | Sort::UpdatedAt
        | Sort::ClosedAt
        | Sort::DueDate
        | Sort::ResponseDue
        | Sort::ResolutionDue
        | Sort::Title
        | Sort::Number => "",
    }
}
