//! Whether our own person is at the machine, and when that was last said to others.
//!
//! Somebody who went for lunch in the middle of a field must not be "editing" for an hour: after [`IDLE_AFTER`] without
//! a command we are shown in the ticket and in no field. Others take whoever shows nothing new for that long to be idle,
//! so somebody who works without moving from field to field says their word anew, at most every [`STIR_EVERY`].
//!
//! **Invariant:** nothing here knows a room; it only says what time has come for.

use std::time::Duration;

use super::IDLE_AFTER;

/// A word older than this is said anew when the person does something.
pub const STIR_EVERY: Duration = Duration::from_secs(4 * 60);

/// Our own person.
#[derive(Debug, Default)]
pub(crate) struct Attention {
    /// When the person last did something; `None` before the first time.
    last: Option<Duration>,
    /// Nothing was done for long enough.
    pub is_away: bool,
    is_armed: bool,
}

impl Attention {
    /// The person does something. Says whether they come back with it, and how long to wait before looking again, where
    /// nobody does so yet.
    pub(crate) fn stirred(&mut self, now: Duration) -> (bool, Option<Duration>) {
        self.last = Some(now);
        let is_armed = std::mem::replace(&mut self.is_armed, true);
        (std::mem::take(&mut self.is_away), (!is_armed).then_some(IDLE_AFTER))
    }

    /// The time to look has come. Says when to look again; `None`: the person is away.
    pub(crate) fn look(&mut self, now: Duration) -> Option<Duration> {
        let idle_at = self.last.unwrap_or_default() + IDLE_AFTER;
        self.is_away = now >= idle_at;
        self.is_armed = !self.is_away;
        self.is_armed.then(|| idle_at - now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_away_five_minutes_after_the_last_thing_they_did() {
        let secs = Duration::from_secs;
        let mut attention = Attention::default();
        assert_eq!(attention.stirred(secs(10)), (false, Some(IDLE_AFTER)));
        assert_eq!(attention.stirred(secs(100)), (false, None), "one alarm is enough");
        assert_eq!(attention.look(secs(310)), Some(secs(90)));
        assert!(!attention.is_away);
        assert_eq!(attention.look(secs(400)), None);
        assert!(attention.is_away);
        assert_eq!(attention.stirred(secs(900)), (true, Some(IDLE_AFTER)));
    }
}
