//! The endpoints of comments and reactions.
//!
//! **Invariant:** whoever may not see internal comments is given none, counts none, and is told "not found" of each.

mod body;
mod shown;

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use callboard_model::TicketId;
use callboard_model::rest::One;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use self::shown::{Format, Shown};
use super::Many;
use super::extract::{Commenter, Id, Object, Pair, Params, Reader, WriteHeaders, invalid};
use super::once;
use super::openapi::{Contract, Routes};
use super::problem::Problem;
use super::tickets::refused;
use crate::app::App;
use crate::auth::{Caller, Placement};
use crate::store::comments::{Comment, CommentQuery, Ground, Say, Touch};
use crate::store::query::Order;
use crate::store::save::{Attempt, Refusal};

/// Comments in one answer when nobody says how many.
const LIMIT: u32 = 100;
/// The most comments in one answer, as in the stock.
const LIMIT_MAX: u32 = 200;
/// The furthest that a list is skipped over: more than a ticket can have.
const OFFSET_MAX: u32 = 1_000_000;

pub(super) fn routes() -> Routes {
    Routes::of("comments")
        .get(
            "/tickets/{id}/comments",
            list,
            Contract::reads::<Many<Shown>>("What was said on a ticket, as far as the caller may see it")
                .query::<u32>("limit", "1 to 200, default 100")
                .query::<u32>("offset", "How many to skip")
                .query::<String>("order", "asc (default) or desc, by the time they were said")
                .query::<String>("content_format", "full (default) or markdown"),
        )
        .post(
            "/tickets/{id}/comments",
            say,
            Contract::creates::<NewComment, One<Shown>>("Say something on a ticket").on_a_ticket(),
        )
        .put(
            "/tickets/{id}/comments/{commentId}",
            reword,
            Contract::writes::<Words, One<Shown>>("Change the words of one's own comment").on_a_ticket(),
        )
        .delete(
            "/tickets/{id}/comments/{commentId}",
            unsay,
            Contract::removes("Take a comment away; its place in the thread stays").on_a_ticket(),
        )
        .post(
            "/tickets/{id}/comments/{commentId}/reactions",
            react,
            Contract::writes::<NewReaction, One<Reacted>>("Add an emoji, or take it away again")
                .on_a_ticket(),
        )
}

/// What a new comment says.
#[derive(Deserialize, ToSchema)]
#[allow(
    dead_code,
    reason = "it is read key by key, so that every wrong one is named; this is its description"
)]
struct NewComment {
    /// 1 to 5000 visible characters.
    comment_text: String,
    #[serde(default)]
    is_internal: bool,
    #[serde(default)]
    is_resolution: bool,
    parent_comment_id: Option<String>,
    /// In minutes.
    time_spent: Option<i64>,
    #[schema(value_type = Option<Object>)]
    metadata: Option<serde_json::Map<String, serde_json::Value>>,
    #[serde(default, rename = "suppressContactNotifications")]
    suppress_contact_notifications: bool,
    #[serde(default, rename = "suppressInternalNotifications")]
    suppress_internal_notifications: bool,
}

/// Other words for a comment.
#[derive(Deserialize, ToSchema)]
#[allow(
    dead_code,
    reason = "it is read key by key, so that every wrong one is named; this is its description"
)]
struct Words {
    /// 1 to 5000 visible characters.
    comment_text: String,
}

/// A reaction.
#[derive(Deserialize, ToSchema)]
#[allow(
    dead_code,
    reason = "it is read key by key, so that every wrong one is named; this is its description"
)]
struct NewReaction {
    /// One emoji.
    emoji: String,
}

/// Whether the emoji is there now.
#[derive(Serialize, ToSchema)]
struct Reacted {
    added: bool,
}

async fn list(
    State(app): State<App>,
    Reader(caller): Reader,
    Id(id): Id,
    params: Params,
) -> Result<Json<Many<Shown>>, Problem> {
    let query = CommentQuery {
        internal: caller.access.sees_internal_comments(),
        limit: params.within("limit", LIMIT, 1..=LIMIT_MAX)?,
        offset: params.within("offset", 0, 0..=OFFSET_MAX)?,
        order: match params.text("order") {
            None | Some("asc") => Order::Ascending,
            Some("desc") => Order::Descending,
            Some(_) => return Err(invalid("order", "invalid_enum_value", "order is asc or desc")),
        },
    };
    let format = match params.text("content_format") {
        None | Some("full") => Format::Full,
        Some("markdown") => Format::Markdown,
        Some(_) => {
            let message = "content_format is full or markdown";
            return Err(invalid("content_format", "invalid_enum_value", message));
        }
    };
    let comments = of_ticket(&app, &caller, &id.into(), query).await?;
    Ok(Json(Many { data: comments.into_iter().map(|one| Shown::new(one, &caller, format)).collect() }))
}

