//! One person at one console: what the console was told, and what the person saw, typed and chose.
//!
//! **Invariant:** what a person saw is what was painted before they did something, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use callboard_desk::bridge::{Command, FieldState, FieldView, Live, Reach, TicketView, Unsent};
use callboard_desk::notes::{NoteName, NoteOrder};
use callboard_desk::session::effect::StoredEdit;
use callboard_desk::session::event::{Answer, Failure};
use callboard_desk::{Effect, Event};
use callboard_model::{EditId, Field, Ticket, TicketId, UserId, Value};

use super::promise::{Breach, Promise};
use super::truth::{Change, Truth};
use super::window::Window;
use super::written::Written;

/// A field of a ticket.
type Place = (TicketId, Field);

/// The person.
pub struct Person {
    user: UserId,
    /// The screen.
    pub window: Window,
    /// The newest that the server said of each ticket, to this console.
    told: BTreeMap<TicketId, Ticket>,
    /// What they saw when they went into a field.
    begun: BTreeMap<Place, BTreeSet<Value>>,
    /// What they ever typed.
    typed: BTreeMap<Place, BTreeSet<Value>>,
    /// What they ever chose, and what they had seen then.
    chosen: BTreeMap<Place, Vec<Chosen>>,
    /// Edits that are not forgotten.
    edits: BTreeMap<EditId, Held>,
    /// The latest wish for each field that came to a right end: whatever was chosen before it is of no use any more.
    ended: BTreeMap<Place, Order>,
    /// Which field each edit is of, by its key; also of those that are forgotten.
    fields: BTreeMap<String, Field>,
    /// Notes that the disk confirmed.
    notes: BTreeSet<NoteName>,
    /// What was ordered of notes since the start, and not answered yet.
    ordered: BTreeMap<NoteName, Ordered>,
    orders: u64,
}

/// What is on its way to the disk about one note.
#[derive(Default)]
struct Ordered {
    /// So many times it is to be kept.
    keeps: u32,
    /// In the end it is to be taken away.
    ends_dropped: bool,
}

struct Chosen {
    value: Value,
    seen: BTreeSet<Value>,
}

/// When it was chosen, and then when it was written down: what repeats an edit was chosen when that was.
type Order = (u64, u64);

struct Held {
    edit: StoredEdit,
    order: Order,
    is_safe: bool,
    /// The person threw it away, perhaps while it was on its way to disk.
    is_dropped: bool,
}

impl Person {
    pub(super) fn new(user: UserId) -> Self {
        Self {
            user,
            window: Window::default(),
            told: BTreeMap::new(),
            begun: BTreeMap::new(),
            typed: BTreeMap::new(),
            chosen: BTreeMap::new(),
            edits: BTreeMap::new(),
            ended: BTreeMap::new(),
            fields: BTreeMap::new(),
            notes: BTreeSet::new(),
            ordered: BTreeMap::new(),
            orders: 0,
        }
    }

    pub(super) fn step(
        &mut self,
        truth: &Truth,
        event: &Event,
        effects: &[Effect],
        breaches: &mut Vec<Breach>,
    ) {
        self.happened(event, breaches);
        for effect in effects {
            match effect {
                Effect::Store { edit, repeats } => self.store(edit, *repeats),
                Effect::Forget(edit) => breaches.extend(self.forget(truth, event, *edit)),
                Effect::Note(order) => self.ordered(order),
                Effect::Paint(_, update) => {
                    self.window.take(update);
                    if let callboard_desk::bridge::Update::Ticket(view) = update {
                        breaches.extend(view.fields.iter().filter_map(|field| self.painted(view, field)));
                    }
                }
                _ => {}
            }
        }
    }

