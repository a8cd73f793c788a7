//! `graphql-transport-ws`: what is said on a socket, and what ends it (GS-1).
//!
//! It exists beside the library's own because that one knows no limits, replaces an operation whose id is used twice, and
//! ends what comes before `connection_init` with another code than the protocol's.
//!
//! **Invariant:** pure text in and out; whatever cannot be read ends the socket with 4400.

use async_graphql::{Request, Response, ServerError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::limits::ID_BYTES_MAX;

/// The name of the protocol, as the socket is asked for.
pub(super) const SUBPROTOCOL: &str = "graphql-transport-ws";

/// The code of a service that starts again: clients come back.
const RESTART: u16 = 1012;

/// Why a socket is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Close {
    pub(super) code: u16,
    pub(super) reason: String,
}

impl Close {
    fn new(code: u16, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }

    /// What came cannot be read.
    pub(super) fn bad_request(reason: impl Into<String>) -> Self {
        Self::new(4400, reason)
    }

    /// Something was asked for before anybody was let in.
    pub(super) fn unauthorized() -> Self {
        Self::new(4401, "Unauthorized: send connection_init first")
    }

    /// Nobody was let in, or somebody is not any more.
    pub(super) fn forbidden(reason: impl Into<String>) -> Self {
        Self::new(4403, reason)
    }

    pub(super) fn subprotocol() -> Self {
        Self::new(4406, format!("Subprotocol not acceptable: speak {SUBPROTOCOL}"))
    }

    pub(super) fn init_timeout() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    pub(super) fn silent() -> Self {
        Self::new(4408, "Nothing was heard of you for too long")
    }

    pub(super) fn subscriber_exists(id: &str) -> Self {
        Self::new(4409, format!("Subscriber for {id} already exists"))
    }

    pub(super) fn second_init() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }

    /// Over one of the limits on connections and messages. Not 4429, with which clients never come back.
    pub(super) fn too_many(reason: impl Into<String>) -> Self {
        Self::new(4290, reason)
    }

    pub(super) fn too_big(limit: usize) -> Self {
        Self::new(1009, format!("A message has at most {limit} bytes"))
    }

    /// Whether it is something about this client.
    pub(super) fn is_refusal(&self) -> bool {
        self.code != RESTART
    }

    /// Whoever reads this comes back.
    pub(super) fn restart() -> Self {
        Self::new(RESTART, "The server is stopping: come back in a moment")
    }

    /// Nobody can say whether this may go on.
    pub(super) fn try_later() -> Self {
        Self::new(1013, "The server cannot check who you are: try again later")
    }
}

