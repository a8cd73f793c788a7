//! Hints that can be recognised: what is published, and which of them arrived.
//!
//! A hint in the stock's shape has room for a mark where every server carries it through: the author's id. Hints of real
//! saves have the version instead. So send and arrival meet without a clock in the message.
//!
//! **Invariant:** what is published is a hint in the stock's format and nothing else.

/// What stands before the number of a published hint.
const MARK: &[u8] = b"\"bench-";
/// What stands before the version in a hint of our own server.
const VERSION: &[u8] = b"\"version\":";

/// How hints are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// By the number that [`payload`] put in.
    Number,
    /// By the version of the ticket.
    Version,
}

impl Key {
    /// The key of a hint; `None` when it is not one of ours.
    #[must_use]
    pub fn read(self, payload: &[u8]) -> Option<u64> {
        let before = match self {
            Self::Number => MARK,
            Self::Version => VERSION,
        };
        let start = payload.windows(before.len()).position(|window| window == before)? + before.len();
        let digits = payload[start..].iter().take_while(|byte| byte.is_ascii_digit());
        let mut number = None;
        for digit in digits {
            number = Some(number.unwrap_or(0_u64).checked_mul(10)?.checked_add(u64::from(digit - b'0'))?);
        }
        number
    }
}

/// A hint as the stock server publishes it, with a number in it.
#[must_use]
pub fn payload(number: u64) -> String {
    format!(
        "{{\"updatedFields\":[\"status_id\",\"assigned_to\"],\"updatedBy\":{{\"userId\":\"bench-{number:012}\",\
         \"displayName\":\"Nora Berg\"}},\"updatedAt\":\"2026-01-01T00:00:00.000Z\"}}"
    )
}

#[cfg(test)]
mod tests {
    use callboard_model::Hint;

    use super::*;

    #[test]
    fn a_published_hint_is_the_stocks_and_its_number_comes_through_our_own_reader_and_writer() {
        for number in [0, 7, 1_234_567_890] {
            let hint: Hint = serde_json::from_str(&payload(number)).expect("a stock hint");
            let written = serde_json::to_string(&hint).expect("plain data");
            assert_eq!(Key::Number.read(written.as_bytes()), Some(number), "{written}");
        }
    }

    #[test]
    fn a_real_save_is_known_by_its_version() {
        let hint = br#"{"updatedFields":["title"],"updatedBy":{"userId":"u"},"version":42,"seq":7}"#;
        assert_eq!(Key::Version.read(hint), Some(42));
        assert_eq!(Key::Number.read(hint), None);
    }

    #[test]
    fn what_has_no_number_has_no_key() {
        for payload in ["", "{}", "\"bench-", "\"bench-x\"", "\"bench-99999999999999999999999\""] {
            assert_eq!(Key::Number.read(payload.as_bytes()), None, "{payload:?}");
        }
    }
}
