//! What an administrator does: accounts, keys, boards, switches. Everybody else is tried in `access`.

use axum::http::Method;
use serde_json::{Value, json};

use crate::world::{Reply, T, World};

const PEOPLE: &str = "/api/v1/admin/people";
const KEYS: &str = "/api/v1/admin/keys";

async fn send(world: &World, method: Method, path: &str, body: Value) -> Reply {
    world.ask(method, path, &world.admin, &[], &body.to_string()).await
}

async fn get(world: &World, path: &str) -> Value {
    let reply = world.ask(Method::GET, path, &world.admin, &[], "").await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.body);
    reply.body["data"].clone()
}

fn newcomer(username: &str, role: &str) -> Value {
    json!({
        "username": username, "first_name": "Ina", "last_name": "Neu", "email": "ina@harbour-it.example",
        "role": role,
    })
}

async fn enrolled(world: &World, username: &str, role: &str, more: Value) -> String {
    let mut body = newcomer(username, role);
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let reply = send(world, Method::POST, PEOPLE, body).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply.body["data"]["user_id"].as_str().expect("an id").to_owned()
}

/// A key's text.
async fn issued(world: &World, user: &str) -> String {
    let reply = send(world, Method::POST, KEYS, json!({"user_id": user, "name": "Console"})).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply.body["data"]["api_key"].as_str().expect("text").to_owned()
}

async fn status(world: &World, key: &str, path: &str) -> u16 {
    world.ask(Method::GET, path, key, &[], "").await.status
}

