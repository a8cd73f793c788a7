//! How a socket begins and ends (GS-1).

use axum::http::Method;
use callboard_server::auth::Role;
use callboard_server::gateways::graphql::limits::{CONNECTIONS_PER_USER, MESSAGE_BYTES_MAX, MESSAGES};
use callboard_server::store::save::Author;
use serde_json::{Value, json};

use crate::peer::Peer;
use crate::world::{DEADLINE, Person, T, World, until};

fn init(payload: Value) -> Value {
    json!({"type": "connection_init", "payload": payload})
}

/// GS-1: none, an empty one and a bad one are refused, each with its reason.
#[tokio::test]
async fn whoever_shows_no_token_or_a_bad_one_is_closed_with_4403() {
    let world = World::start().await;
    for (payload, reason) in [
        (Value::Null, "Unauthorized: No token provided"),
        (json!({}), "Unauthorized: No token provided"),
        (json!({"authToken": ""}), "Unauthorized: No token provided"),
        (json!({"authToken": "guessed"}), "Unauthorized: Invalid token"),
        (json!({"Authorization": "Bearer guessed"}), "Unauthorized: Invalid token"),
    ] {
        let mut peer = Peer::connect(world.address).await;
        peer.say(&init(payload.clone())).await;
        assert_eq!(peer.closed().await, (4403, reason.to_owned()), "{payload}");
    }
}

#[tokio::test]
async fn a_token_opens_wherever_clients_put_it() {
    let world = World::start().await;
    let key = world.a(Role::Technician).await.key;
    for payload in [
        json!({"Authorization": format!("Bearer {key}")}),
        json!({"authorization": key}),
        json!({"authToken": key}),
    ] {
        let mut peer = Peer::connect(world.address).await;
        peer.say(&init(payload)).await;
        peer.hears("connection_ack").await;
    }
}

/// GS-1
#[tokio::test]
async fn whoever_asks_before_they_were_let_in_is_closed_with_4401() {
    let world = World::start().await;
    let mut peer = Peer::connect(world.address).await;
    peer.begin("1", "{ me { id } }").await;
    assert_eq!(peer.closed().await.0, 4401);
}

#[tokio::test]
async fn what_breaks_the_protocol_ends_the_socket_with_the_protocols_own_codes() {
    let world = World::start().await;
    let somebody = world.a(Role::Dispatcher).await;
    let mut twice = world.inside(&somebody).await;
    twice.say(&init(json!({"authToken": somebody.key}))).await;
    assert_eq!(twice.closed().await.0, 4429, "a second connection_init");

    let mut twin = world.inside(&somebody).await;
    twin.listens("1", "subscription { supportTicketEvents { eventType } }").await;
    twin.begin("1", "{ me { id } }").await;
    assert_eq!(twin.closed().await, (4409, "Subscriber for 1 already exists".to_owned()));

    let mut garbage = world.inside(&somebody).await;
    garbage.say_text("{").await;
    assert_eq!(garbage.closed().await.0, 4400);

    let mut mute = Peer::speaking(world.address, None).await;
    assert_eq!(mute.closed().await.0, 4406, "no subprotocol");
}

/// Takes the 5 s that a peer has.
#[tokio::test]
async fn whoever_does_not_say_who_they_are_is_closed_with_4408() {
    let world = World::start().await;
    let mut silent = Peer::connect(world.address).await;
    assert_eq!(silent.closed().await, (4408, "Connection initialisation timeout".to_owned()));
}

#[tokio::test]
async fn a_ping_is_answered_before_and_after_somebody_was_let_in() {
    let world = World::start().await;
    let mut peer = Peer::connect(world.address).await;
    peer.say(&json!({"type": "ping"})).await;
    peer.hears("pong").await;
    peer.enter(&world.a(Role::Dispatcher).await.key).await;
    peer.say(&json!({"type": "ping"})).await;
    peer.hears("pong").await;
}

/// GS-6: one socket more than a person may have; another person is not touched by it.
#[tokio::test]
async fn a_person_has_so_many_sockets_and_no_more() {
    let world = World::start().await;
    let somebody = world.a(Role::Dispatcher).await;
    let mut peers = Vec::new();
    for _ in 0..CONNECTIONS_PER_USER {
        peers.push(world.inside(&somebody).await);
    }
    let mut one_more = Peer::connect(world.address).await;
    one_more.say(&init(json!({"authToken": somebody.key}))).await;
    assert_eq!(one_more.closed().await, (4290, "Too many connections of one person: close some".to_owned()));
    drop(world.inside(&world.a(Role::Technician).await).await);
    drop(peers.pop());
    until("the socket is given back", || world.app.graph.counts().connections < CONNECTIONS_PER_USER).await;
    drop(world.inside(&somebody).await);
}

/// GS-6
#[tokio::test]
async fn a_socket_that_never_stops_talking_is_closed() {
    let world = World::start().await;
    let mut peer = world.inside(&world.a(Role::Dispatcher).await).await;
    for _ in 0..=2 * MESSAGES.burst {
        peer.shout(&json!({"type": "pong"})).await;
    }
    assert_eq!(peer.closed().await, (4290, "Too many messages: at most 1200 per minute".to_owned()));
}

