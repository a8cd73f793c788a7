//! The change of a ticket that exists, of one or of many.
//!
//! It exists to put the questions of a write in order: is it there, was it seen as it stands, is it allowed, and what
//! follows from it. What is written then, [`record`] writes.
//!
//! **Invariant:** everything that is refused is refused before the first statement that writes.

use std::convert::Infallible;

use callboard_model::{Person, TenantId, Ticket, TicketId, Version};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::record::{Change, Recorded, Told, record};
use super::{closing, copying, details, facts, idempotency, outbox};
use crate::auth::Placement;
use crate::domain::apply::apply;
use crate::domain::bundle;
use crate::domain::difference::{self, Difference};
use crate::domain::events::ticket::tags;
use crate::domain::stale::{History, LastChange, clashes};
use crate::error::{Result, ServerError};
use crate::store::Limits;
use crate::store::save::{Attempt, Author, Bulk, Each, Knew, Refusal, Save, Saved, Sheet, Stale, Wish};
use crate::store::sql::{Sql, cells};

/// A ticket to be written, or why not.
type Judged<T> = Result<std::result::Result<T, Refusal>>;

/// One ticket.
pub(in crate::store) fn one(db: &mut dyn Sql, save: &Save, limits: Limits) -> Result<Attempt<Saved>> {
    let Save { author, ticket, wish, knew } = save;
    idempotency::once(db, author, |db| change(db, author, ticket, wish, *knew, Told::Everybody, limits))
}

/// Many tickets, each by itself.
pub(in crate::store) fn many<T: Serialize + DeserializeOwned>(
    db: &mut dyn Sql,
    bulk: &Bulk,
    told: impl Fn(Each) -> T,
    limits: Limits,
) -> Result<Attempt<Vec<T>, Infallible>> {
    idempotency::once(db, &bulk.author, |db| {
        let each = change_each(db, bulk, limits)?;
        Ok(Ok(each.into_iter().map(told).collect()))
    })
}

fn change_each(db: &mut dyn Sql, bulk: &Bulk, limits: Limits) -> Result<Vec<Each>> {
    let told = if bulk.is_import { Told::Nobody } else { Told::Everybody };
    let mut each = Vec::with_capacity(bulk.tickets.len());
    for (ticket, seen) in &bulk.tickets {
        let knew = Knew { seen: *seen, exactly: None };
        let saved = change(db, &bulk.author, ticket, &bulk.wish, knew, told, limits)?;
        each.push((ticket.clone(), saved));
    }
    let has_changed = |(_, saved): &Each| saved.as_ref().is_ok_and(|saved| !saved.updated_fields.is_empty());
    if bulk.is_import && each.iter().any(has_changed) {
        outbox::add_many_changed(db, &bulk.author)?;
    }
    Ok(each)
}

fn change(
    db: &mut dyn Sql,
    author: &Author,
    ticket: &TicketId,
    wish: &Wish,
    knew: Knew,
    told: Told,
    limits: Limits,
) -> Judged<Saved> {
    let tenant = &author.tenant;
    let Some(before) = sheet(db, author, ticket)? else { return Ok(Err(Refusal::NotFound)) };
    let mut asked = difference::asked(&before.ticket, &wish.fields);
    let beside = difference::of_extras(&before.extras, &wish.extras);
    asked.extend(beside.iter().cloned());
    if let Some(refusal) = out_of_date(db, tenant, &before, asked, knew)? {
        return Ok(Err(refusal));
    }
    let mut facts = facts::collect(db, tenant, &before.ticket, &wish.fields)?;
    // A board that the writer does not see does not exist for them: nothing is moved out of sight.
    facts.boards.retain(|board| author.access.boards.contain(board));
    let user = &author.person.user_id;
    let mut after = match apply(&before.ticket, &wish.fields, &facts, user, author.now) {
        Ok(after) => after,
        Err(issues) => return Ok(Err(Refusal::Invalid(issues))),
    };
    let closer_is_known = match &wish.closing.by {
        Some(by) => facts::has_user(db, tenant, by)?,
        None => true,
    };
    if let Err(issues) = wish.closing.keep(&before.ticket, &mut after, author.now, closer_is_known) {
        return Ok(Err(Refusal::Invalid(issues)));
    }
    if let Some(refusal) = locked(&before.ticket, &after, wish) {
        return Ok(Err(refusal));
    }
    let overriding = wish.overriding.as_ref();
    let set_aside = match closing::set_aside(db, author, &before.ticket, &after, overriding)? {
        Ok(set_aside) => set_aside,
        Err(refusal) => return Ok(Err(refusal)),
    };
    // What follows from a field overwrites as much as what was sent.
    let all = difference::between(&before.ticket, &after);
    if let Some(refusal) = out_of_date(db, tenant, &before, all, knew)? {
        return Ok(Err(refusal));
    }
    let names: Vec<_> = beside.iter().map(|one| one.name).collect();
    let extras = wish.extras.over(&before.extras);
    let retagged = tags(tenant, &after, (&before.extras.tags, &extras.tags), author.now);
    let change = Change {
        beside: &names,
        happened: retagged.as_slice(),
        told,
        ..Change::by(author, Some(&before.ticket), Some(&after))
    };
    let recorded = record(db, &change, limits)?;
    if let Some(recorded) = &recorded {
        closing::note(db, author, &after, recorded.version, &set_aside, overriding)?;
    }
    if !names.is_empty() {
        details::write(db, tenant, ticket, &extras)?;
    }
    copying::copy_down(db, author, (&before.ticket, &after), told, limits)?;
    answer(db, tenant, before, recorded)
}