/// What a client says.
#[derive(Debug)]
pub(super) enum Heard {
    Init(Map<String, Value>),
    Ping,
    Pong,
    Subscribe(String, Box<Request>),
    Complete(String),
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Message {
    ConnectionInit { payload: Option<Value> },
    Ping,
    Pong,
    Subscribe { id: String, payload: Box<Request> },
    Complete { id: String },
}

/// Reads a message.
pub(super) fn read(text: &str) -> Result<Heard, Close> {
    let message = serde_json::from_str(text).map_err(|_| Close::bad_request("Invalid message"))?;
    Ok(match message {
        Message::ConnectionInit { payload: None | Some(Value::Null) } => Heard::Init(Map::new()),
        Message::ConnectionInit { payload: Some(Value::Object(said)) } => Heard::Init(said),
        Message::ConnectionInit { .. } => return Err(Close::bad_request("Invalid message")),
        Message::Ping => Heard::Ping,
        Message::Pong => Heard::Pong,
        Message::Subscribe { id, payload } => Heard::Subscribe(known(id)?, payload),
        Message::Complete { id } => Heard::Complete(known(id)?),
    })
}

fn known(id: String) -> Result<String, Close> {
    if (1..=ID_BYTES_MAX).contains(&id.len()) {
        Ok(id)
    } else {
        Err(Close::bad_request(format!("An id has 1 to {ID_BYTES_MAX} bytes")))
    }
}

/// The token among what a client said to be let in: `Authorization: Bearer …`, or `authToken`.
pub(super) fn token(said: &Map<String, Value>) -> Option<&str> {
    let text = |name: &str| {
        let found = said.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.and_then(|(_, value)| value.as_str())
    };
    let named = text("authorization").map(|text| bearer(text).unwrap_or(text));
    let is_token = |text: &&str| !text.is_empty() && !text.eq_ignore_ascii_case(BEARER);
    named.map(str::trim).filter(is_token).or_else(|| text("authToken").map(str::trim).filter(is_token))
}

/// The scheme of a key in a header.
const BEARER: &str = "bearer";

/// What stands behind the word `Bearer`.
pub(super) fn bearer(text: &str) -> Option<&str> {
    let (scheme, token) = text.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case(BEARER).then(|| token.trim())
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said<'a> {
    ConnectionAck,
    Ping,
    Pong,
    Error { id: &'a str, payload: &'a [ServerError] },
    Complete { id: &'a str },
}

fn text(said: &impl Serialize) -> String {
    serde_json::to_string(said).unwrap_or_else(|error| {
        tracing::error!(%error, "a message cannot be written");
        String::new()
    })
}

pub(super) fn ack() -> String {
    text(&Said::ConnectionAck)
}

pub(super) fn ping() -> String {
    text(&Said::Ping)
}

pub(super) fn pong() -> String {
    text(&Said::Pong)
}

/// One answer, for whoever it is.
pub(super) fn payload(answer: &Response) -> String {
    text(answer)
}

/// One answer, written out before.
pub(super) fn next(id: &str, payload: &str) -> String {
    let id = text(&id);
    [r#"{"type":"next","id":"#, &id, r#","payload":"#, payload, "}"].concat()
}

/// What went wrong; ends the operation.
pub(super) fn error(id: &str, response: &Response) -> String {
    text(&Said::Error { id, payload: &response.errors })
}

/// The end of an operation.
pub(super) fn complete(id: &str) -> String {
    text(&Said::Complete { id })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_no_message_ends_the_socket() {
        for text in [
            "",
            "{}",
            "[]",
            "null",
            r#"{"type":"start","id":"1","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":7,"payload":{"query":"{a}"}}"#,
            r#"{"type":"complete"}"#,
            r#"{"type":"connection_init","payload":"secret"}"#,
        ] {
            assert_eq!(read(text).expect_err(text).code, 4400, "{text}");
        }
        let long = json!({"type": "complete", "id": "x".repeat(ID_BYTES_MAX + 1)}).to_string();
        assert_eq!(read(&long).expect_err("too long").code, 4400);
    }

    #[test]
    fn a_message_is_read_with_whatever_else_a_client_puts_into_it() {
        let read = |json: Value| read(&json.to_string()).expect("a message");
        assert!(matches!(read(json!({"type": "connection_init"})), Heard::Init(said) if said.is_empty()));
        assert!(matches!(read(json!({"type": "ping", "payload": {"a": 1}})), Heard::Ping));
        assert!(matches!(read(json!({"type": "pong"})), Heard::Pong));
        let subscribe = json!({"type": "subscribe", "id": "1", "payload": {
            "query": "subscription A { a }", "operationName": "A", "variables": {"x": 1}, "extensions": {}}});
        assert!(matches!(read(subscribe), Heard::Subscribe(id, request)
            if id == "1" && request.operation_name.as_deref() == Some("A")));
    }

    /// GS-1
    #[test]
    fn a_token_is_found_where_clients_put_it() {
        let found = |said: Value| token(said.as_object().expect("an object")).map(str::to_owned);
        assert_eq!(found(json!({"Authorization": "Bearer abc"})).as_deref(), Some("abc"));
        assert_eq!(found(json!({"authorization": "bearer  abc "})).as_deref(), Some("abc"));
        assert_eq!(found(json!({"Authorization": "abc"})).as_deref(), Some("abc"));
        assert_eq!(found(json!({"authToken": "abc"})).as_deref(), Some("abc"));
        for nothing in [
            json!({}),
            json!({"authToken": ""}),
            json!({"authToken": 7}),
            json!({"Authorization": "Bearer "}),
        ] {
            assert_eq!(found(nothing.clone()), None, "{nothing}");
        }
    }

    #[test]
    fn messages_are_spelled_as_the_protocol_wants() {
        let parsed = |text: String| serde_json::from_str::<Value>(&text).expect("JSON");
        assert_eq!(parsed(ack()), json!({"type": "connection_ack"}));
        assert_eq!(parsed(pong()), json!({"type": "pong"}));
        assert_eq!(parsed(complete("1")), json!({"type": "complete", "id": "1"}));
        let failed = Response::from_errors(vec![ServerError::new("no", None)]);
        assert_eq!(parsed(error("1", &failed))["payload"][0]["message"], "no");
        let answer = payload(&Response::new(async_graphql::Value::from(7)));
        for id in ["1", "a \"quoted\" one"] {
            let said = json!({"type": "next", "id": id, "payload": {"data": 7}});
            assert_eq!(parsed(next(id, &answer)), said);
        }
    }
}
