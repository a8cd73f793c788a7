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
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::shown::{Detail, Shown};
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
pub(crate) fn refused(tenant: &TenantId, refusal: Refusal) -> Problem {
    problem(
        refusal,
        |Stale { current, conflicts }| json!({ "current": Detail::of(tenant, current), "conflicts": conflicts }),
    )
}

/// Why one of many was not written: the ticket as it stands without what may be large beside its fields.
pub(super) fn refused_of_many(tenant: &TenantId, refusal: Refusal) -> Problem {
    problem(
        refusal,
        |Stale { current, conflicts }| json!({ "current": Shown::of(tenant, current.ticket), "conflicts": conflicts }),
    )
}

fn problem(refusal: Refusal, details: impl Fn(Stale) -> Value) -> Problem {
    match refusal {
        Refusal::NotFound => unknown(),
        Refusal::Stale(stale) => Problem::stale(false, details(*stale)),
        Refusal::NotExactly(stale) => Problem::stale(true, details(*stale)),
        Refusal::Invalid(issues) => Problem::invalid(&issues),
        Refusal::Forbidden(message) => Problem::forbidden(message),
    }
}
