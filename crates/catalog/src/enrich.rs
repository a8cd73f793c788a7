//! What every event says beside its own fields: whose it is, when it was, and who did it (EV-2).
//!
//! **Invariant:** what the teller already said stands; only what is missing is added. The tenant is never the teller's
//! to say.

use serde_json::{Map, Value};

/// Who made it happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A colleague.
    User(String),
    /// Somebody at a customer.
    Contact(String),
    /// Nobody: a clock or a rule.
    System,
}

/// What is known of a change without its event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// In whose house.
    pub tenant: String,
    /// When, as RFC 3339 writes it.
    pub at: String,
    /// By whom.
    pub actor: Actor,
}

/// Adds the circumstances to a payload.
#[must_use]
pub fn enrich(mut payload: Map<String, Value>, circumstances: &Circumstances) -> Map<String, Value> {
    payload.insert("tenantId".to_owned(), circumstances.tenant.clone().into());
    add(&mut payload, "occurredAt", &circumstances.at);
    let said = ["actorUserId", "actorContactId", "actorType"].iter().any(|key| payload.contains_key(*key));
    if !said {
        match &circumstances.actor {
            Actor::User(id) => {
                add(&mut payload, "actorUserId", id);
                add(&mut payload, "actorType", "USER");
            }
            Actor::Contact(id) => {
                add(&mut payload, "actorContactId", id);
                add(&mut payload, "actorType", "CONTACT");
            }
            Actor::System => add(&mut payload, "actorType", "SYSTEM"),
        }
    }
    payload
}

fn add(payload: &mut Map<String, Value>, key: &str, value: &str) {
    if !payload.contains_key(key) {
        payload.insert(key.to_owned(), value.into());
    }
}
