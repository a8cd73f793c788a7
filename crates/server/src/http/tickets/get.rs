//! One ticket.
//!
//! **Invariant:** "not changed" is only said to somebody who could have read it.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use callboard_model::rest::One;

use super::shown::Detail;
use super::unknown;
use crate::app::App;
use crate::auth::Placement;
use crate::http::extract::{Entity, Id, Reader};
use crate::http::problem::Problem;
use crate::store::save::Sheet;

pub(super) async fn get(
    State(app): State<App>,
    Reader(caller): Reader,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let sheet = app.store.sheet(&caller.tenant, &id.into()).await?;
    let may_read = |sheet: &Sheet| caller.access.reads(&Placement::of(&sheet.ticket));
    let sheet = sheet.filter(may_read).ok_or_else(unknown)?;
    let entity = Entity(sheet.ticket.version.unwrap_or_default());
    let tag = [(header::ETAG, entity.tag())];
    if entity.is_held(&headers) {
        return Ok((StatusCode::NOT_MODIFIED, tag).into_response());
    }
    Ok((tag, Json(One { data: Detail::of(&caller.tenant, sheet) })).into_response())
}
