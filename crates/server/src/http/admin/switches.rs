//! What can be switched off for one company, in force at once.
//!
//! **Invariant:** a switch that nobody knows is not found, and never made.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use callboard_model::rest::One;
use serde::Serialize;
use utoipa::ToSchema;

use super::Deed;
use crate::app::App;
use crate::domain::Issue;
use crate::http::Many;
use crate::http::extract::{Administrator, Id, Object, WriteHeaders, each, said};
use crate::http::openapi::{Contract, Routes};
use crate::http::problem::Problem;
use crate::store::flags::Flag;

pub(super) fn routes() -> Routes {
    Routes::of("administration")
        .get("/switches", list, Contract::reads::<Many<Switch>>("What can be switched off, and what is"))
        .put("/switches/{id}", turn, Contract::sets::<SwitchWish, One<Switch>>("Turn a switch"))
}

/// A switch.
#[derive(Serialize, ToSchema)]
struct Switch {
    name: &'static str,
    is_on: bool,
}

/// How it shall stand.
#[derive(ToSchema)]
#[allow(
    dead_code,
    reason = "it describes the body, which is read key by key so that each wrong one is named"
)]
struct SwitchWish {
    is_on: bool,
}

async fn list(
    State(app): State<App>,
    Administrator(caller): Administrator,
) -> Result<Json<Many<Switch>>, Problem> {
    let mut data = Vec::with_capacity(Flag::ALL.len());
    for flag in Flag::ALL {
        data.push(Switch { name: flag.name(), is_on: app.store.flag(&caller.tenant, flag).await? });
    }
    Ok(Json(Many { data }))
}

async fn turn(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Id(id): Id,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let flag = Flag::ALL.into_iter().find(|flag| flag.name() == id);
    let flag = flag.ok_or_else(|| Problem::not_found("There is no such switch"))?;
    let mut is_on = None;
    let take = |key: &str, json: &serde_json::Value| {
        match key {
            "is_on" => is_on = said(key, json, "true or false")?,
            _ => return Err(Issue::at(key, "unrecognized_keys", format!("{key} is nothing of a switch"))),
        }
        Ok(())
    };
    each(&body.map, take).map_err(|issues| Problem::invalid(&issues))?;
    let is_on: bool =
        is_on.ok_or_else(|| Problem::invalid(&[Issue::at("is_on", "invalid_type", "Required")]))?;
    let (headers, address) = (&headers, &["switches", id.as_str()]);
    let deed = Deed { caller: &caller, headers, method: Method::PUT, address, body: &body.bytes };
    let attempt = app.store.turn_flag(deed.author()?, flag, is_on).await?;
    let told = |is_on| Json(One { data: Switch { name: flag.name(), is_on } }).into_response();
    deed.answer(attempt, |is_on| format!("{id}={is_on}"), told)
}
