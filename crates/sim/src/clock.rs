//! Clocks of the simulated world: the server's, which is right, and one for each console, which may be set.
//!
//! **Invariant:** nobody looks at the machine's clock; time passes only when nobody has anything left to do.

use std::sync::{Mutex, PoisonError};

use callboard_link::Clock;
use callboard_model::Timestamp;
use jiff::SignedDuration;
use jiff::tz::Offset;
use tokio::time::Instant;

use crate::dice::Dice;

/// When every world begins, in seconds of the Unix epoch: 2026-11-21T10:00:00Z.
const BEGINNING: i64 = 1_795_255_200;

/// The time of day, by a clock that is right.
#[derive(Clone, Copy, Debug)]
pub struct TrueTime {
    began: Instant,
}

impl TrueTime {
    /// The world begins.
    #[must_use]
    pub fn begin() -> Self {
        Self { began: Instant::now() }
    }

    /// What time it is.
    #[must_use]
    pub fn now(self) -> Timestamp {
        let beginning = Timestamp::from_second(BEGINNING).unwrap_or_default();
        beginning.checked_add(self.began.elapsed()).unwrap_or(beginning)
    }
}

/// A console's clock and luck. It outlives a crash of the console, as a machine's does.
pub struct ConsoleClock {
    time: TrueTime,
    state: Mutex<(SignedDuration, Dice)>,
}

impl ConsoleClock {
    /// One that is right, for the moment.
    #[must_use]
    pub fn new(time: TrueTime, dice: Dice) -> Self {
        Self { time, state: Mutex::new((SignedDuration::ZERO, dice)) }
    }

    /// Somebody sets it: so far from the truth.
    pub fn set_off(&self, by: SignedDuration) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).0 = by;
    }
}

impl Clock for ConsoleClock {
    fn wall(&self) -> Timestamp {
        let (offset, _) = &*self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.time.now();
        now.checked_add(*offset).unwrap_or(now)
    }

    fn local(&self, _: Timestamp) -> Offset {
        Offset::UTC
    }

    fn dice(&self) -> u128 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1.bits()
    }
}
