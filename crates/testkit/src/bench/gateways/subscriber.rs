//! Those who listen: each on a socket of its own, to one ticket.
//!
//! **Invariant:** every message that tells of a change is counted once, with the time since the change; a socket that breaks
//! ends the measurement.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use callboard_model::Timestamp;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::host::Host;
use crate::wait;

/// What is read from a socket at a time: a thousand sockets must not cost the driver more than they cost the server.
const READ_BUFFER_BYTES: usize = 8 * 1024;
/// What is asked for, of every server alike.
const QUERY: &str = "subscription($id: ID!) { ticketUpdated(ticketId: $id) { eventType timestamp \
    ticket { id number title statusName priorityName assignedToName } triggeredBy { id } \
    changes { field oldValue newValue } } }";

/// Over which gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Graph,
    Pusher,
}

impl Protocol {
    /// What every message of a change has, and no other; behind it stands when that was.
    const fn mark(self) -> &'static str {
        match self {
            Self::Graph => "\"timestamp\"",
            Self::Pusher => "updated_at_iso",
        }
    }
}

#[derive(Default)]
struct Tally {
    heard: AtomicU64,
    delays: Mutex<Vec<Duration>>,
    broken: AtomicU64,
}

/// Everybody who listens.
pub(super) struct Audience {
    tally: Arc<Tally>,
    listening: Vec<JoinHandle<()>>,
}

type Socket = WebSocketStream<TcpStream>;

impl Audience {
    /// As many sockets as one person may have.
    pub(super) const PER_KEY: usize = 16;

    /// Opens as many sockets, whose tickets go round.
    pub(super) async fn gather(host: &Host, protocol: Protocol, count: usize) -> Result<Self> {
        let mut audience = Self { tally: Arc::default(), listening: Vec::with_capacity(count) };
        let http = reqwest::Client::builder().no_proxy().build()?;
        for number in 0..count {
            let key = &host.keys[number / Self::PER_KEY];
            let ticket = &host.tickets[number % host.tickets.len()];
            let address = host.address();
            let opening = open((&http, &address), protocol, key, ticket);
            let socket = timeout(wait::FACT_MAX, opening).await.context("a socket takes too long")??;
            let tally = Arc::clone(&audience.tally);
            audience.listening.push(tokio::spawn(async move {
                if let Err(error) = listen(socket, protocol, &tally).await {
                    tally.broken.fetch_add(1, Ordering::Relaxed);
                    eprintln!("a subscriber's socket broke: {error:#}");
                }
            }));
        }
        Ok(audience)
    }

    /// Waits until so much was heard in all, and no more.
    pub(super) async fn heard(&self, wanted: u64) -> Result<()> {
        wait::until("every change is heard", async || {
            let (heard, broken) =
                (self.tally.heard.load(Ordering::Relaxed), self.tally.broken.load(Ordering::Relaxed));
            ensure!(heard == wanted && broken == 0, "{heard} of {wanted}; {broken} sockets broke");
            Ok(())
        })
        .await
    }

