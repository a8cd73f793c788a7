//! Pages of tickets.
//!
//! **Invariant:** a page is bounded, whatever is asked for.

use axum::Json;
use axum::extract::State;
use callboard_model::Ticket;
use callboard_model::rest::Pagination;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::filter::{self, IDS_MAX};
use super::row::{Row, rows};
use super::{fields, shown};
use crate::app::App;
use crate::auth::Caller;
use crate::http::extract::{Params, Reader, invalid};
use crate::http::openapi::Contract;
use crate::http::problem::Problem;
use crate::store::query::{Filter, Order, Own, Sort, TicketQuery};

/// Tickets per page when the caller does not say.
const LIMIT: u32 = 25;
/// Tickets per page at most.
const LIMIT_MAX: u32 = 100;
/// By what a list is sorted when the caller does not say.
const SORT: &str = "entered_at";

/// The stock's envelope of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct Listed {
    #[schema(value_type = Vec<shown::Shown>)]
    data: Vec<Row>,
    pagination: Pagination,
    meta: Meta,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ListMeta)]
struct Meta {
    sort: String,
    order: &'static str,
    #[schema(value_type = Object)]
    filters: Map<String, Value>,
}

pub(super) fn contract() -> Contract {
    let contract = Contract::reads::<Listed>("A page of tickets")
        .query::<u32>("page", "From 1")
        .query::<u32>("limit", "Tickets per page, at most 100; 25 unless given")
        .query::<String>("sort", "By what; `entered_at` unless given")
        .query::<String>("order", "`asc` or `desc`; `desc` unless given")
        .query::<String>("fields", "Only these keys, comma-separated, and a few that every row carries")
        .query::<String>("ids", "Just these, at most 200: comma-separated, or a JSON array");
    filter::described(contract)
}

pub(super) async fn list(
    State(app): State<App>,
    Reader(caller): Reader,
    params: Params,
) -> Result<Json<Listed>, Problem> {
    let fields = fields::read(&params)?;
    let order = if order(&params)? == Order::Ascending { "asc" } else { "desc" };
    let (tickets, pagination) = page(&app, &caller, &params).await?;
    let data = rows(&app, &caller, tickets, fields.as_ref()).await?;
    let sort = params.text("sort").unwrap_or(SORT).to_owned();
    let meta = Meta { sort, order, filters: filter::told_back(&params) };
    Ok(Json(Listed { data, pagination, meta }))
}

/// The page that these parameters mean, as far as the caller may see it.
pub(crate) async fn page(
    app: &App,
    caller: &Caller,
    params: &Params,
) -> Result<(Vec<Ticket>, Pagination), Problem> {
    let query = query(params)?;
    Ok(app.store.tickets(&caller.tenant, &caller.access, query).await?)
}

fn query(params: &Params) -> Result<TicketQuery, Problem> {
    let ids = params.ids("ids", IDS_MAX)?;
    // Who asks for tickets by name gets all of them at once.
    let default = if ids.is_some() { u32::try_from(IDS_MAX).unwrap_or(LIMIT_MAX) } else { LIMIT };
    let max = default.max(LIMIT_MAX);
    Ok(TicketQuery {
        page: params.within("page", 1, 1..=u32::MAX)?,
        limit: params.within("limit", default, 1..=max)?,
        sort: sort(params.text("sort").unwrap_or(SORT))?,
        order: order(params)?,
        filter: Filter { ids, ..filter::read(params)? },
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
        own => {
            let unknown = || invalid("sort", "invalid_enum_value", "Tickets cannot be sorted by this");
            Sort::Own(Own::from_name(own).ok_or_else(unknown)?)
        }
    })
}

fn order(params: &Params) -> Result<Order, Problem> {
    match params.text("order") {
        None | Some("desc") => Ok(Order::Descending),
        Some("asc") => Ok(Order::Ascending),
        Some(_) => Err(invalid("order", "invalid_enum_value", "order is asc or desc")),
    }
}
