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
        ("category_tree", "/api/v1/categories/ticket/tree".to_owned()),
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
async fn people_of_customers_are_told_apart_from_colleagues() {
    let world = World::start().await;
    let roles = async |kind: &str| -> Vec<Value> {
        let list = world.get(&format!("/api/v1/users?user_type={kind}")).await;
        list["data"].as_array().expect("a list").iter().map(|one| one["roles"][0].clone()).collect()
    };
    assert_eq!(roles("client").await, ["client_portal"]);
    let internal = roles("internal").await;
    assert!(!internal.is_empty() && !internal.contains(&"client_portal".into()));
}

#[tokio::test]
async fn the_capabilities_say_where_the_feed_ends() {
    let world = World::start().await;
    assert_eq!(world.get("/api/v1/meta/capabilities").await["data"]["seq"], 0);
    world.put(&world.a_ticket().await, &[], serde_json::json!({"title": "New"})).await;
    assert_eq!(world.get("/api/v1/meta/capabilities").await["data"]["seq"], 1);
}

/// `alga-psa.md` 1.7: every category of the flat list stands once in the tree, below the one that it names.
#[tokio::test]
async fn the_tree_of_categories_holds_each_of_them_below_its_parent() {
    fn walk(branch: &Value, parent: &Value, found: &mut Vec<String>) {
        assert_eq!(&branch["parent_category"], parent);
        found.push(branch["category_id"].as_str().expect("an id").to_owned());
        for child in branch["children"].as_array().expect("a list") {
            walk(child, &branch["category_id"], found);
        }
    }
    let world = World::start().await;
    let ids = |list: &Value| -> Vec<String> {
        let list = list["data"].as_array().expect("a list").iter();
        list.map(|one| one["category_id"].as_str().expect("an id").to_owned()).collect()
    };
    let board = world.tickets_of(T).await[0].board_id.clone().expect("one");
    for (flat, tree) in [
        ("?".to_owned(), "/tree".to_owned()),
        (format!("?board_id={board}"), format!("/tree?board_id={board}")),
        (format!("?board_id={board}"), format!("/tree/{board}")),
    ] {
        let mut flat = ids(&world.get(&format!("/api/v1/categories/ticket{flat}")).await);
        let tree = world.get(&format!("/api/v1/categories/ticket{tree}")).await;
        let mut found = Vec::new();
        for branch in tree["data"].as_array().expect("a list") {
            walk(branch, &Value::Null, &mut found);
        }
        assert!(found.len() > ids(&tree).len(), "some are below others");
        flat.sort();
        found.sort();
        assert_eq!(found, flat);
    }
    let unknown = "/api/v1/categories/ticket/tree/nowhere";
    let reply = world.ask(axum::http::Method::GET, unknown, &world.dispatcher, &[], "").await;
    assert_eq!((reply.status, reply.code()), (404, "NOT_FOUND"));
}

/// `alga-psa.md` 1.7: each filter lets through what it names, in either case, and nothing else.
#[tokio::test]
async fn lookups_are_filtered_as_in_the_stock() {
    let world = World::start().await;
    let names = async |path: &str, key: &str| -> Vec<String> {
        let list = world.get(path).await["data"].as_array().expect("a list").clone();
        list.iter().map(|one| one[key].as_str().expect("text").to_owned()).collect()
    };
    for (path, key) in [
        ("boards", "board_name"),
        ("statuses", "name"),
        ("priorities", "priority_name"),
        ("clients", "client_name"),
    ] {
        let all = names(&format!("/api/v1/{path}"), key).await;
        let wanted = all[0].to_uppercase();
        let found = names(&format!("/api/v1/{path}?search={}", wanted.replace([' ', '&'], "%20")), key).await;
        let expected: Vec<_> =
            all.iter().filter(|name| name.to_uppercase().contains(&wanted)).cloned().collect();
        assert_eq!(found, expected, "{path}");
        assert!(!found.is_empty() && found.len() < all.len(), "{path}: {found:?} of {}", all.len());
        assert_eq!(names(&format!("/api/v1/{path}?search=%25"), key).await, [""; 0], "{path}: no wildcard");
    }
    for path in ["statuses?type=project", "priorities?item_type=project_task"] {
        assert_eq!(world.get(&format!("/api/v1/{path}")).await["data"], Value::Array(Vec::new()), "{path}");
    }
    for path in ["statuses?type=ticket", "priorities?item_type=ticket"] {
        assert_ne!(world.get(&format!("/api/v1/{path}")).await["data"], Value::Array(Vec::new()), "{path}");
    }
    let client = names("/api/v1/clients", "client_name").await.remove(0);
    let board = names("/api/v1/boards", "board_name").await.remove(0);
    for (table, column, name) in [("clients", "client_name", &client), ("boards", "board_name", &board)] {
        let sql = format!("UPDATE {table} SET is_inactive = 1 WHERE tenant = '{T}' AND {column} = '{name}'");
        world.database.sql(&sql).expect("written");
    }
    assert_eq!(names("/api/v1/clients?is_inactive=true", "client_name").await, [client.as_str()]);
    assert!(!names("/api/v1/clients?is_inactive=false", "client_name").await.contains(&client));
    assert!(names("/api/v1/clients", "client_name").await.contains(&client));
    assert!(!names("/api/v1/boards", "board_name").await.contains(&board));
    let everything = world.get("/api/v1/boards?include_inactive=true").await;
    let gone = everything["data"].as_array().expect("a list").iter().find(|one| one["board_name"] == *board);
    assert_eq!(gone.expect("it is shown")["is_inactive"], true);
}
