//! The one law of conflicts: what became of an edit, given what the person saw and what stands there now.
//!
//! A hint's refetch, a refused save and a reconnect all ask this one function (LT-13, CO-12).
//!
//! **Invariant:** three values in, one verdict out; no state, no time, no exception for any field.

use callboard_model::Value;

/// What became of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rebase {
    /// It stands there already: our answer was lost, or somebody agreed with us.
    Landed,
    /// Nobody touched what the person saw: it may be sent.
    Clean,
    /// Somebody put another value there: the person decides.
    Clash,
}

/// Compares what the person saw (`base`) and chose (`mine`) with what stands there now (`theirs`).
#[must_use]
pub fn rebase(base: &Value, mine: &Value, theirs: &Value) -> Rebase {
    if theirs == mine {
        Rebase::Landed
    } else if theirs == base {
        Rebase::Clean
    } else {
        Rebase::Clash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// LT-13, over all 27 cases of three values: a clash is exactly a third value.
    #[test]
    fn only_a_value_that_is_neither_seen_nor_wanted_asks_the_person() {
        let values = [Value::Empty, Value::from("New"), Value::from("Done")];
        for base in &values {
            for mine in &values {
                for theirs in &values {
                    let verdict = rebase(base, mine, theirs);
                    assert_eq!(verdict == Rebase::Landed, theirs == mine);
                    assert_eq!(verdict == Rebase::Clash, theirs != base && theirs != mine);
                    assert_eq!(verdict == Rebase::Clean, theirs == base && theirs != mine);
                }
            }
        }
    }
}
