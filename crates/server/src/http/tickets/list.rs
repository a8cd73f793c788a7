//! Pages of tickets.
//!
//! **Invariant:** a page is bounded, whatever is asked for.

use axum::Json;
use axum::extract::State;
use callboard_model::rest::Pagination;
use serde::Serialize;
use utoipa::ToSchema;

use super::shown::Shown;
use crate::app::App;
use crate::domain::Issue;
use crate::http::extract::{Params, Reader, invalid};
use crate::http::openapi::Contract;
use crate::http::problem::Problem;
use crate::store::query::{Filter, Order, Sort, TicketQuery};

/// Tickets per page when the caller does not say.
const LIMIT: u32 = 25;
/// Tickets per page at most.
const LIMIT_MAX: u32 = 100;
/// Tickets asked for by id at most.
const IDS_MAX: usize = 200;
/// The longest text that is searched for, in characters.
const SEARCH_MAX: usize = 200;

/// The stock's envelope of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct Listed {
    data: Vec<Shown>,
    pagination: Pagination,
    meta: Meta,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ListMeta)]
struct Meta {
    sort: String,
    order: &'static str,
}

pub(super) fn contract() -> Contract {
    Contract::reads::<Listed>("A page of tickets")
        .query::<u32>("page", "From 1")
        .query::<u32>("limit", "Tickets per page, at most 100; 25 unless given")
        .query::<String>("sort", "By what; `entered_at` unless given")
        .query::<String>("order", "`asc` or `desc`; `desc` unless given")
        .query::<String>("board_id", "On this board")
        .query::<String>("status_id", "In this status")
        .query::<String>("status_ids", "In one of these: comma-separated, or a JSON array")
        .query::<String>("priority_id", "Of this priority")
        .query::<String>("client_id", "Of this client")
        .query::<String>("assigned_to", "Assigned to this person")
        .query::<bool>("is_open", "Open, or not")
        .query::<bool>("is_closed", "Closed, or not")
        .query::<String>("search", "With this text in title, number or client name")
        .query::<String>("ids", "Just these, at most 200: comma-separated, or a JSON array")
}

pub(super) async fn list(
    State(app): State<App>,
    Reader(caller): Reader,
    params: Params,
) -> Result<Json<Listed>, Problem> {
    let sort_name = params.text("sort").unwrap_or("entered_at").to_owned();
    let query = query(&params, &sort_name)?;
    let order = if query.order == Order::Ascending { "asc" } else { "desc" };
    let (tickets, pagination) = app.store.tickets(&caller.tenant, &caller.access, query).await?;
    let data = tickets.into_iter().map(|ticket| Shown::of(&caller.tenant, ticket)).collect();
    Ok(Json(Listed { data, pagination, meta: Meta { sort: sort_name, order } }))
}

fn query(params: &Params, sort_name: &str) -> Result<TicketQuery, Problem> {
    let ids = params.ids("ids", IDS_MAX)?;
    // Who asks for tickets by name gets all of them at once.
    let default = if ids.is_some() { u32::try_from(IDS_MAX).unwrap_or(LIMIT_MAX) } else { LIMIT };
    let max = default.max(LIMIT_MAX);
    Ok(TicketQuery {
        page: params.within("page", 1, 1..=u32::MAX)?,
        limit: params.within("limit", default, 1..=max)?,
        sort: sort(sort_name)?,
        order: order(params)?,
        filter: Filter {
            board: params.id("board_id")?,
            statuses: statuses(params)?,
            priority: params.id("priority_id")?,
            client: params.id("client_id")?,
            assignee: params.id("assigned_to")?,
            closed: closed(params)?,
            search: search(params)?,
            ids,
        },
    })
}

fn sort(name: &str) -> Result<Sort, Problem> {
    Ok(match name {
        "entered_at" | "created_at" => Sort::EnteredAt,
        "updated_at" => Sort::UpdatedAt,
        "closed_at" => Sort::ClosedAt,
        "due_date" => Sort::DueDate,
        "sla_response_due_at" => Sort::ResponseDue,
        "sla_resolution_due_at" => Sort::ResolutionDue,
        "title" => Sort::Title,
        "ticket_number" => Sort::Number,
        "client_name" => Sort::ClientName,
        "status_name" => Sort::StatusName,
        "priority_name" => Sort::PriorityName,
        "priority_order" => Sort::PriorityOrder,
        _ => return Err(invalid("sort", "invalid_enum_value", "Tickets cannot be sorted by this")),
    })
}

fn order(params: &Params) -> Result<Order, Problem> {
    match params.text("order") {
        None | Some("desc") => Ok(Order::Descending),
        Some("asc") => Ok(Order::Ascending),
        Some(_) => Err(invalid("order", "invalid_enum_value", "order is asc or desc")),
    }
}

fn statuses(params: &Params) -> Result<Option<Vec<callboard_model::StatusId>>, Problem> {
    match params.id("status_id")? {
        Some(one) => Ok(Some(vec![one])),
        None => params.ids("status_ids", IDS_MAX),
    }
}

/// `is_open=true` and `is_closed=false` are the same wish; two that contradict each other are refused.
fn closed(params: &Params) -> Result<Option<bool>, Problem> {
    let open: Option<bool> = params.parsed("is_open")?;
    let closed: Option<bool> = params.parsed("is_closed")?;
    match (open, closed) {
        (Some(open), Some(closed)) if open == closed => Err(Problem::invalid(&[Issue::at(
            "is_open",
            "custom",
            "is_open and is_closed contradict each other",
        )])),
        (Some(open), _) => Ok(Some(!open)),
        (None, closed) => Ok(closed),
    }
}

fn search(params: &Params) -> Result<Option<String>, Problem> {
    match params.text("search") {
        Some(text) if text.chars().count() > SEARCH_MAX => {
            Err(invalid("search", "too_big", format!("search has at most {SEARCH_MAX} characters")))
        }
        text => Ok(text.map(str::to_owned)),
    }
}
