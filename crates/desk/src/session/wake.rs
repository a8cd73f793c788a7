//! Waking up: the machine slept, the network is another one, or somebody looks at the program again (LT-14).
//!
//! After a sleep nothing that was connected is to be trusted, although it may look open for another half minute: the
//! socket is opened anew at once, and what changed is asked over REST without waiting for it.
//!
//! **Invariant:** waking asks and connects; it says nothing about tickets or edits.

use super::Session;
use super::effect::{Effect, LinkOrder, Sockets, Timer};
use super::turn::Turn;
use crate::alerts::news::Now;
use crate::bridge::Live;

impl Session {
    pub(super) fn woke(&mut self, turn: &mut Turn<'_>) {
        self.alerts.woke(&Now::of(&turn.now));
        self.attempt(turn);
        if self.me.is_none() {
            return;
        }
        self.live.retry(turn.wall_ms());
        self.leave_live(turn);
        turn.push(Effect::Disarm(Timer::Reconnect));
        turn.link(LinkOrder::Disconnect);
        self.connect(turn);
    }

    /// Somebody looks at the program again. What is being tried anyway goes on as it was.
    pub(super) fn focused(&mut self, turn: &mut Turn<'_>) {
        if !self.reach.is_open() {
            self.attempt(turn);
        }
        if self.live.live != Live::Unavailable || self.me.is_none() {
            return;
        }
        if self.live.is_up {
            // The socket is fine, and a door is shut.
            self.rooms.forgive();
            self.rooms.is_dirty = true;
        } else {
            turn.push(Effect::Disarm(Timer::Reconnect));
            self.connect(turn);
        }
    }

    /// Opens the live layer the way this server wants it.
    pub(super) fn connect(&self, turn: &mut Turn<'_>) {
        let sockets = if self.is_stock() { self.policy.stock_sockets } else { Sockets::Shared };
        turn.link(LinkOrder::Connect(sockets));
    }
}
