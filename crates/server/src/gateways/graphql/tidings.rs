//! A domain event in the words of GraphQL, worked out once for everybody who hears of it.
//!
//! It exists because all who listen hear of the same event one right after the other, and what it says and what has to be known
//! before it is told is the same for each of them.
//!
//! **Invariant:** plain data, the same for everybody: nothing in it depends on who hears it.

use std::sync::{Arc, Mutex, PoisonError};

use super::words::{self, Happened};
use crate::store::events::Told;
use crate::store::witness::Question;

/// An event, and what it is called here.
pub(super) struct Tidings {
    pub(super) told: Arc<Told>,
    pub(super) words: Vec<Happened>,
    /// What has to be known before it is told; `None` when it has no word here.
    pub(super) question: Option<Arc<Question>>,
}

impl Tidings {
    fn of(told: &Arc<Told>) -> Self {
        let words = words::of(told);
        let question = words.first().map(|happened| {
            Arc::new(Question {
                ticket: happened.ticket.clone(),
                since: Some(told.occurred_at),
                comment: happened.comment.clone(),
                actor: told.actor.clone(),
            })
        });
        Self { told: Arc::clone(told), words, question }
    }
}

/// The event of which somebody heard last.
#[derive(Default)]
pub(super) struct Newest(Mutex<Option<Arc<Tidings>>>);

impl Newest {
    /// What this event is called.
    pub(super) fn tidings(&self, told: &Arc<Told>) -> Arc<Tidings> {
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*newest {
            Some(known) if Arc::ptr_eq(&known.told, told) => Arc::clone(known),
            _ => Arc::clone(newest.insert(Arc::new(Tidings::of(told)))),
        }
    }
}
