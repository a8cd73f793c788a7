//! The newest events of one kind, as far as the server's log was read.
//!
//! The first reading begins at the end of the log; each further one asks only for what came behind, so that no event
//! that is awaited is passed over.
//!
//! **Invariant:** newest first, each once, and at most as many as the bridge allows.

use std::sync::Arc;

use callboard_model::rest::{EventPage, LoggedEvent};
use serde_json::Value as Json;

use super::Phase;
use crate::bridge::{CatalogState, EventEntry, EventLogView, EventType, LOGGED_MAX, Reach};
use crate::form::cut;
use crate::session::effect::Request;

/// Events of one answer where the log is read on.
const FOLLOWED: u32 = 100;

/// The longest payload that is shown, in characters; the rest is cut.
const PAYLOAD_SHOWN: usize = 4_000;

/// The longest of the other words of an event, in characters.
const WORD_MAX: usize = 200;

/// What an id of a person is called, where somebody knows.
pub(crate) type Words<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The log of one kind.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) phase: Phase,
    /// Behind this everything is still to be read; `None`: nothing was read.
    since: Option<u64>,
    events: Arc<[EventEntry]>,
}

impl Log {
    /// The question that is to be put.
    pub(super) fn question(&mut self, of: EventType) -> Option<Request> {
        if self.phase != Phase::Wanted {
            return None;
        }
        self.phase = Phase::Asked { again: false };
        let newest = u32::try_from(LOGGED_MAX).unwrap_or(u32::MAX);
        let limit = if self.since.is_some() { FOLLOWED } else { newest };
        Some(Request::EventLog { of, since: self.since, limit })
    }

    /// Takes an answer to the question that is under way.
    pub(super) fn answered(
        &mut self,
        since: Option<u64>,
        answer: &Result<EventPage, Option<CatalogState>>,
        words: Words<'_>,
    ) {
        let Phase::Asked { again } = self.phase else { return };
        if since != self.since {
            return;
        }
        match answer {
            Ok(page) => {
                self.take(page, words);
                self.phase = if again || page.has_more { Phase::Wanted } else { Phase::Rest };
            }
            Err(Some(why)) => self.phase = Phase::Failed(why.clone()),
            Err(None) => self.phase = Phase::Wanted,
        }
    }

    /// The log no longer reaches back so far.
    pub(super) fn begin_again(&mut self, since: Option<u64>) {
        if matches!(self.phase, Phase::Asked { .. }) && since == self.since {
            *self = if since.is_some() {
                Self { phase: Phase::Wanted, ..Self::default() }
            } else {
                Self { phase: Phase::Failed(CatalogState::Missing), ..Self::default() }
            };
        }
    }

    fn take(&mut self, page: &EventPage, words: Words<'_>) {
        let newest = self.events.first().map_or(0, |entry| entry.place);
        let mut fresh: Vec<_> =
            page.data.iter().filter(|event| event.seq > newest).map(|event| entry_of(event, words)).collect();
        self.since = Some(page.next);
        if fresh.is_empty() {
            return;
        }
        fresh.sort_by_key(|entry| std::cmp::Reverse(entry.place));
        fresh.extend(self.events.iter().cloned());
        fresh.truncate(LOGGED_MAX);
        self.events = fresh.into();
    }

    /// An event by its name.
    pub(super) fn find(&self, event: &str) -> Option<&EventEntry> {
        self.events.iter().find(|entry| &*entry.event == event)
    }

    pub(super) fn view(&self, event_type: &EventType, reach: Reach) -> EventLogView {
        EventLogView {
            event_type: event_type.clone(),
            state: self.phase.shown(reach),
            events: Arc::clone(&self.events),
        }
    }
}

fn entry_of(event: &LoggedEvent, words: Words<'_>) -> EventEntry {
    let says = |name: &str| event.payload.get(name).and_then(Json::as_str);
    let who = ["actorUserId", "actorContactId"].into_iter().find_map(says);
    let who = who.map(|id| words(id).unwrap_or_else(|| cut(id, WORD_MAX)));
    let payload = serde_json::to_string_pretty(&event.payload).unwrap_or_default();
    EventEntry {
        place: event.seq,
        event: cut(&event.event_id, WORD_MAX).into(),
        at: event.occurred_at.as_millisecond(),
        simulated: event.simulated,
        actor: who.or_else(|| says("actorType").map(|kind| cut(kind, WORD_MAX))),
        idempotency_key: says("idempotencyKey").map(|key| cut(key, WORD_MAX)),
        payload: cut(&payload, PAYLOAD_SHOWN),
    }
}
