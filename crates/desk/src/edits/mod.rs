//! Local work: everything the person did that the server has not confirmed, by ticket and field.
//!
//! | module | holds |
//! |---|---|
//! | [`mod@rebase`] | the one law of conflicts |
//! | [`work`] | the work on one field, from the first keystroke to the confirmation |
//! | [`lane`] | which edit may be sent next |
//!
//! **Invariant:** nothing here is ever dropped without either the server's confirmation or the person's word.

pub(crate) mod lane;
pub mod rebase;
pub(crate) mod work;

use std::collections::BTreeMap;
use std::sync::Arc;

use callboard_model::field::Group;
use callboard_model::{EditId, Field, Ticket, TicketId, Value, Version};

use crate::bridge::Unsent;
use crate::session::effect::StoredEdit;
use rebase::{Rebase, rebase};
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

    /// Takes an edit that the disk gave back. It is queued behind what is there; an older edit of the field whose
    /// place it took is named, to be forgotten.
    pub(crate) fn restore(&mut self, stored: StoredEdit) -> Vec<EditId> {
        let id = stored.id;
        self.push(stored, 0, None);
        let Some((ticket, field)) = self.owners.get(&id).cloned() else { return Vec::new() };
        self.change(&ticket, field, |work| {
            let at = work.edits.len().saturating_sub(1);
            let follows = at > 0 && work.edits[at].seen.value == work.edits[at - 1].mine;
            if let Some(edit) = work.edits.last_mut() {
                // Nobody knows whether it was sent before the program ended; but never before what it stands on.
                edit.stage = Stage::Queued { attempted: !follows };
                edit.is_sent = !follows;
            }
            if follows { Vec::new() } else { work.edits.drain(..at).map(|edit| edit.id).collect() }
        })
        .into_iter()
        .inspect(|gone| {
            self.owners.remove(gone);
        })
        .collect()
    }

    /// Takes a draft that the disk gave back. What was committed meanwhile as it stands is no draft any more.
    pub(crate) fn restore_draft(&mut self, ticket: &TicketId, field: Field, seen: Seen, draft: Value) {
        self.change(ticket, field, |work| {
            if work.edits.last().is_none_or(|edit| edit.mine != draft) {
                work.typed = Some(Typed { seen, draft: Some(draft) });
            }
        });
    }

    /// Lets go of all of it. Names the tickets, and what is on its way to disk.
    pub(crate) fn let_go(&mut self) -> (Vec<TicketId>, Vec<EditId>) {
        let Self { tickets, .. } = std::mem::take(self);
        let works = tickets.values().flat_map(BTreeMap::values);
        let storing = works.flat_map(|work| &work.edits).filter(|edit| edit.stage == Stage::Storing);
        let storing = storing.map(|edit| edit.id).collect();
        (tickets.into_keys().collect(), storing)
    }

    /// Puts an edit behind the others of its field, or right behind the one that it repeats, on its way to disk.
    pub(crate) fn push(&mut self, stored: StoredEdit, resends: u8, repeats: Option<EditId>) {
        self.orders += 1;
        let StoredEdit { id, owner: _, ticket, field, base, base_version, mine, at } = stored;
        let seen = Seen { value: base, version: base_version };
        let (order, stage) = (self.orders, Stage::Storing);
        let (is_sent, is_moved) = (false, false);
        let edit = Edit { id, seen, mine, at, order, resends, tries: 0, is_sent, is_moved, repeats, stage };
        self.change(&ticket, field, |work| {
            let place = work.edits.iter().position(|edit| Some(edit.id) == repeats);
            work.edits.insert(place.map_or(work.edits.len(), |place| place + 1), edit);
        });
        self.owners.insert(id, (ticket, field));
    }

    /// The disk has it. Those whose place it takes are named, to be forgotten.
    ///
    /// Where the front edit clashes with `theirs`, it has been judged, and whatever waits is replaced: also what was
    /// attempted, because it can only have been applied before what stands there now.
    pub(crate) fn stored(&mut self, id: EditId, theirs: Option<&Value>) -> Option<Vec<EditId>> {
        let (ticket, field) = self.owners.get(&id)?.clone();
        let gone = self.change(&ticket, field, |work| {
            let at = work.edits.iter().position(|edit| edit.id == id)?;
            let mut behind = work.edits.split_off(at);
            let is_judged = theirs.is_some_and(|theirs| work.is_clashing(theirs));
            let is_replaced = |edit: &Edit| is_judged || edit.is_replaceable();
            let (gone, stay): (Vec<_>, Vec<_>) = work.edits.drain(..).partition(is_replaced);
            let edit = behind.first_mut()?;
            edit.stage = Stage::Queued { attempted: false };
            let stands_firm = theirs == Some(&edit.seen.value);
            if let Some(below) = gone.iter().rev().find(|gone| !stands_firm && gone.mine == edit.seen.value) {
                // It stood on a value that never reached the server, so it stands on what that stood on.
                edit.move_to(&below.seen);
            }
            work.edits = stay;
            work.edits.append(&mut behind);
            Some(gone)
        })?;
        for edit in &gone {
            self.owners.remove(&edit.id);
        }
        Some(gone.iter().filter(|edit| edit.stage != Stage::Storing).map(|edit| edit.id).collect())
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

    /// Lets go of everything that agrees with what is confirmed now. Names what must be forgotten on disk.
    pub(crate) fn settle(&mut self, ticket: &Ticket) -> Vec<EditId> {
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
                    landed.push(gone.id);
                }
                landed.extend(agreed(work, &now));
                if let Some(typed) = work.typed.as_mut().filter(|_| work.edits.is_empty())
                    && typed.draft.as_ref() == Some(&now.value)
                {
                    typed.seen = now;
                }
            });
        }
        for id in &landed {
            self.owners.remove(id);
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
        (queued, needs_you)
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
        marks.max().unwrap_or_default()
    }

    /// Whether anything of this ticket was typed, or committed and is not confirmed.
    pub(crate) fn has_work(&self, ticket: &TicketId) -> bool {
        self.of(ticket).is_some_and(|fields| fields.values().any(|work| !work.is_idle()))
    }

    /// Whether work of a coupled group was sent and nobody knows what came of it.
    pub(crate) fn is_unsure(&self, ticket: &TicketId, group: Group) -> bool {
        let of_group = self.of(ticket).into_iter().flatten().filter(|(field, _)| field.group() == group);
        of_group.flat_map(|(_, work)| &work.edits).any(|edit| edit.stage == Stage::Queued { attempted: true })
    }

    /// LT-19: what cannot be sent any more is kept, readable, with the reason.
    pub(crate) fn refuse_all(&mut self, ticket: &TicketId, reason: &Arc<str>) {
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
/// decide. Takes it out with all that led to it, and names what must be forgotten on disk.
fn agreed(work: &mut FieldWork, now: &Seen) -> Vec<EditId> {
    if !work.is_clashing(&now.value) || work.pending() != Some(&now.value) {
        return Vec::new();
    }
    let waits = |edit: &Edit| edit.stage != Stage::Storing;
    let count = work.edits.iter().take_while(|edit| waits(edit)).count();
    let gone: Vec<Edit> = work.edits.drain(..count).collect();
    if let Some(last) = gone.last() {
        follow(work, last, now);
    }
    gone.into_iter().map(|edit| edit.id).collect()
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
