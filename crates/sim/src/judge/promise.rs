//! The promises that a world is watched for.
//!
//! **Invariant:** a breach says what was promised, and enough to find the moment in the trace.

use std::fmt;

/// What must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Promise {
    /// CO-14: what the disk confirmed is there until the server has it or the person drops it.
    Kept,
    /// CO-12: an edit is applied at most once, and one that was applied is never refused.
    Once,
    /// LT-13: nobody replaces a later value that they did not see.
    Seen,
    /// Shown is confirmed under pending.
    Shown,
    /// After healing everybody shows what the server has, and nothing hangs.
    Settled,
}

impl Promise {
    /// A breach of it.
    #[must_use]
    pub fn broken(self, how: String) -> Breach {
        Breach { promise: self, how }
    }
}

/// A promise that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Which.
    pub promise: Promise,
    /// What was seen.
    pub how: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.promise, self.how)
    }
}
