//! How a change of many tickets goes: counted from the work on each of them, which knows nothing of the others.
//!
//! **Invariant:** nothing here holds an edit up or moves one; a summary that is forgotten costs nobody anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use callboard_model::{Field, TicketId, Value};

use super::work::FieldWork;
use crate::bridge::BulkId;
use crate::session::effect::WindowId;

/// Summaries kept at once; one more is told at the cost of the oldest.
pub const BULKS_MAX: usize = 8;

/// How one ticket of many stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The server has it.
    Done,
    /// It is queued or on its way.
    Waiting,
    /// Somebody wrote in between.
    Conflicted,
    /// The person decided otherwise since.
    Dropped,
    /// It was refused; the sentence says why.
    Refused(Arc<str>),
}

impl Fate {
    /// How a ticket stands whose edit was to set `value`, given the work on the field and what stands there now.
    fn judge(self, work: Option<&FieldWork>, value: &Value, now: &Value) -> Self {
        let Some(work) = work.filter(|work| !work.edits.is_empty()) else {
            return match self {
                Self::Refused(_) | Self::Waiting | Self::Conflicted if now == value => Self::Done,
                Self::Waiting | Self::Conflicted => Self::Dropped,
                over => over,
            };
        };
        match self {
            Self::Done | Self::Dropped => self,
            _ if work.edits.last().is_some_and(|last| last.mine != *value) => Self::Dropped,
            _ if work.is_clashing(now) => Self::Conflicted,
            _ => work.refusal().map_or(Self::Waiting, |reason| Self::Refused(reason.clone())),
        }
    }
}

/// A change of many tickets.
#[derive(Debug)]
pub(crate) struct Bulk {
    /// Who began it, and what they call it.
    pub name: (WindowId, BulkId),
    /// The field.
    pub field: Field,
    /// What it is to be.
    pub value: Value,
    /// How each ticket stands.
    pub fates: BTreeMap<TicketId, Fate>,
    /// The window does not know yet how it stands.
    pub is_news: bool,
}

impl Bulk {
    /// How many tickets stand so.
    pub(crate) fn count(&self, is_so: impl Fn(&Fate) -> bool) -> u32 {
        u32::try_from(self.fates.values().filter(|fate| is_so(fate)).count()).unwrap_or(u32::MAX)
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Bulks {
    bulks: Vec<Bulk>,
}

impl Bulks {
    /// One begins.
    pub(crate) fn begin(&mut self, bulk: Bulk) {
        self.end(&bulk.name);
        self.bulks.push(bulk);
        if self.bulks.len() > BULKS_MAX {
            self.bulks.remove(0);
        }
    }

    /// Nobody wants to hear of one any more.
    pub(crate) fn end(&mut self, name: &(WindowId, BulkId)) {
        self.bulks.retain(|bulk| bulk.name != *name);
    }

    /// A window is gone.
    pub(crate) fn close(&mut self, window: &WindowId) {
        self.bulks.retain(|bulk| bulk.name.0 != *window);
    }

    /// The work on a ticket may stand otherwise now.
    pub(crate) fn judge<'a>(
        &mut self,
        ticket: &TicketId,
        work: impl Fn(Field) -> (Option<&'a FieldWork>, Value),
    ) {
        for bulk in &mut self.bulks {
            let Some(fate) = bulk.fates.get_mut(ticket) else { continue };
            let (work, now) = work(bulk.field);
            let judged = fate.clone().judge(work, &bulk.value, &now);
            bulk.is_news |= *fate != judged;
            *fate = judged;
        }
    }

    /// An edit came to nothing before it was one.
    pub(crate) fn refuse(&mut self, ticket: &TicketId, field: Field, reason: &Arc<str>) {
        for bulk in self.bulks.iter_mut().filter(|bulk| bulk.field == field) {
            if let Some(fate) = bulk.fates.get_mut(ticket).filter(|fate| **fate == Fate::Waiting) {
                *fate = Fate::Refused(reason.clone());
                bulk.is_news = true;
            }
        }
    }

    /// Those of which there is something to tell; it counts as told.
    pub(crate) fn news(&mut self) -> impl Iterator<Item = &Bulk> {
        self.bulks.iter_mut().filter_map(|bulk| std::mem::take(&mut bulk.is_news).then_some(&*bulk))
    }
}
