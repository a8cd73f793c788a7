//! Who is calling.
//!
//! **Invariant:** a handler that has one of these in its signature is never reached without a valid key.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use callboard_model::TenantId;
use callboard_model::rest::header;

use super::Spent;
use crate::app::App;
use crate::auth::Caller;
use crate::auth::api_key::KeyHash;
use crate::http::now;
use crate::http::problem::Problem;
use crate::listen::Source;
use crate::metrics::Limited;
use crate::quota::{Allowance, Refused};

/// Anybody with a valid key.
pub struct Known(pub Caller);

/// Somebody who may see tickets.
pub struct Reader(pub Caller);

/// Somebody of the company who may see tickets: they may know its people.
pub struct Colleague(pub Caller);

/// Somebody who may change tickets.
pub struct Writer(pub Caller);

/// Somebody who says who may do what, and what was agreed with whom.
pub struct Administrator(pub Caller);

/// Somebody who may say something on tickets.
pub struct Commenter(pub Caller);

impl FromRequestParts<App> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let key = text(&parts.headers, header::API_KEY).ok_or_else(Problem::key_missing)?;
        known(app, parts, KeyHash::of(key)).await.map(Self)
    }
}

/// Whose key a request shows, wherever in it the key stood.
pub(crate) async fn known(app: &App, parts: &Parts, key: KeyHash) -> Result<Caller, Problem> {
    let within = text(&parts.headers, header::TENANT).map(Into::into);
    let source = parts.extensions.get::<Source>().copied();
    let caller = signed_in(app, key, within, source).await?;
    if let (Some(allowance), Some(spent)) = (spend(app, &key).await?, parts.extensions.get::<Arc<Spent>>()) {
        spent.note(allowance);
    }
    Ok(caller)
}

/// The owner of a key that is shown from somewhere. Whoever shows many that open nothing is refused for a while.
pub(crate) async fn signed_in(
    app: &App,
    key: KeyHash,
    within: Option<TenantId>,
    source: Option<Source>,
) -> Result<Caller, Problem> {
    if let Some(source) = source {
        let may_try = app.quota.may_try(source, &key, app.uptime());
        may_try.map_err(|refused| too_often(app, Limited::SignIn, refused))?;
    }
    let Some(caller) = app.store.caller_by_key(key, within, now(app)).await? else {
        if let Some(source) = source {
            app.quota.failed(source, app.uptime());
        }
        return Err(Problem::key_invalid());
    };
    Ok(caller)
}

/// Counts one request of a good key.
pub(crate) async fn spend(app: &App, key: &KeyHash) -> Result<Option<Allowance>, Problem> {
    let spent = app.quota.spend(key, app.uptime()).await;
    spent.map_err(|refused| too_often(app, Limited::Key, refused))
}

impl Reader {
    /// This caller, if they may see tickets.
    pub fn of(caller: Caller) -> Result<Self, Problem> {
        if caller.access.reads_tickets() {
            Ok(Self(caller))
        } else {
            Err(Problem::forbidden("Your role does not read tickets"))
        }
    }
}

impl Writer {
    /// This caller, if they may change tickets.
    pub fn of(caller: Caller) -> Result<Self, Problem> {
        if caller.access.writes_tickets() {
            Ok(Self(caller))
        } else {
            Err(Problem::forbidden("Your role does not change tickets"))
        }
    }
}

impl Commenter {
    /// This caller, if they may say something on tickets.
    pub fn of(caller: Caller) -> Result<Self, Problem> {
        if caller.access.comments() {
            Ok(Self(caller))
        } else {
            Err(Problem::forbidden("Your role does not comment on tickets"))
        }
    }
}

impl FromRequestParts<App> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Known(caller) = Known::from_request_parts(parts, app).await?;
        Self::of(caller)
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
        Self::of(caller)
    }
}

impl FromRequestParts<App> for Administrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Known(caller) = Known::from_request_parts(parts, app).await?;
        if caller.access.administers() {
            Ok(Self(caller))
        } else {
            Err(Problem::forbidden("Your role does not administer the company"))
        }
    }
}

impl FromRequestParts<App> for Commenter {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Known(caller) = Known::from_request_parts(parts, app).await?;
        Self::of(caller)
    }
}

fn too_often(app: &App, what: Limited, refused: Refused) -> Problem {
    app.metrics.rate_limited(what);
    Problem::rate_limited(refused, now(app))
}

/// A header's text; an empty one counts as none.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim).filter(|text| !text.is_empty())
}
