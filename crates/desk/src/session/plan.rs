//! What people do about what is planned for a ticket: forms, saves, deletions.
//!
//! A save is kept on disk before it is sent, so that its key outlives the program and the same save is never applied twice.
//! It is not queued: without a server it is not made, and the form stays as it is (decision 033).
//!
//! **Invariant:** durable, then visible, then sent; and a save that was sent is sent again only as it was.

use std::sync::Arc;

use callboard_model::schedule::ScheduleEntry;
use callboard_model::{EditId, EntryId, TicketId, Version};

use super::effect::{DraftOf, Effect, Request};
use super::event::{Answer, Failure};
use super::schedule::{Scheduled, Scheduling};
use super::turn::Turn;
use super::{Session, words};
use crate::bridge::{PlanDeed, PlanFields, PlanRemoval, PlanTrouble, Reach};
use crate::edits::sayings::RESAY_WITHIN_MS;
use crate::plans::{self, FormName, Ready};
use crate::records::Writer;
use crate::records::form::{Form, Pressed, Stage};

impl Session {
    /// A person does something about what is planned.
    pub(super) fn plan(&mut self, turn: &mut Turn<'_>, name: FormName, deed: PlanDeed) {
        self.touched.insert(name.0.clone());
        match deed {
            PlanDeed::Open => self.open_plan(turn, name),
            PlanDeed::Type { rev, fields } => self.type_plan(name, rev, *fields),
            PlanDeed::Save => self.save_plan(turn, &name),
            PlanDeed::Reload => self.in_form(&name, Form::reload),
            PlanDeed::Undo => self.in_form(&name, Form::undo),
            PlanDeed::Dismiss => self.in_form(&name, Form::dismiss),
            PlanDeed::Close => self.planning.close_form(&name),
            PlanDeed::Remove { version } => {
                if let (ticket, Some(entry)) = name {
                    self.remove_plan(turn, ticket, entry, Version(version));
                }
            }
        }
    }

    fn in_form(&mut self, name: &FormName, deed: impl FnOnce(&mut Form<PlanFields>)) {
        if let Some(open) = self.planning.form_mut(name) {
            open.trouble = None;
            deed(&mut open.form);
        }
    }

    fn open_plan(&mut self, turn: &Turn<'_>, name: FormName) {
        let Some(form) = self.new_form(turn, &name) else { return };
        self.planning.open_form(name, form);
    }

    /// A form as it is when it is opened; `None` where there is nothing to be planned.
    fn new_form(&self, turn: &Turn<'_>, (ticket, entry): &FormName) -> Option<Form<PlanFields>> {
        let known = self.tickets.get(ticket).filter(|known| !known.is_lost)?;
        let list = self.planning.list(ticket)?;
        Some(match entry {
            Some(entry) => Form::of(plans::standing(list.entry(entry)?)),
            None => {
                let me = self.me.as_ref().map(|me| &me.user_id);
                Form::blank(plans::blank(&known.ticket, me, self.clock.now_ms(turn.now.wall)))
            }
        })
    }

    /// What is typed is taken also where the form has just closed under the person's hands, if there is something it was of.
    fn type_plan(&mut self, name: FormName, rev: u32, fields: PlanFields) {
        if self.planning.form(&name).is_none() {
            let entry = name.1.as_ref().and_then(|entry| self.planning.list(&name.0)?.entry(entry));
            let standing = entry.map(plans::standing).filter(|standing| standing.values != fields);
            let Some(standing) = standing else { return };
            self.planning.open_form(name.clone(), Form::of(standing));
        }
        self.in_form(&name, |form| form.type_in(rev, fields));
    }

    fn save_plan(&mut self, turn: &mut Turn<'_>, name: &FormName) {
        let is_lost = self.tickets.get(&name.0).is_none_or(|known| known.is_lost);
        let not_now = self.why_not_now(is_lost);
        let Some(open) = self.planning.form_mut(name) else { return };
        if not_now.is_some() {
            open.trouble = not_now;
            return;
        }
        let (form, wall) = (&mut open.form, turn.wall_ms());
        if form.stage() == Stage::Unknown && form.sent().is_some_and(|sent| wall - sent.at > RESAY_WITHIN_MS)
        {
            form.refused();
            open.trouble = Some(PlanTrouble::Refused { reason: words::PERHAPS_PLANNED.to_owned() });
            return;
        }
        let fields = plans::trimmed(form.shown());
        if form.stage() == Stage::Rest && fields != *form.shown() {
            form.type_in(form.rev(), fields.clone());
        }
        let faults = plans::faults(&fields);
        if form.stage() == Stage::Rest && !faults.is_empty() {
            open.trouble = Some(PlanTrouble::Faults { faults });
            return;
        }
        open.trouble = None;
        if form.save(turn.edit_id(), wall) == Pressed::Store {
            self.put_draft(turn, DraftOf::Plan(name.0.clone(), name.1.clone()));
        }
    }

    /// Why nothing can be planned at this moment.
    fn why_not_now(&self, is_lost: bool) -> Option<PlanTrouble> {
        if is_lost {
            Some(PlanTrouble::Refused { reason: words::LOST.to_owned() })
        } else if self.reach.reach == Reach::SignedOut {
            Some(PlanTrouble::SignedOut)
        } else if !self.reach.is_open() || self.me.is_none() {
            Some(PlanTrouble::Offline)
        } else {
            None
        }
    }

