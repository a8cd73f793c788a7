//! Connections: slow ones, idle ones, many of them, and the last ones.

use std::time::Duration;

use callboard_server::listen::Limits;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite;

use crate::world::{DEADLINE, Raw, World};

const SOON: Duration = Duration::from_millis(200);

/// Slow loris: heads that never end are closed, and meanwhile everybody else is served.
#[tokio::test]
async fn a_head_that_never_ends_is_closed_and_holds_up_nobody() {
    let world = World::limited(Limits { head: SOON, ..Limits::STRANGERS }).await;
    let mut slow = Vec::new();
    for _ in 0..100 {
        let mut raw = world.open().await;
        raw.say("GET /api/v1/meta/health HTTP/1.1\r\nhost: x\r\nx-never: en").await;
        slow.push(raw);
    }
    assert_eq!(world.open().await.health().await, Some(200));
    for raw in &mut slow {
        assert_eq!(raw.closed().await, "", "no answer to what was never asked");
    }
}

#[tokio::test]
async fn a_connection_serves_request_after_request_and_ends_when_idle() {
    let world = World::limited(Limits { head: SOON, ..Limits::STRANGERS }).await;
    let mut raw = world.open().await;
    for _ in 0..3 {
        assert_eq!(raw.health().await, Some(200));
    }
    assert_eq!(raw.closed().await, "");
    assert_eq!(world.open().await.closed().await, "", "nor may one be opened to say nothing");
}

/// Connection flood: one address fills its own seats and not those of others.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn one_address_cannot_take_the_connections_of_the_others() {
    let world = World::limited(Limits { connections: 12, per_source: 8, ..Limits::STRANGERS }).await;
    let mut flood = seated(&world, [127, 0, 0, 1], 8).await;
    for _ in 0..50 {
        assert_eq!(world.open().await.health().await, None, "the ninth and all after it");
    }
    let others = seated(&world, [127, 0, 0, 2], 4).await;
    assert_eq!(world.open_from([127, 0, 0, 3]).await.health().await, None, "all seats are taken");
    drop(others);
    assert!(flood[0].health().await.is_some(), "who is inside is served on");
    flood.truncate(1);
    // The server sees an end when it reads it.
    until_seated(&world, [127, 0, 0, 3]).await;
}

/// As many connections, each shown to be served.
async fn seated(world: &World, source: [u8; 4], count: usize) -> Vec<Raw> {
    let mut raws = Vec::new();
    for _ in 0..count {
        let mut raw = world.open_from(source).await;
        assert_eq!(raw.health().await, Some(200), "{} of {count}", raws.len() + 1);
        raws.push(raw);
    }
    raws
}

async fn until_seated(world: &World, source: [u8; 4]) {
    let seated = async { while world.open_from(source).await.health().await.is_none() {} };
    timeout(DEADLINE, seated).await.expect("a seat that was left is free");
}

/// An upgraded connection is still one.
#[tokio::test]
async fn a_socket_of_the_rooms_has_a_seat_for_as_long_as_it_is_open() {
    let world = World::limited(Limits { per_source: 1, ..Limits::STRANGERS }).await;
    let url = format!("ws://{}/hocuspocus", world.running.address);
    let (socket, _) = tokio_tungstenite::connect_async(&url).await.expect("a socket");
    assert_eq!(world.open().await.health().await, None);
    drop(socket);
    until_seated(&world, [127, 0, 0, 1]).await;
}

/// A peer that takes nothing: the answers it asked for fill the buffers between, and then it is given up.
#[tokio::test]
async fn who_reads_no_answer_is_given_up() {
    let world = World::limited(Limits { write: SOON, per_source: 1, ..Limits::STRANGERS }).await;
    let mut raw = world.open().await;
    // Far more than all buffers between two sockets hold.
    raw.say(&"GET /api/v1/meta/openapi HTTP/1.1\r\nhost: x\r\n\r\n".repeat(1000)).await;
    until_seated(&world, [127, 0, 0, 1]).await;
}

/// SIGTERM: who was let in gets their answer, nobody new is, and then all of it ends.
#[tokio::test]
async fn a_stop_lets_requests_finish_and_takes_no_new_ones() {
    let world = World::start(|_| {}).await;
    let (address, key) = (world.running.address, world.key());
    let mut idle = world.open().await;
    assert_eq!(idle.health().await, Some(200));
    let mut busy = world.open().await;
    let body = r#"{"ticket_ids":[]}"#;
    let (begin, end) = body.split_at(5);
    busy.say(&format!(
        "POST /api/v1/tickets/live-tokens HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\nexpect: 100-continue\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    ))
    .await;
    assert_eq!(busy.reply().await.map(|reply| reply.status), Some(100), "the handler waits for the body");
    busy.say(begin).await;
    world.stop.cancel();
    let stopped = tokio::spawn(world.running.stopped());
    assert_eq!(idle.closed().await, "", "who waits for nothing is closed");
    let refused = async { while tokio::net::TcpStream::connect(address).await.is_ok() {} };
    timeout(DEADLINE, refused).await.expect("nobody new");
    busy.say(end).await;
    let reply = busy.reply().await.expect("an answer");
    assert_eq!((reply.status, reply.header("connection")), (200, Some("close")), "{reply:?}");
    timeout(DEADLINE, stopped).await.expect("in time").expect("no panic").expect("a clean end");
}

/// A socket is told 1012 and not cut off.
#[tokio::test]
async fn a_stop_says_goodbye_to_sockets() {
    use futures_util::StreamExt;
    let world = World::start(|_| {}).await;
    let url = format!("ws://{}/hocuspocus", world.running.address);
    let (mut socket, _) = tokio_tungstenite::connect_async(&url).await.expect("a socket");
    world.stop.cancel();
    let heard = timeout(DEADLINE, socket.next()).await.expect("in time").expect("a frame").expect("readable");
    let tungstenite::Message::Close(Some(frame)) = heard else { panic!("{heard:?}") };
    assert_eq!(u16::from(frame.code), 1012);
    timeout(DEADLINE, world.running.stopped()).await.expect("in time").expect("a clean end");
}
