//! What the tests of the wire share: the recordings, and a world of one hub with many sockets.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::path::Path;
use std::time::Duration;

use callboard_wire::awareness;
use callboard_wire::frame::{self, Body, Direction, Frame, Packet};
use callboard_wire::{
    Address, Client, ClientConfig, ClientEvent, CloseCode, Connection, Entry, Scope, ServerEvent,
};
use callboard_wire::{Seat, Seats, ServerLimits, encode_awareness};

/// One recorded message.
pub(crate) struct Recorded {
    pub(crate) from: Direction,
    pub(crate) bytes: Vec<u8>,
    pub(crate) note: String,
}

/// The messages of one recorded socket.
pub(crate) fn recording(name: &str) -> Vec<Recorded> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.jsonl"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(read_line).collect()
}

fn read_line(line: &str) -> Recorded {
    let line: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
    let text = |key: &str| line[key].as_str().expect("text").to_owned();
    let from = if text("from") == "client" { Direction::ToServer } else { Direction::ToClient };
    Recorded { from, bytes: hex::decode(text("hex")).expect("hex"), note: text("note") }
}

/// The names of all recordings.
pub(crate) fn recordings() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let files = std::fs::read_dir(folder).expect("the recordings").map(|file| file.expect("a file").path());
    let mut names: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|end| end == "jsonl"))
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(!names.is_empty(), "there are recordings");
    names
}

/// One side of a recorded socket.
pub(crate) fn said_by(from: Direction, name: &str) -> Vec<Vec<u8>> {
    recording(name).into_iter().filter(|message| message.from == from).map(|message| message.bytes).collect()
}

pub(crate) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

/// A client as our console makes one.
pub(crate) fn client() -> Client {
    Client::new(ClientConfig { provider_version: Some("4.8.0".into()), first_client_id: 1 })
}

pub(crate) fn server() -> Connection {
    Connection::new(Duration::ZERO, ServerLimits::default())
}

pub(crate) fn packets(client: &mut Client) -> Vec<Vec<u8>> {
    std::iter::from_fn(|| client.poll_packet()).collect()
}

pub(crate) fn events(client: &mut Client) -> Vec<ClientEvent> {
    std::iter::from_fn(|| client.poll_event()).collect()
}

pub(crate) fn answers(server: &mut Connection) -> Vec<Vec<u8>> {
    std::iter::from_fn(|| server.poll_packet()).collect()
}

pub(crate) fn asked(server: &mut Connection) -> Vec<ServerEvent> {
    std::iter::from_fn(|| server.poll_event()).collect()
}

/// A frame, in bytes.
pub(crate) fn bytes(document: &str, body: &Body<'_>) -> Vec<u8> {
    frame::encode_frame(&address(document), body)
}

/// What messages say, in words: `ticket:t:1 Sync(Step1([0]))`.
pub(crate) fn words(messages: &[Vec<u8>], from: Direction) -> Vec<String> {
    messages.iter().map(|message| word(message, from)).collect()
}

fn word(message: &[u8], from: Direction) -> String {
    match frame::decode(message, from).expect("a message") {
        Packet::Frame(Frame { address, body: Body::Awareness(update) }) => {
            let read = awareness::decode(update).expect("an update");
            let states: Vec<_> = read.entries.iter().map(show_entry).collect();
            format!("{address} Awareness {}", states.join(" "))
        }
        Packet::Frame(Frame { address, body }) => format!("{address} {body:?}"),
        other => format!("{other:?}"),
    }
}

fn show_entry(entry: &Entry) -> String {
    format!("{}@{}={}", entry.client.0, entry.clock, entry.state.as_deref().unwrap_or("gone"))
}

/// The server's other half, as small as it can be: one room, everybody whose token is not `bad` may come in.
#[derive(Default)]
pub(crate) struct Hub {
    seats: Seats,
}

impl Hub {
    /// Does what a server asks its caller to do, for one socket alone. The error is how the socket has to end.
    pub(crate) fn serve(
        &mut self,
        now: Duration,
        server: &mut Connection,
        connection: u64,
    ) -> Result<Vec<Vec<u8>>, CloseCode> {
        let mut out = answers(server);
        while let Some(event) = server.poll_event() {
            match event {
                ServerEvent::Authenticate { address, token, .. } => {
                    match token.as_ref().map(|token| token.reveal()) {
                        Some("bad") => drop(server.deny(&address, "token-expired")),
                        Some("reader") => server.accept(&address, Scope::ReadOnly, &self.seats.present())?,
                        _ => server.accept(&address, Scope::ReadWrite, &self.seats.present())?,
                    }
                    out.extend(answers(server));
                }
                ServerEvent::Awareness { address, entries } => {
                    let news = self.seats.admit(now, &seat(connection), &entries);
                    if !news.is_empty() {
                        out.push(encode_awareness(&address, &awareness::encode(news.iter())));
                    }
                }
                ServerEvent::Left { .. } => drop(self.seats.leave(now, connection)),
                ServerEvent::FreshToken { .. } | ServerEvent::Stateless { .. } => {}
            }
        }
        Ok(out)
    }
}

pub(crate) fn seat(connection: u64) -> Seat {
    Seat { connection, user: format!("user {connection}").into() }
}

/// Carries messages to and fro between a client and a server until neither has more to say.
pub(crate) fn settle(now: Duration, client: &mut Client, server: &mut Connection, hub: &mut Hub) {
    for _ in 0..ROUNDS_MAX {
        let sent = packets(client);
        for packet in &sent {
            server.received(now, packet).expect("nothing wrong with our own client");
        }
        let answered = hub.serve(now, server, 1).expect("nothing wrong with our own client");
        for packet in &answered {
            client.received(now, packet).expect("nothing wrong with our own server");
        }
        if sent.is_empty() && answered.is_empty() {
            return;
        }
    }
    panic!("the two ends never stop talking");
}

/// Enough for a thousand rooms, a few at a time.
const ROUNDS_MAX: usize = 1000;
