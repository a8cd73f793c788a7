//! What an answer means.
//!
//! | status | means |
//! |---|---|
//! | 2xx that can be read | the answer |
//! | 2xx that cannot | broken: a proxy or a portal spoke, or a server of another kind |
//! | 3xx, 5xx, 408 | broken: worth another try |
//! | 401 | signed out, in whichever of its two shapes |
//! | 403 / 404 | forbidden / gone |
//! | 409, 412 with the ticket in `details` | stale; without it a refusal |
//! | 410 | the change feed or the log of events no longer reaches back that far; to any other question the same as 404 |
//! | 429, 503 with `Retry-After` | busy |
//! | any other | a refusal, with the server's code and sentence, and what of the request it names as wrong |
//!
//! **Invariant:** only this module knows status codes.

use std::sync::Arc;
use std::time::Duration;

use callboard_desk::bridge::FieldFault;
use callboard_desk::session::event::Failure;
use callboard_model::Timestamp;
use callboard_model::rest::One;
use callboard_model::schedule::{Overtaken, ScheduleEntry};
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderName, RETRY_AFTER};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tracing::warn;

use crate::rest::send::{HttpAnswer, SendError};

/// What a busy server that names no time is given.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// The longest that a busy server may send us away; what it asks beyond that is cut.
const BUSY_WAIT_MAX: Duration = Duration::from_secs(300);

/// The longest sentence of a server that is passed on, in characters; the rest is cut.
const SENTENCE_CHARS_MAX: usize = 300;

/// The most faults of a request that are passed on; further ones help nobody.
const FAULTS_MAX: usize = 50;

/// The most steps of the path to one, and the longest of them in characters; the rest is cut.
const PATH_MAX: usize = 16;
const STEP_CHARS_MAX: usize = 100;

/// Reads an answer.
pub(crate) fn read<T: DeserializeOwned>(answer: &HttpAnswer) -> Result<T, Failure> {
    if !answer.status.is_success() {
        return Err(failure(answer));
    }
    serde_json::from_slice(&answer.body).map_err(|error| {
        // Where, not what: a body may hold titles and tokens.
        let (line, column) = (error.line(), error.column());
        warn!(status = answer.status.as_u16(), line, column, kind = ?error.classify(), "an answer cannot be read");
        Failure::Broken
    })
}

/// A thing in its envelope, or bare: of some answers either is on the way.
#[derive(Deserialize)]
#[serde(untagged)]
enum Wrapped<T> {
    One(One<T>),
    Bare(T),
}

/// Reads an answer that may or may not stand in an envelope.
pub(crate) fn read_wrapped<T: DeserializeOwned>(answer: &HttpAnswer) -> Result<T, Failure> {
    read(answer).map(|found| match found {
        Wrapped::One(one) => one.data,
        Wrapped::Bare(bare) => bare,
    })
}

/// What it means that no answer came.
pub(crate) fn of_send_error(error: &SendError) -> Failure {
    warn!(?error, "no answer");
    match error {
        SendError::Unreachable(_) => Failure::Unreachable,
        SendError::TooLarge => Failure::Broken,
    }
}

/// The one function that turns a refusal into what the session decides upon.
fn failure(answer: &HttpAnswer) -> Failure {
    match answer.status {
        StatusCode::UNAUTHORIZED => Failure::SignedOut,
        StatusCode::FORBIDDEN => Failure::Forbidden,
        StatusCode::NOT_FOUND => Failure::Gone,
        StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => {
            stale(answer).unwrap_or_else(|| refused(answer))
        }
        StatusCode::GONE => Failure::TooOld,
        StatusCode::TOO_MANY_REQUESTS => Failure::Busy(retry_after(answer).unwrap_or(BUSY_WAIT)),
        StatusCode::SERVICE_UNAVAILABLE => retry_after(answer).map_or(Failure::Broken, Failure::Busy),
        StatusCode::REQUEST_TIMEOUT => Failure::Broken,
        status if status.is_client_error() => refused(answer),
        _ => Failure::Broken,
    }
}

