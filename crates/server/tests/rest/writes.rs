//! Writes: versions, conflicts, merges, and the same write sent twice.

use axum::http::Method;
use serde_json::{Value, json};

use crate::world::{T, World};

async fn version(world: &World, ticket: &str) -> Value {
    world.get(&format!("/api/v1/tickets/{ticket}")).await["data"]["version"].clone()
}

#[tokio::test]
async fn a_change_gives_the_next_version_and_says_what_it_was_merged_over() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    for (number, method) in [(1, Method::PUT), (2, Method::PATCH)] {
        let path = format!("/api/v1/tickets/{ticket}");
        let body = json!({"title": format!("Title {number}")}).to_string();
        let reply = world.ask(method, &path, &world.technician, &[], &body).await;
        assert_eq!((reply.status, reply.header("etag")), (200, Some(&*format!("\"{}\"", number + 1))));
        assert_eq!(reply.body["data"]["title"], format!("Title {number}"));
        assert_eq!(reply.body["data"]["version"], number + 1);
        assert_eq!(reply.body["meta"], json!({"merged_over": number, "updated_fields": ["title"]}));
    }
}

/// LT-1: nothing changed, nothing sent.
#[tokio::test]
async fn a_write_that_changes_nothing_gives_no_version_and_no_hint() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    let before = world.get(&format!("/api/v1/tickets/{ticket}")).await;
    for body in
        [json!({}), json!({"title": before["data"]["title"], "status_id": before["data"]["status_id"]})]
    {
        let reply = world.put(&ticket, &[], body).await;
        assert_eq!((reply.status, &reply.body["data"]), (200, &before["data"]));
        assert_eq!(reply.body["meta"]["updated_fields"], json!([]));
    }
    assert_eq!(world.store.outbox_pending(10).await.expect("readable"), []);
}

#[tokio::test]
async fn who_has_the_version_already_is_told_304() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    let path = format!("/api/v1/tickets/{ticket}");
    for (held, status) in
        [("\"1\"", 304), ("W/\"1\"", 304), ("\"0\", \"1\"", 304), ("*", 304), ("\"2\"", 200), ("1", 200)]
    {
        let reply = world.ask(Method::GET, &path, &world.read_only, &[("if-none-match", held)], "").await;
        assert_eq!((reply.status, reply.header("etag")), (status, Some("\"1\"")), "{held}");
        assert_eq!(reply.body.is_null(), status == 304, "{held}");
    }
}

#[tokio::test]
async fn a_stale_write_to_a_changed_field_is_409_with_both_values_and_writes_nothing() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    world.put(&ticket, &[], json!({"title": "Theirs"})).await;
    let reply =
        world.put(&ticket, &[], json!({"title": "Mine", "due_date": null, "client_version": 1})).await;
    assert_eq!((reply.status, reply.code()), (409, "STALE_VERSION"));
    let details = &reply.body["error"]["details"];
    assert_eq!(details["current"]["title"], "Theirs");
    let conflicts = details["conflicts"].as_array().expect("a list");
    assert_eq!(conflicts.len(), 1);
    let clash = &conflicts[0];
    assert_eq!(
        (&clash["field"], &clash["yours"], &clash["theirs"], &clash["version"]),
        (&json!("title"), &json!("Mine"), &json!("Theirs"), &json!(2))
    );
    assert_eq!(clash["changed_by"]["displayName"], "Bob Kessler");
    assert_eq!(version(&world, &ticket).await, 2);
}

/// Every relation of a stale write to what happened meanwhile.
#[tokio::test]
async fn a_stale_write_is_merged_unless_it_would_overwrite_what_was_not_seen() {
    for (meanwhile, sent, status) in [
        (json!({"title": "Theirs"}), json!({"title": "Mine"}), 409),
        (json!({"title": "Same"}), json!({"title": "Same"}), 200),
        (json!({"title": "Theirs"}), json!({"due_date": "2026-12-01T00:00:00Z"}), 200),
        (json!({"title": "Theirs"}), json!({"title": "Mine", "due_date": null}), 409),
        (json!({"due_date": "2026-12-01T00:00:00Z"}), json!({"due_date": "2026-12-01T01:00:00+01:00"}), 200),
    ] {
        let world = World::start().await;
        let ticket = world.a_ticket().await;
        assert_eq!(world.put(&ticket, &[], meanwhile.clone()).await.status, 200, "{meanwhile}");
        let mut body = sent.clone();
        body["client_version"] = 1.into();
        assert_eq!(world.put(&ticket, &[], body).await.status, status, "{meanwhile} then {sent}");
        let mut body = sent.clone();
        body["client_version"] = 2.into();
        assert_eq!(world.put(&ticket, &[], body).await.status, 200, "seen: {meanwhile} then {sent}");
        assert_eq!(world.put(&ticket, &[], sent).await.status, 200, "without a version the last one wins");
    }
}

