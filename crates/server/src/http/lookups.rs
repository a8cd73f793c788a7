//! Boards, statuses, priorities, categories, people, teams: what the ids of a ticket mean.
//!
//! **Invariant:** reads only.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use callboard_model::PriorityId;
use callboard_model::rest::{Board, Priority, Status, User};
use serde::Serialize;

use super::Many;
use super::extract::{Params, Reader};
use super::problem::Problem;
use crate::app::App;
use crate::store::lookups::{Category, Team};

type Answer<T> = Result<Json<Many<T>>, Problem>;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/boards", get(boards))
        .route("/tickets/statuses", get(statuses))
        .route("/statuses", get(statuses))
        .route("/tickets/priorities", get(priority_names))
        .route("/priorities", get(priorities))
        .route("/categories/ticket", get(categories))
        .route("/users", get(users))
        .route("/teams", get(teams))
}

async fn boards(State(app): State<App>, Reader(caller): Reader) -> Answer<Board> {
    Ok(Json(Many { data: app.store.boards(&caller.tenant).await? }))
}

async fn statuses(State(app): State<App>, Reader(caller): Reader, params: Params) -> Answer<Status> {
    Ok(Json(Many { data: app.store.statuses(&caller.tenant, params.id("board_id")?).await? }))
}

async fn priorities(State(app): State<App>, Reader(caller): Reader) -> Answer<Priority> {
    Ok(Json(Many { data: app.store.priorities(&caller.tenant).await? }))
}

/// The stock's short form: the id and the name alone.
#[derive(Serialize)]
struct PriorityName {
    priority_id: PriorityId,
    priority_name: std::sync::Arc<str>,
}

async fn priority_names(State(app): State<App>, Reader(caller): Reader) -> Answer<PriorityName> {
    let priorities = app.store.priorities(&caller.tenant).await?;
    let data = priorities
        .into_iter()
        .map(|one| PriorityName { priority_id: one.priority_id, priority_name: one.priority_name })
        .collect();
    Ok(Json(Many { data }))
}

async fn categories(State(app): State<App>, Reader(caller): Reader, params: Params) -> Answer<Category> {
    Ok(Json(Many { data: app.store.categories(&caller.tenant, params.id("board_id")?).await? }))
}

/// Everybody who can be assigned. There are no client users here, so another `user_type` finds nobody.
async fn users(State(app): State<App>, Reader(caller): Reader, params: Params) -> Answer<User> {
    if params.text("user_type").is_some_and(|kind| kind != "internal") {
        return Ok(Json(Many { data: Vec::new() }));
    }
    let inactive = params.parsed("include_inactive")?.unwrap_or(false);
    Ok(Json(Many { data: app.store.users(&caller.tenant, inactive).await? }))
}

async fn teams(State(app): State<App>, Reader(caller): Reader) -> Answer<Team> {
    Ok(Json(Many { data: app.store.teams(&caller.tenant).await? }))
}