    fn happened(&mut self, event: &Event, breaches: &mut Vec<Breach>) {
        match event {
            Event::Started { outbox, notes, kept } => {
                breaches.extend(self.lost(outbox));
                breaches.extend(self.shuffled(outbox));
                let kept_notes: BTreeSet<_> = notes.iter().map(|note| note.name.clone()).collect();
                let gone = self.notes.iter().filter(|name| !kept_notes.contains(*name));
                breaches.extend(gone.map(|name| {
                    Promise::Kept.broken(format!(
                        "{}: a {} is gone: {}",
                        self.user,
                        name.shelf.name(),
                        name.key.0
                    ))
                }));
                self.window = Window::default();
                self.ordered.clear();
                self.edits.clear();
                outbox.iter().for_each(|edit| self.store(edit, None));
                self.edits.values_mut().for_each(|held| held.is_safe = true);
                self.told.clear();
                kept.tickets.iter().for_each(|(ticket, _)| self.hear(ticket));
            }
            Event::Stored(edit) => {
                if let Some(held) = self.edits.get_mut(edit) {
                    held.is_safe = true;
                }
            }
            Event::NotStored(edit, _) if self.edits.get(edit).is_some_and(|held| !held.is_safe) => {
                self.edits.remove(edit);
            }
            Event::NoteKept(name) => {
                let has_its_last_word = self.answered(name);
                self.notes.extend(has_its_last_word.then(|| name.clone()));
            }
            Event::NoteNotKept(name, _) => drop(self.answered(name)),
            Event::Answered { outcome, .. } => match outcome {
                Ok(Answer::Ticket(ticket) | Answer::Saved(ticket)) => self.hear(ticket),
                Ok(Answer::Tickets { tickets, .. }) => tickets.iter().for_each(|ticket| self.hear(ticket)),
                Err(Failure::Stale(stale)) => self.hear(&stale.current),
                _ => {}
            },
            Event::Command { command, .. } => self.did(command),
            _ => {}
        }
    }

    fn ordered(&mut self, order: &NoteOrder) {
        match order {
            NoteOrder::Put(note) => {
                let of = self.ordered.entry(note.name.clone()).or_default();
                (of.keeps, of.ends_dropped) = (of.keeps + 1, false);
            }
            NoteOrder::Drop(name) => {
                self.ordered.entry(name.clone()).or_default().ends_dropped = true;
                self.notes.remove(name);
            }
        }
    }

    /// The oldest order to keep a note was answered. Whether the note has its last word with it.
    fn answered(&mut self, name: &NoteName) -> bool {
        let Some(of) = self.ordered.get_mut(name) else { return false };
        of.keeps = of.keeps.saturating_sub(1);
        of.keeps == 0 && !of.ends_dropped
    }

    fn hear(&mut self, ticket: &Ticket) {
        let known = self.told.get(&ticket.ticket_id);
        if known.is_none_or(|known| known.version < ticket.version) {
            self.told.insert(ticket.ticket_id.clone(), ticket.clone());
        }
    }

    /// What of the person's work the disk confirmed and does not have.
    fn lost(&self, outbox: &[StoredEdit]) -> Vec<Breach> {
        let has =
            |edit: &StoredEdit| outbox.iter().any(|found| found.id == edit.id && found.mine == edit.mine);
        let lost = self.edits.values().filter(|held| held.is_safe && !held.is_dropped && !has(&held.edit));
        lost.map(|held| Promise::Kept.broken(format!("{}: not on disk any more: {:?}", self.user, held.edit)))
            .collect()
    }

    /// What came back from the disk in another order than that in which it was chosen.
    fn shuffled(&self, outbox: &[StoredEdit]) -> Option<Breach> {
        let known = outbox.iter().filter_map(|edit| self.edits.get(&edit.id)).filter(|held| held.is_safe);
        let is_in_order = known.map(|held| held.order).is_sorted();
        (!is_in_order)
            .then(|| Promise::Kept.broken(format!("{}: in another order on disk: {outbox:?}", self.user)))
    }

    fn did(&mut self, command: &Command) {
        let shown =
            |window: &Window, ticket, field| window.field(ticket, field).map(|view| view.shown.value.clone());
        match command {
            Command::BeginEdit { ticket, field } => {
                // Whoever goes back to what they left typed has not seen anything new.
                let is_idle = |view: &FieldView| matches!(view.state, FieldState::Confirmed { .. });
                if self.window.field(ticket, *field).is_none_or(is_idle) {
                    self.begun.remove(&(ticket.clone(), *field));
                }
                let seen = shown(&self.window, ticket, *field);
                self.begun.entry((ticket.clone(), *field)).or_default().extend(seen);
            }
            Command::EndEdit { ticket, field } => {
                let has_draft = |view: &FieldView| matches!(view.state, FieldState::Draft { .. });
                if !self.window.field(ticket, *field).is_some_and(has_draft) {
                    self.begun.remove(&(ticket.clone(), *field));
                }
            }
            Command::Draft { ticket, field, value } => {
                let place = (ticket.clone(), *field);
                // Until the first letter a field follows what others write.
                let is_first = |view: &&FieldView| matches!(view.state, FieldState::Confirmed { .. });
                let seen = self.window.field(ticket, *field).filter(is_first);
                self.begun
                    .entry(place.clone())
                    .or_default()
                    .extend(seen.map(|view| view.shown.value.clone()));
                self.typed.entry(place).or_default().insert(value.clone());
            }
            Command::CloseTicket { ticket } => drop(self.window.tickets.remove(ticket)),
            Command::DropDraft { ticket, field } => drop(self.begun.remove(&(ticket.clone(), *field))),
            Command::Edit { ticket, field, value } => self.choose(ticket, *field, value),
            Command::DropEdit { ticket, field } | Command::TakeTheirs { ticket, field, .. } => {
                let of_group = |held: &&mut Held| {
                    held.edit.ticket == *ticket && held.edit.field.group() == field.group()
                };
                self.edits.values_mut().filter(of_group).for_each(|held| held.is_dropped = true);
            }
            Command::KeepYours { ticket, field, theirs } => self.keep(ticket, *field, theirs),
            _ => {}
        }
    }

