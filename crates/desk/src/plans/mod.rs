//! What is planned for the tickets that are open here, and the forms in which people plan.
//!
//! | module | holds |
//! |---|---|
//! | [`list`] | the entries of a ticket, as the server told them |
//! | [`fields`] | an entry as fields of a form, and a form as a write |
//! | [`view`] | both as a window shows them |
//!
//! A form is a [record's](crate::records); what is here is which forms there are, and what else there is to say of them.
//!
//! **Invariant:** a form in which somebody's work is outlives the ticket's being closed; a list does not.

mod fields;
mod list;
mod view;

use std::collections::BTreeMap;

use callboard_model::schedule::ScheduleEntry;
use callboard_model::{EditId, EntryId, TicketId, Version};

pub(crate) use fields::{blank, changes, faults, standing, trimmed, trouble};
pub(crate) use list::PlanList;
pub(crate) use view::plans_view;

use crate::asking::Asking;
use crate::bridge::{PLAN_FORMS_MAX, PlanFields, PlanRemoval, PlanTrouble};
use crate::records::form::{Form, Kept, Stage};

/// The most questions about what is planned at once; further tickets wait.
const ASKED_MAX: usize = 4;

/// Which form of a ticket: that of an entry, or that of a new one.
pub(crate) type FormName = (TicketId, Option<EntryId>);

/// A form that is open.
#[derive(Debug)]
pub(crate) struct OpenForm {
    /// What stands in it, and what was decided.
    pub form: Form<PlanFields>,
    /// Why the last save was none.
    pub trouble: Option<PlanTrouble>,
    /// Its save was handed to the link and is not answered.
    is_asked: bool,
}

/// An entry that is being deleted.
#[derive(Debug)]
pub(crate) struct Removal {
    pub(crate) ticket: TicketId,
    /// The same while nobody knows what came of it.
    pub(crate) key: EditId,
    /// The version that was before the person.
    pub(crate) version: Version,
    pub(crate) state: PlanRemoval,
    is_asked: bool,
}

/// What is ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ready {
    Form(FormName),
    Removal(EntryId),
}

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Planning {
    lists: BTreeMap<TicketId, PlanList>,
    forms: BTreeMap<FormName, OpenForm>,
    removals: BTreeMap<EntryId, Removal>,
}

impl Planning {
    // --- what is known ---

    /// Somebody opens a ticket: what is planned for it is asked for.
    pub(crate) fn open(&mut self, ticket: &TicketId) {
        self.lists.entry(ticket.clone()).or_default().asking.want();
    }

    /// Nobody looks at a ticket any more, or nobody can. Work in forms stays.
    pub(crate) fn close(&mut self, ticket: &TicketId) {
        self.lists.remove(ticket);
        self.removals.retain(|_, removal| removal.ticket != *ticket || removal.is_asked);
        self.forms.retain(|(of, _), open| of != ticket || open.form.is_dirty());
    }

    /// Something was planned for a ticket. Says whether a burst begins with it, so that its time has to be taken.
    pub(crate) fn hear(&mut self, ticket: &TicketId) -> bool {
        let list = self.lists.get_mut(ticket);
        list.is_some_and(|list| !std::mem::replace(&mut list.is_gathering, true))
    }

    /// A burst has been gathered, or it is known otherwise that there is something new.
    pub(crate) fn want(&mut self, ticket: &TicketId) {
        if let Some(list) = self.lists.get_mut(ticket) {
            list.is_gathering = false;
            list.asking.want();
        }
    }

    /// Something may have been planned anywhere.
    pub(crate) fn want_everywhere(&mut self) {
        self.lists.values_mut().for_each(|list| list.asking.want());
    }

    /// The next ticket to be asked about.
    pub(crate) fn next(&mut self) -> Option<TicketId> {
        let asked = self.lists.values().filter(|list| list.asking.is_asked()).count();
        if asked >= ASKED_MAX {
            return None;
        }
        let (ticket, list) = self.lists.iter_mut().find(|(_, list)| list.asking == Asking::Wanted)?;
        list.asking.ask();
        Some(ticket.clone())
    }

