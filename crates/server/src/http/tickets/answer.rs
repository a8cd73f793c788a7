//! How the outcome of a write is told.
//!
//! It exists so that every write of a ticket answers in one shape, and so that other writes that are applied once can
//! say so in the same words.
//!
//! **Invariant:** what was refused says why, with everything that the writer needs to decide anew.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use callboard_model::{TenantId, Version};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::shown::Detail;
use super::unknown;
use crate::http::extract::Entity;
use crate::http::once;
use crate::http::problem::Problem;
use crate::store::save::{Attempt, Refusal, Saved, Stale};

/// The envelope of a write.
#[derive(Serialize, ToSchema)]
pub(super) struct Written {
    data: Detail,
    meta: Meta,
}

#[derive(Serialize, ToSchema)]
#[schema(as = WriteMeta)]
struct Meta {
    merged_over: Version,
    updated_fields: Vec<std::sync::Arc<str>>,
}

/// The answer to a write of one ticket.
pub(super) fn written(
    tenant: &TenantId,
    status: StatusCode,
    attempt: Attempt<Saved>,
) -> Result<Response, Problem> {
    once::answer(attempt, |saved| ticket(tenant, status, saved), |refusal| refused(tenant, refusal))
}

fn ticket(tenant: &TenantId, status: StatusCode, saved: Saved) -> Response {
    let tag = Entity(saved.sheet.ticket.version.unwrap_or_default()).tag();
    let meta = Meta { merged_over: saved.merged_over, updated_fields: saved.updated_fields };
    let written = Written { data: Detail::of(tenant, saved.sheet), meta };
    (status, [(header::ETAG, tag)], Json(written)).into_response()
}

/// Why a ticket was not written.
pub(super) fn refused(tenant: &TenantId, refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound => unknown(),
        Refusal::Stale(stale) => Problem::stale(false, details(tenant, *stale)),
        Refusal::NotExactly(stale) => Problem::stale(true, details(tenant, *stale)),
        Refusal::Invalid(issues) => Problem::invalid(&issues),
        Refusal::Forbidden(message) => Problem::forbidden(message),
    }
}

fn details(tenant: &TenantId, stale: Stale) -> serde_json::Value {
    json!({ "current": Detail::of(tenant, stale.current), "conflicts": stale.conflicts })
}
