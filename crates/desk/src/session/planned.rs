//! What is planned for the tickets that are open: when it is read, and how it is told.
//!
//! It is read when a ticket is opened, once for a burst of hints that name the schedule, and after every gap. Like what is said
//! on a ticket it is not copied to disk: what is kept of the server's words is the board's tickets.
//!
//! **Invariant:** nothing but an answer of the REST API says how an entry stands.

use std::sync::Arc;

use callboard_model::TicketId;

use super::Session;
use super::effect::{DraftOf, Request, Timer};
use super::event::{Answer, Failure};
use super::schedule::{Scheduled, Scheduling};
use super::turn::Turn;
use crate::bridge::{PlansKnown, Support, Update};
use crate::plans::{FormName, plans_view};
use crate::refresh::GATHER;
use crate::windows::Part;

/// The name under which hints tell of the schedule.
const TOLD_AS: &str = "schedule";

impl Session {
    /// Somebody says, live, that these fields of a ticket changed.
    pub(super) fn hinted_plans(&mut self, turn: &mut Turn<'_>, ticket: &TicketId, fields: &[Arc<str>]) {
        if is_about_plans(fields) && self.planning.hear(ticket) {
            turn.arm(Timer::Plans(ticket.clone()), GATHER);
        }
    }

    /// The feed says so, of what was missed.
    pub(super) fn missed_plans(&mut self, ticket: &TicketId, fields: &[Arc<str>]) {
        if is_about_plans(fields) {
            self.planning.want(ticket);
        }
    }

    /// The next question about what is planned.
    pub(super) fn next_plans(&mut self) -> Option<Request> {
        match self.support {
            _ if !self.reach.is_open() || self.me.is_none() => None,
            Support::Unknown => None,
            Support::Full => Some(Request::Schedule(Scheduling::Read(self.planning.next()?))),
            // It counts no versions there, takes no keys, and does not write all that a form holds.
            Support::BestEffort => {
                while let Some(ticket) = self.planning.next() {
                    self.know_no_plans(ticket, PlansKnown::NotSaid);
                }
                None
            }
        }
    }

    fn know_no_plans(&mut self, ticket: TicketId, why: PlansKnown) {
        if let Some(list) = self.planning.list_mut(&ticket) {
            list.not_told(Some(why));
        }
        self.touched.insert(ticket);
    }

    /// What is planned for a ticket.
    pub(super) fn plans_told(&mut self, turn: &Turn<'_>, ticket: TicketId, outcome: Result<Answer, Failure>) {
        match outcome {
            Ok(Answer::Schedule(Scheduled::Entries(entries, more))) => {
                let now = self.clock.now_ms(turn.now.wall);
                self.planning.told(&ticket, entries, more, now);
                self.touched.insert(ticket);
            }
            Err(Failure::Unreachable | Failure::Broken | Failure::Busy(_) | Failure::SignedOut) => {
                if let Some(list) = self.planning.list_mut(&ticket) {
                    list.not_told(None);
                }
            }
            Err(Failure::Forbidden) => self.know_no_plans(ticket, PlansKnown::NotYours),
            Err(Failure::Refused { message, .. }) => {
                self.know_no_plans(ticket, PlansKnown::Refused { reason: message.to_string() });
            }
            Ok(_) | Err(_) => self.know_no_plans(ticket, PlansKnown::NotSaid),
        }
    }

    /// An entry that is shown begins or ends about now (CO-9).
    pub(super) fn turn_plans(&mut self, turn: &Turn<'_>) {
        let now = self.clock.now_ms(turn.now.wall);
        self.touched.extend(self.planning.turned(now).cloned());
    }

    /// Tells the windows that have a ticket open what is planned for it.
    pub(super) fn tell_plans(&mut self, turn: &mut Turn<'_>, ticket: &TicketId) {
        if !self.windows.is_open(ticket) {
            self.planning.close(ticket);
            return;
        }
        let now = self.clock.now_ms(turn.now.wall);
        self.planning.tell(ticket, now);
        let is_kept =
            |(ticket, entry): &FormName| self.drafts.is_safe(&DraftOf::Plan(ticket.clone(), entry.clone()));
        let view = plans_view(&self.planning, &self.names, ticket, now, is_kept);
        self.windows.tell_part(ticket, Part::Plans, &Update::Plans(view), turn.effects());
    }
}

fn is_about_plans(fields: &[Arc<str>]) -> bool {
    fields.iter().any(|field| **field == *TOLD_AS)
}
