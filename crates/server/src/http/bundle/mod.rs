//! The endpoints of bundles.
//!
//! **Invariant:** only somebody who may change a ticket can put it into a bundle or take it out.

mod body;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use callboard_model::rest::One;
use callboard_model::{BoardId, ClientId, PriorityId, StatusId, Ticket, TicketId, UserId, Version};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Id, Object, Pair, Reader, WriteHeaders, Writer};
use super::once;
use super::openapi::{Contract, Routes};
use super::problem::Problem;
use super::tickets::refused;
use crate::app::App;
use crate::auth::Caller;
use crate::store::bundles::{Bundle, Join, Rearrange};
use crate::store::comments::Ground;
use crate::store::save::{Attempt, Refusal};

pub(super) fn routes() -> Routes {
    Routes::of("bundles")
        .get(
            "/tickets/{id}/bundle",
            read,
            Contract::reads::<One<Shown>>("The bundle around a ticket, as far as the caller may see it"),
        )
        .post(
            "/tickets/{id}/bundle",
            begin,
            Contract::creates::<NewBundle, One<Shown>>("Make a ticket the master of others").on_a_ticket(),
        )
        .delete(
            "/tickets/{id}/bundle",
            dissolve,
            Contract::removes("Take the bundle of a master apart").on_a_ticket(),
        )
        .post(
            "/tickets/{id}/bundle/children",
            add,
            Contract::creates::<NewChildren, One<Shown>>("Put more tickets below a master").on_a_ticket(),
        )
        .delete(
            "/tickets/{id}/bundle/children/{childId}",
            leave,
            Contract::removes("Take a child out; with the last one the bundle ends").on_a_ticket(),
        )
        .post(
            "/tickets/{id}/bundle/promote",
            promote,
            Contract::writes::<Promotion, One<Shown>>("Let a child be the master").on_a_ticket(),
        )
        .put(
            "/tickets/{id}/bundle/settings",
            settle,
            Contract::writes::<BundleSettings, One<Shown>>("Change how a bundle behaves").on_a_ticket(),
        )
}

/// Which tickets a new master speaks for.
#[derive(Deserialize, ToSchema)]
#[allow(
    dead_code,
    reason = "it is read key by key, so that every wrong one is named; this is its description"
)]
struct NewBundle {
    /// 1 to 100 tickets.
    child_ticket_ids: Vec<TicketId>,
    /// `link_only` or `sync_updates` (default).
    mode: Option<String>,
}

/// Which tickets more.
#[derive(Deserialize, ToSchema)]
#[allow(
    dead_code,
    reason = "it is read key by key, so that every wrong one is named; this is its description"
)]
struct NewChildren {
    child_ticket_ids: Vec<TicketId>,
}

/// Which child shall be the master.
#[derive(Deserialize, ToSchema)]
#[allow(
    dead_code,
    reason = "it is read key by key, so that every wrong one is named; this is its description"
)]
struct Promotion {
    new_master_ticket_id: TicketId,
}

/// How a bundle shall behave; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[allow(
    dead_code,
    reason = "it is read key by key, so that every wrong one is named; this is its description"
)]
struct BundleSettings {
    /// `link_only` or `sync_updates`.
    mode: Option<String>,
    reopen_on_child_reply: Option<bool>,
}

/// A bundle as it looks from one of its tickets. A ticket in no bundle has `mode` null and no children.
#[derive(Serialize, ToSchema)]
#[schema(as = Bundle)]
struct Shown {
    ticket_id: TicketId,
    is_bundle_master: bool,
    is_bundle_child: bool,
    master_ticket_id: Option<TicketId>,
    mode: Option<&'static str>,
    reopen_on_child_reply: bool,
    master_ticket: Option<Member>,
    children: Vec<Member>,
}

/// A ticket of a bundle, in short.
#[derive(Serialize, ToSchema)]
#[schema(as = BundleMember)]
struct Member {
    ticket_id: TicketId,
    ticket_number: Arc<str>,
    title: Arc<str>,
    board_id: Option<BoardId>,
    client_id: Option<ClientId>,
    client_name: Option<Arc<str>>,
    status_id: Option<StatusId>,
    status_name: Option<Arc<str>>,
    status_is_closed: bool,
    priority_id: Option<PriorityId>,
    priority_name: Option<Arc<str>>,
    assigned_to: Option<UserId>,
    assigned_to_name: Option<Arc<str>>,
    version: Option<Version>,
}

impl From<Ticket> for Member {
    fn from(ticket: Ticket) -> Self {
        Self {
            ticket_id: ticket.ticket_id,
            ticket_number: ticket.ticket_number,
            title: ticket.title,
            board_id: ticket.board_id,
            client_id: ticket.client_id,
            client_name: ticket.client_name,
            status_id: ticket.status_id,
            status_name: ticket.status_name,
            status_is_closed: ticket.status_is_closed,
            priority_id: ticket.priority_id,
            priority_name: ticket.priority_name,
            assigned_to: ticket.assigned_to,
            assigned_to_name: ticket.assigned_to_name,
            version: ticket.version,
        }
    }
}

