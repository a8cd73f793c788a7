//! Promises: in how many minutes a ticket of which priority is answered and done.
//!
//! **Invariant:** a policy is written whole.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use callboard_model::rest::One;
use callboard_model::{PriorityId, SlaPolicyId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Deed, gone};
use crate::app::App;
use crate::domain::Issue;
use crate::domain::sla::Target;
use crate::http::extract::{Administrator, Id, Object, WriteHeaders, each, maybe, said};
use crate::http::openapi::{Contract, Routes};
use crate::http::problem::Problem;
use crate::store::agreements::{self, Place, TARGET_MAX};

pub(super) fn routes() -> Routes {
    Routes::of("administration")
        .post("/sla-policies", add, Contract::adds::<PolicyWish, One<Policy>>("Add a policy"))
        .put("/sla-policies/{id}", change, Contract::sets::<PolicyWish, One<Policy>>("Write a policy anew"))
        .delete("/sla-policies/{id}", remove, Contract::drops("Take a policy away that nobody has"))
}

/// A policy.
#[derive(Serialize, ToSchema)]
#[schema(as = SlaPolicy)]
pub(super) struct Policy {
    sla_policy_id: SlaPolicyId,
    name: String,
    /// Whether it counts where nothing else was agreed; at most one does.
    is_default: bool,
    /// The hours in which it is counted; null is around the clock.
    calendar_id: Option<String>,
    targets: Vec<Promise>,
}

/// What is promised for one priority.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SlaTarget)]
struct Promise {
    priority_id: PriorityId,
    /// Until the first public answer; null promises none.
    #[serde(default)]
    response_minutes: Option<i64>,
    /// Until it is done; null promises nothing.
    #[serde(default)]
    resolution_minutes: Option<i64>,
}

/// A policy as it shall be.
#[derive(ToSchema)]
#[schema(as = SlaPolicyWish)]
#[allow(
    dead_code,
    reason = "it describes the body, which is read key by key so that each wrong one is named"
)]
struct PolicyWish {
    name: String,
    is_default: Option<bool>,
    calendar_id: Option<String>,
    targets: Vec<Promise>,
}

impl From<agreements::Policy> for Policy {
    fn from(policy: agreements::Policy) -> Self {
        let promise = |(priority_id, target): (PriorityId, Target)| Promise {
            priority_id,
            response_minutes: target.response,
            resolution_minutes: target.resolution,
        };
        Self {
            sla_policy_id: policy.id,
            name: policy.name,
            is_default: policy.is_default,
            calendar_id: policy.hours,
            targets: policy.targets.into_iter().map(promise).collect(),
        }
    }
}

fn read(body: &Map<String, Value>, id: SlaPolicyId) -> Result<agreements::Policy, Problem> {
    let (mut name, mut is_default, mut hours, mut targets) = (None, None, None, None);
    let take = |key: &str, json: &Value| {
        match key {
            "name" => name = said(key, json, "text")?,
            "is_default" => is_default = said(key, json, "true or false")?,
            "calendar_id" => hours = maybe(key, json, "an id or null")?,
            "targets" => {
                let what = "a list such as [{\"priority_id\":\"…\",\"resolution_minutes\":60}]";
                let sent: Vec<Promise> = said(key, json, what)?.unwrap_or_default();
                targets = Some(targeted(sent)?);
            }
            _ => return Err(Issue::at(key, "unrecognized_keys", format!("{key} is nothing of a policy"))),
        }
        Ok(())
    };
    each(body, take).map_err(|issues| Problem::invalid(&issues))?;
    match (name, targets) {
        (Some(name), Some(targets)) => {
            let is_default = is_default.unwrap_or(false);
            Ok(agreements::Policy { id, name, is_default, hours, targets })
        }
        (name, targets) => {
            let missing = [("name", name.is_none()), ("targets", targets.is_none())];
            let missing = missing.into_iter().filter(|(_, missing)| *missing);
            let issues: Vec<_> = missing.map(|(key, _)| Issue::at(key, "invalid_type", "Required")).collect();
            Err(Problem::invalid(&issues))
        }
    }
}

fn targeted(sent: Vec<Promise>) -> Result<Vec<(PriorityId, Target)>, Issue> {
    let mut known = BTreeSet::new();
    let fits = |minutes: Option<i64>| minutes.is_none_or(|minutes| (1..=TARGET_MAX).contains(&minutes));
    for (place, one) in sent.iter().enumerate() {
        let refuse = |message: String| Err(Issue::in_list("targets", place, "custom", message));
        if !known.insert(&one.priority_id) {
            return refuse("This priority has a target already".to_owned());
        }
        if !fits(one.response_minutes) || !fits(one.resolution_minutes) {
            return refuse(format!("A target is 1 to {TARGET_MAX} minutes, or null"));
        }
    }
    let target = |one: Promise| {
        (one.priority_id, Target { response: one.response_minutes, resolution: one.resolution_minutes })
    };
    Ok(sent.into_iter().map(target).collect())
}

async fn add(
    State(app): State<App>,
    Administrator(caller): Administrator,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let policy = read(&body.map, Uuid::new_v4().to_string().into())?;
    let (headers, address) = (&headers, &["sla-policies"]);
    let deed = Deed { caller: &caller, headers, method: Method::POST, address, body: &body.bytes };
    write(&app, &deed, policy, Place::New).await
}

async fn change(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Id(id): Id,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let policy = read(&body.map, id.as_str().into())?;
    let (headers, address) = (&headers, &["sla-policies", id.as_str()]);
    let deed = Deed { caller: &caller, headers, method: Method::PUT, address, body: &body.bytes };
    write(&app, &deed, policy, Place::Taken).await
}

async fn write(
    app: &App,
    deed: &Deed<'_>,
    policy: agreements::Policy,
    place: Place,
) -> Result<Response, Problem> {
    let attempt = app.store.write_policy(deed.author()?, policy.clone(), place).await?;
    let status = if place == Place::New { StatusCode::CREATED } else { StatusCode::OK };
    let told = |id: SlaPolicyId| {
        (status, Json(One { data: Policy::from(agreements::Policy { id, ..policy }) })).into_response()
    };
    deed.answer(attempt, ToString::to_string, told)
}

async fn remove(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Id(id): Id,
    headers: WriteHeaders,
) -> Result<Response, Problem> {
    let (headers, address) = (&headers, &["sla-policies", id.as_str()]);
    let deed = Deed { caller: &caller, headers, method: Method::DELETE, address, body: &[] };
    let attempt = app.store.remove_policy(deed.author()?, id.as_str().into()).await?;
    deed.answer(attempt, |()| id.clone(), gone)
}
