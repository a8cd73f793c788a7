//! The socket against a server in this very process: real frames over a stream without a network.

use std::io;

use callboard_desk::session::event::ClientKey;
use callboard_model::person::Awareness;
use callboard_model::{Field, Presence, Room};
use callboard_wire::server::Connection;
use callboard_wire::{
    Address, ClientId, Entry, Scope, ServerEvent, ServerLimits, awareness, encode_awareness, encode_stateless,
};
use futures_util::future::BoxFuture;
use futures_util::{SinkExt, StreamExt};
use tokio::io::DuplexStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::*;
use crate::config::ServerUrl;
use crate::socket::dial::ByteStream;

/// Every fact is waited for, and none for longer than this.
const DEADLINE: Duration = Duration::from_secs(20);

/// Hands the other end of every stream to the test; refuses when the test does not listen.
struct Pipe(mpsc::Sender<DuplexStream>);

impl Dial for Pipe {
    fn dial<'a>(&'a self, _: &'a str, _: u16) -> BoxFuture<'a, io::Result<Box<dyn ByteStream>>> {
        Box::pin(async {
            let (ours, theirs) = tokio::io::duplex(64 << 10);
            self.0.send(theirs).await.map_err(|_| io::Error::from(io::ErrorKind::ConnectionRefused))?;
            Ok(Box::new(ours) as Box<dyn ByteStream>)
        })
    }
}

struct Rig {
    socket: Socket,
    streams: mpsc::Receiver<DuplexStream>,
    stop: CancellationToken,
}

impl Rig {
    fn start() -> Self {
        let (dialled, streams) = mpsc::channel(1);
        let stop = CancellationToken::new();
        let url = ServerUrl::new("http://127.0.0.1:9").expect("loopback").socket();
        Self { socket: Socket::spawn(Arc::new(Pipe(dialled)), url, 7, stop.clone()), streams, stop }
    }

    async fn order(&self, order: LinkOrder) {
        self.socket.orders.send(order).await.expect("the task lives");
    }

    async fn accept(&mut self) -> WebSocketStream<DuplexStream> {
        let stream = within(self.streams.recv()).await.expect("it dials");
        within(tokio_tungstenite::accept_async(stream)).await.expect("a handshake")
    }

    /// Connects, and takes the news of it.
    async fn up(&mut self) -> WebSocketStream<DuplexStream> {
        self.order(LinkOrder::Connect(Sockets::Shared)).await;
        let server = self.accept().await;
        assert!(matches!(self.news().await, LinkEvent::Up));
        server
    }

    async fn news(&mut self) -> LinkEvent {
        within(self.socket.news.recv()).await.expect("the task lives")
    }

    async fn down(&mut self) -> String {
        match self.news().await {
            LinkEvent::Down(fall) => fall.reason.to_string(),
            other => panic!("{other:?}"),
        }
    }
}

async fn within<T>(fact: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, fact).await.expect("the fact, in time")
}