    /// The disk answered for the draft of a form; with it lies a save that may wait for just that.
    pub(super) fn plan_kept(&mut self, name: &FormName, outcome: Result<(), &Arc<str>>) {
        let not_now = self.why_not_now(false);
        let Some(open) = self.planning.form_mut(name).filter(|open| open.form.stage() == Stage::Storing)
        else {
            return;
        };
        open.trouble = match outcome {
            Ok(()) => not_now,
            Err(reason) => Some(PlanTrouble::NotKept { reason: reason.to_string() }),
        };
        if open.trouble.is_none() { open.form.stored() } else { open.form.refused() }
    }

    /// Saves and deletions that may be sent now.
    pub(super) fn plans_ready(&mut self) -> Vec<Effect> {
        let ready = self.planning.take_ready();
        let asked: Vec<_> = ready.into_iter().filter_map(|one| self.scheduling(one)).collect();
        asked.into_iter().map(|asked| Effect::Ask(self.next_request(), Request::Schedule(asked))).collect()
    }

    fn scheduling(&mut self, ready: Ready) -> Option<Scheduling> {
        let asked = match ready {
            Ready::Form((ticket, form)) => {
                let name = (ticket, form);
                let sent = self.planning.form(&name)?.form.sent()?;
                let entry = name.1.clone().filter(|_| sent.base.is_some());
                let changes = Box::new(plans::changes(&name.0, sent));
                Scheduling::Write { key: sent.key, ticket: name.0, form: name.1, entry, changes }
            }
            Ready::Removal(entry) => {
                let removal = self.planning.removal(&entry)?;
                let (key, ticket, seen) = (removal.key, removal.ticket.clone(), removal.version);
                Scheduling::Remove { key, ticket, entry, seen }
            }
        };
        Some(asked)
    }

    fn remove_plan(&mut self, turn: &mut Turn<'_>, ticket: TicketId, entry: EntryId, version: Version) {
        let is_lost = self.tickets.get(&ticket).is_none_or(|known| known.is_lost);
        let key = turn.edit_id();
        self.planning.remove(ticket, entry.clone(), version, key);
        if let Some(why) = self.why_not_now(is_lost) {
            self.planning.not_removed(&entry, key, PlanRemoval::Failed { why });
        }
    }

    /// The schedule answered.
    pub(super) fn on_schedule(
        &mut self,
        turn: &Turn<'_>,
        asked: Scheduling,
        outcome: Result<Answer, Failure>,
    ) {
        match asked {
            Scheduling::Read(ticket) => self.plans_told(turn, ticket, outcome),
            Scheduling::Write { key, ticket, form, .. } => self.plan_saved((ticket, form), key, outcome),
            Scheduling::Remove { key, ticket, entry, .. } => self.plan_removed(&ticket, &entry, key, outcome),
        }
    }

    fn plan_saved(&mut self, name: FormName, key: EditId, outcome: Result<Answer, Failure>) {
        self.touched.insert(name.0.clone());
        let trouble = match outcome {
            Ok(Answer::Schedule(Scheduled::Written(entry))) => {
                self.planning.saved(&name, key, &entry);
                return self.plan_stands(&name.0, *entry);
            }
            Ok(Answer::Schedule(Scheduled::Overtaken(entry))) => {
                let now = plans::standing(&entry);
                self.planning.not_saved(&name, key, None, |form| form.overtaken(now));
                return self.plan_stands(&name.0, *entry);
            }
            Err(Failure::Refused { message, faults, .. }) => plans::trouble(&faults, &message),
            Err(Failure::Forbidden) => PlanTrouble::Refused { reason: words::MAY_NOT_PLAN.to_owned() },
            Err(Failure::Gone | Failure::TooOld) => {
                let is_gone = |form: &mut Form<PlanFields>| {
                    form.refused();
                    form.hear_gone();
                };
                self.planning.want(&name.0);
                return self.planning.not_saved(&name, key, None, is_gone);
            }
            // Nobody knows what became of it. Under its key it can be asked again.
            failed => {
                let trouble = (failed == Err(Failure::SignedOut)).then_some(PlanTrouble::SignedOut);
                return self.planning.not_saved(&name, key, trouble, Form::lost);
            }
        };
        self.planning.not_saved(&name, key, Some(trouble), Form::refused);
    }

    /// So an entry stands. The ticket itself changed with it, of which our own hint tells us nothing.
    fn plan_stands(&mut self, ticket: &TicketId, entry: ScheduleEntry) {
        self.planning.stands(ticket, entry);
        self.stale.want_anew(ticket);
    }

    fn plan_removed(
        &mut self,
        ticket: &TicketId,
        entry: &EntryId,
        key: EditId,
        outcome: Result<Answer, Failure>,
    ) {
        self.touched.insert(ticket.clone());
        let failed = |why| PlanRemoval::Failed { why };
        let refused = |reason: &str| failed(PlanTrouble::Refused { reason: reason.to_owned() });
        let state = match outcome {
            // What is gone is deleted, by whomever.
            Ok(Answer::Schedule(Scheduled::Removed)) | Err(Failure::Gone | Failure::TooOld) => {
                self.planning.removed(ticket, entry);
                return self.stale.want_anew(ticket);
            }
            Ok(Answer::Schedule(Scheduled::Overtaken(now))) => {
                let Writer { name, at } = plans::standing(&now).writer;
                self.plan_stands(ticket, *now);
                PlanRemoval::Overtaken { by: name.to_string(), at }
            }
            Err(Failure::Refused { message, .. }) => refused(&message),
            Err(Failure::Forbidden) => refused(words::MAY_NOT_PLAN),
            Err(Failure::SignedOut) => failed(PlanTrouble::SignedOut),
            _ => failed(PlanTrouble::Unknown),
        };
        self.planning.not_removed(entry, key, state);
    }
}
