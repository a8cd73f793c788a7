//! The body of a write: one JSON object of bounded size.
//!
//! **Invariant:** a body over the limit is never held in memory, and never parsed.

use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use serde_json::{Map, Value};
use tokio::time::timeout;

use crate::app::App;
use crate::http::problem::Problem;

/// The most bytes a body may have. One more is answered with 413.
pub const BODY_MAX: usize = 1024 * 1024;

/// How long a body may take. Overflow: 408.
pub const BODY_PATIENCE: Duration = Duration::from_secs(30);

/// A JSON object, with the bytes it was read from.
pub struct Object {
    /// Its keys and values.
    pub map: Map<String, Value>,
    /// What was sent, to be hashed.
    pub bytes: Bytes,
}

impl Object {
    /// A body that came as a part of something else.
    #[must_use]
    pub fn of(map: Map<String, Value>) -> Self {
        let bytes = Value::Object(map.clone()).to_string().into();
        Self { map, bytes }
    }
}

impl FromRequest<App> for Object {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        let read = timeout(BODY_PATIENCE, to_bytes(request.into_body(), BODY_MAX));
        let bytes = read.await.map_err(|_| Problem::too_slow())?.map_err(|error| {
            let source = std::error::Error::source(&error);
            if source.is_some_and(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>) {
                Problem::too_large(BODY_MAX)
            } else {
                Problem::bad_request("The body broke off")
            }
        })?;
        match serde_json::from_slice(&bytes).map_err(|error| Problem::malformed_json(&error))? {
            Value::Object(map) => Ok(Self { map, bytes }),
            _ => Err(Problem::bad_request("The body is not a JSON object")),
        }
    }
}
