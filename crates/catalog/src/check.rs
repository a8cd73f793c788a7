//! Whether a telling of an event is what the catalogue says of it.
//!
//! **Invariant:** every mistake is named with its path, and never with the value that stands there: a payload may carry
//! what is not for every eye.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde::Serialize;
use serde_json::Value;

use crate::{EventType, catalog};

/// How many mistakes are told of one payload; more of them help nobody.
pub const PROBLEMS_MAX: usize = 50;

/// One mistake in a payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where, as a JSON pointer; empty for the payload as a whole. What is missing has the path at which it should stand.
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
        .flat_map(|error| {
            let message = error.masked().to_string();
            places(&error).into_iter().map(move |path| Problem { path, message: message.clone() })
        })
        .take(PROBLEMS_MAX)
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Where a mistake is: of what is missing, and of what should not be there, that very place and not the one around it.
fn places(error: &ValidationError<'_>) -> Vec<String> {
    let around = error.instance_path().as_str();
    let within = |name: &str| format!("{around}/{}", name.replace('~', "~0").replace('/', "~1"));
    match error.kind() {
        ValidationErrorKind::Required { property } => vec![within(property.as_str().unwrap_or_default())],
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            unexpected.iter().map(|name| within(name)).collect()
        }
        _ => vec![around.to_owned()],
    }
}
