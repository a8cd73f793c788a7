//! Deleted tickets: gone for readers, told to everybody, and only with what the deleter knew.

use axum::http::Method;
use serde_json::json;

use crate::world::{T, World};

/// `alga-psa.md` 1.2: 204 without a body; the feed says `deleted`, and the hint reaches rooms and boards (LT-1).
#[tokio::test]
async fn a_deleted_ticket_is_gone_and_everybody_is_told() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    world.put(&ticket, &[], json!({"title": "Soon gone", "tags": ["x"], "attributes": {"a": 1}})).await;
    let path = format!("/api/v1/tickets/{ticket}");
    let reply = world.ask(Method::DELETE, &path, &world.dispatcher, &[], "").await;
    assert_eq!((reply.status, reply.body.is_null()), (204, true));
    for (method, path) in [
        (Method::GET, path.clone()),
        (Method::PUT, path.clone()),
        (Method::DELETE, path.clone()),
        (Method::GET, format!("/api/v1/records/ticket/{ticket}/version")),
        (Method::GET, format!("/api/tickets/{ticket}/live-token")),
    ] {
        let reply = world.ask(method.clone(), &path, &world.dispatcher, &[], "{}").await;
        assert_eq!(reply.status, 404, "{method} {path}");
    }
    assert!(world.tickets_of(T).await.iter().all(|one| one.ticket_id.as_str() != ticket));
    let feed = world.get("/api/v1/changes?since=1").await;
    assert_eq!(
        (&feed["data"][0]["ticket_id"], &feed["data"][0]["deleted"], &feed["data"][0]["version"]),
        (&json!(ticket), &json!(true), &json!(3))
    );
    let outbox = world.store.outbox_pending(10).await.expect("readable");
    assert_eq!((outbox.len(), outbox[1].ticket.as_str()), (2, &*ticket));
    assert!(outbox[1].was.is_some() && outbox[1].is.is_none(), "whoever saw it may hear of it");
    for table in ["tickets", "field_changes", "ticket_details", "ticket_tags"] {
        let left = world.number(&format!("SELECT count(*) FROM {table} WHERE ticket_id = '{ticket}'"));
        assert_eq!(left, 0, "{table}");
    }
}

/// RB-6: to delete is to overwrite everything.
#[tokio::test]
async fn a_ticket_that_was_changed_meanwhile_is_not_deleted() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    world.put(&ticket, &[], json!({"title": "Theirs"})).await;
    let path = |query: &str| format!("/api/v1/tickets/{ticket}{query}");
    for (query, headers, status) in [
        ("?client_version=1", &[][..], 409),
        ("", &[("if-match", "\"1\"")][..], 412),
        ("?client_version=x", &[][..], 400),
    ] {
        let reply = world.ask(Method::DELETE, &path(query), &world.dispatcher, headers, "").await;
        assert_eq!(reply.status, status, "{query} {headers:?}: {}", reply.body);
        if status != 400 {
            assert_eq!(reply.body["error"]["details"]["current"]["title"], "Theirs");
        }
    }
    world.put(&ticket, &[], json!({"tags": ["new"]})).await;
    let reply = world.ask(Method::DELETE, &path("?client_version=2"), &world.dispatcher, &[], "").await;
    assert_eq!(reply.status, 409, "a tag is as good a change as any");
    assert_eq!(world.get(&path("")).await["data"]["version"], 3);
    let reply = world.ask(Method::DELETE, &path("?client_version=3"), &world.dispatcher, &[], "").await;
    assert_eq!(reply.status, 204);
}

#[tokio::test]
async fn a_deletion_that_is_sent_twice_under_one_key_succeeds_twice() {
    let world = World::start().await;
    let path = format!("/api/v1/tickets/{}", world.a_ticket().await);
    let key = [("idempotency-key", "gone-1")];
    let first = world.ask(Method::DELETE, &path, &world.dispatcher, &key, "").await;
    let again = world.ask(Method::DELETE, &path, &world.dispatcher, &key, "").await;
    assert_eq!((first.status, again.status), (204, 204));
    assert_eq!(
        (first.header("idempotency-replayed"), again.header("idempotency-replayed")),
        (None, Some("true"))
    );
    let reply = world.ask(Method::PUT, &path, &world.dispatcher, &key, "{}").await;
    assert_eq!(reply.status, 422, "the key stands for the deletion");
}
