//! A client of `graphql-transport-ws` that says what it is told to say, manners or none.

use std::collections::VecDeque;
use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::world::DEADLINE;

pub(crate) struct Peer {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// What came while something else was waited for.
    heard: VecDeque<Value>,
    asked: u32,
}

impl Peer {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self::speaking(address, Some("graphql-transport-ws")).await
    }

    pub(crate) async fn speaking(address: SocketAddr, subprotocol: Option<&str>) -> Self {
        let mut request = format!("ws://{address}/graph").into_client_request().expect("a request");
        if let Some(name) = subprotocol {
            request.headers_mut().insert("sec-websocket-protocol", name.parse().expect("a header"));
        }
        let (socket, _) = tokio_tungstenite::connect_async(request).await.expect("a socket");
        Self { socket, heard: VecDeque::new(), asked: 0 }
    }

    pub(crate) async fn say(&mut self, message: &Value) {
        self.say_text(&message.to_string()).await;
    }

    pub(crate) async fn say_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.expect("the server listens");
    }

    /// The same of somebody who does not care whether anybody listens.
    pub(crate) async fn shout(&mut self, message: &Value) {
        drop(self.socket.send(Message::text(message.to_string())).await);
    }

    pub(crate) async fn enter(&mut self, key: &str) {
        self.say(&json!({"type": "connection_init", "payload": {"Authorization": format!("Bearer {key}")}}))
            .await;
        self.hears("connection_ack").await;
    }

    pub(crate) async fn begin(&mut self, id: &str, query: &str) {
        self.say(&json!({"type": "subscribe", "id": id, "payload": {"query": query}})).await;
    }

    /// Subscribes, and waits until the server listens: what is answered after it was begun after it.
    pub(crate) async fn listens(&mut self, id: &str, query: &str) {
        self.begin(id, query).await;
        self.asked += 1;
        let ready = format!("ready-{}", self.asked);
        self.begin(&ready, "{ me { id } }").await;
        self.hears_where(&format!("the end of {ready}"), |one| {
            one["type"] == "complete" && one["id"] == *ready
        })
        .await;
    }

    /// The next event of a subscription.
    pub(crate) async fn event(&mut self, id: &str) -> Value {
        let next = self.hears_where(&format!("an event of {id}"), |one| one["id"] == id).await;
        assert_eq!(next["type"], "next", "{next}");
        assert_eq!(next["payload"]["errors"], Value::Null, "{next}");
        let data = next["payload"]["data"].as_object().expect("data");
        data.values().next().expect("one field").clone()
    }

    /// The end of an operation by an error, and its code.
    pub(crate) async fn fails(&mut self, id: &str) -> String {
        let failed = self.hears_where(&format!("the end of {id}"), |one| one["id"] == id).await;
        assert_eq!(failed["type"], "error", "{failed}");
        failed["payload"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) async fn hears(&mut self, kind: &str) -> Value {
        self.hears_where(kind, |one| one["type"] == kind).await
    }

    /// The first message that is meant; the others stay for whoever waits for them.
    pub(crate) async fn hears_where(&mut self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        if let Some(place) = self.heard.iter().position(&is) {
            return self.heard.remove(place).expect("it is there");
        }
        loop {
            let message = timeout(DEADLINE, self.socket.next()).await;
            let message =
                message.unwrap_or_else(|_| panic!("{what} did not come; there is {:?}", self.heard));
            match message {
                Some(Ok(Message::Text(text))) => {
                    let one: Value = serde_json::from_str(&text).expect("JSON");
                    if is(&one) {
                        return one;
                    }
                    if one["type"] == "ping" {
                        self.say(&json!({"type": "pong"})).await;
                        continue;
                    }
                    self.heard.push_back(one);
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("{what} did not come, but {other:?}; there is {:?}", self.heard),
            }
        }
    }

    /// Waits until the server closes, and says how.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            match timeout(DEADLINE, self.socket.next()).await.expect("it closes in time") {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(Message::Close(None)) | Err(_)) | None => panic!("it ended without a word"),
                Some(Ok(_)) => {}
            }
        }
    }
}
