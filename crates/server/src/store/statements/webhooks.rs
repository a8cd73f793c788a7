//! Webhooks in the database.
//!
//! **Invariant:** a secret leaves by [`one`] and [`due`] alone, for who signs with it.

use callboard_catalog::EventType;
use callboard_model::{TenantId, Timestamp, WebhookId};

use super::{events, idempotency};
use crate::domain::Issue;
use crate::error::{Result, ServerError};
use crate::store::members::Unwritten;
use crate::store::save::{Attempt, Author};
use crate::store::sql::{Conditions, Row, Sql, cells};
use crate::store::webhooks::{NewWebhook, Progress, State, WEBHOOKS_MAX, Webhook, WebhookEntry, WebhookUrl};

pub(in crate::store) fn list(db: &mut dyn Sql, tenant: &TenantId) -> Result<Vec<WebhookEntry>> {
    entries(db, Conditions::of("tenant", tenant))
}

fn entries(db: &mut dyn Sql, these: Conditions<'_>) -> Result<Vec<WebhookEntry>> {
    let sql = format!(
        "SELECT webhook_id, name, url, event_types, created_at, created_by, failures, next_try_at, last_tried_at, \
             last_outcome, disabled_at \
         FROM webhooks WHERE {} ORDER BY created_at, webhook_id",
        these.sql()
    );
    db.query(&sql, these.values())?.iter().map(entry).collect()
}

fn entry(row: &Row) -> Result<WebhookEntry> {
    let disabled_at: Option<Timestamp> = row.get("disabled_at")?;
    Ok(WebhookEntry {
        webhook_id: row.get("webhook_id")?,
        name: row.get("name")?,
        url: WebhookUrl(row.get("url")?),
        event_types: types(row)?,
        created_at: row.get("created_at")?,
        created_by: row.get("created_by")?,
        is_active: disabled_at.is_none(),
        failures: row.get("failures")?,
        next_try_at: row.get("next_try_at")?,
        last_tried_at: row.get("last_tried_at")?,
        last_outcome: row.get("last_outcome")?,
        disabled_at,
    })
}

/// The kinds that one is sent. A name that the catalogue has no more is left out.
fn types(row: &Row) -> Result<Vec<EventType>> {
    let names: String = row.get("event_types")?;
    Ok(names.split(',').filter_map(|name| name.parse().ok()).collect())
}

pub(in crate::store) fn one(db: &mut dyn Sql, tenant: &TenantId, id: &WebhookId) -> Result<Option<Webhook>> {
    let row = db.row("SELECT * FROM webhooks WHERE tenant = ?1 AND webhook_id = ?2", cells![tenant, id])?;
    row.as_ref().map(webhook).transpose()
}

fn webhook(row: &Row) -> Result<Webhook> {
    Ok(Webhook {
        tenant: row.get("tenant")?,
        id: row.get("webhook_id")?,
        url: WebhookUrl(row.get("url")?),
        event_types: types(row)?,
        secret: row.get::<String>("secret")?.into(),
        place: row.get("place")?,
        failures: row.get("failures")?,
    })
}

/// Those for which something waits, of all companies: there are at most [`WEBHOOKS_MAX`] of each.
pub(in crate::store) fn due(db: &mut dyn Sql, now: Timestamp) -> Result<Vec<Webhook>> {
    let rows = db.query(
        "SELECT w.* FROM webhooks w JOIN tenants t ON t.tenant = w.tenant \
         WHERE w.disabled_at IS NULL AND w.place < t.last_event AND coalesce(w.next_try_at, 0) <= ?1 \
         ORDER BY w.tenant, w.webhook_id",
        cells![now],
    )?;
    rows.iter().map(webhook).collect()
}

