//! Domain events: what the server can tell of, what it has told, and what a person has it tell although nothing happened.
//!
//! A form is the schema of an event as far as it can be drawn; whether what was filled in fits is the server's to say.
//!
//! **Invariant:** everything here is bounded: what a server says beyond the limits is cut, and that is said.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value as Json};

/// The most kinds of event that are listed; further ones are only counted.
pub const KINDS_MAX: usize = 500;

/// The most events of the log that are shown of one kind, the newest.
pub const LOGGED_MAX: usize = 30;

/// The most fields of one form; a schema with more is one text of JSON.
pub const FORM_FIELDS_MAX: usize = 200;

/// The most forms within forms; what lies deeper is a text of JSON.
pub const FORM_DEPTH_MAX: usize = 6;

/// The most choices of one field; with more it is a text of JSON.
pub const FORM_CHOICES_MAX: usize = 100;

/// The most things in one list of a form that are drawn.
pub const FORM_ITEMS_MAX: u32 = 50;

/// The largest payload that is sent, in bytes of JSON; a larger one is not sent, and that is said.
pub const PAYLOAD_MAX: usize = 48 * 1024;

/// Names a kind of event, as the catalogue does: `TICKET_CREATED`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(transparent)]
pub struct EventType(pub Arc<str>);

/// What the server can tell of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct CatalogView {
    /// How far it is known.
    pub state: CatalogState,
    /// Every kind in the catalogue's order; at most [`KINDS_MAX`].
    #[cfg_attr(feature = "ts", ts(as = "Vec<EventKind>"))]
    pub kinds: Arc<[EventKind]>,
    /// How many there are beyond those.
    pub more: u32,
}

/// How far something that only the server can say is known here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum CatalogState {
    /// It is asked.
    Loading,
    /// It is known.
    Known,
    /// The server does not answer; it is asked when it does.
    Offline,
    /// The server does not accept our key.
    SignedOut,
    /// It is not for whoever is signed in.
    Forbidden,
    /// The server has nothing of the kind.
    Missing,
    /// The server failed at it, or refused it.
    Failed {
        /// Its words, or ours.
        reason: String,
    },
}

/// One kind of event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct EventKind {
    /// Its name in the catalogue.
    pub event_type: EventType,
    /// Its name for people.
    pub name: String,
    /// What happened then.
    pub about: String,
    /// What it belongs to: tickets, scheduling, …
    pub domain: String,
    /// Whether the server sends it by itself; what it does not send can only be simulated.
    pub emitted: bool,
}

/// What can be filled in for an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct EventForm {
    /// Of which kind.
    pub event_type: EventType,
    /// The payload as a whole: a group of fields, or, where its schema cannot be drawn, a text of JSON.
    pub root: FormField,
}

/// One field of a form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FormField {
    /// Its name in the payload; empty for the payload itself and for the things of a list.
    pub name: String,
    /// What the schema says about it.
    pub about: Option<String>,
    /// Whether it must be filled in.
    pub required: bool,
    /// Whether it may be `null`.
    pub nullable: bool,
    /// Whether the server fills it in where nothing is given.
    pub filled_by_server: bool,
    /// What can be filled in.
    pub input: FormInput,
    /// Something that fits, as far as can be known; none where nothing does.
    #[cfg_attr(feature = "ts", ts(type = "unknown"))]
    pub example: Option<Json>,
}

/// What can be filled in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FormInput {
    /// Words.
    Text {
        /// How they are to be written, in the schema's own word: `uuid`, `date-time`, `email`.
        format: Option<String>,
    },
    /// A number.
    Number {
        /// A whole one.
        whole: bool,
        /// From here on.
        #[cfg_attr(feature = "ts", ts(type = "number | null"))]
        least: Option<Number>,
        /// Up to here.
        #[cfg_attr(feature = "ts", ts(type = "number | null"))]
        most: Option<Number>,
    },
    /// Yes or no.
    Flag,
    /// One of these.
    OneOf {
        /// At most [`FORM_CHOICES_MAX`].
        #[cfg_attr(feature = "ts", ts(type = "(string | number | boolean | null)[]"))]
        choices: Vec<Json>,
    },
    /// Fields of its own.
    Group {
        /// In the schema's order.
        fields: Vec<FormField>,
    },
    /// Any number of the same; at most [`FORM_ITEMS_MAX`].
    List {
        /// Each of them.
        of: Box<FormField>,
        /// At least so many.
        least: u32,
    },
    /// JSON, written as text.
    Json {
        /// Why it is not drawn.
        why: Undrawn,
    },
}

/// Why something of a schema is a text of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Undrawn {
    /// Anything may stand there.
    Anything,
    /// Names that the schema does not list.
    OwnNames,
    /// A form does not know this.
    Unknown,
    /// There is too much of it, or it lies too deep.
    TooMuch,
}

/// The newest events of one kind, as the server's log has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct EventLogView {
    /// Of which kind.
    pub event_type: EventType,
    /// How far it is known. What was read before stays where a later reading fails.
    pub state: CatalogState,
    /// Newest first; at most [`LOGGED_MAX`].
    #[cfg_attr(feature = "ts", ts(as = "Vec<EventEntry>"))]
    pub events: Arc<[EventEntry]>,
}

/// An event of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct EventEntry {
    /// Its place in the log.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub place: u64,
    /// Its name.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub event: Arc<str>,
    /// When it happened, in milliseconds of the Unix epoch by the server's clock.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub at: i64,
    /// Whether nothing of it happened.
    pub simulated: bool,
    /// Who did it, as the payload says: `USER`, `CONTACT` or `SYSTEM`, and who of them.
    pub actor: Option<String>,
    /// What makes the same thing told twice be known as the same, where the payload says so.
    pub idempotency_key: Option<String>,
    /// What it says, as JSON; cut where it is long.
    pub payload: String,
}

/// What became of an event that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SimulationView {
    /// The number under which the window sent it.
    pub attempt: u32,
    /// Of which kind.
    pub event_type: EventType,
    /// What became of it.
    pub fate: SimulationFate,
}

/// What became of an event that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SimulationFate {
    /// It is on its way.
    Sending,
    /// It was not sent. It is not kept either: an event is nobody's work.
    NotSent {
        /// Why.
        why: NotSent,
    },
    /// Nobody knows whether the server has it. The same attempt may be sent again, and is told once.
    Unanswered,
    /// The server did not take it.
    Refused {
        /// Its words.
        reason: String,
        /// What is wrong with the payload.
        faults: Vec<FieldFault>,
    },
    /// The server has told it. The log is read until it is there.
    Told {
        /// Its name.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        event: Arc<str>,
    },
    /// It is in the log.
    Arrived {
        /// Its name.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        event: Arc<str>,
        /// When it happened, in milliseconds of the Unix epoch by the server's clock.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        at: i64,
        /// Whether the log says of it that nothing of it happened.
        simulated: bool,
    },
    /// The server has told it, and the log did not show it in time.
    NotSeen {
        /// Its name.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        event: Arc<str>,
        /// After so many seconds.
        seconds: u32,
    },
}

/// Why an event was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum NotSent {
    /// The server does not answer.
    Offline,
    /// The server does not accept our key.
    SignedOut,
    /// It is larger than [`PAYLOAD_MAX`].
    TooLarge,
    /// The server is busy and took nothing.
    Busy,
}

/// One thing that is wrong with a payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FieldFault {
    /// Where: names of fields, and places in lists; empty for the payload as a whole.
    pub path: Vec<String>,
    /// What.
    pub message: String,
}
