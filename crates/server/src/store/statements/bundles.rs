//! Bundles, read.
//!
//! **Invariant:** nothing here writes.

use std::sync::LazyLock;

use callboard_model::{TenantId, Ticket, TicketId};

use super::{columns, tickets};
use crate::auth::{Access, Placement};
use crate::domain::bundle::{Mode, Settings, Standing};
use crate::error::{Result, ServerError};
use crate::store::bundles::Bundle;
use crate::store::sql::{Sql, cells};

/// The children of a master.
static SELECT_CHILDREN: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{}WHERE t.tenant = ?1 AND t.master_ticket_id = ?2 ORDER BY t.entered_at, t.ticket_id",
        columns::SELECT
    )
});

/// How the bundle of this master behaves; `None` for a ticket that is no master.
pub(super) fn settings(db: &mut dyn Sql, tenant: &TenantId, master: &TicketId) -> Result<Option<Settings>> {
    let found = db.row(
        "SELECT mode, reopen_on_child_reply FROM bundles WHERE tenant = ?1 AND ticket_id = ?2",
        cells![tenant, master],
    )?;
    let Some(row) = found else { return Ok(None) };
    let mode: String = row.get("mode")?;
    let mode =
        Mode::from_name(&mode).ok_or_else(|| ServerError::Unreadable(format!("bundle mode {mode:?}")))?;
    Ok(Some(Settings { mode, reopen_on_child_reply: row.get("reopen_on_child_reply")? }))
}

/// The children of this ticket, the oldest first.
pub(super) fn children(db: &mut dyn Sql, tenant: &TenantId, master: &TicketId) -> Result<Vec<Ticket>> {
    db.query(&SELECT_CHILDREN, cells![tenant, master])?.iter().map(columns::ticket).collect()
}

/// Where a ticket stands among bundles.
pub(super) fn standing(db: &mut dyn Sql, tenant: &TenantId, ticket: &Ticket) -> Result<Standing> {
    if let Some(master) = &ticket.master_ticket_id {
        return Ok(Standing::ChildOf(master.clone()));
    }
    let is_master = settings(db, tenant, &ticket.ticket_id)?.is_some();
    Ok(if is_master { Standing::Master } else { Standing::Alone })
}

/// The bundle around a ticket, as far as it is within reach; `None` where there is no such ticket.
pub(in crate::store) fn around(
    db: &mut dyn Sql,
    tenant: &TenantId,
    ticket: &TicketId,
    access: &Access,
) -> Result<Option<Bundle>> {
    let within_reach = |ticket: &Ticket| access.reads(&Placement::of(ticket));
    let Some(found) = tickets::get(db, tenant, ticket)?.filter(within_reach) else { return Ok(None) };
    let alone = Bundle { ticket: ticket.clone(), master: None, settings: None, children: Vec::new() };
    let master = match &found.master_ticket_id {
        Some(master) => tickets::get(db, tenant, master)?,
        None => Some(found),
    };
    let Some(master) = master else { return Ok(Some(alone)) };
    let Some(settings) = settings(db, tenant, &master.ticket_id)? else { return Ok(Some(alone)) };
    let children = children(db, tenant, &master.ticket_id)?.into_iter().filter(within_reach).collect();
    let master = Some(master).filter(within_reach);
    Ok(Some(Bundle { settings: Some(settings), master, children, ..alone }))
}
