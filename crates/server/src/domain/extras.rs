//! What is kept of a ticket beside its fields: a link, tags, and attributes with the description among them.
//!
//! It exists because a board of many thousand tickets needs none of it, while the stock's API reads and writes it.
//!
//! **Invariant:** everything that is kept here was brought to one spelling and has a bound.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::Issue;

/// The longest link, in bytes. A longer one is refused.
pub const URL_MAX: usize = 2048;
/// Tags of one ticket at most. One more is refused.
pub const TAGS_MAX: usize = 50;
/// The longest tag, in characters. A longer one is refused.
pub const TAG_MAX: usize = 50;
/// The most bytes that the attributes have as JSON, the description included. More is refused.
pub const ATTRIBUTES_MAX: usize = 256 * 1024;

/// What a ticket has beside its fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Extras {
    /// A link to where it came from.
    pub url: Option<String>,
    /// Anything else, by name; `description` is what the ticket is about at length.
    pub attributes: Map<String, Json>,
    /// Words to find it by.
    pub tags: BTreeSet<String>,
    /// By which way it came in: written once, when it is opened.
    pub source: Option<String>,
    /// Who opened it: `internal`, `client_portal`, `inbound_email` or `api`. Written once.
    pub ticket_origin: Option<String>,
}

/// What somebody wants of it to be otherwise; `None` leaves it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WantedExtras {
    /// The link, or none.
    pub url: Option<Option<String>>,
    /// All attributes: those that are not named here go.
    pub attributes: Option<Map<String, Json>>,
    /// All tags.
    pub tags: Option<BTreeSet<String>>,
}

impl Extras {
    /// What can be changed, by its name on the wire.
    #[must_use]
    pub fn named(&self) -> [(&'static str, Json); 3] {
        [
            ("url", self.url.clone().into()),
            ("attributes", self.attributes.clone().into()),
            ("tags", self.tags.iter().cloned().collect::<Vec<_>>().into()),
        ]
    }
}

impl WantedExtras {
    /// Takes one key of a body; `None` when the key is not one of these.
    pub fn read(&mut self, key: &str, json: &Json) -> Option<Result<(), Issue>> {
        let read = match key {
            "url" => url(json).map(|url| self.url = Some(url)),
            "attributes" => attributes(json).map(|attributes| self.attributes = Some(attributes)),
            "tags" => tags(json).map(|tags| self.tags = Some(tags)),
            _ => return None,
        };
        Some(read)
    }

