//! One ticket.
//!
//! **Invariant:** "not changed" is only said to somebody who could have read it.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use callboard_model::TicketId;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::shown::Detail;
use super::unknown;
use crate::app::App;
use crate::auth::{Caller, Placement};
use crate::error::ServerError;
use crate::http::extract::{Entity, Id, Params, Reader};
use crate::http::openapi::Contract;
use crate::http::problem::Problem;
use crate::http::ranges::Ranges;
use crate::store::save::Sheet;

/// The envelope of one ticket.
#[derive(Serialize, ToSchema)]
#[schema(as = OneTicket)]
struct Told {
    #[schema(value_type = Detail)]
    data: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<Meta>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OneTicketMeta)]
struct Meta {
    /// What `field_ranges` made shorter.
    truncated_fields: Vec<String>,
}

pub(super) fn contract() -> Contract {
    Contract::reads::<Told>("One ticket")
        .query::<String>(
            "field_ranges[name]",
            "Only these characters of a text, such as 0-200; dots lead into it",
        )
        .query::<String>("field", "A text of which only `range` is wanted")
        .query::<String>("range", "Which characters of `field`, such as 0-200")
        .header("If-None-Match", "The version that the caller has, in quotes")
        .also("304", "The caller has this version")
}

pub(super) async fn get(
    State(app): State<App>,
    Reader(caller): Reader,
    Id(id): Id,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ranges = Ranges::read(&params)?;
    let sheet = found(&app, &caller, &id.into()).await?;
    let entity = Entity(sheet.ticket.version.unwrap_or_default());
    let tag = [(header::ETAG, entity.tag())];
    if entity.is_held(&headers) {
        return Ok((StatusCode::NOT_MODIFIED, tag).into_response());
    }
    let mut data = serde_json::to_value(Detail::of(&caller.tenant, sheet))
        .map_err(|error| ServerError::Unreadable(error.to_string()))?;
    let truncated_fields = ranges.cut(&mut data);
    let meta = (!truncated_fields.is_empty()).then_some(Meta { truncated_fields });
    Ok((tag, Json(Told { data, meta })).into_response())
}

/// The ticket as far as the caller may see it.
pub(crate) async fn found(app: &App, caller: &Caller, ticket: &TicketId) -> Result<Sheet, Problem> {
    let sheet = app.store.sheet(&caller.tenant, ticket).await?;
    let may_read = |sheet: &Sheet| caller.access.reads(&Placement::of(&sheet.ticket));
    let mut sheet = sheet.filter(may_read).ok_or_else(unknown)?;
    if !caller.access.is_internal() {
        sheet.overrides.clear();
    }
    Ok(sheet)
}