fn stale(answer: &HttpAnswer) -> Option<Failure> {
    details(answer).map(Failure::Stale)
}

/// What a refusal says beside its sentence.
fn details<T: DeserializeOwned>(answer: &HttpAnswer) -> Option<T> {
    #[derive(Deserialize)]
    struct Envelope<T> {
        error: Error<T>,
    }
    #[derive(Deserialize)]
    struct Error<T> {
        details: T,
    }
    let envelope: Envelope<T> = serde_json::from_slice(&answer.body).ok()?;
    Some(envelope.error.details)
}

/// What a server says to a write of the schedule.
pub(crate) enum Wish {
    /// It is done.
    Granted,
    /// Somebody else was faster; so the entry stands.
    Overtaken(Box<ScheduleEntry>),
}

/// Reads what became of a write of the schedule, of which the details are others than a ticket's.
pub(crate) fn wish(answer: &HttpAnswer) -> Result<Wish, Failure> {
    let said = match answer.status {
        status if status.is_success() => Some(Wish::Granted),
        StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => {
            details::<Overtaken>(answer).map(|overtaken| Wish::Overtaken(Box::new(overtaken.current)))
        }
        _ => None,
    };
    said.ok_or_else(|| failure(answer))
}

/// Both shapes of an error body: an object, or just a sentence.
fn refused(answer: &HttpAnswer) -> Failure {
    #[derive(Deserialize)]
    struct Envelope {
        error: Error,
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Error {
        Problem {
            code: Arc<str>,
            message: Arc<str>,
            #[serde(default)]
            details: serde_json::Value,
        },
        Sentence(Arc<str>),
    }
    let status = answer.status;
    let code = || format!("HTTP_{}", status.as_u16()).into();
    let (code, message, faults) = match serde_json::from_slice(&answer.body) {
        Ok(Envelope { error: Error::Problem { code, message, details } }) => {
            (code, message, faults(&details))
        }
        Ok(Envelope { error: Error::Sentence(message) }) => (code(), message, Vec::new()),
        Err(_) => {
            let message = status.canonical_reason().unwrap_or("the server refused it");
            (code(), message.into(), Vec::new())
        }
    };
    Failure::Refused { code, message: cut(&message, SENTENCE_CHARS_MAX).into(), faults }
}

/// What of a request is wrong: a list of paths and sentences, where the details are that.
fn faults(details: &serde_json::Value) -> Vec<FieldFault> {
    let step = |step: &serde_json::Value| match step {
        serde_json::Value::String(name) => Some(cut(name, STEP_CHARS_MAX)),
        serde_json::Value::Number(place) => Some(place.to_string()),
        _ => None,
    };
    let fault = |one: &serde_json::Value| {
        let path = one.get("path")?.as_array()?.iter().take(PATH_MAX).map(step).collect::<Option<_>>()?;
        Some(FieldFault { path, message: cut(one.get("message")?.as_str()?, SENTENCE_CHARS_MAX) })
    };
    details.as_array().into_iter().flatten().take(FAULTS_MAX).filter_map(fault).collect()
}

fn cut(sentence: &str, most: usize) -> String {
    match sentence.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &sentence[..end]),
        None => sentence.to_owned(),
    }
}

/// Seconds, or an instant by the server's own clock.
fn retry_after(answer: &HttpAnswer) -> Option<Duration> {
    let text = header(answer, &RETRY_AFTER)?;
    let wait = match text.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => Duration::try_from(instant(text)?.duration_since(date(answer)?)).unwrap_or_default(),
    };
    Some(wait.min(BUSY_WAIT_MAX))
}

/// The server's clock when it answered.
pub(crate) fn date(answer: &HttpAnswer) -> Option<Timestamp> {
    instant(header(answer, &DATE)?)
}

fn header<'a>(answer: &'a HttpAnswer, name: &HeaderName) -> Option<&'a str> {
    answer.headers.get(name)?.to_str().ok()
}

