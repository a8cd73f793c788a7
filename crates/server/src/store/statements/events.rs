//! The event log: what is told of a change, written with it (EV-3).
//!
//! **Invariant:** an event is only ever added in the transaction of its change; one that does not fit the catalogue is
//! this server's mistake, is said in the log, and is not told.

use callboard_catalog::{Actor, Circumstances, enrich};
use callboard_model::{ChangeId, Person, SessionId, SocketId, TenantId, TicketId, Timestamp};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::domain::events::Happening;
use crate::error::{Result, ServerError};
use crate::store::Limits;
use crate::store::events::{EventQuery, Events, Told};
use crate::store::save::Author;
use crate::store::sql::{Conditions, Row, Sql, cells};

/// Of what is told, and by whose doing.
#[derive(Clone, Copy)]
pub(in crate::store) struct Occasion<'a> {
    /// In whose house.
    pub(in crate::store) tenant: &'a TenantId,
    /// By whom; by nobody where time did it.
    pub(in crate::store) actor: Option<&'a Person>,
    /// At which console.
    pub(in crate::store) origin: Option<&'a SessionId>,
    /// With which socket open.
    pub(in crate::store) socket: Option<&'a SocketId>,
    /// In which request, if somebody asked for it.
    pub(in crate::store) change: Option<&'a ChangeId>,
    /// When.
    pub(in crate::store) now: Timestamp,
    /// The ticket that it is about, if it is one.
    pub(in crate::store) ticket: Option<&'a TicketId>,
    /// Whether nothing of it happened.
    pub(in crate::store) is_simulated: bool,
}

impl<'a> Occasion<'a> {
    /// What `author` does, of no ticket.
    pub(in crate::store) fn of(author: &'a Author) -> Self {
        Self {
            tenant: &author.tenant,
            actor: Some(&author.person),
            origin: author.origin.as_ref(),
            socket: author.socket.as_ref(),
            change: Some(&author.change),
            now: author.now,
            ticket: None,
            is_simulated: false,
        }
    }
}

/// Adds events in their order, and says under which names.
pub(in crate::store) fn add(
    db: &mut dyn Sql,
    occasion: Occasion<'_>,
    happenings: Vec<Happening>,
    limits: Limits,
) -> Result<Vec<String>> {
    let mut names = Vec::with_capacity(happenings.len());
    for happening in happenings {
        names.push(add_one(db, occasion, happening)?);
    }
    if !names.is_empty() {
        let newest = newest(db, occasion.tenant)?;
        db.execute(
            "DELETE FROM events WHERE tenant = ?1 AND seq <= ?2",
            cells![occasion.tenant, newest.saturating_sub(limits.changes_kept)],
        )?;
        db.ring();
    }
    Ok(names)
}

fn add_one(db: &mut dyn Sql, occasion: Occasion<'_>, happening: Happening) -> Result<String> {
    let Occasion { tenant, actor, now, ticket, .. } = occasion;
    let circumstances = Circumstances {
        tenant: tenant.as_str().to_owned(),
        at: now.to_string(),
        actor: actor.map_or(Actor::System, |actor| Actor::User(actor.user_id.as_str().to_owned())),
    };
    let event = happening.event;
    let payload = Json::Object(enrich(happening.payload, &circumstances)).to_string();
    let seq = next_number(db, tenant)?;
    let name = name(tenant, seq);
    db.execute(
        "INSERT INTO events (tenant, seq, event_id, event_type, ticket_id, occurred_at, payload, is_simulated, \
             actor_id, origin_session, socket_id, change_id) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        cells![
            tenant,
            seq,
            &name,
            event.as_str(),
            ticket,
            now,
            payload,
            occasion.is_simulated,
            actor.map(|actor| &actor.user_id),
            occasion.origin,
            occasion.socket,
            occasion.change
        ],
    )?;
    Ok(name)
}

/// The name of an event follows from its place: told again, it is the same.
fn name(tenant: &TenantId, seq: u64) -> String {
    let hash =
        Sha256::new().chain_update("event").chain_update(tenant.as_str()).chain_update(seq.to_be_bytes());
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

fn next_number(db: &mut dyn Sql, tenant: &TenantId) -> Result<u64> {
    let sql = "UPDATE tenants SET last_event = last_event + 1 WHERE tenant = ?1 RETURNING last_event";
    let row = db.row(sql, cells![tenant])?;
    row.ok_or_else(|| ServerError::Unreadable("a tenant is missing".to_owned()))?.get(0)
}

/// Where the log ends.
pub(in crate::store) fn newest(db: &mut dyn Sql, tenant: &TenantId) -> Result<u64> {
    let newest = db.row("SELECT last_event FROM tenants WHERE tenant = ?1", cells![tenant])?;
    newest.map_or(Ok(0), |row| row.get(0))
}

/// The oldest event that the log still has; where it has none, the one that comes next.
pub(in crate::store) fn oldest(db: &mut dyn Sql, tenant: &TenantId) -> Result<u64> {
    let oldest = db.row("SELECT min(seq) AS oldest FROM events WHERE tenant = ?1", cells![tenant])?;
    match oldest.map(|row| row.get::<Option<u64>>("oldest")).transpose()?.flatten() {
        Some(oldest) => Ok(oldest),
        None => Ok(newest(db, tenant)? + 1),
    }
}

/// A page of the log; `None` when it no longer reaches back so far.
pub(in crate::store) fn list(
    db: &mut dyn Sql,
    tenant: &TenantId,
    query: &EventQuery,
    limits: Limits,
) -> Result<Option<Events>> {
    let newest = newest(db, tenant)?;
    if query.since > newest || (query.since > 0 && query.since < newest.saturating_sub(limits.changes_kept)) {
        return Ok(None);
    }
    let mut conditions = Conditions::of("tenant", tenant);
    conditions.and("seq > ?", [query.since.into()]);
    if !query.types.is_empty() {
        conditions.any_of("event_type", query.types.iter().map(|event| event.as_str()));
    }
    if let Some(ticket) = &query.ticket {
        conditions.and("ticket_id = ?", [ticket.into()]);
    }
    let limit = conditions.place(query.limit.into());
    let order = if query.newest_first { "DESC" } else { "ASC" };
    let sql = format!("SELECT * FROM events WHERE {} ORDER BY seq {order} LIMIT {limit}", conditions.sql());
    let told = db.query(&sql, conditions.values())?.iter().map(told).collect::<Result<Vec<_>>>()?;
    let is_full = u32::try_from(told.len()).unwrap_or(u32::MAX) >= query.limit;
    let next = told.last().filter(|_| is_full && !query.newest_first).map_or(newest, |last| last.seq);
    Ok(Some(Events { told, next, has_more: next < newest }))
}

fn told(row: &Row) -> Result<Told> {
    let payload: String = row.get("payload")?;
    Ok(Told {
        seq: row.get("seq")?,
        event_id: row.get("event_id")?,
        event_type: row.get("event_type")?,
        occurred_at: row.get("occurred_at")?,
        payload: serde_json::from_str(&payload)
            .map_err(|error| ServerError::Unreadable(format!("events: {error}")))?,
        simulated: row.get("is_simulated")?,
        tenant: row.get("tenant")?,
        ticket: row.get("ticket_id")?,
        actor: row.get("actor_id")?,
        origin: row.get("origin_session")?,
        socket: row.get("socket_id")?,
        change: row.get("change_id")?,
    })
}
