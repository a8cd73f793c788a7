//! The messages of the Pusher protocol, version 7, as far as private channels need them.
//!
//! **Invariant:** nothing is answered to a message that is not understood but that it was not.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::limits::SILENCE_MAX;

/// What a client says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// It wants to listen.
    Subscribe { channel: String, auth: String, data: String },
    /// It does not want to listen any more.
    Unsubscribe { channel: String },
    /// It is there.
    Ping,
    /// It is still there.
    Pong,
    /// It wants to say something to other clients, which nobody may here.
    Speech,
}

#[derive(Deserialize)]
struct Message {
    event: String,
    #[serde(default)]
    data: Json,
}

#[derive(Deserialize)]
struct Subscription {
    channel: String,
    #[serde(default)]
    auth: String,
    #[serde(default)]
    channel_data: Option<String>,
}

/// Reads a message; `None` for one that is none.
pub(super) fn read(text: &str) -> Option<Said> {
    let Message { event, data } = serde_json::from_str(text).ok()?;
    let subscription = || -> Option<Subscription> {
        // Some clients wrap the data once more, as the server does.
        match data {
            Json::String(wrapped) => serde_json::from_str(&wrapped).ok(),
            data => serde_json::from_value(data).ok(),
        }
    };
    Some(match event.as_str() {
        "pusher:ping" => Said::Ping,
        "pusher:pong" => Said::Pong,
        "pusher:subscribe" => {
            let Subscription { channel, auth, channel_data } = subscription()?;
            Said::Subscribe { channel, auth, data: channel_data.unwrap_or_default() }
        }
        "pusher:unsubscribe" => Said::Unsubscribe { channel: subscription()?.channel },
        other if other.starts_with("client-") => Said::Speech,
        _ => return None,
    })
}

/// The name of the socket, which the client repeats when it asks for a proof.
pub(super) fn established(socket: &str) -> String {
    let data = json!({"socket_id": socket, "activity_timeout": SILENCE_MAX.as_secs()}).to_string();
    json!({"event": "pusher:connection_established", "data": data}).to_string()
}

/// It listens now.
pub(super) fn subscribed(channel: &str) -> String {
    json!({"event": "pusher_internal:subscription_succeeded", "channel": channel, "data": "{}"}).to_string()
}

/// It may not listen, or not any more.
pub(super) fn refused(channel: &str, why: &str) -> String {
    let data = json!({"type": "AuthError", "error": why, "status": 403}).to_string();
    json!({"event": "pusher:subscription_error", "channel": channel, "data": data}).to_string()
}

/// Something is wrong with what it said, or with the connection.
pub(super) fn error(code: u16, message: &str) -> String {
    json!({"event": "pusher:error", "data": {"code": code, "message": message}}).to_string()
}

pub(super) fn ping() -> String {
    json!({"event": "pusher:ping", "data": "{}"}).to_string()
}

pub(super) fn pong() -> String {
    json!({"event": "pusher:pong", "data": "{}"}).to_string()
}

/// An event of a channel.
pub(super) fn event(name: &str, channel: &str, data: &Json) -> String {
    json!({"event": name, "channel": channel, "data": data.to_string()}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_say_is_read() {
        let subscribe = r#"{"event":"pusher:subscribe","data":{"auth":"k:s","channel":"private-board.b1","channel_data":"{}"}}"#;
        let said =
            Said::Subscribe { channel: "private-board.b1".into(), auth: "k:s".into(), data: "{}".into() };
        assert_eq!(read(subscribe), Some(said));
        let unsubscribe = r#"{"event":"pusher:unsubscribe","data":{"channel":"private-board.b1"}}"#;
        assert_eq!(read(unsubscribe), Some(Said::Unsubscribe { channel: "private-board.b1".into() }));
        assert_eq!(read(r#"{"event":"pusher:ping","data":{}}"#), Some(Said::Ping));
        assert_eq!(read(r#"{"event":"client-typing","channel":"c","data":{}}"#), Some(Said::Speech));
    }

    #[test]
    fn what_is_no_message_is_none() {
        for text in
            ["", "null", "[]", "{}", r#"{"event":1}"#, r#"{"event":"pusher:subscribe"}"#, r#"{"event":"x"}"#]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    /// The protocol wants the data of channel events as text.
    #[test]
    fn data_travels_as_text() {
        let told: Json = serde_json::from_str(&event("record.updated", "c", &json!({"a": 1}))).expect("JSON");
        assert_eq!(told["data"], json!(r#"{"a":1}"#));
    }
}
