//! Domain events over REST: the catalogue, the log, and the simulator (EV-1, EV-4, EV-5).
//!
//! **Invariant:** the log is for those who may read every ticket anyway: a payload carries values.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use callboard_catalog::{Actor, Circumstances, EventType, catalog, check, enrich};
use callboard_model::rest::One;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::extract::{Known, Object, Params, WriteHeaders, invalid};
use super::openapi::{Contract, Routes};
use super::problem::Problem;
use super::{Many, once};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::Issue;
use crate::domain::events::Happening;
use crate::store::events::{EventQuery, Told};

/// Events per answer when the caller does not say.
const LIMIT: u32 = 100;
/// Events per answer at most; the rest comes with the next question.
const LIMIT_MAX: u32 = 1000;
/// Kinds named in one question at most.
const TYPES_MAX: usize = 50;

pub(super) fn routes() -> Routes {
    Routes::of("events")
        .get(
            "/event-catalog",
            described,
            Contract::reads::<Many<Described>>("Every event that can be told of, with its schema")
                .query::<String>("category", "Only these: Tickets, Scheduling, …")
                .query::<bool>("emitted", "Only what this server sends, or only what it does not"),
        )
        .get(
            "/events",
            log,
            Contract::reads::<Log>("What was told, oldest first")
                .query::<u64>("since", "The `next` of the answer before")
                .query::<String>("types", "Only these, with commas between")
                .query::<String>("ticket_id", "Only about this ticket")
                .query::<u32>("limit", "Events per answer, 1 to 1000; 100 unless given")
                .query::<String>(
                    "order",
                    "asc (default), or desc: the newest first, and `next` is the end of the log",
                )
                .also("410", "The log does not reach back so far"),
        )
        .post(
            "/events/simulate",
            simulate,
            Contract::writes::<Simulation, One<Simulated>>("Tell an event of which nothing happened")
                .applied_once(),
        )
}

/// One event of the catalogue.
#[derive(Serialize, ToSchema)]
#[schema(as = CatalogEntry)]
struct Described {
    event_type: &'static str,
    name: &'static str,
    description: &'static str,
    category: &'static str,
    payload_schema_ref: &'static str,
    #[schema(value_type = Object)]
    payload_schema: &'static Value,
    /// Whether this server sends it. What it does not send can be simulated.
    emitted: bool,
}

/// A page of the log.
#[derive(Serialize, ToSchema)]
#[schema(as = EventLog)]
struct Log {
    data: Vec<Told>,
    next: u64,
    has_more: bool,
}

/// What to tell.
#[derive(ToSchema)]
#[schema(as = Simulation)]
#[allow(dead_code, reason = "the shape of the body, for the document; the body itself is read by hand")]
struct Simulation {
    event_type: String,
    #[schema(value_type = Object)]
    payload: Value,
}

/// What was told.
#[derive(Serialize, ToSchema)]
#[schema(as = SimulatedEvent)]
struct Simulated {
    event_id: String,
    event_type: &'static str,
}

async fn described(Known(caller): Known, params: Params) -> Result<Json<Many<Described>>, Problem> {
    may_read(&caller)?;
    let category = params.words("category")?;
    let emitted: Option<bool> = params.parsed("emitted")?;
    let data = catalog()
        .entries()
        .filter(|entry| category.as_ref().is_none_or(|category| *category == entry.category))
        .filter(|entry| emitted.is_none_or(|emitted| emitted == entry.emitted))
        .map(|entry| Described {
            event_type: entry.event_type.as_str(),
            name: &entry.name,
            description: &entry.about,
            category: &entry.category,
            payload_schema_ref: &entry.schema_ref,
            payload_schema: &entry.schema,
            emitted: entry.emitted,
        })
        .collect();
    Ok(Json(Many { data }))
}

async fn log(State(app): State<App>, Known(caller): Known, params: Params) -> Result<Json<Log>, Problem> {
    may_read(&caller)?;
    let query = EventQuery {
        since: params.parsed("since")?.unwrap_or(0),
        types: types(&params)?,
        ticket: params.id("ticket_id")?,
        limit: params.within("limit", LIMIT, 1..=LIMIT_MAX)?,
        newest_first: match params.text("order") {
            None | Some("asc") => false,
            Some("desc") => true,
            Some(_) => return Err(invalid("order", "invalid_enum_value", "order is asc or desc")),
        },
    };
    let page = app.store.events(&caller, query).await?.ok_or_else(Problem::cursor_gone)?;
    Ok(Json(Log { data: page.told, next: page.next, has_more: page.has_more }))
}

/// Whoever may read every ticket.
fn may_read(caller: &Caller) -> Result<(), Problem> {
    if caller.access.reads_events() {
        Ok(())
    } else {
        Err(Problem::forbidden("Your role does not read the events of the whole company"))
    }
}

fn types(params: &Params) -> Result<Vec<EventType>, Problem> {
    let Some(words) = params.words("types")? else { return Ok(Vec::new()) };
    let types: Vec<_> = words
        .split(',')
        .map(|word| word.trim().parse().map_err(|_| invalid("types", "custom", "No event is called so")))
        .collect::<Result<_, _>>()?;
    if types.len() > TYPES_MAX {
        return Err(invalid("types", "too_big", format!("At most {TYPES_MAX} kinds in one question")));
    }
    Ok(types)
}

async fn simulate(
    State(app): State<App>,
    Known(caller): Known,
    headers: WriteHeaders,
    Object { mut map, bytes }: Object,
) -> Result<Response, Problem> {
    may_read(&caller)?;
    let event: EventType = map
        .remove("event_type")
        .as_ref()
        .and_then(Value::as_str)
        .and_then(|name| name.parse().ok())
        .ok_or_else(|| invalid("event_type", "custom", "No event is called so"))?;
    let Some(Value::Object(payload)) = map.remove("payload").or_else(|| Some(Map::new().into())) else {
        return Err(invalid("payload", "invalid_type", "Expected an object"));
    };
    if let Some(key) = map.keys().next() {
        return Err(invalid(key, "unrecognized_keys", "Unknown field"));
    }
    let author = once::author(&caller, &headers, &Method::POST, &["events", "simulate"], &bytes);
    let circumstances = Circumstances {
        tenant: caller.tenant.as_str().to_owned(),
        at: author.now.to_string(),
        actor: Actor::User(caller.user.as_str().to_owned()),
    };
    let payload = enrich(payload, &circumstances);
    check(event, &Value::Object(payload.clone())).map_err(|problems| {
        let issues: Vec<_> = problems.into_iter().map(|one| issue(&one.path, one.message)).collect();
        Problem::invalid(&issues)
    })?;
    let attempt = app.store.simulate(author, Happening { event, payload }).await?;
    let told =
        |event_id| Json(One { data: Simulated { event_id, event_type: event.as_str() } }).into_response();
    once::answer(attempt, told, |never| match never {})
}

/// A mistake in the payload, as the API names mistakes.
fn issue(pointer: &str, message: String) -> Issue {
    let steps = pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"));
    let path = ["payload".to_owned()].into_iter().chain(steps).collect();
    Issue { path, message, code: "custom", rule: None }
}
