//! Opening a ticket.
//!
//! **Invariant:** a new ticket is answered as it was stored, with the number that the company knows it by.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use callboard_model::Field;
use uuid::Uuid;

use super::answer::written;
use super::body::{For, read};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::Issue;
use crate::http::extract::{Known, Object, WriteHeaders};
use crate::http::once::author;
use crate::http::problem::Problem;
use crate::store::save::{Attempt, Opening, Saved};

/// How the company does its work: not for a customer who opens a ticket.
const OWN_BUSINESS: [Field; 6] =
    [Field::Assignee, Field::Team, Field::Impact, Field::Urgency, Field::DueDate, Field::ResponseState];

pub(super) async fn open(
    State(app): State<App>,
    Known(caller): Known,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let attempt = opened(&app, &caller, &headers, &body).await?;
    written(&caller.tenant, StatusCode::CREATED, attempt)
}

/// Opens a ticket, if the caller may and the body says one.
pub(crate) async fn opened(
    app: &App,
    caller: &Caller,
    headers: &WriteHeaders,
    body: &Object,
) -> Result<Attempt<Saved>, Problem> {
    if !caller.access.opens_tickets() {
        return Err(Problem::forbidden("Your role does not open tickets"));
    }
    let sent = read(&body.map, For::Opening).map_err(|issues| Problem::invalid(&issues))?;
    if !caller.access.is_internal() {
        let issues: Vec<Issue> = OWN_BUSINESS
            .iter()
            .filter(|field| sent.wish.fields.contains_key(*field))
            .map(|field| Issue::at(field.name(), "custom", "This is for the company to say"))
            .collect();
        if !issues.is_empty() {
            return Err(Problem::invalid(&issues));
        }
    }
    let author = author(caller, headers, &Method::POST, &["tickets"], &body.bytes);
    let ticket = Uuid::new_v4().to_string().into();
    Ok(app.store.open_ticket(Opening { author, ticket, wish: sent.wish }).await?)
}
