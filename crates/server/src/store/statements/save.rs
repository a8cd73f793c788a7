//! The transaction of a write: row, field changes, change feed, hint, and the answer under its key.
//!
//! It exists so that all of it is on disk or none: no hint without its row, no row without its hint (LT-2).
//!
//! **Invariant:** everything that is refused is refused before the first statement that writes.

use std::collections::BTreeMap;
use std::sync::Arc;

use callboard_model::rest::Stale;
use callboard_model::{Field, Hint, Person, TenantId, Ticket, TicketId, Version};

use super::{changes, columns, facts, idempotency, outbox, tickets};
use crate::auth::Placement;
use crate::domain::apply::{apply, updated_fields};
use crate::domain::stale::{LastChange, clashes};
use crate::error::{Result, ServerError};
use crate::store::Limits;
use crate::store::save::{Outcome, Save, Saved};
use crate::store::sql::{Sql, cells};

pub(in crate::store) fn save(db: &mut dyn Sql, save: &Save, limits: Limits) -> Result<Outcome> {
    if let Some(key) = &save.key {
        match idempotency::recall(db, save, key)? {
            idempotency::Recalled::Nothing => {}
            idempotency::Recalled::Same(answer) => return Ok(Outcome::Replayed(answer)),
            idempotency::Recalled::Other => return Ok(Outcome::KeyReused),
        }
    }
    let Some(before) = tickets::get(db, &save.tenant, &save.ticket)? else { return Ok(Outcome::NotFound) };
    if !save.access.writes(&Placement::of(&before)) {
        return Ok(Outcome::NotFound);
    }
    let version = before.version.unwrap_or_default();
    if let Some(refused) = out_of_date(db, save, &before, version)? {
        return Ok(refused);
    }
    let mut facts = facts::collect(db, &save.tenant, &before, &save.wanted)?;
    // A board that the writer does not see does not exist for them: nothing is moved out of sight.
    facts.boards.retain(|board| save.access.boards.contain(board));
    let mut after = match apply(&before, &save.wanted, &facts, &save.actor.user_id, save.now) {
        Ok(after) => after,
        Err(issues) => return Ok(Outcome::Invalid(issues)),
    };
    let fields = updated_fields(&before, &after);
    let ticket = if fields.is_empty() {
        before
    } else {
        after.version = Some(Version(version.0 + 1));
        after.updated_at = Some(save.now);
        after.updated_by = Some(save.actor.user_id.clone());
        record(db, save, (&before, &after), &fields, limits)?;
        tickets::get(db, &save.tenant, &save.ticket)?
            .ok_or_else(|| ServerError::Unreadable("a ticket vanished while it was written".to_owned()))?
    };
    let saved = Saved { ticket, updated_fields: names(&fields), merged_over: version };
    if let Some(key) = &save.key {
        idempotency::remember(db, save, key, &saved)?;
    }
    Ok(Outcome::Saved(Box::new(saved)))
}

fn names(fields: &[Field]) -> Vec<Arc<str>> {
    fields.iter().map(|field| field.name().into()).collect()
}

/// Why the write comes too late, if it does.
fn out_of_date(db: &mut dyn Sql, save: &Save, before: &Ticket, version: Version) -> Result<Option<Outcome>> {
    let mut against = |seen| -> Result<Box<Stale>> {
        let history = history(db, &save.tenant, &save.ticket)?;
        let conflicts = clashes(before, &save.wanted, seen, &history);
        Ok(Box::new(Stale { current: before.clone(), conflicts }))
    };
    if let Some(exactly) = save.exactly.filter(|&exactly| exactly != version) {
        return Ok(Some(Outcome::NotExactly(against(exactly)?)));
    }
    if let Some(seen) = save.seen.filter(|&seen| seen < version) {
        let stale = against(seen)?;
        if !stale.conflicts.is_empty() {
            return Ok(Some(Outcome::Stale(stale)));
        }
    }
    Ok(None)
}

fn history(db: &mut dyn Sql, tenant: &TenantId, ticket: &TicketId) -> Result<BTreeMap<Field, LastChange>> {
    let rows = db.query(
        "SELECT field, version, user_id, display_name, changed_at FROM field_changes \
         WHERE tenant = ?1 AND ticket_id = ?2",
        cells![tenant, ticket],
    )?;
    let mut history = BTreeMap::new();
    for row in rows {
        let name: String = row.get("field")?;
        let field =
            Field::from_name(&name).ok_or_else(|| ServerError::Unreadable(format!("field {name:?}")))?;
        let by = Person { user_id: row.get("user_id")?, display_name: row.get("display_name")? };
        let last = LastChange { version: row.get("version")?, by, at: row.get("changed_at")? };
        history.insert(field, last);
    }
    Ok(history)
}

fn record(
    db: &mut dyn Sql,
    save: &Save,
    (before, after): (&Ticket, &Ticket),
    fields: &[Field],
    limits: Limits,
) -> Result<()> {
    columns::update(db, &save.tenant, after)?;
    let version = after.version.unwrap_or_default();
    for field in fields {
        db.execute(
            "INSERT INTO field_changes (tenant, ticket_id, field, version, user_id, display_name, changed_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
             ON CONFLICT (tenant, ticket_id, field) DO UPDATE SET version = excluded.version, \
                 user_id = excluded.user_id, display_name = excluded.display_name, changed_at = excluded.changed_at",
            cells![
                &save.tenant,
                &save.ticket,
                field.name(),
                version,
                &save.actor.user_id,
                &save.actor.display_name,
                save.now
            ],
        )?;
    }
    let mut hint = Hint {
        updated_fields: names(fields),
        updated_by: save.actor.clone(),
        updated_at: save.now,
        ticket_id: Some(save.ticket.clone()),
        version: Some(version),
        seq: None,
        origin_session: save.origin.clone(),
    };
    let places = (&Placement::of(before), &Placement::of(after));
    hint.seq = Some(changes::append(db, &save.tenant, &save.ticket, version, &hint, places, limits)?);
    outbox::add(db, &save.tenant, &save.ticket, &hint)
}
