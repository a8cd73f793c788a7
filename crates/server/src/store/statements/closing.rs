//! Asks the rules of its board before a ticket is closed, and notes who closed one against them.
//!
//! **Invariant:** a ticket that was closed against a rule has a note that says by whom and why.

use callboard_model::{Person, TenantId, Ticket, TicketId, Version};

use super::agreements;
use crate::domain::Issue;
use crate::domain::close_rules::{CloseRules, Kept, Unmet, concern, unmet};
use crate::error::Result;
use crate::store::save::{Author, CloseOverride, Override, Refusal};
use crate::store::sql::{Row, Sql, cells};

/// Notes that are told of one ticket at most: of more, the newest.
const OVERRIDES_MAX: u32 = 20;

/// The rules that do not hold, and that the author sets aside: none where all hold.
pub(super) fn set_aside(
    db: &mut dyn Sql,
    author: &Author,
    before: &Ticket,
    after: &Ticket,
    overriding: Option<&Override>,
) -> Result<std::result::Result<Vec<Unmet>, Refusal>> {
    if !concern(before, after) {
        return Ok(Ok(Vec::new()));
    }
    let rules = agreements::close_rules(db, &author.tenant, after)?;
    let kept = kept(db, &author.tenant, after, &rules)?;
    let unmet = unmet(&rules, before, after, &kept);
    let refusal = match overriding {
        _ if unmet.is_empty() => return Ok(Ok(unmet)),
        None => Refusal::Invalid(unmet.into_iter().map(Issue::from).collect()),
        Some(_) if !author.access.overrides_close_rules() => {
            Refusal::Forbidden("Your role does not close tickets against the rules of their board")
        }
        Some(Override { reason: None }) => {
            let message = "Say why the ticket is closed against the rules of its board";
            Refusal::Invalid(vec![Issue::at("override_close_rules_reason", "custom", message)])
        }
        Some(Override { reason: Some(_) }) => return Ok(Ok(unmet)),
    };
    Ok(Err(refusal))
}

/// Notes that `author` closed the ticket with this version although these rules do not hold.
pub(super) fn note(
    db: &mut dyn Sql,
    author: &Author,
    ticket: &Ticket,
    version: Version,
    set_aside: &[Unmet],
    overriding: Option<&Override>,
) -> Result<()> {
    let Some(reason) = overriding.and_then(|overriding| overriding.reason.as_ref()) else { return Ok(()) };
    if set_aside.is_empty() {
        return Ok(());
    }
    let rules: Vec<_> = set_aside.iter().map(Unmet::rule).collect();
    db.execute(
        "INSERT INTO close_overrides (tenant, ticket_id, version, user_id, reason, rules, closed_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        cells![
            &author.tenant,
            &ticket.ticket_id,
            version,
            &author.person.user_id,
            reason,
            rules.join(","),
            author.now
        ],
    )
    .map(drop)
}

/// When a ticket was closed against the rules of its board, newest first.
pub(super) fn overrides(
    db: &mut dyn Sql,
    tenant: &TenantId,
    ticket: &TicketId,
) -> Result<Vec<CloseOverride>> {
    let rows = db.query(
        "SELECT o.version, o.user_id, u.first_name, u.last_name, o.closed_at, o.reason, o.rules \
         FROM close_overrides o LEFT JOIN users u ON u.tenant = o.tenant AND u.user_id = o.user_id \
         WHERE o.tenant = ?1 AND o.ticket_id = ?2 ORDER BY o.version DESC LIMIT ?3",
        cells![tenant, ticket, OVERRIDES_MAX],
    )?;
    rows.iter().map(one_override).collect()
}

fn one_override(row: &Row) -> Result<CloseOverride> {
    let name = |column| row.get::<Option<String>>(column).map(Option::unwrap_or_default);
    let (first, last) = (name("first_name")?, name("last_name")?);
    let rules: String = row.get("rules")?;
    Ok(CloseOverride {
        version: row.get("version")?,
        closed_by: Person {
            user_id: row.get("user_id")?,
            display_name: format!("{first} {last}").trim().into(),
        },
        closed_at: row.get("closed_at")?,
        reason: row.get("reason")?,
        rules: rules.split(',').map(str::to_owned).collect(),
    })
}

/// What is kept of the ticket beside its fields, as far as the rules ask. There are neither time entries nor checklists.
fn kept(db: &mut dyn Sql, tenant: &TenantId, ticket: &Ticket, rules: &CloseRules) -> Result<Kept> {
    let resolution_comment = rules.resolution_comment
        && db.exists(
            "SELECT 1 FROM comments WHERE tenant = ?1 AND ticket_id = ?2 AND is_resolution = 1 \
         AND deleted_at IS NULL LIMIT 1",
            cells![tenant, &ticket.ticket_id],
        )?;
    let mut kept = Kept { resolution_comment, ..Kept::default() };
    if !rules.children_closed {
        return Ok(kept);
    }
    // The children of a bundle that keeps step are closed by this very change.
    let open = db.row(
        "SELECT count(*) FROM tickets t WHERE t.tenant = ?1 AND t.master_ticket_id = ?2 AND t.is_closed = 0 \
         AND NOT EXISTS (SELECT 1 FROM bundles b WHERE b.tenant = ?1 AND b.ticket_id = ?2 AND b.mode = 'sync_updates')",
        cells![tenant, &ticket.ticket_id],
    )?;
    kept.open_children = open.map(|row| row.get(0)).transpose()?.unwrap_or_default();
    Ok(kept)
}