    fn choose(&mut self, ticket: &TicketId, field: Field, value: &Value) {
        let place = (ticket.clone(), field);
        let view = self.window.field(ticket, field);
        let shown = view.map(|view| view.shown.value.clone());
        let is_above = view.is_some_and(|view| !matches!(view.state, FieldState::Confirmed { .. }));
        let has_edits =
            self.edits.values().any(|held| (&held.edit.ticket, held.edit.field) == (ticket, field));
        // A field that is not typed into follows what others write, so what it shows is seen.
        let mut seen = self.begun.remove(&place).unwrap_or_default();
        seen.extend(shown);
        // What the disk does not take stays as if it were typed.
        self.typed.entry(place.clone()).or_default().insert(value.clone());
        let all = self.chosen.entry(place).or_default();
        // Whoever chooses on top of their own choice has seen what that was chosen on.
        if let Some(below) = all.last().filter(|_| is_above || has_edits) {
            seen.extend(below.seen.iter().cloned());
            seen.insert(below.value.clone());
        }
        all.push(Chosen { value: value.clone(), seen });
    }

    fn keep(&mut self, ticket: &TicketId, field: Field, theirs: &Value) {
        let place = (ticket.clone(), field);
        let Some(FieldState::Conflict(conflict)) = self.window.field(ticket, field).map(|view| &view.state)
        else {
            return;
        };
        if conflict.theirs.value != *theirs {
            return;
        }
        self.begun.entry(place.clone()).or_default().insert(theirs.clone());
        let mine = conflict.mine.value.clone();
        if !conflict.draft {
            let all = self.chosen.entry(place).or_default();
            let mut seen = all.last().map(|below| below.seen.clone()).unwrap_or_default();
            seen.insert(theirs.clone());
            all.push(Chosen { value: mine, seen });
        }
    }

    fn store(&mut self, edit: &StoredEdit, repeats: Option<EditId>) {
        self.orders += 1;
        self.fields.insert(edit.id.to_string(), edit.field);
        let repeated = repeats.and_then(|old| self.edits.get(&old));
        let order = (repeated.map_or(self.orders, |old| old.order.0), self.orders);
        let known = self.edits.get(&edit.id);
        let (order, is_safe) = known.map_or((order, false), |known| (known.order, known.is_safe));
        self.edits.insert(edit.id, Held { edit: edit.clone(), order, is_safe, is_dropped: false });
    }

    /// An edit is let go of: is it with the server, or did the person want that?
    fn forget(&mut self, truth: &Truth, event: &Event, id: EditId) -> Option<Breach> {
        let Held { edit, order, is_safe, is_dropped } = self.edits.remove(&id)?;
        let same = |held: &&Held| (&held.edit.ticket, held.edit.field) == (&edit.ticket, edit.field);
        let place = (edit.ticket.clone(), edit.field);
        let is_replaced = self.edits.values().filter(same).any(|held| held.order > order && held.is_safe)
            || self.ended.get(&place).is_some_and(|ended| *ended > order);
        let stands = self.told.get(&edit.ticket).map(|ticket| ticket.value(edit.field));
        let is_there = truth.has_applied(&id.to_string()) || stands.as_ref() == Some(&edit.mine);
        if is_dropped || is_replaced || is_there || is_about(event, &edit) {
            let ended = self.ended.entry(place).or_default();
            *ended = order.max(*ended);
            return None;
        }
        is_safe.then(|| Promise::Kept.broken(format!("{}: let go of {edit:?} at {event:?}", self.user)))
    }

