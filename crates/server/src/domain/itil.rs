//! Which priority level follows from impact and urgency.
//!
//! **Invariant:** a table and nothing else.

/// Rows are impact 1 to 5, columns urgency 1 to 5; level 1 is the most pressing.
const LEVELS: [[i64; 5]; 5] =
    [[1, 2, 2, 3, 3], [2, 2, 3, 3, 4], [2, 3, 3, 4, 4], [3, 3, 4, 4, 5], [3, 4, 4, 5, 5]];

/// The level, where both are levels themselves.
#[must_use]
pub fn level(impact: i64, urgency: i64) -> Option<i64> {
    let index = |level: i64| usize::try_from(level.checked_sub(1)?).ok();
    LEVELS.get(index(impact)?)?.get(index(urgency)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_levels_has_a_level_and_nothing_else_has() {
        for impact in -1..=7 {
            for urgency in -1..=7 {
                let inside = (1..=5).contains(&impact) && (1..=5).contains(&urgency);
                assert_eq!(level(impact, urgency).is_some(), inside, "{impact} {urgency}");
            }
        }
        assert_eq!(level(i64::MIN, 1), None);
        assert_eq!(
            (level(1, 1), level(1, 5), level(3, 1), level(5, 5)),
            (Some(1), Some(3), Some(2), Some(5))
        );
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