/// From nothing to a colleague who works, and out again: each step counts from the next request on.
#[tokio::test]
async fn somebody_comes_works_is_limited_and_leaves() {
    let world = World::start().await;
    let user = enrolled(&world, "ina.neu", "technician", json!({})).await;
    let key = issued(&world, &user).await;
    let me = world.ask(Method::GET, "/api/v1/users/me", &key, &[], "").await;
    assert_eq!(
        (&me.body["data"]["display_name"], &me.body["data"]["role"]),
        (&json!("Ina Neu"), &json!("technician"))
    );
    let ticket = world.tickets_of(T).await.remove(0);
    let (path, account) = (format!("/api/v1/tickets/{}", ticket.ticket_id), format!("{PEOPLE}/{user}"));
    let rename = async || world.ask(Method::PUT, &path, &key, &[], r#"{"title":"Mine"}"#).await.status;
    assert_eq!(rename().await, 200);

    assert_eq!(send(&world, Method::PUT, &account, json!({"role": "read_only"})).await.status, 200);
    assert_eq!((rename().await, status(&world, &key, &path).await), (403, 200));

    let boards = get(&world, "/api/v1/boards").await;
    let ids = boards.as_array().expect("boards").iter().map(|one| one["board_id"].clone());
    let elsewhere: Vec<_> =
        ids.filter(|id| id.as_str() != ticket.board_id.as_ref().map(|id| id.as_str())).collect();
    let reply = send(&world, Method::PUT, &account, json!({"board_ids": [elsewhere[0]]})).await;
    assert_eq!((reply.status, &reply.body["data"]["board_ids"]), (200, &json!([elsewhere[0]])));
    assert_eq!(status(&world, &key, &path).await, 404);
    let nothing = send(&world, Method::PUT, &account, json!({"board_ids": []})).await;
    assert_eq!((nothing.status, &nothing.body["error"]["details"][0]["path"]), (400, &json!(["board_ids"])));
    assert_eq!(status(&world, &key, &path).await, 404, "an empty list is not every board");
    assert_eq!(send(&world, Method::PUT, &account, json!({"board_ids": null})).await.status, 200);
    assert_eq!(status(&world, &key, &path).await, 200);

    assert_eq!(send(&world, Method::PUT, &account, json!({"is_inactive": true})).await.status, 200);
    assert_eq!(status(&world, &key, &path).await, 401);
    assert_eq!(send(&world, Method::PUT, &account, json!({"is_inactive": false})).await.status, 200);
    assert_eq!(status(&world, &key, &path).await, 401, "who comes back gets a new key");
    assert_eq!(get(&world, &format!("{KEYS}?user_id={user}")).await, json!([]));
    assert_eq!(get(&world, &account).await["is_inactive"], false);
}

/// LT-15: what was cut by what somebody saw before is no base to go on from.
#[tokio::test]
async fn whoever_may_do_something_else_loads_anew_and_nobody_else() {
    let world = World::start().await;
    let (user, other) = (
        enrolled(&world, "one", "technician", json!({})).await,
        enrolled(&world, "two", "technician", json!({})).await,
    );
    let (key, theirs) = (issued(&world, &user).await, issued(&world, &other).await);
    let since = world.get("/api/v1/changes").await["next"].as_u64().expect("a number");
    let path = format!("/api/v1/changes?since={since}");
    let account = format!("{PEOPLE}/{user}");
    assert_eq!(send(&world, Method::PUT, &account, json!({"first_name": "Anna"})).await.status, 200);
    assert_eq!(status(&world, &key, &path).await, 200, "a name is no access");
    assert_eq!(send(&world, Method::PUT, &account, json!({"role": "dispatcher"})).await.status, 200);
    assert_eq!((status(&world, &key, &path).await, status(&world, &theirs, &path).await), (410, 200));
}

#[tokio::test]
async fn a_customers_person_needs_a_client_and_sees_that_one_alone() {
    let world = World::start().await;
    let ticket = world.tickets_of(T).await.remove(0);
    let client = ticket.client_id.clone().expect("one");
    let foreign = world.tickets_of(crate::world::X).await[0].client_id.clone().expect("one");
    for client in [json!(null), json!(foreign), json!("nobody")] {
        let mut body = newcomer("portal", "client_portal");
        body["client_id"] = client;
        let refused = send(&world, Method::POST, PEOPLE, body).await;
        assert_eq!(
            (refused.status, &refused.body["error"]["details"][0]["path"]),
            (400, &json!(["client_id"]))
        );
    }
    let user = enrolled(&world, "portal", "client_portal", json!({"client_id": client})).await;
    let key = issued(&world, &user).await;
    let list = world.ask(Method::GET, "/api/v1/tickets?limit=100", &key, &[], "").await;
    let list = list.body["data"].as_array().expect("a list").clone();
    assert!(!list.is_empty() && list.iter().all(|one| one["client_id"] == client.as_str()));
}

#[tokio::test]
async fn every_wrong_key_of_an_account_is_named_and_nothing_is_written() {
    let world = World::start().await;
    let before = get(&world, PEOPLE).await;
    let taken = before[0]["username"].as_str().expect("text").to_uppercase();
    let foreign = world.tickets_of(crate::world::X).await[0].board_id.clone().expect("one");
    for (change, wrong) in [
        (json!({"username": taken}), "username"),
        (json!({"username": "two words"}), "username"),
        (json!({"email": "nowhere"}), "email"),
        (json!({"role": "king"}), "role"),
        (json!({"role": null}), "role"),
        (json!({"board_ids": [foreign]}), "board_ids"),
        (json!({"board_ids": "all"}), "board_ids"),
        (json!({"client_id": "mill"}), "client_id"),
        (json!({"is_inactive": "no"}), "is_inactive"),
        (json!({"max_daily_capacity": 25}), "max_daily_capacity"),
        (json!({"max_daily_capacity": -1}), "max_daily_capacity"),
        (json!({"max_daily_capacity": 7.5}), "max_daily_capacity"),
        (json!({"api_key": "x"}), "api_key"),
    ] {
        let mut body = newcomer("ina.neu", "technician");
        body.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        let reply = send(&world, Method::POST, PEOPLE, body).await;
        assert_eq!((reply.status, reply.code()), (400, "VALIDATION_ERROR"), "{change}");
        assert_eq!(reply.body["error"]["details"][0]["path"], json!([wrong]), "{change}: {}", reply.body);
    }
    assert_eq!(get(&world, PEOPLE).await, before);
    assert_eq!(send(&world, Method::PUT, &format!("{PEOPLE}/nobody"), json!({})).await.status, 404);
}

#[tokio::test]
async fn for_how_long_somebody_may_be_planned_is_said_and_taken_back() {
    let world = World::start().await;
    let user = enrolled(&world, "ina.neu", "technician", json!({"max_daily_capacity": 8})).await;
    let account = format!("{PEOPLE}/{user}");
    assert_eq!(get(&world, &account).await["max_daily_capacity"], 8);
    let renamed = send(&world, Method::PUT, &account, json!({"first_name": "Anna"})).await;
    assert_eq!(renamed.body["data"]["max_daily_capacity"], 8, "what is not sent stays");
    let all = get(&world, PEOPLE).await;
    let said = |id: &Value| all.as_array().expect("a list").iter().find(|one| one["user_id"] == *id).cloned();
    assert_eq!(said(&json!(user)).expect("Ina")["max_daily_capacity"], 8);
    assert_eq!(all[0]["max_daily_capacity"], Value::Null, "nobody said it of the others");
    let unsaid = send(&world, Method::PUT, &account, json!({"max_daily_capacity": null})).await;
    assert_eq!((unsaid.status, &unsaid.body["data"]["max_daily_capacity"]), (200, &Value::Null));
}

#[tokio::test]
async fn the_last_administrator_cannot_shut_themselves_out() {
    let world = World::start().await;
    let me = get(&world, "/api/v1/users/me").await["user_id"].as_str().expect("an id").to_owned();
    let path = format!("{PEOPLE}/{me}");
    for wish in [json!({"role": "dispatcher"}), json!({"is_inactive": true})] {
        assert_eq!(send(&world, Method::PUT, &path, wish).await.status, 400);
    }
    let other = enrolled(&world, "second", "admin", json!({})).await;
    assert_eq!(send(&world, Method::PUT, &path, json!({"role": "dispatcher"})).await.status, 200);
    assert_eq!(send(&world, Method::GET, PEOPLE, json!({})).await.status, 403, "and it counts at once");
    let key = world.store.keys(&T.into(), Some(other.as_str().into())).await.expect("readable");
    assert_eq!(key, [], "nobody made one for the other");
}

/// A key is told once: neither a list, nor the same request again, nor the database has it.
#[tokio::test]
async fn the_text_of_a_key_is_told_once_and_kept_nowhere() {
    let world = World::start().await;
    let user = enrolled(&world, "ina.neu", "technician", json!({})).await;
    let body = json!({"user_id": user, "name": " Laptop ", "expires_at": "2999-01-01T00:00:00Z"});
    let again = [("idempotency-key", "key-1")];
    let ask = async || world.ask(Method::POST, KEYS, &world.admin, &again, &body.to_string()).await;
    let (first, second) = (ask().await, ask().await);
    assert_eq!(
        (first.status, second.status, second.header("idempotency-replayed")),
        (201, 201, Some("true"))
    );
    let text = first.body["data"]["api_key"].as_str().expect("text").to_owned();
    assert_eq!(text.len(), 64);
    assert_eq!(second.body["data"]["api_key"], Value::Null, "it is not kept, and so it is not told again");
    assert_eq!(second.body["data"]["key_id"], first.body["data"]["key_id"], "and no second one was made");
    let listed = get(&world, &format!("{KEYS}?user_id={user}")).await;
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&listed[0]["name"], &listed[0]["display_name"], &listed[0]["expires_at"]),
        (&json!("Laptop"), &json!("Ina Neu"), &json!("2999-01-01T00:00:00Z"))
    );
    assert!(!listed.to_string().contains(&text) && listed[0].get("api_key").is_none());
    assert_eq!(status(&world, &text, "/api/v1/users/me").await, 200);
    let kept = world.database.sql("SELECT answer FROM idempotency").expect("readable").concat();
    assert!(kept.contains("key_id") && !kept.contains(&text), "{kept}");
    let path = format!("{KEYS}/{}", first.body["data"]["key_id"].as_str().expect("an id"));
    assert_eq!(send(&world, Method::DELETE, &path, json!({})).await.status, 204);
    assert_eq!(status(&world, &text, "/api/v1/users/me").await, 401);
    assert_eq!(send(&world, Method::DELETE, &path, json!({})).await.status, 404, "it is gone");
}