fn instant(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderMap, HeaderValue};

    use super::*;

    fn answer(status: u16, headers: &[(HeaderName, &'static str)], body: &str) -> HttpAnswer {
        let headers: HeaderMap =
            headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        let status = StatusCode::from_u16(status).expect("a status");
        HttpAnswer { status, headers, body: body.into() }
    }

    fn refusal(code: &str, message: &str) -> Failure {
        Failure::Refused { code: code.into(), message: message.into(), faults: Vec::new() }
    }

    #[test]
    fn a_wait_is_read_in_both_spellings_and_never_longer_than_we_allow() {
        let date = (DATE, "Sat, 21 Nov 2026 10:00:00 GMT");
        for (status, value, expected) in [
            (429, Some("7"), Failure::Busy(Duration::from_secs(7))),
            (503, Some("7"), Failure::Busy(Duration::from_secs(7))),
            (429, Some("99999999"), Failure::Busy(BUSY_WAIT_MAX)),
            (429, Some("Sat, 21 Nov 2026 10:00:30 GMT"), Failure::Busy(Duration::from_secs(30))),
            (429, Some("Sat, 21 Nov 2026 09:00:00 GMT"), Failure::Busy(Duration::ZERO)),
            (429, Some("soon"), Failure::Busy(BUSY_WAIT)),
            (429, None, Failure::Busy(BUSY_WAIT)),
            (503, None, Failure::Broken),
        ] {
            let mut headers = vec![date.clone()];
            headers.extend(value.map(|value| (RETRY_AFTER, value)));
            assert_eq!(failure(&answer(status, &headers, "")), expected, "{status} {value:?}");
        }
    }

    #[test]
    fn the_sentence_of_a_refusal_is_found_in_every_shape() {
        for (body, expected) in [
            (r#"{"error":{"code":"VALIDATION_ERROR","message":"No."}}"#, refusal("VALIDATION_ERROR", "No.")),
            (r#"{"error":"No."}"#, refusal("HTTP_400", "No.")),
            ("<html>", refusal("HTTP_400", "Bad Request")),
            ("", refusal("HTTP_400", "Bad Request")),
        ] {
            assert_eq!(failure(&answer(400, &[], body)), expected, "{body:?}");
        }
        let long = format!(r#"{{"error":"{}"}}"#, "ß".repeat(1000));
        let Failure::Refused { message, .. } = failure(&answer(422, &[], &long)) else {
            panic!("a refusal");
        };
        assert_eq!(message.chars().count(), SENTENCE_CHARS_MAX + 1);
    }

    /// EV-5: each fault that a server names arrives with its path; what is no fault, and what is too much, does not.
    #[test]
    fn faults_are_passed_on_with_their_paths_and_within_their_limits() {
        let details = |details: &str| {
            let body = format!(r#"{{"error":{{"code":"X","message":"No.","details":{details}}}}}"#);
            match failure(&answer(400, &[], &body)) {
                Failure::Refused { faults, .. } => faults,
                other => panic!("a refusal: {other:?}"),
            }
        };
        let said =
            details(r#"[{"path":["payload","to",0],"message":"Bad.","code":"custom"},{"path":"x"},7]"#);
        let path = ["payload", "to", "0"].map(str::to_owned).to_vec();
        assert_eq!(said, [FieldFault { path, message: "Bad.".to_owned() }]);
        for none in [r#"{"line":1}"#, "null", "[]", r#"[{"path":[{}],"message":"Bad."}]"#] {
            assert_eq!(details(none), [], "{none}");
        }
        let long = format!(r#"{{"path":[{}"x"],"message":"{}"}}"#, r#""y","#.repeat(99), "ß".repeat(999));
        let many = details(&format!("[{long}{}]", format!(",{long}").repeat(99)));
        assert_eq!((many.len(), many[0].path.len()), (FAULTS_MAX, PATH_MAX));
        assert_eq!(many[0].message.chars().count(), SENTENCE_CHARS_MAX + 1);
    }

    #[test]
    fn a_conflict_without_the_ticket_is_a_refusal() {
        let body = r#"{"error":{"code":"CONFLICT","message":"Taken."}}"#;
        for status in [409, 412] {
            assert_eq!(failure(&answer(status, &[], body)), refusal("CONFLICT", "Taken."));
        }
    }
}
