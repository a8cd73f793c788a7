//! The metrics: there, complete, and silent about what they must not tell.

use std::net::SocketAddr;

use callboard_server::auth::Role;
use callboard_server::gateways::webhooks::Reach;
use callboard_server::settings::MetricsSettings;
use callboard_testkit::wait;
use callboard_wire::frame::{Auth, encode_frame};
use callboard_wire::{Address, Body};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::world::{DEADLINE, Raw, Reply, World};

async fn scrape(world: &World, authorization: &str) -> Reply {
    let address = world.running.metrics_address.expect("metrics are served");
    let mut raw = Raw::to(address).await;
    raw.say(&format!("GET /metrics HTTP/1.1\r\nhost: x\r\n{authorization}\r\n")).await;
    raw.reply().await.expect("an answer")
}

#[tokio::test]
async fn requests_rooms_and_the_database_are_measured() {
    let world = World::with_metrics(None).await;
    let key = world.key();
    world.get("/api/v1/tickets?search=hunter2", &key).await;
    let list = world.get("/api/v1/tickets", &key).await.json();
    let ticket = list["data"][0]["ticket_id"].as_str().expect("a ticket").to_owned();
    assert_eq!(world.get(&format!("/api/v1/tickets/{ticket}"), &key).await.status, 200);
    assert_eq!(world.get("/wp-admin/hunter2.php", "").await.status, 404);
    let url = format!("ws://{}/hocuspocus?token=hunter2", world.running.address);
    let request = url.into_client_request().expect("a request");
    let (_socket, _) = tokio_tungstenite::connect_async(request).await.expect("a socket");
    let reply = scrape(&world, "").await;
    assert_eq!(reply.status, 200);
    for line in [
        r#"callboard_http_requests_total{method="GET",route="/api/v1/tickets/{id}",status="200"} 1"#,
        r#"callboard_http_requests_total{method="GET",route="none",status="404"} 1"#,
        r#"callboard_http_request_seconds_count{method="GET",route="/api/v1/tickets"} 2"#,
        "callboard_room_sockets 1",
        "callboard_rooms 0",
        "callboard_outbox_hints 0",
        "callboard_connections_refused_total 0",
        r#"callboard_store_seconds_count{work="read"}"#,
    ] {
        assert!(reply.body.contains(line), "{line} is not in\n{}", reply.body);
    }
    for secret in ["hunter2", ticket.as_str(), key.as_str(), "harbour", "Nora"] {
        assert!(!reply.body.contains(secret), "{secret} is in\n{}", reply.body);
    }
}

