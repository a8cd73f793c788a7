//! A ticket as a row: its columns, and the names that come with its ids.
//!
//! It exists so that a column is spelled in one place for reading and in one for writing.
//!
//! **Invariant:** every join stays behind the ticket's own tenant.

use std::sync::Arc;

use callboard_model::{Ticket, Timestamp, Version};
use rusqlite::types::Type;
use rusqlite::{Row, named_params};

use crate::error::Result;

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

pub(super) fn ticket(row: &Row<'_>) -> rusqlite::Result<Ticket> {
    Ok(Ticket {
        ticket_id: row.get::<_, String>("ticket_id")?.into(),
        ticket_number: row.get("ticket_number")?,
        title: row.get("title")?,
        board_id: id(row, "board_id")?,
        board_name: row.get("board_name")?,
        client_id: id(row, "client_id")?,
        client_name: row.get("client_name")?,
        location_id: id(row, "location_id")?,
        location_name: row.get("location_name")?,
        contact_name_id: id(row, "contact_name_id")?,
        contact_name: row.get("contact_name")?,
        status_id: id(row, "status_id")?,
        status_name: row.get("status_name")?,
        status_is_closed: row.get("status_is_closed")?,
        category_id: id(row, "category_id")?,
        category_name: row.get("category_name")?,
        subcategory_id: id(row, "subcategory_id")?,
        subcategory_name: row.get("subcategory_name")?,
        priority_id: id(row, "priority_id")?,
        priority_name: row.get("priority_name")?,
        assigned_to: id(row, "assigned_to")?,
        assigned_to_name: row.get("assigned_to_name")?,
        assigned_team_id: id(row, "assigned_team_id")?,
        itil_impact: row.get("itil_impact")?,
        itil_urgency: row.get("itil_urgency")?,
        response_state: row.get("response_state")?,
        entered_by: id(row, "entered_by")?,
        entered_at: instant(row, "entered_at")?,
        updated_by: id(row, "updated_by")?,
        updated_at: instant(row, "updated_at")?,
        closed_by: id(row, "closed_by")?,
        closed_at: instant(row, "closed_at")?,
        due_date: instant(row, "due_date")?,
        sla_response_due_at: instant(row, "sla_response_due_at")?,
        sla_resolution_due_at: instant(row, "sla_resolution_due_at")?,
        version: Some(Version(row.get("version")?)),
    })
}

fn id<T: From<String>>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    Ok(row.get::<_, Option<String>>(column)?.map(T::from))
}

/// A time that may be absent.
pub(super) fn instant(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    row.get::<_, Option<i64>>(column)?.map(timestamp).transpose()
}

/// A stored time.
pub(super) fn timestamp(millisecond: i64) -> rusqlite::Result<Timestamp> {
    Timestamp::from_millisecond(millisecond)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Integer, Box::new(error)))
}

/// Writes a whole row with `sql`, which names the columns it wants as `:parameters`.
pub(super) fn write(
    db: &rusqlite::Connection,
    sql: &str,
    tenant: &callboard_model::TenantId,
    ticket: &Ticket,
) -> Result<usize> {
    let text = |value: Option<&str>| value.map(Arc::<str>::from);
    let at = |value: Option<Timestamp>| value.map(Timestamp::as_millisecond);
    Ok(db.prepare_cached(sql)?.execute(named_params! {
        ":tenant": tenant.as_str(),
        ":ticket_id": ticket.ticket_id.as_str(),
        ":ticket_number": &*ticket.ticket_number,
        ":title": &*ticket.title,
        ":board_id": text(ticket.board_id.as_ref().map(|id| id.as_str())),
        ":status_id": text(ticket.status_id.as_ref().map(|id| id.as_str())),
        ":priority_id": text(ticket.priority_id.as_ref().map(|id| id.as_str())),
        ":client_id": text(ticket.client_id.as_ref().map(|id| id.as_str())),
        ":contact_name_id": text(ticket.contact_name_id.as_ref().map(|id| id.as_str())),
        ":location_id": text(ticket.location_id.as_ref().map(|id| id.as_str())),
        ":category_id": text(ticket.category_id.as_ref().map(|id| id.as_str())),
        ":subcategory_id": text(ticket.subcategory_id.as_ref().map(|id| id.as_str())),
        ":assigned_to": text(ticket.assigned_to.as_ref().map(|id| id.as_str())),
        ":assigned_team_id": text(ticket.assigned_team_id.as_ref().map(|id| id.as_str())),
        ":itil_impact": ticket.itil_impact,
        ":itil_urgency": ticket.itil_urgency,
        ":response_state": text(ticket.response_state.as_deref()),
        ":due_date": at(ticket.due_date),
        ":entered_by": text(ticket.entered_by.as_ref().map(|id| id.as_str())),
        ":entered_at": at(ticket.entered_at),
        ":updated_by": text(ticket.updated_by.as_ref().map(|id| id.as_str())),
        ":updated_at": at(ticket.updated_at),
        ":is_closed": ticket.status_is_closed,
        ":closed_by": text(ticket.closed_by.as_ref().map(|id| id.as_str())),
        ":closed_at": at(ticket.closed_at),
        ":sla_response_due_at": at(ticket.sla_response_due_at),
        ":sla_resolution_due_at": at(ticket.sla_resolution_due_at),
        ":version": ticket.version.unwrap_or(Version(1)).0,
    })?)
}

/// A new row.
pub(super) const INSERT: &str = "\
    INSERT INTO tickets (tenant, ticket_id, ticket_number, title, board_id, status_id, priority_id, client_id, \
        contact_name_id, location_id, category_id, subcategory_id, assigned_to, assigned_team_id, itil_impact, \
        itil_urgency, response_state, due_date, entered_by, entered_at, updated_by, updated_at, is_closed, \
        closed_by, closed_at, sla_response_due_at, sla_resolution_due_at, version) \
    VALUES (:tenant, :ticket_id, :ticket_number, :title, :board_id, :status_id, :priority_id, :client_id, \
        :contact_name_id, :location_id, :category_id, :subcategory_id, :assigned_to, :assigned_team_id, \
        :itil_impact, :itil_urgency, :response_state, :due_date, :entered_by, :entered_at, :updated_by, \
        :updated_at, :is_closed, :closed_by, :closed_at, :sla_response_due_at, :sla_resolution_due_at, :version)";

/// An existing row, by its key. Names every column, because a parameter that is not named cannot be bound.
pub(super) const UPDATE: &str = "\
    UPDATE tickets SET ticket_number = :ticket_number, title = :title, board_id = :board_id, \
        status_id = :status_id, priority_id = :priority_id, client_id = :client_id, \
        contact_name_id = :contact_name_id, location_id = :location_id, category_id = :category_id, \
        subcategory_id = :subcategory_id, assigned_to = :assigned_to, assigned_team_id = :assigned_team_id, \
        itil_impact = :itil_impact, itil_urgency = :itil_urgency, response_state = :response_state, \
        due_date = :due_date, entered_by = :entered_by, entered_at = :entered_at, updated_by = :updated_by, \
        updated_at = :updated_at, is_closed = :is_closed, closed_by = :closed_by, closed_at = :closed_at, \
        sla_response_due_at = :sla_response_due_at, sla_resolution_due_at = :sla_resolution_due_at, \
        version = :version \
    WHERE tenant = :tenant AND ticket_id = :ticket_id";