#[tokio::test]
async fn a_key_that_would_open_nothing_is_not_made() {
    let world = World::start().await;
    let gone = enrolled(&world, "gone", "technician", json!({"is_inactive": true})).await;
    let user = enrolled(&world, "here", "technician", json!({})).await;
    let foreign = world.store.people(&crate::world::X.into(), Default::default()).await.expect("people");
    for (body, wrong) in [
        (json!({}), "user_id"),
        (json!({"user_id": 7}), "user_id"),
        (json!({"user_id": "nobody"}), "user_id"),
        (json!({"user_id": gone}), "user_id"),
        (json!({"user_id": foreign[0].user.user_id}), "user_id"),
        (json!({"user_id": user, "expires_at": "2020-01-01T00:00:00Z"}), "expires_at"),
        (json!({"user_id": user, "expires_at": "soon"}), "expires_at"),
        (json!({"user_id": user, "name": "x".repeat(101)}), "name"),
        (json!({"user_id": user, "api_key": "0"}), "api_key"),
    ] {
        let reply = send(&world, Method::POST, KEYS, body.clone()).await;
        assert_eq!(
            (reply.status, &reply.body["error"]["details"][0]["path"]),
            (400, &json!([wrong])),
            "{body}"
        );
    }
}

/// wire.md 3: every write under one key is applied once, and a condition that cannot be kept is refused.
#[tokio::test]
async fn what_is_sent_twice_is_done_once() {
    let world = World::start().await;
    let before = get(&world, PEOPLE).await.as_array().map(Vec::len);
    let again = [("idempotency-key", "person-1")];
    let body = newcomer("ina.neu", "technician").to_string();
    let first = world.ask(Method::POST, PEOPLE, &world.admin, &again, &body).await;
    let second = world.ask(Method::POST, PEOPLE, &world.admin, &again, &body).await;
    assert_eq!((first.status, &first.body), (201, &second.body));
    assert_eq!(get(&world, PEOPLE).await.as_array().map(Vec::len), before.map(|count| count + 1));
    let other = newcomer("other", "technician").to_string();
    assert_eq!(world.ask(Method::POST, PEOPLE, &world.admin, &again, &other).await.status, 422);
    let condition = [("if-match", "\"1\"")];
    assert_eq!(world.ask(Method::POST, PEOPLE, &world.admin, &condition, &other).await.status, 400);
}

