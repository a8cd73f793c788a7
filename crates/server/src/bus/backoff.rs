//! Waiting longer after each failure.
//!
//! It exists so that everything that tries again does so at the same measured pace.
//!
//! **Invariant:** no clock and no sleep; it only says how long.

use std::time::Duration;

/// The wait after a first failure.
const FIRST: Duration = Duration::from_millis(100);
/// The wait is never longer than this.
const LONGEST: Duration = Duration::from_secs(10);

/// How long to wait before the next try.
#[derive(Debug)]
pub(crate) struct Backoff(Duration);

impl Backoff {
    pub(crate) const fn new() -> Self {
        Self(FIRST)
    }

    /// The wait after one more failure: twice the last one, up to a limit.
    pub(crate) fn next(&mut self) -> Duration {
        let wait = self.0;
        self.0 = wait.saturating_mul(2).min(LONGEST);
        wait
    }

    /// Things work again.
    pub(crate) fn reset(&mut self) {
        self.0 = FIRST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit_and_start_over() {
        let mut backoff = Backoff::new();
        let waits: Vec<_> = std::iter::repeat_with(|| backoff.next().as_millis()).take(9).collect();
        assert_eq!(waits, [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
        backoff.reset();
        assert_eq!(backoff.next(), FIRST);
    }
}
