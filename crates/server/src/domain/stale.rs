//! Whether a writer decided on something that has changed since.
//!
//! It exists so that nobody overwrites what they have not seen (LT-13), and so that writers of different fields never
//! get in each other's way.
//!
//! **Invariant:** two writers who want the same value never clash.

use std::collections::BTreeMap;

use callboard_model::rest::FieldClash;
use callboard_model::{Field, Person, Ticket, Timestamp, Version};

use super::Wanted;

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

/// The wanted fields that were changed after the version `seen` and now hold another value than the wanted one.
#[must_use]
pub fn clashes(
    current: &Ticket,
    wanted: &Wanted,
    seen: Version,
    history: &BTreeMap<Field, LastChange>,
) -> Vec<FieldClash> {
    wanted
        .iter()
        .filter_map(|(&field, yours)| {
            let last = history.get(&field).filter(|last| last.version > seen)?;
            let theirs = current.value(field);
            (theirs != *yours).then(|| FieldClash {
                field,
                yours: yours.clone(),
                theirs,
                changed_by: last.by.clone(),
                changed_at: last.at,
                version: last.version,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::apply::tests::ticket;

    fn last(version: u64) -> LastChange {
        LastChange {
            version: Version(version),
            by: Person { user_id: "bob".into(), display_name: "Bob Kessler".into() },
            at: Timestamp::UNIX_EPOCH,
        }
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
            let current = ticket();
            let yours = if same { current.title.as_ref() } else { "Something else" };
            let history = changed.map(|version| (Field::Title, last(version))).into_iter().collect();
            let found =
                clashes(&current, &Wanted::from([(Field::Title, yours.into())]), Version(seen), &history);
            assert_eq!(!found.is_empty(), clash, "changed {changed:?} seen {seen} same {same}");
        }
    }

    #[test]
    fn a_later_change_of_a_field_that_is_not_written_is_no_clash() {
        let history = BTreeMap::from([(Field::Status, last(9))]);
        assert!(
            clashes(&ticket(), &Wanted::from([(Field::Title, "New".into())]), Version(1), &history)
                .is_empty()
        );
    }

    #[test]
    fn a_clash_names_both_values_and_who_when_and_which_version() {
        let history = BTreeMap::from([(Field::Title, last(9))]);
        let found = clashes(&ticket(), &Wanted::from([(Field::Title, "Mine".into())]), Version(1), &history);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].yours.as_text(), found[0].theirs.as_text()), (Some("Mine"), Some("VPN down")));
        assert_eq!((&*found[0].changed_by.display_name, found[0].version), ("Bob Kessler", Version(9)));
    }
}
