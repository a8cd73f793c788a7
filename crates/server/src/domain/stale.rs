//! Whether a writer decided on something that has changed since.
//!
//! It exists so that nobody overwrites what they have not seen (LT-13, RB-6), and so that writers of different fields
//! never get in each other's way. It is asked twice: of what a write asks for, and of all that it would change, because
//! a value that follows from another field overwrites just as well.
//!
//! **Invariant:** two writers who want the same value never clash.

use std::collections::BTreeMap;

use callboard_model::{Person, Timestamp, Version};
use serde::Serialize;
use serde_json::Value as Json;

use super::difference::Difference;

/// Who changed a field last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastChange {
    /// The version that brought it.
    pub version: Version,
    /// Who.
    pub by: Person,
    /// When.
    pub at: Timestamp,
}

/// Who changed what last, by its name on the wire.
pub type History = BTreeMap<String, LastChange>;

/// One thing on which two writers disagree, as a refusal tells it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Clash {
    /// Its name on the wire.
    pub field: &'static str,
    /// What the refused write wanted there, or would have left there.
    pub yours: Json,
    /// What stands there.
    pub theirs: Json,
    /// Who put it there.
    pub changed_by: Person,
    /// When.
    pub changed_at: Timestamp,
    /// The version that brought it.
    pub version: Version,
}

/// Those of the differences that would overwrite what was changed after the version `seen`.
#[must_use]
pub fn clashes(differences: Vec<Difference>, seen: Version, history: &History) -> Vec<Clash> {
    differences
        .into_iter()
        .filter_map(|one| {
            let last = history.get(one.name).filter(|last| last.version > seen)?;
            Some(Clash {
                field: one.name,
                yours: one.after,
                theirs: one.before,
                changed_by: last.by.clone(),
                changed_at: last.at,
                version: last.version,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use callboard_model::Field;

    use super::*;
    use crate::domain::Wanted;
    use crate::domain::apply::tests::ticket;
    use crate::domain::difference::asked;

    fn last(version: u64) -> LastChange {
        LastChange {
            version: Version(version),
            by: Person { user_id: "bob".into(), display_name: "Bob Kessler".into() },
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn found(title: &str, seen: u64, history: &History) -> Vec<Clash> {
        let wanted = Wanted::from([(Field::Title, title.into())]);
        clashes(asked(&ticket(), &wanted), Version(seen), history)
    }

    /// All of it: never changed, changed before, at and after the version seen; wanting what stands there or not.
    #[test]
    fn a_clash_needs_a_later_change_and_another_value() {
        for (changed, seen, same, clash) in [
            (None, 0, false, false),
            (None, 9, true, false),
            (Some(3), 4, false, false),
            (Some(4), 4, false, false),
            (Some(5), 4, false, true),
            (Some(3), 4, true, false),
            (Some(4), 4, true, false),
            (Some(5), 4, true, false),
        ] {
            let yours = if same { ticket().title } else { "Something else".into() };
            let history = changed.map(|version| ("title".to_owned(), last(version))).into_iter().collect();
            let found = found(&yours, seen, &history);
            assert_eq!(!found.is_empty(), clash, "changed {changed:?} seen {seen} same {same}");
        }
    }

    #[test]
    fn a_later_change_of_a_field_that_is_not_written_is_no_clash() {
        let history = History::from([("status_id".to_owned(), last(9))]);
        assert_eq!(found("New", 1, &history), []);
    }

    #[test]
    fn a_clash_names_both_values_and_who_when_and_which_version() {
        let history = History::from([("title".to_owned(), last(9))]);
        let found = found("Mine", 1, &history);
        assert_eq!(found.len(), 1);
        assert_eq!((&found[0].yours, &found[0].theirs), (&"Mine".into(), &"VPN down".into()));
        assert_eq!((&*found[0].changed_by.display_name, found[0].version), ("Bob Kessler", Version(9)));
    }
}
