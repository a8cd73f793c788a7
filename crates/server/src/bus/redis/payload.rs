//! A hint as it lies in a Redis message: the stock's JSON and, behind it, who sent it.
//!
//! **Invariant:** only the keys of a hint get through, whatever a foreign publisher added.

use callboard_model::Hint;
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Sent<'a> {
    #[serde(flatten)]
    hint: &'a Hint,
    via: &'a str,
}

/// A hint and the process it came from; a stock publisher does not say.
#[derive(Debug, Deserialize)]
pub(super) struct Received {
    #[serde(flatten)]
    pub(super) hint: Hint,
    #[serde(default)]
    pub(super) via: Option<String>,
}

pub(super) fn write(hint: &Hint, via: &str) -> serde_json::Result<String> {
    serde_json::to_string(&Sent { hint, via })
}

pub(super) fn read(bytes: &[u8]) -> serde_json::Result<Received> {
    serde_json::from_slice(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STOCK: &str = r#"{"updatedFields":["status_id"],"updatedBy":{"userId":"u","displayName":"Bob"},"updatedAt":"2026-11-21T10:00:00Z"}"#;

    #[test]
    fn a_stock_payload_is_read_and_ours_begins_like_it() {
        let stock = read(STOCK.as_bytes()).expect("a stock payload");
        assert_eq!(stock.via, None);
        let ours = write(&stock.hint, "n1").expect("plain data");
        assert_eq!(ours, STOCK.replace("Z\"}", "Z\",\"via\":\"n1\"}"));
        let back = read(ours.as_bytes()).expect("our own");
        assert_eq!((back.hint, back.via.as_deref()), (stock.hint, Some("n1")));
    }

    #[test]
    fn what_is_no_hint_is_an_error() {
        for text in ["", "null", "[]", "{}", r#"{"updatedFields":"title"}"#, "\u{0}"] {
            assert!(read(text.as_bytes()).is_err(), "{text:?}");
        }
    }
}
