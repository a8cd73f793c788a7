//! Whether a telling of an event is what the catalogue says of it.
//!
//! **Invariant:** every mistake is named with its path, and never with the value that stands there: a payload may carry
//! what is not for every eye.

use serde::Serialize;
use serde_json::Value;

use crate::{EventType, catalog};

/// How many mistakes are told of one payload; more of them help nobody.
pub const PROBLEMS_MAX: usize = 50;

/// One mistake in a payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where, as a JSON pointer; empty for the payload as a whole.
    pub path: String,
    /// What is wrong there.
    pub message: String,
}

/// Checks a payload against the schema of its event.
///
/// # Errors
/// What is wrong with it, up to [`PROBLEMS_MAX`] of it.
pub fn check(event_type: EventType, payload: &Value) -> Result<(), Vec<Problem>> {
    let problems: Vec<_> = catalog()
        .entry(event_type)
        .validator
        .iter_errors(payload)
        .take(PROBLEMS_MAX)
        .map(|error| Problem { path: error.instance_path().to_string(), message: error.masked().to_string() })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
