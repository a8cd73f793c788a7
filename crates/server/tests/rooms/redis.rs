//! Two processes and the stock, over a real Redis (LT-3).

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use callboard_server::bus::BusSettings;
use futures_util::StreamExt;
use redis::AsyncCommands;
use redis::aio::MultiplexedConnection;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::peer::{Peer, Told};
use crate::world::{DEADLINE, World, until};

const ROOM: &str = "ticket:t:1";
const CHANNEL: &str = "alga-psa:ticket-updates:t:1";
const STOCK: &str = r#"{"updatedFields":["status_id"],"updatedBy":{"userId":"u","displayName":"Bob"},"updatedAt":"2026-11-21T10:00:00Z"}"#;

/// A Redis of this test's own.
pub(crate) struct Redis {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Redis {
    pub(crate) async fn start() -> Self {
        let free =
            TcpListener::bind(("127.0.0.1", 0)).and_then(|port| port.local_addr()).expect("a free port");
        Self::at(free).await
    }

    async fn at(address: SocketAddr) -> Self {
        let process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &address.port().to_string()])
            .args(["--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed");
        until("Redis answers", || TcpStream::connect(address).is_ok()).await;
        Self { process, address }
    }

    fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    pub(crate) async fn world(&self) -> World {
        World::with_bus(BusSettings { redis_url: Some(self.url().into()), ..BusSettings::default() }).await
    }

    /// A foreign publisher, such as the stock server.
    pub(crate) async fn foreigner(&self) -> MultiplexedConnection {
        let client = redis::Client::open(self.url()).expect("an address");
        client.get_multiplexed_async_connection().await.expect("a connection")
    }

    fn kill(&mut self) {
        self.process.kill().expect("killed");
        self.process.wait().expect("gone");
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // Killed twice is killed.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

async fn hint(peer: &mut Peer) -> Value {
    match peer.next().await {
        Told::Hint(address, hint) if address == ROOM => hint,
        other => panic!("no hint: {other:?}"),
    }
}

#[tokio::test]
async fn what_the_stock_publishes_reaches_our_rooms() {
    let redis = Redis::start().await;
    let world = redis.world().await;
    let mut ticket = world.inside("ann", ROOM).await;
    let mut board = world.inside("ann", "board:t").await;
    let mut stock = redis.foreigner().await;
    // Nothing of this is a hint of a ticket.
    for (channel, payload) in [
        (format!("{CHANNEL}:more"), STOCK),
        ("alga-psa:ticket-updates:t".to_owned(), STOCK),
        (CHANNEL.to_owned(), "no JSON"),
        (CHANNEL.to_owned(), "{}"),
    ] {
        let _: () = stock.publish(channel, payload).await.expect("published");
    }
    let _: () = stock.publish(CHANNEL, STOCK).await.expect("published");
    let mut expected: Value = serde_json::from_str(STOCK).expect("JSON");
    assert_eq!(hint(&mut ticket).await, expected);
    expected["ticketId"] = "1".into();
    assert_eq!(board.next().await, Told::Hint("board:t".to_owned(), expected));
}

#[tokio::test]
async fn what_we_publish_reads_as_the_stocks() {
    let redis = Redis::start().await;
    let client = redis::Client::open(redis.url()).expect("an address");
    let mut stock = client.get_async_pubsub().await.expect("a connection");
    stock.psubscribe("alga-psa:ticket-updates:*").await.expect("subscribed");
    let world = redis.world().await;
    let saved = world.retitle("1", "Printer on fire").await;
    let message = timeout(DEADLINE, stock.on_message().next()).await.expect("in time").expect("a message");
    assert_eq!(message.get_channel_name(), CHANNEL);
    let text: String = message.get_payload().expect("text");
    let payload: Value = serde_json::from_str(&text).expect("JSON");
    assert!(text.starts_with(
        r#"{"updatedFields":["title"],"updatedBy":{"userId":"bob","displayName":"Bob Kessler"},"updatedAt":""#
    ));
    assert_eq!(payload["version"], json!(saved.version));
    assert_eq!(payload["originSession"], "bobs-console");
}

#[tokio::test]
async fn two_servers_on_one_redis_each_deliver_once() {
    let redis = Redis::start().await;
    let (here, there) = (redis.world().await, redis.world().await);
    assert_eq!(here.bus.hears_others(), Some(true));
    let mut near = here.inside("ann", ROOM).await;
    let mut far = there.inside("ann", ROOM).await;
    here.retitle("1", "Printer on fire").await;
    let told = hint(&mut far).await;
    assert_eq!(told["version"], 2);
    assert_eq!(hint(&mut near).await, told);
    // It has gone through Redis, so its echo is before this one.
    let _: () = redis.foreigner().await.publish(CHANNEL, STOCK).await.expect("published");
    for peer in [&mut near, &mut far] {
        assert_eq!(hint(peer).await["updatedFields"], json!(["status_id"]), "no second copy before it");
    }
}

/// LT-2, LT-3: a dead Redis costs hints between processes, and nothing else; afterwards all catch up.
#[tokio::test]
async fn redis_dies_and_comes_back() {
    let mut redis = Redis::start().await;
    let (here, there) = (redis.world().await, redis.world().await);
    let mut near = here.inside("ann", ROOM).await;
    let mut far = there.inside("ann", ROOM).await;
    redis.kill();
    for version in 2..12 {
        let saved =
            timeout(DEADLINE, here.retitle("1", &format!("Try {version}"))).await.expect("not held up");
        assert_eq!(json!(saved.version), json!(version));
        assert_eq!(hint(&mut near).await["version"], version, "rooms of this process do not need Redis");
    }
    let _alive = Redis::at(redis.address).await;
    // Both processes know that they may have missed something, and say so.
    for peer in [&mut near, &mut far] {
        let told = peer.until_closed().await;
        assert_eq!(told.last(), Some(&Told::SocketClosed(4205)));
    }
    let mut far = there.inside("ann", ROOM).await;
    here.retitle("1", "Printer on fire").await;
    while hint(&mut far).await["version"] != 12 {}
}

#[tokio::test]
async fn a_server_starts_without_its_redis_and_finds_it_later() {
    let mut redis = Redis::start().await;
    redis.kill();
    let world = timeout(DEADLINE, redis.world()).await.expect("it starts");
    let mut ann = world.inside("ann", ROOM).await;
    world.retitle("1", "Printer on fire").await;
    assert_eq!(hint(&mut ann).await["version"], 2);
    let alive = Redis::at(redis.address).await;
    assert_eq!(ann.until_closed().await.last(), Some(&Told::SocketClosed(4205)));
    let mut ann = world.inside("ann", ROOM).await;
    let _: () = alive.foreigner().await.publish(CHANNEL, STOCK).await.expect("published");
    assert_eq!(hint(&mut ann).await["updatedFields"], json!(["status_id"]));
}
