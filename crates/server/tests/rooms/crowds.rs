//! Many rooms on one socket, and many sockets that have to go (figures of live-tickets.md).

use std::collections::HashSet;

use callboard_wire::Body;
use callboard_wire::frame::{EMPTY_STATE_VECTOR, Sync};
use tokio::time::timeout;

use crate::peer::{NEWEST, Told, face};
use crate::world::{DEADLINE, TICKETS, World, until};

/// Rooms that one console holds: 10,000 is the aim, and the limit of one socket.
const MANY: usize = callboard_server::rooms::limits::ROOMS_PER_SOCKET;

/// There are fewer tickets than rooms here: 4.x providers enter a room once for each of their sessions.
fn address(number: usize) -> String {
    format!("ticket:t:{}\0s{number}", number % TICKETS as usize + 1)
}

/// One console with 10,000 rooms that come, speak, hear, and go, all on one socket.
#[tokio::test]
async fn ten_thousand_rooms_fit_on_one_socket_and_one_more_ends_it() {
    let world = World::start().await;
    let mut peer = world.socket("").await;
    let tokens: Vec<_> =
        (1..=TICKETS).map(|ticket| world.token("bob", &format!("ticket:t:{ticket}"))).collect();
    // In bursts, as a client does that keeps some joins pending.
    for burst in (0..MANY).collect::<Vec<_>>().chunks(500) {
        for &number in burst {
            peer.ask(&address(number), &tokens[number % tokens.len()], NEWEST).await;
        }
        for &number in burst {
            assert_eq!(peer.next().await, Told::Authenticated(address(number)));
        }
    }
    assert_eq!(world.rooms.len(), TICKETS as usize);
    world.retitle("1", "Printer on fire").await;
    let (mut heard, expected) = (HashSet::new(), MANY / TICKETS as usize);
    while heard.len() < expected {
        let Told::Hint(address, _) = peer.next().await else { panic!("a hint") };
        assert!(heard.insert(address), "each session is told once");
    }
    peer.ask(&address(MANY), &tokens[0], NEWEST).await;
    assert_eq!(peer.until_closed().await, [Told::SocketClosed(4205)]);
    until("all rooms are empty", || world.rooms.is_empty()).await;
}

/// Ann and Bob share two thousand rooms; Ann's window closes, and Bob is told of it in each, on the same socket.
#[tokio::test]
async fn the_departure_of_somebody_with_many_rooms_costs_nobody_their_socket() {
    const SHARED: usize = 2000;
    let world = World::start().await;
    let (mut ann, mut bob) = (world.socket("").await, world.socket("").await);
    for number in 0..SHARED {
        let room = format!("ticket:t:{}", number % TICKETS as usize + 1);
        for (peer, user) in [(&mut ann, "ann"), (&mut bob, "bob")] {
            peer.enter(&address(number), &world.token(user, &room)).await;
        }
    }
    for number in 0..TICKETS as usize {
        ann.show(&address(number), 10, 1, Some(face("ann", None))).await;
    }
    // Everything that was said is heard, first by the server and then by Bob.
    ann.settle(&address(0)).await;
    bob.settle(&address(0)).await;
    drop(ann);
    let mut gone = HashSet::new();
    while gone.len() < SHARED {
        if let Told::Presence(address, entries) = bob.next().await
            && entries.iter().any(|entry| entry.state.is_none())
        {
            gone.insert(address);
        }
    }
    bob.send(&address(0), &Body::Sync(Sync::Step1(EMPTY_STATE_VECTOR))).await;
    assert!(matches!(bob.next().await, Told::Synced(_)), "and goes on");
}

/// A server that stops sends its clients away one after the other, each with a word about when to come back.
#[tokio::test]
async fn those_who_are_sent_away_are_not_sent_away_at_once() {
    const SOCKETS: usize = 200;
    let world = World::start().await;
    let mut peers = Vec::new();
    for _ in 0..SOCKETS {
        peers.push(world.inside("bob", "board:t").await);
    }
    world.stop.cancel();
    let mut waits = HashSet::new();
    for peer in &mut peers {
        let (code, reason) = peer.farewell().await;
        let wait = reason.strip_prefix("Service Restart; retry-after-ms=").expect("a word about when");
        assert_eq!(code, 1012);
        waits.insert(wait.parse::<u64>().expect("milliseconds"));
    }
    assert!(waits.len() > SOCKETS / 2, "spread out: {}", waits.len());
    timeout(DEADLINE, world.rooms.drained()).await.expect("every socket has ended");
}
