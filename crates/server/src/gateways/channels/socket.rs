//! The task of one client's socket.
//!
//! **Invariant:** the task never waits for a peer without a limit, and a peer that is put off is told with the protocol's
//! own code whether to come back.

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::time::Instant;

use super::limits::{MESSAGE_BYTES_MAX, MESSAGES, PONG_PATIENCE, SILENCE_MAX};
use super::visit::{Next, Visit};
use super::{APP_KEY, Channels, frame};
use crate::app::App;
use crate::auth::random_bytes;
use crate::gateways::READ_BUFFER_BYTES;
use crate::gateways::outside::{Came, Outside};
use crate::gateways::saying::{say, say_goodbye};
use crate::http::problem::Problem;
use crate::quota::Bucket;
use crate::rooms::is_too_big;

/// The version of the protocol that is spoken.
const PROTOCOL: u8 = 7;

#[derive(Deserialize)]
pub(super) struct Asked {
    protocol: Option<u8>,
}

/// Accepts a client. Who it is comes with its first subscription.
pub(super) async fn enter(
    State(app): State<App>,
    Path(key): Path<String>,
    Query(asked): Query<Asked>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Ok(upgrade) = upgrade else {
        let message = "Open a WebSocket that speaks the Pusher protocol to this address";
        return Problem::bad_request(message).into_response();
    };
    let put_off = if key != APP_KEY {
        Some(Bye::new(4001, "There is no such application"))
    } else if asked.protocol.is_some_and(|version| version != PROTOCOL) {
        Some(Bye::new(4007, "Version 7 of the protocol is spoken here"))
    } else {
        None
    };
    let upgrade = upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX);
    let channels = app.channels;
    upgrade.on_upgrade(move |socket| {
        let sockets = channels.0.sockets.clone();
        sockets.track_future(serve(socket, channels, put_off))
    })
}

async fn serve(mut socket: WebSocket, channels: Channels, put_off: Option<Bye>) {
    let crowd = channels.0.crowd.clone();
    let end = match put_off {
        Some(bye) => End::Said(bye),
        // Whatever was under way ends with it, before the peer is told.
        None => Box::pin(converse(&mut socket, channels)).await,
    };
    if let End::Said(Bye { code, why }) = end {
        if code != RESTART {
            crowd.refused();
        }
        tracing::debug!(code, why, "a socket of the record channels is closed");
        if say(&mut socket, vec![frame::error(code, why)]).await {
            say_goodbye(&mut socket, code, why.into()).await;
        }
    }
}

async fn converse(socket: &mut WebSocket, channels: Channels) -> End {
    let Some(seat) = channels.0.crowd.enter() else { return Bye::new(4100, "Too many connections").into() };
    let Some(name) = name() else { return Bye::new(RESTART, "Come back").into() };
    if !say(socket, vec![frame::established(&name)]).await {
        return End::Gone;
    }
    let (stop, crowd) = (channels.0.stop.clone(), channels.0.crowd.clone());
    let mut visit = Visit::new(channels, seat, name);
    let mut talk = Talk::new();
    let mut outside = Outside::new(stop);
    loop {
        let said = tokio::select! {
            biased;
            came = outside.next(socket, talk.patient_until()) => match came {
                Came::Stop => return Bye::new(RESTART, "The server stops: come back").into(),
                Came::Said(message) => match talk.heard(message) {
                    Ok(Some(said)) => visit.said(said).await,
                    Ok(None) => continue,
                    Err(end) => return end,
                },
                Came::Time => match talk.lost_patience() {
                    Ok(ping) => Ok(vec![ping]),
                    Err(end) => return end,
                },
            },
            next = visit.next() => match next {
                Next::Told(told) => visit.told(&told).await,
                Next::Due => visit.due().await,
                Next::Lost => {
                    crowd.too_slow();
                    return Bye::new(4201, "Too slow: come back and read anew").into();
                }
            },
        };
        match said {
            Ok(said) => {
                if !say(socket, said).await {
                    return End::Gone;
                }
            }
            // Who cannot be checked is told nothing.
            Err(error) => {
                tracing::warn!(%error, "cannot check who listens to a record");
                return Bye::new(RESTART, "Something went wrong here: come back").into();
            }
        }
    }
}

