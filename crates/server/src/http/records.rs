//! The version of any record (RB-5).
//!
//! **Invariant:** a record that the caller may not see is answered like one that does not exist.

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use callboard_model::rest::One;
use callboard_model::{Timestamp, Version};
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::{Entity, Known, is_id};
use super::openapi::{Contract, Routes};
use super::problem::Problem;
use crate::app::App;
use crate::auth::Access;
use crate::store::records::Kind;

pub(super) fn routes() -> Routes {
    Routes::of("records").get(
        "/records/{type}/{id}/version",
        version,
        Contract::reads::<One<Standing>>("How a ticket, client, contact or schedule entry stands")
            .header("If-None-Match", "The version that the caller has, in quotes")
            .also("304", "The caller has this version"),
    )
}

/// How a record stands.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordVersion)]
struct Standing {
    version: Version,
    updated_at: Option<Timestamp>,
    updated_by_name: Option<String>,
}

/// The record that the address names.
struct Named {
    kind: Kind,
    id: String,
}

impl FromRequestParts<App> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Path((kind, id)) =
            Path::<(String, String)>::from_request_parts(parts, app).await.map_err(|_| unknown())?;
        let kind = Kind::from_name(&kind).filter(|_| is_id(&id)).ok_or_else(unknown)?;
        Ok(Self { kind, id })
    }
}

async fn version(
    State(app): State<App>,
    Known(caller): Known,
    Named { kind, id }: Named,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if !reads(&caller.access, kind) {
        return Err(Problem::forbidden("Your role does not read such records"));
    }
    let found = app.store.record_version(&caller, kind, id).await?.ok_or_else(unknown)?;
    let entity = Entity(found.version);
    let tag = [(header::ETAG, entity.tag())];
    if entity.is_held(&headers) {
        return Ok((StatusCode::NOT_MODIFIED, tag).into_response());
    }
    let standing = Standing {
        version: found.version,
        updated_at: found.updated_at,
        updated_by_name: found.updated_by_name,
    };
    Ok((tag, Json(One { data: standing })).into_response())
}

/// Whether there are records of this kind for somebody at all.
fn reads(access: &Access, kind: Kind) -> bool {
    match kind {
        Kind::Ticket | Kind::Client | Kind::Contact => access.reads_tickets(),
        Kind::ScheduleEntry => access.reads_schedules(),
    }
}

fn unknown() -> Problem {
    Problem::not_found("There is no such record")
}
