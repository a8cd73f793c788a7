//! Which edit of a ticket may be sent next: one lane per coupled group.
//!
//! ```text
//! Placement  status ▸ board      one in flight, the other waits
//! Work       assignee ⇄          a conflict holds its own lane
//! Priority   ▸                   and never this one
//! ```
//!
//! **Invariant:** at most one save of a group is on its way, and none that is known to clash (LT-13, CO-13).

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::field::Group;
use callboard_model::{EditId, Field, Timestamp, Value};

use super::work::{Edit, FieldWork};

/// The edits of one ticket that may be sent now, each with its place among all edits. What was placed since something
/// was said that is not sent yet, waits for it.
pub(crate) fn ready(
    fields: &BTreeMap<Field, FieldWork>,
    theirs: impl Fn(Field) -> Value,
    unsaid_since: Option<Timestamp>,
) -> Vec<(u64, EditId)> {
    let mut busy: BTreeSet<Group> = BTreeSet::new();
    let mut ready: BTreeMap<Group, (u64, EditId)> = BTreeMap::new();
    for (&field, work) in fields {
        let (group, theirs) = (field.group(), theirs(field));
        let waits_for_words =
            |edit: &Edit| group == Group::Placement && unsaid_since.is_some_and(|since| edit.at >= since);
        if work.is_in_flight() || work.clash(&theirs).is_some() {
            busy.insert(group);
        } else if let Some(edit) = work.sendable(&theirs).filter(|edit| !waits_for_words(edit)) {
            let place = (edit.order, edit.id);
            ready.entry(group).and_modify(|first| *first = place.min(*first)).or_insert(place);
        }
    }
    ready.retain(|group, _| !busy.contains(group));
    ready.into_values().collect()
}

#[cfg(test)]
mod tests {
    use callboard_model::Version;

    use super::*;
    use crate::edits::work::{Seen, Stage};

    const NEW: &str = "new";

    fn edit(order: u64, at: i64, base: &str, stage: Stage) -> Edit {
        Edit {
            id: EditId(order.into()),
            seen: Seen { value: base.into(), version: Some(Version(1)) },
            mine: "mine".into(),
            at: Timestamp::from_second(at).expect("an instant"),
            order,
            resends: 0,
            tries: 0,
            is_sent: false,
            is_moved: false,
            repeats: None,
            returns: None,
            stage,
        }
    }

    /// The server has "new" everywhere: an edit that stands on it is clean, one on anything else clashes.
    fn shapes(order: u64) -> Vec<(FieldWork, Shape)> {
        let waits = || Stage::Queued { attempted: false };
        let of = |edits| FieldWork { typed: None, edits };
        let behind = |stage| edit(order + 10, 5, "mine", stage);
        vec![
            (of(vec![]), Shape::Nothing),
            (of(vec![edit(order, 5, NEW, Stage::Storing)]), Shape::Nothing),
            (of(vec![edit(order, 5, NEW, Stage::Refused("No.".into()))]), Shape::Nothing),
            (of(vec![edit(order, 5, NEW, waits())]), Shape::Ready),
            (of(vec![edit(order, 5, NEW, Stage::Queued { attempted: true })]), Shape::Ready),
            (of(vec![edit(order, 5, NEW, waits()), behind(waits())]), Shape::Ready),
            (of(vec![edit(order, 5, NEW, waits()), behind(Stage::Storing)]), Shape::Nothing),
            (of(vec![edit(order, 5, "old", waits())]), Shape::Busy),
            (of(vec![edit(order, 5, NEW, Stage::InFlight)]), Shape::Busy),
            (of(vec![edit(order, 5, NEW, Stage::InFlight), behind(waits())]), Shape::Busy),
        ]
    }

    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Shape {
        /// Nothing of the field can go, and it holds nothing up.
        Nothing,
        /// Its first edit can go.
        Ready,
        /// On its way, or asked about: it holds its lane.
        Busy,
    }

    /// LT-13, CO-13, over all shapes of work on two fields of one group and one of another: a conflict and a save on its
    /// way hold their own lane and no other, and of a lane the oldest goes.
    #[test]
    fn one_edit_of_a_lane_goes_and_nothing_holds_another_lane() {
        for (status, status_is) in shapes(1) {
            for (board, board_is) in shapes(2) {
                for (assignee, assignee_is) in shapes(3) {
                    let fields = [
                        (Field::Status, status.clone()),
                        (Field::Board, board.clone()),
                        (Field::Assignee, assignee),
                    ];
                    let now = ready(&fields.into(), |_| NEW.into(), None);
                    let placed = match (status_is, board_is) {
                        (Shape::Busy, _) | (_, Shape::Busy) => None,
                        (Shape::Ready, _) => Some(1),
                        (_, Shape::Ready) => Some(2),
                        _ => None,
                    };
                    let assigned = (assignee_is == Shape::Ready).then_some(3);
                    let expected: Vec<u64> = placed.into_iter().chain(assigned).collect();
                    let orders: Vec<u64> = now.into_iter().map(|(order, _)| order).collect();
                    assert_eq!(orders, expected);
                }
            }
        }
    }

    /// A board may ask for a comment before a ticket is closed, so what was said before goes before.
    #[test]
    fn a_status_waits_for_what_was_said_before_it_and_for_nothing_later() {
        for (field, at, since, goes) in [
            (Field::Status, 5, None, true),
            (Field::Status, 5, Some(4), false),
            (Field::Status, 5, Some(5), false),
            (Field::Status, 5, Some(6), true),
            (Field::Title, 5, Some(4), true),
        ] {
            let work =
                FieldWork { typed: None, edits: vec![edit(1, at, NEW, Stage::Queued { attempted: false })] };
            let since = since.map(|since| Timestamp::from_second(since).expect("an instant"));
            let now = ready(&[(field, work)].into(), |_| NEW.into(), since);
            assert_eq!(!now.is_empty(), goes, "{field} at {at}, unsaid since {since:?}");
        }
    }
}