/// Somebody who may and somebody who may not ask for a room, and a save: each is counted where it is noticed.
#[tokio::test]
async fn hints_and_refusals_are_counted() {
    let world = World::with_metrics(None).await;
    let key = world.key();
    let list = world.get("/api/v1/tickets", &key).await.json();
    let ticket = list["data"][0]["ticket_id"].as_str().expect("a ticket").to_owned();
    let token = world.get(&format!("/api/tickets/{ticket}/live-token"), &key).await.json();
    let token = token["token"].as_str().expect("a token");
    let room = format!("ticket:{}:{ticket}", world.running.demo_accounts[0].tenant);
    let url = format!("ws://{}/hocuspocus", world.running.address);
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.expect("a socket");
    let other = room.replace(&ticket, "another");
    for (room, answers) in [(&room, b"read-write".as_slice()), (&other, b"denied")] {
        let address = Address::parse(room).expect("an address");
        let ask = Body::Auth(Auth::Token { token, provider_version: Some("4.8.0") });
        socket.send(Message::binary(encode_frame(&address, &ask))).await.expect("sent");
        heard(&mut socket, answers).await;
    }
    let body = r#"{"title":"Printer on fire"}"#;
    let mut raw = world.open().await;
    raw.say(&format!(
        "PUT /api/v1/tickets/{ticket} HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    ))
    .await;
    assert_eq!(raw.reply().await.expect("an answer").status, 200);
    heard(&mut socket, b"updatedFields").await;
    let text = scrape(&world, "").await.body;
    for line in [
        "callboard_hints_relayed_total 1",
        "callboard_hints_heard_total 1",
        "callboard_hint_deliveries_total 1",
        "callboard_room_refusals_total 1",
        "callboard_slow_readers_total 0",
    ] {
        assert!(text.lines().any(|told| told == line), "{line} is not in\n{text}");
    }
}

/// GS-6: sockets, subscriptions and what they were told.
#[tokio::test]
async fn graphql_sockets_subscriptions_and_deliveries_are_counted() {
    let world = World::with_metrics(None).await;
    let key = world.key();
    let list = world.get("/api/v1/tickets", &key).await.json();
    let ticket = list["data"][0]["ticket_id"].as_str().expect("a ticket").to_owned();
    let mut request =
        format!("ws://{}/graph", world.running.address).into_client_request().expect("a request");
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().expect("a header"));
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.expect("a socket");
    let messages = [
        (format!(r#"{{"type":"connection_init","payload":{{"authToken":"{key}"}}}}"#), "connection_ack"),
        (r#"{"type":"subscribe","id":"bad","payload":{"query":"{ nothing }"}}"#.to_owned(), "GRAPHQL_INVALID"),
        (
            r#"{"type":"subscribe","id":"all","payload":{"query":"subscription { supportTicketEvents { eventType } }"}}"#
                .to_owned(),
            "",
        ),
        (r#"{"type":"subscribe","id":"ready","payload":{"query":"{ me { id } }"}}"#.to_owned(), "complete"),
    ];
    for (message, answers) in messages {
        socket.send(Message::text(message)).await.expect("sent");
        if !answers.is_empty() {
            heard(&mut socket, answers.as_bytes()).await;
        }
    }
    let body = r#"{"title":"Printer on fire"}"#;
    let mut raw = world.open().await;
    raw.say(&format!(
        "PUT /api/v1/tickets/{ticket} HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    ))
    .await;
    assert_eq!(raw.reply().await.expect("an answer").status, 200);
    heard(&mut socket, b"UPDATED").await;
    let text = scrape(&world, "").await.body;
    for line in [
        "callboard_graphql_connections 1",
        "callboard_graphql_subscriptions 1",
        "callboard_graphql_deliveries_total 1",
        "callboard_graphql_refusals_total 1",
        "callboard_graphql_too_slow_total 0",
        "callboard_channel_connections 0",
        "callboard_channel_subscriptions 0",
        "callboard_channel_deliveries_total 0",
        "callboard_channel_refusals_total 0",
        "callboard_channel_too_slow_total 0",
    ] {
        assert!(text.lines().any(|told| told == line), "{line} is not in\n{text}");
    }
    assert!(!text.contains(&key));
}

/// Waits for a frame with this in it.
async fn heard(socket: &mut WebSocketStream<MaybeTlsStream<TcpStream>>, what: &[u8]) {
    let waiting = async {
        loop {
            let frame = socket.next().await.expect("open").expect("whole").into_data();
            if frame.windows(what.len()).any(|part| part == what) {
                return;
            }
        }
    };
    timeout(DEADLINE, waiting).await.expect("it comes");
}

/// What outlets take, fail to take and have still to take is told by the name of the outlet alone.
#[tokio::test]
async fn outlets_are_counted_and_what_waits_for_them_is_measured() {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let world = World::start(|settings| {
        settings.metrics = Some(MetricsSettings { listen, token: None });
        settings.webhooks = Reach::Anywhere;
    })
    .await;
    let admin = world.running.demo_accounts.iter().find(|one| one.role == Role::Admin).expect("one");
    let admin = admin.api_key.reveal().to_owned();
    let send = async |method: &str, path: &str, body: &str| {
        let mut raw = world.open().await;
        let length = body.len();
        raw.say(&format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nx-api-key: {admin}\r\ncontent-length: {length}\r\n\r\n{body}"
        ))
        .await;
        raw.reply().await.expect("an answer").status
    };
    // Nobody is there.
    let hook = r#"{"url":"http://127.0.0.1:1/hook"}"#;
    assert_eq!(send("POST", "/api/v1/admin/webhooks", hook).await, 201);
    let list = world.get("/api/v1/tickets", &admin).await.json();
    let ticket = list["data"][0]["ticket_id"].as_str().expect("a ticket");
    let path = format!("/api/v1/tickets/{ticket}");
    assert_eq!(send("PUT", &path, r#"{"title":"Printer on fire"}"#).await, 200);
    let told = async || {
        let text = scrape(&world, "").await.body;
        let failed = r#"callboard_outlet_events_total{outlet="webhooks",outcome="failed"} 1"#;
        let waits = text
            .lines()
            .find_map(|line| line.strip_prefix(r#"callboard_outlet_waiting{outlet="webhooks"} "#));
        anyhow::ensure!(text.contains(failed), "no failure in\n{text}");
        anyhow::ensure!(waits.is_some_and(|waits| waits != "0"), "nothing waits in\n{text}");
        Ok(())
    };
    wait::until("the failure is counted", told).await.expect("told");
}

/// However many addresses strangers make up, there are no more series than routes.
#[tokio::test]
async fn what_strangers_ask_for_does_not_become_a_series() {
    let world = World::with_metrics(None).await;
    let key = world.key();
    for number in 0..50 {
        world.get(&format!("/api/v1/tickets/made-up-{number}"), &key).await;
        world.get(&format!("/made/up/{number}"), &key).await;
        let mut raw = world.open().await;
        raw.say(&format!("M{number} /api/v1/tickets HTTP/1.1\r\nhost: x\r\n\r\n")).await;
        raw.reply().await.expect("an answer");
    }
    let text = scrape(&world, "").await.body;
    let series = text.lines().filter(|line| line.starts_with("callboard_http_requests_total{")).count();
    assert_eq!(series, 3, "{text}");
}

#[tokio::test]
async fn a_token_opens_the_metrics_and_nothing_else_does() {
    let world = World::with_metrics(Some("open sesame")).await;
    for (authorization, status) in [
        ("", 401),
        ("authorization: Bearer open\r\n", 401),
        ("authorization: open sesame\r\n", 401),
        ("authorization: Bearer open sesame\r\n", 200),
    ] {
        assert_eq!(scrape(&world, authorization).await.status, status, "{authorization}");
    }
}

#[tokio::test]
async fn the_port_of_the_api_serves_no_metrics() {
    let world = World::with_metrics(None).await;
    assert_eq!(world.get("/metrics", &world.key()).await.status, 404);
    assert_eq!(World::start(|_| {}).await.running.metrics_address, None, "nor anywhere, unless asked to");
}
