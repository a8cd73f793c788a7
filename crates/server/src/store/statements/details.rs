//! What is kept of a ticket beside its fields.
//!
//! It exists in tables of its own so that the rows of a board stay small.
//!
//! **Invariant:** a ticket without a row here has nothing beside its fields, and that is not an error.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::{ContactId, TenantId, TicketId};

use super::{closing, tickets};
use crate::domain::extras::Extras;
use crate::error::{Result, ServerError};
use crate::store::save::{Reachable, Sheet};
use crate::store::sql::{Conditions, Sql, cells};

/// A ticket with everything that is kept of it.
pub(in crate::store) fn sheet(
    db: &mut dyn Sql,
    tenant: &TenantId,
    ticket: &TicketId,
) -> Result<Option<Sheet>> {
    let Some(found) = tickets::get(db, tenant, ticket)? else { return Ok(None) };
    let contact = match &found.contact_name_id {
        Some(contact) => reachable(db, tenant, contact)?,
        None => None,
    };
    let extras = extras(db, tenant, ticket)?;
    Ok(Some(Sheet { ticket: found, extras, contact, overrides: closing::overrides(db, tenant, ticket)? }))
}

fn reachable(db: &mut dyn Sql, tenant: &TenantId, contact: &ContactId) -> Result<Option<Reachable>> {
    let row = db.row(
        "SELECT email, phone_number FROM contacts WHERE tenant = ?1 AND contact_name_id = ?2",
        cells![tenant, contact],
    )?;
    row.map(|row| Ok(Reachable { email: row.get("email")?, phone_number: row.get("phone_number")? }))
        .transpose()
}

fn extras(db: &mut dyn Sql, tenant: &TenantId, ticket: &TicketId) -> Result<Extras> {
    let row = db.row(
        "SELECT url, attributes, source, ticket_origin FROM ticket_details WHERE tenant = ?1 AND ticket_id = ?2",
        cells![tenant, ticket],
    )?;
    let mut extras = Extras::default();
    if let Some(row) = row {
        extras.url = row.get("url")?;
        extras.attributes = serde_json::from_str(&row.get::<String>("attributes")?)
            .map_err(|error| ServerError::Unreadable(format!("attributes: {error}")))?;
        extras.source = row.get("source")?;
        extras.ticket_origin = row.get("ticket_origin")?;
    }
    extras.tags = tags(db, tenant, std::slice::from_ref(ticket))?.remove(ticket).unwrap_or_default();
    Ok(extras)
}

/// The tags of these tickets; those that have none are not in it.
pub(in crate::store) fn tags(
    db: &mut dyn Sql,
    tenant: &TenantId,
    tickets: &[TicketId],
) -> Result<BTreeMap<TicketId, BTreeSet<String>>> {
    let mut these = Conditions::of("tenant", tenant);
    these.any_of("ticket_id", tickets);
    let sql = format!("SELECT ticket_id, tag FROM ticket_tags WHERE {}", these.sql());
    let mut all = BTreeMap::<_, BTreeSet<_>>::new();
    for row in db.query(&sql, these.values())? {
        all.entry(row.get("ticket_id")?).or_default().insert(row.get("tag")?);
    }
    Ok(all)
}

/// Writes what stands beside the fields, over what stood there.
pub(super) fn write(db: &mut dyn Sql, tenant: &TenantId, ticket: &TicketId, extras: &Extras) -> Result<()> {
    let attributes = serde_json::to_string(&extras.attributes)
        .map_err(|error| ServerError::Unreadable(format!("attributes: {error}")))?;
    db.execute(
        "INSERT INTO ticket_details (tenant, ticket_id, url, attributes, source, ticket_origin) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT (tenant, ticket_id) DO UPDATE SET url = excluded.url, attributes = excluded.attributes",
        cells![
            tenant,
            ticket,
            extras.url.as_ref(),
            attributes,
            extras.source.as_ref(),
            extras.ticket_origin.as_ref()
        ],
    )?;
    db.execute("DELETE FROM ticket_tags WHERE tenant = ?1 AND ticket_id = ?2", cells![tenant, ticket])?;
    for tag in &extras.tags {
        db.execute(
            "INSERT INTO ticket_tags (tenant, ticket_id, tag) VALUES (?1, ?2, ?3)",
            cells![tenant, ticket, tag],
        )?;
    }
    Ok(())
}
