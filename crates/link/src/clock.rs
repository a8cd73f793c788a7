//! Where wall time and luck come from: one of the four seams.
//!
//! Durations need no seam: they come from tokio's clock, which a test can hold still.
//!
//! **Invariant:** nobody else in this crate asks the machine for the time of day or for random bits.

use callboard_model::Timestamp;
use jiff::tz::{Offset, TimeZone};
use uuid::Uuid;

/// Wall time and luck.
pub trait Clock: Send + Sync {
    /// What the machine's clock says, in UTC.
    fn wall(&self) -> Timestamp;

    /// How far ahead of UTC that is in this place.
    fn local(&self, at: Timestamp) -> Offset;

    /// Fresh bits that sort by time: a version 7 UUID. The high half is the time, the low 32 bits are pure chance.
    fn dice(&self) -> u128;
}

/// The machine's own.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn wall(&self) -> Timestamp {
        Timestamp::now()
    }

    fn local(&self, at: Timestamp) -> Offset {
        TimeZone::system().to_offset(at)
    }

    fn dice(&self) -> u128 {
        Uuid::now_v7().as_u128()
    }
}