impl Shown {
    fn new(bundle: Bundle) -> Self {
        let is_bundle_master = bundle.master.as_ref().is_some_and(|one| one.ticket_id == bundle.ticket);
        Self {
            is_bundle_master,
            is_bundle_child: bundle.settings.is_some() && !is_bundle_master,
            ticket_id: bundle.ticket,
            master_ticket_id: bundle.master.as_ref().map(|one| one.ticket_id.clone()),
            mode: bundle.settings.map(|settings| settings.mode.name()),
            reopen_on_child_reply: bundle.settings.is_some_and(|settings| settings.reopen_on_child_reply),
            master_ticket: bundle.master.map(Into::into),
            children: bundle.children.into_iter().map(Into::into).collect(),
        }
    }
}

async fn read(
    State(app): State<App>,
    Reader(caller): Reader,
    Id(id): Id,
) -> Result<Json<One<Shown>>, Problem> {
    let found = app.store.bundle(&caller.tenant, &id.into(), &caller.access).await?;
    let bundle = found.ok_or_else(|| refused(&caller.tenant, Refusal::NotFound))?;
    Ok(Json(One { data: Shown::new(bundle) }))
}

/// Who writes on which master; `path` is what follows `bundle` in the address.
fn ground(
    caller: &Caller,
    headers: &WriteHeaders,
    method: &Method,
    (ticket, path): (&str, &[&str]),
    body: &[u8],
) -> Ground {
    let address: Vec<_> = ["tickets", ticket, "bundle"].iter().chain(path).copied().collect();
    let author = once::author(caller, headers, method, &address, body);
    Ground { author, ticket: ticket.into(), exactly: headers.exactly }
}

fn told(caller: &Caller, status: StatusCode, attempt: Attempt<Bundle>) -> Result<Response, Problem> {
    let told = |bundle| match status {
        StatusCode::NO_CONTENT => status.into_response(),
        status => (status, Json(One { data: Shown::new(bundle) })).into_response(),
    };
    once::answer(attempt, told, |refusal| refused(&caller.tenant, refusal))
}

async fn begin(
    State(app): State<App>,
    Writer(caller): Writer,
    Id(id): Id,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let (children, begin) = body::children(&body.map, true).map_err(|issues| Problem::invalid(&issues))?;
    let ground = ground(&caller, &headers, &Method::POST, (&id, &[]), &body.bytes);
    told(&caller, StatusCode::CREATED, app.store.join_bundle(Join { ground, children, begin }).await?)
}

async fn add(
    State(app): State<App>,
    Writer(caller): Writer,
    Id(id): Id,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let (children, begin) = body::children(&body.map, false).map_err(|issues| Problem::invalid(&issues))?;
    let ground = ground(&caller, &headers, &Method::POST, (&id, &["children"]), &body.bytes);
    told(&caller, StatusCode::CREATED, app.store.join_bundle(Join { ground, children, begin }).await?)
}

async fn dissolve(
    State(app): State<App>,
    Writer(caller): Writer,
    Id(id): Id,
    headers: WriteHeaders,
) -> Result<Response, Problem> {
    let ground = ground(&caller, &headers, &Method::DELETE, (&id, &[]), &[]);
    let attempt = app.store.rearrange_bundle(ground, Rearrange::Dissolve).await?;
    told(&caller, StatusCode::NO_CONTENT, attempt)
}

async fn leave(
    State(app): State<App>,
    Writer(caller): Writer,
    Pair(id, child): Pair,
    headers: WriteHeaders,
) -> Result<Response, Problem> {
    let ground = ground(&caller, &headers, &Method::DELETE, (&id, &["children", &child]), &[]);
    let attempt = app.store.rearrange_bundle(ground, Rearrange::Leave(child.into())).await?;
    told(&caller, StatusCode::NO_CONTENT, attempt)
}

async fn promote(
    State(app): State<App>,
    Writer(caller): Writer,
    Id(id): Id,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let chosen = body::promotion(&body.map).map_err(|issues| Problem::invalid(&issues))?;
    let ground = ground(&caller, &headers, &Method::POST, (&id, &["promote"]), &body.bytes);
    told(&caller, StatusCode::OK, app.store.rearrange_bundle(ground, Rearrange::Promote(chosen)).await?)
}

async fn settle(
    State(app): State<App>,
    Writer(caller): Writer,
    Id(id): Id,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let what = body::settings(&body.map).map_err(|issues| Problem::invalid(&issues))?;
    let ground = ground(&caller, &headers, &Method::PUT, (&id, &["settings"]), &body.bytes);
    told(&caller, StatusCode::OK, app.store.rearrange_bundle(ground, what).await?)
}
