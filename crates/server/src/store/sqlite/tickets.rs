//! Reading tickets.
//!
//! It exists to turn filters into SQL in one place; every value goes in as a parameter.
//!
//! **Invariant:** no query without a tenant, and no text of a caller inside a statement.

use callboard_model::rest::Pagination;
use callboard_model::{TenantId, Ticket, TicketId};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::columns;
use crate::auth::Placement;
use crate::error::{Result, ServerError};
use crate::store::query::{Filter, Order, Sort, TicketQuery};

/// Where a ticket stands: all that is needed to say who may see it.
pub(in crate::store) fn placement(
    db: &Connection,
    tenant: &TenantId,
    ticket: &TicketId,
) -> Result<Option<Placement>> {
    Ok(db
        .prepare_cached("SELECT board_id, client_id FROM tickets WHERE tenant = ?1 AND ticket_id = ?2")?
        .query_row(params![tenant.as_str(), ticket.as_str()], |row| {
            let (board, client): (String, String) = (row.get(0)?, row.get(1)?);
            Ok(Placement { board: Some(board.into()), client: Some(client.into()) })
        })
        .optional()?)
}

pub(in crate::store) fn get(db: &Connection, tenant: &TenantId, ticket: &TicketId) -> Result<Option<Ticket>> {
    let sql = format!("{}WHERE t.tenant = ?1 AND t.ticket_id = ?2", columns::SELECT);
    Ok(db
        .prepare_cached(&sql)?
        .query_row(params![tenant.as_str(), ticket.as_str()], columns::ticket)
        .optional()?)
}

pub(in crate::store) fn list(
    db: &Connection,
    tenant: &TenantId,
    query: &TicketQuery,
) -> Result<(Vec<Ticket>, Pagination)> {
    let conditions = Conditions::of(tenant, &query.filter)?;
    let total: u32 = db
        .prepare_cached(&format!("SELECT count(*) FROM tickets t WHERE {}", conditions.sql))?
        .query_row(params_from_iter(&conditions.values), |row| row.get(0))?;
    // Find the page by the ticket's own row first, so that the rows skipped over are never joined.
    let order = order(query.sort, query.order);
    let sql = format!(
        "{select}WHERE t.rowid IN (SELECT t.rowid FROM tickets t{join} WHERE {conditions} ORDER BY {order} \
         LIMIT {limit} OFFSET {offset}) ORDER BY {order}",
        select = columns::SELECT,
        join = join(query.sort),
        conditions = conditions.sql,
        limit = query.limit,
        offset = u64::from(query.limit) * u64::from(query.page.saturating_sub(1)),
    );
    let mut statement = db.prepare(&sql)?;
    let rows = statement.query_map(params_from_iter(&conditions.values), columns::ticket)?;
    let tickets = rows.collect::<rusqlite::Result<Vec<_>>>()?;
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

/// A `WHERE` and what belongs into its places.
struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    fn of(tenant: &TenantId, filter: &Filter) -> Result<Self> {
        let mut all =
            Self { sql: "t.tenant = ?".to_owned(), values: vec![tenant.as_str().to_owned().into()] };
        let single = [
            ("t.board_id", filter.board.as_ref().map(|id| id.as_str())),
            ("t.priority_id", filter.priority.as_ref().map(|id| id.as_str())),
            ("t.client_id", filter.client.as_ref().map(|id| id.as_str())),
            ("t.assigned_to", filter.assignee.as_ref().map(|id| id.as_str())),
        ];
        for (column, wanted) in single {
            if let Some(wanted) = wanted {
                all.and(&format!("{column} = ?"), [wanted.to_owned().into()]);
            }
        }
        if let Some(closed) = filter.closed {
            all.and("t.is_closed = ?", [i64::from(closed).into()]);
        }
        let statuses = filter.statuses.as_ref().map(serde_json::to_string);
        let ids = filter.ids.as_ref().map(serde_json::to_string);
        for (column, list) in [("t.status_id", statuses), ("t.ticket_id", ids)] {
            if let Some(list) = list {
                let list = list.map_err(|error| ServerError::Unreadable(error.to_string()))?;
                all.and(&format!("{column} IN (SELECT value FROM json_each(?))"), [list.into()]);
            }
        }
        if let Some(text) = &filter.search {
            let pattern = contains(text);
            // The clients are asked for by the tenant itself, not the row's, so that they are looked up once.
            all.and(
                "(t.title LIKE ? ESCAPE '\\' OR t.ticket_number LIKE ? ESCAPE '\\' OR t.client_id IN \
                 (SELECT client_id FROM clients WHERE tenant = ? AND client_name LIKE ? ESCAPE '\\'))",
                [
                    pattern.clone().into(),
                    pattern.clone().into(),
                    tenant.as_str().to_owned().into(),
                    pattern.into(),
                ],
            );
        }
        Ok(all)
    }

    fn and<const N: usize>(&mut self, condition: &str, values: [Value; N]) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.extend(values);
    }
}

/// A `LIKE` pattern that finds `text` anywhere, taking none of its characters as a wildcard.
fn contains(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

fn order(sort: Sort, order: Order) -> String {
    let columns: &[&str] = match sort {
        Sort::EnteredAt => &["t.entered_at"],
        Sort::UpdatedAt => &["coalesce(t.updated_at, t.entered_at)"],
        Sort::ClosedAt => &["t.closed_at"],
        Sort::DueDate => &["t.due_date"],
        Sort::ResponseDue => &["t.sla_response_due_at"],
        Sort::ResolutionDue => &["t.sla_resolution_due_at"],
        Sort::Title => &["t.title COLLATE NOCASE"],
        // Numbers share a prefix, so the shorter one is the smaller one.
        Sort::Number => &["length(t.ticket_number)", "t.ticket_number"],
        Sort::ClientName => &["c.client_name COLLATE NOCASE"],
        Sort::StatusName => &["s.name COLLATE NOCASE"],
        Sort::PriorityName => &["p.priority_name COLLATE NOCASE"],
        Sort::PriorityOrder => &["p.order_number"],
    };
    let direction = match order {
        Order::Ascending => "ASC",
        Order::Descending => "DESC",
    };
    // The id makes the order total, so that no ticket falls between two pages.
    let all = columns.iter().chain(&["t.ticket_id"]).map(|column| format!("{column} {direction}"));
    all.collect::<Vec<_>>().join(", ")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_of_a_search_is_a_wildcard() {
        assert_eq!(contains(r"100%_\x"), r"%100\%\_\\x%");
    }
}
