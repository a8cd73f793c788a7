//! What the ids of a ticket mean.

use serde_json::Value;

use crate::world::{T, World};

#[tokio::test]
async fn the_shapes_of_the_lookups_stay() {
    let world = World::start().await;
    let client = world.tickets_of(T).await[0].client_id.clone().expect("one");
    for (name, path) in [
        ("boards", "/api/v1/boards".to_owned()),
        ("priorities", "/api/v1/priorities".to_owned()),
        ("priority_names", "/api/v1/tickets/priorities".to_owned()),
        ("statuses", "/api/v1/tickets/statuses".to_owned()),
        ("categories", "/api/v1/categories/ticket".to_owned()),
        ("users", "/api/v1/users?user_type=internal".to_owned()),
        ("teams", "/api/v1/teams".to_owned()),
        ("clients", "/api/v1/clients".to_owned()),
        ("locations", format!("/api/v1/clients/{client}/locations")),
        ("contacts", format!("/api/v1/clients/{client}/contacts")),
    ] {
        let mut list = world.get(&path).await;
        list["data"].as_array_mut().expect("a list").truncate(2);
        insta::assert_json_snapshot!(name, list);
    }
}

#[tokio::test]
async fn the_statuses_of_a_board_are_its_own_and_without_a_board_all_come() {
    let world = World::start().await;
    let boards = world.get("/api/v1/boards").await;
    let all = world.get("/api/v1/tickets/statuses").await;
    let mut sum = 0;
    for board in boards["data"].as_array().expect("boards") {
        let id = board["board_id"].as_str().expect("an id");
        let own = world.get(&format!("/api/v1/tickets/statuses?board_id={id}")).await;
        let own = own["data"].as_array().expect("statuses");
        assert!(own.iter().all(|status| status["board_id"] == id));
        assert!(own.iter().any(|status| status["is_closed"] == true), "a ticket can be closed on {board}");
        assert_eq!(own.iter().filter(|status| status["is_default"] == true).count(), 1);
        sum += own.len();
    }
    assert_eq!(all["data"].as_array().map(Vec::len), Some(sum));
}

#[tokio::test]
async fn there_are_no_client_users() {
    let world = World::start().await;
    assert_eq!(world.get("/api/v1/users?user_type=client").await["data"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn the_capabilities_say_where_the_feed_ends() {
    let world = World::start().await;
    assert_eq!(world.get("/api/v1/meta/capabilities").await["data"]["seq"], 0);
    world.put(&world.a_ticket().await, &[], serde_json::json!({"title": "New"})).await;
    assert_eq!(world.get("/api/v1/meta/capabilities").await["data"]["seq"], 1);
}
