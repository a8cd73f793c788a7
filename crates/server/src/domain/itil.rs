//! Which priority level follows from impact and urgency, and what the standard says of a level.
//!
//! **Invariant:** a table and nothing else.

/// Rows are impact 1 to 5, columns urgency 1 to 5; level 1 is the most pressing.
const LEVELS: [[i64; 5]; 5] =
    [[1, 2, 2, 3, 3], [2, 2, 3, 3, 4], [2, 3, 3, 4, 4], [3, 3, 4, 4, 5], [3, 4, 4, 5, 5]];

/// The level, where both are levels themselves.
#[must_use]
pub fn level(impact: i64, urgency: i64) -> Option<i64> {
    LEVELS.get(index(impact)?)?.get(index(urgency)?).copied()
}

/// The level of a ticket; none while impact or urgency is missing.
#[must_use]
pub fn level_of(impact: Option<i64>, urgency: Option<i64>) -> Option<i64> {
    level(impact?, urgency?)
}

/// In how many hours a ticket of each level is to be done where nothing else was agreed.
const HOURS: [i64; 5] = [1, 4, 24, 72, 168];

/// The hours in which a ticket of this level is to be done where nothing else was agreed.
#[must_use]
pub fn resolution_hours(level: i64) -> Option<i64> {
    HOURS.get(index(level)?).copied()
}

fn index(level: i64) -> Option<usize> {
    usize::try_from(level.checked_sub(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All 25, as the stock has them (`alga-psa.md` 6.1), written out the other way round.
    #[test]
    fn the_matrix_is_the_stocks() {
        let pairs: [(i64, &[(i64, i64)]); 5] = [
            (1, &[(1, 1)]),
            (2, &[(1, 2), (1, 3), (2, 1), (2, 2), (3, 1)]),
            (3, &[(1, 4), (1, 5), (2, 3), (2, 4), (3, 2), (3, 3), (4, 1), (4, 2), (5, 1)]),
            (4, &[(2, 5), (3, 4), (3, 5), (4, 3), (4, 4), (5, 2), (5, 3)]),
            (5, &[(4, 5), (5, 4), (5, 5)]),
        ];
        assert_eq!(pairs.iter().map(|(_, of)| of.len()).sum::<usize>(), 25);
        for (expected, of) in pairs {
            for &(impact, urgency) in of {
                assert_eq!(level(impact, urgency), Some(expected), "{impact} {urgency}");
            }
        }
    }

    #[test]
    fn every_pair_of_levels_has_a_level_and_nothing_else_has() {
        for impact in -1..=7 {
            for urgency in -1..=7 {
                let inside = (1..=5).contains(&impact) && (1..=5).contains(&urgency);
                assert_eq!(level(impact, urgency).is_some(), inside, "{impact} {urgency}");
            }
        }
        assert_eq!(level(i64::MIN, 1), None);
        assert_eq!((level_of(None, Some(1)), level_of(Some(1), None)), (None, None));
    }

    #[test]
    fn less_pressing_levels_have_longer() {
        let hours: Vec<_> = (0..=6).filter_map(resolution_hours).collect();
        assert_eq!(hours, [1, 4, 24, 72, 168]);
    }

    #[test]
    fn more_impact_or_urgency_never_lowers_the_level() {
        for a in 1..5 {
            for b in 1..=5 {
                assert!(level(a, b) <= level(a + 1, b), "{a} {b}");
                assert!(level(b, a) <= level(b, a + 1), "{b} {a}");
            }
        }
    }
}
