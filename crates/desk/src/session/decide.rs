//! Decisions, and taking them back.
//!
//! What a decision puts aside is remembered, so that it can be brought back; bringing it back is an edit like any other.
//!
//! **Invariant:** a decision is about the values on its buttons: where others stand by now, nothing is decided.

use callboard_model::{EditId, Field, TicketId, Value};

use super::Session;
use super::effect::WindowId;
use super::turn::Turn;
use crate::bridge::{DecisionId, UndoView};
use crate::edits::past::{Before, Decision, Over, Past, UndoKept, Verdict, undo_kept};
use crate::edits::work::{Seen, Stage, Typed};
use crate::notes::{Document, Note};

impl Session {
    /// What the server has of a field, as far as we know.
    fn now(&self, ticket: &TicketId, field: Field) -> Option<Seen> {
        self.tickets.ticket(ticket).map(|ticket| Seen { value: ticket.value(field), version: ticket.version })
    }

    /// LT-13: theirs is the new base. A draft stays one; what was committed is stored and sent again. Whoever decided
    /// about another value than the one that stands there decides again.
    pub(super) fn keep_yours(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: &TicketId,
        field: Field,
        judged: &Value,
    ) {
        let Some(theirs) = self.now(ticket, field).filter(|theirs| theirs.value == *judged) else { return };
        let Some(work) = self.edits.field(ticket, field) else { return };
        let Some(clash) = work.clash(&theirs.value) else { return };
        let (mine, is_draft) = (clash.mine.clone(), clash.draft);
        if work.edits.last().is_some_and(|last| last.stage == Stage::Storing) {
            return;
        }
        let before = Before::of(field, work).into_iter().collect();
        let verdict = Verdict::Kept { chosen: mine.clone(), over: theirs.value.clone() };
        self.decided(turn, (ticket, field), verdict, before);
        if is_draft {
            self.stand_draft_on(ticket, field, theirs);
        } else {
            self.store(turn, (ticket, field), theirs, mine);
        }
    }

    /// CO-4: a third value, on top of theirs. Whoever judged another value than the one that stands there has chosen
    /// something else, and is still asked about it.
    pub(super) fn choose_other(
        &mut self,
        turn: &mut Turn<'_>,
        window: WindowId,
        (ticket, field): (&TicketId, Field),
        value: Value,
        judged: &Value,
    ) {
        let now = self.now(ticket, field).filter(|theirs| theirs.value == *judged);
        let before = now.as_ref().and_then(|theirs| {
            let work = self.edits.field(ticket, field)?;
            let may_settle = work.edits.last().is_none_or(|last| last.stage != Stage::Storing);
            work.clash(&theirs.value).filter(|_| may_settle)?;
            Before::of(field, work)
        });
        let is_third = *judged != value;
        match now.zip(before).filter(|_| is_third) {
            Some((theirs, before)) => {
                self.windows.edit(window, ticket, None);
                let verdict = Verdict::Kept { chosen: value.clone(), over: theirs.value.clone() };
                self.decided(turn, (ticket, field), verdict, vec![before]);
                self.edits.change(ticket, field, |work| work.typed = None);
                self.store(turn, (ticket, field), theirs, value);
                self.touched.insert(ticket.clone());
            }
            None => self.edit(turn, window, ticket, field, value),
        }
    }

    /// LT-13: ours goes, with the whole coupled group. What was typed over ours was on no button: it stays, and is asked
    /// about next. So a second press, or a late one, drops nothing that was not on its button.
    pub(super) fn take_theirs(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: &TicketId,
        field: Field,
        judged: &Value,
    ) {
        let theirs = self.now(ticket, field);
        let Some((work, theirs)) = self.edits.field(ticket, field).zip(theirs) else { return };
        if work.clash(&theirs.value).is_some_and(|clash| clash.mine == judged) {
            let draft = work.draft_above();
            let mut before = self.group_before(ticket, field);
            if draft.is_some() {
                before
                    .iter_mut()
                    .filter(|before| before.field == field)
                    .for_each(|before| before.draft = None);
            }
            self.decided(turn, (ticket, field), Verdict::Took, before);
            self.look_after_drop(ticket, field);
            turn.forget(self.edits.drop_group(ticket, field.group()));
            if draft.is_some() {
                self.edits.change(ticket, field, |work| work.typed = draft);
            }
            self.settle(turn, ticket);
        }
    }

    /// All work of a field's group, to be put aside.
    fn group_before(&self, ticket: &TicketId, field: Field) -> Vec<Before> {
        let works = self.edits.of(ticket).into_iter().flatten();
        let of_group = works.filter(|(other, _)| other.group() == field.group());
        of_group.filter_map(|(&field, work)| Before::of(field, work)).collect()
    }

    /// Drops what is not on its way.
    pub(super) fn drop_edit(&mut self, turn: &mut Turn<'_>, ticket: &TicketId, field: Field) {
        self.look_after_drop(ticket, field);
        let work = self.edits.field(ticket, field);
        let edits = work.map(|work| work.edits.clone()).unwrap_or_default();
        let before = work.and_then(|work| Before::of(field, work)).filter(|before| before.edits.is_some());
        if let Some(before) = before {
            // A draft stays where it is.
            self.decided(turn, (ticket, field), Verdict::Dropped, vec![Before { draft: None, ..before }]);
        }
        for edit in edits.iter().rev().filter(|edit| edit.stage != Stage::InFlight) {
            if let Some((_, true)) = self.edits.take(edit.id) {
                turn.forget([edit.id]);
            }
            self.edits.follow(ticket, field, edit, &edit.seen);
        }
        self.settle(turn, ticket);
    }

