//! Webhooks: added, tried, switched off and on, taken away. Their secret is in one answer, and nowhere else afterwards.
//!
//! **Invariant:** no URL is accepted that names where webhooks may not go; what a name leads to is judged when it is sent to.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use callboard_catalog::EventType;
use callboard_model::WebhookId;
use callboard_model::rest::One;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Deed, gone};
use crate::app::App;
use crate::auth::SigningSecret;
use crate::domain::Issue;
use crate::gateways::webhooks::{Message, Reach, event_named};
use crate::http::Many;
use crate::http::extract::{Administrator, Id, Object, WriteHeaders, each, maybe, said};
use crate::http::openapi::{Contract, Routes};
use crate::http::problem::Problem;
use crate::store::save::Attempt;
use crate::store::webhooks::{NewWebhook, WebhookEntry, WebhookUrl};

/// The longest name of a webhook, in characters. A longer one is refused.
const NAME_MAX: usize = 100;

pub(super) fn routes() -> Routes {
    Routes::of("administration")
        .get("/webhooks", list, Contract::reads::<Many<WebhookEntry>>("Webhooks, without their secrets"))
        .post(
            "/webhooks",
            add,
            Contract::adds::<WebhookWish, One<Added>>("Add a webhook; its secret is told once"),
        )
        .put(
            "/webhooks/{id}",
            turn,
            Contract::sets::<WebhookTurn, One<WebhookEntry>>("Switch a webhook off, or on again"),
        )
        .delete("/webhooks/{id}", remove, Contract::drops("Take a webhook away"))
        .post("/webhooks/{id}/test", try_out, Contract::reads::<One<Tried>>("Send a webhook a message now"))
}

/// What a new webhook shall be.
#[derive(ToSchema)]
#[allow(
    dead_code,
    reason = "it describes the body, which is read key by key so that each wrong one is named"
)]
struct WebhookWish {
    url: String,
    /// What it is for.
    name: Option<String>,
    /// The kinds that it is sent, by the catalogue's names or the stock's; every kind, unless given.
    event_types: Option<Vec<String>>,
}

/// How it shall stand.
#[derive(ToSchema)]
#[allow(
    dead_code,
    reason = "it describes the body, which is read key by key so that each wrong one is named"
)]
struct WebhookTurn {
    is_active: bool,
}

/// A webhook that was added.
#[derive(Serialize, ToSchema)]
#[schema(as = AddedWebhook)]
struct Added {
    #[serde(flatten)]
    entry: WebhookEntry,
    /// What its messages are signed with; null where this answer is given again.
    secret: Option<String>,
}

/// How a try ended.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookTrial)]
struct Tried {
    /// Whether the message was taken.
    delivered: bool,
    /// A status, or `timeout`, `unreachable`, `forbidden_target`.
    outcome: String,
}

async fn list(
    State(app): State<App>,
    Administrator(caller): Administrator,
) -> Result<Json<Many<WebhookEntry>>, Problem> {
    Ok(Json(Many { data: app.store.webhooks(&caller.tenant).await? }))
}

async fn add(
    State(app): State<App>,
    Administrator(caller): Administrator,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let new = read(&body.map, app.webhooks.reach(), SigningSecret::mint()?)?;
    let secret = new.secret.clone();
    let deed = Deed {
        caller: &caller,
        headers: &headers,
        method: Method::POST,
        address: &["webhooks"],
        body: &body.bytes,
    };
    let attempt = app.store.add_webhook(deed.author()?, new).await?;
    // What was made for an earlier answer was told in that answer; this one's own secret is not in the database.
    let secret = matches!(attempt, Attempt::Done(_)).then(|| secret.reveal().to_owned());
    let told = |entry| (StatusCode::CREATED, Json(One { data: Added { entry, secret } })).into_response();
    deed.answer(attempt, |entry| entry.webhook_id.to_string(), told)
}

