//! Dice that fall the same way every time (SplitMix64).
//!
//! It exists because a demo that differs after an update of a random number crate could not be compared; the
//! algorithm is ten lines and will not change.
//!
//! **Invariant:** never used for anything that has to be secret.

use uuid::Builder;

#[derive(Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 when `end` is.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = end.max(1) as u64;
        usize::try_from(self.next() % end).unwrap_or(0)
    }

    /// A number from `low` up to but without `high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.next() % high.saturating_sub(low).max(1).unsigned_abs()).unwrap_or(0)
    }

    /// Yes in so many of a hundred throws.
    pub(super) fn percent(&mut self, of: u64) -> bool {
        self.next() % 100 < of
    }

    /// One of them; `None` of none.
    pub(super) fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// One of some texts.
    pub(super) fn word(&mut self, of: &[&'static str]) -> &'static str {
        self.one(of).copied().unwrap_or_default()
    }

    /// A fresh id in the form of a random UUID.
    pub(super) fn id<T: From<String>>(&mut self) -> T {
        let bytes = (u128::from(self.next()) << 64) | u128::from(self.next());
        Builder::from_random_bytes(bytes.to_be_bytes()).into_uuid().to_string().into()
    }
}
