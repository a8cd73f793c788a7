//! Notices that the machine slept, or that its network is another one.
//!
//! Neither is told by anything that is the same on every machine, so both are looked for. After a sleep the wall clock is
//! further on than the time between two looks explains, whether or not the machine counts sleep as uptime.
//!
//! **Invariant:** it reads no clock and no network; what it compares are arguments.

use std::net::IpAddr;
use std::time::Duration;

use callboard_model::Timestamp;

/// How often it is looked.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(5);

/// So much later than expected is a sleep; less is a busy machine, or a clock that was put right.
const SLEPT: Duration = Duration::from_secs(10);

/// What was seen the last time.
#[derive(Debug)]
pub(crate) struct Wake {
    wall: Timestamp,
    way_out: Option<IpAddr>,
}

impl Wake {
    pub(crate) fn new(wall: Timestamp, way_out: Option<IpAddr>) -> Self {
        Self { wall, way_out }
    }

    /// Looks, about [`LOOK_EVERY`] after the last time. Says whether what was connected is not to be trusted any more. A
    /// network that went is no reason yet: there is nothing to connect over.
    pub(crate) fn look(&mut self, wall: Timestamp, way_out: Option<IpAddr>) -> bool {
        let passed = Duration::try_from(wall.duration_since(self.wall)).unwrap_or_default();
        self.wall = wall;
        let has_slept = passed >= LOOK_EVERY + SLEPT;
        let has_moved = way_out.is_some() && way_out != self.way_out;
        if way_out.is_some() {
            self.way_out = way_out;
        }
        has_slept || has_moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + secs).expect("an instant")
    }

    /// LT-14.
    #[test]
    fn a_gap_that_no_waiting_explains_is_a_sleep() {
        let mut wake = Wake::new(at(0), None);
        let looks =
            [(5, false), (12, false), (26, false), (41, true), (46, false), (3_646, true), (3_600, false)];
        for (secs, woke) in looks {
            assert_eq!(wake.look(at(secs), None), woke, "{secs}");
        }
    }

    /// LT-14.
    #[test]
    fn another_way_out_is_another_network_and_none_is_no_reason_to_connect() {
        let home: Option<IpAddr> = "192.168.0.7".parse().ok();
        let train: Option<IpAddr> = "10.9.8.7".parse().ok();
        let mut wake = Wake::new(at(0), home);
        for (secs, way_out, woke) in [
            (5, home, false),
            (10, train, true),
            (15, train, false),
            (20, None, false),
            (25, train, false),
            (30, home, true),
        ] {
            assert_eq!(wake.look(at(secs), way_out), woke, "{secs}");
        }
        let mut wake = Wake::new(at(0), None);
        assert!(wake.look(at(5), home), "there was none before");
    }
}
