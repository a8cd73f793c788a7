//! The rules that tie a ticket's fields to each other, each on every combination of what can be sent (LT-8,
//! `alga-psa.md` 6.2).
//!
//! **Invariant:** each rule is said here once more in other words than in the code.

use super::tests::{facts, ticket};
use super::*;

/// What is sent for a field: nothing, or a value; the empty text clears.
type Sent = Option<&'static str>;

fn save(sent: &[(Field, Sent)]) -> Result<Ticket, Vec<Issue>> {
    let wanted: Wanted = sent
        .iter()
        .filter_map(|&(field, value)| {
            value.map(|value| (field, if value.is_empty() { Value::Empty } else { value.into() }))
        })
        .collect();
    let after = apply(&ticket(), &wanted, &facts(), &"bob".into(), Timestamp::UNIX_EPOCH)?;
    for (&field, value) in &wanted {
        assert_eq!(after.value(field), *value, "{sent:?}: what was sent and not refused is there");
    }
    Ok(after)
}

/// Where each status of the tests belongs.
fn board_of_status(status: &str) -> Option<&'static str> {
    match status {
        "new" | "hold" | "done" | "void" => Some("help"),
        "planned" => Some("field"),
        _ => None,
    }
}

/// The board of a category, and what is above it.
fn home_of_category(category: &str) -> Option<(&'static str, &'static str)> {
    match category {
        "net" | "hw" => Some(("help", "")),
        "vpn" => Some(("help", "net")),
        "laptop" => Some(("help", "hw")),
        "visit" => Some(("field", "")),
        _ => None,
    }
}

fn client_of(place_or_contact: &str) -> Option<&'static str> {
    match place_or_contact {
        "mill-hq" | "mill-ann" => Some("mill"),
        "bank-hq" | "bank-ben" => Some("bank"),
        _ => None,
    }
}

#[test]
fn a_status_belongs_to_the_board_and_a_move_to_another_board_needs_one_of_it() {
    for board in [None, Some("help"), Some("field"), Some("nowhere"), Some("")] {
        for status in [None, Some("new"), Some("done"), Some("planned"), Some("nonsense"), Some("")] {
            let saved = save(&[(Field::Board, board), (Field::Status, status)]);
            let (on, is) = (board.unwrap_or("help"), status.unwrap_or("new"));
            let fits = matches!(on, "help" | "field") && board_of_status(is) == Some(on);
            assert_eq!(saved.is_ok(), fits, "board {board:?} status {status:?}");
            if let Ok(after) = saved {
                assert_eq!(after.status_is_closed, is == "done", "board {board:?} status {status:?}");
            }
        }
    }
}

#[test]
fn a_category_belongs_to_the_board_and_a_subcategory_to_the_category() {
    let categories =
        [None, Some(""), Some("net"), Some("hw"), Some("vpn"), Some("laptop"), Some("visit"), Some("x")];
    for (board, status) in [(None, None), (Some("help"), None), (Some("field"), Some("planned"))] {
        for category in categories {
            for subcategory in categories {
                let sent = [
                    (Field::Board, board),
                    (Field::Status, status),
                    (Field::Category, category),
                    (Field::Subcategory, subcategory),
                ];
                let on = board.unwrap_or("help");
                let upper = |id: &str| id.is_empty() || home_of_category(id) == Some((on, ""));
                // What was not sent and does not fit any more goes by itself.
                let above = category.unwrap_or(if on == "help" { "net" } else { "" });
                let below = |id: &str| {
                    id.is_empty()
                        || home_of_category(id)
                            .is_some_and(|(_, parent)| !parent.is_empty() && parent == above)
                };
                let fits = category.is_none_or(upper) && subcategory.is_none_or(below);
                let saved = save(&sent);
                assert_eq!(saved.is_ok(), fits, "{sent:?}");
                let Ok(after) = saved else { continue };
                let held =
                    |id: Option<&callboard_model::CategoryId>| id.map_or(String::new(), ToString::to_string);
                let (category, subcategory) =
                    (held(after.category_id.as_ref()), held(after.subcategory_id.as_ref()));
                assert!(upper(&category), "{sent:?} left {category}");
                let home = home_of_category(&subcategory).map(|(_, parent)| parent);
                assert!(subcategory.is_empty() || home == Some(&*category), "{sent:?} left {subcategory}");
            }
        }
    }
}

#[test]
fn a_location_and_a_contact_belong_to_the_client() {
    for client in [None, Some("mill"), Some("bank"), Some("ghost"), Some("")] {
        for location in [None, Some(""), Some("mill-hq"), Some("bank-hq"), Some("x")] {
            for contact in [None, Some(""), Some("mill-ann"), Some("bank-ben"), Some("x")] {
                let sent = [(Field::Client, client), (Field::Location, location), (Field::Contact, contact)];
                let whose = client.unwrap_or("mill");
                let own = |id: &str| id.is_empty() || client_of(id) == Some(whose);
                let fits =
                    matches!(whose, "mill" | "bank") && location.is_none_or(own) && contact.is_none_or(own);
                let saved = save(&sent);
                assert_eq!(saved.is_ok(), fits, "{sent:?}");
                let Ok(after) = saved else { continue };
                let kept = whose == "mill";
                assert_eq!(
                    after.location_id.is_some(),
                    location.map_or(kept, |id| !id.is_empty()),
                    "{sent:?}"
                );
                assert_eq!(
                    after.contact_name_id.is_some(),
                    contact.map_or(kept, |id| !id.is_empty()),
                    "{sent:?}"
                );
            }
        }
    }
}

/// All 36 pairs of levels and their absence, sent together and one after the other, to a ticket of priority `p3`.
#[test]
fn impact_and_urgency_decide_the_level_and_the_priority_where_there_is_one() {
    let levels = [None, Some(1), Some(2), Some(3), Some(4), Some(5)];
    for impact in levels {
        for urgency in levels {
            let held = |level: Option<i64>| level.map_or(Value::Empty, Value::Number);
            let wanted: Wanted = [(Field::Impact, held(impact)), (Field::Urgency, held(urgency))].into();
            let save = |before: &Ticket, wanted: &Wanted| {
                apply(before, wanted, &facts(), &"bob".into(), Timestamp::UNIX_EPOCH).expect("it fits")
            };
            let together = save(&ticket(), &wanted);
            let one_by_one = wanted.iter().fold(ticket(), |before, (&field, value)| {
                save(&before, &Wanted::from([(field, value.clone())]))
            });
            assert_eq!(together, one_by_one, "{impact:?} {urgency:?}");
            let level = impact.zip(urgency).and_then(|(impact, urgency)| itil::level(impact, urgency));
            assert_eq!(together.itil_priority_level, level, "{impact:?} {urgency:?}");
            let expected =
                level.filter(|level| *level <= 3).map_or("p3".to_owned(), |level| format!("p{level}"));
            assert_eq!(together.priority_id, Some(expected.into()), "{impact:?} {urgency:?}");
        }
    }
}
