//! What an administrator agrees over REST, and that tickets keep it (LT-8).

use axum::http::Method;
use serde_json::{Value, json};

use crate::world::{Reply, T, World};

async fn send(world: &World, method: Method, path: &str, body: Value) -> Reply {
    let path = format!("/api/v1/admin/{path}");
    world.ask(method, &path, &world.admin, &[], &body.to_string()).await
}

async fn added(world: &World, kind: &str, id: &str, body: Value) -> String {
    let reply = send(world, Method::POST, kind, body).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply.body["data"][id].as_str().expect("an id").to_owned()
}

async fn agreed(world: &World) -> Value {
    let reply = send(world, Method::GET, "agreements", json!({})).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body["data"].clone()
}

fn office() -> Value {
    let day = |day: u8| json!({"day_of_week": day, "opens_at": "09:00", "closes_at": "17:00"});
    json!({
        "name": "Office", "timezone": "Europe/Berlin",
        "shifts": [day(1), day(2), day(3), day(4), day(5)],
        "holidays": [{"date": "2026-12-25", "name": "Christmas"}],
    })
}

#[tokio::test]
async fn a_calendar_and_a_policy_are_written_whole_and_read_back_alike() {
    let world = World::start().await;
    let priority = world.get("/api/v1/priorities").await["data"][0]["priority_id"].clone();
    let calendar = added(&world, "calendars", "calendar_id", office()).await;
    let promise = json!({
        "name": "Berlin", "is_default": false, "calendar_id": calendar,
        "targets": [{"priority_id": priority, "response_minutes": 15, "resolution_minutes": 90}],
    });
    let policy = added(&world, "sla-policies", "sla_policy_id", promise.clone()).await;
    let find = |all: &Value, list: &str, key: &str, id: &str| -> Value {
        let list = all[list].as_array().expect("a list").iter();
        list.clone().find(|one| one[key] == id).cloned().unwrap_or_default()
    };
    let all = agreed(&world).await;
    let mut kept = find(&all, "calendars", "calendar_id", &calendar);
    assert_eq!(kept.as_object_mut().expect("it is there").remove("calendar_id"), Some(json!(calendar)));
    assert_eq!(kept, office());
    let mut kept = find(&all, "sla_policies", "sla_policy_id", &policy);
    assert_eq!(kept.as_object_mut().expect("it is there").remove("sla_policy_id"), Some(json!(policy)));
    assert_eq!(kept, promise);

    let busy = send(&world, Method::DELETE, &format!("calendars/{calendar}"), json!({})).await;
    assert_eq!((busy.status, busy.code()), (409, "CONFLICT"), "a policy counts in it");
    let anew = json!({"name": "Always", "is_default": true, "targets": []});
    let path = format!("sla-policies/{policy}");
    assert_eq!(send(&world, Method::PUT, &path, anew).await.status, 200);
    let all = agreed(&world).await;
    let defaults =
        all["sla_policies"].as_array().expect("a list").iter().filter(|one| one["is_default"] == true);
    assert_eq!(
        defaults.map(|one| &one["sla_policy_id"]).collect::<Vec<_>>(),
        [&json!(policy)],
        "one default"
    );
    assert_eq!(find(&all, "sla_policies", "sla_policy_id", &policy)["targets"], json!([]));
    assert_eq!(send(&world, Method::DELETE, &format!("calendars/{calendar}"), json!({})).await.status, 204);
    assert_eq!(send(&world, Method::DELETE, &path, json!({})).await.status, 204);
    assert_eq!(send(&world, Method::DELETE, &path, json!({})).await.status, 404);
    assert_eq!(find(&agreed(&world).await, "sla_policies", "sla_policy_id", &policy), Value::Null);
}

/// LT-8: the next change of a ticket counts by what was agreed meanwhile, from the original start.
#[tokio::test]
async fn a_clients_own_promise_counts_from_its_tickets_next_change_on() {
    let world = World::start().await;
    let priorities = world.get("/api/v1/priorities").await["data"].clone();
    let priority = priorities[2]["priority_id"].clone();
    let ticket = world.an_open_ticket().await;
    let mut body = World::like(&ticket, "Promised");
    body["priority_id"] = priorities[3]["priority_id"].clone();
    let opened = world.post("/api/v1/tickets", &[], body).await.body["data"].clone();
    let path = format!("/api/v1/tickets/{}", opened["ticket_id"].as_str().expect("an id"));
    let promise = json!({
        "name": "Seven minutes", "targets": [{"priority_id": priority, "resolution_minutes": 7}],
    });
    let policy = added(&world, "sla-policies", "sla_policy_id", promise).await;
    let client = format!("agreements/clients/{}", opened["client_id"].as_str().expect("an id"));
    assert_eq!(send(&world, Method::PUT, &client, json!({"sla_policy_id": policy})).await.status, 204);
    assert_eq!(world.get(&path).await["data"]["sla_resolution_due_at"], opened["sla_resolution_due_at"]);
    let id = opened["ticket_id"].as_str().expect("an id");
    let changed = world.put(id, &[], json!({"priority_id": priority})).await.body["data"].clone();
    let at = |value: &Value| {
        value.as_str().expect("a time").parse::<callboard_model::Timestamp>().expect("a time")
    };
    let minutes =
        at(&changed["sla_started_at"]).duration_until(at(&changed["sla_resolution_due_at"])).as_mins();
    assert_eq!((minutes, &changed["sla_policy_id"]), (7, &json!(policy)));
    let busy = send(&world, Method::DELETE, &format!("sla-policies/{policy}"), json!({})).await;
    assert_eq!(busy.status, 409, "a client has it");
    let listed = agreed(&world).await["clients"].clone();
    assert!(listed.as_array().expect("a list").contains(&json!({
        "client_id": opened["client_id"], "sla_policy_id": policy,
    })));
    assert_eq!(send(&world, Method::PUT, &client, json!({"sla_policy_id": null})).await.status, 204);
    assert_eq!(send(&world, Method::DELETE, &format!("sla-policies/{policy}"), json!({})).await.status, 204);
}

