//! What is too long, too many, or not for us, answered clearly (wire.md 3).

use crate::world::World;

async fn status(world: &World, request: &str) -> u16 {
    let mut raw = world.open().await;
    raw.say(request).await;
    raw.reply().await.expect("an answer").status
}

#[tokio::test]
async fn what_is_too_long_or_too_many_is_named() {
    let world = World::start(|_| {}).await;
    let key = world.key();
    let get =
        |path: &str, more: &str| format!("GET {path} HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\n{more}\r\n");
    let long = |length: usize| format!("/api/v1/tickets?search={}", "a".repeat(length));
    let header = |length: usize| format!("x-long: {}\r\n", "a".repeat(length));
    let many = |count: usize| "x-many: 1\r\n".repeat(count);
    for (request, wanted) in [
        (get("/api/v1/tickets", ""), 200),
        (get(&long(100), ""), 200),
        (get(&long(17_000), ""), 414),
        (get(&long(70_000), ""), 414),
        (get("/api/v1/tickets", &header(10_000)), 200),
        (get("/api/v1/tickets", &many(90)), 200),
        (get("/api/v1/tickets", &many(200)), 431),
        ("NONSENSE\r\n\r\n".to_owned(), 400),
        (format!("BREW /api/v1/tickets HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\n\r\n"), 405),
        (format!("PUT /api/v1/boards HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\n\r\n"), 405),
    ] {
        let got = status(&world, &request).await;
        assert_eq!(got, wanted, "{} bytes: {}", request.len(), &request[..request.len().min(80)]);
    }
}

/// Closed while it still speaks, a client may never see the answer; it must not get what it asked for.
#[tokio::test]
async fn a_head_without_end_is_not_held_in_memory() {
    let world = World::start(|_| {}).await;
    let mut raw = world.open().await;
    raw.say("GET /api/v1/meta/health HTTP/1.1\r\nhost: x\r\nx-long: ").await;
    raw.say(&"a".repeat(1024 * 1024)).await;
    raw.say("\r\n\r\n").await;
    let status = raw.reply().await.map(|reply| reply.status);
    assert!(matches!(status, None | Some(431)), "{status:?}");
}

#[tokio::test]
async fn a_body_over_a_mebibyte_is_refused_without_being_read_to_its_end() {
    let world = World::start(|_| {}).await;
    let mut raw = world.open().await;
    let key = world.key();
    raw.say(&format!(
        "POST /api/v1/tickets/live-tokens HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\ncontent-length: 9000000\r\n\r\n"
    ))
    .await;
    raw.say(&" ".repeat(1024 * 1024 + 1)).await;
    let reply = raw.reply().await.expect("an answer before the rest was sent");
    assert_eq!((reply.status, reply.json()["error"]["code"].as_str()), (413, Some("PAYLOAD_TOO_LARGE")));
}

/// Two lengths, or a length and chunks: the ways in which a proxy and a server come to disagree about where a request
/// ends.
#[tokio::test]
async fn a_request_whose_end_is_ambiguous_is_refused() {
    let world = World::start(|_| {}).await;
    for headers in [
        "content-length: 2\r\ncontent-length: 3\r\n",
        "content-length: -1\r\n",
        "content-length: 2x\r\n",
        "transfer-encoding: chunked, identity\r\n",
    ] {
        let request = format!("POST /api/v1/tickets/live-tokens HTTP/1.1\r\nhost: x\r\n{headers}\r\n{{}}");
        assert_eq!(status(&world, &request).await, 400, "{headers}");
    }
}
