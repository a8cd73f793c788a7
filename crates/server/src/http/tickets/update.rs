//! Changing a ticket: as a whole, or in the stock's two special ways.
//!
//! **Invariant:** all of them are one write with one set of rules.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use callboard_model::Field;

use super::answer::written;
use super::body::{For, read};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::Issue;
use crate::http::extract::{Id, Object, WriteHeaders, Writer};
use crate::http::once::author;
use crate::http::problem::Problem;
use crate::store::save::{Attempt, Knew, Save, Saved};

/// `PUT` and `PATCH` are the same: both take some of the fields.
pub(super) async fn update(
    State(app): State<App>,
    Writer(caller): Writer,
    Id(id): Id,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    change(&app, &caller, (&id, "", For::Change), &headers, &body).await
}

/// The stock's change of the status, with what it says of the closing.
pub(super) async fn status(
    State(app): State<App>,
    Writer(caller): Writer,
    Id(id): Id,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    if !body.map.contains_key(Field::Status.name()) {
        let missing = Issue::at(Field::Status.name(), "invalid_type", "Required");
        return Err(Problem::invalid(&[missing]));
    }
    change(&app, &caller, (&id, "status", For::Status), &headers, &body).await
}

/// The stock's change of the assignment. Without a person nothing is asked for, and nothing changes.
pub(super) async fn assignment(
    State(app): State<App>,
    Writer(caller): Writer,
    Id(id): Id,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    change(&app, &caller, (&id, "assignment", For::Assignment), &headers, &body).await
}

async fn change(
    app: &App,
    caller: &Caller,
    (id, part, purpose): (&str, &str, For),
    headers: &WriteHeaders,
    body: &Object,
) -> Result<Response, Problem> {
    let attempt = changed(app, caller, (id, part, purpose), headers, body).await?;
    written(&caller.tenant, StatusCode::OK, attempt)
}

/// Changes a ticket as a `PUT` would. Whether the caller may change tickets at all was asked before.
pub(crate) async fn put(
    app: &App,
    Writer(caller): &Writer,
    id: &str,
    headers: &WriteHeaders,
    body: &Object,
) -> Result<Attempt<Saved>, Problem> {
    changed(app, caller, (id, "", For::Change), headers, body).await
}

async fn changed(
    app: &App,
    caller: &Caller,
    (id, part, purpose): (&str, &str, For),
    headers: &WriteHeaders,
    body: &Object,
) -> Result<Attempt<Saved>, Problem> {
    let sent = read(&body.map, purpose).map_err(|issues| Problem::invalid(&issues))?;
    // `PATCH` is another word for `PUT`, under the same key too.
    let author = author(caller, headers, &Method::PUT, &["tickets", id, part], &body.bytes);
    let knew = Knew { seen: sent.seen, exactly: headers.exactly };
    Ok(app.store.save(Save { author, ticket: id.into(), wish: sent.wish, knew }).await?)
}
