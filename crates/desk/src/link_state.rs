//! How the live layer and the REST API stand: two signals, because a dead socket must not stop saves and a live one
//! must not pretend that saves work (LT-14).
//!
//! **Invariant:** nothing here arms a timer; it only says how long to wait.

use std::time::Duration;

use crate::backoff::{BACKOFF_MAX, backoff};
use crate::bridge::{Live, Reach};

/// After so many failed attempts the live layer counts as unavailable.
pub const FAILURES_MAX: u32 = 5;

/// How often an unavailable live layer is tried again.
pub const RARE_RETRY: Duration = Duration::from_secs(5 * 60);

/// The live layer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LiveState {
    /// As the header says it.
    pub live: Live,
    /// Since when, in milliseconds of the Unix epoch by our clock.
    pub since: i64,
    /// Whether the socket is open; hints arrive only once a room let us in.
    pub is_up: bool,
    /// How long the server took to answer our last sign of life.
    pub lag: Option<Duration>,
    failures: u32,
    waits: u32,
}

impl Default for LiveState {
    fn default() -> Self {
        Self { live: Live::Connecting, since: 0, is_up: false, lag: None, failures: 0, waits: 0 }
    }
}

impl LiveState {
    /// The header says something else from now on.
    pub(crate) fn show(&mut self, live: Live, now_ms: i64) {
        if self.live != live {
            (self.live, self.since) = (live, now_ms);
        }
    }

    /// A room let us in: hints arrive.
    pub(crate) fn arrived(&mut self, now_ms: i64) {
        (self.failures, self.waits) = (0, 0);
        self.show(Live::Live, now_ms);
    }

    /// The socket closed, or did not open. Says when to try again: when the server asked for it, else ever later.
    pub(crate) fn fell(&mut self, now_ms: i64, dice: u128, asked: Option<Duration>) -> Duration {
        self.is_up = false;
        self.lag = None;
        self.failures += u32::from(self.live != Live::Live);
        if self.failures >= FAILURES_MAX {
            self.show(Live::Unavailable, now_ms);
            return RARE_RETRY;
        }
        if self.live == Live::Live {
            self.show(Live::Reconnecting, now_ms);
        }
        self.waits += 1;
        asked.map_or_else(|| backoff(self.waits - 1, dice), |asked| asked.min(BACKOFF_MAX))
    }

    /// The person asks for an attempt now: the count starts anew.
    pub(crate) fn retry(&mut self, now_ms: i64) {
        (self.failures, self.waits) = (0, 0);
        self.show(Live::Reconnecting, now_ms);
    }
}

/// The REST API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReachState {
    /// As the header says it.
    pub reach: Reach,
    failures: u32,
    is_armed: bool,
}

impl Default for ReachState {
    fn default() -> Self {
        Self { reach: Reach::Unknown, failures: 0, is_armed: false }
    }
}

impl ReachState {
    /// The person signed out: nothing is asked any more.
    pub(crate) fn sign_out(&mut self) {
        *self = Self { reach: Reach::SignedOut, ..Self::default() };
    }

    /// Whether it makes sense to ask.
    pub(crate) fn is_open(self) -> bool {
        matches!(self.reach, Reach::Unknown | Reach::Up)
    }

    /// It answered. Says whether it did not do so before.
    pub(crate) fn answered(&mut self) -> bool {
        (self.failures, self.is_armed) = (0, false);
        matches!(std::mem::replace(&mut self.reach, Reach::Up), Reach::Down | Reach::SignedOut)
    }

    /// It did not, or not for us. Says when to try again; `None` where an earlier failure already does.
    pub(crate) fn failed(&mut self, reach: Reach, at_least: Duration, dice: u128) -> Option<Duration> {
        self.reach = reach;
        if std::mem::replace(&mut self.is_armed, true) {
            return None;
        }
        self.failures += 1;
        Some(backoff(self.failures - 1, dice).max(at_least))
    }

    /// The time to try again has come.
    pub(crate) fn rang(&mut self) {
        self.is_armed = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// LT-14.
    #[test]
    fn after_five_failed_attempts_the_live_layer_is_unavailable_and_tried_rarely() {
        let mut state = LiveState::default();
        state.arrived(0);
        let secs: Vec<u64> = (0..6).map(|at| state.fell(at, 0, None).as_secs()).collect();
        assert_eq!(secs, [1, 2, 4, 8, 16, 300]);
        assert_eq!((state.live, state.since), (Live::Unavailable, 5));
        state.retry(9);
        assert_eq!((state.live, state.fell(9, 0, None)), (Live::Reconnecting, Duration::from_secs(1)));
    }

    /// A server that stops sends its consoles away one by one, and says to each when to come back.
    #[test]
    fn a_server_that_says_when_to_come_back_is_obeyed_within_reason() {
        for (asked, wait) in [(1_234, 1_234), (0, 0), (3_600_000, 30_000)] {
            let mut state = LiveState::default();
            state.arrived(0);
            assert_eq!(state.fell(1, 0, Some(Duration::from_millis(asked))), Duration::from_millis(wait));
        }
    }
}
