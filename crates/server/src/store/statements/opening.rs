//! A new ticket.
//!
//! **Invariant:** its number is its company's next one, and no number is given twice.

use std::sync::Arc;

use callboard_model::{TenantId, Ticket};

use super::record::{Change, record};
use super::{details, facts, idempotency, save};
use crate::auth::Placement;
use crate::domain::difference;
use crate::domain::extras::Extras;
use crate::domain::open::open;
use crate::error::{Result, ServerError};
use crate::store::Limits;
use crate::store::save::{Attempt, Opening, Refusal, Saved};
use crate::store::sql::{Sql, cells};

/// What stands before a ticket's number.
const PREFIX: &str = "T-";

pub(in crate::store) fn open_one(
    db: &mut dyn Sql,
    opening: &Opening,
    limits: Limits,
) -> Result<Attempt<Saved>> {
    idempotency::once(db, &opening.author, |db| write(db, opening, limits))
}

fn write(db: &mut dyn Sql, opening: &Opening, limits: Limits) -> Result<std::result::Result<Saved, Refusal>> {
    let Opening { author, ticket, wish } = opening;
    let tenant = &author.tenant;
    let nothing = Ticket::blank(ticket.clone(), "".into());
    let mut facts = facts::collect(db, tenant, &nothing, &wish.fields)?;
    // What lies out of the writer's reach does not exist for them.
    facts.boards.retain(|board| author.access.boards.contain(board));
    facts.clients.retain(|client| author.access.reaches_client(Some(client)));
    let mut after = match open(&nothing, &wish.fields, &facts, &author.person.user_id, author.now) {
        Ok(after) => after,
        Err(issues) => return Ok(Err(Refusal::Invalid(issues))),
    };
    if !author.access.opens(&Placement::of(&after)) {
        return Ok(Err(Refusal::Forbidden("Your role does not open tickets here")));
    }
    after.ticket_number = next_number(db, tenant)?;
    let origin = if author.access.is_internal() { "api" } else { "client_portal" };
    let extras = Extras {
        source: Some(origin.to_owned()),
        ticket_origin: Some(origin.to_owned()),
        ..wish.extras.over(&Extras::default())
    };
    let beside: Vec<_> =
        difference::of_extras(&Extras::default(), &wish.extras).into_iter().map(|one| one.name).collect();
    let change = Change { beside: &beside, ..Change::by(author, None, Some(&after)) };
    let recorded = record(db, &change, limits)?
        .ok_or_else(|| ServerError::Unreadable("a new ticket holds nothing".to_owned()))?;
    details::write(db, tenant, ticket, &extras)?;
    let sheet = save::written(db, tenant, ticket)?;
    Ok(Ok(Saved { sheet, updated_fields: recorded.updated_fields, merged_over: Default::default() }))
}

/// The next number. The first time, the greatest number that the company has tells where to go on.
fn next_number(db: &mut dyn Sql, tenant: &TenantId) -> Result<Arc<str>> {
    if !db.exists("SELECT 1 FROM ticket_numbers WHERE tenant = ?1", cells![tenant])? {
        let newest = newest_number(db, tenant)?;
        db.execute(
            "INSERT INTO ticket_numbers (tenant, last_number) VALUES (?1, ?2) ON CONFLICT (tenant) DO NOTHING",
            cells![tenant, newest],
        )?;
    }
    let row = db.row(
        "UPDATE ticket_numbers SET last_number = last_number + 1 WHERE tenant = ?1 RETURNING last_number",
        cells![tenant],
    )?;
    let row = row.ok_or_else(|| ServerError::Unreadable("a tenant has no numbers".to_owned()))?;
    Ok(format!("{PREFIX}{}", row.get::<u64>(0)?).into())
}

fn newest_number(db: &mut dyn Sql, tenant: &TenantId) -> Result<u64> {
    // A longer number is a greater one.
    let rows = db.query(
        "SELECT ticket_number FROM tickets WHERE tenant = ?1 AND ticket_number LIKE ?2 \
         ORDER BY length(ticket_number) DESC, ticket_number DESC",
        cells![tenant, format!("{PREFIX}%")],
    )?;
    for row in rows {
        let number: String = row.get(0)?;
        if let Some(number) = number.strip_prefix(PREFIX).and_then(|digits| digits.parse().ok()) {
            return Ok(number);
        }
    }
    Ok(0)
}
