//! What rings until somebody reads it: a target that is past.
//!
//! **Invariant:** whatever rings, ends: with the reading, or after [`RINGS_FOR`].

use std::collections::BTreeMap;
use std::time::Duration;

use callboard_model::TicketId;

use crate::bridge::AlertFact;

/// How long after a sound the next one comes.
pub const RINGS_EVERY: Duration = Duration::from_secs(30);

/// After so long it is only to be seen.
pub const RINGS_FOR: Duration = Duration::from_secs(5 * 60);

/// The most tickets that ring; what all of them ring for is one sound, so further ones lose nothing.
pub const RINGING_MAX: usize = 64;

/// One ticket that rings.
#[derive(Debug)]
struct Ring {
    fact: AlertFact,
    until: Duration,
}

/// All that rings, with one sound.
#[derive(Debug, Default)]
pub(crate) struct Ringing {
    rings: BTreeMap<TicketId, Ring>,
    next: Duration,
}

impl Ringing {
    /// From now on a ticket rings; its first sound was just heard.
    pub(crate) fn start(&mut self, ticket: &TicketId, fact: &AlertFact, now: Duration) {
        if self.rings.is_empty() {
            self.next = now + RINGS_EVERY;
        }
        if self.rings.len() < RINGING_MAX || self.rings.contains_key(ticket) {
            self.rings.insert(ticket.clone(), Ring { fact: fact.clone(), until: now + RINGS_FOR });
        }
    }

    /// Somebody read it.
    pub(crate) fn stop(&mut self, ticket: &TicketId) {
        self.rings.remove(ticket);
    }

    pub(crate) fn stop_all(&mut self) {
        self.rings.clear();
    }

    /// What the sound that is due now is for; nothing where none is.
    pub(crate) fn due(&mut self, now: Duration) -> Vec<(TicketId, AlertFact)> {
        self.rings.retain(|_, ring| now < ring.until);
        if self.rings.is_empty() || now < self.next {
            return Vec::new();
        }
        self.next = now + RINGS_EVERY;
        self.rings.iter().map(|(ticket, ring)| (ticket.clone(), ring.fact.clone())).collect()
    }

    /// When the next sound is due.
    pub(crate) fn next(&self) -> Option<Duration> {
        (!self.rings.is_empty()).then_some(self.next)
    }
}
