//! The bounds of a socket: each is told with its reason, in the protocol's own words.

use axum::body::Body;
use axum::http::Request;
use callboard_server::auth::Role;
use callboard_server::gateways::channels::limits::{
    CHANNELS_PER_SOCKET, MESSAGE_BYTES_MAX, MESSAGES, SOCKETS_PER_PERSON,
};
use serde_json::{Value, json};

use crate::world::{Client, DEADLINE, World, of, until};

/// Whoever says too much hears why, however much it is.
#[tokio::test]
async fn a_message_has_a_size() {
    let world = World::start().await;
    for times in [1, 200] {
        let mut client = world.client().await;
        client.say("pusher:ping", json!({"much": "x".repeat(times * MESSAGE_BYTES_MAX)})).await;
        let why = format!("A message has at most {MESSAGE_BYTES_MAX} bytes");
        assert_eq!(client.closed().await, (1009, why), "{times} times too much");
    }
}

#[tokio::test]
async fn a_socket_that_never_stops_talking_is_closed() {
    let world = World::start().await;
    let mut client = world.client().await;
    for _ in 0..=2 * MESSAGES.burst {
        client.say("pusher:pong", json!({})).await;
    }
    assert_eq!(client.closed().await, (4301, "Too many messages: at most 1200 per minute".to_owned()));
}

/// One channel too many is refused by itself, and there is room again when one is left.
#[tokio::test]
async fn a_socket_has_so_many_channels() {
    let world = World::start().await;
    let somebody = world.a(Role::Dispatcher).await;
    let like = world.open_tickets(&somebody).await.into_iter().next().expect("a ticket");
    let mut channels = Vec::new();
    for number in 0..=CHANNELS_PER_SOCKET {
        let body = json!({
            "title": format!("Ticket {number}"), "client_id": like.client_id, "board_id": like.board_id,
            "status_id": like.status_id, "priority_id": like.priority_id,
        });
        let ticket = world.does(axum::http::Method::POST, "/api/v1/tickets", &somebody, body).await;
        channels.push(format!("private-record.ticket.{}", ticket["ticket_id"].as_str().expect("an id")));
    }
    let (last, rest) = channels.split_last().expect("some");
    let mut client = world.listens(&somebody, rest).await;
    let answer = world.asks_for(&mut client, &somebody, last).await;
    assert_eq!(answer["event"], "pusher:subscription_error");
    assert!(answer["data"].as_str().is_some_and(|data| data.contains("Too many channels")), "{answer}");
    assert_eq!(world.app.channels.counts().subscriptions, CHANNELS_PER_SOCKET);
    client.say("pusher:unsubscribe", json!({"channel": rest[0]})).await;
    let answer = world.asks_for(&mut client, &somebody, last).await;
    assert_eq!(answer["event"], "pusher_internal:subscription_succeeded", "{answer}");
}

#[tokio::test]
async fn a_person_has_so_many_sockets() {
    let world = World::start().await;
    let (somebody, other) = (world.a(Role::Dispatcher).await, world.a(Role::Technician).await);
    let channel = of(&world.open_tickets(&other).await[0]);
    let mut clients = Vec::new();
    for _ in 0..SOCKETS_PER_PERSON {
        clients.push(world.listens(&somebody, std::slice::from_ref(&channel)).await);
    }
    let mut one_more = world.client().await;
    let answer = world.asks_for(&mut one_more, &somebody, &channel).await;
    assert!(answer["data"].as_str().is_some_and(|data| data.contains("Too many sockets")), "{answer}");
    drop(world.listens(&other, std::slice::from_ref(&channel)).await);
    drop(clients.pop());
    until("a socket is given back", || world.app.channels.counts().subscriptions < SOCKETS_PER_PERSON).await;
    let answer = world.asks_for(&mut one_more, &somebody, &channel).await;
    assert_eq!(answer["event"], "pusher_internal:subscription_succeeded", "{answer}");
}

#[tokio::test]
async fn what_is_not_the_protocol_is_told_so() {
    let world = World::start().await;
    for (app, code) in [("another?protocol=7", 4001), ("callboard?protocol=4", 4007)] {
        let mut client = Client::connect(world.address, app).await;
        let told = client.hears("pusher:error").await;
        assert_eq!(told["data"]["code"], code, "{told}");
        assert_eq!(client.closed().await.0, code);
    }
    for text in ["{", "[]", r#"{"event":"pusher:everything","data":{}}"#] {
        let mut client = world.client().await;
        client.say_text(text).await;
        assert_eq!(client.closed().await, (4009, "Not a message of this protocol".to_owned()), "{text}");
    }
    let mut speaker = world.client().await;
    speaker.say_text(r#"{"event":"client-typing","channel":"private-board.1","data":{}}"#).await;
    assert_eq!(speaker.hears("pusher:error").await["data"]["code"], 4301, "nobody is spoken to");
    speaker.say("pusher:ping", json!({})).await;
    speaker.hears("pusher:pong").await;
    let plain = Request::get("/app/callboard").body(Body::empty()).expect("a request");
    assert_eq!(world.ask(plain).await.0, 400, "no WebSocket");
    let proof = Request::post("/broadcasting/auth").body(Body::from("{}")).expect("a request");
    assert_eq!(world.ask(proof).await.0, 401);
}

/// A stopping server says so, in words with which clients come back at once, and is empty in time.
#[tokio::test]
async fn a_server_that_stops_tells_everybody_to_come_back() {
    let world = World::start().await;
    let somebody = world.a(Role::Dispatcher).await;
    let mut idle = world.client().await;
    let mut listening = world.listens(&somebody, &[of(&world.open_tickets(&somebody).await[0])]).await;
    world.stop.cancel();
    for client in [&mut idle, &mut listening] {
        assert_eq!(client.closed().await, (4200, "The server stops: come back".to_owned()));
    }
    tokio::time::timeout(DEADLINE, world.app.channels.drained()).await.expect("everybody is told");
    assert_eq!(world.app.channels.counts().connections, 0);
}

/// Whoever does not read is let go, and holds up nobody. Takes the 10 s that a write has.
#[tokio::test]
async fn whoever_does_not_read_is_closed() {
    let world = World::start().await;
    let somebody = world.a(Role::Dispatcher).await;
    let tickets = world.open_tickets(&somebody).await;
    let channels: Vec<String> = tickets.iter().map(of).collect();
    let deaf = world.listens(&somebody, &channels).await;
    let ids: Vec<&str> = tickets.iter().map(|ticket| ticket.ticket_id.as_str()).collect();
    let talking = async {
        for round in 0.. {
            let changes = json!({"title": format!("Round {round}")});
            let body = json!({"ids": ids, "changes": changes});
            let (status, answer) =
                world.send(axum::http::Method::POST, "/api/v1/tickets/bulk", &somebody, &body).await;
            assert_eq!((status, &answer["meta"]["failed"]), (200, &Value::from(0)), "{answer}");
            if world.app.channels.counts().connections == 0 {
                return;
            }
        }
    };
    tokio::time::timeout(2 * DEADLINE, talking).await.expect("it is let go");
    drop(deaf);
}
