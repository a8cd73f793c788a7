//! What a webhook is sent.
//!
//! It exists so that a receiver of the stock's webhooks reads ours: the same envelope, and the stock's name of an event
//! where it has one. All others go by the name of the catalogue.
//!
//! **Invariant:** no longer than [`BODY_MAX`], and without secrets.

use callboard_catalog::EventType;
use callboard_model::{TenantId, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::redact;
use crate::error::{Result, ServerError};
use crate::store::events::Told;

/// The longest body in bytes. Overflow: long values are cut out of it, see [`redact`].
pub(super) const BODY_MAX: usize = 64 * 1024;
/// What the envelope around the data may take of it.
const ENVELOPE: usize = 1024;
/// The event of which nothing happened but that somebody tried the webhook.
const TRIED: &str = "webhook.test";

/// The stock's names, and ours.
const STOCK: [(&str, &str); 6] = [
    ("ticket.created", "TICKET_CREATED"),
    ("ticket.updated", "TICKET_UPDATED"),
    ("ticket.status_changed", "TICKET_STATUS_CHANGED"),
    ("ticket.assigned", "TICKET_ASSIGNED"),
    ("ticket.closed", "TICKET_CLOSED"),
    ("ticket.comment.added", "TICKET_COMMENT_ADDED"),
];

/// One event, ready to be sent.
#[derive(Clone, Debug)]
pub struct Message {
    /// The name of the event: the same however often it is sent.
    pub event_id: String,
    /// What happened.
    pub event_type: String,
    /// What is sent.
    pub body: Vec<u8>,
}

#[derive(Serialize)]
struct Body<'a> {
    event_id: &'a str,
    event_type: &'a str,
    occurred_at: Timestamp,
    tenant_id: &'a TenantId,
    data: Value,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    simulated: bool,
}

impl Message {
    /// The message of an event.
    pub fn of(told: &Told) -> Result<Self> {
        let fits = |data: &Value| data.to_string().len() <= BODY_MAX - ENVELOPE;
        let data = redact::long_values(&redact::secrets(&told.payload), fits);
        let event_type = spoken(&told.event_type);
        Self::written(&Body {
            event_id: &told.event_id,
            event_type,
            occurred_at: told.occurred_at,
            tenant_id: &told.tenant,
            data,
            simulated: told.simulated,
        })
    }

    /// A message by which somebody tries whether one arrives.
    pub fn trial(tenant: &TenantId, now: Timestamp) -> Result<Self> {
        let event_id = Uuid::new_v4().to_string();
        let data = json!({ "message": "This webhook works." });
        Self::written(&Body {
            event_id: &event_id,
            event_type: TRIED,
            occurred_at: now,
            tenant_id: tenant,
            data,
            simulated: true,
        })
    }

    fn written(body: &Body<'_>) -> Result<Self> {
        let bytes = serde_json::to_vec(body).map_err(|error| ServerError::Unreadable(error.to_string()))?;
        Ok(Self { event_id: body.event_id.to_owned(), event_type: body.event_type.to_owned(), body: bytes })
    }
}

/// The stock's name of an event, or the catalogue's.
fn spoken(event_type: &str) -> &str {
    STOCK.iter().find(|(_, ours)| *ours == event_type).map_or(event_type, |(stock, _)| stock)
}

/// The event of this name, the stock's or the catalogue's.
#[must_use]
pub fn event_named(name: &str) -> Option<EventType> {
    let ours = STOCK.iter().find(|(stock, _)| *stock == name).map_or(name, |(_, ours)| ours);
    ours.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(event_type: &str, payload: Value) -> Told {
        Told {
            seq: 7,
            event_id: "e".to_owned(),
            event_type: event_type.to_owned(),
            occurred_at: "2026-11-21T10:00:00Z".parse().expect("a time"),
            payload,
            simulated: false,
            tenant: "t".into(),
            ticket: None,
            actor: None,
            origin: None,
            socket: None,
            change: None,
        }
    }

    #[test]
    fn a_body_is_the_stocks_and_names_the_event_as_the_stock_does() {
        let message =
            Message::of(&told("TICKET_CLOSED", json!({ "ticketId": "1", "token": "s" }))).expect("written");
        let body = String::from_utf8(message.body).expect("text");
        assert_eq!(
            body,
            r#"{"event_id":"e","event_type":"ticket.closed","occurred_at":"2026-11-21T10:00:00Z","tenant_id":"t","data":{"ticketId":"1","token":"[redacted]"}}"#
        );
        assert_eq!(
            Message::of(&told("TICKET_MERGED", json!({}))).expect("written").event_type,
            "TICKET_MERGED"
        );
    }

    #[test]
    fn every_name_of_the_stock_is_one_of_ours() {
        for (stock, ours) in STOCK {
            assert_eq!(event_named(stock).map(EventType::as_str), Some(ours));
            assert_eq!(event_named(ours).map(EventType::as_str), Some(ours));
        }
        assert_eq!(event_named("ticket.exploded"), None);
    }

    #[test]
    fn no_body_is_longer_than_the_limit() {
        for payload in [
            json!({ "ticketId": "1", "changes": { "description": { "new": "ü".repeat(BODY_MAX) } } }),
            json!(
                (0..BODY_MAX).map(|one| (one.to_string(), json!("short"))).collect::<serde_json::Map<_, _>>()
            ),
        ] {
            let message = Message::of(&told("TICKET_UPDATED", payload)).expect("written");
            assert!(message.body.len() <= BODY_MAX, "{}", message.body.len());
        }
    }
}
