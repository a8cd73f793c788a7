//! What a change is called when others are told of it (EV-3).
//!
//! It exists so that every way to change something tells the same events in the same order, decided as purely as the
//! change itself.
//!
//! | module | tells of |
//! |---|---|
//! | [`ticket`] | tickets: opened, changed, closed, bundled, gone; their clocks |
//! | [`comment`] | what is said on them |
//! | [`schedule`] | visits, blocked time and full days |
//!
//! **Invariant:** no outlet is known here, and nothing is told that did not change.

pub mod comment;
pub mod schedule;
pub mod ticket;

use callboard_catalog::EventType;
use callboard_model::{Timestamp, UserId};
use serde_json::{Map, Value as Json};

/// Who changed something, and when.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// Who.
    pub user: &'a UserId,
    /// When.
    pub now: Timestamp,
}

/// One event, before it is said whose it is and who did it.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// What happened.
    pub event: EventType,
    /// Its own fields.
    pub payload: Map<String, Json>,
}

impl Happening {
    fn new(event: EventType) -> Self {
        Self { event, payload: Map::new() }
    }

    fn with(mut self, key: &str, value: impl Into<Json>) -> Self {
        self.payload.insert(key.to_owned(), value.into());
        self
    }

    fn at(self, key: &str, at: Timestamp) -> Self {
        self.with(key, at.to_string())
    }

    /// Leaves the field out where there is nothing to say.
    fn maybe(self, key: &str, value: Option<impl Into<Json>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }
}
