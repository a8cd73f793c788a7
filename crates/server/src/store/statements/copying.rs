//! What the change of one ticket of a bundle does to the others.
//!
//! It exists so that it happens in the transaction of that change, whichever way it came (LT-7).
//!
//! **Invariant:** every ticket that really changes is recorded once, and no other is.

use callboard_model::{BoardId, Field, TenantId, Ticket, Value};

use super::record::{Change, Told, record};
use super::{bundles, facts, tickets};
use crate::domain::Wanted;
use crate::domain::apply::apply;
use crate::domain::bundle::{self, LOCKED, Mode, StatusChoice};
use crate::domain::comment::AuthorKind;
use crate::error::Result;
use crate::store::Limits;
use crate::store::save::Author;
use crate::store::sql::{Sql, cells};

/// Copies to the children what a save changed in their master; `after` was written a moment ago.
pub(super) fn copy_down(
    db: &mut dyn Sql,
    author: &Author,
    (before, after): (&Ticket, &Ticket),
    told: Told,
    limits: Limits,
) -> Result<()> {
    if LOCKED.iter().all(|&field| before.value(field) == after.value(field)) {
        return Ok(());
    }
    let settings = bundles::settings(db, &author.tenant, &after.ticket_id)?;
    if settings.is_none_or(|settings| settings.mode != Mode::SyncUpdates) {
        return Ok(());
    }
    let Some(after) = &tickets::get(db, &author.tenant, &after.ticket_id)? else { return Ok(()) };
    for child in bundles::children(db, &author.tenant, &after.ticket_id)? {
        let choices = choices(db, &author.tenant, child.board_id.as_ref())?;
        let wanted = bundle::copied(before, after, &child, &choices);
        follow(db, author, &child, &wanted, Some(after), told, limits)?;
    }
    Ok(())
}

/// Opens the master of `child` again, where its bundle wants that after such a comment, and all that follows from it.
pub(super) fn reopen_master(
    db: &mut dyn Sql,
    author: &Author,
    child: &Ticket,
    (kind, is_internal): (AuthorKind, bool),
    limits: Limits,
) -> Result<()> {
    let Some(master) = &child.master_ticket_id else { return Ok(()) };
    let (tenant, settings) = (&author.tenant, bundles::settings(db, &author.tenant, master)?);
    let Some(before) = tickets::get(db, tenant, master)? else { return Ok(()) };
    let settings = settings.unwrap_or_default();
    if !bundle::reopens(settings, before.status_is_closed, kind, is_internal) {
        return Ok(());
    }
    let choices = choices(db, tenant, before.board_id.as_ref())?;
    let Some(status) = bundle::reopened_status(&choices) else { return Ok(()) };
    let wanted = Wanted::from([(Field::Status, Value::from(status.id.as_str()))]);
    follow(db, author, &before, &wanted, None, Told::Everybody, limits)?;
    let Some(after) = tickets::get(db, tenant, master)? else { return Ok(()) };
    copy_down(db, author, (&before, &after), Told::Everybody, limits)
}

/// Changes a ticket because another one changed. What the rules refuse here was allowed there: the ticket stays as it
/// was, and the save that it followed from is not undone.
fn follow(
    db: &mut dyn Sql,
    author: &Author,
    before: &Ticket,
    wanted: &Wanted,
    master: Option<&Ticket>,
    told: Told,
    limits: Limits,
) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let facts = facts::collect(db, &author.tenant, before, wanted)?;
    let mut after = match apply(before, wanted, &facts, &author.person.user_id, author.now) {
        Ok(after) => after,
        Err(issues) => {
            tracing::warn!(ticket = %before.ticket_id, issues = issues.len(), "a bundled ticket could not follow");
            return Ok(());
        }
    };
    if let Some(master) = master {
        bundle::share_closing_books(master, &mut after);
    }
    record(db, &Change { told, ..Change::by(author, Some(before), Some(&after)) }, limits).map(drop)
}

/// The statuses of a board in its order.
fn choices(db: &mut dyn Sql, tenant: &TenantId, board: Option<&BoardId>) -> Result<Vec<StatusChoice>> {
    let rows = db.query(
        "SELECT status_id, name, is_closed, is_default FROM statuses \
         WHERE tenant = ?1 AND board_id = ?2 ORDER BY order_number, status_id",
        cells![tenant, board],
    )?;
    let choice = |row: &crate::store::sql::Row| {
        Ok(StatusChoice {
            id: row.get("status_id")?,
            name: row.get("name")?,
            is_closed: row.get("is_closed")?,
            is_default: row.get("is_default")?,
        })
    };
    rows.iter().map(choice).collect()
}
