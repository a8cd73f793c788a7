//! Accounts: who they are, what they may do, and on which boards.
//!
//! **Invariant:** nobody is deleted, because what they did stays theirs; who leaves is inactive.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use callboard_model::rest::One;
use callboard_model::{BoardId, ClientId, UserId};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Deed;
use crate::app::App;
use crate::auth::Role;
use crate::domain::Issue;
use crate::domain::membership::Wanted;
use crate::http::Many;
use crate::http::extract::{Administrator, Id, Object, WriteHeaders, each, maybe, said};
use crate::http::openapi::{Contract, Routes};
use crate::http::problem::Problem;
use crate::store::members::{Enrolment, Member};

pub(super) fn routes() -> Routes {
    Routes::of("administration")
        .get("/people", list, Contract::reads::<Many<Account>>("Everybody who has an account"))
        .post("/people", add, Contract::adds::<AccountWish, One<Account>>("Make an account"))
        .get("/people/{id}", get, Contract::reads::<One<Account>>("One account"))
        .put(
            "/people/{id}",
            change,
            Contract::sets::<AccountWish, One<Account>>("Change some of an account, or who may what"),
        )
}

/// An account. Without `board_ids` they see every board.
#[derive(Serialize, ToSchema)]
struct Account {
    user_id: UserId,
    username: String,
    first_name: String,
    last_name: String,
    email: String,
    role: &'static str,
    is_inactive: bool,
    client_id: Option<ClientId>,
    board_ids: Option<Vec<BoardId>>,
    /// The hours for which they may be planned on a day, where somebody said so.
    max_daily_capacity: Option<u32>,
}

impl From<Member> for Account {
    fn from((user_id, is): Member) -> Self {
        Self {
            user_id,
            username: is.username,
            first_name: is.first_name,
            last_name: is.last_name,
            email: is.email,
            role: is.role.name(),
            is_inactive: is.is_inactive,
            client_id: is.client,
            board_ids: is.boards.map(|boards| boards.into_iter().collect()),
            max_daily_capacity: is.max_daily_capacity,
        }
    }
}

/// What an account shall be; what is not sent stays.
#[derive(ToSchema)]
#[allow(
    dead_code,
    reason = "it describes the body, which is read key by key so that each wrong one is named"
)]
struct AccountWish {
    username: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
    /// `admin`, `dispatcher`, `technician`, `read_only`, `billing` or `client_portal`.
    role: Option<String>,
    /// Who leaves loses their keys.
    is_inactive: Option<bool>,
    /// Of a customer's person.
    client_id: Option<ClientId>,
    /// At least one; null is every board.
    board_ids: Option<Vec<BoardId>>,
    /// Whole hours for which they may be planned on a day, 0 to 24; null says nothing of it.
    max_daily_capacity: Option<u32>,
}

fn read(body: &Map<String, Value>) -> Result<Wanted, Problem> {
    let mut wanted = Wanted::default();
    let take = |key: &str, json: &Value| {
        match key {
            "username" => wanted.username = said(key, json, "text")?,
            "first_name" => wanted.first_name = said(key, json, "text")?,
            "last_name" => wanted.last_name = said(key, json, "text")?,
            "email" => wanted.email = said(key, json, "text")?,
            "role" => wanted.role = said::<Role>(key, json, "the name of a role")?,
            "is_inactive" => wanted.is_inactive = said(key, json, "true or false")?,
            "client_id" => wanted.client = Some(maybe(key, json, "an id or null")?),
            "board_ids" => {
                wanted.boards = Some(maybe::<BTreeSet<BoardId>>(key, json, "a list of ids or null")?);
            }
            "max_daily_capacity" => {
                wanted.max_daily_capacity = Some(maybe(key, json, "whole hours from 0 to 24, or null")?);
            }
            _ => return Err(Issue::at(key, "unrecognized_keys", format!("{key} is nothing of an account"))),
        }
        Ok(())
    };
    each(body, take).map_err(|issues| Problem::invalid(&issues))?;
    Ok(wanted)
}

async fn list(
    State(app): State<App>,
    Administrator(caller): Administrator,
) -> Result<Json<Many<Account>>, Problem> {
    let members = app.store.members(&caller.tenant).await?;
    Ok(Json(Many { data: members.into_iter().map(Into::into).collect() }))
}

async fn get(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Id(id): Id,
) -> Result<Json<One<Account>>, Problem> {
    let member = app.store.member(&caller.tenant, &id.into()).await?;
    let member = member.ok_or_else(|| Problem::not_found("User not found"))?;
    Ok(Json(One { data: member.into() }))
}

async fn add(
    State(app): State<App>,
    Administrator(caller): Administrator,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let wanted = read(&body.map)?;
    let (headers, address) = (&headers, &["people"]);
    let deed = Deed { caller: &caller, headers, method: Method::POST, address, body: &body.bytes };
    let user = Uuid::new_v4().to_string().into();
    let attempt = app.store.enrol(Enrolment { author: deed.author()?, user, wanted }).await?;
    deed.answer(attempt, subject, |member| told(StatusCode::CREATED, member))
}

async fn change(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Id(id): Id,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let wanted = read(&body.map)?;
    let (headers, address) = (&headers, &["people", id.as_str()]);
    let deed = Deed { caller: &caller, headers, method: Method::PUT, address, body: &body.bytes };
    let enrolment = Enrolment { author: deed.author()?, user: id.as_str().into(), wanted };
    let attempt = app.store.change_member(enrolment).await?;
    deed.answer(attempt, subject, |member| told(StatusCode::OK, member))
}

fn subject((user, _): &Member) -> String {
    user.to_string()
}

fn told(status: StatusCode, member: Member) -> Response {
    (status, Json(One { data: Account::from(member) })).into_response()
}