/// GS-6: whoever says too much hears why, however much it is.
#[tokio::test]
async fn a_message_has_a_size() {
    let world = World::start().await;
    for times in [1, 16] {
        let mut peer = world.inside(&world.a(Role::Dispatcher).await).await;
        let much = "x".repeat(times * MESSAGE_BYTES_MAX);
        peer.shout(&json!({"type": "ping", "payload": {"much": much}})).await;
        let why = format!("A message has at most {MESSAGE_BYTES_MAX} bytes");
        assert_eq!(peer.closed().await, (1009, why), "{times} times too much");
    }
}

/// A stopping server says so, in words with which clients come back, and is empty in time.
#[tokio::test]
async fn a_server_that_stops_tells_everybody_to_come_back() {
    let world = World::start().await;
    let mut idle = world.inside(&world.a(Role::Dispatcher).await).await;
    let mut listening = world.inside(&world.a(Role::Technician).await).await;
    listening.listens("1", "subscription { supportTicketEvents { eventType } }").await;
    world.stop.cancel();
    for peer in [&mut idle, &mut listening] {
        assert_eq!(peer.closed().await, (1012, "The server is stopping: come back in a moment".to_owned()));
    }
    tokio::time::timeout(DEADLINE, world.app.graph.drained()).await.expect("everybody is told");
    assert_eq!(world.app.graph.counts().connections, 0);
}

/// A key that is taken away ends what was opened with it, although nothing happens on the socket.
#[tokio::test]
async fn a_key_that_is_taken_away_closes_its_sockets_and_no_other() {
    let world = World::start().await;
    let (somebody, admin) = (world.a(Role::Technician).await, world.a(Role::Admin).await);
    let other = world.a(Role::Technician).await;
    assert_eq!(other.user, somebody.user, "two keys of one person");
    let (mut peer, mut stays) = (world.inside(&somebody).await, world.inside(&other).await);
    peer.listens("1", "subscription { supportTicketEvents { eventType } }").await;
    let keys = world.store.keys(&T.into(), Some(somebody.user.clone())).await.expect("keys");
    // The newest is the other one.
    let key = keys.last().expect("two").key_id.clone();
    let caller = world.store.caller(&T.into(), &admin.user).await.expect("readable").expect("active");
    world.store.revoke_key(Author::of(&caller, world.app.now()), key).await.expect("revoked");
    let first = tokio::select! {
        biased;
        closed = peer.closed() => ("the one", closed),
        closed = stays.closed() => ("the other", closed),
    };
    assert_eq!(first.1, (4403, "Forbidden: this key opens nothing any more".to_owned()));
    let survivor = if first.0 == "the one" { &mut stays } else { &mut peer };
    survivor.listens("2", "subscription { supportTicketEvents { eventType } }").await;
}

/// LT-20: off ends every subscription although nothing happens, and begins none; what is asked on the socket is answered.
#[tokio::test]
async fn a_switch_that_is_turned_off_ends_the_subscriptions() {
    let world = World::start().await;
    let (somebody, admin) = (world.a(Role::Dispatcher).await, world.a(Role::Admin).await);
    let ticket = world.open_ticket(&somebody).await;
    let mut peer = world.inside(&somebody).await;
    let one = format!("subscription {{ ticketUpdated(ticketId: \"{}\") {{ eventType }} }}", ticket.ticket_id);
    let all = "subscription { supportTicketEvents { eventType } }";
    peer.listens("all", all).await;
    peer.listens("one", &one).await;
    turn(&world, &admin, false).await;
    for id in ["all", "one"] {
        assert_eq!(peer.fails(id).await, "FORBIDDEN", "{id}");
    }
    for (id, query) in [("again", all), ("one again", &one)] {
        peer.begin(id, query).await;
        assert_eq!(peer.fails(id).await, "FORBIDDEN", "{id}");
    }
    assert_eq!(world.app.graph.counts().subscriptions, 0);
    peer.begin("query", "{ me { id } }").await;
    peer.hears_where("the answer", |one| one["id"] == "query" && one["type"] == "next").await;
    turn(&world, &admin, true).await;
    peer.listens("on", all).await;
    world.put(&somebody, &ticket, json!({"title": "Told as ever"})).await;
    assert_eq!(peer.event("on").await["eventType"], "UPDATED");
}

/// LT-20: an event that comes before anybody has looked at the switch is not told either.
#[tokio::test]
async fn nothing_is_told_once_the_switch_is_off() {
    let world = World::start().await;
    let (somebody, admin) = (world.a(Role::Dispatcher).await, world.a(Role::Admin).await);
    let ticket = world.open_ticket(&somebody).await;
    let mut peer = world.inside(&somebody).await;
    peer.listens("all", "subscription { supportTicketEvents { eventType } }").await;
    turn(&world, &admin, false).await;
    world.put(&somebody, &ticket, json!({"title": "Saved as ever"})).await;
    assert_eq!(peer.fails("all").await, "FORBIDDEN");
}

async fn turn(world: &World, admin: &Person, is_on: bool) {
    let path = "/api/v1/admin/switches/live-ticket-updates";
    let (status, answer) = world.send(Method::PUT, path, admin, &json!({ "is_on": is_on })).await;
    assert_eq!(status, 200, "{answer}");
}
