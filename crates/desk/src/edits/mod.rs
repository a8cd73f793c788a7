//! Local work: everything the person did that the server has not confirmed, by ticket and field.
//!
//! | module | holds |
//! |---|---|
//! | [`mod@rebase`] | the one law of conflicts |
//! | [`work`] | the work on one field, from the first keystroke to the confirmation |
//! | [`disk`] | edits on their way to disk and back |
//! | [`lane`] | which edit may be sent next |
//! | [`sayings`] | comments that are not confirmed |
//! | [`past`] | what was confirmed, and what was decided |
//! | [`bulk`] | how a change of many tickets goes |
//!
//! **Invariant:** nothing here is ever dropped without either the server's confirmation or the person's word.

pub mod bulk;
mod disk;
pub(crate) mod lane;
pub mod past;
pub mod rebase;
pub mod sayings;
pub(crate) mod work;

use std::collections::BTreeMap;
use std::sync::Arc;

use callboard_model::field::Group;
use callboard_model::{EditId, Field, Ticket, TicketId, Value, Version};

use crate::bridge::Unsent;
use rebase::{Rebase, rebase};
use sayings::Sayings;
use work::{Edit, FieldWork, Seen, Stage, Typed};

/// How often one edit is sent again because others write beside it; then it is refused and the person decides.
pub const RESENDS_MAX: u8 = 5;

/// How often one edit is tried while the server fails at it and at nothing else; then it is refused, and the person says
/// when it is tried again.
pub const TRIES_MAX: u8 = 5;

/// All local work.
#[derive(Debug, Default)]
pub(crate) struct Edits {
    tickets: BTreeMap<TicketId, BTreeMap<Field, FieldWork>>,
    owners: BTreeMap<EditId, (TicketId, Field)>,
    orders: u64,
    /// Comments.
    pub sayings: Sayings,
}

impl Edits {
    /// The work on a ticket, by field.
    pub(crate) fn of(&self, ticket: &TicketId) -> Option<&BTreeMap<Field, FieldWork>> {
        self.tickets.get(ticket)
    }

    /// The work on a field.
    pub(crate) fn field(&self, ticket: &TicketId, field: Field) -> Option<&FieldWork> {
        self.tickets.get(ticket)?.get(&field)
    }

    /// Every ticket with work.
    pub(crate) fn tickets(&self) -> impl Iterator<Item = (&TicketId, &BTreeMap<Field, FieldWork>)> {
        self.tickets.iter()
    }

    /// Whose an edit is; `None` once it is gone.
    pub(crate) fn owner(&self, id: EditId) -> Option<&(TicketId, Field)> {
        self.owners.get(&id)
    }

    /// An edit.
    pub(crate) fn edit(&self, id: EditId) -> Option<&Edit> {
        let (ticket, field) = self.owners.get(&id)?;
        self.field(ticket, *field)?.edits.iter().find(|edit| edit.id == id)
    }

    pub(crate) fn edit_mut(&mut self, id: EditId) -> Option<&mut Edit> {
        let (ticket, field) = self.owners.get(&id)?;
        let work = self.tickets.get_mut(ticket)?.get_mut(field)?;
        work.edits.iter_mut().find(|edit| edit.id == id)
    }

    /// The next place among all that is committed here.
    pub(crate) fn next_order(&mut self) -> u64 {
        self.orders += 1;
        self.orders
    }

    /// Changes the work on a field, and forgets the field when nothing is left of it.
    pub(crate) fn change<T>(
        &mut self,
        ticket: &TicketId,
        field: Field,
        change: impl FnOnce(&mut FieldWork) -> T,
    ) -> T {
        let fields = self.tickets.entry(ticket.clone()).or_default();
        let work = fields.entry(field).or_default();
        let answer = change(work);
        if work.is_empty() {
            fields.remove(&field);
        }
        if fields.is_empty() {
            self.tickets.remove(ticket);
        }
        answer
    }

    /// Takes one edit out. Says whether it is on disk, so that it must be forgotten there.
    pub(crate) fn take(&mut self, id: EditId) -> Option<(Edit, bool)> {
        let (ticket, field) = self.owners.remove(&id)?;
        self.change(&ticket, field, |work| {
            let at = work.edits.iter().position(|edit| edit.id == id)?;
            let edit = work.edits.remove(at);
            let on_disk = edit.stage != Stage::Storing;
            Some((edit, on_disk))
        })
    }

    /// Drops all work of a coupled group. Names what must be forgotten on disk.
    pub(crate) fn drop_group(&mut self, ticket: &TicketId, group: Group) -> Vec<EditId> {
        let Some(fields) = self.tickets.get_mut(ticket) else { return Vec::new() };
        let mut gone = Vec::new();
        fields.retain(|field, work| {
            if field.group() == group {
                gone.append(&mut work.edits);
            }
            field.group() != group
        });
        if fields.is_empty() {
            self.tickets.remove(ticket);
        }
        for edit in &gone {
            self.owners.remove(&edit.id);
        }
        gone.iter().filter(|edit| edit.stage != Stage::Storing).map(|edit| edit.id).collect()
    }

