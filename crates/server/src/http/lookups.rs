//! Boards, statuses, priorities, categories: what the ids of a ticket mean.
//!
//! **Invariant:** reads only.

use axum::Json;
use axum::extract::State;
use callboard_model::rest::{Priority, Status};
use callboard_model::{BoardId, PriorityId};
use serde::Serialize;
use utoipa::ToSchema;

use super::Many;
use super::extract::{Id, Params, Reader};
use super::openapi::{Contract, Routes};
use super::problem::Problem;
use crate::app::App;
use crate::auth::Caller;
use crate::store::lookups::{BoardQuery, Branch, Category, ListedBoard, StatusQuery};

type Answer<T> = Result<Json<Many<T>>, Problem>;

pub(super) fn routes() -> Routes {
    let statuses_of = || {
        Contract::reads::<Many<Status>>("Statuses, of one board or of all")
            .query::<BoardId>("board_id", "Only this board's")
            .query::<String>("search", "In the name")
            .query::<String>("type", "`ticket`: of other things there are none")
    };
    let trees = || Contract::reads::<Many<Branch>>("Categories with those below them");
    Routes::of("lookups")
        .get(
            "/boards",
            boards,
            Contract::reads::<Many<ListedBoard>>("Boards in use")
                .query::<bool>("include_inactive", "Also those that are not in use any more")
                .query::<String>("search", "In the name"),
        )
        .get("/tickets/statuses", statuses, statuses_of())
        .get("/statuses", statuses, statuses_of())
        .get(
            "/tickets/priorities",
            priority_names,
            Contract::reads::<Many<PriorityName>>("Priorities by name"),
        )
        .get(
            "/priorities",
            priorities,
            Contract::reads::<Many<Priority>>("Priorities")
                .query::<String>("search", "In the name")
                .query::<String>("item_type", "`ticket`: of other things there are none"),
        )
        .get(
            "/categories/ticket",
            categories,
            Contract::reads::<Many<Category>>("Categories, flat")
                .query::<BoardId>("board_id", "Only this board's"),
        )
        .get("/categories/ticket/tree", every_tree, trees().query::<BoardId>("board_id", "Only this board's"))
        .get("/categories/ticket/tree/{boardId}", trees_of_board, trees())
}

async fn boards(State(app): State<App>, Reader(caller): Reader, params: Params) -> Answer<ListedBoard> {
    let query = BoardQuery {
        include_inactive: params.parsed("include_inactive")?.unwrap_or(false),
        search: params.words("search")?,
    };
    Ok(Json(Many { data: app.store.boards(&caller.tenant, &caller.access, query).await? }))
}

async fn statuses(State(app): State<App>, Reader(caller): Reader, params: Params) -> Answer<Status> {
    if !is_of_tickets(&params, "type") {
        return Ok(Json(Many { data: Vec::new() }));
    }
    let query = StatusQuery { board: params.id("board_id")?, search: params.words("search")? };
    Ok(Json(Many { data: app.store.statuses(&caller.tenant, &caller.access, query).await? }))
}

/// Whether tickets are meant, or nothing in particular: of other things nothing is kept here.
fn is_of_tickets(params: &Params, name: &str) -> bool {
    params.text(name).is_none_or(|kind| kind == "ticket")
}

async fn priorities(State(app): State<App>, Reader(caller): Reader, params: Params) -> Answer<Priority> {
    if !is_of_tickets(&params, "item_type") {
        return Ok(Json(Many { data: Vec::new() }));
    }
    let search = params.words("search")?;
    Ok(Json(Many { data: app.store.priorities(&caller.tenant, search).await? }))
}

/// The stock's short form: the id and the name alone.
#[derive(Serialize, ToSchema)]
struct PriorityName {
    priority_id: PriorityId,
    priority_name: std::sync::Arc<str>,
}

async fn priority_names(State(app): State<App>, Reader(caller): Reader) -> Answer<PriorityName> {
    let priorities = app.store.priorities(&caller.tenant, None).await?;
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

async fn every_tree(State(app): State<App>, Reader(caller): Reader, params: Params) -> Answer<Branch> {
    trees(&app, &caller, params.id("board_id")?).await
}

async fn trees_of_board(State(app): State<App>, Reader(caller): Reader, Id(board): Id) -> Answer<Branch> {
    let board = BoardId::from(board);
    let query = BoardQuery { include_inactive: true, search: None };
    let boards = app.store.boards(&caller.tenant, &caller.access, query).await?;
    if !boards.iter().any(|one| one.board.board_id == board) {
        return Err(Problem::not_found("Board not found"));
    }
    trees(&app, &caller, Some(board)).await
}

async fn trees(app: &App, caller: &Caller, board: Option<BoardId>) -> Answer<Branch> {
    let flat = app.store.categories(&caller.tenant, &caller.access, board).await?;
    Ok(Json(Many { data: Branch::trees(flat) }))
}
