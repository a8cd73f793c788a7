//! Opening a ticket.
//!
//! **Invariant:** a new ticket is answered as it was stored, with the number that the company knows it by.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use uuid::Uuid;

use super::answer::written;
use super::body::{For, read};
use crate::app::App;
use crate::http::extract::{Known, Object, WriteHeaders};
use crate::http::once::author;
use crate::http::problem::Problem;
use crate::store::save::Opening;

pub(super) async fn open(
    State(app): State<App>,
    Known(caller): Known,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    if !caller.access.opens_tickets() {
        return Err(Problem::forbidden("Your role does not open tickets"));
    }
    let sent = read(&body.map, For::Opening).map_err(|issues| Problem::invalid(&issues))?;
    let author = author(&caller, &headers, &Method::POST, &["tickets"], &body.bytes);
    let ticket = Uuid::new_v4().to_string().into();
    let attempt = app.store.open_ticket(Opening { author, ticket, wish: sent.wish }).await?;
    written(&caller.tenant, StatusCode::CREATED, attempt)
}
