//! A board asks something before a ticket is closed (`alga-psa.md` 1.4, 6.5).

use axum::http::Method;
use serde_json::{Value, json};

use crate::world::{Reply, T, World};

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

/// An open ticket on a board that asks for this and nothing else, and the status that closes it.
async fn asked(world: &World, rules: Value) -> (String, String) {
    let (ticket, done) = unfinished(world).await;
    let board = world.get(&format!("/api/v1/tickets/{ticket}")).await["data"]["board_id"].clone();
    let path = format!("/api/v1/admin/agreements/boards/{}", board.as_str().expect("an id"));
    let body = json!({"close_rules": rules}).to_string();
    let reply = world.ask(Method::PUT, &path, &world.admin, &[], &body).await;
    assert_eq!(reply.status, 204, "{}", reply.body);
    (ticket, done)
}

/// `alga-psa.md` 6.5: only a comment that is marked as the solution is one, and one that was taken away is none.
#[tokio::test]
async fn a_ticket_is_closed_when_somebody_said_what_solved_it() {
    let world = World::start().await;
    let (ticket, done) = asked(&world, json!({"resolution_comment": true})).await;
    let body = json!({"status_id": done});
    let comments = format!("/api/v1/tickets/{ticket}/comments");
    let say = async |is_resolution: bool| {
        let body = json!({"comment_text": "A new cable", "is_resolution": is_resolution});
        let said = world.post(&comments, &[], body).await;
        assert_eq!(said.status, 201, "{}", said.body);
        format!("{comments}/{}", said.body["data"]["comment_id"].as_str().expect("an id"))
    };
    let refused = async || {
        let reply = close(&world, &world.dispatcher, &ticket, &body).await;
        let details = &reply.body["error"]["details"];
        assert_eq!(
            (reply.status, &details[0]["rule"]),
            (400, &json!("resolution_comment")),
            "{}",
            reply.body
        );
        assert_eq!((&details[0]["path"], details.as_array().map(Vec::len)), (&json!(["status_id"]), Some(1)));
    };
    refused().await;
    say(false).await;
    refused().await;
    let taken_back = say(true).await;
    assert_eq!(world.ask(Method::DELETE, &taken_back, &world.dispatcher, &[], "").await.status, 204);
    refused().await;
    say(true).await;
    assert_eq!(close(&world, &world.dispatcher, &ticket, &body).await.status, 200);
}

/// `alga-psa.md` 6.5: open children hold their master open, unless they are closed by the same change (LT-7).
#[tokio::test]
async fn a_master_is_closed_when_nothing_is_open_below_it() {
    let world = World::start().await;
    let (master, done) = asked(&world, json!({"children_closed": true})).await;
    let body = json!({"status_id": done});
    let free = world.tickets_of(T).await.into_iter().filter(|one| {
        !one.status_is_closed && one.master_ticket_id.is_none() && one.ticket_id.as_str() != master
    });
    let children: Vec<_> = free.take(2).map(|one| one.ticket_id.to_string()).collect();
    let bundle = format!("/api/v1/tickets/{master}/bundle");
    let made = world.post(&bundle, &[], json!({"child_ticket_ids": children, "mode": "link_only"})).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let refused = async |count: u64| {
        let reply = close(&world, &world.dispatcher, &master, &body).await;
        let detail = &reply.body["error"]["details"][0];
        assert_eq!((reply.status, &detail["rule"]), (400, &json!("open_children")), "{}", reply.body);
        assert_eq!(detail["open_children_count"], count);
    };
    refused(2).await;
    let leave = format!("{bundle}/children/{}", children[0]);
    assert_eq!(world.ask(Method::DELETE, &leave, &world.dispatcher, &[], "").await.status, 204);
    refused(1).await;
    let settings = format!("{bundle}/settings");
    let step = json!({"mode": "sync_updates"}).to_string();
    assert_eq!(world.ask(Method::PUT, &settings, &world.dispatcher, &[], &step).await.status, 200);
    assert_eq!(close(&world, &world.dispatcher, &master, &body).await.status, 200);
    let child = world.get(&format!("/api/v1/tickets/{}", children[1])).await;
    assert_eq!(child["data"]["status_is_closed"], true);
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
