//! Against storms: how many toasts and sounds there may be, whatever happens (CO-17).
//!
//! **Invariant:** these only count what was told; what becomes of the rest is their callers' business, and it is never lost.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::bridge::SoundClass;

/// Toasts that may come at once.
pub const TOAST_BURST: u32 = 3;

/// After so long there may be one more: six in a minute.
pub const TOAST_EVERY: Duration = Duration::from_secs(10);

/// A class of sounds is silent for so long after one of it.
pub const SOUND_GAP: Duration = Duration::from_secs(10);

/// Sounds of all classes together, in any [`SOUND_SPAN`].
pub const SOUNDS_MAX: usize = 2;

/// See [`SOUNDS_MAX`].
pub const SOUND_SPAN: Duration = Duration::from_secs(15);

/// The third new ticket within this time is no toast of its own.
pub const NEWCOMER_SPAN: Duration = Duration::from_secs(30);

/// How many new tickets have toasts of their own within [`NEWCOMER_SPAN`].
pub const NEWCOMERS_MAX: usize = 2;

/// The places for toasts.
#[derive(Debug)]
pub(crate) struct Bucket {
    places: u32,
    /// Since when the next place is on its way; of no meaning while the bucket is full.
    since: Duration,
}

impl Default for Bucket {
    fn default() -> Self {
        Self { places: TOAST_BURST, since: Duration::ZERO }
    }
}

impl Bucket {
    /// Takes a place, if there is one.
    pub(crate) fn take(&mut self, now: Duration) -> bool {
        self.refill(now);
        if self.places == 0 {
            return false;
        }
        if self.places == TOAST_BURST {
            self.since = now;
        }
        self.places -= 1;
        true
    }

    /// When there is a place.
    pub(crate) fn next(&self, now: Duration) -> Duration {
        if self.places > 0 { now } else { self.since + TOAST_EVERY }
    }

    fn refill(&mut self, now: Duration) {
        while self.places < TOAST_BURST && self.since + TOAST_EVERY <= now {
            self.places += 1;
            self.since += TOAST_EVERY;
        }
    }
}

/// When what was heard.
#[derive(Debug, Default)]
pub(crate) struct Sounds {
    last: BTreeMap<SoundClass, Duration>,
    recent: VecDeque<Duration>,
}

impl Sounds {
    /// Says whether a sound may be heard now, and counts it if so.
    pub(crate) fn play(&mut self, class: SoundClass, now: Duration) -> bool {
        self.recent.retain(|at| now < *at + SOUND_SPAN);
        let is_too_soon = self.last.get(&class).is_some_and(|last| now < *last + SOUND_GAP);
        if is_too_soon || self.recent.len() >= SOUNDS_MAX {
            return false;
        }
        self.last.insert(class, now);
        self.recent.push_back(now);
        true
    }
}

/// Toasts of new tickets, lately.
#[derive(Debug, Default)]
pub(crate) struct Newcomers {
    recent: VecDeque<Duration>,
}

impl Newcomers {
    /// Whether one more would be a crowd; if not, it is counted.
    pub(crate) fn is_crowd(&mut self, now: Duration) -> bool {
        self.recent.retain(|at| now < *at + NEWCOMER_SPAN);
        if self.recent.len() >= NEWCOMERS_MAX {
            return true;
        }
        self.recent.push_back(now);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CLASSES: [SoundClass; 4] =
        [SoundClass::New, SoundClass::Mine, SoundClass::Sla, SoundClass::Critical];

    fn times() -> impl Strategy<Value = Vec<Duration>> {
        prop::collection::vec(0..4_000_u64, 1..400).prop_map(|waits| {
            let at = |at: &mut u64, wait: u64| {
                *at += wait;
                Some(Duration::from_millis(*at))
            };
            waits.into_iter().scan(0, at).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            rng_seed: proptest::test_runner::RngSeed::Fixed(20_261_121),
            ..ProptestConfig::default()
        })]

        /// CO-17: in any time there are at most three toasts and one more for each ten seconds of it; and whoever waits
        /// until the bucket says so gets a place.
        #[test]
        fn toasts_come_in_bursts_of_three_and_six_a_minute(times in times()) {
            let mut bucket = Bucket::default();
            let mut taken: Vec<Duration> = Vec::new();
            for now in times {
                let promised = bucket.next(now);
                let is_taken = bucket.take(now);
                prop_assert_eq!(is_taken, promised <= now);
                taken.extend(is_taken.then_some(now));
            }
            for (place, first) in taken.iter().enumerate() {
                for (more, last) in taken[place..].iter().enumerate() {
                    let span = (*last - *first).as_secs() / TOAST_EVERY.as_secs();
                    prop_assert!((more as u64) < u64::from(TOAST_BURST) + span, "{more} more in {span}");
                }
            }
        }

        /// CO-17: one sound per class in ten seconds, and never more than two in fifteen.
        #[test]
        fn sounds_keep_their_distance(times in times(), classes in prop::collection::vec(0..4_usize, 400)) {
            let mut sounds = Sounds::default();
            let mut heard: Vec<(Duration, SoundClass)> = Vec::new();
            for (now, class) in times.into_iter().zip(classes) {
                let class = CLASSES[class];
                heard.extend(sounds.play(class, now).then_some((now, class)));
            }
            for (place, (at, class)) in heard.iter().enumerate() {
                let later = &heard[place + 1..];
                prop_assert!(later.iter().all(|(then, other)| other != class || *then >= *at + SOUND_GAP));
                let soon = later.iter().filter(|(then, _)| *then < *at + SOUND_SPAN).count();
                prop_assert!(soon < SOUNDS_MAX);
            }
        }
    }
}
