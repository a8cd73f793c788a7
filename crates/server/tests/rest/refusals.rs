//! What cannot be understood is refused clearly, and never with a 500.

use axum::http::Method;
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_with_the_place() {
    let world = World::start().await;
    let path = format!("/api/v1/tickets/{}", world.a_ticket().await);
    for (body, message) in [
        ("{\"title\":\n nonsense}", "Malformed JSON at line 2, column 3"),
        ("", "Malformed JSON at line 1, column 0"),
        ("[1]", "The body is not a JSON object"),
        ("{\"title\":\"\u{0}\"}", "Malformed JSON at line 1, column 11"),
    ] {
        let reply = world.ask(Method::PUT, &path, &world.dispatcher, &[], body).await;
        let said = reply.body["error"]["message"].as_str();
        assert_eq!((reply.status, reply.code(), said), (400, "BAD_REQUEST", Some(message)), "{body:?}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(world.ask(Method::PUT, &path, &world.dispatcher, &[], &deep).await.status, 400);
}

#[tokio::test]
async fn a_body_over_one_mebibyte_is_413_and_one_just_below_is_read() {
    let world = World::start().await;
    let path = format!("/api/v1/tickets/{}", world.a_ticket().await);
    let body = |size: usize| format!("{{}}{}", " ".repeat(size - 2));
    for (size, status) in [(1024 * 1024, 200), (1024 * 1024 + 1, 413)] {
        let reply = world.ask(Method::PUT, &path, &world.dispatcher, &[], &body(size)).await;
        assert_eq!(reply.status, status, "{size}");
    }
}

/// The stock drops an unknown field silently; here it is named.
#[tokio::test]
async fn every_wrong_field_is_named_and_nothing_is_written() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    let before = world.get(&format!("/api/v1/tickets/{ticket}")).await;
    let body = json!({
        "title": "", "url": "ftp://x", "updated_at": "2026-01-01T00:00:00Z", "itil_impact": 9,
        "priority_id": {"a": 1}, "client_version": "two", "due_date": "soon",
    });
    let reply = world.put(&ticket, &[], body).await;
    assert_eq!((reply.status, reply.code()), (400, "VALIDATION_ERROR"));
    let mut named: Vec<&str> = reply.body["error"]["details"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["path"][0].as_str())
        .collect();
    named.sort_unstable();
    assert_eq!(
        named,
        ["client_version", "due_date", "itil_impact", "priority_id", "title", "updated_at", "url"]
    );
    assert_eq!(world.get(&format!("/api/v1/tickets/{ticket}")).await, before);
}

#[tokio::test]
async fn hostile_ids_and_parameters_are_4xx_in_json_and_show_nothing_of_the_inside() {
    let world = World::start().await;
    let long = "a".repeat(5000);
    let mut paths: Vec<String> =
        ["%00", "%ff%fe", "'%20OR%201=1--", "..%2F..%2Fetc", "zzz", "%F0%9F%94%A5", &long]
            .iter()
            .flat_map(|id| {
                [
                    format!("/api/v1/tickets/{id}"),
                    format!("/api/v1/clients/{id}/contacts"),
                    format!("/api/tickets/{id}/live-token"),
                ]
            })
            .collect();
    for query in [
        "limit=0",
        "limit=101",
        "limit=x",
        "page=0",
        "page=-1",
        "page=99999999999",
        "sort=t.title;--",
        "order=up",
        "is_open=maybe",
        "is_open=true&is_closed=true",
        "ids=a'b",
        "status_ids=[1]",
        "board_id=%00",
        "search=%ff",
    ] {
        paths.push(format!("/api/v1/tickets?{query}"));
    }
    paths.push(format!("/api/v1/tickets?ids={}", vec!["a"; 201].join(",")));
    paths.push(format!("/api/v1/tickets?search={long}"));
    paths.extend(
        ["since=x", "since=-1", "since=0&limit=0", "since=0&limit=1001"]
            .map(|q| format!("/api/v1/changes?{q}")),
    );
    for path in paths {
        let reply = world.ask(Method::GET, &path, &world.dispatcher, &[], "").await;
        // A query that is not UTF-8 is read with replacement characters, and then finds nothing.
        let harmless = path.ends_with("search=%ff") && reply.status == 200;
        assert!(harmless || matches!(reply.status, 400 | 404), "{path}: {} {}", reply.status, reply.body);
        let text = reply.body.to_string().to_lowercase();
        for inside in ["select", "sqlite", "rusqlite", "panicked", "src/", ".rs"] {
            assert!(!text.contains(inside), "{path}: {text}");
        }
    }
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_method_answer_in_json() {
    let world = World::start().await;
    for (method, path, status, code) in [
        (Method::GET, "/", 404, "NOT_FOUND"),
        (Method::GET, "/api/v1/nothing", 404, "NOT_FOUND"),
        (Method::GET, "/api/v2/tickets", 404, "NOT_FOUND"),
        (Method::DELETE, "/api/v1/tickets", 405, "METHOD_NOT_ALLOWED"),
        (Method::PUT, "/api/v1/boards", 405, "METHOD_NOT_ALLOWED"),
    ] {
        let reply = world.ask(method.clone(), path, &world.dispatcher, &[], "").await;
        assert_eq!((reply.status, reply.code()), (status, code), "{method} {path}");
    }
}

#[tokio::test]
async fn a_condition_that_cannot_be_read_is_refused() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    for header in [
        ("if-match", "1"),
        ("if-match", "\"one\""),
        ("if-match", "\"1\", \"2\""),
        ("idempotency-key", ""),
        ("idempotency-key", &"k".repeat(256)),
        ("x-origin-session", "<script>"),
    ] {
        let reply = world.put(&ticket, &[header], json!({"title": "New"})).await;
        assert_eq!((reply.status, reply.code()), (400, "BAD_REQUEST"), "{header:?}");
    }
}
