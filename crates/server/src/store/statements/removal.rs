//! A ticket is no more.
//!
//! It exists so that what hangs on a ticket goes with it, in the same transaction, and one list says what that is.
//!
//! **Invariant:** nothing that names a deleted ticket is left where a reader would look it up.

use callboard_model::{TenantId, Ticket, TicketId};

use super::record::{Change, record};
use super::save::against;
use super::{bundling, details, idempotency};
use crate::auth::Placement;
use crate::domain::difference;
use crate::error::Result;
use crate::store::Limits;
use crate::store::save::{Attempt, Refusal, Removal};
use crate::store::sql::{Sql, cells};

/// Tables whose rows go with their ticket, each before those that it refers to.
const GO_WITH_IT: &[&str] = &[
    "comment_reactions",
    "comments",
    "bundles",
    "close_overrides",
    "field_changes",
    "ticket_tags",
    "ticket_details",
];

pub(in crate::store) fn remove(db: &mut dyn Sql, removal: &Removal, limits: Limits) -> Result<Attempt<()>> {
    let Removal { author, ticket, knew } = removal;
    idempotency::once(db, author, |db| {
        let before = details::sheet(db, &author.tenant, ticket)?;
        let before = before.filter(|sheet| author.access.deletes(&Placement::of(&sheet.ticket)));
        let Some(before) = before else { return Ok(Err(Refusal::NotFound)) };
        // To delete a ticket is to overwrite all of it, also what is no value: a comment, or that a field was cleared.
        let nothing = Ticket::blank(ticket.clone(), "".into());
        let all = difference::between(&before.ticket, &nothing);
        let version = before.ticket.version.unwrap_or_default();
        if let Some(exactly) = knew.exactly.filter(|&exactly| exactly != version) {
            let stale = against(db, &author.tenant, &before, all, exactly)?;
            return Ok(Err(Refusal::NotExactly(stale)));
        }
        if let Some(seen) = knew.seen.filter(|&seen| seen < version) {
            return Ok(Err(Refusal::Stale(against(db, &author.tenant, &before, all, seen)?)));
        }
        bundling::withdraw(db, author, &before.ticket, limits)?;
        record(db, &Change::by(author, Some(&before.ticket), None), limits)?;
        Ok(Ok(()))
    })
}

/// Takes away the row and everything that hangs on it.
pub(super) fn rows(db: &mut dyn Sql, tenant: &TenantId, ticket: &TicketId) -> Result<()> {
    for table in GO_WITH_IT.iter().chain(&["tickets"]) {
        db.execute(
            &format!("DELETE FROM {table} WHERE tenant = ?1 AND ticket_id = ?2"),
            cells![tenant, ticket],
        )?;
    }
    Ok(())
}
