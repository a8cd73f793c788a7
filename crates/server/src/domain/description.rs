//! What a ticket is about at length, as plain text.
//!
//! It exists because the stock keeps the description as it left an editor: either as text, or as JSON in BlockNote's
//! blocks, which may itself be text. Whoever shows it should not have to know.
//!
//! **Invariant:** words only: how they looked is left out, and what is no description is no text.

use serde_json::{Map, Value};

/// The text of the description among these attributes, blocks apart by an empty line; `None` where there is none.
#[must_use]
pub fn text(attributes: &Map<String, Value>) -> Option<String> {
    let text = match attributes.get("description")? {
        Value::String(text) => match serde_json::from_str(text) {
            Ok(Value::Array(blocks)) => of_blocks(&blocks),
            _ => text.clone(),
        },
        Value::Array(blocks) => of_blocks(blocks),
        _ => return None,
    };
    Some(text)
}

fn of_blocks(blocks: &[Value]) -> String {
    let mut paragraphs = Vec::new();
    gather(blocks, &mut paragraphs);
    paragraphs.join("\n\n")
}

/// JSON is never nested deeper than its reader allows, and so neither is this.
fn gather(blocks: &[Value], paragraphs: &mut Vec<String>) {
    for block in blocks {
        let mut words = String::new();
        inline(block.get("content").unwrap_or(&Value::Null), &mut words);
        if !words.trim().is_empty() {
            paragraphs.push(words);
        }
        if let Some(Value::Array(children)) = block.get("children") {
            gather(children, paragraphs);
        }
    }
}

/// The words of a line: text, or runs of text, of which a link has its own.
fn inline(content: &Value, words: &mut String) {
    match content {
        Value::String(text) => words.push_str(text),
        Value::Array(runs) => {
            for run in runs {
                match run.get("text") {
                    Some(Value::String(text)) => words.push_str(text),
                    _ => inline(run.get("content").unwrap_or(&Value::Null), words),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(description: Value) -> Option<String> {
        text(&Map::from_iter([("description".to_owned(), description)]))
    }

    #[test]
    fn text_and_blocks_and_blocks_as_text_are_told_as_words() {
        let blocks = json!([
            {"type": "heading", "content": [{"type": "text", "text": "VPN "}, {"type": "text", "text": "down"}]},
            {"type": "bulletListItem", "content": [
                {"type": "link", "href": "https://a", "content": [{"type": "text", "text": "the page"}]},
            ], "children": [{"type": "paragraph", "content": "below it"}]},
            {"type": "paragraph", "content": []},
        ]);
        let words = "VPN down\n\nthe page\n\nbelow it";
        assert_eq!(of(blocks.clone()).as_deref(), Some(words));
        assert_eq!(of(blocks.to_string().into()).as_deref(), Some(words));
        assert_eq!(of(json!("VPN down\nsince nine")).as_deref(), Some("VPN down\nsince nine"));
        assert_eq!(of(json!("[1, 2")).as_deref(), Some("[1, 2"), "no JSON is text");
    }

    #[test]
    fn what_is_no_description_is_no_text() {
        assert_eq!(text(&Map::new()), None);
        for other in [json!(null), json!(7), json!({"a": 1})] {
            assert_eq!(of(other), None);
        }
        assert_eq!(of(json!([1, "x", {"content": 7}])).as_deref(), Some(""));
    }
}
