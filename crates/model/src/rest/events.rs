//! Domain events as the API tells them: what there can be, what was told, and what is only played.
//!
//! **Invariant:** payloads and schemas stay JSON: they are the catalogue's, which may know more than this program.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An event of the catalogue; `GET /event-catalog`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct CatalogEntry {
    pub event_type: Arc<str>,
    pub name: Arc<str>,
    #[serde(default)]
    pub description: Arc<str>,
    #[serde(default)]
    pub category: Arc<str>,
    #[serde(default)]
    pub payload_schema: Value,
    /// Whether the server sends it by itself.
    #[serde(default)]
    pub emitted: bool,
}

/// An event as it was told; `GET /events`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct LoggedEvent {
    pub seq: u64,
    pub event_id: Arc<str>,
    pub event_type: Arc<str>,
    pub occurred_at: Timestamp,
    #[serde(default)]
    pub payload: Value,
    #[serde(default)]
    pub simulated: bool,
}

/// A part of the log; `GET /events`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct EventPage {
    /// What was told.
    pub data: Vec<LoggedEvent>,
    /// What to pass as `since` for what comes behind it.
    pub next: u64,
    /// Whether something is behind it already.
    #[serde(default)]
    pub has_more: bool,
}

/// An event that is to be told although nothing happened; `POST /events/simulate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewEvent {
    /// Which.
    pub event_type: Arc<str>,
    /// What it says.
    pub payload: Map<String, Value>,
}

/// Under which name it was told.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SimulatedEvent {
    /// Its name in the log.
    pub event_id: Arc<str>,
}
