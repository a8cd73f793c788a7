//! Boards, statuses, priorities, categories: what the ids of a ticket mean.
//!
//! **Invariant:** reads only.

use axum::Json;
use axum::extract::State;
use callboard_model::rest::{Board, Priority, Status};
use callboard_model::{BoardId, PriorityId};
use serde::Serialize;
use utoipa::ToSchema;

use super::Many;
use super::extract::{Params, Reader};
use super::openapi::{Contract, Routes};
use super::problem::Problem;
use crate::app::App;
use crate::store::lookups::Category;

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
