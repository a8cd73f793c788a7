//! The order of a view while the person is choosing: it stands still, and what would move waits (CO-10, RB-8).
//!
//! While somebody has a hand on a view, its list of places is left as it is. A row that changes is drawn anew where it
//! stands; that it belongs elsewhere by now is only noted. When the hands are off, everything goes to its place at once,
//! but not within [`SETTLES_EVERY`] of the last time: whoever lifts a hand and puts it down again does not make the board
//! jump each time.
//!
//! **Invariant:** the places as they stand, with the noted moves carried out, are the places from scratch.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use callboard_model::TicketId;

use super::BoardRow;
use super::key::Key;
use crate::bridge::ChoosingBy;

/// How soon after everything went to its place it does so again by itself.
pub const SETTLES_EVERY: Duration = Duration::from_secs(3);

/// The most noted moves that are looked at one by one each time something changes; of more, each counts as waiting, though
/// not every one of them might be seen to move.
pub const LOOKED_AT_MAX: usize = 1_000;

/// A ticket that belongs elsewhere than where it stands.
#[derive(Debug)]
struct Move {
    /// Where it stands; `None`: nowhere.
    from: Option<Box<Key>>,
    /// Where it belongs; `None`: nowhere.
    to: Option<Box<Key>>,
    /// What it showed last, where it has left the board.
    last: Option<Arc<BoardRow>>,
}

/// Whether a view stands still, and what waits.
#[derive(Debug, Default)]
pub(super) struct Hold {
    hands: BTreeSet<ChoosingBy>,
    /// At most one per ticket of the board.
    moves: BTreeMap<TicketId, Move>,
    /// The hands are off, and it is too soon for everything to go to its place.
    cools: bool,
    /// When everything last went to its place at once.
    settled_at: Option<Duration>,
}

impl Hold {
    /// Puts a hand on the view, or takes it off.
    pub(super) fn put(&mut self, by: ChoosingBy, on: bool) {
        if on {
            self.hands.insert(by);
        } else {
            self.hands.remove(&by);
        }
        self.cools = self.hands.is_empty() && !self.moves.is_empty();
    }

    /// All hands are off.
    pub(super) fn let_go(&mut self) {
        self.hands.clear();
    }

    /// Whether rows keep their places.
    pub(super) fn is_on(&self) -> bool {
        !self.hands.is_empty() || self.cools
    }

    /// When what waits may go to its place, if nobody chooses.
    pub(super) fn settles_at(&self) -> Option<Duration> {
        self.cools.then(|| self.settled_at.map_or(Duration::ZERO, |at| at + SETTLES_EVERY))
    }

    /// A ticket stood `from` and belongs `to`, as far as its last change goes. Says whether it is shown at all.
    pub(super) fn note(
        &mut self,
        ticket: &TicketId,
        from: Option<Box<Key>>,
        to: Option<Box<Key>>,
        last: Option<Arc<BoardRow>>,
    ) -> bool {
        let is_shown = from.is_some() || to.is_some();
        match self.moves.entry(ticket.clone()) {
            Entry::Occupied(mut noted) => {
                let noted_move = noted.get_mut();
                (noted_move.to, noted_move.last) = (to, last);
                if noted_move.from == noted_move.to {
                    noted.remove();
                }
                true
            }
            Entry::Vacant(place) => {
                if from != to {
                    place.insert(Move { from, to, last });
                }
                is_shown
            }
        }
    }

    /// What a ticket showed when it left the board, where it still stands.
    pub(super) fn last(&self, ticket: &TicketId) -> Option<Arc<BoardRow>> {
        self.moves.get(ticket)?.last.clone()
    }

    /// Forgets what waits: the places were made from scratch.
    pub(super) fn forget(&mut self) {
        self.moves.clear();
    }

    /// Carries out what waits. Says whether there was anything.
    #[expect(clippy::vec_box, reason = "it is the order of a view, which says why")]
    pub(super) fn settle(&mut self, order: &mut Vec<Box<Key>>, descending: bool, now: Duration) -> bool {
        self.cools = false;
        if self.moves.is_empty() {
            return false;
        }
        let moves = std::mem::take(&mut self.moves);
        order.retain(|key| !moves.contains_key(&key.ticket));
        order.extend(moves.into_values().filter_map(|noted| noted.to));
        // All but a few stand in their order, which a stable sort makes use of.
        order.sort_by(|one, other| one.compare(other, descending));
        self.settled_at = Some(now);
        true
    }

    /// How many tickets would come, go, or stand elsewhere among those that did not change, or among each other.
    pub(super) fn waiting(&self, order: &[Box<Key>], descending: bool) -> usize {
        if self.moves.len() > LOOKED_AT_MAX {
            return self.moves.len();
        }
        let mut elsewhere = 0;
        let mut moved: Vec<(usize, &Key)> = Vec::new();
        for Move { from, to, .. } in self.moves.values() {
            let place = |from: &Key| order.binary_search_by(|held| held.compare(from, descending)).ok();
            let stays = from.as_ref().zip(to.as_ref()).filter(|(from, to)| from.group == to.group);
            match stays.and_then(|(from, to)| Some((place(from)?, &**to))) {
                Some(moves) => moved.push(moves),
                None => elsewhere += 1,
            }
        }
        moved.sort_unstable_by_key(|(place, _)| *place);
        elsewhere + moved.len() - self.staying(&moved, order, descending)
    }

    /// How many of them would stand where they stand: between the same tickets that did not change, and in their order.
    fn staying(&self, moved: &[(usize, &Key)], order: &[Box<Key>], descending: bool) -> usize {
        let stands = |place: &usize| !self.moves.contains_key(&order[*place].ticket);
        let before = |one: &Key, other: &Key| one.compare(other, descending).is_lt();
        let (mut rest, mut staying) = (moved, 0);
        while let Some((first, _)) = rest.first() {
            let above = (0..*first).rev().find(stands).map(|place| &*order[place]);
            let below = (*first + 1..order.len()).find(stands);
            let count = rest.iter().take_while(|(place, _)| below.is_none_or(|below| *place < below)).count();
            let (gap, others) = rest.split_at(count);
            let below = below.map(|place| &*order[place]);
            let fits = |&key: &&Key| {
                above.is_none_or(|above| before(above, key)) && below.is_none_or(|below| before(key, below))
            };
            staying += longest_rise(gap.iter().map(|(_, key)| *key).filter(fits), before);
            rest = others;
        }
        staying
    }
}

/// The most of these that rise in the order in which they come.
fn longest_rise<'a>(keys: impl Iterator<Item = &'a Key>, before: impl Fn(&Key, &Key) -> bool) -> usize {
    // The lowest end of a rise of each length.
    let mut ends: Vec<&Key> = Vec::new();
    for key in keys {
        let length = ends.partition_point(|end| before(end, key));
        match ends.get_mut(length) {
            Some(end) => *end = key,
            None => ends.push(key),
        }
    }
    ends.len()
}