    /// Takes the times from change to arrival that were noted so far.
    pub(super) fn take_delays(&self) -> Vec<Duration> {
        std::mem::take(&mut self.tally.delays.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Audience {
    fn drop(&mut self) {
        self.listening.iter().for_each(JoinHandle::abort);
    }
}

async fn listen(mut socket: Socket, protocol: Protocol, tally: &Tally) -> Result<()> {
    loop {
        let message = socket.next().await.context("the server closed it")??;
        let Message::Text(text) = message else { continue };
        if let Some(changed) = told_at(&text, protocol.mark()) {
            let delay = Timestamp::now().duration_since(changed).unsigned_abs();
            tally.delays.lock().unwrap_or_else(PoisonError::into_inner).push(delay);
            tally.heard.fetch_add(1, Ordering::Relaxed);
        } else if text.contains("\"ping\"") {
            say(&mut socket, &json!({"type": "pong"})).await?;
        } else if text.contains("error") {
            bail!("it says {text}");
        }
    }
}

/// The time that stands behind this mark.
fn told_at(text: &str, mark: &str) -> Option<Timestamp> {
    let rest = &text[text.find(mark)? + mark.len()..];
    let rest = rest.trim_start_matches(['\\', '"', ':', ' ']);
    rest[..rest.find(['\\', '"'])?].parse().ok()
}

async fn open(
    (http, address): (&reqwest::Client, &str),
    protocol: Protocol,
    key: &str,
    ticket: &str,
) -> Result<Socket> {
    let path = match protocol {
        Protocol::Graph => "graph",
        Protocol::Pusher => "app/callboard?protocol=7",
    };
    let mut request = format!("ws://{address}/{path}").into_client_request()?;
    if protocol == Protocol::Graph {
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse()?);
    }
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER_BYTES);
    let (mut socket, _) = client_async_with_config(request, stream, Some(config)).await?;
    match protocol {
        Protocol::Graph => graph(&mut socket, key, ticket).await?,
        Protocol::Pusher => pusher(&mut socket, (http, address), key, ticket).await?,
    }
    Ok(socket)
}

async fn graph(socket: &mut Socket, key: &str, ticket: &str) -> Result<()> {
    say(socket, &json!({"type": "connection_init", "payload": {"authToken": key}})).await?;
    hears(socket, |one| one["type"] == "connection_ack").await?;
    let payload = json!({"query": QUERY, "variables": {"id": ticket}});
    say(socket, &json!({"type": "subscribe", "id": "1", "payload": payload})).await?;
    // What is answered to what was asked later says that the subscription was read.
    say(socket, &json!({"type": "subscribe", "id": "2", "payload": {"query": "{ me { id } }"}})).await?;
    hears(socket, |one| one["type"] == "complete" && one["id"] == "2").await.map(drop)
}

async fn pusher(
    socket: &mut Socket,
    (http, address): (&reqwest::Client, &str),
    key: &str,
    ticket: &str,
) -> Result<()> {
    let established = hears(socket, |one| one["event"] == "pusher:connection_established").await?;
    let data: Value = serde_json::from_str(established["data"].as_str().context("text")?)?;
    let name = data["socket_id"].as_str().context("a name")?;
    let channel = format!("private-record.ticket.{ticket}");
    let answer = http
        .post(format!("http://{address}/broadcasting/auth"))
        .header("x-api-key", key)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("socket_id={name}&channel_name={channel}"))
        .send()
        .await?;
    let proof: Value = serde_json::from_str(&answer.error_for_status()?.text().await?)?;
    let data = json!({"channel": channel, "auth": proof["auth"], "channel_data": proof["channel_data"]});
    say(socket, &json!({"event": "pusher:subscribe", "data": data})).await?;
    hears(socket, |one| one["event"] == "pusher_internal:subscription_succeeded").await.map(drop)
}

async fn say(socket: &mut Socket, message: &Value) -> Result<()> {
    Ok(socket.send(Message::text(message.to_string())).await?)
}

async fn hears(socket: &mut Socket, is: impl Fn(&Value) -> bool) -> Result<Value> {
    loop {
        let message = socket.next().await.context("the server closed it")??;
        let one: Value = serde_json::from_str(message.to_text()?).unwrap_or_default();
        if is(&one) {
            return Ok(one);
        }
        ensure!(one["type"] != "error", "it says {one}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_change_is_found_in_the_words_of_both_gateways() {
        let expected = "2026-11-21T10:00:00.5Z".parse::<Timestamp>().ok();
        let graph = r#"{"type":"next","payload":{"data":{"e":{"timestamp":"2026-11-21T10:00:00.5Z"}}}}"#;
        assert_eq!(told_at(graph, Protocol::Graph.mark()), expected);
        let pusher = r#"{"event":"record.updated","data":"{\"updated_at_iso\":\"2026-11-21T10:00:00.5Z\"}"}"#;
        assert_eq!(told_at(pusher, Protocol::Pusher.mark()), expected);
        for other in ["", r#"{"type":"ping"}"#, r#"{"timestamp":"soon"}"#] {
            assert_eq!(told_at(other, Protocol::Graph.mark()), None, "{other}");
        }
    }
}
