//! Who is in a bundle and how it behaves, written.
//!
//! **Invariant:** a master has at least one child: with its last one the bundle ends.

use callboard_model::{TenantId, Ticket, TicketId};

use super::comments::{Judged, beside};
use super::record::{Change, record};
use super::{bundles, details, idempotency, tickets};
use crate::auth::Placement;
use crate::domain::Issue;
use crate::domain::bundle::{self, Settings, Standing};
use crate::error::{Result, ServerError};
use crate::store::Limits;
use crate::store::bundles::{Bundle, Join, Rearrange};
use crate::store::comments::Ground;
use crate::store::save::{Attempt, Author, Refusal, Sheet, Stale};
use crate::store::sql::{Sql, cells};

/// The name under which hints and change records tell a master's readers that its bundle is another.
const BUNDLE: &str = "bundle";
/// The name under which they tell of a ticket that got another master, or none.
const MASTER: &str = "master_ticket_id";

/// The ticket on the ground, if the author may change it.
fn ground(db: &mut dyn Sql, at: &Ground) -> Judged<Sheet> {
    let sheet = details::sheet(db, &at.author.tenant, &at.ticket)?;
    let sheet = sheet.filter(|sheet| at.author.access.writes(&Placement::of(&sheet.ticket)));
    let Some(sheet) = sheet else { return Ok(Err(Refusal::NotFound)) };
    if at.exactly.is_some_and(|exactly| Some(exactly) != sheet.ticket.version) {
        return Ok(Err(Refusal::NotExactly(Box::new(Stale { current: sheet, conflicts: Vec::new() }))));
    }
    Ok(Ok(sheet))
}

