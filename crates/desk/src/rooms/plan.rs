//! Which ticket rooms deserve to be open.
//!
//! | tier | tickets | entered for |
//! |---|---|---|
//! | 0 | all | the board room: hints, and who is where. A stock server has none |
//! | 1 | with unsaved work, on screen and 20 lines around, ours | their own rooms: who is there, as they move |
//! | 2 | open | the same, and to show ourselves |
//!
//! When not all of them find a place, the open ones come first, then those with unsaved work, then what is on screen,
//! then what is ours. A room that is wanted no more is kept for a while, because people scroll back.
//!
//! **Invariant:** nothing here knows a socket, a token or a timer; in go sets, out come sets.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use callboard_model::TicketId;

/// How long a room is kept after it was last wanted.
pub const LINGER: Duration = Duration::from_secs(10);

/// What to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Enter these, in this order.
    pub join: Vec<TicketId>,
    /// Leave these.
    pub leave: Vec<TicketId>,
    /// Plan again after this time: something lingers.
    pub again: Option<Duration>,
}

/// The first `limit` of the tickets named, each once, in the order given: the most wanted first.
pub fn wanted<'a>(tickets: impl IntoIterator<Item = &'a TicketId>, limit: usize) -> Vec<TicketId> {
    let mut seen = BTreeSet::new();
    tickets.into_iter().filter(|ticket| seen.insert(*ticket)).take(limit).cloned().collect()
}

/// Compares what is wanted with the rooms that are held, each with the time at which it was last wanted.
#[must_use]
pub fn plan(wanted: &[TicketId], held: &BTreeMap<TicketId, Duration>, now: Duration, limit: usize) -> Plan {
    let wants: BTreeSet<&TicketId> = wanted.iter().collect();
    let join: Vec<TicketId> = wanted.iter().filter(|ticket| !held.contains_key(*ticket)).cloned().collect();
    let mut idle: Vec<(Duration, &TicketId)> =
        held.iter().filter(|(ticket, _)| !wants.contains(ticket)).map(|(ticket, at)| (*at, ticket)).collect();
    idle.sort();
    let too_many = (held.len() + join.len()).saturating_sub(limit);
    let overdue = idle.iter().take_while(|(at, _)| *at + LINGER <= now).count();
    let (gone, lingering) = idle.split_at(overdue.max(too_many).min(idle.len()));
    Plan {
        join,
        leave: gone.iter().map(|(_, ticket)| (*ticket).clone()).collect(),
        again: lingering.first().map(|(at, _)| (*at + LINGER).saturating_sub(now)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<TicketId> {
        names.iter().map(|name| TicketId::from(*name)).collect()
    }

    fn held(rooms: &[(&str, u64)]) -> BTreeMap<TicketId, Duration> {
        rooms.iter().map(|(name, secs)| ((*name).into(), Duration::from_secs(*secs))).collect()
    }

    #[test]
    fn a_room_that_scrolled_out_of_view_is_kept_for_ten_seconds() {
        let rooms = held(&[("a", 0), ("b", 5)]);
        let at = |secs| plan(&ids(&["c"]), &rooms, Duration::from_secs(secs), 9);
        assert_eq!(at(9).leave, []);
        assert_eq!(at(9).again, Some(Duration::from_secs(1)));
        assert_eq!(at(10).leave, ids(&["a"]));
        assert_eq!(at(10).again, Some(Duration::from_secs(5)));
        assert_eq!(at(15), Plan { join: ids(&["c"]), leave: ids(&["a", "b"]), again: None });
    }

    #[test]
    fn when_there_is_no_place_the_least_wanted_room_goes_at_once() {
        let plan = plan(&ids(&["a", "d"]), &held(&[("a", 3), ("b", 2), ("c", 1)]), Duration::from_secs(3), 3);
        assert_eq!((plan.join, plan.leave), (ids(&["d"]), ids(&["c"])));
        assert_eq!(wanted(&ids(&["a", "b", "a", "c"]), 2), ids(&["a", "b"]));
    }
}
