//! API keys: the text is in one answer, and nowhere else afterwards.
//!
//! **Invariant:** an answer that is given again does not have the text: it is not kept anywhere to be given.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use callboard_model::rest::One;
use callboard_model::{Timestamp, UserId};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Deed, gone};
use crate::app::App;
use crate::auth::api_key::ApiKey;
use crate::domain::Issue;
use crate::domain::value::ID_MAX;
use crate::http::Many;
use crate::http::extract::{Administrator, Id, Object, Params, WriteHeaders, each, instant, maybe, said};
use crate::http::openapi::{Contract, Routes};
use crate::http::problem::Problem;
use crate::store::keys::{KeyEntry, NewKey};
use crate::store::save::Attempt;

/// The longest name of a key, in characters. A longer one is refused.
const NAME_MAX: usize = 100;

pub(super) fn routes() -> Routes {
    Routes::of("administration")
        .get(
            "/keys",
            list,
            Contract::reads::<Many<KeyEntry>>("API keys, without their text")
                .query::<UserId>("user_id", "Of this person"),
        )
        .post(
            "/keys",
            issue,
            Contract::adds::<KeyWish, One<Issued>>("Make an API key; its text is told once"),
        )
        .delete("/keys/{id}", revoke, Contract::drops("Take an API key away"))
}

/// What a new key shall be.
#[derive(ToSchema)]
#[allow(
    dead_code,
    reason = "it describes the body, which is read key by key so that each wrong one is named"
)]
struct KeyWish {
    user_id: UserId,
    /// What it is for.
    name: Option<String>,
    /// From when on it opens nothing; null for never.
    expires_at: Option<Timestamp>,
}

/// A key that was made.
#[derive(Serialize, ToSchema)]
#[schema(as = IssuedApiKey)]
struct Issued {
    #[serde(flatten)]
    entry: KeyEntry,
    /// The key itself; null where this answer is given again.
    api_key: Option<String>,
}

async fn list(
    State(app): State<App>,
    Administrator(caller): Administrator,
    params: Params,
) -> Result<Json<Many<KeyEntry>>, Problem> {
    Ok(Json(Many { data: app.store.keys(&caller.tenant, params.id("user_id")?).await? }))
}

/// Whose it is to be, what it is for, and until when it opens.
fn read(body: &Map<String, Value>, now: Timestamp) -> Result<(UserId, String, Option<Timestamp>), Problem> {
    let (mut user, mut name, mut expires_at) = (None::<UserId>, None::<String>, None);
    let take = |key: &str, json: &Value| {
        match key {
            "user_id" => user = said(key, json, "an id")?,
            "name" => name = maybe(key, json, "text")?,
            "expires_at" => expires_at = instant(key, json)?,
            _ => return Err(Issue::at(key, "unrecognized_keys", format!("{key} is nothing of a key"))),
        }
        Ok(())
    };
    each(body, take).map_err(|issues| Problem::invalid(&issues))?;
    let name = name.unwrap_or_default().trim().to_owned();
    let refuse = |key: &str, message: &str| Err(Problem::invalid(&[Issue::at(key, "custom", message)]));
    match user.filter(|user| (1..=ID_MAX).contains(&user.as_str().len())) {
        None => refuse("user_id", "Whose key it is to be"),
        Some(_) if name.chars().count() > NAME_MAX => refuse("name", "The name is too long"),
        Some(_) if expires_at.is_some_and(|at| at <= now) => {
            refuse("expires_at", "Such a key would open nothing")
        }
        Some(user) => Ok((user, name, expires_at)),
    }
}

async fn issue(
    State(app): State<App>,
    Administrator(caller): Administrator,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let (user, name, expires_at) = read(&body.map, headers.now)?;
    let key = ApiKey::mint()?;
    let (headers, address) = (&headers, &["keys"]);
    let deed = Deed { caller: &caller, headers, method: Method::POST, address, body: &body.bytes };
    let new = NewKey { key_id: Uuid::new_v4().to_string(), name, user, hash: key.hash(), expires_at };
    let attempt = app.store.issue_key(deed.author()?, new).await?;
    // What was made for an earlier answer was told in that answer; this one's own key is not in the database.
    let api_key = matches!(attempt, Attempt::Done(_)).then(|| key.reveal().to_owned());
    let told = |entry| (StatusCode::CREATED, Json(One { data: Issued { entry, api_key } })).into_response();
    deed.answer(attempt, |entry| entry.key_id.clone(), told)
}

async fn revoke(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Id(id): Id,
    headers: WriteHeaders,
) -> Result<Response, Problem> {
    let (headers, address) = (&headers, &["keys", id.as_str()]);
    let deed = Deed { caller: &caller, headers, method: Method::DELETE, address, body: &[] };
    let attempt = app.store.revoke_key(deed.author()?, id.clone()).await?;
    deed.answer(attempt, |()| id.clone(), gone)
}
