//! Deleting a ticket.
//!
//! **Invariant:** whoever may not see the ticket is told that there is none, and nothing else.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use callboard_model::Version;

use super::answer::refused;
use crate::app::App;
use crate::http::extract::{Id, Known, Params, WriteHeaders};
use crate::http::once;
use crate::http::problem::Problem;
use crate::store::save::{Knew, Removal};

pub(super) async fn delete(
    State(app): State<App>,
    Known(caller): Known,
    Id(id): Id,
    headers: WriteHeaders,
    params: Params,
) -> Result<Response, Problem> {
    if !caller.access.deletes_tickets() {
        return Err(Problem::forbidden("Your role does not delete tickets"));
    }
    let seen = params.parsed("client_version")?.map(Version);
    let author = once::author(&caller, &headers, &Method::DELETE, &["tickets", &id], &[]);
    let knew = Knew { seen, exactly: headers.exactly };
    let attempt = app.store.remove_ticket(Removal { author, ticket: id.as_str().into(), knew }).await?;
    let gone = |()| StatusCode::NO_CONTENT.into_response();
    once::answer(attempt, gone, |refusal| refused(&caller.tenant, refusal))
}
