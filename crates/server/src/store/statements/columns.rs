//! A ticket as a row: its columns, and the names that come with its ids.
//!
//! It exists so that a column is spelled in one place for reading and in one for writing.
//!
//! **Invariant:** every join stays behind the ticket's own tenant.

use std::sync::LazyLock;

use callboard_model::{TenantId, Ticket, Version};

use crate::error::Result;
use crate::store::sql::{Cell, Row, Sql};

/// What [`ticket`] reads; put `WHERE` behind it. The ticket's own row is `t`.
pub(super) const SELECT: &str = "\
    SELECT t.*, b.board_name, c.client_name, l.location_name, k.full_name AS contact_name, \
           s.name AS status_name, s.is_closed AS status_is_closed, g.category_name, \
           h.category_name AS subcategory_name, p.priority_name, \
           u.first_name || ' ' || u.last_name AS assigned_to_name \
    FROM tickets t \
    JOIN boards b ON b.tenant = t.tenant AND b.board_id = t.board_id \
    JOIN clients c ON c.tenant = t.tenant AND c.client_id = t.client_id \
    JOIN statuses s ON s.tenant = t.tenant AND s.status_id = t.status_id \
    JOIN priorities p ON p.tenant = t.tenant AND p.priority_id = t.priority_id \
    LEFT JOIN locations l ON l.tenant = t.tenant AND l.location_id = t.location_id \
    LEFT JOIN contacts k ON k.tenant = t.tenant AND k.contact_name_id = t.contact_name_id \
    LEFT JOIN categories g ON g.tenant = t.tenant AND g.category_id = t.category_id \
    LEFT JOIN categories h ON h.tenant = t.tenant AND h.category_id = t.subcategory_id \
    LEFT JOIN users u ON u.tenant = t.tenant AND u.user_id = t.assigned_to ";

/// One ticket by its key.
pub(super) static SELECT_ONE: LazyLock<String> =
    LazyLock::new(|| format!("{SELECT}WHERE t.tenant = ?1 AND t.ticket_id = ?2"));

pub(super) fn ticket(row: &Row) -> Result<Ticket> {
    Ok(Ticket {
        ticket_id: row.get("ticket_id")?,
        ticket_number: row.get("ticket_number")?,
        title: row.get("title")?,
        board_id: row.get("board_id")?,
        board_name: row.get("board_name")?,
        client_id: row.get("client_id")?,
        client_name: row.get("client_name")?,
        location_id: row.get("location_id")?,
        location_name: row.get("location_name")?,
        contact_name_id: row.get("contact_name_id")?,
        contact_name: row.get("contact_name")?,
        status_id: row.get("status_id")?,
        status_name: row.get("status_name")?,
        status_is_closed: row.get("status_is_closed")?,
        category_id: row.get("category_id")?,
        category_name: row.get("category_name")?,
        subcategory_id: row.get("subcategory_id")?,
        subcategory_name: row.get("subcategory_name")?,
        priority_id: row.get("priority_id")?,
        priority_name: row.get("priority_name")?,
        assigned_to: row.get("assigned_to")?,
        assigned_to_name: row.get("assigned_to_name")?,
        assigned_team_id: row.get("assigned_team_id")?,
        itil_impact: row.get("itil_impact")?,
        itil_urgency: row.get("itil_urgency")?,
        itil_priority_level: row.get("itil_priority_level")?,
        response_state: row.get("response_state")?,
        master_ticket_id: row.get("master_ticket_id")?,
        entered_by: row.get("entered_by")?,
        entered_at: row.get("entered_at")?,
        updated_by: row.get("updated_by")?,
        updated_at: row.get("updated_at")?,
        closed_by: row.get("closed_by")?,
        closed_at: row.get("closed_at")?,
        due_date: row.get("due_date")?,
        sla_policy_id: row.get("sla_policy_id")?,
        sla_started_at: row.get("sla_started_at")?,
        sla_response_due_at: row.get("sla_response_due_at")?,
        sla_response_at: row.get("sla_response_at")?,
        sla_response_met: row.get("sla_response_met")?,
        sla_resolution_due_at: row.get("sla_resolution_due_at")?,
        sla_resolution_at: row.get("sla_resolution_at")?,
        sla_resolution_met: row.get("sla_resolution_met")?,
        sla_paused_at: row.get("sla_paused_at")?,
        sla_total_pause_minutes: row.get("sla_total_pause_minutes")?,
        version: Some(row.get("version")?),
    })
}

