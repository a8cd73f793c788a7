//! Who is calling.
//!
//! **Invariant:** a handler that has one of these in its signature is never reached without a valid key.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use callboard_model::rest::header;

use crate::app::App;
use crate::auth::Caller;
use crate::auth::api_key::KeyHash;
use crate::http::now;
use crate::http::problem::Problem;

/// Anybody with a valid key.
pub struct Known(pub Caller);

/// Somebody who may see tickets.
pub struct Reader(pub Caller);

/// Somebody of the company who may see tickets: they may know its people.
pub struct Colleague(pub Caller);

/// Somebody who may change tickets.
pub struct Writer(pub Caller);

impl FromRequestParts<App> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let key = text(&parts.headers, header::API_KEY).ok_or_else(Problem::key_missing)?;
        let within = text(&parts.headers, header::TENANT).map(Into::into);
        let caller = app.store.caller_by_key(KeyHash::of(key), within, now()).await?;
        caller.map(Self).ok_or_else(Problem::key_invalid)
    }
}

impl FromRequestParts<App> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Known(caller) = Known::from_request_parts(parts, app).await?;
        if caller.access.reads_tickets() {
            Ok(Self(caller))
        } else {
            Err(Problem::forbidden("Your role does not read tickets"))
        }
    }
}

impl FromRequestParts<App> for Colleague {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Reader(caller) = Reader::from_request_parts(parts, app).await?;
        if caller.access.is_internal() {
            Ok(Self(caller))
        } else {
            Err(Problem::forbidden("The company's people are not for its customers"))
        }
    }
}

impl FromRequestParts<App> for Writer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Known(caller) = Known::from_request_parts(parts, app).await?;
        if caller.access.writes_tickets() {
            Ok(Self(caller))
        } else {
            Err(Problem::forbidden("Your role does not change tickets"))
        }
    }
}

/// A header's text; an empty one counts as none.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim).filter(|text| !text.is_empty())
}
