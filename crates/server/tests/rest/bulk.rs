//! One change of many tickets (wire.md 3, `bulk`; LT-18).

use serde_json::{Value, json};

use crate::world::{T, World};

const BULK: &str = "/api/v1/tickets/bulk";

async fn some(world: &World, count: usize) -> Vec<String> {
    world.tickets_of(T).await.iter().take(count).map(|one| one.ticket_id.to_string()).collect()
}

fn statuses(body: &Value) -> Vec<u64> {
    body["data"].as_array().expect("a list").iter().filter_map(|one| one["status"].as_u64()).collect()
}

#[tokio::test]
async fn each_ticket_has_its_own_outcome_and_a_refused_one_holds_up_no_other() {
    let world = World::start().await;
    let ids = some(&world, 3).await;
    world.put(&ids[1], &[], json!({"title": "Theirs"})).await;
    let reply = world
        .post(
            BULK,
            &[],
            json!({
                "ids": [ids[0], ids[1], "unknown", ids[2]],
                "changes": {"title": "Mine"},
                "client_versions": {&ids[0]: 1, &ids[1]: 1},
            }),
        )
        .await;
    assert_eq!((reply.status, statuses(&reply.body)), (200, vec![200, 409, 404, 200]), "{}", reply.body);
    assert_eq!(reply.body["meta"], json!({"succeeded": 2, "failed": 2}));
    let data = &reply.body["data"];
    assert_eq!((&data[0]["version"], &data[0]["merged_over"]), (&json!(2), &json!(1)));
    assert_eq!(data[1]["error"]["code"], "STALE_VERSION");
    assert_eq!(data[1]["error"]["details"]["conflicts"][0]["theirs"], "Theirs");
    for (id, title) in [(&ids[0], "Mine"), (&ids[1], "Theirs"), (&ids[2], "Mine")] {
        assert_eq!(world.get(&format!("/api/v1/tickets/{id}")).await["data"]["title"], title);
    }
    assert_eq!(world.store.outbox_pending(10).await.expect("readable").len(), 3, "a hint per changed ticket");
}

#[tokio::test]
async fn the_same_request_under_one_key_is_applied_once_and_answered_alike() {
    let world = World::start().await;
    let ids = some(&world, 2).await;
    let body = json!({"ids": [ids[0], "unknown", ids[1]], "changes": {"due_date": "2030-01-01T00:00:00Z"}});
    let key = [("idempotency-key", "bulk-1")];
    let first = world.post(BULK, &key, body.clone()).await;
    world.put(&ids[0], &[], json!({"due_date": null})).await;
    let again = world.post(BULK, &key, body).await;
    assert_eq!((&again.body, again.header("idempotency-replayed")), (&first.body, Some("true")));
    assert_eq!(world.get(&format!("/api/v1/tickets/{}", ids[0])).await["data"]["due_date"], Value::Null);
    let other = world.post(BULK, &key, json!({"ids": ids, "changes": {}})).await;
    assert_eq!(other.status, 422);
}

/// LT-18: the feed has every row, the rooms hear once that there were many.
#[tokio::test]
async fn an_import_is_told_once_at_its_end_and_stands_in_the_feed_row_by_row() {
    let world = World::start().await;
    let ids = some(&world, 5).await;
    let headers = [("x-origin-session", "importer")];
    let body = json!({"ids": ids, "changes": {"title": "Imported"}, "import": true});
    assert_eq!(world.post(BULK, &headers, body.clone()).await.status, 200);
    let outbox = world.store.outbox_pending(10).await.expect("readable");
    assert_eq!(outbox.len(), 1);
    let hint = &outbox[0].hint;
    assert_eq!((&hint.ticket_id, hint.seq, &hint.origin_session), (&None, None, &None));
    assert_eq!(hint.updated_fields.len(), 0);
    assert_eq!(world.get("/api/v1/changes?since=0").await["data"].as_array().map(Vec::len), Some(5));
    assert_eq!(world.post(BULK, &headers, body).await.status, 200);
    assert_eq!(
        world.store.outbox_pending(10).await.expect("readable").len(),
        1,
        "nothing changed, nothing is told"
    );
}

#[tokio::test]
async fn what_is_not_understood_is_refused_by_name_and_nothing_is_written() {
    let world = World::start().await;
    let ids = some(&world, 1).await;
    let many: Vec<String> = (0..201).map(|number| format!("t{number}")).collect();
    for (body, path) in [
        (json!({"changes": {"title": "x"}}), "ids"),
        (json!({"ids": ids}), "changes"),
        (json!({"ids": many, "changes": {}}), "ids"),
        (json!({"ids": [7], "changes": {}}), "ids"),
        (json!({"ids": ids, "changes": {"nonsense": 1}}), "nonsense"),
        (json!({"ids": ids, "changes": {"client_version": 1}}), "client_version"),
        (json!({"ids": ids, "changes": {"attributes": {}}}), "attributes"),
        (json!({"ids": ids, "changes": {}, "client_versions": {"a": "b"}}), "client_versions"),
        (json!({"ids": ids, "changes": {}, "more": 1}), "more"),
        (json!({"ids": ids, "changes": [], "import": "yes"}), "import"),
    ] {
        let reply = world.post(BULK, &[], body.clone()).await;
        assert_eq!((reply.status, reply.code()), (400, "VALIDATION_ERROR"), "{body}");
        assert!(
            reply.body["error"]["details"].to_string().contains(&format!("[\"{path}\"]")),
            "{}",
            reply.body
        );
    }
    let reply = world.post(BULK, &[("if-match", "\"1\"")], json!({"ids": ids, "changes": {}})).await;
    assert_eq!(reply.status, 400, "many tickets have no one version");
}