/// Whether this could be the name of a socket.
pub(super) fn is_name(text: &str) -> bool {
    let is_number =
        |part: &str| (1..=10).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(one, other)| is_number(one) && is_number(other))
}

/// A name that nobody guesses, in the form that the protocol asks for.
fn name() -> Option<String> {
    let bytes = random_bytes().ok()?;
    let number = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
    Some(format!("{}.{}", number(0)?, number(4)?))
}

/// Why we end it: the protocol's codes. 40xx: do not come back; 41xx: later; 42xx: at once.
struct Bye {
    code: u16,
    why: &'static str,
}

impl Bye {
    const fn new(code: u16, why: &'static str) -> Self {
        Self { code, why }
    }
}

/// Come back at once.
const RESTART: u16 = 4200;

/// How a conversation ended.
enum End {
    Said(Bye),
    Gone,
}

impl From<Bye> for End {
    fn from(bye: Bye) -> Self {
        Self::Said(bye)
    }
}

/// When a client last spoke, and how much it may say.
struct Talk {
    began: Instant,
    heard_at: Instant,
    is_asked: bool,
    messages: Bucket,
}

impl Talk {
    fn new() -> Self {
        let now = Instant::now();
        Self { began: now, heard_at: now, is_asked: false, messages: Bucket::default() }
    }

    fn heard(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<Option<frame::Said>, End> {
        let now = Instant::now();
        (self.heard_at, self.is_asked) = (now, false);
        if self.messages.take(MESSAGES, now - self.began).is_err() {
            return Err(Bye::new(4301, "Too many messages: at most 1200 per minute").into());
        }
        match message {
            Some(Ok(Message::Text(text))) => match frame::read(&text) {
                Some(said) => Ok(Some(said)),
                None => Err(Bye::new(4009, "Not a message of this protocol").into()),
            },
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
            Some(Ok(Message::Binary(_))) => Err(Bye::new(4009, "Not a message of this protocol").into()),
            Some(Err(error)) if is_too_big(&error) => {
                Err(Bye::new(1009, "A message has at most 10240 bytes").into())
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Gone),
        }
    }

    fn patient_until(&self) -> Instant {
        self.heard_at + if self.is_asked { SILENCE_MAX + PONG_PATIENCE } else { SILENCE_MAX }
    }

    /// It said nothing for long: it is asked, and then given up.
    fn lost_patience(&mut self) -> Result<String, End> {
        if std::mem::replace(&mut self.is_asked, true) {
            return Err(Bye::new(4201, "No answer to a ping").into());
        }
        Ok(frame::ping())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_are_named_as_the_protocol_asks() {
        let (one, other) = (name().expect("a name"), name().expect("a name"));
        assert!(is_name(&one) && is_name(&other) && one != other, "{one} {other}");
        for text in ["", "1", "1.", ".1", "1.2.3", "1.x", "1:2", "12345678901.1"] {
            assert!(!is_name(text), "{text}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_is_asked_once_and_then_given_up() {
        let mut talk = Talk::new();
        let began = Instant::now();
        assert_eq!(talk.patient_until() - began, SILENCE_MAX);
        assert!(talk.lost_patience().is_ok());
        assert_eq!(talk.patient_until() - began, SILENCE_MAX + PONG_PATIENCE);
        assert!(matches!(talk.lost_patience(), Err(End::Said(Bye { code: 4201, .. }))));
    }

    #[tokio::test(start_paused = true)]
    async fn who_talks_too_much_is_put_out() {
        let mut talk = Talk::new();
        let ping = || Some(Ok(Message::Text(r#"{"event":"pusher:ping","data":{}}"#.into())));
        let heard = std::iter::from_fn(|| talk.heard(ping()).is_ok().then_some(())).count();
        assert_eq!(heard, MESSAGES.burst as usize);
    }
}