#[tokio::test]
async fn a_status_that_pauses_stops_the_clocks() {
    let world = World::start().await;
    let ticket = world.an_open_ticket().await;
    let opened =
        world.post("/api/v1/tickets", &[], World::like(&ticket, "To wait")).await.body["data"].clone();
    let id = opened["ticket_id"].as_str().expect("an id");
    let board = opened["board_id"].as_str().expect("an id");
    let statuses = world.get(&format!("/api/v1/statuses?board_id={board}")).await["data"].clone();
    let pausing = agreed(&world).await["pausing_status_ids"].as_array().expect("a list").clone();
    let other = statuses.as_array().expect("a list").iter().find(|one| {
        one["is_closed"] == false
            && one["status_id"] != opened["status_id"]
            && !pausing.contains(&one["status_id"])
    });
    let other = other.expect("another open status")["status_id"].clone();
    let path = format!("agreements/statuses/{}", other.as_str().expect("an id"));
    assert_eq!(send(&world, Method::PUT, &path, json!({"pauses_sla": true})).await.status, 204);
    let paused = world.put(id, &[], json!({"status_id": other})).await.body["data"].clone();
    assert!(paused["sla_paused_at"].is_string(), "{paused}");
    assert!(agreed(&world).await["pausing_status_ids"].as_array().expect("a list").contains(&other));
    assert_eq!(send(&world, Method::PUT, &path, json!({"pauses_sla": false})).await.status, 204);
    for status in [&opened["status_id"], &other] {
        let goes_on = world.put(id, &[], json!({"status_id": status})).await.body["data"].clone();
        assert_eq!(goes_on["sla_paused_at"], Value::Null);
    }
}

#[tokio::test]
async fn what_cannot_be_agreed_is_refused_at_its_key() {
    let world = World::start().await;
    let before = agreed(&world).await;
    let with = |base: &Value, change: Value| {
        let mut body = base.clone();
        body.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        body
    };
    let shift = |opens: &str, closes: &str| json!({"day_of_week": 1, "opens_at": opens, "closes_at": closes});
    let twice = json!([shift("09:00", "12:00"), shift("09:00", "17:00")]);
    let days = json!([{"date": "2026-12-25"}, {"date": "2026-12-25"}]);
    for (change, wrong) in [
        (json!({"name": ""}), "name"),
        (json!({"timezone": "Mars/Base"}), "timezone"),
        (json!({"shifts": [shift("17:00", "09:00")]}), "shifts"),
        (json!({"shifts": [shift("9", "17:00")]}), "shifts"),
        (json!({"shifts": [{"day_of_week": 7, "opens_at": "09:00", "closes_at": "10:00"}]}), "shifts"),
        (json!({"shifts": twice}), "shifts"),
        (json!({"holidays": [{"date": "2026-02-30"}]}), "holidays"),
        (json!({"holidays": days}), "holidays"),
        (json!({"color": "red"}), "color"),
    ] {
        let reply = send(&world, Method::POST, "calendars", with(&office(), change.clone())).await;
        assert_eq!(
            (reply.status, &reply.body["error"]["details"][0]["path"]),
            (400, &json!([wrong])),
            "{change}"
        );
    }
    let priority = world.get("/api/v1/priorities").await["data"][0]["priority_id"].clone();
    let target = |minutes: i64| json!({"priority_id": priority, "resolution_minutes": minutes});
    let promise = json!({"name": "P", "targets": [target(60)]});
    for (change, wrong) in [
        (json!({"name": 7}), json!(["name"])),
        (json!({"calendar_id": "none"}), json!(["calendar_id"])),
        (json!({"targets": [target(0)]}), json!(["targets", "0"])),
        (json!({"targets": [target(60), target(61)]}), json!(["targets", "1"])),
        (json!({"targets": [{"priority_id": "none"}]}), json!(["targets", "0"])),
        (json!({"targets": [{"priority_id": priority, "minutes": 1}]}), json!(["targets"])),
    ] {
        let reply = send(&world, Method::POST, "sla-policies", with(&promise, change.clone())).await;
        assert_eq!((reply.status, &reply.body["error"]["details"][0]["path"]), (400, &wrong), "{change}");
    }
    let board = world.tickets_of(T).await[0].board_id.clone().expect("one");
    for (body, wrong) in [
        (json!({"sla_policy_id": "none"}), "sla_policy_id"),
        (json!({"close_rules": {"required_fields": ["title"]}}), "close_rules"),
        (json!({"close_rules": {"kindness": true}}), "close_rules"),
        (json!({"rules": {}}), "rules"),
    ] {
        let reply = send(&world, Method::PUT, &format!("agreements/boards/{board}"), body.clone()).await;
        assert_eq!(
            (reply.status, &reply.body["error"]["details"][0]["path"]),
            (400, &json!([wrong])),
            "{body}"
        );
    }
    assert_eq!(agreed(&world).await, before, "and nothing was written");
}
