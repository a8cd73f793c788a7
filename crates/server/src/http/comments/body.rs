//! What the bodies about comments say.
//!
//! **Invariant:** a key of the body that has no effect is refused by name, never dropped.

use callboard_model::CommentId;
use serde_json::{Map, Value as Json};

use crate::domain::comment::{Draft, text};
use crate::domain::value::ID_MAX;
use crate::domain::{Issue, emoji};

/// The most minutes that somebody can say went into a comment: a year.
const TIME_SPENT_MAX: i64 = 366 * 24 * 60;
/// The most bytes of JSON that a program keeps with a comment. More is refused.
const METADATA_MAX: usize = 16 * 1024;

/// What somebody wants to say.
#[derive(Debug)]
pub(super) struct Saying {
    pub(super) draft: Draft,
    pub(super) parent: Option<CommentId>,
    pub(super) time_spent: Option<i64>,
    pub(super) metadata: Option<Map<String, Json>>,
}

/// A new comment.
pub(super) fn saying(body: &Map<String, Json>) -> Result<Saying, Vec<Issue>> {
    let mut issues = Vec::new();
    let mut words = Err(required("comment_text"));
    let (mut parent, mut time_spent, mut metadata) = (None, None, None);
    let (mut is_internal, mut is_resolution) = (false, false);
    let (mut spares_contacts, mut spares_colleagues) = (false, false);
    for (key, json) in body {
        let read = match key.as_str() {
            "comment_text" => {
                words = string(key, json).and_then(text);
                Ok(())
            }
            "is_internal" => flag(key, json).map(|flag| is_internal = flag),
            "is_resolution" => flag(key, json).map(|flag| is_resolution = flag),
            "parent_comment_id" => id(key, json).map(|id| parent = id),
            "time_spent" => minutes(key, json).map(|minutes| time_spent = minutes),
            "metadata" => object(key, json).map(|object| metadata = object),
            // Nobody is notified of comments yet: to spare somebody is obeyed by doing nothing.
            "suppressContactNotifications" => flag(key, json).map(|flag| spares_contacts = flag),
            "suppressInternalNotifications" => flag(key, json).map(|flag| spares_colleagues = flag),
            _ => Err(unknown(key)),
        };
        issues.extend(read.err());
    }
    if spares_colleagues && !spares_contacts {
        let message = "Colleagues are only spared together with contacts";
        issues.push(Issue::at("suppressInternalNotifications", "custom", message));
    }
    match words {
        Ok(text) if issues.is_empty() => {
            Ok(Saying { draft: Draft { text, is_internal, is_resolution }, parent, time_spent, metadata })
        }
        words => {
            issues.extend(words.err());
            Err(issues)
        }
    }
}

/// Other words for a comment.
pub(super) fn words(body: &Map<String, Json>) -> Result<String, Vec<Issue>> {
    only(body, "comment_text", text)
}

/// A reaction.
pub(super) fn reaction(body: &Map<String, Json>) -> Result<String, Vec<Issue>> {
    only(body, "emoji", emoji::emoji)
}

/// The text of the one key that the body has.
fn only(
    body: &Map<String, Json>,
    name: &'static str,
    read: impl FnOnce(&str) -> Result<String, Issue>,
) -> Result<String, Vec<Issue>> {
    let mut issues: Vec<_> = body.keys().filter(|key| *key != name).map(|key| unknown(key)).collect();
    let sent = body.get(name).ok_or_else(|| required(name));
    match sent.and_then(|json| string(name, json)).and_then(read) {
        Ok(text) if issues.is_empty() => Ok(text),
        other => {
            issues.extend(other.err());
            Err(issues)
        }
    }
}

fn required(key: &str) -> Issue {
    Issue::at(key, "invalid_type", "Required")
}

fn unknown(key: &str) -> Issue {
    Issue::at(key, "unrecognized_keys", format!("{key} is not known here"))
}

fn wrong(key: &str, expected: &str) -> Issue {
    Issue::at(key, "invalid_type", format!("{key} is {expected}"))
}

fn string<'a>(key: &str, json: &'a Json) -> Result<&'a str, Issue> {
    json.as_str().ok_or_else(|| wrong(key, "text"))
}

fn flag(key: &str, json: &Json) -> Result<bool, Issue> {
    match json {
        Json::Null => Ok(false),
        json => json.as_bool().ok_or_else(|| wrong(key, "true or false")),
    }
}

fn id(key: &str, json: &Json) -> Result<Option<CommentId>, Issue> {
    match json {
        Json::Null => Ok(None),
        Json::String(text) if (1..=ID_MAX).contains(&text.len()) => Ok(Some(text.as_str().into())),
        _ => Err(wrong(key, "an id")),
    }
}

fn minutes(key: &str, json: &Json) -> Result<Option<i64>, Issue> {
    match json {
        Json::Null => Ok(None),
        json => match json.as_i64() {
            Some(minutes @ 0..=TIME_SPENT_MAX) => Ok(Some(minutes)),
            Some(_) => Err(Issue::at(key, "out_of_range", format!("{key} is 0 to {TIME_SPENT_MAX} minutes"))),
            None => Err(wrong(key, "a whole number of minutes")),
        },
    }
}

fn object(key: &str, json: &Json) -> Result<Option<Map<String, Json>>, Issue> {
    match json {
        Json::Null => Ok(None),
        Json::Object(object) if json.to_string().len() <= METADATA_MAX => Ok(Some(object.clone())),
        Json::Object(_) => {
            Err(Issue::at(key, "too_big", format!("{key} has at most {METADATA_MAX} bytes of JSON")))
        }
        _ => Err(wrong(key, "an object")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn codes(body: Json) -> Vec<(String, &'static str)> {
        let issues = saying(body.as_object().expect("an object")).expect_err("refused");
        issues.into_iter().map(|issue| (issue.path.join("."), issue.code)).collect()
    }

    #[test]
    fn every_wrong_key_is_named() {
        assert_eq!(codes(json!({})), [("comment_text".to_owned(), "invalid_type")]);
        for (key, value, code) in [
            ("is_internal", json!("yes"), "invalid_type"),
            ("is_resolution", json!(1), "invalid_type"),
            ("parent_comment_id", json!("x".repeat(65)), "invalid_type"),
            ("time_spent", json!(-1), "out_of_range"),
            ("time_spent", json!(1.5), "invalid_type"),
            ("metadata", json!([]), "invalid_type"),
            ("metadata", json!({ "a": "x".repeat(METADATA_MAX) }), "too_big"),
            ("suppressInternalNotifications", json!(true), "custom"),
            ("color", json!("red"), "unrecognized_keys"),
        ] {
            assert_eq!(codes(json!({ "comment_text": "x", (key): value })), [(key.to_owned(), code)]);
        }
    }

    #[test]
    fn a_body_with_everything_is_read() {
        let body = json!({
            "comment_text": " Fixed ", "is_internal": true, "is_resolution": true, "parent_comment_id": "c1",
            "time_spent": 15, "metadata": {"a": 1}, "suppressContactNotifications": true,
            "suppressInternalNotifications": true,
        });
        let read = saying(body.as_object().expect("an object")).expect("read");
        assert_eq!(read.draft, Draft { text: "Fixed".to_owned(), is_internal: true, is_resolution: true });
        assert_eq!((read.parent, read.time_spent), (Some("c1".into()), Some(15)));
        assert_eq!(read.metadata.expect("kept")["a"], 1);
    }
}