/// The server hears a goodbye and nothing after it.
async fn goodbye(server: &mut WebSocketStream<DuplexStream>) {
    loop {
        match within(server.next()).await {
            Some(Ok(Message::Close(_))) | None => return,
            Some(Ok(_)) => {}
            Some(Err(error)) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn a_close_is_told_with_its_code_and_nothing_connects_by_itself() {
    let mut rig = Rig::start();
    let mut server = rig.up().await;
    let frame = CloseFrame { code: CloseCode::from(4205), reason: "Reset Connection".into() };
    within(server.close(Some(frame))).await.expect("a close");
    assert_eq!(rig.down().await, "closed with 4205 Reset Connection");
    rig.up().await;
    assert!(rig.streams.is_empty(), "one stream per order to connect");
}

#[tokio::test]
async fn a_server_that_is_gone_or_no_server_is_told_as_down() {
    let mut rig = Rig::start();
    let server = rig.up().await;
    drop(server);
    rig.down().await;
    rig.order(LinkOrder::Connect(Sockets::Shared)).await;
    drop(within(rig.streams.recv()).await.expect("it dials"));
    rig.down().await;
    rig.streams.close();
    rig.order(LinkOrder::Connect(Sockets::Shared)).await;
    assert!(rig.down().await.contains("refused"));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_given_up() {
    let mut rig = Rig::start();
    rig.order(LinkOrder::Connect(Sockets::Shared)).await;
    let _mute = rig.streams.recv().await.expect("it dials");
    let start = Instant::now();
    assert_eq!(rig.down().await, "no connection in time");
    assert_eq!(start.elapsed(), OPEN_WAIT);
}

#[tokio::test]
async fn a_frame_beyond_the_limit_ends_the_socket() {
    let mut rig = Rig::start();
    let mut server = rig.up().await;
    // The server may see the end before it has said everything.
    let _ = within(server.send(Message::binary(vec![0; (1 << 20) + 1]))).await;
    assert!(rig.down().await.contains("too long"));
}

#[tokio::test]
async fn a_disconnect_that_was_asked_for_says_goodbye_and_is_no_news() {
    let mut rig = Rig::start();
    let mut server = rig.up().await;
    rig.order(LinkOrder::Disconnect).await;
    goodbye(&mut server).await;
    rig.up().await;
}

/// Who finds out late that the socket is open must not lose it; who wants another one says so.
#[tokio::test]
async fn connecting_once_more_keeps_the_socket_and_only_disconnecting_first_drops_it() {
    let mut rig = Rig::start();
    let mut old = rig.up().await;
    rig.order(LinkOrder::Connect(Sockets::Shared)).await;
    rig.order(LinkOrder::Join { room: Room::Board("t".into()), token: "x".into() }).await;
    assert!(matches!(within(old.next()).await, Some(Ok(Message::Binary(_)))));
    rig.order(LinkOrder::Disconnect).await;
    rig.order(LinkOrder::Connect(Sockets::Shared)).await;
    goodbye(&mut old).await;
    rig.accept().await;
    assert!(matches!(rig.news().await, LinkEvent::Up));
}

/// What our server says when it stops is for us to read.
#[tokio::test]
async fn a_server_that_stops_is_told_with_the_time_it_asks_for() {
    let mut rig = Rig::start();
    let mut server = rig.up().await;
    let reason = "Service Restart; retry-after-ms=1234".into();
    within(server.close(Some(CloseFrame { code: CloseCode::from(1012), reason }))).await.expect("a close");
    let LinkEvent::Down(fall) = rig.news().await else { panic!("it is down") };
    assert_eq!((fall.code, fall.retry_after), (Some(1012), Some(Duration::from_millis(1234))));
}

/// wire.md 4: each room on its own socket, with its token in the address, and what befalls one befalls no other.
#[tokio::test]
#[allow(clippy::result_large_err, reason = "the shape that the handshake asks for")]
async fn rooms_apart_have_sockets_and_tokens_of_their_own() {
    let mut rig = Rig::start();
    rig.order(LinkOrder::Connect(Sockets::Apart)).await;
    assert!(matches!(rig.news().await, LinkEvent::Up), "before there is any room");
    let room = |n: usize| Room::Ticket("t".into(), format!("{n}").as_str().into());
    let mut servers = Vec::new();
    for n in 0..2 {
        rig.order(LinkOrder::Join { room: room(n), token: format!("secret{n}").into() }).await;
        let stream = within(rig.streams.recv()).await.expect("it dials");
        let mut path = String::new();
        let note = |asked: &Request, answer: Response| {
            path = asked.uri().to_string();
            Ok(answer)
        };
        let socket = within(tokio_tungstenite::accept_hdr_async(stream, note)).await.expect("a handshake");
        assert_eq!(path, format!("/hocuspocus?token=secret{n}"));
        servers.push(socket);
    }
    let refused = CloseFrame { code: CloseCode::from(4403), reason: "Forbidden".into() };
    within(servers[0].close(Some(refused))).await.expect("a close");
    assert!(matches!(rig.news().await, LinkEvent::Denied(of, _) if of == room(0)));
    let reset = CloseFrame { code: CloseCode::from(4205), reason: "Reset Connection".into() };
    within(servers[1].close(Some(reset))).await.expect("a close");
    assert!(matches!(rig.news().await, LinkEvent::Left(of, _) if of == room(1)));
    rig.order(LinkOrder::Join { room: room(2), token: "x".into() }).await;
    drop(within(rig.streams.recv()).await.expect("it dials"));
    rig.down().await;
}

/// LT-9: what we show in a room is shown again when its socket is another one.
#[tokio::test]
async fn rooms_apart_are_told_again_where_we_are() {
    let mut rig = Rig::start();
    rig.order(LinkOrder::Connect(Sockets::Apart)).await;
    assert!(matches!(rig.news().await, LinkEvent::Up));
    let room = Room::Ticket("t".into(), "1".into());
    rig.order(LinkOrder::Show(room.clone(), Some(somebody()))).await;
    rig.order(LinkOrder::Join { room, token: "x".into() }).await;
    let mut server = rig.accept().await;
    loop {
        let Some(Ok(Message::Binary(frame))) = within(server.next()).await else { panic!("frames") };
        if frame.windows(7).any(|bytes| bytes == b"Nora B.") {
            break;
        }
    }
}

fn somebody() -> Presence {
    Presence {
        user_id: "nora".into(),
        display_name: "Nora B.".into(),
        avatar_url: None,
        color: "#000000".into(),
        editing_field: None,
    }
}

#[tokio::test]
async fn the_end_says_goodbye_and_waits_for_it() {
    let mut rig = Rig::start();
    let mut server = rig.up().await;
    rig.stop.cancel();
    let ((), ()) = tokio::join!(within(rig.socket.finish()), goodbye(&mut server));
}

#[tokio::test]
async fn orders_are_taken_though_nobody_takes_the_news() {
    let mut rig = Rig::start();
    let _server = rig.up().await;
    let room = |n: usize| Room::Ticket("t".into(), format!("{n}").as_str().into());
    for n in 0..20_000 {
        within(rig.order(LinkOrder::Join { room: room(n), token: "x".into() })).await;
    }
    let mut refused = 0;
    while refused < 20_000 - callboard_wire::limits::CLIENT_ROOMS_MAX {
        if let LinkEvent::Denied(_, reason) = rig.news().await {
            assert_eq!(&*reason, "too many rooms");
            refused += 1;
        }
    }
}

/// The server's half of the protocol on one stream: lets in whoever shows the token `good`.
struct Host {
    stream: WebSocketStream<DuplexStream>,
    protocol: Connection,
    start: Instant,
}

impl Host {
    fn new(stream: WebSocketStream<DuplexStream>) -> Self {
        let protocol = Connection::new(Duration::ZERO, ServerLimits::default());
        Self { stream, protocol, start: Instant::now() }
    }

    /// Serves until `wanted` happens, and returns what it makes of it.
    async fn until<T>(&mut self, mut wanted: impl FnMut(&ServerEvent) -> Option<T>) -> T {
        loop {
            while let Some(event) = self.protocol.poll_event() {
                self.serve(&event);
                self.flush().await;
                if let Some(found) = wanted(&event) {
                    return found;
                }
            }
            let message = within(self.stream.next()).await.expect("an open socket").expect("a message");
            if let Message::Binary(bytes) = message {
                self.protocol.received(self.start.elapsed(), &bytes).expect("what a server understands");
            }
            self.flush().await;
        }
    }

    fn serve(&mut self, event: &ServerEvent) {
        if let ServerEvent::Authenticate { address, token, .. } = event {
            if token.as_ref().is_some_and(|token| token.reveal() == "good") {
                self.protocol.accept(address, Scope::ReadWrite, &[]).expect("room for one more");
            } else {
                self.protocol.deny(address, "permission-denied");
            }
        }
    }

    async fn flush(&mut self) {
        while let Some(packet) = self.protocol.poll_packet() {
            self.say(packet).await;
        }
    }

    async fn say(&mut self, packet: Vec<u8>) {
        within(self.stream.send(Message::binary(packet))).await.expect("an open socket");
    }
}

fn ticket_room() -> (Room, Address) {
    let room = Room::Ticket("t".into(), "1".into());
    let address = Address::parse(&room.to_string()).expect("a name");
    (room, address)
}

fn bob(editing_field: Option<Field>) -> Presence {
    Presence {
        user_id: "u".into(),
        display_name: "Bob".into(),
        avatar_url: None,
        color: "#000000".into(),
        editing_field,
    }
}

/// LT-6, LT-9, LT-11: in, out, hints and faces, each as its own event with its own room.
#[tokio::test]
async fn rooms_are_joined_refused_and_heard_from() {
    let mut rig = Rig::start();
    let mut host = Host::new(rig.up().await);
    let (room, address) = ticket_room();
    let join = |token: &str| LinkOrder::Join { room: ticket_room().0, token: token.into() };

    rig.order(join("bad")).await;
    host.until(|event| matches!(event, ServerEvent::Authenticate { .. }).then_some(())).await;
    let refused = rig.news().await;
    assert!(matches!(&refused, LinkEvent::Denied(name, _) if *name == room), "{refused:?}");

    rig.order(join("good")).await;
    host.until(|event| matches!(event, ServerEvent::Authenticate { .. }).then_some(())).await;
    let joined = rig.news().await;
    assert!(matches!(&joined, LinkEvent::Joined(name) if *name == room), "{joined:?}");

    rig.order(LinkOrder::Show(room.clone(), Some(bob(Some(Field::Status))))).await;
    let shown = host
        .until(|event| match event {
            ServerEvent::Awareness { entries, .. } => entries.iter().find_map(|entry| entry.state.clone()),
            _ => None,
        })
        .await;
    assert_eq!(serde_json::from_str::<Awareness>(&shown).expect("presence").user, bob(Some(Field::Status)));

    let carol = Entry { client: ClientId(9), clock: 1, state: translate::state(bob(None)) };
    host.say(encode_awareness(&address, &awareness::encode([carol].iter()))).await;
    let seen = rig.news().await;
    assert!(
        matches!(&seen, LinkEvent::Presence(name, faces) if *name == room && *faces == [(ClientKey(9), Some(bob(None)))]),
        "{seen:?}"
    );

    let hint = r#"{"updatedFields":["status_id"],"updatedBy":{"userId":"u","displayName":"B"},"updatedAt":"2026-11-21T10:00:00Z"}"#;
    host.say(encode_stateless(&address, "no hint at all")).await;
    host.say(encode_stateless(&address, hint)).await;
    let heard = rig.news().await;
    assert!(
        matches!(&heard, LinkEvent::Hint(name, hint) if *name == room && &*hint.updated_fields[0] == "status_id"),
        "{heard:?}"
    );

    rig.order(LinkOrder::Leave(room)).await;
    host.until(|event| matches!(event, ServerEvent::Left { .. }).then_some(())).await;
}

fn numbered_hint(address: &Address, seq: usize) -> Vec<u8> {
    let hint = format!(
        r#"{{"updatedFields":[],"updatedBy":{{"userId":"u","displayName":"B"}},"updatedAt":"2026-11-21T10:00:00Z","seq":{seq}}}"#
    );
    encode_stateless(address, &hint)
}

/// A flood of hints waits in the server's machine: nothing is lost, and nothing piles up here.
#[tokio::test]
async fn a_flood_is_heard_to_the_last_hint_in_order() {
    const HINTS: usize = 5000;
    let mut rig = Rig::start();
    let mut host = Host::new(rig.up().await);
    let (room, address) = ticket_room();
    rig.order(LinkOrder::Join { room, token: "good".into() }).await;
    host.until(|event| matches!(event, ServerEvent::Authenticate { .. }).then_some(())).await;
    assert!(matches!(rig.news().await, LinkEvent::Joined(_)));
    let flood = async {
        for seq in 0..HINTS {
            host.say(numbered_hint(&address, seq)).await;
        }
    };
    let listen = async {
        for seq in 0..HINTS {
            let heard = rig.news().await;
            assert!(matches!(&heard, LinkEvent::Hint(_, hint) if hint.seq == Some(seq as u64)), "{heard:?}");
        }
    };
    tokio::join!(flood, listen);
}

/// A loop that was behind hears of everything as soon as it listens again, and not when the next timer rings.
#[tokio::test(start_paused = true)]
async fn reading_goes_on_as_soon_as_the_news_are_taken() {
    const HINTS: usize = 5000;
    let mut rig = Rig::start();
    let mut host = Host::new(rig.up().await);
    let (room, address) = ticket_room();
    rig.order(LinkOrder::Join { room, token: "good".into() }).await;
    host.until(|event| matches!(event, ServerEvent::Authenticate { .. }).then_some(())).await;
    assert!(matches!(rig.news().await, LinkEvent::Joined(_)));
    let mut flood = Box::pin(async {
        for seq in 0..HINTS {
            host.say(numbered_hint(&address, seq)).await;
        }
    });
    // The clock moves only when nothing else does: then the flood waits and nobody reads.
    let stuck = tokio::time::timeout(Duration::from_millis(1), &mut flood).await;
    assert!(stuck.is_err(), "the flood waits in the server's machine");
    let start = Instant::now();
    let listen = async {
        for seq in 0..HINTS {
            let heard = rig.news().await;
            assert!(matches!(&heard, LinkEvent::Hint(_, hint) if hint.seq == Some(seq as u64)), "{heard:?}");
        }
    };
    tokio::join!(flood, listen);
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

/// A partition is silence, not an error: the protocol's own clock finds it.
#[tokio::test(start_paused = true)]
async fn a_server_that_falls_silent_is_told_as_down() {
    let mut rig = Rig::start();
    let mut host = Host::new(rig.up().await);
    rig.order(LinkOrder::Join { room: ticket_room().0, token: "good".into() }).await;
    host.until(|event| matches!(event, ServerEvent::Authenticate { .. }).then_some(())).await;
    assert!(matches!(rig.news().await, LinkEvent::Joined(_)));
    loop {
        match rig.socket.news.recv().await.expect("the task lives") {
            LinkEvent::RoundTrip(_) => {}
            LinkEvent::Down(Fall { reason, .. }) => {
                assert_eq!(&*reason, "the server has fallen silent");
                break;
            }
            other => panic!("{other:?}"),
        }
    }
}
