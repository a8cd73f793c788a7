//! What is drawn in many places: people, choices, tones.
//!
//! **Invariant:** these say what a thing means; which colour and shape follow is the window's.

use callboard_model::{Field, Value};
use serde::{Deserialize, Serialize};

/// A person, drawn small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Face {
    /// Who.
    pub user: String,
    /// The full name.
    pub name: String,
    /// One or two letters.
    pub initials: String,
    /// `#rrggbb`.
    pub color: String,
    /// The field they are in.
    #[cfg_attr(feature = "ts", ts(type = "FieldName | null"))]
    pub editing: Option<Field>,
    /// Whether they are really here.
    pub state: FaceState,
    /// Since when that is so, in milliseconds of the Unix epoch by our clock: when they came or last moved, or when our
    /// link fell.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub since: i64,
}

/// Whether somebody who is shown is really here (LT-9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum FaceState {
    /// Here.
    Here,
    /// Here, and nothing was seen of them for a while.
    Idle,
    /// Our own link is down: whether they are still here is not known.
    Unknown,
}

/// Something that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Choice {
    /// What is sent.
    #[cfg_attr(feature = "ts", ts(type = "Value"))]
    pub value: Value,
    /// What is shown.
    pub label: String,
    /// How it is drawn, where it is a status.
    pub tone: Option<Tone>,
    /// How it is drawn, where it is a priority.
    pub severity: Option<Severity>,
}

/// How pressing a ticket is; shape, code and colour follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// P1.
    Critical,
    /// P2.
    High,
    /// P3.
    Normal,
    /// P4.
    Low,
}

/// The tone in which a status is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Tone {
    /// New, in progress: ordinary work.
    Work,
    /// Somebody is on the way.
    Moving,
    /// On site, resolved.
    Good,
    /// Waiting, scheduled, closed.
    Quiet,
}

/// How much time is left until a ticket's target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Slack {
    /// None: it is past.
    Breached,
    /// Up to an hour.
    Hour,
    /// Up to a day.
    Today,
    /// More.
    Later,
    /// There is no target.
    Untimed,
}
