//! The entries of one ticket, as the server told them.
//!
//! **Invariant:** no older word of an entry takes the place of a newer one.

use callboard_model::EntryId;
use callboard_model::schedule::ScheduleEntry;

use crate::asking::Asking;
use crate::bridge::{PLANS_MAX, PlansKnown};

/// What is planned for one ticket.
#[derive(Debug)]
pub(crate) struct PlanList {
    /// The earliest first.
    entries: Vec<ScheduleEntry>,
    /// There are more, that start earlier.
    more: bool,
    /// How much is known.
    pub known: PlansKnown,
    pub(super) asking: Asking,
    /// When one that was told begins or ends next.
    pub(super) turns_at: Option<i64>,
    /// A burst of hints is being gathered.
    pub(super) is_gathering: bool,
}

impl Default for PlanList {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            more: false,
            known: PlansKnown::Nothing,
            asking: Asking::Rest,
            turns_at: None,
            is_gathering: false,
        }
    }
}

impl PlanList {
    /// Those that are shown.
    pub(crate) fn shown(&self) -> &[ScheduleEntry] {
        &self.entries[self.entries.len().saturating_sub(PLANS_MAX)..]
    }

    pub(crate) fn entry(&self, name: &EntryId) -> Option<&ScheduleEntry> {
        self.entries.iter().find(|entry| entry.entry_id == *name)
    }

    /// Whether there are more than are shown.
    pub(crate) fn has_more(&self) -> bool {
        self.more || self.entries.len() > PLANS_MAX
    }

    /// The server's answer. Says whether nothing was heard since it was asked for.
    pub(super) fn told(&mut self, entries: &[ScheduleEntry], more: bool, as_of: i64) -> bool {
        let newer = |told: &ScheduleEntry| {
            let ours = self.entry(&told.entry_id);
            ours.filter(|ours| ours.version > told.version).unwrap_or(told).clone()
        };
        self.entries = entries.iter().map(newer).collect();
        self.sort();
        (self.more, self.known) = (more, PlansKnown::Told { as_of });
        self.asking.answered()
    }

    /// There was no answer. `known`: nor will there be one to the same question, and this is why.
    pub(crate) fn not_told(&mut self, known: Option<PlansKnown>) {
        self.asking.unanswered(known.is_some());
        if let Some(known) = known {
            self.entries.clear();
            (self.more, self.known) = (false, known);
        }
    }

    pub(super) fn put(&mut self, entry: ScheduleEntry) {
        if self.entry(&entry.entry_id).is_some_and(|ours| ours.version >= entry.version) {
            return;
        }
        self.remove(&entry.entry_id);
        self.entries.push(entry);
        self.sort();
    }

    pub(super) fn remove(&mut self, entry: &EntryId) {
        self.entries.retain(|known| known.entry_id != *entry);
    }

    /// Nothing of it is ours to see any more.
    pub(super) fn forget(&mut self) {
        self.asking.want();
        (self.more, self.known) = (false, PlansKnown::Nothing);
        self.entries.clear();
    }

    /// When one that is shown begins or ends next.
    pub(super) fn next_turn(&self, now: i64) -> Option<i64> {
        let turns = self.shown().iter().flat_map(|entry| [entry.scheduled_start, entry.scheduled_end]);
        turns.map(|at| at.as_millisecond()).filter(|at| *at > now).min()
    }

    fn sort(&mut self) {
        self.entries.sort_by(|a, b| {
            (a.scheduled_start, a.scheduled_end, &a.entry_id).cmp(&(
                b.scheduled_start,
                b.scheduled_end,
                &b.entry_id,
            ))
        });
    }
}
