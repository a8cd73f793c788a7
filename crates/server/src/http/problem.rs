//! Every answer that says no.
//!
//! It exists so that one file decides what a client learns of a failure. The stock has two shapes: an object with a
//! code in the API, and a bare sentence at its edge and outside `/v1`.
//!
//! **Invariant:** no answer carries SQL, a trace, a path of this machine or the text of a [`ServerError`].

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use callboard_model::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::Issue;
use crate::error::ServerError;
use crate::quota::Refused;

/// After how many seconds a busy server may be asked again.
const RETRY_AFTER_SECONDS: u64 = 1;

/// Why a request is refused.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    message: String,
    details: Option<Value>,
    /// The edge of the stock answers with a bare sentence.
    bare: bool,
    limited: Option<Limited>,
}

/// When one who asked too often may come back.
#[derive(Debug)]
struct Limited {
    limit: u32,
    wait: Duration,
    reset: Timestamp,
}

impl Limited {
    fn tell(&self, headers: &mut HeaderMap) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(rounded_up(self.wait, Duration::from_secs(1))));
        headers.insert(HeaderName::from_static("x-ratelimit-limit"), HeaderValue::from(self.limit));
        headers.insert(HeaderName::from_static("x-ratelimit-remaining"), HeaderValue::from(0));
        if let Ok(reset) = HeaderValue::from_str(&self.reset.to_string()) {
            headers.insert(HeaderName::from_static("x-ratelimit-reset"), reset);
        }
    }
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), details: None, bare: false, limited: None }
    }

    fn with(mut self, details: impl Serialize) -> Self {
        self.details = serde_json::to_value(details).ok();
        self
    }

    /// 401, in the words and the shape of the stock's edge.
    #[must_use]
    pub fn key_missing() -> Self {
        let bare = Self::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "Unauthorized: API key missing");
        Self { bare: true, ..bare }
    }

    /// 401.
    #[must_use]
    pub fn key_invalid() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "Invalid API key")
    }

    /// 403.
    #[must_use]
    pub fn forbidden(message: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "FORBIDDEN", message)
    }

    /// The company has switched the live layer off (LT-20).
    #[must_use]
    pub fn live_updates_off() -> Self {
        Self::forbidden("Live updates are switched off")
    }

    /// 404.
    #[must_use]
    pub fn not_found(message: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
    }

    /// 405.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        let message = "This address does not answer to this method";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message)
    }

    /// 400 with every issue.
    #[must_use]
    pub fn invalid(issues: &[Issue]) -> Self {
        let by_rule = issues.iter().any(|issue| issue.rule.is_some());
        let message = if by_rule { "Ticket close rules not satisfied" } else { "Validation failed" };
        Self::new(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", message).with(issues)
    }

    /// 400 for something that is no field.
    #[must_use]
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    /// 400 for a body that is not JSON, with the place.
    #[must_use]
    pub fn malformed_json(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        Self::bad_request(format!("Malformed JSON at line {line}, column {column}"))
            .with(json!({ "line": line, "column": column }))
    }

    /// 409: something else stands in the way.
    #[must_use]
    pub fn conflict(message: &str) -> Self {
        Self::new(StatusCode::CONFLICT, "CONFLICT", message)
    }

    /// 409 or, for `If-Match`, 412: somebody else was faster.
    #[must_use]
    pub fn stale(strict: bool, details: impl Serialize) -> Self {
        let status = if strict { StatusCode::PRECONDITION_FAILED } else { StatusCode::CONFLICT };
        Self::new(status, "STALE_VERSION", "The ticket was changed since you read it").with(details)
    }

    /// 410: the change feed does not reach back so far.
    #[must_use]
    pub fn cursor_gone() -> Self {
        Self::new(StatusCode::GONE, "CURSOR_GONE", "The change feed does not reach back so far: load anew")
    }

    /// 413.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        let message = format!("A body has at most {limit} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message)
    }

    /// 422: the key stands for another write.
    #[must_use]
    pub fn key_reused() -> Self {
        let message = "This idempotency key was used for another write";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "IDEMPOTENCY_KEY_REUSED", message)
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What stands behind `error` in the answer.
    #[must_use]
    pub fn error(&self) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let (Some(details), Some(error)) = (&self.details, error.as_object_mut()) {
            error.insert("details".to_owned(), details.clone());
        }
        error
    }

    /// 408: the body did not come.
    #[must_use]
    pub fn too_slow() -> Self {
        let message = "The body did not come in time";
        Self::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message)
    }

    /// 414.
    #[must_use]
    pub fn uri_too_long(limit: usize) -> Self {
        let message = format!("An address has at most {limit} bytes");
        Self::new(StatusCode::URI_TOO_LONG, "URI_TOO_LONG", message)
    }

    /// 429, in the words of the stock.
    #[must_use]
    pub fn rate_limited(refused: Refused, now: Timestamp) -> Self {
        let wait = refused.retry_after;
        let details = json!({ "retry_after_ms": rounded_up(wait, Duration::from_millis(1)), "remaining": 0 });
        let problem =
            Self::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", "Too many requests").with(details);
        Self { limited: Some(Limited { limit: refused.limit, wait, reset: now + wait }), ..problem }
    }

    /// 500. Why stands in the log.
    #[must_use]
    pub fn failed() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", "Something went wrong here")
    }

    /// 503 of a server that is about to stop.
    #[must_use]
    pub fn stopping() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "The server is stopping")
    }

    /// 503 without a database.
    #[must_use]
    pub fn database_away() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "The database does not answer")
    }

    /// The same refusal with a bare sentence: the shape of routes outside `/v1`.
    #[must_use]
    pub fn bare(self) -> Self {
        Self { bare: true, ..self }
    }
}

/// How many whole units a wait takes.
fn rounded_up(wait: Duration, unit: Duration) -> u64 {
    u64::try_from(wait.as_nanos().div_ceil(unit.as_nanos())).unwrap_or(u64::MAX)
}

impl From<ServerError> for Problem {
    fn from(error: ServerError) -> Self {
        match error {
            error if error.is_passing() => {
                tracing::warn!(%error, "a request was turned away");
                let message = "The server is busy: try again";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message)
            }
            error => {
                tracing::error!(%error, "a request failed");
                Self::failed()
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body =
            if self.bare { json!({ "error": self.message }) } else { json!({ "error": self.error() }) };
        let mut response = (self.status, Json(body)).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
        }
        if let Some(limited) = &self.limited {
            limited.tell(response.headers_mut());
        }
        response
    }
}
