//! How long to wait before the next attempt: doubling, capped, and never the same for two consoles.
//!
//! **Invariant:** chance is an argument.

use std::time::Duration;

/// The wait after the first failure.
pub const BACKOFF_FIRST: Duration = Duration::from_secs(1);

/// The longest wait between attempts that follow each other.
pub const BACKOFF_MAX: Duration = Duration::from_secs(30);

/// The wait before attempt `attempt`, counted from 0: up to a quarter shorter than the doubled one, by luck.
#[must_use]
pub fn backoff(attempt: u32, dice: u128) -> Duration {
    jittered(BACKOFF_FIRST.saturating_mul(1 << attempt.min(16)).min(BACKOFF_MAX), dice)
}

/// Up to a quarter less than a wait, by luck.
#[must_use]
pub fn jittered(wait: Duration, dice: u128) -> Duration {
    let thousandths = u32::try_from((dice >> 7) % 251).unwrap_or_default();
    wait - wait * thousandths / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    /// LT-14.
    #[test]
    fn a_wait_doubles_up_to_half_a_minute_and_luck_shortens_it_by_a_quarter_at_most() {
        for (attempt, secs) in [(0, 1), (1, 2), (2, 4), (3, 8), (4, 16), (5, 30), (60, 30)] {
            let full = Duration::from_secs(secs);
            assert_eq!(backoff(attempt, 0), full);
            for dice in 0..40_000 {
                let wait = backoff(attempt, dice);
                assert!(wait <= full && wait >= full * 3 / 4, "{wait:?} of {full:?}");
            }
        }
    }
}
