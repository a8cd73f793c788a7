//! Writing the schedule.
//!
//! It exists so that an entry, whose time it takes, the hint to its ticket's room and the answer under its key are one
//! transaction.
//!
//! **Invariant:** everything that is refused is refused before the first statement that writes.

use std::collections::BTreeSet;

use callboard_model::{TenantId, TicketId, Version};

use super::record::{Change, record};
use super::schedules::visible;
use super::{capacity, events, idempotency, tickets};
use crate::domain::events::{By, schedule as telling};
use crate::domain::schedule::plan::{self, Facts, Planner, Wanted};
use crate::domain::schedule::sight::{Sight, forbids};
use crate::domain::schedule::{Entry, WorkKind};
use crate::error::{Result, ServerError};
use crate::store::Limits;
use crate::store::save::{Attempt, Author, Knew};
use crate::store::schedules::{Cancelling, Planning, Seen, Unplanned};
use crate::store::sql::{Conditions, Sql, cells};

/// The name of the schedule among the fields of a ticket's hint.
const SCHEDULE: &[&str] = &["schedule"];

/// Adds an entry.
pub(in crate::store) fn add(
    db: &mut dyn Sql,
    planning: &Planning,
    limits: Limits,
) -> Result<Attempt<Seen, Unplanned>> {
    let author = &planning.author;
    idempotency::once(db, author, |db| {
        let facts = facts(db, author, None, &planning.wanted)?;
        let by = Planner { person: author.person.clone(), now: author.now };
        let entry = match plan::begin(planning.entry.clone(), &planning.wanted, &facts, &by) {
            Ok(entry) => entry,
            Err(issues) => return Ok(Err(Unplanned::Invalid(issues))),
        };
        let user = &author.person.user_id;
        if let Some(why) = forbids(&author.access, user, Sight::Whole, None, Some(&entry)) {
            return Ok(Err(Unplanned::Forbidden(why)));
        }
        insert(db, &author.tenant, &entry)?;
        happened(db, author, (None, Some(&entry)), limits)?;
        tell(db, author, entry.ticket(), limits)?;
        as_it_stands(db, author, &entry).map(Ok)
    })
}

/// Changes an entry. It is guarded as a whole: whoever saw an older version decides anew (RB-6).
pub(in crate::store) fn change(
    db: &mut dyn Sql,
    planning: &Planning,
    limits: Limits,
) -> Result<Attempt<Seen, Unplanned>> {
    let Planning { author, entry, wanted, knew } = planning;
    idempotency::once(db, author, |db| {
        let Some(before) = visible(db, &author.tenant, entry, &author.into())? else {
            return Ok(Err(Unplanned::NotFound));
        };
        if let Some(refusal) = out_of_date(&before, *knew) {
            return Ok(Err(refusal));
        }
        let facts = facts(db, author, Some(&before.entry), wanted)?;
        let mut after = match plan::change(&before.entry, wanted, &facts) {
            Ok(after) => after,
            Err(issues) => return Ok(Err(Unplanned::Invalid(issues))),
        };
        let (access, user) = (&author.access, &author.person.user_id);
        if let Some(why) = forbids(access, user, before.sight, Some(&before.entry), Some(&after)) {
            return Ok(Err(Unplanned::Forbidden(why)));
        }
        if before.entry.changed(&after).is_empty() {
            return Ok(Ok(before));
        }
        after.version = Version(before.entry.version.0 + 1);
        after.updated_at = author.now;
        after.updated_by = author.person.clone();
        update(db, &author.tenant, &after)?;
        happened(db, author, (Some(&before.entry), Some(&after)), limits)?;
        tell(db, author, before.entry.ticket().into_iter().chain(after.ticket()), limits)?;
        as_it_stands(db, author, &after).map(Ok)
    })
}

/// Takes an entry away.
pub(in crate::store) fn remove(
    db: &mut dyn Sql,
    cancelling: &Cancelling,
    limits: Limits,
) -> Result<Attempt<(), Unplanned>> {
    let Cancelling { author, entry, knew } = cancelling;
    idempotency::once(db, author, |db| {
        let Some(before) = visible(db, &author.tenant, entry, &author.into())? else {
            return Ok(Err(Unplanned::NotFound));
        };
        if let Some(refusal) = out_of_date(&before, *knew) {
            return Ok(Err(refusal));
        }
        let (access, user) = (&author.access, &author.person.user_id);
        if let Some(why) = forbids(access, user, before.sight, Some(&before.entry), None) {
            return Ok(Err(Unplanned::Forbidden(why)));
        }
        let key = cells![&author.tenant, entry];
        db.execute("DELETE FROM schedule_assignees WHERE tenant = ?1 AND entry_id = ?2", key)?;
        db.execute("DELETE FROM schedule_entries WHERE tenant = ?1 AND entry_id = ?2", key)?;
        happened(db, author, (Some(&before.entry), None), limits)?;
        tell(db, author, before.entry.ticket(), limits)?;
        Ok(Ok(()))
    })
}

fn out_of_date(before: &Seen, knew: Knew) -> Option<Unplanned> {
    let stands = before.entry.version;
    if knew.exactly.is_some_and(|exactly| exactly != stands) {
        return Some(Unplanned::NotExactly(Box::new(before.clone())));
    }
    knew.seen.is_some_and(|seen| seen < stands).then(|| Unplanned::Stale(Box::new(before.clone())))
}

