//! The rules of a ticket, as pure functions.
//!
//! It exists so that every way to write a ticket obeys the same rules (LT-8), and so that they can be tested as tables.
//!
//! | module | decides |
//! |---|---|
//! | [`value`] | whether a field can hold what was sent, and how it is spelled |
//! | [`facts`] | what a decision has to know of boards, statuses, places and people |
//! | [`apply`] | what the ticket is after the change |
//! | [`open`] | what a new ticket is |
//! | [`closing`] | when and by whom it was closed, where somebody says so |
//! | [`extras`] | link, tags and attributes: what a ticket has beside its fields |
//! | [`difference`] | what a write changes, by name |
//! | [`close_rules`] | what must hold before a ticket is closed |
//! | [`itil`] | which priority follows from impact and urgency |
//! | [`description`] | what a ticket is about at length, as plain text |
//! | [`comment`] | what may be said on a ticket, by whom, and who sees it |
//! | [`emoji`] | what counts as one emoji below a comment |
//! | [`response`] | whose turn it is after a comment |
//! | [`bundle`] | what a master ticket decides for its children |
//! | [`sla`] | by when a ticket has to be answered and done, and what stops those clocks |
//! | [`membership`] | what somebody is to the company |
//! | [`events`] | what a change is called when others are told of it |
//! | [`stale`] | whether a writer decided on something that has changed since |
//!
//! **Invariant:** no I/O, no clock, no SQL, no HTTP; the same input gives the same decision.

pub mod apply;
pub mod bundle;
pub mod close_rules;
pub mod closing;
pub mod comment;
pub mod description;
pub mod difference;
pub mod emoji;
pub mod events;
pub mod extras;
pub mod facts;
pub mod itil;
pub mod membership;
pub mod open;
pub mod response;
pub mod schedule;
pub mod sla;
pub mod stale;
pub mod value;

use serde::Serialize;

/// Fields and what was sent for them, already spelled as they are stored.
pub type Wanted = std::collections::BTreeMap<callboard_model::Field, callboard_model::Value>;

/// Why a field cannot hold what was sent: one entry of the `details` of a `VALIDATION_ERROR`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Issue {
    /// Where in the body.
    pub path: Vec<String>,
    /// A sentence for people.
    pub message: String,
    /// A word for programs.
    pub code: &'static str,
    /// The close rule that does not hold, where one does not.
    #[serde(flatten)]
    pub rule: Option<close_rules::Unmet>,
}

impl Issue {
    /// An issue with one key of the body.
    #[must_use]
    pub fn at(key: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self { path: vec![key.to_owned()], message: message.into(), code, rule: None }
    }

    /// An issue with one entry of a list in the body.
    #[must_use]
    pub fn in_list(key: &str, place: usize, code: &'static str, message: impl Into<String>) -> Self {
        Self { path: vec![key.to_owned(), place.to_string()], ..Self::at(key, code, message) }
    }
}
