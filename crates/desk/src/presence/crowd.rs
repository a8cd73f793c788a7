//! The people at one ticket, and since when each of them is as they are.
//!
//! **Invariant:** a face never looks more alive than what was last heard of it.

use std::collections::BTreeMap;

use callboard_model::{Presence, UserId};

use super::{IDLE_AFTER_MS, face};
use crate::bridge::{Face, FaceState};

/// The most that are remembered at one ticket; one more is not shown.
pub const CROWD_MAX: usize = 256;

/// People, by what tells them apart where they were heard of.
#[derive(Debug)]
pub(super) struct Crowd<K> {
    seen: BTreeMap<K, Seen>,
    /// Our own link fell then: whether they are still here is not known.
    unknown_since: Option<i64>,
}

#[derive(Debug)]
struct Seen {
    presence: Presence,
    /// When they came or last changed what they show, by our clock in milliseconds.
    moved: i64,
}

impl<K> Default for Crowd<K> {
    fn default() -> Self {
        Self { seen: BTreeMap::new(), unknown_since: None }
    }
}

impl<K: Ord> Crowd<K> {
    /// Somebody came, moved or went.
    pub(super) fn put(&mut self, key: K, presence: Option<Presence>, now: i64) {
        match presence {
            Some(presence) if self.seen.get(&key).is_some_and(|seen| seen.presence == presence) => {}
            Some(presence) if self.seen.len() < CROWD_MAX || self.seen.contains_key(&key) => {
                self.seen.insert(key, Seen { presence, moved: now });
            }
            Some(_) => {}
            None => {
                self.seen.remove(&key);
            }
        }
    }

    /// Only these are here any more.
    pub(super) fn keep_only(&mut self, is_here: impl Fn(&K) -> bool) {
        self.seen.retain(|key, _| is_here(key));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// Whether our link fell since.
    pub(super) fn is_unknown(&self) -> bool {
        self.unknown_since.is_some()
    }

    /// Our link fell. A crowd that was unknown before stays so since then.
    pub(super) fn fell(&mut self, now: i64) {
        self.unknown_since.get_or_insert(now);
    }

    /// When the next of them looks idle.
    pub(super) fn next_idle(&self, now: i64) -> Option<i64> {
        let idle_at = self.seen.values().map(|seen| seen.moved + IDLE_AFTER_MS);
        idle_at.filter(|at| *at > now && !self.is_unknown()).min()
    }

    /// Whether one of them came to look idle between two moments.
    pub(super) fn turned_idle(&self, after: i64, until: i64) -> bool {
        self.seen.values().any(|seen| {
            let at = seen.moved + IDLE_AFTER_MS;
            after < at && at <= until
        })
    }

    /// Adds a face per person who has none yet; of several windows the one that moved last says how alive the person is,
    /// and the one with the field, where there is one, where they are.
    pub(super) fn add_to<'a>(&'a self, faces: &mut BTreeMap<&'a UserId, Face>, now: i64) {
        let mut own: BTreeMap<&UserId, Face> = BTreeMap::new();
        for seen in self.seen.values() {
            let (state, since) = match self.unknown_since {
                Some(since) => (FaceState::Unknown, since),
                None if now - seen.moved >= IDLE_AFTER_MS => (FaceState::Idle, seen.moved),
                None => (FaceState::Here, seen.moved),
            };
            let known =
                own.entry(&seen.presence.user_id).or_insert_with(|| face(&seen.presence, state, since));
            if known.since < since {
                (known.state, known.since) = (state, since);
            }
            known.editing = known.editing.or(seen.presence.editing_field);
        }
        for (user, face) in own {
            faces.entry(user).or_insert(face);
        }
    }
}
