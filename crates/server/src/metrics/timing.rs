//! How long things take, in buckets from a tenth of a millisecond to ten seconds.
//!
//! **Invariant:** one set of bounds for everything, so that figures can be compared.

use std::fmt;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

/// Upper bounds, in seconds.
const BOUNDS: [f64; 14] =
    [0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 2.5, 10.0];

pub(super) type ByWork = Family<Work, Histogram, fn() -> Histogram>;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(super) struct Work {
    work: &'static str,
}

/// How long some work took, by its name. Cheap to clone; clones count together.
#[derive(Clone)]
pub struct Timing(ByWork);

impl Timing {
    /// Says how long one piece took.
    pub fn took(&self, work: &'static str, took: Duration) {
        self.0.get_or_create(&Work { work }).observe(took.as_secs_f64());
    }

    pub(super) fn family(&self) -> ByWork {
        self.0.clone()
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self(Family::new_with_constructor(histogram))
    }
}

impl fmt::Debug for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Timing(…)")
    }
}

pub(super) fn histogram() -> Histogram {
    Histogram::new(BOUNDS)
}
