//! What many measurements come to: percentiles, medians, slopes.
//!
//! **Invariant:** pure; nothing is made up for an empty series: it has no figure.

use std::time::Duration;

use serde::Serialize;

/// A series of times, in milliseconds, as it is told in one line.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Half of them took at most this long.
    pub p50: f64,
    /// All but one in twenty took at most this long.
    pub p95: f64,
    /// All but one in a hundred took at most this long.
    pub p99: f64,
    /// The longest.
    pub max: f64,
    /// How many there are.
    pub count: usize,
}

impl Spread {
    /// The spread of these times; `None` when there are none.
    #[must_use]
    pub fn of(times: impl IntoIterator<Item = Duration>) -> Option<Self> {
        let mut sorted: Vec<_> = times.into_iter().map(milliseconds).collect();
        sorted.sort_by(f64::total_cmp);
        Some(Self {
            p50: percentile(&sorted, 0.50)?,
            p95: percentile(&sorted, 0.95)?,
            p99: percentile(&sorted, 0.99)?,
            max: *sorted.last()?,
            count: sorted.len(),
        })
    }
}

/// A time in milliseconds.
#[must_use]
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The smallest value that at least `share` of a sorted series does not exceed: always one that was measured.
#[must_use]
pub fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied()
}

/// The middle of a series; of an even one the mean of both middles.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 { Some(upper) } else { Some((sorted[middle - 1] + upper) / 2.0) }
}

/// By how much `y` grows per unit of `x`, by least squares. `None` when all points stand at one place.
#[must_use]
pub fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let count = points.len() as f64;
    let mean = |pick: fn(&(f64, f64)) -> f64| points.iter().map(pick).sum::<f64>() / count;
    let (x_mean, y_mean) = (mean(|point| point.0), mean(|point| point.1));
    let across: f64 = points.iter().map(|(x, y)| (x - x_mean) * (y - y_mean)).sum();
    let along: f64 = points.iter().map(|(x, _)| (x - x_mean).powi(2)).sum();
    (along > 0.0).then(|| across / along)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_first_value_that_enough_of_the_series_reaches() {
        let hundred: Vec<_> = (1..=100).map(f64::from).collect();
        for (share, value) in [(0.0, 1.0), (0.5, 50.0), (0.95, 95.0), (0.99, 99.0), (1.0, 100.0)] {
            assert_eq!(percentile(&hundred, share), Some(value), "{share}");
        }
        assert_eq!(percentile(&[7.0], 0.95), Some(7.0));
        assert_eq!(percentile(&[1.0, 9.0], 0.5), Some(1.0));
        assert_eq!(percentile(&[1.0, 9.0], 0.51), Some(9.0));
    }

    #[test]
    fn an_empty_series_has_no_figure() {
        assert_eq!(percentile(&[], 0.5), None);
        assert_eq!(median(&[]), None);
        assert_eq!(Spread::of([]), None);
        assert_eq!(slope(&[]), None);
    }

    #[test]
    fn a_spread_does_not_care_in_which_order_the_times_came() {
        let times = [30, 10, 20].map(Duration::from_millis);
        let spread = Spread::of(times).expect("three times");
        assert_eq!(spread, Spread { p50: 20.0, p95: 30.0, p99: 30.0, max: 30.0, count: 3 });
    }

    #[test]
    fn a_median_is_not_moved_by_one_wild_value() {
        assert_eq!(median(&[2.0, 900.0, 1.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }

    #[test]
    fn a_slope_is_growth_per_unit_and_sees_none_where_there_is_none() {
        let near = |points: &[(f64, f64)], expected: f64| {
            let slope = slope(points).expect("a slope");
            assert!((slope - expected).abs() < 1e-9, "{slope} is not {expected}");
        };
        near(&[(0.0, 5.0), (1.0, 7.0), (2.0, 9.0)], 2.0);
        near(&[(0.0, 5.0), (1.0, 5.0), (2.0, 5.0)], 0.0);
        near(&[(0.0, 1.0), (1.0, -1.0), (2.0, 1.0), (3.0, -1.0)], -0.4);
        assert_eq!(slope(&[(1.0, 1.0), (1.0, 2.0)]), None);
    }
}
