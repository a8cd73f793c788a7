//! What was armed and when it rings.
//!
//! Plain data beside the loop, so that arming again simply moves the time and no wake-up of an old time remains.
//! There is at most one entry per key, so the session's own limits bound it.
//!
//! **Invariant:** nothing here sleeps or reads a clock.

use std::collections::{BTreeMap, BTreeSet};

use callboard_desk::session::effect::Timer;
use tokio::time::Instant;

/// The armed timers.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    by_key: BTreeMap<Timer, Instant>,
    by_time: BTreeSet<(Instant, Timer)>,
}

impl Timers {
    /// Rings `key` at `at`, and no longer when it was to ring before.
    pub(crate) fn arm(&mut self, key: Timer, at: Instant) {
        self.disarm(&key);
        self.by_key.insert(key.clone(), at);
        self.by_time.insert((at, key));
    }

    /// Does not ring `key` after all.
    pub(crate) fn disarm(&mut self, key: &Timer) {
        if let Some((key, at)) = self.by_key.remove_entry(key) {
            self.by_time.remove(&(at, key));
        }
    }

    /// When the next one rings.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Takes the earliest of those whose time has come.
    pub(crate) fn pop(&mut self, now: Instant) -> Option<Timer> {
        if self.next()? > now {
            return None;
        }
        let (_, key) = self.by_time.pop_first()?;
        self.by_key.remove(&key);
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn timers_ring_in_order_once_and_at_the_time_last_given() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut timers = Timers::default();
        timers.arm(Timer::Hello, at(3));
        timers.arm(Timer::Clock, at(2));
        timers.arm(Timer::Rooms, at(1));
        timers.arm(Timer::Hello, at(1));
        timers.arm(Timer::Tokens, at(1));
        timers.disarm(&Timer::Tokens);
        timers.disarm(&Timer::Resend);

        let mut rung = Vec::new();
        while let Some(next) = timers.next() {
            tokio::time::sleep_until(next).await;
            assert!(
                timers
                    .pop(next.checked_sub(Duration::from_nanos(1)).expect("later than the start"))
                    .is_none()
            );
            while let Some(key) = timers.pop(Instant::now()) {
                rung.push((key, start.elapsed().as_secs()));
            }
        }
        assert_eq!(rung, [(Timer::Hello, 1), (Timer::Rooms, 1), (Timer::Clock, 2)]);
    }
}
