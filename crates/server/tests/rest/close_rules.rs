//! A board asks something before a ticket is closed (`alga-psa.md` 1.4, 6.5).

use axum::http::Method;
use serde_json::{Value, json};

use crate::world::{Reply, World};

/// An open ticket on the board with rules, with nobody on it and no category, and the status that closes it.
async fn unfinished(world: &World) -> (String, String) {
    let boards = world.get("/api/v1/boards").await;
    let boards = boards["data"].as_array().expect("a list").clone();
    let board = boards.iter().find(|one| one["board_name"] == "Installations").expect("the board");
    let board = board["board_id"].as_str().expect("an id");
    let statuses = world.get(&format!("/api/v1/tickets/statuses?board_id={board}")).await;
    let statuses = statuses["data"].as_array().expect("a list").clone();
    let done = statuses.iter().find(|one| one["is_closed"] == true).expect("a status that closes");
    let open = world.get(&format!("/api/v1/tickets?board_id={board}&is_open=true")).await;
    let ticket = open["data"][0]["ticket_id"].as_str().expect("an open ticket").to_owned();
    let reply = world.put(&ticket, &[], json!({"category_id": null, "assigned_to": null})).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    (ticket, done["status_id"].as_str().expect("an id").to_owned())
}

async fn close(world: &World, key: &str, ticket: &str, body: &Value) -> Reply {
    world.ask(Method::PUT, &format!("/api/v1/tickets/{ticket}/status"), key, &[], &body.to_string()).await
}

#[tokio::test]
async fn a_close_against_the_rules_is_refused_in_the_shape_of_the_stock() {
    let world = World::start().await;
    let (ticket, done) = unfinished(&world).await;
    let before = world.get(&format!("/api/v1/tickets/{ticket}")).await;
    for path in ["", "/status"] {
        let path = format!("/api/v1/tickets/{ticket}{path}");
        let body = json!({"status_id": done}).to_string();
        let refused = world.ask(Method::PUT, &path, &world.dispatcher, &[], &body).await;
        let error = &refused.body["error"];
        assert_eq!((refused.status, refused.code()), (400, "VALIDATION_ERROR"), "{path}");
        assert_eq!(error["message"], "Ticket close rules not satisfied");
        let details = error["details"].as_array().expect("a list");
        let rules: Vec<_> = details.iter().map(|one| one["rule"].as_str().unwrap_or_default()).collect();
        assert_eq!(rules, ["required_fields"]);
        assert!(details.iter().all(|one| one["path"] == json!(["status_id"]) && one["message"].is_string()));
        assert_eq!(details[0]["missing_fields"], json!(["category_id", "assigned_to"]));
    }
    assert_eq!(world.get(&format!("/api/v1/tickets/{ticket}")).await["data"], before["data"]);
}

#[tokio::test]
async fn only_who_may_and_says_why_closes_against_the_rules() {
    let world = World::start().await;
    let (ticket, done) = unfinished(&world).await;
    let body = |reason: Value| json!({"status_id": done, "override_close_rules": true, "override_close_rules_reason": reason});
    let said = body(json!("The customer moved away"));
    let forbidden = close(&world, &world.technician, &ticket, &said).await;
    assert_eq!((forbidden.status, forbidden.code()), (403, "FORBIDDEN"));
    for silence in [Value::Null, json!(""), json!("   ")] {
        let refused = close(&world, &world.dispatcher, &ticket, &body(silence)).await;
        let path = &refused.body["error"]["details"][0]["path"];
        assert_eq!((refused.status, path), (400, &json!(["override_close_rules_reason"])));
    }
    let closed = close(&world, &world.dispatcher, &ticket, &said).await;
    assert_eq!((closed.status, &closed.body["data"]["status_is_closed"]), (200, &json!(true)));

    let noted = world.database.sql("SELECT ticket_id, version, reason, rules FROM close_overrides");
    let version = closed.body["data"]["version"].as_u64().expect("a version");
    assert_eq!(
        noted.expect("readable"),
        [format!("{ticket}|{version}|The customer moved away|required_fields")]
    );
    let told = world.get(&format!("/api/v1/tickets/{ticket}")).await["data"]["close_overrides"].clone();
    assert_eq!(closed.body["data"]["close_overrides"], told);
    let me = world.get("/api/v1/users/me").await["data"].clone();
    assert_eq!(
        told,
        json!([{
            "version": version, "reason": "The customer moved away", "rules": ["required_fields"],
            "closed_by": {"userId": me["user_id"], "displayName": me["display_name"]},
            "closed_at": closed.body["data"]["closed_at"],
        }])
    );
}
