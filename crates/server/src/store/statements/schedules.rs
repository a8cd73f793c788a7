//! Reading the schedule.
//!
//! It exists so that every entry that is read is held against who asks, in one place.
//!
//! **Invariant:** no entry is given out without its sight, and a hidden one is not given out.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::{EntryId, Person, TenantId, UserId};

use crate::auth::{Access, Caller, Placement};
use crate::domain::schedule::plan::SPAN_MAX;
use crate::domain::schedule::sight::Sight;
use crate::domain::schedule::{Entry, Work, WorkKind};
use crate::error::{Result, ServerError};
use crate::store::save::Author;
use crate::store::schedules::{Assigned, ENTRIES_MAX, EntryQuery, Seen};
use crate::store::sql::{Conditions, Row, Sql, contains};

/// Who looks.
pub(in crate::store) struct Eyes<'a> {
    user: &'a UserId,
    access: &'a Access,
}

impl<'a> From<&'a Caller> for Eyes<'a> {
    fn from(caller: &'a Caller) -> Self {
        Self { user: &caller.user, access: &caller.access }
    }
}

impl<'a> From<&'a Author> for Eyes<'a> {
    fn from(author: &'a Author) -> Self {
        Self { user: &author.person.user_id, access: &author.access }
    }
}

/// An entry with the ticket that is worked on, where it still exists.
const SELECT: &str = "\
    SELECT e.entry_id, e.title, e.scheduled_start, e.scheduled_end, e.work_item_type, e.work_item_id, e.notes, \
        e.is_private, e.status, e.recurrence_pattern, e.created_by, e.created_at, e.updated_by, e.updated_by_name, \
        e.updated_at, e.version, t.title AS ticket_title, t.board_id, t.client_id \
    FROM schedule_entries e \
    LEFT JOIN tickets t ON t.tenant = e.tenant AND e.work_item_type = 'ticket' AND t.ticket_id = e.work_item_id";

/// Only entries of this person.
const OF_USER: &str = "EXISTS (SELECT 1 FROM schedule_assignees a \
    WHERE a.tenant = e.tenant AND a.entry_id = e.entry_id AND a.user_id = ?)";

/// The entries that the caller sees, earliest first, and whether there are more than fit.
pub(in crate::store) fn list(
    db: &mut dyn Sql,
    caller: &Caller,
    query: &EntryQuery,
) -> Result<(Vec<Seen>, bool)> {
    let mut conditions = Conditions::of("e.tenant", &caller.tenant);
    let bounds = [
        ("e.scheduled_start >= ?", query.starts_from),
        ("e.scheduled_end <= ?", query.ends_by),
        ("e.scheduled_end > ?", query.from),
        // No entry is longer, so nothing that began before can still go on: the index need not look further back.
        ("e.scheduled_start >= ?", query.from.and_then(|from| from.checked_sub(SPAN_MAX).ok())),
        ("e.scheduled_start < ?", query.to),
    ];
    for (condition, bound) in bounds {
        if let Some(bound) = bound {
            conditions.and(condition, [bound.into()]);
        }
    }
    if let Some(user) = &query.user {
        conditions.and(OF_USER, [user.into()]);
    }
    if let Some(work) = &query.work {
        conditions.and("e.work_item_id = ?", [work.into()]);
    }
    if let Some(search) = &query.search {
        let pattern = contains(search);
        conditions.and(
            "(lower(e.title) LIKE lower(?) ESCAPE '\\' OR lower(e.notes) LIKE lower(?) ESCAPE '\\')",
            [pattern.clone().into(), pattern.into()],
        );
    }
    if !caller.access.plans_schedules() {
        conditions.and(OF_USER, [(&caller.user).into()]);
    }
    let limit = conditions.place((ENTRIES_MAX + 1).into());
    let sql = format!(
        "{SELECT} WHERE {} ORDER BY e.scheduled_start DESC, e.entry_id DESC LIMIT {limit}",
        conditions.sql()
    );
    let mut rows = db.query(&sql, conditions.values())?;
    let max = usize::try_from(ENTRIES_MAX).unwrap_or(usize::MAX);
    let has_more = rows.len() > max;
    rows.truncate(max);
    rows.reverse();
    let mut seen = seen(db, &caller.tenant, &rows, &caller.into())?;
    if query.search.is_some() {
        // To be found by words is to have them read out.
        seen.retain(|one| one.sight == Sight::Whole);
    }
    Ok((seen, has_more))
}

