//! Asking slowly what changed, for places where no live connection can be had (LT-16, RB-9).
//!
//! Off unless somebody switched it on. What it finds goes the way of a hint, and it stops when hints come again.
//!
//! **Invariant:** one question at a time, and none while hints arrive.

use std::time::Duration;

use callboard_model::TicketId;

use super::Session;
use super::effect::{Effect, Timer};
use super::turn::Turn;
use crate::backoff::jittered;

/// How often it is asked.
pub(super) const POLL_EVERY: Duration = Duration::from_secs(30);

impl Session {
    /// Begins and ends with the need for it.
    pub(super) fn arm_poll(&mut self, turn: &mut Turn<'_>) {
        let is_needed = self.policy.polling && self.me.is_some() && !self.is_live();
        if is_needed == std::mem::replace(&mut self.poll_armed, is_needed) {
            return;
        }
        if is_needed {
            turn.arm(Timer::Poll, jittered(POLL_EVERY, turn.now.dice));
        } else {
            turn.push(Effect::Disarm(Timer::Poll));
        }
    }

    /// The time has come: everything that changed in one question where the server can say so, else each ticket that
    /// somebody looks at.
    pub(super) fn poll(&mut self, turn: &mut Turn<'_>) {
        self.poll_armed = false;
        if !self.policy.polling || self.is_live() || self.me.is_none() || !self.reach.is_open() {
            return;
        }
        if self.is_stock() {
            let open: Vec<TicketId> = self.windows.open_tickets().cloned().collect();
            open.iter().for_each(|ticket| self.stale.want(ticket));
        } else {
            self.catch_up(turn);
        }
    }
}