#[tokio::test]
async fn if_match_lets_through_its_own_version_only() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    world.put(&ticket, &[], json!({"title": "Theirs"})).await;
    for (tag, body, status) in [
        ("\"1\"", json!({"title": "Mine"}), 412),
        ("\"1\"", json!({"due_date": null}), 412),
        ("\"9\"", json!({"title": "Mine"}), 412),
        ("*", json!({"title": "Any"}), 200),
        ("\"3\"", json!({"title": "Mine"}), 200),
    ] {
        let reply = world.put(&ticket, &[("if-match", tag)], body.clone()).await;
        assert_eq!(reply.status, status, "{tag} {body}: {}", reply.body);
        if status == 412 {
            assert_eq!(reply.code(), "STALE_VERSION");
            assert_eq!(reply.body["error"]["details"]["current"]["title"], "Theirs");
        }
    }
}

#[tokio::test]
async fn the_same_write_sent_twice_is_applied_once_and_answered_alike() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    let key = [("idempotency-key", "edit-1")];
    let first = world.put(&ticket, &key, json!({"title": "Once", "client_version": 1})).await;
    world.put(&ticket, &[], json!({"title": "Later"})).await;
    let again = world.put(&ticket, &key, json!({"title": "Once", "client_version": 1})).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    assert_eq!(
        (first.header("idempotency-replayed"), again.header("idempotency-replayed")),
        (None, Some("true"))
    );
    assert_eq!(again.header("etag"), Some("\"2\""));
    assert_eq!(version(&world, &ticket).await, 3);
    assert_eq!(world.store.outbox_pending(10).await.expect("readable").len(), 2);
}

#[tokio::test]
async fn a_key_stands_for_one_write_of_one_person() {
    let world = World::start().await;
    let (ticket, other) = (world.a_ticket().await, world.tickets_of(T).await[1].ticket_id.to_string());
    let key = [("idempotency-key", "edit-1")];
    assert_eq!(world.put(&ticket, &key, json!({"title": "Once"})).await.status, 200);
    for (ticket, title) in [(&ticket, "Else"), (&other, "Once")] {
        let reply = world.put(ticket, &key, json!({"title": title})).await;
        assert_eq!((reply.status, reply.code()), (422, "IDEMPOTENCY_KEY_REUSED"), "{title}");
    }
    let path = format!("/api/v1/tickets/{ticket}");
    let reply = world.ask(Method::PUT, &path, &world.technician, &key, r#"{"title":"Mine"}"#).await;
    assert_eq!((reply.status, &reply.body["data"]["version"]), (200, &json!(3)), "another person's key");
}

/// A refused write was not applied, so trying it again under its key is a new try.
#[tokio::test]
async fn a_refused_write_does_not_use_up_its_key() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    world.put(&ticket, &[], json!({"title": "Theirs"})).await;
    let key = [("idempotency-key", "edit-1")];
    assert_eq!(world.put(&ticket, &key, json!({"title": "Mine", "client_version": 1})).await.status, 409);
    assert_eq!(world.put(&ticket, &key, json!({"title": "Mine", "client_version": 2})).await.status, 200);
}

/// LT-17, and `X-Tab-ID` as the other word for the same thing.
#[tokio::test]
async fn the_origin_session_comes_back_in_the_hint() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    let headers: [&[(&str, &str)]; 4] = [
        &[],
        &[("x-origin-session", "console-1")],
        &[("x-tab-id", "tab-1")],
        &[("x-origin-session", "console-1"), ("x-tab-id", "tab-1")],
    ];
    for (number, headers) in headers.iter().enumerate() {
        world.put(&ticket, headers, json!({"title": format!("Title {number}")})).await;
    }
    let outbox = world.store.outbox_pending(10).await.expect("readable");
    let origins: Vec<_> =
        outbox.iter().map(|entry| entry.hint.origin_session.as_ref().map(|id| id.as_str())).collect();
    assert_eq!(origins, [None, Some("console-1"), Some("tab-1"), Some("console-1")]);
}

