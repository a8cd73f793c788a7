//! Whether the REST API answers, and getting through to it again after it did not.
//!
//! While it does not answer nothing is asked, with one exception: the attempt to get through, which is the very
//! request that has to come first then — who we are, the rest of the list, or what changed (CO-12).
//!
//! **Invariant:** there is one attempt at a time, and it is never a save.

use std::time::Duration;

use super::Session;
use super::effect::{Effect, Request, RequestId, Timer};
use super::event::{Answer, Failure};
use super::turn::Turn;
use crate::backoff::BACKOFF_MAX;
use crate::bridge::Reach;

impl Session {
    /// Asks the server something.
    pub(super) fn ask(&mut self, turn: &mut Turn<'_>, request: Request) -> RequestId {
        let id = self.next_request();
        turn.push(Effect::Ask(id, request));
        id
    }

    pub(super) fn next_request(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }

    /// What an outcome says about the way to the server, whatever the question was.
    pub(super) fn weigh(
        &mut self,
        turn: &mut Turn<'_>,
        request: &Request,
        outcome: &Result<Answer, Failure>,
    ) {
        match outcome {
            Err(Failure::Unreachable | Failure::Broken) => self.unreached(turn, Reach::Down, Duration::ZERO),
            Err(Failure::Busy(wait)) => self.unreached(turn, Reach::Down, *wait),
            Err(Failure::SignedOut) => self.unreached(turn, Reach::SignedOut, BACKOFF_MAX),
            Ok(_)
            | Err(
                Failure::Forbidden
                | Failure::Gone
                | Failure::Stale(_)
                | Failure::TooOld
                | Failure::Refused { .. },
            ) => {
                if self.reach.answered() {
                    self.through_again(turn, request);
                }
            }
        }
    }

    fn unreached(&mut self, turn: &mut Turn<'_>, reach: Reach, at_least: Duration) {
        if let Some(wait) = self.reach.failed(reach, at_least, turn.now.dice) {
            let timer = if self.me.is_none() { Timer::Hello } else { Timer::Resend };
            turn.arm(timer, wait);
        }
    }

    /// The time for an attempt has come, unless something else got through meanwhile.
    pub(super) fn attempt_if_due(&mut self, turn: &mut Turn<'_>) {
        self.reach.rang();
        if !self.reach.is_open() || self.me.is_none() || self.feed.wants_reload {
            self.attempt(turn);
        }
    }

    /// The attempt to get through.
    pub(super) fn attempt(&mut self, turn: &mut Turn<'_>) {
        if self.me.is_none() || self.reach.reach == Reach::SignedOut || self.feed.wants_reload {
            self.ask_hello(turn);
        } else if self.feed.load.is_some() {
            self.ask_page(turn);
        } else {
            self.catch_up(turn);
        }
    }

    /// It answers again: first what changed, then what waits (CO-12).
    fn through_again(&mut self, turn: &mut Turn<'_>, request: &Request) {
        let said = self.edits.sayings.tickets();
        let waiting = self.edits.tickets().map(|(ticket, _)| ticket).chain(said);
        self.unproven.extend(waiting.filter(|ticket| self.edits.has_work(ticket)).cloned());
        self.rooms.is_dirty = true;
        turn.push(Effect::Disarm(Timer::Resend));
        self.ask_lookups(turn);
        match request {
            Request::Hello | Request::Tickets { .. } | Request::Changes { .. } => {}
            Request::Lookups
            | Request::Customer(_)
            | Request::Ticket(_)
            | Request::Save { .. }
            | Request::Say { .. }
            | Request::Comments { .. }
            | Request::Schedule(_)
            | Request::LiveTokens { .. }
            | Request::StockTokens { .. }
            | Request::EventCatalog
            | Request::EventLog { .. }
            | Request::Simulate { .. } => self.attempt(turn),
        }
    }
}