    /// Whether a field is shown as it should be.
    fn painted(&self, view: &TicketView, field: &FieldView) -> Option<Breach> {
        let place = (view.ticket.clone(), field.field);
        let told = self.told.get(&view.ticket)?.value(field.field);
        let is_ours = |value: &Value| {
            let held =
                |held: &Held| held.is_safe && (&held.edit.ticket, held.edit.field) == (&place.0, place.1);
            self.edits.values().any(|edit| held(edit) && edit.edit.mine == *value)
        };
        let is_typed = |value: &Value| self.typed.get(&place).is_some_and(|typed| typed.contains(value));
        let shown = &field.shown.value;
        let is_right = match &field.state {
            FieldState::Confirmed { .. } => *shown == told || is_ours(shown),
            FieldState::Queued | FieldState::Sending => is_ours(shown),
            FieldState::Refused { .. } => is_ours(shown) || is_typed(shown),
            FieldState::Draft { .. } => is_typed(shown),
            FieldState::Conflict(conflict) => {
                let mine = &conflict.mine.value;
                conflict.theirs.value == told && (is_ours(mine) || is_typed(mine))
            }
        };
        (!is_right).then(|| {
            let what = format!("{}: {} {}", self.user, view.ticket, field.field);
            Promise::Shown
                .broken(format!("{what} shows {shown} as {:?}, the server said {told}", field.state))
        })
    }

    /// A write of this person changed a ticket: had they seen what they replaced?
    pub(super) fn overwrote(&self, written: &Written, change: &Change) -> Vec<Breach> {
        let broken = |what: String| Promise::Seen.broken(format!("{written} replaced {what}"));
        let mut breaches = Vec::new();
        for (name, last) in &change.fields {
            let Some((version, by)) = last else { continue };
            if *by == self.user {
                continue;
            }
            if written.seen.is_some_and(|seen| seen < *version) {
                breaches.push(broken(format!("{name} of {by} in version {version}")));
            }
            // What goes along with a field, as a status with its board, was seen in the version that was named.
            let own = written.edit.as_ref().and_then(|edit| self.fields.get(edit)).copied();
            let Some(field) = own.filter(|field| field.name() == name) else { continue };
            let (before, mine) = (change.before.value(field), change.after.value(field));
            let chosen = self.chosen.get(&(change.after.ticket_id.clone(), field));
            let saw = |one: &Chosen| one.value == mine && one.seen.contains(&before);
            if !chosen.is_some_and(|all| all.iter().any(saw)) {
                breaches.push(broken(format!("{before} of {by}, which they never saw")));
            }
        }
        breaches
    }

    pub(super) fn settled(&self, truth: &Truth, breaches: &mut Vec<Breach>) {
        let mut hangs =
            |what: String| breaches.push(Promise::Settled.broken(format!("{}: {what}", self.user)));
        match &self.window.link {
            Some(link) if (link.live, link.reach) == (Live::Live, Reach::Up) => {}
            link => hangs(format!("not connected: {link:?}")),
        }
        for ticket in truth.now() {
            let id = &ticket.ticket_id;
            match self.window.row(id) {
                None => hangs(format!("{id} is not on the board")),
                Some(row) if row.unsent == Unsent::Nothing => {
                    let status = ticket.value(Field::Status);
                    if (&row.title, &row.status.value) != (&ticket.title, &status) {
                        let (title, shown) = (&row.title, &row.status.value);
                        hangs(format!("{id} shows {title}, {shown} and is {}, {status}", ticket.title));
                    }
                }
                Some(_) => {}
            }
            let Some(view) = self.window.tickets.get(id) else {
                hangs(format!("{id} did not open"));
                continue;
            };
            for field in &view.fields {
                let value = ticket.value(field.field);
                let is_right = match &field.state {
                    FieldState::Confirmed { .. } => field.shown.value == value,
                    FieldState::Conflict(conflict) => conflict.theirs.value == value,
                    FieldState::Draft { .. } | FieldState::Refused { .. } => true,
                    // A conflict holds its own group, until somebody decides.
                    FieldState::Queued => view.fields.iter().any(|other| holds(other, field)),
                    FieldState::Sending => false,
                };
                if !is_right {
                    let (shown, state) = (&field.shown.value, &field.state);
                    hangs(format!("{id} {} shows {shown} as {state:?} and is {value}", field.field));
                }
            }
        }
    }
}

fn holds(other: &FieldView, field: &FieldView) -> bool {
    other.field.group() == field.field.group() && matches!(other.state, FieldState::Conflict(_))
}

/// Whether the person did something to this field, or to one that is settled together with it.
fn is_about(event: &Event, edit: &StoredEdit) -> bool {
    let Event::Command { command, .. } = event else { return false };
    let (Command::Edit { ticket, field, .. }
    | Command::TakeTheirs { ticket, field, .. }
    | Command::KeepYours { ticket, field, .. }
    | Command::DropEdit { ticket, field }) = command
    else {
        return false;
    };
    *ticket == edit.ticket && field.group() == edit.field.group()
}
