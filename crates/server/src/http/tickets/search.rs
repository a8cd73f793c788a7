//! Looking for tickets by their words.
//!
//! **Invariant:** what is found is what a list would show, and no more than was asked for.

use axum::Json;
use axum::extract::State;
use callboard_model::rest::Page;

use super::filter::{IDS_MAX, text};
use super::shown::Shown;
use crate::app::App;
use crate::http::Many;
use crate::http::extract::{Params, Reader, invalid};
use crate::http::openapi::Contract;
use crate::http::problem::Problem;
use crate::store::query::{Filter, Search, TicketQuery, Words};

/// Tickets per answer when the caller does not say.
const LIMIT: u32 = 25;
/// Tickets per answer at most; whoever wants more asks more narrowly.
const LIMIT_MAX: u32 = 100;

/// Where can be looked.
const FIELDS: [(&str, Words); 4] = [
    ("title", Words::Title),
    ("ticket_number", Words::Number),
    ("client_name", Words::ClientName),
    ("contact_name", Words::ContactName),
];

pub(super) fn contract() -> Contract {
    Contract::reads::<Page<Shown>>("Look for tickets by their words; the newest come first")
        .query::<String>("query", "What to look for; required")
        .query::<String>(
            "fields",
            "Of `title`, `ticket_number`, `client_name`, `contact_name`; the first two unless given",
        )
        .query::<String>("status_ids", "In one of these: comma-separated, or a JSON array")
        .query::<String>("priority_ids", "Of one of these")
        .query::<String>("client_ids", "Of one of these")
        .query::<String>("assigned_to_ids", "Assigned to one of these")
        .query::<bool>("include_closed", "Also closed ones")
        .query::<u32>("limit", "At most so many, 1 to 100; 25 unless given")
}

pub(super) async fn search(
    State(app): State<App>,
    Reader(caller): Reader,
    params: Params,
) -> Result<Json<Many<Shown>>, Problem> {
    let required = || invalid("query", "too_small", "Search query is required");
    let text = text(&params, "query")?.ok_or_else(required)?;
    let include_closed: bool = params.parsed("include_closed")?.unwrap_or(false);
    let filter = Filter {
        search: Some(Search { text, within: within(&params)? }),
        statuses: params.ids("status_ids", IDS_MAX)?,
        priorities: params.ids("priority_ids", IDS_MAX)?,
        clients: params.ids("client_ids", IDS_MAX)?,
        assignees: params.ids("assigned_to_ids", IDS_MAX)?,
        closed: (!include_closed).then_some(false),
        ..Filter::default()
    };
    let limit = params.within("limit", LIMIT, 1..=LIMIT_MAX)?;
    let query = TicketQuery { page: 1, limit, filter, ..TicketQuery::default() };
    let (tickets, _) = app.store.tickets(&caller.tenant, &caller.access, query).await?;
    Ok(Json(Many { data: tickets.into_iter().map(|ticket| Shown::of(&caller.tenant, ticket)).collect() }))
}

/// Comma-separated, or repeated.
fn within(params: &Params) -> Result<Vec<Words>, Problem> {
    let names = params.all("fields").flat_map(|text| text.split(',')).map(str::trim);
    let named = names.filter(|name| !name.is_empty()).map(|name| {
        let known = FIELDS.iter().find(|(field, _)| *field == name);
        let unknown = || invalid("fields", "invalid_enum_value", format!("{name:.40} is not searched"));
        known.map(|(_, words)| *words).ok_or_else(unknown)
    });
    let named: Vec<Words> = named.collect::<Result<_, _>>()?;
    Ok(if named.is_empty() { vec![Words::Title, Words::Number] } else { named })
}