/// What was said on a ticket, as far as the caller may see it.
pub(crate) async fn of_ticket(
    app: &App,
    caller: &Caller,
    ticket: &TicketId,
    query: CommentQuery,
) -> Result<Vec<Comment>, Problem> {
    let found = app.store.ticket(&caller.tenant, ticket).await?;
    if !found.is_some_and(|ticket| caller.access.reads(&Placement::of(&ticket))) {
        return Err(refused(&caller.tenant, Refusal::NotFound));
    }
    let internal = query.internal && caller.access.sees_internal_comments();
    Ok(app.store.comments(&caller.tenant, ticket, CommentQuery { internal, ..query }).await?)
}

/// Who writes on which ticket; `path` is what follows the ticket in the address.
fn ground(
    caller: &Caller,
    headers: &WriteHeaders,
    method: &Method,
    (ticket, path): (&str, &[&str]),
    body: &[u8],
) -> Ground {
    let address: Vec<_> = ["tickets", ticket, "comments"].iter().chain(path).copied().collect();
    let author = once::author(caller, headers, method, &address, body);
    Ground { author, ticket: ticket.into(), exactly: headers.exactly }
}

async fn say(
    State(app): State<App>,
    caller: Commenter,
    Id(id): Id,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let attempt = said(&app, &caller, &id, &headers, &body).await?;
    let Commenter(caller) = caller;
    let told = |comment| {
        let shown = Shown::new(comment, &caller, Format::Full);
        (StatusCode::CREATED, Json(One { data: shown })).into_response()
    };
    once::answer(attempt, told, |refusal| refused(&caller.tenant, refusal))
}

/// Says something on a ticket. Whether the caller may say anything at all was asked before.
pub(crate) async fn said(
    app: &App,
    Commenter(caller): &Commenter,
    id: &str,
    headers: &WriteHeaders,
    body: &Object,
) -> Result<Attempt<Comment>, Problem> {
    let said = body::saying(&body.map).map_err(|issues| Problem::invalid(&issues))?;
    let say = Say {
        ground: ground(caller, headers, &Method::POST, (id, &[]), &body.bytes),
        comment: Uuid::new_v4().to_string().into(),
        parent: said.parent,
        draft: said.draft,
        time_spent: said.time_spent,
        metadata: said.metadata,
    };
    Ok(app.store.say(say).await?)
}

async fn reword(
    State(app): State<App>,
    Commenter(caller): Commenter,
    Pair(ticket, comment): Pair,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let what = body::words(&body.map).map_err(|issues| Problem::invalid(&issues))?;
    let ground = ground(&caller, &headers, &Method::PUT, (&ticket, &[&comment]), &body.bytes);
    let attempt = app.store.reword(Touch { ground, comment: comment.as_str().into(), what }).await?;
    let told = |comment| Json(One { data: Shown::new(comment, &caller, Format::Full) }).into_response();
    once::answer(attempt, told, |refusal| untouched(&caller, refusal))
}

async fn unsay(
    State(app): State<App>,
    Commenter(caller): Commenter,
    Pair(ticket, comment): Pair,
    headers: WriteHeaders,
) -> Result<Response, Problem> {
    let ground = ground(&caller, &headers, &Method::DELETE, (&ticket, &[&comment]), &[]);
    let attempt = app.store.unsay(Touch { ground, comment: comment.as_str().into(), what: () }).await?;
    once::answer(attempt, |()| StatusCode::NO_CONTENT.into_response(), |refusal| untouched(&caller, refusal))
}

async fn react(
    State(app): State<App>,
    Commenter(caller): Commenter,
    Pair(ticket, comment): Pair,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let what = body::reaction(&body.map).map_err(|issues| Problem::invalid(&issues))?;
    let ground = ground(&caller, &headers, &Method::POST, (&ticket, &[&comment, "reactions"]), &body.bytes);
    let attempt = app.store.react(Touch { ground, comment: comment.as_str().into(), what }).await?;
    let told = |added| Json(One { data: Reacted { added } }).into_response();
    once::answer(attempt, told, |refusal| untouched(&caller, refusal))
}

fn untouched(caller: &Caller, refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound => Problem::not_found("There is no such comment on this ticket"),
        refusal => refused(&caller.tenant, refusal),
    }
}
