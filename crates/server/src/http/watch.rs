//! Around every request: its name, its time, its panic.
//!
//! It exists so that one line of the log and one count belong to each request, and both know nothing that a request
//! carries: no query (a token may stand in it), no body, no key, and of the path only its template.
//!
//! **Invariant:** whatever happens inside, there is an answer, and it has an `X-Request-ID`.

use std::any::Any;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;
use uuid::Uuid;

use super::extract::Spent;
use super::problem::Problem;
use crate::app::App;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id that is taken over from a caller.
const REQUEST_ID_MAX: usize = 128;
/// The longest address, path and query together. Overflow: 414.
pub const URI_MAX: usize = 16 * 1024;

/// The same routes, watched.
pub fn watched(app: &App, routes: Router<App>) -> Router<App> {
    routes
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(short_enough))
        .layer(from_fn_with_state(app.clone(), watch))
}

async fn watch(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request_id(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let spent = Arc::new(Spent::default());
    request.extensions_mut().insert(Arc::clone(&spent));
    let route = route.as_ref().map(MatchedPath::as_str);
    let span = tracing::info_span!("request", %id, %method, route);
    let answered = async {
        let mut response = next.run(request).await;
        let (status, took) = (response.status(), began.elapsed());
        app.metrics.answered(&method, route, status, took);
        say(status, took.as_millis());
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        spent.tell(response.headers_mut());
        response
    };
    answered.instrument(span).await
}

/// What went well is not worth a line unless somebody asks for it.
fn say(status: StatusCode, took_ms: u128) {
    let status = status.as_u16();
    match status {
        500.. => tracing::warn!(status, took_ms, "answered"),
        400.. => tracing::info!(status, took_ms, "answered"),
        _ => tracing::debug!(status, took_ms, "answered"),
    }
}

/// The caller's name for the request, if it is harmless; else one of ours.
fn request_id(headers: &HeaderMap) -> String {
    let harmless = |id: &&str| {
        (1..=REQUEST_ID_MAX).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    let sent = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(harmless);
    sent.map_or_else(|| Uuid::new_v4().to_string(), str::to_owned)
}

async fn short_enough(request: Request, next: Next) -> Response {
    let uri = request.uri();
    let length = uri.path().len() + uri.query().map_or(0, str::len);
    if length > URI_MAX { Problem::uri_too_long(URI_MAX).into_response() } else { next.run(request).await }
}

/// The hook of the program has logged where; what it said may hold anything and is told to nobody.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a request panicked");
    Problem::failed().into_response()
}
