//! What many measurements come to: percentiles, medians, trends.
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

/// How a series moves along `x`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// By how much `y` grows per unit of `x`: the median of the slopes between any two points, which a few wild ones at
    /// one end do not move.
    pub per_unit: f64,
    /// How far the points lie from that line: the standard deviation that their median distance stands for.
    pub scatter: f64,
}

impl Trend {
    /// `None` when all points stand at one place.
    #[must_use]
    pub fn of(points: &[(f64, f64)]) -> Option<Self> {
        let mut slopes = Vec::with_capacity(points.len().pow(2) / 2);
        for (place, (x, y)) in points.iter().enumerate() {
            let later = points[place + 1..].iter().filter(|other| other.0 > *x);
            slopes.extend(later.map(|other| (other.1 - y) / (other.0 - x)));
        }
        let per_unit = median(&slopes)?;
        let above: Vec<_> = points.iter().map(|(x, y)| y - per_unit * x).collect();
        let line = median(&above)?;
        let distances: Vec<_> = above.iter().map(|height| (height - line).abs()).collect();
        Some(Self { per_unit, scatter: SIGMA_PER_MEDIAN_DISTANCE * median(&distances)? })
    }
}

/// Half of all points of a normal distribution lie within one part in this of its standard deviation.
const SIGMA_PER_MEDIAN_DISTANCE: f64 = 1.4826;

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
    fn a_trend_is_growth_per_unit_and_there_is_none_where_nothing_grows() {
        let near = |points: &[(f64, f64)], expected: f64| {
            let slope = Trend::of(points).expect("a trend").per_unit;
            assert!((slope - expected).abs() < 1e-9, "{slope} is not {expected}");
        };
        near(&[(0.0, 5.0), (1.0, 7.0), (2.0, 9.0)], 2.0);
        near(&[(0.0, 5.0), (1.0, 5.0), (2.0, 5.0)], 0.0);
        near(&[(0.0, 5.0), (1.0, 5.0), (2.0, 5.0), (3.0, 5.0), (4.0, 500.0)], 0.0);
        assert_eq!(Trend::of(&[(1.0, 1.0), (1.0, 2.0)]), None);
        assert_eq!(Trend::of(&[]), None);
    }

    #[test]
    fn scatter_is_told_apart_from_growth() {
        let steady: Vec<_> = (0..10).map(|x| (f64::from(x), 3.0 * f64::from(x))).collect();
        let trend = Trend::of(&steady).expect("a trend");
        assert!((trend.per_unit - 3.0).abs() < 1e-9 && trend.scatter < 1e-9, "{trend:?}");
        let wild: Vec<_> = (0..10).map(|x| (f64::from(x), if x % 2 == 0 { 1.0 } else { -1.0 })).collect();
        let trend = Trend::of(&wild).expect("a trend");
        assert!(trend.per_unit.abs() < 0.3 && trend.scatter > 1.0, "{trend:?}");
    }
}
