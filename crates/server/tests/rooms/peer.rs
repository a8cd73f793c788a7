//! A client that speaks frame by frame, so that a test decides every byte and sees every answer.

use callboard_wire::frame::{Auth, Direction, EMPTY_STATE_VECTOR, Sync, decode, encode_frame};
use callboard_wire::{Address, Body, ClientId, Entry, Packet, awareness};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async, connect_async};

use crate::world::DEADLINE;

/// The version that a provider of the newest kind says.
pub(crate) const NEWEST: Option<&str> = Some("4.8.0");

/// What the server said, with the address it said it to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Told {
    Authenticated(String),
    Denied(String, String),
    TokenWanted(String),
    Presence(String, Vec<Entry>),
    Hint(String, Value),
    RoomClosed(String, String),
    /// An answer to a step of the document.
    Synced(String),
    /// The close frame; nothing can follow.
    SocketClosed(u16),
}

pub(crate) struct Peer {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Peer {
    pub(crate) async fn connect(url: &str) -> Self {
        Self { socket: connect_async(url).await.expect("a socket").0 }
    }

    /// A socket over a stream that the test made itself.
    pub(crate) async fn over(stream: TcpStream, url: &str) -> Self {
        let (socket, _) = client_async(url, MaybeTlsStream::Plain(stream)).await.expect("a socket");
        Self { socket }
    }

    pub(crate) async fn send_bytes(&mut self, bytes: Vec<u8>) {
        self.socket.send(Message::Binary(bytes.into())).await.expect("sent");
    }

    pub(crate) async fn send(&mut self, address: &str, body: &Body<'_>) {
        let address = Address::parse(address).expect("an address");
        self.send_bytes(encode_frame(&address, body)).await;
    }

    pub(crate) async fn ask(&mut self, address: &str, token: &str, provider_version: Option<&str>) {
        self.send(address, &Body::Auth(Auth::Token { token, provider_version })).await;
    }

    /// Says where this client is; `None` makes it invisible.
    pub(crate) async fn show(&mut self, address: &str, client: u64, clock: u64, state: Option<Value>) {
        let state = state.map(|state| state.to_string().into());
        let update = awareness::encode([Entry { client: ClientId(client), clock, state }].iter());
        self.send(address, &Body::Awareness(&update)).await;
    }

    /// Asks for the room as the newest provider does, and is let in.
    pub(crate) async fn enter(&mut self, room: &str, token: &str) {
        self.ask(room, token, NEWEST).await;
        assert_eq!(self.next().await, Told::Authenticated(room.to_owned()));
    }

    pub(crate) async fn say_goodbye(&mut self) {
        let frame = CloseFrame { code: CloseCode::Normal, reason: "".into() };
        self.socket.send(Message::Close(Some(frame))).await.expect("sent");
    }

    /// The code and the reason with which the server closes, whatever it says before.
    pub(crate) async fn farewell(&mut self) -> (u16, String) {
        loop {
            let message = timeout(DEADLINE, self.socket.next()).await.expect("the server says something");
            if let Message::Close(frame) = message.expect("a close frame").expect("a socket that works") {
                let frame = frame.expect("with a reason");
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }

    /// The next thing the server says.
    pub(crate) async fn next(&mut self) -> Told {
        loop {
            let message = timeout(DEADLINE, self.socket.next()).await.expect("the server says something");
            match message.expect("a close frame before the end").expect("a socket that works") {
                Message::Binary(bytes) => return told(&bytes),
                Message::Close(frame) => {
                    return Told::SocketClosed(frame.map_or(1005, |frame| CloseCode::into(frame.code)));
                }
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("no server says {other:?}"),
            }
        }
    }

    /// Everything the server says in these rooms until it has answered all that was sent before, in order.
    pub(crate) async fn settle(&mut self, room: &str) -> Vec<Told> {
        self.send(room, &Body::Sync(Sync::Step1(EMPTY_STATE_VECTOR))).await;
        let mut all = Vec::new();
        let mut answers = 0;
        while answers < 2 {
            match self.next().await {
                Told::Synced(address) if address == room => answers += 1,
                told => all.push(told),
            }
        }
        all
    }

    /// Everything up to and with the close frame.
    pub(crate) async fn until_closed(&mut self) -> Vec<Told> {
        let mut all = Vec::new();
        loop {
            all.push(self.next().await);
            if matches!(all.last(), Some(Told::SocketClosed(_))) {
                return all;
            }
        }
    }
}

fn told(bytes: &[u8]) -> Told {
    let Ok(Packet::Frame(frame)) = decode(bytes, Direction::ToClient) else { panic!("no frame: {bytes:?}") };
    let address = frame.address.as_str().to_owned();
    match frame.body {
        Body::Auth(Auth::Authenticated { .. }) => Told::Authenticated(address),
        Body::Auth(Auth::PermissionDenied { reason }) => Told::Denied(address, reason.to_owned()),
        Body::Auth(Auth::TokenRequest) => Told::TokenWanted(address),
        Body::Awareness(update) => {
            Told::Presence(address, awareness::decode(update).expect("an update").entries)
        }
        Body::Stateless(json) => Told::Hint(address, serde_json::from_str(json).expect("JSON")),
        Body::Close { reason } => Told::RoomClosed(address, reason.expect("a reason").to_owned()),
        Body::Sync(_) | Body::SyncStatus { .. } => Told::Synced(address),
        other => panic!("no server says {other:?}"),
    }
}

/// A presence state as a client of this person says it.
pub(crate) fn face(user: &str, field: Option<&str>) -> Value {
    let mut user = json!({"userId": user, "displayName": "Somebody", "avatarUrl": null, "color": "#000000"});
    if let Some(field) = field {
        user["editingField"] = field.into();
    }
    json!({"user": user})
}