    /// Lets go of everything that agrees with what is confirmed now, and gives it out: it must be forgotten on disk.
    pub(crate) fn settle(&mut self, ticket: &Ticket) -> Vec<(Field, Edit)> {
        let mut landed = Vec::new();
        let fields: Vec<Field> =
            self.of(&ticket.ticket_id).into_iter().flat_map(BTreeMap::keys).copied().collect();
        for field in fields {
            let now = Seen { value: ticket.value(field), version: ticket.version };
            self.change(&ticket.ticket_id, field, |work| {
                while let Some(front) = work.edits.first().filter(|edit| has_landed(edit, &now.value)) {
                    let gone = front.clone();
                    work.edits.remove(0);
                    follow(work, &gone, &now);
                    landed.push((field, gone));
                }
                landed.extend(agreed(work, &now).into_iter().map(|gone| (field, gone)));
                if let Some(typed) = work.typed.as_mut().filter(|_| work.edits.is_empty())
                    && typed.draft.as_ref() == Some(&now.value)
                {
                    typed.seen = now;
                }
            });
        }
        for (_, edit) in &landed {
            self.owners.remove(&edit.id);
        }
        landed
    }

    /// Our own save of `saved` brought the ticket from `old` to `new`, and nobody wrote in between: what it changed
    /// beside its field is our own doing, so waiting edits stand on it.
    pub(crate) fn carry(&mut self, old: &Ticket, new: &Ticket) {
        let Some(fields) = self.tickets.get_mut(&new.ticket_id) else { return };
        for (&field, work) in fields {
            let (was, is) = (old.value(field), new.value(field));
            let stands_on_it = |edit: &&mut Edit| was != is && edit.seen.value == was && !edit.is_sent;
            for edit in work.edits.iter_mut().filter(stands_on_it) {
                edit.move_to(&Seen { value: is.clone(), version: new.version });
            }
        }
    }

    /// An edit of this field was confirmed as `now`: what waits behind it, waits on that.
    pub(crate) fn follow(&mut self, ticket: &TicketId, field: Field, gone: &Edit, now: &Seen) {
        self.change(ticket, field, |work| follow(work, gone, now));
    }