/// A column of a ticket's own row, and what a ticket puts there.
type Column = (&'static str, for<'t> fn(&'t Ticket) -> Cell<'t>);

/// Every column behind the key. The place of the first is `?3`, since the tenant has `?1` and the ticket `?2`.
const COLUMNS: &[Column] = &[
    ("ticket_number", |t| (&t.ticket_number).into()),
    ("title", |t| (&t.title).into()),
    ("board_id", |t| t.board_id.as_ref().into()),
    ("status_id", |t| t.status_id.as_ref().into()),
    ("priority_id", |t| t.priority_id.as_ref().into()),
    ("client_id", |t| t.client_id.as_ref().into()),
    ("contact_name_id", |t| t.contact_name_id.as_ref().into()),
    ("location_id", |t| t.location_id.as_ref().into()),
    ("category_id", |t| t.category_id.as_ref().into()),
    ("subcategory_id", |t| t.subcategory_id.as_ref().into()),
    ("assigned_to", |t| t.assigned_to.as_ref().into()),
    ("assigned_team_id", |t| t.assigned_team_id.as_ref().into()),
    ("itil_impact", |t| t.itil_impact.into()),
    ("itil_urgency", |t| t.itil_urgency.into()),
    ("itil_priority_level", |t| t.itil_priority_level.into()),
    ("response_state", |t| t.response_state.as_ref().into()),
    ("due_date", |t| t.due_date.into()),
    ("master_ticket_id", |t| t.master_ticket_id.as_ref().into()),
    ("entered_by", |t| t.entered_by.as_ref().into()),
    ("entered_at", |t| t.entered_at.into()),
    ("updated_by", |t| t.updated_by.as_ref().into()),
    ("updated_at", |t| t.updated_at.into()),
    ("is_closed", |t| t.status_is_closed.into()),
    ("closed_by", |t| t.closed_by.as_ref().into()),
    ("closed_at", |t| t.closed_at.into()),
    ("sla_policy_id", |t| t.sla_policy_id.as_ref().into()),
    ("sla_started_at", |t| t.sla_started_at.into()),
    ("sla_response_due_at", |t| t.sla_response_due_at.into()),
    ("sla_response_at", |t| t.sla_response_at.into()),
    ("sla_response_met", |t| t.sla_response_met.into()),
    ("sla_resolution_due_at", |t| t.sla_resolution_due_at.into()),
    ("sla_resolution_at", |t| t.sla_resolution_at.into()),
    ("sla_resolution_met", |t| t.sla_resolution_met.into()),
    ("sla_paused_at", |t| t.sla_paused_at.into()),
    ("sla_total_pause_minutes", |t| t.sla_total_pause_minutes.into()),
    ("version", |t| t.version.unwrap_or(Version(1)).into()),
];

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let names: Vec<_> = COLUMNS.iter().map(|(name, _)| *name).collect();
    let places: Vec<_> = (1..=COLUMNS.len() + 2).map(|place| format!("?{place}")).collect();
    format!("INSERT INTO tickets (tenant, ticket_id, {}) VALUES ({})", names.join(", "), places.join(", "))
});

static UPDATE: LazyLock<String> = LazyLock::new(|| {
    let sets: Vec<_> =
        COLUMNS.iter().zip(3..).map(|((name, _), place)| format!("{name} = ?{place}")).collect();
    format!("UPDATE tickets SET {} WHERE tenant = ?1 AND ticket_id = ?2", sets.join(", "))
});

/// Writes a new row.
pub(super) fn insert(db: &mut dyn Sql, tenant: &TenantId, ticket: &Ticket) -> Result<()> {
    db.execute(&INSERT, &cells_of(tenant, ticket)).map(drop)
}

/// Writes over the row of this ticket.
pub(super) fn update(db: &mut dyn Sql, tenant: &TenantId, ticket: &Ticket) -> Result<()> {
    db.execute(&UPDATE, &cells_of(tenant, ticket)).map(drop)
}

fn cells_of<'t>(tenant: &'t TenantId, ticket: &'t Ticket) -> Vec<Cell<'t>> {
    let key = [tenant.into(), (&ticket.ticket_id).into()];
    key.into_iter().chain(COLUMNS.iter().map(|(_, of)| of(ticket))).collect()
}
