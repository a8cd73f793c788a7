//! The language of the files in `data/`.
//!
//! It exists so that a payload is read at a glance: `"ticketId": "id"`, `"reason?": "text"`. The build script reads the
//! files with this same module, so that a slip stops the build and not a start.
//!
//! **Invariant:** reads and checks; makes no schema.

use serde::Deserialize;
use serde_json::{Map, Value};

/// One file: a category and its events.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) category: String,
    pub(crate) events: Vec<Described>,
}

/// One event, as a file describes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Described {
    /// `TICKET_CREATED`.
    #[serde(rename = "type")]
    pub(crate) event_type: String,
    /// Where the words of the type do not make a good name.
    pub(crate) name: Option<String>,
    /// What happened, in one sentence.
    pub(crate) about: String,
    /// Whether this server sends it; what it does not send can only be simulated.
    #[serde(default)]
    pub(crate) emitted: bool,
    /// Fields by name; a name that ends in `?` may be left out.
    payload: Map<String, Value>,
}

/// One field of a payload.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) kind: Kind,
}

/// What may stand in a field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// `"id"`: a UUID.
    Id,
    /// `"time"`: an instant, as RFC 3339 writes it.
    Time,
    /// `"email"`.
    Email,
    /// `"word"`: text that is not empty.
    Word,
    /// `"text"`.
    Text,
    /// `"count"`: a whole number from 0.
    Count,
    /// `"ordinal"`: a whole number from 1.
    Ordinal,
    /// `"amount"`: a number from 0.
    Amount,
    /// `"number"`.
    Number,
    /// `"flag"`.
    Flag,
    /// `"any"`.
    Any,
    /// `"changes"`: paths, each with what was there and what is there now.
    Changes,
    /// `"… or null"`.
    OrNull(Box<Kind>),
    /// `["a", "b"]`, of which one; `null` may be among them.
    OneOf(Vec<Value>),
    /// `{"is": true}`: this and nothing else.
    Is(Value),
    /// `{"list": …, "least": 1}`.
    List { of: Box<Kind>, least: u64 },
    /// `{"map": …}`: values of one kind under any names.
    MapOf(Box<Kind>),
    /// `{"of": {…}}`: fields again.
    Of(Vec<Field>),
}

/// A slip in a file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Slip {
    #[error("{file}: {error}")]
    Json { file: String, error: serde_json::Error },
    #[error("{event}: {field} is {kind}, which is no kind of value")]
    Kind { event: String, field: String, kind: Value },
    #[error("{0} is no name of an event: capitals and single underscores")]
    Name(String),
    #[error("{0} is described twice")]
    Twice(String),
    #[error("{0} needs one sentence about it")]
    About(String),
    #[error("{event}: {field} is a field of every event")]
    Common { event: String, field: String },
}

/// What stands in every event, beside its own fields (EV-2).
pub(crate) const COMMON: [&str; 6] =
    ["tenantId", "occurredAt", "actorUserId", "actorContactId", "actorType", "idempotencyKey"];

/// Reads files of `(name, text)`.
pub(crate) fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Vec<File>, Slip> {
    files
        .into_iter()
        .map(|(name, text)| {
            serde_json::from_str(text).map_err(|error| Slip::Json { file: name.to_owned(), error })
        })
        .collect()
}

/// Whether the files are fit to be a catalogue. The build script asks; what it let pass needs no second look.
#[allow(dead_code, reason = "the build script's half of this module")]
pub(crate) fn proven(files: &[File]) -> Result<(), Slip> {
    let mut seen = std::collections::BTreeSet::new();
    for event in files.iter().flat_map(|file| &file.events) {
        let name = &event.event_type;
        let words = name.split('_').all(|word| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        });
        if !words {
            return Err(Slip::Name(name.clone()));
        }
        if !seen.insert(name) {
            return Err(Slip::Twice(name.clone()));
        }
        if event.about.trim().is_empty() {
            return Err(Slip::About(name.clone()));
        }
        for field in event.fields()? {
            if COMMON.contains(&field.name.as_str()) {
                return Err(Slip::Common { event: name.clone(), field: field.name });
            }
        }
    }
    Ok(())
}

impl Described {
    /// The fields of the payload that are this event's own.
    pub(crate) fn fields(&self) -> Result<Vec<Field>, Slip> {
        fields(&self.payload).map_err(|(field, kind)| Slip::Kind {
            event: self.event_type.clone(),
            field,
            kind,
        })
    }
}

/// The words of a type, each with a capital: `TICKET_CREATED` is `TicketCreated` with nothing between them.
pub(crate) fn capitalised(event_type: &str, between: &str) -> String {
    event_type
        .split('_')
        .map(|word| {
            word.get(..1).unwrap_or_default().to_owned() + &word.get(1..).unwrap_or_default().to_lowercase()
        })
        .collect::<Vec<_>>()
        .join(between)
}

/// A field that cannot be read: its name and what stands there.
type Unread = (String, Value);

fn fields(payload: &Map<String, Value>) -> Result<Vec<Field>, Unread> {
    payload
        .iter()
        .map(|(name, value)| {
            let bare = name.strip_suffix('?');
            Ok(Field {
                name: bare.unwrap_or(name).to_owned(),
                required: bare.is_none(),
                kind: kind(value).ok_or_else(|| (name.clone(), value.clone()))?,
            })
        })
        .collect()
}

fn kind(value: &Value) -> Option<Kind> {
    match value {
        Value::String(word) => simple(word),
        Value::Array(choices) => Some(Kind::OneOf(choices.clone())),
        Value::Object(form) => composed(form),
        _ => None,
    }
}

fn composed(form: &Map<String, Value>) -> Option<Kind> {
    if let Some(value) = form.get("is") {
        return Some(Kind::Is(value.clone()));
    }
    if let Some(inner) = form.get("list") {
        let least = form.get("least").and_then(Value::as_u64).unwrap_or(0);
        return Some(Kind::List { of: Box::new(kind(inner)?), least });
    }
    if let Some(inner) = form.get("map") {
        return Some(Kind::MapOf(Box::new(kind(inner)?)));
    }
    Some(Kind::Of(fields(form.get("of")?.as_object()?).ok()?))
}

fn simple(word: &str) -> Option<Kind> {
    if let Some(bare) = word.strip_suffix(" or null") {
        return Some(Kind::OrNull(Box::new(simple(bare)?)));
    }
    Some(match word {
        "id" => Kind::Id,
        "time" => Kind::Time,
        "email" => Kind::Email,
        "word" => Kind::Word,
        "text" => Kind::Text,
        "count" => Kind::Count,
        "ordinal" => Kind::Ordinal,
        "amount" => Kind::Amount,
        "number" => Kind::Number,
        "flag" => Kind::Flag,
        "any" => Kind::Any,
        "changes" => Kind::Changes,
        _ => return None,
    })
}
