//! The schedule over REST, in the stock's shape; unlike the stock, status and assignees are really written.
//!
//! | module | holds |
//! |---|---|
//! | [`body`] | what the body of a write says |
//! | [`shown`] | an entry as it is answered, and how it was overtaken |
//!
//! **Invariant:** an entry leaves through [`shown`], which hides what is not for the caller.

mod body;
mod shown;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use callboard_model::rest::One;
use callboard_model::{EntryId, Timestamp, UserId, Version};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use self::body::Plan;
use self::shown::{Overtaken, Shown, refused};
use super::extract::{Entity, Id, Known, Object, Params, WriteHeaders, Writer, invalid};
use super::openapi::{Contract, Routes};
use super::problem::Problem;
use super::{Many, now, once};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::value::to_millisecond;
use crate::store::save::{Attempt, Knew};
use crate::store::schedules::{Cancelling, EntryQuery, Planning, Seen, Unplanned};

pub(super) fn routes() -> Routes {
    Routes::of("schedules")
        .get(
            "/schedules",
            list,
            filtered(Contract::reads::<Listed>("Entries of the schedule; one's own, unless one plans")),
        )
        .get("/schedules/search", search, searched())
        .post("/schedules", add, Contract::creates::<Plan, One<Shown>>("Plan something").applied_once())
        .get(
            "/schedules/{id}",
            get,
            Contract::reads::<One<Shown>>("One entry")
                .header("If-None-Match", "The version that the caller has, in quotes")
                .also("304", "The caller has this version"),
        )
        .put(
            "/schedules/{id}",
            change,
            Contract::writes::<Plan, One<Shown>>("Change some of an entry")
                .answers::<Overtaken>("409", "It was changed since `client_version`; nothing was written")
                .answers::<Overtaken>("412", "`If-Match` did not hold; nothing was written")
                .applied_once(),
        )
        .delete(
            "/schedules/{id}",
            remove,
            Contract::removes("Take an entry away")
                .query::<Version>("client_version", "The version on which that was decided")
                .answers::<Overtaken>("409", "It was changed since `client_version`; nothing was written")
                .answers::<Overtaken>("412", "`If-Match` did not hold; nothing was written"),
        )
        .get(
            "/schedules/{id}/conflicts",
            conflicts,
            Contract::reads::<Many<Shown>>("What wants the same people at the same time"),
        )
}

fn filtered(contract: Contract) -> Contract {
    contract
        .query::<String>("start_date", "Starting then or later")
        .query::<String>("end_date", "Ending then or earlier")
        .query::<String>("from", "Going on then or later, also when begun before")
        .query::<String>("to", "Begun before then, also when going on")
        .query::<UserId>("user_id", "Of this person")
        .query::<String>("work_item_id", "For this thing")
}

fn searched() -> Contract {
    let contract = Contract::reads::<Listed>("Entries of the schedule that are about something");
    filtered(contract).query::<String>("query", "In title or notes, where the caller reads them; needed")
}

fn unknown() -> Problem {
    Problem::not_found("Schedule entry not found")
}

/// Whoever there are schedules for.
fn may_read(caller: &Caller) -> Result<(), Problem> {
    if caller.access.reads_schedules() {
        Ok(())
    } else {
        Err(Problem::forbidden("Your role does not read schedules"))
    }
}

/// The stock's envelope, and whether there was more than fits.
#[derive(Serialize, ToSchema)]
#[schema(as = ScheduleList)]
struct Listed {
    data: Vec<Shown>,
    meta: Meta,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ScheduleListMeta)]
struct Meta {
    truncated: bool,
}

async fn list(State(app): State<App>, Known(caller): Known, params: Params) -> Result<Json<Listed>, Problem> {
    may_read(&caller)?;
    listed(&app, &caller, filter(&params)?).await
}

async fn search(
    State(app): State<App>,
    Known(caller): Known,
    params: Params,
) -> Result<Json<Listed>, Problem> {
    may_read(&caller)?;
    let search = params.words("query")?;
    if search.is_none() {
        return Err(invalid("query", "invalid_type", "Required"));
    }
    listed(&app, &caller, EntryQuery { search, ..filter(&params)? }).await
}

