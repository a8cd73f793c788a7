//! The other end of our own house: the console's protocol machine in our rooms.

use std::sync::Arc;
use std::time::{Duration, Instant};

use callboard_server::rooms::PATH;
use callboard_wire::{Client, ClientConfig, ClientEvent};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::peer::{NEWEST, face};
use crate::world::{DEADLINE, TICKETS, World};

const ROOM: &str = "ticket:t:1";

struct Console {
    client: Client,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    started: Instant,
}

impl Console {
    async fn connect(world: &World, first_client_id: u64) -> Self {
        let (socket, _) = connect_async(format!("ws://{}{PATH}", world.address())).await.expect("a socket");
        let config = ClientConfig { provider_version: NEWEST.map(Into::into), first_client_id };
        let mut client = Client::new(config);
        client.opened(Duration::ZERO);
        Self { client, socket, started: Instant::now() }
    }

    fn join(&mut self, world: &World, user: &str, room: &str) {
        assert!(self.client.join(self.started.elapsed(), room, &world.token(user, room)));
    }

    fn show(&mut self, user: &str, field: Option<&str>) {
        let state = face(user, field).to_string();
        self.client.show(self.started.elapsed(), ROOM, Some(state.into()));
    }

    /// The next thing that happened, round trips aside.
    async fn next(&mut self) -> ClientEvent {
        loop {
            while let Some(packet) = self.client.poll_packet() {
                self.socket.send(Message::Binary(packet.into())).await.expect("sent");
            }
            match self.client.poll_event() {
                Some(ClientEvent::RoundTrip { .. }) => {}
                Some(event) => return event,
                None => {
                    let message =
                        timeout(DEADLINE, self.socket.next()).await.expect("the server says something");
                    let bytes = message.expect("open").expect("a socket that works").into_data();
                    self.client.received(self.started.elapsed(), &bytes).expect("readable");
                }
            }
        }
    }

    async fn joined(&mut self, room: &str) {
        let expected = ClientEvent::Joined { document: room.into(), read_only: false };
        assert_eq!(self.next().await, expected);
    }

    /// Where somebody is, as this console sees it next.
    async fn field(&mut self) -> Option<Arc<str>> {
        let ClientEvent::Presence { changes, .. } = self.next().await else { panic!("presence") };
        let [(_, Some(state))] = &changes[..] else { panic!("one who is here: {changes:?}") };
        let awareness: callboard_model::person::Awareness = serde_json::from_str(state).expect("a face");
        awareness.user.editing_field.map(|field| field.name().into())
    }
}

/// LT-9, LT-10, LT-11: presence, the editing field, and a hint, from one console to the other.
#[tokio::test]
async fn two_consoles_see_each_other_and_hear_of_changes() {
    let world = World::start().await;
    let (mut ann, mut bob) = (Console::connect(&world, 10).await, Console::connect(&world, 20).await);
    ann.join(&world, "ann", ROOM);
    ann.joined(ROOM).await;
    ann.show("ann", None);
    bob.join(&world, "bob", ROOM);
    bob.show("bob", None);
    bob.joined(ROOM).await;
    assert_eq!(ann.field().await, None, "ann sees bob");
    assert_eq!(bob.field().await, None, "bob sees ann");
    ann.show("ann", Some("status_id"));
    world.retitle("1", "Printer on fire").await;
    let ClientEvent::Stateless { payload, .. } = ann.next().await else { panic!("a hint") };
    assert!(payload.contains(r#""updatedFields":["title"]"#), "{payload}");
    let mut heard = [false; 2];
    while heard != [true; 2] {
        match bob.next().await {
            ClientEvent::Stateless { .. } => heard[0] = true,
            ClientEvent::Presence { changes, .. } => heard[1] = format!("{changes:?}").contains("status_id"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_console_enters_all_its_rooms_at_its_own_pace() {
    let world = World::start().await;
    let mut ann = Console::connect(&world, 10).await;
    let rooms: Vec<_> = (1..=TICKETS).map(|ticket| format!("ticket:t:{ticket}")).collect();
    for room in &rooms {
        ann.join(&world, "ann", room);
    }
    for room in &rooms {
        ann.joined(room).await;
    }
    assert_eq!(world.rooms.len(), rooms.len());
}
