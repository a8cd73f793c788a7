//! Which tickets a list is about, as a condition, and in which order they come.
//!
//! It exists so that lists, searches and counts mean the same by the same filter.
//!
//! **Invariant:** every value of a caller goes in through a place.

use callboard_model::TenantId;

use super::reach;
use crate::auth::Access;
use crate::store::query::{Bound, Filter, Moment, Order, Search, Sort, Words};
use crate::store::sql::{Cell, Conditions, contains};

/// What `filter` asks for, of what may be read with this access. The ticket's own row is `t`.
pub(super) fn conditions<'a>(tenant: &'a TenantId, access: &'a Access, filter: &'a Filter) -> Conditions<'a> {
    let mut all = Conditions::of("t.tenant", tenant);
    reach::tickets(&mut all, access, "t.board_id", "t.client_id");
    exactly(&mut all, filter);
    among(&mut all, filter);
    for (column, text) in &filter.words {
        all.and(words_in(*column), words(*column, tenant, text));
    }
    if let Some(name) = &filter.board_name {
        all.and(
            "t.board_id IN (SELECT board_id FROM boards WHERE tenant = ? AND board_name = ?)",
            [tenant.into(), name.into()],
        );
    }
    if let Some(search) = &filter.search {
        anywhere(&mut all, tenant, search);
    }
    if let Some(tags) = &filter.tags {
        tagged(&mut all, tenant, tags);
    }
    for (moment, bound, at) in &filter.moments {
        let column = match moment {
            Moment::Entered => "t.entered_at",
            Moment::Updated => "coalesce(t.updated_at, t.entered_at)",
            Moment::Closed => "t.closed_at",
        };
        let side = match bound {
            Bound::From => ">=",
            Bound::To => "<=",
        };
        all.and(&format!("{column} {side} ?"), [(*at).into()]);
    }
    all
}

fn exactly<'a>(all: &mut Conditions<'a>, filter: &'a Filter) {
    let single = [
        ("t.board_id = ?", filter.board.as_ref().map(Cell::from)),
        ("t.location_id = ?", filter.location.as_ref().map(Cell::from)),
        ("t.contact_name_id = ?", filter.contact.as_ref().map(Cell::from)),
        ("t.category_id = ?", filter.category.as_ref().map(Cell::from)),
        ("t.subcategory_id = ?", filter.subcategory.as_ref().map(Cell::from)),
        ("t.entered_by = ?", filter.entered_by.as_ref().map(Cell::from)),
        ("t.is_closed = ?", filter.closed.map(Cell::from)),
    ];
    for (condition, wanted) in single {
        if let Some(wanted) = wanted {
            all.and(condition, [wanted]);
        }
    }
    match filter.assigned {
        Some(true) => all.and("t.assigned_to IS NOT NULL", []),
        Some(false) => all.and("t.assigned_to IS NULL", []),
        None => {}
    }
}

fn among<'a>(all: &mut Conditions<'a>, filter: &'a Filter) {
    if let Some(statuses) = &filter.statuses {
        all.any_of("t.status_id", statuses);
    }
    if let Some(priorities) = &filter.priorities {
        all.any_of("t.priority_id", priorities);
    }
    if let Some(clients) = &filter.clients {
        all.any_of("t.client_id", clients);
    }
    if let Some(assignees) = &filter.assignees {
        all.any_of("t.assigned_to", assignees);
    }
    if let Some(ids) = &filter.ids {
        all.any_of("t.ticket_id", ids);
    }
}

fn tagged<'a>(all: &mut Conditions<'a>, tenant: &'a TenantId, tags: &'a [String]) {
    let places = vec!["?"; tags.len()].join(", ");
    let condition =
        format!("t.ticket_id IN (SELECT ticket_id FROM ticket_tags WHERE tenant = ? AND tag IN ({places}))");
    all.and(&condition, [tenant.into()].into_iter().chain(tags.iter().map(Cell::from)));
}

fn anywhere<'a>(all: &mut Conditions<'a>, tenant: &'a TenantId, search: &'a Search) {
    all.either(search.within.iter().copied(), |part, column| {
        part.and(words_in(column), words(column, tenant, &search.text));
    });
}

/// What [`words_in`] needs in its places.
fn words<'a>(column: Words, tenant: &'a TenantId, text: &str) -> Vec<Cell<'a>> {
    let pattern = Cell::from(contains(text));
    match column {
        Words::Title | Words::Number => vec![pattern],
        _ => vec![tenant.into(), pattern],
    }
}

/// Names are asked for by the tenant itself, not the row's, so that they are looked up once.
const fn words_in(column: Words) -> &'static str {
    match column {
        Words::Title => "lower(t.title) LIKE lower(?) ESCAPE '\\'",
        Words::Number => "lower(t.ticket_number) LIKE lower(?) ESCAPE '\\'",
        Words::ClientName => {
            "t.client_id IN (SELECT client_id FROM clients \
             WHERE tenant = ? AND lower(client_name) LIKE lower(?) ESCAPE '\\')"
        }
        Words::ContactName => {
            "t.contact_name_id IN (SELECT contact_name_id FROM contacts \
             WHERE tenant = ? AND lower(full_name) LIKE lower(?) ESCAPE '\\')"
        }
        Words::StatusName => {
            "t.status_id IN (SELECT status_id FROM statuses \
             WHERE tenant = ? AND lower(name) LIKE lower(?) ESCAPE '\\')"
        }
        Words::PriorityName => {
            "t.priority_id IN (SELECT priority_id FROM priorities \
             WHERE tenant = ? AND lower(priority_name) LIKE lower(?) ESCAPE '\\')"
        }
        Words::CategoryName => {
            "t.category_id IN (SELECT category_id FROM categories \
             WHERE tenant = ? AND lower(category_name) LIKE lower(?) ESCAPE '\\')"
        }
    }
}

pub(super) fn order(sort: Sort, order: Order) -> String {
    let own;
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
        // A column is named as on the wire.
        Sort::Own(column) => {
            own = format!("t.{}", column.name());
            &[&own]
        }
    };
    let direction = match order {
        Order::Ascending => "ASC",
        Order::Descending => "DESC",
    };
    // An engine may only use an index for a column that is never empty when nothing is said about empty ones.
    let nulls = match (sort, order) {
        (sort, _) if !may_be_empty(sort) => "",
        (_, Order::Ascending) => " NULLS FIRST",
        (_, Order::Descending) => " NULLS LAST",
    };
    // The id makes the order total, so that no ticket falls between two pages.
    let all = columns.iter().map(|column| format!("{column} {direction}{nulls}"));
    all.chain([format!("t.ticket_id {direction}")]).collect::<Vec<_>>().join(", ")
}

const fn may_be_empty(sort: Sort) -> bool {
    matches!(sort, Sort::ClosedAt | Sort::DueDate | Sort::ResponseDue | Sort::ResolutionDue | Sort::Own(_))
}

/// The table that a sort by name needs beside the ticket's own.
pub(super) fn join(sort: Sort) -> &'static str {
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
        | Sort::Number
        | Sort::Own(_) => "",
    }
}