/// What the domain has to know to judge a wish.
fn facts(db: &mut dyn Sql, author: &Author, before: Option<&Entry>, wanted: &Wanted) -> Result<Facts> {
    let mut facts = Facts::default();
    if let Some(assigned) = &wanted.assigned {
        let mut conditions = Conditions::of("tenant", &author.tenant);
        conditions.any_of("user_id", assigned);
        let sql = format!(
            "SELECT user_id FROM users WHERE {} AND is_inactive = 0 AND role <> 'client_portal'",
            conditions.sql()
        );
        let rows = db.query(&sql, conditions.values())?;
        facts.people = rows.iter().map(|row| row.get(0)).collect::<Result<_>>()?;
    }
    let kind = wanted.work_kind.or(before.map(|entry| entry.work.kind));
    let kept = before.and_then(|entry| entry.work.id.clone());
    if let Some(id) = wanted.work_id.clone().unwrap_or(kept).filter(|_| kind == Some(WorkKind::Ticket)) {
        let place = tickets::placement(db, &author.tenant, &id.into())?;
        facts.knows_ticket = place.is_some_and(|place| author.access.reads(&place));
    }
    Ok(facts)
}

/// Writes the events of a change of the schedule.
fn happened(
    db: &mut dyn Sql,
    author: &Author,
    (before, after): (Option<&Entry>, Option<&Entry>),
    limits: Limits,
) -> Result<()> {
    let by = By { user: &author.person.user_id, now: author.now };
    let told = telling::of_change(before, after, by);
    let ticket = after.or(before).and_then(Entry::ticket);
    let occasion = events::Occasion { ticket: ticket.as_ref(), ..events::Occasion::of(author) };
    events::add(db, occasion, told, limits)?;
    let crossed = capacity::crossed(db, &author.tenant, (before, after))?;
    let told = crossed.iter().map(|crossing| telling::at_capacity(crossing, by)).collect();
    // That a team is full is about no ticket, whichever one filled its day.
    events::add(db, events::Occasion::of(author), told, limits).map(drop)
}

/// Tells the rooms of these tickets that their schedule changed; each once, and only of tickets that exist.
fn tell(
    db: &mut dyn Sql,
    author: &Author,
    tickets: impl IntoIterator<Item = TicketId>,
    limits: Limits,
) -> Result<()> {
    for id in tickets.into_iter().collect::<BTreeSet<_>>() {
        if let Some(ticket) = tickets::get(db, &author.tenant, &id)? {
            let change = Change { beside: SCHEDULE, ..Change::by(author, Some(&ticket), Some(&ticket)) };
            record(db, &change, limits)?;
        }
    }
    Ok(())
}

/// The entry as its writer sees it now. One who gave it away may see it no more; the answer is still theirs.
fn as_it_stands(db: &mut dyn Sql, author: &Author, entry: &Entry) -> Result<Seen> {
    visible(db, &author.tenant, &entry.id, &author.into())?
        .ok_or_else(|| ServerError::Unreadable("an entry vanished while it was written".to_owned()))
}

/// Writes a new row with whose time it takes.
pub(in crate::store) fn insert(db: &mut dyn Sql, tenant: &TenantId, entry: &Entry) -> Result<()> {
    db.execute(
        "INSERT INTO schedule_entries (tenant, entry_id, title, scheduled_start, scheduled_end, work_item_type, \
             work_item_id, notes, is_private, status, recurrence_pattern, created_by, created_at, updated_by, \
             updated_by_name, updated_at, version) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
        cells![
            tenant,
            &entry.id,
            &entry.title,
            entry.start,
            entry.end,
            entry.work.kind.name(),
            entry.work.id.as_ref(),
            &entry.notes,
            entry.is_private,
            &entry.status,
            entry.recurrence.as_ref(),
            &entry.created_by,
            entry.created_at,
            &entry.updated_by.user_id,
            &entry.updated_by.display_name,
            entry.updated_at,
            entry.version,
        ],
    )?;
    assign(db, tenant, entry)
}

fn update(db: &mut dyn Sql, tenant: &TenantId, entry: &Entry) -> Result<()> {
    db.execute(
        "UPDATE schedule_entries SET title = ?3, scheduled_start = ?4, scheduled_end = ?5, work_item_type = ?6, \
             work_item_id = ?7, notes = ?8, is_private = ?9, status = ?10, recurrence_pattern = ?11, \
             updated_by = ?12, updated_by_name = ?13, updated_at = ?14, version = ?15 \
         WHERE tenant = ?1 AND entry_id = ?2",
        cells![
            tenant,
            &entry.id,
            &entry.title,
            entry.start,
            entry.end,
            entry.work.kind.name(),
            entry.work.id.as_ref(),
            &entry.notes,
            entry.is_private,
            &entry.status,
            entry.recurrence.as_ref(),
            &entry.updated_by.user_id,
            &entry.updated_by.display_name,
            entry.updated_at,
            entry.version,
        ],
    )?;
    let key = cells![tenant, &entry.id];
    db.execute("DELETE FROM schedule_assignees WHERE tenant = ?1 AND entry_id = ?2", key)?;
    assign(db, tenant, entry)
}

fn assign(db: &mut dyn Sql, tenant: &TenantId, entry: &Entry) -> Result<()> {
    for user in &entry.assigned {
        db.execute(
            "INSERT INTO schedule_assignees (tenant, entry_id, user_id) VALUES (?1, ?2, ?3)",
            cells![tenant, &entry.id, user],
        )?;
    }
    Ok(())
}
