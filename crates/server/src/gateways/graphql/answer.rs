//! One request and its answer over HTTP, and what a request needs wherever it came from.
//!
//! **Invariant:** nothing reaches the schema that was not weighed, and nobody whose key was not checked for it.

use async_graphql::Request;
use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use callboard_model::rest::header;

use super::document::{Kind, weigh};
use super::fault::{Fault, Why, coded};
use super::protocol::bearer;
use crate::app::App;
use crate::auth::Caller;
use crate::auth::api_key::KeyHash;
use crate::http::extract::{Object, known, text};
use crate::http::problem::Problem;

/// Somebody with a valid key, in either of the headers in which GraphQL clients put it.
pub(super) struct Guest(Caller);

impl FromRequestParts<App> for Guest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let named = text(&parts.headers, header::API_KEY);
        let key = named.or_else(|| text(&parts.headers, AUTHORIZATION.as_str()).and_then(bearer));
        let key = key.map(KeyHash::of).ok_or_else(Problem::key_missing)?;
        known(app, parts, key).await.map(Self)
    }
}

/// `POST /graph`.
pub(super) async fn answer(
    State(app): State<App>,
    Guest(caller): Guest,
    body: Object,
) -> Result<Response, Problem> {
    let request = serde_json::from_value(body.map.into());
    let mut request: Request = request
        .map_err(|_| Problem::bad_request("The body is an object with a query, and perhaps variables"))?;
    let answered = match weigh(&mut request) {
        Err(fault) => fault.response(),
        Ok(Kind::Subscription) => {
            let message = "Subscriptions are told over graphql-transport-ws, on the same address";
            Fault::new(Why::Unreadable, message).response()
        }
        Ok(Kind::Answer) => app.graph.schema().execute(asked_by(request, &app, caller)).await,
    };
    Ok(Json(coded(answered)).into_response())
}

/// The request with who asks.
pub(super) fn asked_by(request: Request, app: &App, caller: Caller) -> Request {
    request.data(app.clone()).data(caller)
}
