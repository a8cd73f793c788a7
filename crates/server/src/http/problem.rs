//! Every answer that says no.
//!
//! It exists so that one file decides what a client learns of a failure. The stock has two shapes: an object with a
//! code in the API, and a bare sentence at its edge and outside `/v1`.
//!
//! **Invariant:** no answer carries SQL, a trace, a path of this machine or the text of a [`ServerError`].

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::Issue;
use crate::error::ServerError;

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
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), details: None, bare: false }
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
        Self::new(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", "Validation failed").with(issues)
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

    /// The same refusal with a bare sentence: the shape of routes outside `/v1`.
    #[must_use]
    pub fn bare(self) -> Self {
        Self { bare: true, ..self }
    }
}

impl From<ServerError> for Problem {
    fn from(error: ServerError) -> Self {
        match error {
            ServerError::Busy | ServerError::Closed => {
                tracing::warn!(%error, "a request was turned away");
                let message = "The server is busy: try again";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message)
            }
            error => {
                tracing::error!(%error, "a request failed");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", "Something went wrong here")
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
        response
    }
}