/// LT-20: the switch over REST does what the store's own does.
#[tokio::test]
async fn the_live_layer_is_switched_off_and_on_over_rest() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    let token = format!("/api/tickets/{ticket}/live-token");
    let path = "/api/v1/admin/switches/live-ticket-updates";
    let listed = || get(&world, "/api/v1/admin/switches");
    assert_eq!(listed().await, json!([{"name": "live-ticket-updates", "is_on": true}]));
    assert_eq!(status(&world, &world.dispatcher, &token).await, 200);
    let off = send(&world, Method::PUT, path, json!({"is_on": false})).await;
    assert_eq!((off.status, &off.body["data"]["is_on"]), (200, &json!(false)));
    assert_eq!(listed().await[0]["is_on"], false);
    assert_eq!(status(&world, &world.dispatcher, &token).await, 403);
    assert_eq!(send(&world, Method::PUT, path, json!({"is_on": true})).await.status, 200);
    assert_eq!(status(&world, &world.dispatcher, &token).await, 200);
    for body in [json!({}), json!({"is_on": 1}), json!({"is_on": true, "until": "tomorrow"})] {
        assert_eq!(send(&world, Method::PUT, path, body.clone()).await.status, 400, "{body}");
    }
    let unknown = "/api/v1/admin/switches/gravity";
    assert_eq!(send(&world, Method::PUT, unknown, json!({"is_on": false})).await.status, 404);
}
