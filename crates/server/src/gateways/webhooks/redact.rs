//! What never leaves in the body of a webhook (EV-6).
//!
//! **Invariant:** however deep a secret lies, and whatever its value is, only its key is left of it.

use serde_json::{Map, Value};

/// What keys of secrets end in, in any spelling: `apiKey`, `api_key`, `X-Api-Key`.
const SECRETS: [&str; 6] = ["token", "secret", "password", "apikey", "authorization", "signature"];
/// What stands in the place of a secret.
const REDACTED: &str = "[redacted]";
/// A value longer than this, as JSON, is cut out where the whole would be too long.
const LONG: usize = 1024;
/// What stands in the place of what was cut out.
const CUT: &str = "[cut]";

/// The same without the values of secrets.
pub(super) fn secrets(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, value)| (key.clone(), of_key(key, value))).collect())
        }
        Value::Array(list) => list.iter().map(secrets).collect(),
        other => other.clone(),
    }
}

fn of_key(key: &str, value: &Value) -> Value {
    let plain: String =
        key.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    if SECRETS.iter().any(|secret| plain.ends_with(secret)) { REDACTED.into() } else { secrets(value) }
}

/// The same without what is long; of what is too long even so, nothing but that it was.
pub(super) fn long_values(data: &Value, fits: impl Fn(&Value) -> bool) -> Value {
    if fits(data) {
        return data.clone();
    }
    let short = |value: &Value| if value.to_string().len() > LONG { CUT.into() } else { value.clone() };
    let cut = match data {
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, value)| (key.clone(), short(value))).collect())
        }
        other => short(other),
    };
    if fits(&cut) { cut } else { Value::Object(Map::from_iter([("cut".to_owned(), true.into())])) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whatever_is_called_like_a_secret_is_left_out_however_deep() {
        let sent = json!({
            "ticketId": "1", "apiKey": "s1", "Authorization": ["s2"], "signatureRequestId": "r", "tokens": 3,
            "changes": { "custom.portal_password": { "previous": "s3", "new": "s4" }, "title": { "new": "a" } },
            "list": [{ "client-secret": { "deep": "s5" } }, { "X-Signature": 7 }],
        });
        let expected = json!({
            "ticketId": "1", "apiKey": REDACTED, "Authorization": REDACTED, "signatureRequestId": "r", "tokens": 3,
            "changes": { "custom.portal_password": REDACTED, "title": { "new": "a" } },
            "list": [{ "client-secret": REDACTED }, { "X-Signature": REDACTED }],
        });
        assert_eq!(secrets(&sent), expected);
    }

    #[test]
    fn only_what_does_not_fit_is_cut_and_what_is_short_stays() {
        let sent = json!({ "ticketId": "1", "changes": { "description": "x".repeat(5000) } });
        assert_eq!(long_values(&sent, |_| true), sent);
        let fits = |value: &Value| value.to_string().len() < 200;
        assert_eq!(long_values(&sent, fits), json!({ "ticketId": "1", "changes": CUT }));
        assert_eq!(long_values(&sent, |_| false), json!({ "cut": true }));
    }
}
