//! Sees everything that happens in a world, and says which promise it breaks.
//!
//! | module | holds |
//! |---|---|
//! | [`truth`] | what the server has, and who wrote it on what |
//! | [`written`] | one request that writes, as it left its console |
//! | [`person`] | what one console was told, what its person chose and saw |
//! | [`window`] | what stands on one console's screen |
//! | [`promise`] | the promises, and a breach of one |
//!
//! It looks on from outside: at requests, at the store, at what the disk confirmed and at what was painted. Of what the
//! desk holds it knows nothing, so it cannot share its mistakes.
//!
//! **Invariant:** the judge changes nothing.

pub mod person;
pub mod promise;
pub mod truth;
pub mod window;
pub mod written;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;
use callboard_desk::{Effect, Event};
use callboard_model::UserId;

pub use self::person::Person;
pub use self::promise::{Breach, Promise};
pub use self::truth::Truth;
pub use self::written::Written;
use crate::net::port::Sender;

/// The judge. Clones are the same one.
#[derive(Clone)]
pub struct Judge(Arc<Mutex<Inside>>);

/// All that the judge has seen.
pub struct Inside {
    /// The server.
    pub truth: Truth,
    /// The consoles, by number.
    pub people: Vec<Person>,
    breaches: Vec<Breach>,
}

impl Judge {
    /// Nothing was seen yet.
    #[must_use]
    pub fn new(truth: Truth, users: impl Iterator<Item = UserId>) -> Self {
        let people = users.map(Person::new).collect();
        Self(Arc::new(Mutex::new(Inside { truth, people, breaches: Vec::new() })))
    }

    /// Looks at what was seen.
    pub fn look<T>(&self, at: impl FnOnce(&mut Inside) -> T) -> T {
        at(&mut self.inside())
    }

    /// A write was answered, at this very moment; `is_replay`: with the answer that was given before.
    pub async fn written(&self, written: &Written, status: StatusCode, is_replay: bool) {
        let (store, since) = self.look(|seen| seen.truth.where_to_look());
        let news = truth::news(&store, since).await;
        self.look(|seen| seen.judge_write(written, (status, is_replay), news));
    }

    /// A console made a step.
    pub fn stepped(&self, console: usize, event: &Event, effects: &[Effect]) {
        let mut seen = self.inside();
        let Inside { truth, people, breaches } = &mut *seen;
        if let Some(person) = people.get_mut(console) {
            person.step(truth, event, effects, breaches);
        }
    }

    /// Looks whether everybody has come to rest with what the server says.
    pub fn settled(&self) {
        let mut seen = self.inside();
        let Inside { truth, people, breaches } = &mut *seen;
        for person in people {
            person.settled(truth, breaches);
        }
    }

    /// All breaches so far.
    #[must_use]
    pub fn breaches(&self) -> Vec<Breach> {
        self.inside().breaches.clone()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn judge_write(&mut self, written: &Written, (status, is_replay): (StatusCode, bool), news: truth::News) {
        let changes = self.truth.learn(news);
        if let Some(edit) = &written.edit {
            let was_applied = self.truth.has_applied(edit);
            if was_applied && (!changes.is_empty() || !is_replay) {
                self.breaches.push(Promise::Once.broken(format!(
                    "{written} was applied before, and is taken for a new one: {status}, {} tickets changed",
                    changes.len()
                )));
            }
            if status.is_success() {
                self.truth.apply(edit);
            }
        }
        let Sender::Console(console) = written.sender else { return };
        let Some(person) = self.people.get(console) else { return };
        for change in &changes {
            self.breaches.extend(person.overwrote(written, change));
        }
    }
}