/// Where it leads, what it is for, and what it is sent.
fn read(body: &Map<String, Value>, reach: Reach, secret: SigningSecret) -> Result<NewWebhook, Problem> {
    let (mut url, mut name, mut types) = (None::<String>, None::<String>, Vec::new());
    let take = |key: &str, json: &Value| {
        match key {
            "url" => url = said(key, json, "text")?,
            "name" => name = maybe(key, json, "text")?,
            "event_types" => types = kinds(key, maybe(key, json, "a list of names")?.unwrap_or_default())?,
            _ => return Err(Issue::at(key, "unrecognized_keys", format!("{key} is nothing of a webhook"))),
        }
        Ok(())
    };
    each(body, take).map_err(|issues| Problem::invalid(&issues))?;
    let refuse = |key: &str, message: &str| Problem::invalid(&[Issue::at(key, "custom", message)]);
    let url = WebhookUrl(url.ok_or_else(|| refuse("url", "Where it leads"))?);
    reach.judge(&url).map_err(|unfit| refuse("url", &unfit.to_string()))?;
    let name = name.unwrap_or_default().trim().to_owned();
    if name.chars().count() > NAME_MAX {
        return Err(refuse("name", "The name is too long"));
    }
    Ok(NewWebhook { id: Uuid::new_v4().to_string().into(), name, url, event_types: types, secret })
}

/// Events by their names, each once.
fn kinds(key: &str, names: Vec<String>) -> Result<Vec<EventType>, Issue> {
    let mut kinds = Vec::new();
    for (place, name) in names.iter().enumerate() {
        let event =
            event_named(name).ok_or_else(|| Issue::in_list(key, place, "custom", "No event is called so"))?;
        if !kinds.contains(&event) {
            kinds.push(event);
        }
    }
    Ok(kinds)
}

async fn turn(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Id(id): Id,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let mut on = None;
    let take = |key: &str, json: &Value| {
        match key {
            "is_active" => on = said(key, json, "true or false")?,
            _ => {
                return Err(Issue::at(
                    key,
                    "unrecognized_keys",
                    format!("{key} of a webhook cannot be changed"),
                ));
            }
        }
        Ok(())
    };
    each(&body.map, take).map_err(|issues| Problem::invalid(&issues))?;
    let on: bool =
        on.ok_or_else(|| Problem::invalid(&[Issue::at("is_active", "invalid_type", "Required")]))?;
    let (headers, address) = (&headers, &["webhooks", id.as_str()]);
    let deed = Deed { caller: &caller, headers, method: Method::PUT, address, body: &body.bytes };
    let attempt = app.store.turn_webhook(deed.author()?, id.as_str().into(), on).await?;
    let told = |entry| Json(One { data: entry }).into_response();
    deed.answer(attempt, |entry: &WebhookEntry| format!("{id}={}", entry.is_active), told)
}

async fn remove(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Id(id): Id,
    headers: WriteHeaders,
) -> Result<Response, Problem> {
    let (headers, address) = (&headers, &["webhooks", id.as_str()]);
    let deed = Deed { caller: &caller, headers, method: Method::DELETE, address, body: &[] };
    let attempt = app.store.remove_webhook(deed.author()?, id.as_str().into()).await?;
    deed.answer(attempt, |()| id.clone(), gone)
}

/// Sends a message of which nothing happened, once and at once; it moves nothing of what waits.
async fn try_out(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Id(id): Id,
    headers: WriteHeaders,
) -> Result<Json<One<Tried>>, Problem> {
    let id: WebhookId = id.as_str().into();
    let webhook = app.store.webhook(&caller.tenant, &id).await?;
    let webhook = webhook.ok_or_else(|| Problem::not_found("There is nothing with this id"))?;
    let message = Message::trial(&caller.tenant, headers.now)?;
    let ended = app.webhooks.send(&webhook, &message, 1, headers.now).await;
    Ok(Json(One { data: Tried { delivered: ended.is_taken(), outcome: ended.to_string() } }))
}
