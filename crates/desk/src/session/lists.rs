//! The lists of the person's own work, told to the windows that have them open, and how changes of many tickets go.
//!
//! A list is told whole. So that a burst of answers does not cost a list each, what changes right after a telling is
//! gathered for a moment.
//!
//! **Invariant:** a list is computed anew from the layers; nothing of it is kept, so nothing of it can be wrong.

use std::collections::BTreeMap;
use std::time::Duration;

use callboard_model::{Field, TicketId, Value};

use super::effect::{Effect, Timer, WindowId};
use super::turn::Turn;
use super::{Session, words};
use crate::bridge::{
    About, BULK_MAX, BulkId, BulkRefusal, BulkView, Change, NeedsView, OutboxView, Reach, Update,
};
use crate::edits::bulk::{Bulk, Fate};
use crate::edits::past::{Over, Sent};
use crate::edits::work::Edit;
use crate::notes::Document;
use crate::own_lists::{needs_items, outbox_items, refused_comments};
use crate::windows::List;

/// How long changes are gathered after a list was told.
const GATHER: Duration = Duration::from_millis(100);

/// When lists are told.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// Something may stand otherwise than it was told.
    pub is_stale: bool,
    /// They were told a moment ago, and what changes now is gathered.
    pub is_resting: bool,
    /// The reach that was told.
    reach: Option<Reach>,
}

impl Session {
    /// What a ticket is called.
    pub(super) fn about(&self, ticket: &TicketId) -> About {
        crate::own_lists::about(&self.tickets, ticket)
    }

    /// An edit was confirmed: it is remembered, by the names that it has today.
    pub(super) fn remember_sent(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: &TicketId,
        field: Field,
        edit: &Edit,
    ) {
        let Some(known) = self.tickets.ticket(ticket) else { return };
        let name = |value: &Value| self.names.choice(field, value, known);
        let change = Change::Field { field, from: name(&edit.seen.value), to: name(&edit.mine) };
        let at = self.clock.now_ms(turn.now.wall);
        self.sent(turn, Sent::new(edit.id, self.about(ticket), change, at));
    }

    /// Something was confirmed.
    pub(super) fn sent(&mut self, turn: &mut Turn<'_>, sent: Sent) {
        self.put(turn, &Over::Sent(sent.clone()));
        if let Some(oldest) = self.past.send(sent) {
            self.take_away::<Over>(turn, Over::Sent(oldest).key());
        }
        self.lists.is_stale = true;
    }

    /// Chooses a value on many tickets. What is typed there stays.
    pub(super) fn begin_bulk(
        &mut self,
        turn: &mut Turn<'_>,
        name: (WindowId, BulkId),
        tickets: Vec<TicketId>,
        field: Field,
        value: &Value,
    ) {
        let mut bulk = Bulk { name, field, value: value.clone(), fates: BTreeMap::new(), is_news: true };
        for ticket in tickets {
            if bulk.fates.contains_key(&ticket) {
                continue;
            }
            let fate = match bulk.fates.len() {
                ..BULK_MAX => self.choose_for_one(turn, &ticket, field, value),
                _ => Fate::Refused(words::TOO_MANY.into()),
            };
            bulk.fates.insert(ticket, fate);
        }
        self.lists.is_stale = true;
        self.bulks.begin(bulk);
    }

    fn choose_for_one(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: &TicketId,
        field: Field,
        value: &Value,
    ) -> Fate {
        let Some(known) = self.tickets.get(ticket).filter(|known| !known.is_lost) else {
            return Fate::Refused(words::LOST.into());
        };
        let last = self.edits.field(ticket, field).and_then(|work| work.edits.last());
        match last {
            None if known.ticket.value(field) == *value => return Fate::Done,
            // It waits already.
            Some(last) if last.mine == *value && !last.is_refused() => return Fate::Waiting,
            _ => {}
        }
        let seen = self.edits.seen(&known.ticket, field);
        self.store(turn, (ticket, field), seen, value.clone());
        self.touched.insert(ticket.clone());
        Fate::Waiting
    }

    /// Counts a touched ticket anew.
    pub(super) fn judge_bulks(&mut self, ticket: &TicketId) {
        let Some(known) = self.tickets.ticket(ticket) else { return };
        let edits = &self.edits;
        self.bulks.judge(ticket, |field| (edits.field(ticket, field), known.value(field)));
    }

    /// Tells the lists that are open, where there is something new in them.
    pub(super) fn tell_lists(&mut self, turn: &mut Turn<'_>) {
        self.lists.is_stale |= self.lists.reach.replace(self.reach.reach) != Some(self.reach.reach);
        let is_due = self.lists.is_stale && !self.lists.is_resting;
        let mut told = false;
        for list in [List::Needs, List::Outbox] {
            if self.windows.is_waiting_for(list, is_due) {
                let update = match list {
                    List::Needs => Update::Needs(self.needs()),
                    List::Outbox => Update::Outbox(self.outbox()),
                };
                told |= self.windows.tell_list(list, &update, turn.effects());
            }
        }
        if is_due {
            self.lists.is_stale = false;
            told |= self.tell_bulks(turn);
        }
        if told && !self.lists.is_resting {
            self.lists.is_resting = true;
            turn.arm(Timer::Lists, GATHER);
        }
    }

    fn needs(&self) -> NeedsView {
        let (items, fields) = needs_items(&self.edits, &self.tickets, &self.names);
        let (comments, said) = refused_comments(&self.edits, &self.tickets);
        NeedsView { items, comments, total: fields + said, undo: self.undoable() }
    }

    fn outbox(&self) -> OutboxView {
        let is_signed_out = self.reach.reach == Reach::SignedOut;
        let (waiting, total) = outbox_items(&self.edits, &self.tickets, &self.names, is_signed_out);
        OutboxView { waiting, total, sent: self.past.sent().cloned().collect() }
    }

    fn tell_bulks(&mut self, turn: &mut Turn<'_>) -> bool {
        let (tickets, names) = (&self.tickets, &self.names);
        let mut told = false;
        for bulk in self.bulks.news() {
            let lender = bulk.fates.keys().find_map(|ticket| tickets.ticket(ticket));
            let refusal = |(ticket, fate): (&TicketId, &Fate)| match fate {
                Fate::Refused(reason) => Some(BulkRefusal {
                    about: crate::own_lists::about(tickets, ticket),
                    reason: reason.to_string(),
                }),
                _ => None,
            };
            let view = BulkView {
                bulk: bulk.name.1.clone(),
                field: bulk.field,
                value: names.choice_of(bulk.field, &bulk.value, lender),
                total: bulk.count(|_| true),
                done: bulk.count(|fate| *fate == Fate::Done),
                waiting: bulk.count(|fate| *fate == Fate::Waiting),
                conflicted: bulk.count(|fate| *fate == Fate::Conflicted),
                dropped: bulk.count(|fate| *fate == Fate::Dropped),
                refused: bulk.fates.iter().filter_map(refusal).collect(),
            };
            turn.push(Effect::Paint(bulk.name.0.clone(), Update::Bulk(view)));
            told = true;
        }
        told
    }
}
