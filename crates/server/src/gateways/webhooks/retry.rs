//! When a failed try is made again.
//!
//! **Invariant:** a pure function of how often it failed and of the time.

use std::time::Duration;

use callboard_model::Timestamp;

use crate::store::webhooks::State;

/// The waits after the first failures in a row, as in the stock. After one failure more the webhook is switched off.
pub(super) const WAITS: [Duration; 5] = [
    Duration::from_mins(1),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(12),
];

/// What follows when so many tries in a row have failed, the last one at `now`.
pub(super) fn after(failures: u32, now: Timestamp) -> State {
    let place = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX);
    match WAITS.get(place) {
        Some(&wait) => State::Again(failures, now + wait),
        None => State::Disabled(failures),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_the_sixth_failure_is_the_last() {
        let now: Timestamp = "2026-11-21T10:00:00Z".parse().expect("a time");
        let waits: Vec<_> = (1..=6)
            .map(|failures| match after(failures, now) {
                State::Again(counted, at) => Some((counted, at.duration_since(now).as_mins())),
                _ => None,
            })
            .collect();
        let again = [(1, 1), (2, 5), (3, 30), (4, 120), (5, 720)].map(Some);
        assert_eq!(waits[..5], again);
        assert_eq!(after(6, now), State::Disabled(6));
    }
}
