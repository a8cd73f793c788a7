//! Where tickets lie, each place once.
//!
//! It exists because ten thousand tickets lie on a handful of boards for some hundreds of customers: rooms share the
//! places, or the names of these would be most of what an idle room costs.
//!
//! **Invariant:** what no room needs any more is forgotten before twice as much is kept.

use std::collections::HashSet;
use std::sync::Arc;

use crate::auth::access::Placement;

/// Places before anything is forgotten.
const FEW: usize = 256;

/// The places of all rooms.
#[derive(Debug, Default)]
pub(super) struct Places {
    known: HashSet<Arc<Placement>>,
    /// With so many it is looked which of them are needed.
    look_at: usize,
}

impl Places {
    /// The same place, shared with all rooms whose tickets lie there.
    pub(super) fn shared(&mut self, place: Placement) -> Arc<Placement> {
        if let Some(known) = self.known.get(&place) {
            return Arc::clone(known);
        }
        if self.known.len() >= self.look_at {
            self.known.retain(|place| Arc::strong_count(place) > 1);
            self.look_at = FEW.max(2 * self.known.len());
        }
        let place = Arc::new(place);
        self.known.insert(Arc::clone(&place));
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(number: usize) -> Placement {
        Placement { board: Some("desk".into()), client: Some(format!("{number}").into()) }
    }

    #[test]
    fn a_place_is_there_once_as_long_as_a_room_needs_it() {
        let mut places = Places::default();
        let kept = places.shared(place(0));
        for number in 1..100 * FEW {
            places.shared(place(number));
        }
        assert!(Arc::ptr_eq(&kept, &places.shared(place(0))));
        assert!(places.known.len() <= FEW, "{}", places.known.len());
    }
}