    pub(crate) fn list(&self, ticket: &TicketId) -> Option<&PlanList> {
        self.lists.get(ticket)
    }

    pub(crate) fn list_mut(&mut self, ticket: &TicketId) -> Option<&mut PlanList> {
        self.lists.get_mut(ticket)
    }

    /// When an entry begins or ends next, of those that were told.
    pub(crate) fn turns_at(&self) -> Option<i64> {
        self.lists.values().filter_map(|list| list.turns_at).min()
    }

    /// The tickets of which an entry has begun or ended since they were told.
    pub(crate) fn turned(&self, now: i64) -> impl Iterator<Item = &TicketId> {
        let turned = move |(_, list): &(_, &PlanList)| list.turns_at.is_some_and(|at| at <= now);
        self.lists.iter().filter(turned).map(|(ticket, _)| ticket)
    }

    /// A ticket is told as it is now.
    pub(crate) fn tell(&mut self, ticket: &TicketId, now: i64) {
        if let Some(list) = self.lists.get_mut(ticket) {
            list.turns_at = list.next_turn(now);
        }
    }

    /// The answer: all entries of a ticket, the earliest first.
    pub(crate) fn told(&mut self, ticket: &TicketId, entries: Vec<ScheduleEntry>, more: bool, at: i64) {
        let Some(list) = self.lists.get_mut(ticket) else { return };
        let is_of_now = list.told(&entries, more, at);
        for ((_, name), open) in self.forms.iter_mut().filter(|((of, _), _)| of == ticket) {
            let Some(name) = name.as_ref().filter(|_| !open.form.is_new()) else { continue };
            match entries.iter().find(|entry| entry.entry_id == *name) {
                Some(entry) => open.form.hear(standing(entry)),
                // Not from before something of ours, nor further back than a server tells.
                None if is_of_now && !more => open.form.hear_gone(),
                None => {}
            }
        }
        self.forms.retain(|_, open| !open.form.is_over());
        self.removals.retain(|name, removal| {
            removal.ticket != *ticket || entries.iter().any(|entry| entry.entry_id == *name)
        });
    }

    /// The server says how one entry stands, in the answer to a write of ours or to one that came too late.
    pub(crate) fn stands(&mut self, ticket: &TicketId, entry: ScheduleEntry) {
        if let Some(list) = self.lists.get_mut(ticket) {
            list.put(entry);
            list.asking.want();
        }
    }

    /// An entry is deleted.
    pub(crate) fn removed(&mut self, ticket: &TicketId, entry: &EntryId) {
        self.removals.remove(entry);
        if let Some(list) = self.lists.get_mut(ticket) {
            list.remove(entry);
            list.asking.want();
        }
        if let Some(open) = self.forms.get_mut(&(ticket.clone(), Some(entry.clone()))) {
            open.form.hear_gone();
        }
        self.forms.retain(|_, open| !open.form.is_over());
    }

    // --- forms ---

    pub(crate) fn form(&self, name: &FormName) -> Option<&OpenForm> {
        self.forms.get(name)
    }

    pub(crate) fn form_mut(&mut self, name: &FormName) -> Option<&mut OpenForm> {
        self.forms.get_mut(name)
    }