pub(in crate::store) fn join(db: &mut dyn Sql, join: &Join, limits: Limits) -> Result<Attempt<Bundle>> {
    let at = &join.ground;
    let tenant = &at.author.tenant;
    idempotency::once(db, &at.author, |db| {
        let sheet = match ground(db, at)? {
            Ok(sheet) => sheet,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let master = &sheet.ticket;
        let standing = bundles::standing(db, tenant, master)?;
        if join.begin.is_none() && standing != Standing::Master {
            return Ok(Err(no_bundle()));
        }
        let candidates = match candidates(db, at, &join.children)? {
            Ok(candidates) => candidates,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let known: Vec<_> =
            candidates.iter().map(|(one, standing)| (one.ticket_id.clone(), standing.clone())).collect();
        let size = bundles::children(db, tenant, &master.ticket_id)?.len();
        let joining = match bundle::join((&master.ticket_id, &standing), size, &known) {
            Ok(joining) => joining,
            Err(issues) => return Ok(Err(Refusal::Invalid(issues))),
        };
        let settings = bundles::settings(db, tenant, &master.ticket_id)?;
        let settled = Settings { mode: join.begin.unwrap_or_default(), ..settings.unwrap_or_default() };
        let changes =
            !joining.is_empty() || (join.begin.is_some() && settings.is_some_and(|now| now != settled));
        if join.begin.is_some() && (settings.is_some() || !joining.is_empty()) {
            settle(db, tenant, &master.ticket_id, settled)?;
        }
        for (child, _) in candidates.iter().filter(|(one, _)| joining.contains(&one.ticket_id)) {
            let current = fresh(db, &at.author, &child.ticket_id)?;
            if current.master_ticket_id.is_none() {
                place_below(db, &at.author, &current, Some(&master.ticket_id), limits)?;
            }
        }
        if changes {
            beside(db, at, &sheet, BUNDLE, limits)?;
        }
        seen(db, at)
    })
}

fn no_bundle() -> Refusal {
    Refusal::Invalid(vec![Issue::at("id", "bundle_missing", "The ticket is not the master of a bundle")])
}

/// The tickets that shall join, or which of them there are not for the author.
fn candidates(db: &mut dyn Sql, at: &Ground, children: &[TicketId]) -> Judged<Vec<(Ticket, Standing)>> {
    let (mut found, mut issues) = (Vec::new(), Vec::new());
    for (place, child) in children.iter().enumerate() {
        let ticket = tickets::get(db, &at.author.tenant, child)?;
        match ticket.filter(|ticket| at.author.access.writes(&Placement::of(ticket))) {
            Some(ticket) => {
                let standing = bundles::standing(db, &at.author.tenant, &ticket)?;
                found.push((ticket, standing));
            }
            None => issues.push(Issue::in_list("child_ticket_ids", place, "custom", "Unknown ticket")),
        }
    }
    Ok(if issues.is_empty() { Ok(found) } else { Err(Refusal::Invalid(issues)) })
}

pub(in crate::store) fn rearrange(
    db: &mut dyn Sql,
    at: &Ground,
    what: &Rearrange,
    limits: Limits,
) -> Result<Attempt<Bundle>> {
    let (author, tenant) = (&at.author, &at.author.tenant);
    idempotency::once(db, author, |db| {
        let sheet = match ground(db, at)? {
            Ok(sheet) => sheet,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let master = &sheet.ticket.ticket_id;
        let Some(settings) = bundles::settings(db, tenant, master)? else { return Ok(Err(no_bundle())) };
        let refused = match what {
            Rearrange::Dissolve => {
                release(db, author, master, limits)?;
                beside(db, at, &sheet, BUNDLE, limits)?;
                None
            }
            Rearrange::Leave(child) => leave(db, at, &sheet, child, limits)?,
            Rearrange::Promote(chosen) => promote(db, at, &sheet, (chosen, settings), limits)?,
            Rearrange::Settle { mode, reopen_on_child_reply } => {
                let settled = Settings {
                    mode: mode.unwrap_or(settings.mode),
                    reopen_on_child_reply: reopen_on_child_reply.unwrap_or(settings.reopen_on_child_reply),
                };
                if settled != settings {
                    settle(db, tenant, master, settled)?;
                    beside(db, at, &sheet, BUNDLE, limits)?;
                }
                None
            }
        };
        match refused {
            Some(refusal) => Ok(Err(refusal)),
            None => seen(db, at),
        }
    })
}

fn leave(
    db: &mut dyn Sql,
    at: &Ground,
    sheet: &Sheet,
    child: &TicketId,
    limits: Limits,
) -> Result<Option<Refusal>> {
    let (tenant, master) = (&at.author.tenant, &sheet.ticket.ticket_id);
    let children = bundles::children(db, tenant, master)?;
    let within_reach = |one: &&Ticket| at.author.access.writes(&Placement::of(one));
    let Some(leaving) = children.iter().find(|one| one.ticket_id == *child).filter(within_reach) else {
        return Ok(Some(Refusal::NotFound));
    };
    place_below(db, &at.author, leaving, None, limits)?;
    if children.len() == 1 {
        end(db, &at.author, master)?;
    }
    beside(db, at, sheet, BUNDLE, limits)?;
    Ok(None)
}

fn promote(
    db: &mut dyn Sql,
    at: &Ground,
    sheet: &Sheet,
    (chosen, settings): (&TicketId, Settings),
    limits: Limits,
) -> Result<Option<Refusal>> {
    let (author, master) = (&at.author, &sheet.ticket.ticket_id);
    let children = bundles::children(db, &author.tenant, master)?;
    let ids: Vec<_> = children.iter().map(|child| child.ticket_id.clone()).collect();
    let below = match bundle::promote(master, &ids, chosen) {
        Ok(below) => below,
        Err(issues) => return Ok(Some(Refusal::Invalid(issues))),
    };
    if !children.iter().any(|one| one.ticket_id == *chosen && author.access.writes(&Placement::of(one))) {
        return Ok(Some(Refusal::NotFound));
    }
    end(db, author, master)?;
    settle(db, &author.tenant, chosen, settings)?;
    let risen = fresh(db, author, chosen)?;
    place_below(db, author, &risen, None, limits)?;
    for ticket in below {
        let ticket = fresh(db, author, &ticket)?;
        place_below(db, author, &ticket, Some(chosen), limits)?;
    }
    Ok(None)
}

/// Frees all children of a master, and ends its bundle.
pub(super) fn release(db: &mut dyn Sql, author: &Author, master: &TicketId, limits: Limits) -> Result<()> {
    for child in bundles::children(db, &author.tenant, master)? {
        place_below(db, author, &child, None, limits)?;
    }
    end(db, author, master)
}

/// Takes a ticket that is to be no more out of its bundle, and its children with it.
pub(super) fn withdraw(db: &mut dyn Sql, author: &Author, ticket: &Ticket, limits: Limits) -> Result<()> {
    release(db, author, &ticket.ticket_id, limits)?;
    let Some(master) = &ticket.master_ticket_id else { return Ok(()) };
    let master = fresh(db, author, master)?;
    if bundles::children(db, &author.tenant, &master.ticket_id)?.len() == 1 {
        end(db, author, &master.ticket_id)?;
    }
    let change = Change::by(author, Some(&master), Some(&master));
    record(db, &Change { beside: &[BUNDLE], ..change }, limits).map(drop)
}

/// Gives a ticket another master, or none, and tells of it.
fn place_below(
    db: &mut dyn Sql,
    author: &Author,
    ticket: &Ticket,
    master: Option<&TicketId>,
    limits: Limits,
) -> Result<()> {
    let after = Ticket { master_ticket_id: master.cloned(), ..ticket.clone() };
    let change = Change::by(author, Some(ticket), Some(&after));
    record(db, &Change { beside: &[MASTER], ..change }, limits).map(drop)
}

/// A ticket of a bundle as it stands now: it may have been written a moment ago.
fn fresh(db: &mut dyn Sql, author: &Author, ticket: &TicketId) -> Result<Ticket> {
    tickets::get(db, &author.tenant, ticket)?
        .ok_or_else(|| ServerError::Unreadable("a ticket of a bundle is not there".to_owned()))
}

/// Says how the bundle of this master behaves; with that it is one.
pub(super) fn settle(
    db: &mut dyn Sql,
    tenant: &TenantId,
    master: &TicketId,
    settings: Settings,
) -> Result<()> {
    db.execute(
        "INSERT INTO bundles (tenant, ticket_id, mode, reopen_on_child_reply) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (tenant, ticket_id) DO UPDATE SET mode = excluded.mode, \
             reopen_on_child_reply = excluded.reopen_on_child_reply",
        cells![tenant, master, settings.mode.name(), settings.reopen_on_child_reply],
    )
    .map(drop)
}

fn end(db: &mut dyn Sql, author: &Author, master: &TicketId) -> Result<()> {
    let sql = "DELETE FROM bundles WHERE tenant = ?1 AND ticket_id = ?2";
    db.execute(sql, cells![&author.tenant, master]).map(drop)
}

/// How the bundle looks from the ticket on the ground now.
fn seen(db: &mut dyn Sql, at: &Ground) -> Judged<Bundle> {
    let found = bundles::around(db, &at.author.tenant, &at.ticket, &at.author.access)?;
    found.map(Ok).ok_or_else(|| ServerError::Unreadable("a ticket vanished while it was written".to_owned()))
}
