//! The people of the company, its teams, and who is to be called at its customers.
//!
//! **Invariant:** reads only; the company's people are not for its customers.

use axum::Json;
use axum::extract::State;
use callboard_model::rest::One;
use callboard_model::{BoardId, ClientId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use super::Many;
use super::extract::{Colleague, Id, Known, Params, Reader, invalid};
use super::openapi::{Contract, Routes};
use super::problem::Problem;
use crate::app::App;
use crate::auth::Boards;
use crate::store::directory::{Member, PeopleQuery};
use crate::store::lookups::{Contact, Team};

type Answer<T> = Result<Json<Many<T>>, Problem>;

pub(super) fn routes() -> Routes {
    Routes::of("people")
        .get(
            "/users",
            users,
            Contract::reads::<Many<Member>>("People who sign in")
                .query::<String>("user_type", "`internal` or `client`; both unless given")
                .query::<bool>("is_inactive", "Those who left, or those who did not")
                .query::<bool>("include_inactive", "Also those who left")
                .query::<String>("search", "In name, user name or address"),
        )
        .get(
            "/users/search",
            search,
            Contract::reads::<Many<Member>>("People found by a part of their name")
                .query::<String>("query", "In name, user name or address"),
        )
        .get(
            "/users/{id}/permissions",
            permissions,
            Contract::reads::<One<Permissions>>("What somebody may do: oneself, or for planners anybody"),
        )
        .get("/teams", teams, Contract::reads::<Many<Team>>("Teams with their members"))
        .get("/teams/{id}/members", members, Contract::reads::<Many<Member>>("The people of a team"))
        .get(
            "/contacts",
            contacts,
            Contract::reads::<Many<Contact>>("People at customers")
                .query::<ClientId>("client_id", "Of this customer")
                .query::<String>("search", "In name or address"),
        )
}

async fn users(State(app): State<App>, Colleague(caller): Colleague, params: Params) -> Answer<Member> {
    let internal = match params.text("user_type") {
        None => None,
        Some("internal") => Some(true),
        Some("client") => Some(false),
        Some(_) => return Err(invalid("user_type", "invalid_enum_value", "user_type is internal or client")),
    };
    let everybody = params.parsed("include_inactive")?.unwrap_or(false);
    let inactive = params.parsed("is_inactive")?.or((!everybody).then_some(false));
    let query = PeopleQuery { internal, inactive, team: None, search: params.words("search")? };
    Ok(Json(Many { data: app.store.people(&caller.tenant, query).await? }))
}

async fn search(State(app): State<App>, Colleague(caller): Colleague, params: Params) -> Answer<Member> {
    let query = PeopleQuery { inactive: Some(false), search: params.words("query")?, ..Default::default() };
    Ok(Json(Many { data: app.store.people(&caller.tenant, query).await? }))
}

async fn teams(State(app): State<App>, Colleague(caller): Colleague) -> Answer<Team> {
    Ok(Json(Many { data: app.store.teams(&caller.tenant).await? }))
}

async fn members(State(app): State<App>, Colleague(caller): Colleague, Id(id): Id) -> Answer<Member> {
    let teams = app.store.teams(&caller.tenant).await?;
    let team = teams.into_iter().find(|team| team.team_id.as_str() == id);
    let team = team.ok_or_else(|| Problem::not_found("Team not found"))?;
    let query = PeopleQuery { team: Some(team.team_id), ..Default::default() };
    Ok(Json(Many { data: app.store.people(&caller.tenant, query).await? }))
}

async fn contacts(State(app): State<App>, Reader(caller): Reader, params: Params) -> Answer<Contact> {
    let (client, search) = (params.id("client_id")?, params.words("search")?);
    Ok(Json(Many { data: app.store.all_contacts(&caller.tenant, &caller.access, client, search).await? }))
}

/// What somebody may do. Without `boards` they see every board.
#[derive(Serialize, ToSchema)]
struct Permissions {
    user_id: UserId,
    role: &'static str,
    permissions: Vec<&'static str>,
    boards: Option<Vec<BoardId>>,
    client_id: Option<ClientId>,
}

async fn permissions(
    State(app): State<App>,
    Known(caller): Known,
    Id(id): Id,
) -> Result<Json<One<Permissions>>, Problem> {
    if caller.user.as_str() != id && !caller.access.plans_schedules() {
        return Err(Problem::forbidden("What others may do is for those who plan"));
    }
    let found = app.store.caller(&caller.tenant, &id.into()).await?;
    let found = found.ok_or_else(|| Problem::not_found("User not found"))?;
    let access = found.access;
    let kinds = [
        ("ticket:read", access.reads_tickets()),
        ("ticket:create", access.opens_tickets()),
        ("ticket:update", access.writes_tickets()),
        ("ticket:delete", access.deletes_tickets()),
        ("ticket_comment:create", access.comments()),
        ("ticket_comment:read_internal", access.sees_internal_comments()),
        ("user_schedule:read", access.reads_schedules()),
        ("user_schedule:update", access.plans_schedules()),
    ];
    let permissions = kinds.into_iter().filter_map(|(name, may)| may.then_some(name)).collect();
    let boards = match &access.boards {
        Boards::All => None,
        Boards::Only(boards) => Some(boards.iter().cloned().collect()),
    };
    let role = access.role.name();
    Ok(Json(One {
        data: Permissions { user_id: found.user, role, permissions, boards, client_id: access.client },
    }))
}
