//! Boards, statuses, priorities, categories, people, teams: what the ids of a ticket mean.
//!
//! **Invariant:** reads only.

use axum::Json;
use axum::extract::State;
use callboard_model::rest::{Board, Priority, Status, User};
use callboard_model::{BoardId, PriorityId};
use serde::Serialize;
use utoipa::ToSchema;

use super::Many;
use super::extract::{Colleague, Params, Reader};
use super::openapi::{Contract, Routes};
use super::problem::Problem;
use crate::app::App;
use crate::store::lookups::{Category, Team};

type Answer<T> = Result<Json<Many<T>>, Problem>;

pub(super) fn routes() -> Routes {
    let statuses_of = || {
        Contract::reads::<Many<Status>>("Statuses, of one board or of all")
            .query::<BoardId>("board_id", "Only this board's")
    };
    Routes::of("lookups")
        .get("/boards", boards, Contract::reads::<Many<Board>>("Boards in use"))
        .get("/tickets/statuses", statuses, statuses_of())
        .get("/statuses", statuses, statuses_of())
        .get(
            "/tickets/priorities",
            priority_names,
            Contract::reads::<Many<PriorityName>>("Priorities by name"),
        )
        .get("/priorities", priorities, Contract::reads::<Many<Priority>>("Priorities"))
        .get(
            "/categories/ticket",
            categories,
            Contract::reads::<Many<Category>>("Categories, flat")
                .query::<BoardId>("board_id", "Only this board's"),
        )
        .get(
            "/users",
            users,
            Contract::reads::<Many<User>>("People who can be assigned")
                .query::<String>("user_type", "`internal`: there are no others here")
                .query::<bool>("include_inactive", "Also those who left"),
        )
        .get("/teams", teams, Contract::reads::<Many<Team>>("Teams with their members"))
}

async fn boards(State(app): State<App>, Reader(caller): Reader) -> Answer<Board> {
    Ok(Json(Many { data: app.store.boards(&caller.tenant, &caller.access).await? }))
}

async fn statuses(State(app): State<App>, Reader(caller): Reader, params: Params) -> Answer<Status> {
    Ok(Json(Many { data: app.store.statuses(&caller.tenant, &caller.access, params.id("board_id")?).await? }))
}

async fn priorities(State(app): State<App>, Reader(caller): Reader) -> Answer<Priority> {
    Ok(Json(Many { data: app.store.priorities(&caller.tenant).await? }))
}

/// The stock's short form: the id and the name alone.
#[derive(Serialize, ToSchema)]
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
    Ok(Json(Many {
        data: app.store.categories(&caller.tenant, &caller.access, params.id("board_id")?).await?,
    }))
}

/// Everybody who can be assigned. There are no client users here, so another `user_type` finds nobody.
async fn users(State(app): State<App>, Colleague(caller): Colleague, params: Params) -> Answer<User> {
    if params.text("user_type").is_some_and(|kind| kind != "internal") {
        return Ok(Json(Many { data: Vec::new() }));
    }
    let inactive = params.parsed("include_inactive")?.unwrap_or(false);
    Ok(Json(Many { data: app.store.users(&caller.tenant, inactive).await? }))
}

async fn teams(State(app): State<App>, Colleague(caller): Colleague) -> Answer<Team> {
    Ok(Json(Many { data: app.store.teams(&caller.tenant).await? }))
}
