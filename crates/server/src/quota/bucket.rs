//! A token bucket as one number: when it will be full again.
//!
//! **Invariant:** in any span of time no more passes than the burst and what is refilled in that span.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How much a bucket holds and how fast it fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests at once; at least 1.
    pub burst: u32,
    /// Requests per minute in the long run; at least 1.
    pub per_minute: u32,
}

impl Rate {
    /// What the stock gives a key when it enforces limits.
    pub const STOCK: Self = Self { burst: 120, per_minute: 60 };

    /// The time in which one request is refilled.
    pub(super) fn interval(self) -> Duration {
        Duration::from_mins(1) / self.per_minute.max(1)
    }

    fn capacity(self) -> Duration {
        self.interval() * self.burst.max(1)
    }
}

/// As the setting spells it: `burst/per-minute`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.burst, self.per_minute)
    }
}

/// Text that is no rate.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a rate is two numbers from 1 to 1000000, such as 120/60: requests at once, and per minute")]
pub struct NotARate;

impl FromStr for Rate {
    type Err = NotARate;

    fn from_str(text: &str) -> Result<Self, NotARate> {
        let (burst, per_minute) = text.split_once('/').ok_or(NotARate)?;
        let number = |text: &str| {
            let number: u32 = text.parse().map_err(|_| NotARate)?;
            if (1..=1_000_000).contains(&number) { Ok(number) } else { Err(NotARate) }
        };
        Ok(Self { burst: number(burst)?, per_minute: number(per_minute)? })
    }
}

/// A request may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// What the bucket holds when it is full.
    pub limit: u32,
    /// What it holds now.
    pub remaining: u32,
}

/// A request may not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What the bucket holds when it is full.
    pub limit: u32,
    /// Then one will pass.
    pub retry_after: Duration,
}

/// One bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bucket {
    full_at: Duration,
}

impl Bucket {
    /// Takes one, if there is one.
    pub(crate) fn take(&mut self, rate: Rate, now: Duration) -> Result<Allowance, Refused> {
        self.look(rate, now)?;
        self.full_at = self.full_at.max(now) + rate.interval();
        let missing = self.full_at.saturating_sub(now);
        let left = rate.capacity().saturating_sub(missing).as_nanos() / rate.interval().as_nanos().max(1);
        Ok(Allowance { limit: rate.burst, remaining: u32::try_from(left).unwrap_or(rate.burst) })
    }

    /// Whether there is one to take.
    pub(super) fn look(&self, rate: Rate, now: Duration) -> Result<(), Refused> {
        let missing = self.full_at.saturating_sub(now) + rate.interval();
        match missing.checked_sub(rate.capacity()) {
            None | Some(Duration::ZERO) => Ok(()),
            Some(retry_after) => Err(Refused { limit: rate.burst, retry_after }),
        }
    }

    /// A full bucket is like one that was never used.
    pub(crate) fn is_full(self, now: Duration) -> bool {
        self.full_at <= now
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_stock_rate_gives_120_at_once_and_then_one_per_second() {
        let (mut bucket, now) = (Bucket::default(), Duration::from_secs(7));
        for left in (0..120).rev() {
            assert_eq!(bucket.take(Rate::STOCK, now), Ok(Allowance { limit: 120, remaining: left }));
        }
        let refused = Refused { limit: 120, retry_after: Duration::from_secs(1) };
        assert_eq!(bucket.take(Rate::STOCK, now), Err(refused));
        assert!(bucket.take(Rate::STOCK, now + Duration::from_secs(1)).is_ok());
        assert!(
            !bucket.is_full(now + Duration::from_secs(120)) && bucket.is_full(now + Duration::from_secs(121))
        );
    }

    #[test]
    fn a_rate_reads_as_it_is_written() {
        assert_eq!("120/60".parse(), Ok(Rate::STOCK));
        assert_eq!(Rate::STOCK.to_string().parse(), Ok(Rate::STOCK));
        for wrong in ["", "120", "0/60", "120/0", "-1/5", "1/2/3", "1000001/1", "a/b"] {
            assert_eq!(wrong.parse::<Rate>(), Err(NotARate), "{wrong}");
        }
    }

    fn rate() -> impl Strategy<Value = Rate> {
        (1_u32..500, 1_u32..5000).prop_map(|(burst, per_minute)| Rate { burst, per_minute })
    }

    proptest! {
        #[test]
        fn in_no_span_passes_more_than_the_burst_and_the_refill(
            rate in rate(),
            waits in prop::collection::vec(0_u64..3_000, 1..400),
        ) {
            let (mut bucket, mut now, mut passed) = (Bucket::default(), Duration::ZERO, Vec::new());
            for wait in waits {
                now += Duration::from_millis(wait);
                if bucket.take(rate, now).is_ok() {
                    passed.push(now);
                }
            }
            for (first, from) in passed.iter().enumerate() {
                for (last, to) in passed.iter().enumerate().skip(first) {
                    let refilled = (*to - *from).as_nanos() / rate.interval().as_nanos();
                    prop_assert!((last - first + 1) as u128 <= u128::from(rate.burst) + refilled);
                }
            }
        }

        #[test]
        fn who_waits_as_long_as_told_passes_and_no_sooner(rate in rate(), before in 0_u32..600) {
            let (mut bucket, now) = (Bucket::default(), Duration::from_secs(9));
            for _ in 0..before {
                let _ = bucket.take(rate, now);
            }
            if let Err(refused) = bucket.clone().take(rate, now) {
                let then = now + refused.retry_after;
                prop_assert!(bucket.clone().take(rate, then - Duration::from_nanos(1)).is_err());
                prop_assert!(bucket.take(rate, then).is_ok());
            }
        }

        #[test]
        fn what_remains_is_what_can_still_be_taken(rate in rate(), before in 1_u32..500) {
            let (mut bucket, now) = (Bucket::default(), Duration::from_secs(9));
            let mut told = rate.burst;
            for _ in 0..before.min(rate.burst) {
                told = bucket.take(rate, now).expect("within the burst").remaining;
            }
            let taken = std::iter::from_fn(|| bucket.take(rate, now).ok()).count();
            prop_assert_eq!(taken, told as usize);
        }
    }
}