    /// How many committed edits are not confirmed, and how many decisions are open.
    pub(crate) fn counts<'a>(&self, confirmed: impl Fn(&TicketId) -> Option<&'a Ticket>) -> (u32, u32) {
        let (mut queued, mut needs_you) = (0, 0);
        for (ticket, fields) in &self.tickets {
            for (&field, work) in fields {
                let theirs = confirmed(ticket).map(|ticket| ticket.value(field));
                let is_open =
                    work.refusal().is_some() || theirs.is_some_and(|theirs| work.clash(&theirs).is_some());
                needs_you += u32::from(is_open);
                queued += u32::from(!is_open && work.pending().is_some());
            }
        }
        for saying in self.sayings.all().filter(|saying| saying.is_shown()) {
            let is_refused = matches!(saying.stage, Stage::Refused(_));
            needs_you += u32::from(is_refused);
            queued += u32::from(!is_refused);
        }
        (queued, needs_you)
    }

    /// How many committed edits and comments are not confirmed, and how many texts are not committed.
    pub(crate) fn at_stake(&self) -> (u32, u32) {
        let works = self.tickets.values().flat_map(BTreeMap::values);
        let said = u32::try_from(self.sayings.all().count()).unwrap_or(u32::MAX);
        let typed = u32::try_from(self.sayings.typed_on().count()).unwrap_or(u32::MAX);
        works.fold((said, typed), |(edits, drafts), work| {
            let committed = u32::try_from(work.edits.len()).unwrap_or(u32::MAX);
            (edits.saturating_add(committed), drafts.saturating_add(u32::from(work.draft().is_some())))
        })
    }

    /// The mark on a ticket's row.
    pub(crate) fn unsent(&self, ticket: &Ticket) -> Unsent {
        let works = self.of(&ticket.ticket_id).into_iter().flatten();
        let marks = works.map(|(&field, work)| {
            if work.refusal().is_some() || work.clash(&ticket.value(field)).is_some() {
                Unsent::NeedsYou
            } else if work.pending().is_some() {
                Unsent::Queued
            } else {
                Unsent::Nothing
            }
        });
        let sayings = self.sayings.of(&ticket.ticket_id).iter().filter(|saying| saying.is_shown());
        let said = sayings.map(|saying| match saying.stage {
            Stage::Refused(_) => Unsent::NeedsYou,
            _ => Unsent::Queued,
        });
        marks.chain(said).max().unwrap_or_default()
    }

    /// Whether anything of this ticket was typed, or committed and is not confirmed.
    pub(crate) fn has_work(&self, ticket: &TicketId) -> bool {
        let is_said = !self.sayings.of(ticket).is_empty() || self.sayings.typed(ticket).is_some();
        is_said || self.of(ticket).is_some_and(|fields| fields.values().any(|work| !work.is_idle()))
    }

    /// Whether work of a coupled group was sent and nobody knows what came of it.
    pub(crate) fn is_unsure(&self, ticket: &TicketId, group: Group) -> bool {
        let of_group = self.of(ticket).into_iter().flatten().filter(|(field, _)| field.group() == group);
        of_group.flat_map(|(_, work)| &work.edits).any(|edit| edit.stage == Stage::Queued { attempted: true })
    }

    /// LT-19: what cannot be sent any more is kept, readable, with the reason.
    pub(crate) fn refuse_all(&mut self, ticket: &TicketId, reason: &Arc<str>) {
        self.sayings.refuse_all(ticket, reason);
        let Some(fields) = self.tickets.get_mut(ticket) else { return };
        for edit in fields.values_mut().flat_map(|work| &mut work.edits) {
            if edit.stage != Stage::Storing {
                edit.stage = Stage::Refused(reason.clone());
            }
        }
    }

    /// What the next edit of a field stands on, given what is confirmed: what the person saw.
    pub(crate) fn seen(&self, ticket: &Ticket, field: Field) -> Seen {
        let confirmed = || Seen { value: ticket.value(field), version: ticket.version };
        let Some(work) = self.field(&ticket.ticket_id, field) else { return confirmed() };
        if let Some(front) = work.edits.first().filter(|_| work.is_clashing(&ticket.value(field))) {
            // Whatever is chosen over a conflict is still to be asked about.
            return front.seen.clone();
        }
        match work.edits.last() {
            // A second unsent edit keeps the first base.
            Some(last) if last.is_replaceable() => last.seen.clone(),
            Some(last) => Seen { value: last.mine.clone(), version: last.seen.version },
            None => work.typed.as_ref().map_or_else(confirmed, |typed| typed.seen.clone()),
        }
    }

    /// The person left these fields. A draft stays.
    pub(crate) fn end_where(&mut self, ticket: &TicketId, is_left: impl Fn(Field) -> bool) {
        let Some(fields) = self.tickets.get_mut(ticket) else { return };
        fields.retain(|field, work| {
            work.typed.take_if(|typed| typed.draft.is_none() && is_left(*field));
            !work.is_empty()
        });
        if fields.is_empty() {
            self.tickets.remove(ticket);
        }
    }

    /// Remembers that the person is in a field, and what they see there. Whoever only looked before, looks anew.
    pub(crate) fn begin(&mut self, ticket: &Ticket, field: Field) {
        self.change(&ticket.ticket_id, field, |work| {
            work.typed.take_if(|typed| typed.draft.is_none());
        });
        let seen = self.seen(ticket, field);
        self.change(&ticket.ticket_id, field, |work| {
            work.typed.get_or_insert(Typed { seen, draft: None });
        });
    }
}

fn has_landed(edit: &Edit, theirs: &Value) -> bool {
    matches!(edit.stage, Stage::Queued { .. } | Stage::Refused(_))
        && rebase(&edit.seen.value, &edit.mine, theirs) == Rebase::Landed
}

/// Both sides agree where the newest of what waits behind a clashing front is what stands there: there is nothing to
/// decide. Takes it out with all that led to it.
fn agreed(work: &mut FieldWork, now: &Seen) -> Vec<Edit> {
    if !work.is_clashing(&now.value) || work.pending() != Some(&now.value) {
        return Vec::new();
    }
    let waits = |edit: &Edit| edit.stage != Stage::Storing;
    let count = work.edits.iter().take_while(|edit| waits(edit)).count();
    let gone: Vec<Edit> = work.edits.drain(..count).collect();
    if let Some(last) = gone.last() {
        follow(work, last, now);
    }
    gone
}

/// What stood on `gone`, or beside it, stands on `now`.
fn follow(work: &mut FieldWork, gone: &Edit, now: &Seen) {
    let stood_on_it = |seen: &Seen| seen.value == gone.mine || *seen == gone.seen;
    if let Some(next) = work.edits.first_mut().filter(|next| stood_on_it(&next.seen) && !next.is_sent) {
        next.move_to(now);
    }
    // A draft lies over all of them, so over the last one in any case.
    let is_last = work.edits.is_empty();
    if let Some(typed) = work.typed.as_mut().filter(|typed| is_last || stood_on_it(&typed.seen)) {
        typed.seen = now.clone();
    }
}

/// What a version-less server's ticket counts as.
pub(crate) fn is_newer(theirs: Option<Version>, ours: Option<Version>) -> bool {
    match (theirs, ours) {
        (Some(theirs), Some(ours)) => theirs > ours,
        _ => true,
    }
}