fn filter(params: &Params) -> Result<EntryQuery, Problem> {
    Ok(EntryQuery {
        user: params.id("user_id")?,
        starts_from: time(params, "start_date")?,
        ends_by: time(params, "end_date")?,
        from: time(params, "from")?,
        to: time(params, "to")?,
        work: params.id::<EntryId>("work_item_id")?.map(|id| id.to_string()),
        search: None,
    })
}

async fn listed(app: &App, caller: &Caller, query: EntryQuery) -> Result<Json<Listed>, Problem> {
    let (entries, truncated) = app.store.schedule(caller, query).await?;
    Ok(Json(Listed { data: all(app, entries), meta: Meta { truncated } }))
}

/// An instant, or a day, which stands for its first instant in UTC as in the stock.
fn time(params: &Params, name: &str) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = params.text(name) else { return Ok(None) };
    let day = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|day| day.timestamp());
    let at = text.parse().ok().or_else(day).and_then(to_millisecond);
    at.map(Some).ok_or_else(|| invalid(name, "invalid_datetime", format!("{name} is not a time")))
}

fn all(app: &App, entries: Vec<Seen>) -> Vec<Shown> {
    let now = now(app);
    entries.into_iter().map(|seen| Shown::new(seen, now)).collect()
}

async fn get(
    State(app): State<App>,
    Known(caller): Known,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    may_read(&caller)?;
    let seen = app.store.schedule_entry(&caller, &id.into()).await?.ok_or_else(unknown)?;
    let entity = Entity(seen.entry.version);
    if entity.is_held(&headers) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, entity.tag())]).into_response());
    }
    Ok(one(StatusCode::OK, seen, now(&app)))
}

fn one(status: StatusCode, seen: Seen, now: Timestamp) -> Response {
    let tag = Entity(seen.entry.version).tag();
    (status, [(header::ETAG, tag)], Json(One { data: Shown::new(seen, now) })).into_response()
}

async fn conflicts(
    State(app): State<App>,
    Known(caller): Known,
    Id(id): Id,
) -> Result<Json<Many<Shown>>, Problem> {
    may_read(&caller)?;
    let entries = app.store.schedule_conflicts(&caller, &id.into()).await?.ok_or_else(unknown)?;
    Ok(Json(Many { data: all(&app, entries) }))
}

async fn add(
    State(app): State<App>,
    Writer(caller): Writer,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let sent = body::read(&body.map).map_err(|issues| Problem::invalid(&issues))?;
    let planning = Planning {
        author: once::author(&caller, &headers, &Method::POST, &["schedules"], &body.bytes),
        entry: Uuid::new_v4().to_string().into(),
        wanted: sent.wanted,
        knew: Knew::default(),
    };
    answer(StatusCode::CREATED, app.store.add_entry(planning).await?, (&body, headers.now))
}

async fn change(
    State(app): State<App>,
    Writer(caller): Writer,
    Id(id): Id,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let sent = body::read(&body.map).map_err(|issues| Problem::invalid(&issues))?;
    let planning = Planning {
        author: once::author(&caller, &headers, &Method::PUT, &["schedules", &id], &body.bytes),
        entry: id.into(),
        wanted: sent.wanted,
        knew: Knew { seen: sent.seen, exactly: headers.exactly },
    };
    answer(StatusCode::OK, app.store.change_entry(planning).await?, (&body, headers.now))
}

fn answer(
    status: StatusCode,
    attempt: Attempt<Seen, Unplanned>,
    (body, now): (&Object, Timestamp),
) -> Result<Response, Problem> {
    once::answer(attempt, |seen| one(status, seen, now), |refusal| refused(refusal, &body.map, now))
}

async fn remove(
    State(app): State<App>,
    Writer(caller): Writer,
    Id(id): Id,
    headers: WriteHeaders,
    params: Params,
) -> Result<Response, Problem> {
    let seen = params.parsed("client_version")?.map(Version);
    let cancelling = Cancelling {
        author: once::author(&caller, &headers, &Method::DELETE, &["schedules", &id], &[]),
        entry: id.into(),
        knew: Knew { seen, exactly: headers.exactly },
    };
    let attempt = app.store.remove_entry(cancelling).await?;
    let gone = |()| StatusCode::NO_CONTENT.into_response();
    once::answer(attempt, gone, |refusal| refused(refusal, &serde_json::Map::new(), headers.now))
}