    /// What is dropped of the field's group may have reached the server, under our own name, of which we hear nothing: the
    /// ticket is asked.
    fn look_after_drop(&mut self, ticket: &TicketId, field: Field) {
        if self.edits.is_unsure(ticket, field.group()) {
            self.stale.want_anew(ticket);
        }
    }

    fn stand_draft_on(&mut self, ticket: &TicketId, field: Field, seen: Seen) {
        self.edits.change(ticket, field, |work| {
            if let Some(typed) = &mut work.typed {
                typed.seen = seen;
            }
        });
        self.touched.insert(ticket.clone());
    }

    /// Remembers a decision.
    fn decided(
        &mut self,
        turn: &mut Turn<'_>,
        (ticket, field): (&TicketId, Field),
        verdict: Verdict,
        work: Vec<Before>,
    ) {
        let EditId(id) = turn.edit_id();
        let decision = Decision {
            id: DecisionId(format!("{id:032x}").into()),
            at: turn.now.wall,
            about: self.about(ticket),
            field,
            verdict,
            work,
        };
        self.put(turn, &Over::Decided(decision.clone()));
        if let Some(oldest) = self.past.decide(decision) {
            self.take_away::<Over>(turn, Over::Decided(oldest).key());
        }
        self.lists.is_stale = true;
    }

    /// What the last run left: decisions that can be taken back, and what was sent.
    pub(super) fn recall_over(&mut self, note: &Note) {
        match note.read() {
            Some(Over::Decided(decision)) => drop(self.past.decide(decision)),
            Some(Over::Sent(sent)) => drop(self.past.send(sent)),
            None => return,
        }
        self.lists.is_stale = true;
    }

    /// Another account is signed in.
    pub(super) fn let_go_of_past(&mut self) {
        self.past = Past::default();
        self.lists.is_stale = true;
    }

    /// The last decision, where it can be taken back.
    pub(super) fn undoable(&self) -> Option<UndoView> {
        let decision = self.past.decisions().find(|decision| self.can_undo(decision))?;
        Some(UndoView {
            decision: decision.id.clone(),
            about: decision.about.clone(),
            field: decision.field,
            verdict: decision.verdict.kind(),
            at: decision.at.as_millisecond(),
        })
    }

    fn can_undo(&self, decision: &Decision) -> bool {
        let ticket = &decision.about.ticket;
        if self.tickets.get(ticket).is_none_or(|known| known.is_lost) {
            return false;
        }
        match &decision.verdict {
            Verdict::Kept { .. } => self.undo_of_kept(decision).is_some(),
            Verdict::Took | Verdict::Dropped => {
                decision.work.iter().any(|before| self.is_free_for(ticket, before))
            }
        }
    }

    fn undo_of_kept(&self, decision: &Decision) -> Option<UndoKept> {
        let Verdict::Kept { chosen, over } = &decision.verdict else { return None };
        let (ticket, field) = (&decision.about.ticket, decision.field);
        let was_draft = decision.work.iter().all(|before| before.edits.is_none());
        undo_kept(self.edits.field(ticket, field), (chosen, over), was_draft, &self.now(ticket, field)?)
    }

    /// Whether nothing newer lies where something was put aside.
    fn is_free_for(&self, ticket: &TicketId, before: &Before) -> bool {
        self.edits.field(ticket, before.field).is_none_or(|work| {
            let is_free = work.edits.is_empty();
            if before.edits.is_some() { is_free } else { is_free && work.draft().is_none() }
        })
    }

    /// Takes a decision back, if it is the one that is offered.
    pub(super) fn undo(&mut self, turn: &mut Turn<'_>, id: &DecisionId) {
        if self.undoable().is_none_or(|offered| offered.decision != *id) {
            return;
        }
        let Some(decision) = self.past.take(id) else { return };
        self.take_away::<Over>(turn, Over::Decided(decision.clone()).key());
        let (ticket, field) = (decision.about.ticket.clone(), decision.field);
        match self.undo_of_kept(&decision) {
            Some(UndoKept::Return(seen)) => {
                if let Verdict::Kept { over, .. } = decision.verdict {
                    self.store(turn, (&ticket, field), seen, over);
                }
            }
            Some(UndoKept::Draft) => {
                for (seen, _) in decision.work.into_iter().filter_map(|before| before.draft) {
                    self.stand_draft_on(&ticket, field, seen);
                }
            }
            Some(UndoKept::Ask) => {
                for before in &decision.work {
                    // It goes back onto what it stood on, and takes the place of what was kept.
                    if let Some((seen, mine)) = before.again(None) {
                        self.store(turn, (&ticket, field), seen, mine);
                    }
                }
            }
            None => decision.work.into_iter().for_each(|before| self.bring_back(turn, &ticket, before)),
        }
        self.lists.is_stale = true;
        self.touched.insert(ticket);
    }

    /// What was put aside is committed again, or a draft again.
    fn bring_back(&mut self, turn: &mut Turn<'_>, ticket: &TicketId, before: Before) {
        if !self.is_free_for(ticket, &before) {
            return;
        }
        let field = before.field;
        if let Some((seen, mine)) = before.again(self.now(ticket, field).as_ref()) {
            let id = self.store(turn, (ticket, field), seen, mine);
            if let Some(edit) = self.edits.edit_mut(id) {
                edit.returns = before.refusal;
            }
        }
        if let Some((seen, draft)) = before.draft {
            self.edits.change(ticket, field, |work| {
                if work.draft().is_none() {
                    work.typed = Some(Typed { seen, draft: Some(draft) });
                }
            });
        }
    }
}
