//! Whether a field can hold what was sent, and how it is spelled when stored.
//!
//! It exists so that two spellings of the same value never look like a change or a conflict.
//!
//! **Invariant:** only looks at one value; whether an id exists is for [`super::apply`].

use callboard_model::{Field, Timestamp, Value};

use super::{Issue, Wanted};

/// The longest title, in characters.
pub const TITLE_MAX: usize = 255;
/// The longest id that is looked up at all.
pub const ID_MAX: usize = 64;

/// Brings what was sent to its stored spelling, or says everything that is wrong with it.
pub fn normalise(sent: &Wanted) -> Result<Wanted, Vec<Issue>> {
    let mut wanted = Wanted::new();
    let mut issues = Vec::new();
    for (&field, value) in sent {
        match normalised(field, value) {
            Ok(value) => {
                wanted.insert(field, value);
            }
            Err(issue) => issues.push(issue),
        }
    }
    if issues.is_empty() { Ok(wanted) } else { Err(issues) }
}

fn normalised(field: Field, value: &Value) -> Result<Value, Issue> {
    match field {
        Field::Title => title(value),
        Field::Status | Field::Priority | Field::Board | Field::Client => id(field, value),
        Field::Assignee
        | Field::Team
        | Field::Category
        | Field::Subcategory
        | Field::Contact
        | Field::Location => {
            if value.is_empty() {
                Ok(Value::Empty)
            } else {
                id(field, value)
            }
        }
        Field::Impact | Field::Urgency => level(field, value),
        Field::DueDate => instant(value),
        Field::ResponseState => response_state(value),
    }
}

fn title(value: &Value) -> Result<Value, Issue> {
    let text = value.as_text().ok_or_else(|| wrong_type(Field::Title, "text"))?.trim();
    match text.chars().count() {
        0 => Err(Issue::at("title", "too_small", "A title cannot be empty")),
        1..=TITLE_MAX => Ok(text.into()),
        _ => Err(Issue::at("title", "too_big", format!("A title has at most {TITLE_MAX} characters"))),
    }
}

fn id(field: Field, value: &Value) -> Result<Value, Issue> {
    let text = value.as_text().ok_or_else(|| wrong_type(field, "an id"))?;
    if text.is_empty() || text.len() > ID_MAX {
        return Err(Issue::at(field.name(), "invalid_string", format!("{field} is not an id")));
    }
    Ok(value.clone())
}

fn level(field: Field, value: &Value) -> Result<Value, Issue> {
    match value {
        Value::Empty | Value::Number(1..=5) => Ok(value.clone()),
        Value::Number(_) => {
            Err(Issue::at(field.name(), "out_of_range", format!("{field} is a level from 1 to 5")))
        }
        Value::Flag(_) | Value::Text(_) => Err(wrong_type(field, "a level from 1 to 5")),
    }
}

fn instant(value: &Value) -> Result<Value, Issue> {
    if value.is_empty() {
        return Ok(Value::Empty);
    }
    let text = value.as_text().ok_or_else(|| wrong_type(Field::DueDate, "a time"))?;
    let at: Timestamp = text.parse().map_err(|_| {
        Issue::at("due_date", "invalid_datetime", "due_date is not a time such as 2026-11-21T10:00:00Z")
    })?;
    let stored = to_millisecond(at)
        .ok_or_else(|| Issue::at("due_date", "invalid_datetime", "due_date is out of range"))?;
    Ok(stored.to_string().as_str().into())
}

/// Times are stored to the millisecond.
#[must_use]
pub fn to_millisecond(at: Timestamp) -> Option<Timestamp> {
    Timestamp::from_millisecond(at.as_millisecond()).ok()
}

fn response_state(value: &Value) -> Result<Value, Issue> {
    match value {
        Value::Empty => Ok(Value::Empty),
        Value::Text(text) if matches!(&**text, "awaiting_client" | "awaiting_internal") => Ok(value.clone()),
        Value::Flag(_) | Value::Number(_) | Value::Text(_) => Err(Issue::at(
            "response_state",
            "invalid_enum_value",
            "response_state is awaiting_client, awaiting_internal or null",
        )),
    }
}

fn wrong_type(field: Field, expected: &str) -> Issue {
    Issue::at(field.name(), "invalid_type", format!("{field} is {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(field: Field, value: Value) -> Result<Value, &'static str> {
        normalise(&Wanted::from([(field, value)]))
            .map(|mut wanted| wanted.remove(&field).expect("it was sent"))
            .map_err(|issues| issues[0].code)
    }

    #[test]
    fn a_title_has_1_to_255_characters_and_no_edge_of_blanks() {
        assert_eq!(one(Field::Title, "  VPN down ".into()), Ok("VPN down".into()));
        assert_eq!(one(Field::Title, "é".repeat(255).as_str().into()), Ok("é".repeat(255).as_str().into()));
        assert_eq!(one(Field::Title, "é".repeat(256).as_str().into()), Err("too_big"));
        assert_eq!(one(Field::Title, " \t ".into()), Err("too_small"));
        assert_eq!(one(Field::Title, Value::Empty), Err("invalid_type"));
        assert_eq!(one(Field::Title, Value::Number(7)), Err("invalid_type"));
    }

    /// Every field against every kind of value: only these pairs are let through.
    #[test]
    fn a_field_takes_its_own_kind_of_value_and_no_other() {
        for &field in Field::ALL {
            let text = match field {
                Field::DueDate => "2026-11-21T10:00:00Z",
                Field::ResponseState => "awaiting_client",
                _ => "some-id",
            };
            let level = matches!(field, Field::Impact | Field::Urgency);
            let required = matches!(
                field,
                Field::Title | Field::Status | Field::Priority | Field::Board | Field::Client
            );
            assert_eq!(one(field, Value::Empty).is_ok(), !required, "{field} null");
            assert_eq!(one(field, text.into()).is_ok(), !level, "{field} text");
            assert_eq!(one(field, Value::Number(3)).is_ok(), level, "{field} number");
            assert!(one(field, Value::Flag(true)).is_err(), "{field} flag");
        }
    }

    #[test]
    fn a_level_is_1_to_5() {
        for level in -1..=7 {
            assert_eq!(one(Field::Impact, Value::Number(level)).is_ok(), (1..=5).contains(&level), "{level}");
        }
    }

    #[test]
    fn two_spellings_of_an_instant_are_one_value() {
        let stored = one(Field::DueDate, "2026-11-21T10:00:00.123Z".into());
        assert_eq!(one(Field::DueDate, "2026-11-21T11:00:00.123456+01:00".into()), stored);
        assert_eq!(one(Field::DueDate, "tomorrow".into()), Err("invalid_datetime"));
    }
}
