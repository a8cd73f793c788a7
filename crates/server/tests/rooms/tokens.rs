//! Tokens that run out, and fresh ones (LT-5, LT-6).

use crate::peer::{NEWEST, Told};
use crate::world::World;

const ROOM: &str = "ticket:t:1";
const OTHER: &str = "ticket:t:2";

fn wanted(room: &str) -> Told {
    Told::TokenWanted(room.to_owned())
}

fn expired(room: &str) -> Told {
    Told::RoomClosed(room.to_owned(), "token-expired".to_owned())
}

#[tokio::test]
async fn a_new_client_is_asked_for_a_fresh_token_and_else_put_out_of_that_room() {
    let world = World::start().await;
    let mut peer = world.inside("bob", OTHER).await;
    peer.enter(ROOM, &world.token_left("bob", ROOM, 2)).await;
    assert_eq!(peer.next().await, wanted(ROOM));
    assert_eq!(peer.next().await, expired(ROOM));
    assert_eq!(peer.settle(OTHER).await, [], "the other room stays");
    assert_eq!(world.rooms.len(), 1);
}

#[tokio::test]
async fn an_older_client_cannot_be_put_out_of_a_room_so_it_has_to_connect_again() {
    let world = World::start().await;
    let mut peer = world.socket("").await;
    peer.ask(ROOM, &world.token_left("bob", ROOM, 2), None).await;
    assert_eq!(peer.next().await, Told::Authenticated(ROOM.to_owned()));
    assert_eq!(peer.until_closed().await, [Told::SocketClosed(4205)]);
}

#[tokio::test]
async fn a_fresh_token_extends_the_stay() {
    let world = World::start().await;
    let mut peer = world.socket("").await;
    for room in [ROOM, OTHER] {
        peer.enter(room, &world.token_left("bob", room, 4)).await;
        assert_eq!(peer.next().await, wanted(room));
    }
    peer.ask(ROOM, &world.token("bob", ROOM), NEWEST).await;
    assert_eq!(peer.next().await, expired(OTHER), "the one that was not extended");
    assert_eq!(peer.settle(ROOM).await, []);
}

#[tokio::test]
async fn an_older_token_takes_nothing_away() {
    let world = World::start().await;
    let mut peer = world.socket("").await;
    peer.enter(OTHER, &world.token_left("bob", OTHER, 6)).await;
    assert_eq!(peer.next().await, wanted(OTHER));
    peer.enter(ROOM, &world.token("bob", ROOM)).await;
    peer.ask(ROOM, &world.token_left("bob", ROOM, 3), NEWEST).await;
    assert_eq!(peer.next().await, expired(OTHER));
    assert_eq!(peer.settle(ROOM).await, []);
}

#[tokio::test]
async fn a_fresh_token_that_does_not_hold_ends_the_stay() {
    let world = World::start().await;
    let table = [
        ("garbage", "garbage".to_owned()),
        ("expired", world.token_left("bob", ROOM, 0)),
        ("another room", world.token("bob", OTHER)),
        ("another person", world.token("ann", ROOM)),
    ];
    for (case, token) in table {
        let mut peer = world.inside("bob", ROOM).await;
        peer.ask(ROOM, &token, NEWEST).await;
        let closed = Told::RoomClosed(ROOM.to_owned(), "permission-denied".to_owned());
        assert_eq!(peer.next().await, closed, "{case}");
    }
}