    /// What stands there when this is written over `current`.
    #[must_use]
    pub fn over(&self, current: &Extras) -> Extras {
        let mut after = current.clone();
        if let Some(url) = &self.url {
            after.url.clone_from(url);
        }
        if let Some(attributes) = &self.attributes {
            after.attributes.clone_from(attributes);
        }
        if let Some(tags) = &self.tags {
            after.tags.clone_from(tags);
        }
        after
    }
}

/// A tag's id. Tags are their words and nothing else, so the id follows from the word, and no two companies share one.
#[must_use]
pub fn tag_id(tenant: &str, tag: &str) -> String {
    let hash = Sha256::new().chain_update(tenant).chain_update([0]).chain_update(tag).finalize();
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

/// A tag as it is kept: no edge of blanks, and in small letters, as the stock compares them.
#[must_use]
pub fn tag(text: &str) -> String {
    text.trim().to_lowercase()
}

fn url(json: &Json) -> Result<Option<String>, Issue> {
    let text = match json {
        Json::Null => return Ok(None),
        Json::String(text) => text.trim(),
        _ => return Err(Issue::at("url", "invalid_type", "url is text")),
    };
    match text.len() {
        0 => Ok(None),
        1..=URL_MAX if is_link(text) => Ok(Some(text.to_owned())),
        1..=URL_MAX => Err(Issue::at("url", "invalid_string", "url is not an http or https address")),
        _ => Err(Issue::at("url", "too_big", format!("url has at most {URL_MAX} bytes"))),
    }
}

/// Only what a browser opens as a page: a link that runs something is none.
fn is_link(text: &str) -> bool {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    let rest = if lower.starts_with("https://") { text.get(8..) } else { None };
    let rest = rest.or_else(|| if lower.starts_with("http://") { text.get(7..) } else { None });
    rest.is_some_and(|rest| !rest.is_empty() && !rest.chars().any(|c| c.is_whitespace() || c.is_control()))
}

fn attributes(json: &Json) -> Result<Map<String, Json>, Issue> {
    let map = match json {
        Json::Null => return Ok(Map::new()),
        Json::Object(map) => map,
        _ => return Err(Issue::at("attributes", "invalid_type", "attributes is an object")),
    };
    if json.to_string().len() > ATTRIBUTES_MAX {
        let message = format!("attributes have at most {ATTRIBUTES_MAX} bytes");
        return Err(Issue::at("attributes", "too_big", message));
    }
    Ok(map.clone())
}

fn tags(json: &Json) -> Result<BTreeSet<String>, Issue> {
    let list = match json {
        Json::Null => return Ok(BTreeSet::new()),
        Json::Array(list) => list,
        _ => return Err(Issue::at("tags", "invalid_type", "tags is a list of text")),
    };
    let words = list.iter().map(|one| one.as_str().map(tag)).collect::<Option<BTreeSet<_>>>();
    let words = words.ok_or_else(|| Issue::at("tags", "invalid_type", "a tag is text"))?;
    if words.len() > TAGS_MAX {
        return Err(Issue::at("tags", "too_big", format!("A ticket has at most {TAGS_MAX} tags")));
    }
    let fits = |word: &String| (1..=TAG_MAX).contains(&word.chars().count()) && !word.contains(',');
    if words.iter().all(fits) {
        Ok(words)
    } else {
        let message = format!("A tag has 1 to {TAG_MAX} characters and no comma");
        Err(Issue::at("tags", "invalid_string", message))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(key: &str, json: &Json) -> Result<Extras, &'static str> {
        let mut wanted = WantedExtras::default();
        wanted.read(key, json).expect("a key of these").map_err(|issue| issue.code)?;
        Ok(wanted.over(&Extras::default()))
    }

    #[test]
    fn a_tag_has_one_spelling_and_comes_once() {
        let read = read("tags", &json!([" VPN ", "vpn", "Büro"])).expect("tags");
        assert_eq!(read.tags.into_iter().collect::<Vec<_>>(), ["büro", "vpn"]);
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        let many: Vec<String> = (0..=TAGS_MAX).map(|number| number.to_string()).collect();
        for (key, json, code) in [
            ("tags", json!("vpn"), "invalid_type"),
            ("tags", json!([1]), "invalid_type"),
            ("tags", json!([" "]), "invalid_string"),
            ("tags", json!(["a,b"]), "invalid_string"),
            ("tags", json!(["x".repeat(TAG_MAX + 1)]), "invalid_string"),
            ("tags", json!(many), "too_big"),
            ("url", json!(7), "invalid_type"),
            ("url", json!("javascript:alert(1)"), "invalid_string"),
            ("url", json!("https://"), "invalid_string"),
            ("url", json!("https://a b"), "invalid_string"),
            ("url", json!(format!("https://{}", "x".repeat(URL_MAX))), "too_big"),
            ("attributes", json!([]), "invalid_type"),
            ("attributes", json!({"a": "x".repeat(ATTRIBUTES_MAX)}), "too_big"),
        ] {
            assert_eq!(
                read(key, &json).err(),
                Some(code),
                "{key} {}",
                &json.to_string()[..20.min(json.to_string().len())]
            );
        }
        assert!(WantedExtras::default().read("title", &json!("x")).is_none());
    }

    #[test]
    fn null_clears() {
        let full = Extras {
            url: Some("https://a".to_owned()),
            attributes: Map::from_iter([("a".to_owned(), json!(1))]),
            tags: ["x".to_owned()].into(),
            ..Extras::default()
        };
        let mut wanted = WantedExtras::default();
        for key in ["url", "attributes", "tags"] {
            wanted.read(key, &Json::Null).expect("a key of these").expect("null is fine");
        }
        assert_eq!(wanted.over(&full), Extras::default());
    }

    #[test]
    fn the_id_of_a_tag_is_the_same_every_time_and_another_behind_another_wall() {
        assert_eq!(tag_id("t", "vpn"), tag_id("t", "vpn"));
        assert_ne!(tag_id("t", "vpn"), tag_id("x", "vpn"));
        assert_ne!(tag_id("t", "vpn"), tag_id("t", "lan"));
    }
}
