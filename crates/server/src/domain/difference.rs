//! What a write changes, as names with the values before and after.
//!
//! It exists so that hints, change records and conflicts all speak of the same list (LT-1, LT-13): what was asked for
//! and what followed from it are told apart by nobody.
//!
//! **Invariant:** bookkeeping (`version`, `updated_at`, `updated_by`, the closing time) is never in the list.

use callboard_model::{Field, Ticket, Timestamp, Value};
use serde_json::Value as Json;

use super::Wanted;
use super::extras::{Extras, WantedExtras};

/// One thing of a ticket that is to be another.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Its name on the wire.
    pub name: &'static str,
    /// What stands there.
    pub before: Json,
    /// What shall stand there.
    pub after: Json,
}

/// What `wanted` asks to be otherwise than it stands.
#[must_use]
pub fn asked(current: &Ticket, wanted: &Wanted) -> Vec<Difference> {
    wanted
        .iter()
        .filter(|&(&field, value)| current.value(field) != *value)
        .map(|(&field, value)| Difference {
            name: field.name(),
            before: json(&current.value(field)),
            after: json(value),
        })
        .collect()
}

/// What differs between two states of a ticket; the targets of service follow from fields and are named with them.
#[must_use]
pub fn between(before: &Ticket, after: &Ticket) -> Vec<Difference> {
    let fields = Field::ALL.iter().map(|&field| Difference {
        name: field.name(),
        before: json(&before.value(field)),
        after: json(&after.value(field)),
    });
    let targets = [
        ("sla_response_due_at", before.sla_response_due_at, after.sla_response_due_at),
        ("sla_resolution_due_at", before.sla_resolution_due_at, after.sla_resolution_due_at),
    ];
    let targets = targets.map(|(name, before, after)| Difference {
        name,
        before: instant(before),
        after: instant(after),
    });
    fields.chain(targets).filter(|one| one.before != one.after).collect()
}

/// The same for what stands beside the fields.
#[must_use]
pub fn of_extras(current: &Extras, wanted: &WantedExtras) -> Vec<Difference> {
    let after = wanted.over(current);
    current
        .named()
        .into_iter()
        .zip(after.named())
        .filter(|((_, before), (_, after))| before != after)
        .map(|((name, before), (_, after))| Difference { name, before, after })
        .collect()
}

fn json(value: &Value) -> Json {
    match value {
        Value::Empty => Json::Null,
        Value::Flag(flag) => (*flag).into(),
        Value::Number(number) => (*number).into(),
        Value::Text(text) => (&**text).into(),
    }
}

fn instant(at: Option<Timestamp>) -> Json {
    at.map_or(Json::Null, |at| at.to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::apply::tests::ticket;

    #[test]
    fn what_stands_there_already_is_not_asked_for() {
        let wanted = [(Field::Title, "VPN down".into()), (Field::Priority, "p1".into())].into();
        let asked = asked(&ticket(), &wanted);
        assert_eq!(asked.len(), 1);
        assert_eq!(
            (asked[0].name, &asked[0].before, &asked[0].after),
            ("priority_id", &"p3".into(), &"p1".into())
        );
    }

    /// LT-1: derived values are named, bookkeeping is not.
    #[test]
    fn targets_are_named_and_bookkeeping_is_not() {
        let before = ticket();
        let mut after = ticket();
        after.updated_at = Some(Timestamp::UNIX_EPOCH);
        after.updated_by = Some("bob".into());
        after.closed_at = Some(Timestamp::UNIX_EPOCH);
        assert_eq!(between(&before, &after), []);
        after.sla_response_due_at = Some(Timestamp::UNIX_EPOCH);
        after.title = "Else".into();
        let names: Vec<_> = between(&before, &after).iter().map(|one| one.name).collect();
        assert_eq!(names, ["title", "sla_response_due_at"]);
    }
}