    /// The forms of a ticket.
    pub(crate) fn forms_of<'a>(
        &'a self,
        ticket: &'a TicketId,
    ) -> impl Iterator<Item = (&'a FormName, &'a OpenForm)> {
        // Of one ticket the form of a new entry is the first.
        let first = (ticket.clone(), None);
        self.forms.range(first..).take_while(move |((of, _), _)| of == ticket)
    }

    /// Opens a form, unless there are too many.
    pub(crate) fn open_form(&mut self, name: FormName, form: Form<PlanFields>) {
        if self.forms_of(&name.0).count() < PLAN_FORMS_MAX {
            let open = OpenForm { form, trouble: None, is_asked: false };
            self.forms.entry(name).or_insert(open);
        }
    }

    /// Closes a form, with all that is in it.
    pub(crate) fn close_form(&mut self, name: &FormName) {
        self.forms.remove(name);
    }

    /// A form of the last run.
    pub(crate) fn restore_form(&mut self, name: FormName, kept: Kept<PlanFields>) {
        if let Some(form) = Form::restored(kept) {
            self.forms.insert(name, OpenForm { form, trouble: None, is_asked: false });
        }
    }

    /// A save was applied. A form with nothing more in it is done; one that made something new is of that from now on.
    pub(crate) fn saved(&mut self, name: &FormName, key: EditId, entry: &ScheduleEntry) {
        let Some(mut open) = self.forms.remove(name) else { return };
        if open.form.sent().is_none_or(|sent| sent.key != key) {
            self.forms.insert(name.clone(), open);
            return;
        }
        (open.is_asked, open.trouble) = (false, None);
        open.form.saved(standing(entry));
        if open.form.is_dirty() {
            self.forms.insert((name.0.clone(), Some(entry.entry_id.clone())), open);
        }
    }

    /// Something else became of a save.
    pub(crate) fn not_saved(
        &mut self,
        name: &FormName,
        key: EditId,
        trouble: Option<PlanTrouble>,
        becomes: impl FnOnce(&mut Form<PlanFields>),
    ) {
        let is_it = |open: &&mut OpenForm| open.form.sent().is_some_and(|sent| sent.key == key);
        if let Some(open) = self.forms.get_mut(name).filter(is_it) {
            (open.is_asked, open.trouble) = (false, trouble);
            becomes(&mut open.form);
        }
        self.forms.retain(|_, open| !open.form.is_over());
    }

    // --- deleting ---

    pub(crate) fn removal(&self, entry: &EntryId) -> Option<&Removal> {
        self.removals.get(entry)
    }

    /// The person deletes an entry as they saw it. Where nobody knows what came of the last time, it is the same once more.
    pub(crate) fn remove(&mut self, ticket: TicketId, entry: EntryId, version: Version, key: EditId) {
        let old = self.removals.remove(&entry);
        let is_unknown = |old: &Removal| {
            old.version == version && old.state == PlanRemoval::Failed { why: PlanTrouble::Unknown }
        };
        let removal = match old {
            Some(going) if going.state == PlanRemoval::Going => going,
            old => {
                let key = old.filter(is_unknown).map_or(key, |old| old.key);
                Removal { ticket, key, version, state: PlanRemoval::Going, is_asked: false }
            }
        };
        self.removals.insert(entry, removal);
    }

    /// An entry was not deleted.
    pub(crate) fn not_removed(&mut self, entry: &EntryId, key: EditId, state: PlanRemoval) {
        if let Some(removal) = self.removals.get_mut(entry).filter(|removal| removal.key == key) {
            (removal.is_asked, removal.state) = (false, state);
        }
    }

    // --- what goes out, and what ends ---

    /// What may be sent now and was not handed over yet; from now on it is.
    pub(crate) fn take_ready(&mut self) -> Vec<Ready> {
        let mut ready = Vec::new();
        for (name, open) in &mut self.forms {
            if open.form.stage() == Stage::InFlight && !std::mem::replace(&mut open.is_asked, true) {
                ready.push(Ready::Form(name.clone()));
            }
        }
        for (entry, removal) in &mut self.removals {
            if removal.state == PlanRemoval::Going && !std::mem::replace(&mut removal.is_asked, true) {
                ready.push(Ready::Removal(entry.clone()));
            }
        }
        ready
    }

    /// How many forms hold somebody's work.
    pub(crate) fn at_stake(&self) -> u32 {
        u32::try_from(self.forms.values().filter(|open| open.form.is_dirty()).count()).unwrap_or(u32::MAX)
    }

    /// Whether somebody's work is in a form of a ticket.
    pub(crate) fn has_work(&self, ticket: &TicketId) -> bool {
        self.forms_of(ticket).any(|(_, open)| open.form.is_dirty())
    }

    /// Another account is signed in: forms are not theirs, and what was told is asked anew. Names the tickets.
    pub(crate) fn let_go(&mut self) -> Vec<TicketId> {
        self.removals.clear();
        self.lists.values_mut().for_each(PlanList::forget);
        let forms = std::mem::take(&mut self.forms);
        forms.into_keys().map(|(ticket, _)| ticket).chain(self.lists.keys().cloned()).collect()
    }
}
