//! Every event has one line here.
//!
//! **Invariant:** no decision is taken in this file.

use super::Session;
use super::effect::Effect;
use super::event::{Event, Moment};
use super::ours::Aside;
use super::sign_out::is_heard_signed_out;
use super::turn::Turn;
use crate::alerts::news::Now;

impl Session {
    /// Takes what happened, changes what is held, and says what is to be done, in order.
    pub fn step(&mut self, now: Moment, event: Event, out: &mut Vec<Effect>) {
        let mut turn = Turn::new(now, out);
        let turn = &mut turn;
        if self.signed_out.is_some() && !is_heard_signed_out(&event) {
            return;
        }
        self.keep_time(turn);
        match event {
            Event::Started { outbox, notes, kept } => {
                self.recall(kept);
                self.aside = Aside::new(outbox, notes);
                self.started(turn);
            }
            Event::Command { window, command } => self.commanded(turn, window, command),
            Event::WindowClosed(window) => self.window_closed(&window),
            Event::ToastClicked { id, rev, action } => self.toast_clicked(turn, &id, rev, action),
            Event::Answered { id, request, outcome, server_time } => {
                self.answered(turn, id, request, outcome, server_time);
            }
            Event::Link(event) => self.link_said(turn, event),
            Event::Stored(id) => self.stored(turn, id),
            Event::NotStored(id, reason) => self.not_stored(turn, id, &reason),
            Event::NoteKept(name) => self.note_kept(turn, &name),
            Event::NoteNotKept(name, reason) => self.note_not_kept(turn, &name, &reason),
            Event::Wiped(what, outcome) => self.wiped(turn, what, outcome),
            Event::Saving(saving) => self.saving_is(turn, saving),
            Event::Rang(timer) => self.rang(turn, timer),
            Event::Woke => self.woke(turn),
            Event::Ending => {
                self.put_all_drafts(turn);
                self.alerts.end(&Now::of(&turn.now));
            }
        }
        self.finish(turn);
    }
}
