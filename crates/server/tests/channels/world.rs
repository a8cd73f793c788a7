//! What the tests of the channels do in the world of the gateways, and clients with no manners.

use std::collections::VecDeque;
use std::net::SocketAddr;

use axum::body::Body;
use axum::http::{Method, Request};
use callboard_model::Ticket;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

pub(crate) use crate::two_companies::{DEADLINE, Person, World, X, until};

impl World {
    /// A request that has to succeed, and its data.
    pub(crate) async fn does(&self, method: Method, path: &str, person: &Person, body: Value) -> Value {
        let (status, mut answer) = self.send(method, path, person, &body).await;
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        answer["data"].take()
    }

    pub(crate) async fn put(&self, person: &Person, ticket: &Ticket, body: Value) {
        self.does(Method::PUT, &format!("/api/v1/tickets/{}", ticket.ticket_id), person, body).await;
    }

    /// What `POST /broadcasting/auth` answers to somebody, or to nobody.
    pub(crate) async fn proof(&self, person: Option<&Person>, socket: &str, channel: &str) -> (u16, Value) {
        let mut request = Request::builder().method(Method::POST).uri("/broadcasting/auth");
        request = request.header("content-type", "application/x-www-form-urlencoded");
        if let Some(person) = person {
            request = request.header("x-api-key", &person.key);
        }
        let body = format!("socket_id={socket}&channel_name={channel}");
        self.ask(request.body(Body::from(body)).expect("a request")).await
    }

    /// A connected client.
    pub(crate) async fn client(&self) -> Client {
        let mut client = Client::connect(self.address, "callboard?protocol=7").await;
        let told = client.hears("pusher:connection_established").await;
        client.name = data(&told)["socket_id"].as_str().expect("a name").to_owned();
        client
    }

    /// Asks for a channel as somebody, and says what the socket answers.
    pub(crate) async fn asks_for(&self, client: &mut Client, person: &Person, channel: &str) -> Value {
        let (status, proof) = self.proof(Some(person), &client.name, channel).await;
        assert_eq!(status, 200, "{channel}: {proof}");
        client.enters(channel, &proof).await
    }

    /// A client that listens there.
    pub(crate) async fn listens(&self, person: &Person, channels: &[String]) -> Client {
        let mut client = self.client().await;
        for channel in channels {
            let answer = self.asks_for(&mut client, person, channel).await;
            assert_eq!(answer["event"], "pusher_internal:subscription_succeeded", "{answer}");
        }
        client
    }
}

/// The data of a message, which travels as text.
pub(crate) fn data(message: &Value) -> Value {
    match &message["data"] {
        Value::String(text) => serde_json::from_str(text).expect("JSON"),
        data => data.clone(),
    }
}

pub(crate) fn of(ticket: &Ticket) -> String {
    format!("private-record.ticket.{}", ticket.ticket_id)
}

pub(crate) struct Client {
    socket: WebSocketStream<TcpStream>,
    pub(crate) name: String,
    /// What came while something else was waited for.
    heard: VecDeque<Value>,
}

impl Client {
    /// Little lies between the two ends: what a client does not read soon waits at the server.
    pub(crate) async fn connect(address: SocketAddr, app: &str) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4096).expect("a small buffer");
        let stream = socket.connect(address).await.expect("connected");
        let url = format!("ws://{address}/app/{app}");
        let (socket, _) = tokio_tungstenite::client_async(url, stream).await.expect("a socket");
        Self { socket, name: String::new(), heard: VecDeque::new() }
    }

    pub(crate) async fn say_text(&mut self, text: &str) {
        // Whoever was put out is not heard any more, and that is what such a test is about.
        drop(self.socket.send(Message::text(text)).await);
    }

    pub(crate) async fn say(&mut self, event: &str, data: Value) {
        self.say_text(&json!({"event": event, "data": data}).to_string()).await;
    }

    /// Subscribes with this proof, and says what is answered.
    pub(crate) async fn enters(&mut self, channel: &str, proof: &Value) -> Value {
        let data = json!({"channel": channel, "auth": proof["auth"], "channel_data": proof["channel_data"]});
        self.say("pusher:subscribe", data).await;
        self.hears_where(channel, |one| {
            one["channel"] == channel
                && one["event"].as_str().is_some_and(|event| event.contains("subscription"))
        })
        .await
    }

    pub(crate) async fn hears(&mut self, event: &str) -> Value {
        self.hears_where(event, |one| one["event"] == event).await
    }

    /// The first message that is meant; the others stay for whoever waits for them.
    pub(crate) async fn hears_where(&mut self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        if let Some(place) = self.heard.iter().position(&is) {
            return self.heard.remove(place).expect("it is there");
        }
        loop {
            let message = timeout(DEADLINE, self.socket.next()).await;
            match message.unwrap_or_else(|_| panic!("{what} did not come; there is {:?}", self.heard)) {
                Some(Ok(Message::Text(text))) => {
                    let one: Value = serde_json::from_str(&text).expect("JSON");
                    if is(&one) {
                        return one;
                    }
                    self.heard.push_back(one);
                }
                other => panic!("{what} did not come, but {other:?}; there is {:?}", self.heard),
            }
        }
    }

    /// What is heard next, whatever it is: that nothing came before it is part of what is asked.
    pub(crate) async fn next(&mut self) -> Value {
        self.hears_where("anything", |_| true).await
    }

    /// Waits until the server closes, and says how.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            match timeout(DEADLINE, self.socket.next()).await.expect("it is closed") {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(_)) => {}
                other => panic!("closed without a word: {other:?}"),
            }
        }
    }
}
