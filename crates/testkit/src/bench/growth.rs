//! Whether something grew over a run: a trend that is more than noise and more than chance.
//!
//! **Invariant:** pure; the warm-up of a run is never judged.

use super::book::{Book, Figure};
use super::figures::{Trend, median};

/// The part of a run in which buffers may still grow to their size.
const WARM_UP: f64 = 0.2;

/// Memory may grow by this part of itself over a run and still count as noise.
pub const MEMORY_NOISE: f64 = 0.03;

/// So many standard errors of a trend may be chance: a short run on a busy machine scatters more than it tells.
const CHANCE: f64 = 3.0;

/// What is left of a run after its warm-up.
#[must_use]
pub fn settled<T>(looks: &[T]) -> &[T] {
    &looks[(looks.len() as f64 * WARM_UP) as usize..]
}

/// Whether something grew over a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// How much there mostly was.
    pub median: f64,
    /// What its trend comes to.
    pub per_minute: f64,
    /// Whether that is more than noise.
    pub grew: bool,
}

impl Growth {
    /// Of points of minutes and values; `None` when they are too few to say. `noise` is a part of the median.
    #[must_use]
    pub fn of(points: &[(f64, f64)], noise: f64, noise_at_least: f64) -> Option<Self> {
        let values: Vec<_> = points.iter().map(|point| point.1).collect();
        let (median, Trend { per_unit: per_minute, scatter }) = (median(&values)?, Trend::of(points)?);
        let span = points.last()?.0 - points.first()?.0;
        // The standard error of a growth over points that lie evenly.
        let chance = CHANCE * scatter * (12.0 / points.len() as f64).sqrt();
        let grew = per_minute * span > (median * noise).max(noise_at_least).max(chance);
        Some(Self { median, per_minute, grew })
    }

    /// Notes the level and the growth.
    pub fn tell(&self, book: &mut Book, level: Figure, growth: Figure, column: &str) {
        book.note(level, column, self.median);
        book.note(growth, column, self.per_minute);
    }

    /// The verdict.
    #[must_use]
    pub fn word(&self) -> &'static str {
        if self.grew { "**grew**" } else { "no growth" }
    }
}
