//! What the body of a write says of a ticket.
//!
//! It exists so that to open, to change and to change many read the same keys by the same rules.
//!
//! **Invariant:** a key of the body that has no effect is refused by name, never dropped.

use callboard_model::{Field, Value, Version};
use serde_json::{Map, Value as Json};

use crate::domain::closing::Closing;
use crate::domain::extras::WantedExtras;
use crate::domain::value::{ID_MAX, normalise};
use crate::domain::{Issue, Wanted};
use crate::http::extract::instant;
use crate::store::save::{Override, Wish};

/// The longest reason for closing against a rule, in characters. A longer one is refused.
const REASON_MAX: usize = 1000;

/// What kind of write a body is for: it decides which keys there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    /// A new ticket.
    Opening,
    /// Any change.
    Change,
    /// The stock's change of the status alone.
    Status,
    /// The stock's change of the assignment alone.
    Assignment,
    /// A change of many tickets: their versions stand elsewhere.
    Many,
}

impl For {
    fn has_field(self, field: Field) -> bool {
        match self {
            Self::Opening | Self::Change | Self::Many => true,
            Self::Status => field == Field::Status,
            Self::Assignment => matches!(field, Field::Assignee | Field::Team),
        }
    }

    /// Attributes are large: told back two hundred times as a conflict, they would be an answer without a bound.
    fn has_extra(self, key: &str) -> bool {
        match self {
            Self::Opening | Self::Change => true,
            Self::Many => key != "attributes",
            Self::Status | Self::Assignment => false,
        }
    }

    fn has_version(self) -> bool {
        matches!(self, Self::Change | Self::Status | Self::Assignment)
    }

    fn may_close(self) -> bool {
        !matches!(self, Self::Assignment | Self::Opening)
    }
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// What the ticket is wanted to be.
    pub(super) wish: Wish,
    /// The version on which that was decided.
    pub(super) seen: Option<Version>,
}

/// Reads a body, or says everything that is wrong with it.
pub(super) fn read(body: &Map<String, Json>, purpose: For) -> Result<Sent, Vec<Issue>> {
    let mut reading = Reading::default();
    for (key, json) in body {
        if let Err(issue) = reading.take(key, json, purpose) {
            reading.issues.push(issue);
        }
    }
    reading.finish()
}

#[derive(Default)]
struct Reading {
    fields: Wanted,
    extras: WantedExtras,
    closing: Closing,
    seen: Option<Version>,
    overrides: bool,
    reason: Option<String>,
    spares_contacts: bool,
    spares_colleagues: bool,
    issues: Vec<Issue>,
}

impl Reading {
    fn take(&mut self, key: &str, json: &Json, purpose: For) -> Result<(), Issue> {
        if let Some(field) = Field::from_name(key).filter(|&field| purpose.has_field(field)) {
            let value = value(json).ok_or_else(|| wrong(key, format!("{key} cannot hold this")))?;
            self.fields.insert(field, value);
            return Ok(());
        }
        let beside = if purpose.has_extra(key) { self.extras.read(key, json) } else { None };
        if let Some(read) = beside {
            return read;
        }
        match key {
            "client_version" if purpose.has_version() => self.seen = version(key, json)?,
            "suppressContactNotifications" => self.spares_contacts = flag(key, json)?,
            "suppressInternalNotifications" => self.spares_colleagues = flag(key, json)?,
            "override_close_rules" if purpose.may_close() => self.overrides = flag(key, json)?,
            "override_close_rules_reason" if purpose.may_close() => self.reason = reason(key, json)?,
            "closed_at" if purpose.may_close() => self.closing.at = instant(key, json)?,
            "closed_by" if purpose.may_close() => self.closing.by = id(key, json)?.map(Into::into),
            _ => return Err(unknown(key)),
        }
        Ok(())
    }

    fn finish(self) -> Result<Sent, Vec<Issue>> {
        let mut issues = self.issues;
        if self.spares_colleagues && !self.spares_contacts {
            let message = "Colleagues are only spared together with contacts";
            issues.push(Issue::at("suppressInternalNotifications", "custom", message));
        }
        let fields = normalise(&self.fields).map_err(|more| issues.extend(more)).unwrap_or_default();
        if !issues.is_empty() {
            return Err(issues);
        }
        let overriding = self.overrides.then_some(Override { reason: self.reason });
        Ok(Sent {
            wish: Wish { fields, extras: self.extras, closing: self.closing, overriding },
            seen: self.seen,
        })
    }
}

/// A key that is not one of those that the body may have.
pub(super) fn unknown(key: &str) -> Issue {
    Issue::at(key, "unrecognized_keys", format!("{key} is not a field of a ticket"))
}

fn wrong(key: &str, message: impl Into<String>) -> Issue {
    Issue::at(key, "invalid_type", message)
}

/// A version, or none.
pub(super) fn version(key: &str, json: &Json) -> Result<Option<Version>, Issue> {
    match json {
        Json::Null => Ok(None),
        json => json
            .as_u64()
            .map(|number| Some(Version(number)))
            .ok_or_else(|| wrong(key, format!("{key} is a version"))),
    }
}

/// Yes or no; nothing is no.
pub(super) fn flag(key: &str, json: &Json) -> Result<bool, Issue> {
    match json {
        Json::Null => Ok(false),
        Json::Bool(flag) => Ok(*flag),
        _ => Err(wrong(key, format!("{key} is true or false"))),
    }
}

fn reason(key: &str, json: &Json) -> Result<Option<String>, Issue> {
    match json {
        Json::Null => Ok(None),
        Json::String(text) if text.chars().count() > REASON_MAX => {
            Err(Issue::at(key, "too_big", format!("{key} has at most {REASON_MAX} characters")))
        }
        Json::String(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        _ => Err(wrong(key, format!("{key} is text"))),
    }
}

fn id<'a>(key: &str, json: &'a Json) -> Result<Option<&'a str>, Issue> {
    match json {
        Json::Null => Ok(None),
        Json::String(text) if (1..=ID_MAX).contains(&text.len()) => Ok(Some(text)),
        _ => Err(wrong(key, format!("{key} is an id"))),
    }
}

fn value(json: &Json) -> Option<Value> {
    match json {
        Json::Null => Some(Value::Empty),
        Json::Bool(flag) => Some(Value::Flag(*flag)),
        Json::Number(number) => number.as_i64().map(Value::Number),
        Json::String(text) => Some(text.as_str().into()),
        Json::Array(_) | Json::Object(_) => None,
    }
}