/// Why the change of a bundled ticket is its master's business, if it is.
fn locked(before: &Ticket, after: &Ticket, wish: &Wish) -> Option<Refusal> {
    before.master_ticket_id.as_ref()?;
    let issues = bundle::locked(before, after, &wish.fields);
    (!issues.is_empty()).then_some(Refusal::Invalid(issues))
}

/// The ticket as it stands now, with what was done to it.
fn answer(db: &mut dyn Sql, tenant: &TenantId, before: Sheet, recorded: Option<Recorded>) -> Judged<Saved> {
    let merged_over = before.ticket.version.unwrap_or_default();
    let Some(Recorded { updated_fields, .. }) = recorded else {
        return Ok(Ok(Saved { sheet: before, updated_fields: Vec::new(), merged_over }));
    };
    let sheet = written(db, tenant, &before.ticket.ticket_id)?;
    Ok(Ok(Saved { sheet, updated_fields, merged_over }))
}

/// A ticket that was just written, as it is read.
pub(super) fn written(db: &mut dyn Sql, tenant: &TenantId, ticket: &TicketId) -> Result<Sheet> {
    details::sheet(db, tenant, ticket)?
        .ok_or_else(|| ServerError::Unreadable("a ticket vanished while it was written".to_owned()))
}

/// The ticket, if the author may change it.
fn sheet(db: &mut dyn Sql, author: &Author, ticket: &TicketId) -> Result<Option<Sheet>> {
    let sheet = details::sheet(db, &author.tenant, ticket)?;
    Ok(sheet.filter(|sheet| author.access.writes(&Placement::of(&sheet.ticket))))
}

/// Why the write comes too late, if it does.
fn out_of_date(
    db: &mut dyn Sql,
    tenant: &TenantId,
    before: &Sheet,
    differences: Vec<Difference>,
    knew: Knew,
) -> Result<Option<Refusal>> {
    let version = before.ticket.version.unwrap_or_default();
    if let Some(exactly) = knew.exactly.filter(|&exactly| exactly != version) {
        return Ok(Some(Refusal::NotExactly(against(db, tenant, before, differences, exactly)?)));
    }
    if let Some(seen) = knew.seen.filter(|&seen| seen < version) {
        let stale = against(db, tenant, before, differences, seen)?;
        if !stale.conflicts.is_empty() {
            return Ok(Some(Refusal::Stale(stale)));
        }
    }
    Ok(None)
}

/// What a writer who saw the version `seen` would overwrite with these differences.
pub(super) fn against(
    db: &mut dyn Sql,
    tenant: &TenantId,
    before: &Sheet,
    differences: Vec<Difference>,
    seen: Version,
) -> Result<Box<Stale>> {
    let history = history(db, tenant, &before.ticket.ticket_id)?;
    Ok(Box::new(Stale { current: before.clone(), conflicts: clashes(differences, seen, &history) }))
}

fn history(db: &mut dyn Sql, tenant: &TenantId, ticket: &TicketId) -> Result<History> {
    let rows = db.query(
        "SELECT field, version, user_id, display_name, changed_at FROM field_changes \
         WHERE tenant = ?1 AND ticket_id = ?2",
        cells![tenant, ticket],
    )?;
    let last = |row: &crate::store::sql::Row| -> Result<(String, LastChange)> {
        let by = Person { user_id: row.get("user_id")?, display_name: row.get("display_name")? };
        Ok((row.get("field")?, LastChange { version: row.get("version")?, by, at: row.get("changed_at")? }))
    };
    rows.iter().map(last).collect()
}
