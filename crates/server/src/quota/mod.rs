//! How often one may ask: a bucket per API key, and one per address for keys that open nothing.
//!
//! It exists so that one console that runs wild does not take the server from the others. Figures and headers are the
//! stock's. Where there is Redis a key's requests are counted there, for all processes together; while it is away, and
//! where there is none, each process counts alone, so behind a balancer with two of them a key has twice as much.
//! Keys that open nothing are always counted alone: who guesses at two processes gets twice as many guesses of 2^256.
//!
//! | module | holds |
//! |---|---|
//! | `bucket` | the arithmetic |
//! | `buckets` | many buckets in bounded memory |
//! | `shared` | a bucket that all processes take from, in Redis |
//!
//! **Invariant:** nothing here knows a key, only where its hash begins; and no request fails because Redis is away.

mod bucket;
mod buckets;
mod shared;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

pub(crate) use self::bucket::Bucket;
pub use self::bucket::{Allowance, NotARate, Rate, Refused};
use self::buckets::Buckets;
pub use self::shared::Shared;
use crate::auth::api_key::KeyHash;
use crate::listen::Source;

/// Keys with a bucket that is not full. Overflow: further keys are not counted, as in the stock when its Redis is away.
const KEYS: usize = 50_000;
/// Sources with a bucket that is not full. Overflow: further sources are not counted.
const SOURCES: usize = 50_000;
/// Keys that open nothing, per source. Enough for a team behind one address whose key has just expired.
const SIGN_INS: Rate = Rate { burst: 60, per_minute: 60 };

/// So much that it is never felt; its buckets are full again at once, and so forgotten first.
const ANY: Rate = Rate { burst: 1_000_000, per_minute: 1_000_000 };

/// The beginning of a key's hash: one of 2^64.
type KeyName = [u8; KeyHash::START];

/// Who may ask how often, and who did.
#[derive(Debug)]
pub struct Quota {
    /// What one key may; `None` when nobody is refused.
    rate: Option<Rate>,
    keys: Mutex<Buckets<KeyName>>,
    sources: Mutex<Buckets<Source>>,
    /// Where the other processes count, too.
    shared: Option<Shared>,
}

impl Quota {
    /// All buckets full.
    #[must_use]
    pub fn new(rate: Option<Rate>) -> Self {
        let (keys, sources) = (Mutex::new(Buckets::new(KEYS)), Mutex::new(Buckets::new(SOURCES)));
        Self { rate, keys, sources, shared: None }
    }

    /// The same, counted together with other processes.
    #[must_use]
    pub fn shared(self, shared: Option<Shared>) -> Self {
        Self { shared, ..self }
    }

    /// One request with a key that was found to be good. `None`: keys may ask as they like. Also then they are known,
    /// so that nobody who guesses locks them out.
    pub async fn spend(&self, key: &KeyHash, now: Duration) -> Result<Option<Allowance>, Refused> {
        let key = name(key);
        let together = match (&self.shared, self.rate) {
            (Some(shared), Some(rate)) => shared.take(&key, rate).await,
            _ => None,
        };
        if let Some(Err(refused)) = together {
            return Err(refused);
        }
        // Also counted here: the key is known from now on, and nobody starts with a full bucket when Redis goes away.
        let alone = lock(&self.keys).take(key, self.rate.unwrap_or(ANY), now);
        self.rate.map(|_| together.unwrap_or(alone)).transpose()
    }

    /// Whether a key from there may be looked up at all: not if so many before it opened nothing. A key that was
    /// good a moment ago has a bucket and may: whoever guesses does not lock out who sits behind the same address.
    pub fn may_try(&self, source: Source, key: &KeyHash, now: Duration) -> Result<(), Refused> {
        if lock(&self.keys).knows(&name(key)) {
            return Ok(());
        }
        lock(&self.sources).look(&source, SIGN_INS, now)
    }

    /// A key from there opened nothing.
    pub fn failed(&self, source: Source, now: Duration) {
        // Refused or not: whether the next may try is asked before it does.
        let _ = lock(&self.sources).take(source, SIGN_INS, now);
    }
}

fn name(key: &KeyHash) -> KeyName {
    let mut name = KeyName::default();
    name.copy_from_slice(key.start());
    name
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1000);

    #[tokio::test]
    async fn who_guesses_keys_locks_out_nobody_who_has_one() {
        for rate in [Some(Rate { burst: 5, per_minute: 5 }), None] {
            guess(&Quota::new(rate)).await;
        }
    }

    async fn guess(quota: &Quota) {
        let (office, elsewhere) = (Source::of([192, 0, 2, 1].into()), Source::of([192, 0, 2, 2].into()));
        let (good, guessed) = (KeyHash::of("good"), KeyHash::of("guessed"));
        assert!(quota.spend(&good, NOW).await.is_ok());
        for _ in 0..SIGN_INS.burst {
            assert!(quota.may_try(office, &guessed, NOW).is_ok());
            quota.failed(office, NOW);
        }
        let refused = quota.may_try(office, &guessed, NOW).expect_err("enough");
        assert!(quota.may_try(office, &good, NOW).is_ok(), "a key that was good a moment ago");
        assert!(quota.may_try(elsewhere, &guessed, NOW).is_ok(), "another address");
        assert!(quota.may_try(office, &guessed, NOW + refused.retry_after).is_ok(), "later");
    }

    #[tokio::test]
    async fn each_key_has_a_bucket_of_its_own_and_without_a_rate_nobody_is_refused() {
        let (one, other) = (KeyHash::of("one"), KeyHash::of("other"));
        let quota = Quota::new(Some(Rate { burst: 1, per_minute: 1 }));
        assert!(quota.spend(&one, NOW).await.is_ok() && quota.spend(&one, NOW).await.is_err());
        assert!(quota.spend(&other, NOW).await.is_ok());
        let open = Quota::new(None);
        for _ in 0..1000 {
            assert_eq!(open.spend(&one, NOW).await, Ok(None));
        }
    }
}
