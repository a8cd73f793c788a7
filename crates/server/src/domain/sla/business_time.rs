//! Time as a calendar counts it: when so much of it has passed, and how much passed between two instants.
//!
//! It exists so that every clock is set and read by the same two functions, each the other's inverse.
//!
//! **Invariant:** never reaches further than [`HORIZON`]: a calendar without hours, or a target of ten working years, has
//! no due time instead of an endless search.

use callboard_model::Timestamp;
use jiff::SignedDuration;

use super::calendar::{Calendar, HORIZON_DAYS};

/// The same limit as [`HORIZON_DAYS`], as a length.
pub const HORIZON: SignedDuration = SignedDuration::from_hours(HORIZON_DAYS as i64 * 24);

impl Calendar {
    /// The earliest instant from `start` on by which so much time has counted; `None` beyond the horizon.
    #[must_use]
    pub fn after(&self, start: Timestamp, amount: SignedDuration) -> Option<Timestamp> {
        if !amount.is_positive() {
            return Some(start);
        }
        let week = match self {
            Self::Always if amount <= HORIZON => return start.checked_add(amount).ok(),
            Self::Always => return None,
            Self::Week(week) => week,
        };
        let mut left = amount;
        for (opens, closes) in week.shifts_from(start) {
            let begins = opens.max(start);
            let lasts = closes.duration_since(begins);
            if left <= lasts {
                return begins.checked_add(left).ok();
            }
            left -= lasts.max(SignedDuration::ZERO);
        }
        None
    }

    /// How much time counts between two instants; none when they are in the wrong order.
    #[must_use]
    pub fn between(&self, from: Timestamp, to: Timestamp) -> SignedDuration {
        let week = match self {
            Self::Always => return to.duration_since(from).clamp(SignedDuration::ZERO, HORIZON),
            Self::Week(week) => week,
        };
        week.shifts_from(from)
            .take_while(|&(opens, _)| opens < to)
            .map(|(opens, closes)| closes.min(to).duration_since(opens.max(from)).max(SignedDuration::ZERO))
            .fold(SignedDuration::ZERO, SignedDuration::saturating_add)
    }
}

#[cfg(test)]
#[path = "business_time_tests.rs"]
mod tests;
