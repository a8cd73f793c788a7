//! The values of a body that is read key by key.
//!
//! **Invariant:** whatever cannot be read is refused at its key; a key that nobody takes is refused by name.

use callboard_model::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::domain::Issue;
use crate::domain::value::to_millisecond;

/// Has every key taken, and says all that is wrong.
pub(in crate::http) fn each(
    body: &Map<String, Value>,
    mut take: impl FnMut(&str, &Value) -> Result<(), Issue>,
) -> Result<(), Vec<Issue>> {
    let issues: Vec<_> = body.iter().filter_map(|(key, json)| take(key, json).err()).collect();
    if issues.is_empty() { Ok(()) } else { Err(issues) }
}

/// A value that cannot be null.
pub(in crate::http) fn said<T: DeserializeOwned>(
    key: &str,
    json: &Value,
    what: &str,
) -> Result<Option<T>, Issue> {
    T::deserialize(json).map(Some).map_err(|_| Issue::at(key, "invalid_type", format!("{key} is {what}")))
}

/// A value, or null for none.
pub(in crate::http) fn maybe<T: DeserializeOwned>(
    key: &str,
    json: &Value,
    what: &str,
) -> Result<Option<T>, Issue> {
    if json.is_null() { Ok(None) } else { said(key, json, what) }
}

/// A time to the millisecond, or null for none.
pub(in crate::http) fn instant(key: &str, json: &Value) -> Result<Option<Timestamp>, Issue> {
    let message = || format!("{key} is not a time such as 2026-11-21T10:00:00Z");
    let at: Option<Timestamp> = maybe(key, json, "a time")?;
    at.map(|at| to_millisecond(at).ok_or_else(|| Issue::at(key, "invalid_datetime", message()))).transpose()
}
