//! What the bodies about bundles say.
//!
//! **Invariant:** a key of the body that has no effect is refused by name, never dropped.

use callboard_model::TicketId;
use serde_json::{Map, Value as Json};

use crate::domain::Issue;
use crate::domain::bundle::{CHILDREN_MAX, Mode};
use crate::domain::value::ID_MAX;
use crate::store::bundles::Rearrange;

const CHILDREN: &str = "child_ticket_ids";
const MODE: &str = "mode";
const REOPEN: &str = "reopen_on_child_reply";
const NEW_MASTER: &str = "new_master_ticket_id";

/// The tickets that shall join, and for a new bundle how it shall behave.
pub(super) fn children(
    body: &Map<String, Json>,
    is_new: bool,
) -> Result<(Vec<TicketId>, Option<Mode>), Vec<Issue>> {
    let known: &[&str] = if is_new { &[CHILDREN, MODE] } else { &[CHILDREN] };
    let mut issues = unknown(body, known);
    let children = body.get(CHILDREN).map_or_else(|| Err(required(CHILDREN)), ids);
    let mode = optional(body, MODE, mode).unwrap_or_else(|issue| {
        issues.push(issue);
        None
    });
    match children {
        Ok(children) if issues.is_empty() => Ok((children, is_new.then(|| mode.unwrap_or_default()))),
        other => {
            issues.extend(other.err());
            Err(issues)
        }
    }
}

/// Who shall speak for the bundle.
pub(super) fn promotion(body: &Map<String, Json>) -> Result<TicketId, Vec<Issue>> {
    let mut issues = unknown(body, &[NEW_MASTER]);
    match body.get(NEW_MASTER).map_or_else(|| Err(required(NEW_MASTER)), |json| id(NEW_MASTER, json)) {
        Ok(id) if issues.is_empty() => Ok(id),
        other => {
            issues.extend(other.err());
            Err(issues)
        }
    }
}

/// How the bundle shall behave; at least one thing is said.
pub(super) fn settings(body: &Map<String, Json>) -> Result<Rearrange, Vec<Issue>> {
    let mut issues = unknown(body, &[MODE, REOPEN]);
    let mode = optional(body, MODE, mode).map_err(|issue| issues.push(issue));
    let reopen = optional(body, REOPEN, flag).map_err(|issue| issues.push(issue));
    if issues.is_empty() && mode == Ok(None) && reopen == Ok(None) {
        issues.push(Issue::at(MODE, "custom", format!("Say {MODE}, {REOPEN} or both")));
    }
    match (mode, reopen) {
        (Ok(mode), Ok(reopen_on_child_reply)) if issues.is_empty() => {
            Ok(Rearrange::Settle { mode, reopen_on_child_reply })
        }
        _ => Err(issues),
    }
}

fn unknown(body: &Map<String, Json>, known: &[&str]) -> Vec<Issue> {
    let others = body.keys().filter(|key| !known.contains(&key.as_str()));
    others.map(|key| Issue::at(key, "unrecognized_keys", format!("{key} is not known here"))).collect()
}

fn required(key: &str) -> Issue {
    Issue::at(key, "invalid_type", "Required")
}

fn optional<T>(
    body: &Map<String, Json>,
    key: &str,
    read: impl FnOnce(&str, &Json) -> Result<T, Issue>,
) -> Result<Option<T>, Issue> {
    body.get(key).filter(|json| !json.is_null()).map(|json| read(key, json)).transpose()
}

fn ids(json: &Json) -> Result<Vec<TicketId>, Issue> {
    let wrong = || Issue::at(CHILDREN, "invalid_type", format!("{CHILDREN} is a list of ids"));
    let list = json.as_array().ok_or_else(wrong)?;
    match list.len() {
        0 => Err(Issue::at(CHILDREN, "too_small", "A bundle needs a child")),
        1..=CHILDREN_MAX => list.iter().map(|one| id(CHILDREN, one)).collect(),
        _ => Err(Issue::at(CHILDREN, "too_big", format!("A bundle has at most {CHILDREN_MAX} children"))),
    }
}

fn id(key: &str, json: &Json) -> Result<TicketId, Issue> {
    match json {
        Json::String(text) if (1..=ID_MAX).contains(&text.len()) => Ok(text.as_str().into()),
        _ => Err(Issue::at(key, "invalid_type", format!("{key} takes ids of tickets"))),
    }
}

fn mode(key: &str, json: &Json) -> Result<Mode, Issue> {
    let mode = json.as_str().and_then(Mode::from_name);
    mode.ok_or_else(|| Issue::at(key, "invalid_enum_value", "mode is link_only or sync_updates"))
}

fn flag(key: &str, json: &Json) -> Result<bool, Issue> {
    json.as_bool().ok_or_else(|| Issue::at(key, "invalid_type", format!("{key} is true or false")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn code<T: std::fmt::Debug>(read: Result<T, Vec<Issue>>) -> (String, &'static str) {
        let issues = read.expect_err("refused");
        (issues[0].path.join("."), issues[0].code)
    }

    fn map(json: &Json) -> &Map<String, Json> {
        json.as_object().expect("an object")
    }

    #[test]
    fn a_bundle_is_made_of_a_bounded_list_of_ids() {
        for (body, key, expected) in [
            (json!({}), CHILDREN, "invalid_type"),
            (json!({ "child_ticket_ids": "a" }), CHILDREN, "invalid_type"),
            (json!({ "child_ticket_ids": [] }), CHILDREN, "too_small"),
            (json!({ "child_ticket_ids": [7] }), CHILDREN, "invalid_type"),
            (json!({ "child_ticket_ids": vec!["a"; CHILDREN_MAX + 1] }), CHILDREN, "too_big"),
            (json!({ "child_ticket_ids": ["a"], "mode": "both" }), MODE, "invalid_enum_value"),
            (json!({ "child_ticket_ids": ["a"], "more": 1 }), "more", "unrecognized_keys"),
        ] {
            assert_eq!(code(children(map(&body), true)), (key.to_owned(), expected), "{body}");
        }
        let read = children(map(&json!({ "child_ticket_ids": ["a"] })), true).expect("read");
        assert_eq!(read, (vec!["a".into()], Some(Mode::SyncUpdates)));
        let later = json!({ "child_ticket_ids": ["a"], "mode": "link_only" });
        assert_eq!(code(children(map(&later), false)), (MODE.to_owned(), "unrecognized_keys"));
    }

    #[test]
    fn settings_say_at_least_one_thing() {
        assert_eq!(code(settings(map(&json!({})))), (MODE.to_owned(), "custom"));
        assert_eq!(
            code(settings(map(&json!({ "reopen_on_child_reply": 1 })))),
            (REOPEN.to_owned(), "invalid_type")
        );
        assert!(settings(map(&json!({ "mode": "link_only" }))).is_ok());
    }

    #[test]
    fn a_promotion_names_the_new_master() {
        assert_eq!(code(promotion(map(&json!({})))), (NEW_MASTER.to_owned(), "invalid_type"));
        assert_eq!(promotion(map(&json!({ "new_master_ticket_id": "a" }))), Ok("a".into()));
    }
}
