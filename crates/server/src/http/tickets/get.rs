//! One ticket.
//!
//! **Invariant:** "not changed" is only said to somebody who could have read it.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use callboard_model::rest::One;

use super::{Shown, unknown};
use crate::app::App;
use crate::auth::Placement;
use crate::http::extract::{Entity, Id, Reader};
use crate::http::problem::Problem;

pub(super) async fn get(
    State(app): State<App>,
    Reader(caller): Reader,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ticket = app.store.ticket(&caller.tenant, &id.into()).await?;
    let ticket = ticket.filter(|ticket| caller.access.reads(&Placement::of(ticket))).ok_or_else(unknown)?;
    let entity = Entity(ticket.version.unwrap_or_default());
    let tag = [(header::ETAG, entity.tag())];
    if entity.is_held(&headers) {
        return Ok((StatusCode::NOT_MODIFIED, tag).into_response());
    }
    Ok((tag, Json(One { data: Shown::new(&caller.tenant, ticket) })).into_response())
}