pub(in crate::store) fn add(
    db: &mut dyn Sql,
    author: &Author,
    new: &NewWebhook,
) -> Result<Attempt<WebhookEntry, Unwritten>> {
    idempotency::once(db, author, |db| {
        let tenant = &author.tenant;
        let there = db.row("SELECT count(*) FROM webhooks WHERE tenant = ?1", cells![tenant])?;
        if there.map(|row| row.get::<u64>(0)).transpose()?.unwrap_or_default() >= WEBHOOKS_MAX {
            let issue = Issue::at("url", "custom", "There are too many webhooks: take some away");
            return Ok(Err(Unwritten::Invalid(vec![issue])));
        }
        let types: Vec<_> = new.event_types.iter().map(|event| event.as_str()).collect();
        let place = events::newest(db, tenant)?;
        db.execute(
            "INSERT INTO webhooks (tenant, webhook_id, name, url, event_types, secret, created_at, created_by, place) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            cells![
                tenant,
                &new.id,
                &new.name,
                &new.url.0,
                types.join(","),
                new.secret.reveal(),
                author.now,
                &author.person.user_id,
                place
            ],
        )?;
        written(db, author, &new.id)
    })
}

pub(in crate::store) fn turn(
    db: &mut dyn Sql,
    author: &Author,
    id: &WebhookId,
    on: bool,
) -> Result<Attempt<WebhookEntry, Unwritten>> {
    idempotency::once(db, author, |db| {
        let tenant = &author.tenant;
        let Some(there) = one(db, tenant, id)? else { return Ok(Err(Unwritten::NotFound)) };
        if on {
            let place = there.place.max(events::oldest(db, tenant)?.saturating_sub(1));
            db.execute(
                "UPDATE webhooks SET disabled_at = NULL, failures = 0, next_try_at = NULL, place = ?3 \
                 WHERE tenant = ?1 AND webhook_id = ?2",
                cells![tenant, id, place],
            )?;
            // What waited for it goes out now.
            db.ring();
        } else {
            db.execute(
                "UPDATE webhooks SET disabled_at = coalesce(disabled_at, ?3), next_try_at = NULL \
                 WHERE tenant = ?1 AND webhook_id = ?2",
                cells![tenant, id, author.now],
            )?;
        }
        written(db, author, id)
    })
}

fn written(
    db: &mut dyn Sql,
    author: &Author,
    id: &WebhookId,
) -> Result<std::result::Result<WebhookEntry, Unwritten>> {
    let mut this = Conditions::of("tenant", &author.tenant);
    this.and("webhook_id = ?", [id.into()]);
    let entry = entries(db, this)?.pop();
    entry.map(Ok).ok_or_else(|| ServerError::Unreadable("a webhook vanished while it was written".to_owned()))
}

pub(in crate::store) fn remove(
    db: &mut dyn Sql,
    author: &Author,
    id: &WebhookId,
) -> Result<Attempt<(), Unwritten>> {
    idempotency::once(db, author, |db| {
        let sql = "DELETE FROM webhooks WHERE tenant = ?1 AND webhook_id = ?2";
        let gone = db.execute(sql, cells![&author.tenant, id])?;
        Ok(if gone > 0 { Ok(()) } else { Err(Unwritten::NotFound) })
    })
}

/// Notes what became of a try. One that was taken away meanwhile is not there to be noted.
pub(in crate::store) fn tried(
    db: &mut dyn Sql,
    tenant: &TenantId,
    id: &WebhookId,
    progress: &Progress,
) -> Result<()> {
    let Progress { at, outcome, state } = progress;
    let (place, failures, next, disabled) = match *state {
        State::At(place) => (Some(place), 0, None, None),
        State::Again(failures, next) => (None, failures, Some(next), None),
        State::Disabled(failures) => (None, failures, None, Some(*at)),
    };
    db.execute(
        "UPDATE webhooks SET place = coalesce(?3, place), failures = ?4, next_try_at = ?5, \
             disabled_at = coalesce(disabled_at, ?6), \
             last_tried_at = coalesce(?7, last_tried_at), last_outcome = coalesce(?8, last_outcome) \
         WHERE tenant = ?1 AND webhook_id = ?2",
        cells![tenant, id, place, failures, next, disabled, outcome.as_ref().map(|_| *at), outcome.as_ref()],
    )?;
    Ok(())
}
