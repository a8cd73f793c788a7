//! The outbox: hints written with the change they tell of, until they are relayed (LT-2).
//!
//! **Invariant:** an entry is only ever added in the transaction of its change, and never altered.

use callboard_model::{Field, Hint, Person, TenantId, TicketId, Timestamp};

use super::flags;
use crate::auth::Placement;
use crate::error::{Result, ServerError};
use crate::store::flags::Flag;
use crate::store::save::Author;
use crate::store::sql::{Conditions, Row, Sql, cells};
use crate::store::{MANY, OutboxEntry};

/// Adds a hint; of a tenant without a live layer nothing is told (LT-20).
pub(in crate::store) fn add(
    db: &mut dyn Sql,
    tenant: &TenantId,
    ticket: &TicketId,
    hint: &Hint,
    (was, is): (Option<&Placement>, Option<&Placement>),
) -> Result<()> {
    let json = serde_json::to_string(hint).map_err(|error| ServerError::Unreadable(error.to_string()))?;
    if !flags::is_on(db, tenant, Flag::LiveTicketUpdates)? {
        return Ok(());
    }
    db.execute(
        "INSERT INTO outbox (tenant, ticket_id, hint, board_was, client_was, board_id, client_id) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        cells![
            tenant,
            ticket,
            json,
            was.and_then(|at| at.board.as_ref()),
            was.and_then(|at| at.client.as_ref()),
            is.and_then(|at| at.board.as_ref()),
            is.and_then(|at| at.client.as_ref())
        ],
    )?;
    db.ring();
    Ok(())
}

/// Adds the one hint that follows many changes of which nobody was told (LT-18). It names no ticket, and no place in the
/// feed, so that whoever hears it reads the feed from where they are; and no session, so that nobody takes it for an echo.
pub(super) fn add_many_changed(db: &mut dyn Sql, author: &Author) -> Result<()> {
    let hint = Hint {
        updated_fields: Vec::new(),
        updated_by: author.person.clone(),
        updated_at: author.now,
        ticket_id: None,
        version: None,
        seq: None,
        origin_session: None,
    };
    add(db, &author.tenant, &MANY.into(), &hint, (None, None))
}

/// The oldest entries. One that does not read becomes a hint about everything, dated `now`: it must not hold up those
/// behind it, and whoever hears it asks REST.
pub(in crate::store) fn pending(db: &mut dyn Sql, limit: u32, now: Timestamp) -> Result<Vec<OutboxEntry>> {
    let rows = db.query("SELECT * FROM outbox ORDER BY seq LIMIT ?1", cells![limit])?;
    rows.iter().map(|row| entry(row, now)).collect()
}

fn entry(row: &Row, now: Timestamp) -> Result<OutboxEntry> {
    let (seq, ticket): (u64, TicketId) = (row.get("seq")?, row.get("ticket_id")?);
    let hint = serde_json::from_str(&row.get::<String>("hint")?).unwrap_or_else(|error| {
        tracing::error!(seq, %error, "a hint in the outbox does not read; readers are told that all changed");
        all_changed(&ticket, now)
    });
    Ok(OutboxEntry {
        seq,
        tenant: row.get("tenant")?,
        ticket,
        hint,
        was: placement(row, "board_was", "client_was")?,
        is: placement(row, "board_id", "client_id")?,
    })
}

/// `None` where nothing is said: the ticket was not there yet, or is no more.
fn placement(row: &Row, board: &str, client: &str) -> Result<Option<Placement>> {
    let at = Placement { board: row.get(board)?, client: row.get(client)? };
    Ok(Some(at).filter(|at| *at != Placement::default()))
}

/// Every field may have changed, and nobody knows by whom.
fn all_changed(ticket: &TicketId, now: Timestamp) -> Hint {
    Hint {
        updated_fields: Field::ALL.iter().map(|field| field.name().into()).collect(),
        updated_by: Person { user_id: "".into(), display_name: "".into() },
        updated_at: now,
        ticket_id: Some(ticket.clone()),
        version: None,
        seq: None,
        origin_session: None,
    }
}

/// How many wait.
pub(in crate::store) fn len(db: &mut dyn Sql) -> Result<u64> {
    let rows = db.query("SELECT count(*) AS waiting FROM outbox", cells![])?;
    rows.first().map_or(Ok(0), |row| row.get("waiting"))
}

/// Takes these out. Not "up to the last of them": where several write at once, a smaller number may be committed later.
pub(in crate::store) fn sent(db: &mut dyn Sql, seqs: &[u64]) -> Result<()> {
    let mut these = Conditions::none();
    these.any_of("seq", seqs.iter().copied());
    db.execute(&format!("DELETE FROM outbox WHERE {}", these.sql()), these.values())?;
    Ok(())
}
