//! What one end knows of a room's clients, by the clock rules that all ends share.
//!
//! - An entry counts if its clock is greater than the known one; an unknown client's is 0, so clock 0 never counts.
//! - With an equal clock only a departure counts, and only of somebody who is here.
//! - Somebody not heard of for [`PRESENCE_EXPIRES_AFTER`] is gone.
//!
//! Who is gone is remembered for [`PRESENCE_REMEMBERED_FOR`], or an echo on its way would bring them back.
//!
//! **Invariant:** no clock is read and no entry made up: this end's own entries come in like everybody's.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{ClientId, Entry};
use crate::limits::{AWARENESS_CLIENTS_MAX, PRESENCE_EXPIRES_AFTER, PRESENCE_REMEMBERED_FOR};

/// A client's state is another now; `None` when it is gone.
pub type Change = (ClientId, Option<Arc<str>>);

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It says something new.
    Changed,
    /// It says the same again with a newer clock, or of an absent client that it is absent.
    Renewed,
    /// Its clock is old, or the room is full.
    Ignored,
}

/// The clients of one room.
#[derive(Clone, Debug, Default)]
pub struct AwarenessMap {
    clients: BTreeMap<ClientId, Known>,
}

#[derive(Clone, Debug)]
struct Known {
    clock: u64,
    state: Option<Arc<str>>,
    heard: Duration,
}

impl AwarenessMap {
    /// Whether an entry would count.
    #[must_use]
    pub fn is_news(&self, entry: &Entry) -> bool {
        match self.clients.get(&entry.client) {
            None => entry.clock > 0 && self.clients.len() < AWARENESS_CLIENTS_MAX,
            Some(known) => {
                entry.clock > known.clock
                    || (entry.clock == known.clock && entry.state.is_none() && known.state.is_some())
            }
        }
    }

    /// Takes an entry in.
    pub fn apply(&mut self, now: Duration, entry: &Entry) -> Outcome {
        if !self.is_news(entry) {
            return Outcome::Ignored;
        }
        let known = Known { clock: entry.clock, state: entry.state.clone(), heard: now };
        let before = self.clients.insert(entry.client, known).and_then(|known| known.state);
        if before == entry.state { Outcome::Renewed } else { Outcome::Changed }
    }

    /// Removes who was not heard of for too long, and says who that was. Their clock stays as it is.
    pub fn expire(&mut self, now: Duration) -> Vec<Entry> {
        let mut gone = Vec::new();
        self.clients.retain(|&client, known| {
            let silence = now.saturating_sub(known.heard);
            if known.state.is_some() && silence >= PRESENCE_EXPIRES_AFTER {
                known.state = None;
                gone.push(Entry { client, clock: known.clock, state: None });
            }
            known.state.is_some() || silence < PRESENCE_REMEMBERED_FOR
        });
        gone
    }

    /// When [`expire`](Self::expire) will next have something to do.
    #[must_use]
    pub fn next_expiry(&self) -> Option<Duration> {
        let present = self.clients.values().filter(|known| known.state.is_some());
        present.map(|known| known.heard.saturating_add(PRESENCE_EXPIRES_AFTER)).min()
    }

    /// Removes one client as if it had said so itself.
    pub fn remove(&mut self, now: Duration, client: ClientId) -> Option<Entry> {
        let known = self.clients.get_mut(&client)?;
        known.state.take()?;
        known.heard = now;
        Some(Entry { client, clock: known.clock, state: None })
    }

    /// Everybody who is here.
    pub fn present(&self) -> impl Iterator<Item = Entry> {
        self.clients.iter().filter_map(|(&client, known)| {
            Some(Entry { client, clock: known.clock, state: Some(known.state.clone()?) })
        })
    }

    /// Forgets all: after a reconnect every end tells its state anew.
    pub fn clear(&mut self) -> Vec<ClientId> {
        let present = self.present().map(|entry| entry.client).collect();
        self.clients.clear();
        present
    }
}