/// LT-1: the hint names what really changed, derived fields included, and never a value.
#[tokio::test]
async fn a_hint_names_the_fields_of_the_stored_row_and_no_value() {
    let world = World::start().await;
    let before = world.an_open_ticket().await;
    let ticket = before.ticket_id.as_str();
    let clients = world.get("/api/v1/clients").await;
    let other = clients["data"]
        .as_array()
        .expect("clients")
        .iter()
        .map(|one| one["client_id"].as_str().expect("an id"))
        .find(|id| before.client_id.as_ref().is_some_and(|own| own.as_str() != *id))
        .expect("another client")
        .to_owned();
    world
        .put(ticket, &[], json!({"client_id": other, "title": "A title that is secret", "location_id": null}))
        .await;
    let outbox = world.store.outbox_pending(10).await.expect("readable");
    let json = serde_json::to_value(&outbox[0].hint).expect("a hint");
    let fields = json["updatedFields"].as_array().expect("a list");
    for field in ["title", "client_id", "location_id"] {
        assert!(fields.contains(&field.into()), "{field}: {json}");
    }
    for bookkeeping in ["updated_at", "updated_by", "version", "closed_at"] {
        assert!(!fields.contains(&bookkeeping.into()), "{bookkeeping}: {json}");
    }
    assert!(!json.to_string().contains("secret") && !json.to_string().contains(&other), "{json}");
    assert_eq!(
        (&json["version"], &json["seq"], &json["updatedBy"]["displayName"]),
        (&json!(2), &json!(1), &json!("Bob Kessler"))
    );
}

#[tokio::test]
async fn closing_a_ticket_says_who_and_when_and_reopening_takes_it_back() {
    let world = World::start().await;
    let before = world.an_open_ticket().await;
    let board = before.board_id.as_ref().expect("one");
    let statuses = world.get(&format!("/api/v1/tickets/statuses?board_id={board}")).await;
    let closed =
        statuses["data"].as_array().expect("some").iter().find(|one| one["is_closed"] == true).expect("one");
    let reply = world.put(before.ticket_id.as_str(), &[], json!({"status_id": closed["status_id"]})).await;
    let data = &reply.body["data"];
    assert_eq!((&data["is_closed"], &data["status_is_closed"]), (&json!(true), &json!(true)));
    assert_eq!(data["status_name"], closed["name"], "the answer is not the row from before");
    assert_eq!((&data["closed_by"], &data["closed_at"]), (&data["updated_by"], &data["updated_at"]));
    let reply = world.put(before.ticket_id.as_str(), &[], json!({"status_id": before.status_id})).await;
    let data = &reply.body["data"];
    assert_eq!(
        (&data["is_closed"], &data["closed_by"], &data["closed_at"]),
        (&json!(false), &Value::Null, &Value::Null)
    );
}

/// Two at once on the version they both saw: the same field has one winner, different fields both win.
#[tokio::test]
async fn of_two_writers_at_once_exactly_one_wins_a_field_and_nobody_loses_another() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    for round in 0..20_u64 {
        let seen = 1 + round;
        let write = |title: String| world.put(&ticket, &[], json!({"title": title, "client_version": seen}));
        let (a, b) = tokio::join!(write(format!("A {round}")), write(format!("B {round}")));
        let mut statuses = [a.status, b.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "round {round}");
    }
    let seen = 21;
    let (a, b) = tokio::join!(
        world.put(&ticket, &[], json!({"title": "Other", "client_version": seen})),
        world.put(&ticket, &[], json!({"due_date": "2030-01-01T00:00:00Z", "client_version": seen})),
    );
    assert_eq!((a.status, b.status), (200, 200));
    let after = world.get(&format!("/api/v1/tickets/{ticket}")).await;
    assert_eq!(
        (&after["data"]["title"], &after["data"]["due_date"]),
        (&json!("Other"), &json!("2030-01-01T00:00:00Z"))
    );
    assert_eq!(after["data"]["version"], 23);
}
