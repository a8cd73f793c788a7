//! Many buckets in bounded memory.
//!
//! **Invariant:** never more buckets than the limit; a full one is forgotten when room is needed, which changes nothing.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use super::bucket::{Allowance, Bucket, Rate, Refused};

/// Buckets by owner.
#[derive(Debug)]
pub(super) struct Buckets<K> {
    by_owner: HashMap<K, Bucket>,
    max: usize,
    /// No room is made again before this: looking through all of them must not happen at every request.
    room_from: Duration,
}

/// How long a table that could not be made smaller is left alone.
const LEFT_ALONE: Duration = Duration::from_secs(1);

impl<K: Eq + Hash> Buckets<K> {
    pub(super) fn new(max: usize) -> Self {
        Self { by_owner: HashMap::new(), max, room_from: Duration::ZERO }
    }

    /// Takes one of the owner's. An owner for whom there is no room is not counted.
    pub(super) fn take(&mut self, owner: K, rate: Rate, now: Duration) -> Result<Allowance, Refused> {
        if let Some(bucket) = self.by_owner.get_mut(&owner) {
            return bucket.take(rate, now);
        }
        let mut bucket = Bucket::default();
        let allowance = bucket.take(rate, now);
        if self.has_room(now) {
            self.by_owner.insert(owner, bucket);
        }
        allowance
    }

    /// Whether the owner has one to take.
    pub(super) fn look(&self, owner: &K, rate: Rate, now: Duration) -> Result<(), Refused> {
        self.by_owner.get(owner).map_or(Ok(()), |bucket| bucket.look(rate, now))
    }

    /// Whether the owner took one not long ago.
    pub(super) fn knows(&self, owner: &K) -> bool {
        self.by_owner.contains_key(owner)
    }

    fn has_room(&mut self, now: Duration) -> bool {
        if self.by_owner.len() >= self.max && now >= self.room_from {
            self.by_owner.retain(|_, bucket| !bucket.is_full(now));
            self.room_from = now + LEFT_ALONE;
        }
        self.by_owner.len() < self.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { burst: 2, per_minute: 60 };

    #[test]
    fn the_table_never_outgrows_its_limit_and_makes_room_when_buckets_are_full() {
        let mut buckets = Buckets::new(3);
        let now = Duration::from_secs(100);
        for owner in 0..10 {
            assert!(buckets.take(owner, RATE, now).is_ok());
            assert!(buckets.by_owner.len() <= 3);
        }
        assert!(buckets.knows(&0) && !buckets.knows(&9), "for the later ones there was no room");
        assert!((0..5).all(|_| buckets.take(9, RATE, now).is_ok()), "and they are not counted");
        let later = now + Duration::from_secs(5);
        assert!(buckets.take(9, RATE, later).is_ok());
        assert!(buckets.knows(&9) && !buckets.knows(&0), "full buckets made room");
    }
}
