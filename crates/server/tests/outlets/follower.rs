//! A program that follows a company's tickets over GraphQL, and after a break reads in the log what it missed, as
//! `docs/graphql.md` says.

use std::sync::{Arc, Mutex};

use anyhow::{Context, Result, bail, ensure};
use callboard_testkit::server::{Account, Server};
use callboard_testkit::wait;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::day::Desk;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// An event as it was heard: its place in the log, and its name.
type Heard = (u64, String);

/// The program. It stops listening when it is dropped.
pub(crate) struct Follower {
    heard: Arc<Mutex<Vec<Heard>>>,
    listening: JoinHandle<()>,
}

/// Whether GraphQL has a word for an entry of the log.
pub(crate) fn has_word(entry: &Value) -> bool {
    const WORDS: [&str; 11] = [
        "TICKET_CREATED",
        "TICKET_UPDATED",
        "TICKET_CLOSED",
        "TICKET_ASSIGNED",
        "TICKET_UNASSIGNED",
        "TICKET_STATUS_CHANGED",
        "TICKET_PRIORITY_CHANGED",
        "TICKET_RESPONSE_STATE_CHANGED",
        "TICKET_MESSAGE_ADDED",
        "TICKET_MERGED",
        "TICKET_SPLIT",
    ];
    entry["event_type"].as_str().is_some_and(|kind| WORDS.contains(&kind))
}

fn entry(entry: &Value) -> Option<Heard> {
    Some((entry["seq"].as_u64()?, entry["event_id"].as_str()?.to_owned()))
}

impl Follower {
    /// Begins to listen.
    pub(crate) async fn join(server: &Server, account: &Account, desk: &Desk) -> Result<Self> {
        Self::after(server, account, desk, Vec::new()).await
    }

    /// Listens again to a server that died, and reads what was told while nobody listened.
    pub(crate) async fn come_back(self, server: &Server, account: &Account, desk: &Desk) -> Result<Self> {
        let heard = std::mem::take(&mut *self.heard.lock().expect("nobody panics"));
        Self::after(server, account, desk, heard).await
    }

    async fn after(server: &Server, account: &Account, desk: &Desk, before: Vec<Heard>) -> Result<Self> {
        let mut socket = subscribed(server, account).await?;
        // Read after the subscription hears: what is told in between comes twice, and has its place in the log.
        let last = before.last().map_or(0, |(seq, _)| *seq);
        let log = desk.get(&format!("/events?limit=1000&since={last}")).await?;
        let missed = log.as_array().context("a log")?.iter().filter(|one| has_word(one)).filter_map(entry);
        let mut all = before;
        all.extend(missed);
        let caught_up = all.last().map_or(0, |(seq, _)| *seq);
        let heard = Arc::new(Mutex::new(all));
        let into = Arc::clone(&heard);
        let listening = tokio::spawn(async move {
            while let Some(Ok(message)) = socket.next().await {
                let Ok(text) = message.to_text() else { continue };
                let told: Value = serde_json::from_str(text).unwrap_or_default();
                if told["type"] == "ping" {
                    drop(socket.send(Message::text(json!({"type": "pong"}).to_string())).await);
                }
                let metadata = &told["payload"]["data"]["supportTicketEvents"]["metadata"];
                let (Some(seq), Some(id)) = (metadata["seq"].as_u64(), metadata["eventId"].as_str()) else {
                    continue;
                };
                // Whatever comes twice or in disorder but for that shows in the list.
                if seq > caught_up {
                    into.lock().expect("nobody panics").push((seq, id.to_owned()));
                }
            }
        });
        Ok(Self { heard, listening })
    }

    /// The names of the events, in the order in which they were heard.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("nobody panics").iter().map(|(_, id)| id.clone()).collect()
    }

    /// Waits until it heard all that the log has and GraphQL has a word for.
    pub(crate) async fn has_all_of(&self, desk: &Desk) -> Result<()> {
        wait::until("everything is heard over GraphQL", async || {
            let log = desk.get("/events?limit=1000").await?;
            let expected: Vec<_> = log
                .as_array()
                .context("a log")?
                .iter()
                .filter(|one| has_word(one))
                .filter_map(entry)
                .collect();
            let heard = self.heard.lock().expect("nobody panics").clone();
            ensure!(heard == expected, "{heard:?} and not {expected:?}");
            Ok(())
        })
        .await
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// A socket on which everything is subscribed to. What is answered after a subscription says that it hears.
async fn subscribed(server: &Server, account: &Account) -> Result<Socket> {
    let mut request = format!("ws://{}/graph", server.address()).into_client_request()?;
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse()?);
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await?;
    let query = |id: &str, query: &str| json!({"type": "subscribe", "id": id, "payload": {"query": query}});
    for said in [
        json!({"type": "connection_init", "payload": {"authToken": account.api_key}}),
        query("all", "subscription { supportTicketEvents { metadata } }"),
        query("ready", "{ me { id } }"),
    ] {
        socket.send(Message::text(said.to_string())).await?;
    }
    loop {
        let message = timeout(wait::FACT_MAX, socket.next()).await?.context("it is open")??;
        let told: Value = serde_json::from_str(message.to_text()?).unwrap_or_default();
        match (told["type"].as_str(), told["id"].as_str()) {
            (Some("complete"), Some("ready")) => return Ok(socket),
            (Some("error"), _) => bail!("refused: {told}"),
            _ => {}
        }
    }
}