/// One entry, if these eyes see it.
pub(in crate::store) fn visible(
    db: &mut dyn Sql,
    tenant: &TenantId,
    entry: &EntryId,
    eyes: &Eyes<'_>,
) -> Result<Option<Seen>> {
    let mut conditions = Conditions::of("e.tenant", tenant);
    conditions.and("e.entry_id = ?", [entry.into()]);
    let rows = db.query(&format!("{SELECT} WHERE {}", conditions.sql()), conditions.values())?;
    Ok(seen(db, tenant, &rows, eyes)?.pop())
}

/// What wants the same people at the same time.
pub(in crate::store) fn conflicts(
    db: &mut dyn Sql,
    caller: &Caller,
    entry: &EntryId,
) -> Result<Option<Vec<Seen>>> {
    let Some(one) = visible(db, &caller.tenant, entry, &caller.into())? else { return Ok(None) };
    let query = EntryQuery { from: Some(one.entry.start), to: Some(one.entry.end), ..EntryQuery::default() };
    let (mut others, _) = list(db, caller, &query)?;
    others.retain(|other| one.entry.clashes_with(&other.entry));
    Ok(Some(others))
}

/// These rows as these eyes see them.
fn seen(db: &mut dyn Sql, tenant: &TenantId, rows: &[Row], eyes: &Eyes<'_>) -> Result<Vec<Seen>> {
    let ids = rows.iter().map(|row| row.get("entry_id")).collect::<Result<Vec<EntryId>>>()?;
    let mut assigned = assigned(db, tenant, &ids)?;
    let mut all = Vec::with_capacity(rows.len());
    for (row, id) in rows.iter().zip(&ids) {
        let one = one(row, assigned.remove(id).unwrap_or_default(), eyes)?;
        if one.sight != Sight::Hidden {
            all.push(one);
        }
    }
    Ok(all)
}

fn one(row: &Row, assigned: Vec<Assigned>, eyes: &Eyes<'_>) -> Result<Seen> {
    let entry = entry(row, assigned.iter().map(|one| one.user_id.clone()).collect())?;
    let ticket: Option<String> = row.get("ticket_title")?;
    let place = Placement { board: row.get("board_id")?, client: row.get("client_id")? };
    // A ticket that is no more hides nothing.
    let reaches_work = ticket.is_none() || eyes.access.reads(&place);
    let sight = entry.sight(eyes.access, eyes.user, reaches_work);
    Ok(Seen { entry, sight, assigned, work_title: ticket.filter(|_| reaches_work) })
}

fn entry(row: &Row, assigned: BTreeSet<UserId>) -> Result<Entry> {
    let kind: String = row.get("work_item_type")?;
    let kind = WorkKind::from_name(&kind)
        .ok_or_else(|| ServerError::Unreadable(format!("kind of work {kind:?}")))?;
    Ok(Entry {
        id: row.get("entry_id")?,
        title: row.get("title")?,
        start: row.get("scheduled_start")?,
        end: row.get("scheduled_end")?,
        work: Work { kind, id: row.get("work_item_id")? },
        notes: row.get("notes")?,
        is_private: row.get("is_private")?,
        status: row.get("status")?,
        recurrence: row.get("recurrence_pattern")?,
        assigned,
        created_by: row.get("created_by")?,
        created_at: row.get("created_at")?,
        updated_by: Person { user_id: row.get("updated_by")?, display_name: row.get("updated_by_name")? },
        updated_at: row.get("updated_at")?,
        version: row.get("version")?,
    })
}

fn assigned(
    db: &mut dyn Sql,
    tenant: &TenantId,
    entries: &[EntryId],
) -> Result<BTreeMap<EntryId, Vec<Assigned>>> {
    let mut conditions = Conditions::of("a.tenant", tenant);
    conditions.any_of("a.entry_id", entries);
    let sql = format!(
        "SELECT a.entry_id, u.user_id, u.first_name, u.last_name, u.email FROM schedule_assignees a \
         JOIN users u ON u.tenant = a.tenant AND u.user_id = a.user_id \
         WHERE {} ORDER BY u.first_name, u.last_name, u.user_id",
        conditions.sql()
    );
    let mut all = BTreeMap::<_, Vec<_>>::new();
    for row in db.query(&sql, conditions.values())? {
        all.entry(row.get("entry_id")?).or_default().push(Assigned {
            user_id: row.get("user_id")?,
            first_name: row.get("first_name")?,
            last_name: row.get("last_name")?,
            email: row.get("email")?,
        });
    }
    Ok(all)
}
