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
use callboard_model::{EditId, Field, Value};

use super::work::FieldWork;

/// The edits of one ticket that may be sent now, each with its place among all edits.
pub(crate) fn ready(
    fields: &BTreeMap<Field, FieldWork>,
    theirs: impl Fn(Field) -> Value,
) -> Vec<(u64, EditId)> {
    let mut busy: BTreeSet<Group> = BTreeSet::new();
    let mut ready: BTreeMap<Group, (u64, EditId)> = BTreeMap::new();
    for (&field, work) in fields {
        let (group, theirs) = (field.group(), theirs(field));
        if work.is_in_flight() || work.clash(&theirs).is_some() {
            busy.insert(group);
        } else if let Some(edit) = work.sendable(&theirs) {
            let place = (edit.order, edit.id);
            ready.entry(group).and_modify(|first| *first = place.min(*first)).or_insert(place);
        }
    }
    ready.retain(|group, _| !busy.contains(group));
    ready.into_values().collect()
}
