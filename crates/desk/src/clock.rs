//! The server's clock, as this machine sees it (CO-9).
//!
//! **Invariant:** no clock is read here; both readings are arguments.

use callboard_model::Timestamp;

/// A change of the offset below this is none: the server tells whole seconds, and its answers travel.
const JITTER_MS: u64 = 2_000;

/// How far the server's clock is ahead of ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServerClock {
    offset_ms: i64,
}

impl ServerClock {
    /// Compares the server's clock with ours at the moment its answer came.
    pub(crate) fn measure(&mut self, server: Timestamp, wall: Timestamp) {
        let offset = server.as_millisecond().saturating_sub(wall.as_millisecond());
        if offset.abs_diff(self.offset_ms) >= JITTER_MS {
            self.offset_ms = offset;
        }
    }

    /// The server's clock minus ours, in milliseconds.
    pub(crate) fn offset_ms(self) -> i64 {
        self.offset_ms
    }

    /// What the server's clock says now, in milliseconds of the Unix epoch.
    pub(crate) fn now_ms(self, wall: Timestamp) -> i64 {
        wall.as_millisecond().saturating_add(self.offset_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CO-9: no row moves over a boundary and back because an answer was slow.
    #[test]
    fn the_offset_follows_the_server_and_not_its_jitter() {
        let at = |ms| Timestamp::from_millisecond(ms).expect("an instant");
        let mut clock = ServerClock::default();
        let offsets = [1_999, -1_999, 90_000, 91_999, 88_001, 92_000, 0].map(|offset| {
            clock.measure(at(1_000_000 + offset), at(1_000_000));
            clock.offset_ms()
        });
        assert_eq!(offsets, [0, 0, 90_000, 90_000, 90_000, 92_000, 0]);
    }
}
