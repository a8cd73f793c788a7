//! How many sockets there are, and what those cost on which nobody was let in yet.
//!
//! It exists because whoever is not let in yet may be anybody: what they can make the server keep is bounded for one of
//! them and for all together.
//!
//! **Invariant:** what a stranger was counted for is given back when they are known or gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::limits::{SOCKETS, STRANGERS, STRANGERS_BYTES};
use super::outgoing::Goodbye;

/// All sockets of this process.
#[derive(Clone, Debug, Default)]
pub(super) struct Crowd(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    sockets: AtomicUsize,
    strangers: AtomicUsize,
    bytes: AtomicUsize,
}

/// One socket, a stranger's until somebody was let in on it.
#[derive(Debug)]
pub(super) struct Stranger {
    counts: Arc<Counts>,
    known: bool,
    bytes: usize,
}

impl Crowd {
    /// Counts one more socket; `None` when there are too many, or too many strangers.
    pub(super) fn enter(&self) -> Option<Stranger> {
        let counts = &self.0;
        let stranger = Stranger { counts: Arc::clone(counts), known: false, bytes: 0 };
        let sockets = counts.sockets.fetch_add(1, Ordering::Relaxed);
        let strangers = counts.strangers.fetch_add(1, Ordering::Relaxed);
        // Dropped where it does not fit, and so not counted any more.
        (sockets < SOCKETS && strangers < STRANGERS).then_some(stranger)
    }

    pub(super) fn sockets(&self) -> usize {
        self.0.sockets.load(Ordering::Relaxed)
    }
}

impl Stranger {
    /// Somebody was let in.
    pub(super) fn is_known(&mut self) {
        if !std::mem::replace(&mut self.known, true) {
            self.counts.strangers.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// The socket makes the server keep so many bytes; an end for who is one too many.
    pub(super) fn keeps(&mut self, bytes: usize) -> Result<(), Goodbye> {
        let more = bytes.saturating_sub(self.bytes);
        let less = self.bytes.saturating_sub(bytes);
        self.counts.bytes.fetch_sub(less, Ordering::Relaxed);
        let before = self.counts.bytes.fetch_add(more, Ordering::Relaxed);
        self.bytes = bytes;
        if more > 0 && before + more > STRANGERS_BYTES {
            tracing::warn!("too much is kept for clients that were not let in yet");
            return Err(Goodbye::reset());
        }
        Ok(())
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        self.is_known();
        self.counts.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
        self.counts.sockets.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_are_fewer_than_sockets_and_leave_nothing_behind() {
        let crowd = Crowd::default();
        let mut strangers: Vec<_> = std::iter::from_fn(|| crowd.enter()).collect();
        assert_eq!(strangers.len(), STRANGERS);
        strangers[0].is_known();
        strangers[0].is_known();
        let one_more = crowd.enter();
        assert!(one_more.is_some() && crowd.enter().is_none());
        drop((strangers, one_more));
        assert_eq!(crowd.sockets(), 0);
        assert_eq!(crowd.0.strangers.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn what_is_kept_for_all_strangers_is_bounded() {
        let crowd = Crowd::default();
        let (mut one, mut other) = (crowd.enter().expect("room"), crowd.enter().expect("room"));
        assert_eq!(one.keeps(STRANGERS_BYTES), Ok(()));
        assert_eq!(other.keeps(1), Err(Goodbye::reset()));
        drop(other);
        assert_eq!(one.keeps(10), Ok(()));
        drop(one);
        assert_eq!(crowd.0.bytes.load(Ordering::Relaxed), 0);
    }
}
