//! The change feed: in order, without a gap, with a clear end and a clear beginning (LT-15).

use axum::http::Method;
use callboard_server::store::Limits;
use serde_json::json;

use crate::world::{T, World};

async fn retitle(world: &World, times: usize) {
    for number in 0..times {
        let ticket = world.tickets_of(T).await[number % 3].ticket_id.to_string();
        assert_eq!(world.put(&ticket, &[], json!({"title": format!("Change {number}")})).await.status, 200);
    }
}

#[tokio::test]
async fn changes_come_in_order_without_a_gap_page_by_page() {
    let world = World::start().await;
    assert_eq!(world.get("/api/v1/changes?since=0").await, json!({"data": [], "next": 0, "has_more": false}));
    retitle(&world, 7).await;
    let (mut since, mut seqs) = (json!(0), Vec::new());
    loop {
        let page = world.get(&format!("/api/v1/changes?since={since}&limit=3")).await;
        for record in page["data"].as_array().expect("records") {
            assert_eq!(record["updated_fields"], json!(["title"]));
            assert!(!record.to_string().contains("Change "), "never a value: {record}");
            seqs.push(record["seq"].as_u64().expect("a number"));
        }
        since = page["next"].clone();
        if page["has_more"] == false {
            break;
        }
    }
    assert_eq!(seqs, [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(world.get("/api/v1/changes").await["next"], 7, "without a cursor: where the feed ends");
}

#[tokio::test]
async fn another_tenant_has_a_feed_of_its_own() {
    let world = World::start().await;
    retitle(&world, 3).await;
    let theirs = world.ask(Method::GET, "/api/v1/changes?since=0", &world.stranger, &[], "").await;
    assert_eq!(theirs.body, json!({"data": [], "next": 0, "has_more": false}));
}

#[tokio::test]
async fn a_cursor_that_is_too_old_or_from_the_future_is_410() {
    let world = World::keeping(Limits { changes_kept: 3 }).await;
    retitle(&world, 5).await;
    for (since, status) in [(0, 410), (1, 410), (2, 200), (4, 200), (5, 200), (6, 410)] {
        let path = format!("/api/v1/changes?since={since}");
        let reply = world.ask(Method::GET, &path, &world.dispatcher, &[], "").await;
        assert_eq!(reply.status, status, "{since}: {}", reply.body);
        if status == 410 {
            assert_eq!(reply.code(), "CURSOR_GONE");
        } else {
            assert_eq!(reply.body["data"].as_array().map(Vec::len), Some(5 - since), "{since}");
        }
    }
}
