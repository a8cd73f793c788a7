//! Changing a ticket.
//!
//! **Invariant:** a key of the body that has no effect is refused by name, never dropped.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use callboard_model::{Field, TicketId, Value, Version};
use serde::Serialize;
use serde_json::{Map, Value as JsonValue};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{Shown, unknown};
use crate::app::App;
use crate::domain::value::normalise;
use crate::domain::{Issue, Wanted};
use crate::http::extract::{Entity, Id, Object, WriteHeaders, Writer};
use crate::http::now;
use crate::http::problem::Problem;
use crate::store::save::{Key, Outcome, Save, Saved};

/// Says that an answer is an earlier one, given again.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Keys of the stock that only steer notifications and close rules. There are none here, so they are obeyed by
/// doing nothing.
const OBEYED: [&str; 4] = [
    "suppressContactNotifications",
    "suppressInternalNotifications",
    "override_close_rules",
    "override_close_rules_reason",
];

pub(super) async fn update(
    State(app): State<App>,
    Writer(caller): Writer,
    Id(id): Id,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let ticket = TicketId::from(id);
    let (wanted, seen) = changes(&body.map).map_err(|issues| Problem::invalid(&issues))?;
    let key = headers.key.map(|text| Key { text, body_hash: hash(&ticket, &body.bytes) });
    let tenant = caller.tenant.clone();
    let save = Save {
        tenant: tenant.clone(),
        ticket,
        actor: caller.person(),
        access: caller.access,
        wanted,
        seen,
        exactly: headers.exactly,
        key,
        origin: headers.origin,
        now: now(),
    };
    match app.store.save(save).await? {
        Outcome::Saved(saved) => Ok(answer(&tenant, *saved).into_response()),
        Outcome::Replayed(saved) => Ok(([(REPLAYED, "true")], answer(&tenant, *saved)).into_response()),
        Outcome::KeyReused => Err(Problem::key_reused()),
        Outcome::NotFound => Err(unknown()),
        Outcome::Stale(stale) => Err(Problem::stale(false, stale)),
        Outcome::NotExactly(stale) => Err(Problem::stale(true, stale)),
        Outcome::Invalid(issues) => Err(Problem::invalid(&issues)),
    }
}

/// The envelope of a write.
#[derive(Serialize, ToSchema)]
pub(super) struct Written {
    data: Shown,
    meta: Meta,
}

#[derive(Serialize, ToSchema)]
#[schema(as = WriteMeta)]
struct Meta {
    merged_over: Version,
    updated_fields: Vec<std::sync::Arc<str>>,
}

fn answer(tenant: &callboard_model::TenantId, saved: Saved) -> impl IntoResponse + use<> {
    let tag = Entity(saved.ticket.version.unwrap_or_default()).tag();
    let meta = Meta { merged_over: saved.merged_over, updated_fields: saved.updated_fields };
    ([(header::ETAG, tag)], Json(Written { data: Shown::new(tenant, saved.ticket), meta }))
}

fn changes(body: &Map<String, JsonValue>) -> Result<(Wanted, Option<Version>), Vec<Issue>> {
    let (mut sent, mut seen, mut issues) = (Wanted::new(), None, Vec::new());
    for (key, json) in body {
        if key == "client_version" {
            match json {
                JsonValue::Null => {}
                json => match json.as_u64() {
                    Some(version) => seen = Some(Version(version)),
                    None => issues.push(Issue::at(key, "invalid_type", "client_version is a version")),
                },
            }
        } else if let Some(field) = Field::from_name(key) {
            match value(json) {
                Some(value) => {
                    sent.insert(field, value);
                }
                None => issues.push(Issue::at(key, "invalid_type", format!("{key} cannot hold this"))),
            }
        } else if !OBEYED.contains(&key.as_str()) {
            issues.push(Issue::at(key, "unrecognized_keys", format!("{key} is not a field of a ticket")));
        }
    }
    match normalise(&sent) {
        Ok(wanted) if issues.is_empty() => Ok((wanted, seen)),
        Ok(_) => Err(issues),
        Err(more) => {
            issues.extend(more);
            Err(issues)
        }
    }
}

fn value(json: &JsonValue) -> Option<Value> {
    match json {
        JsonValue::Null => Some(Value::Empty),
        JsonValue::Bool(flag) => Some(Value::Flag(*flag)),
        JsonValue::Number(number) => number.as_i64().map(Value::Number),
        JsonValue::String(text) => Some(text.as_str().into()),
        JsonValue::Array(_) | JsonValue::Object(_) => None,
    }
}

fn hash(ticket: &TicketId, body: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(ticket.as_str()).chain_update([0]).chain_update(body).finalize().into()
}
