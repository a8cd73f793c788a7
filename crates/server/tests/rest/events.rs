//! What is told of a day's work: in the change's own transaction, in order, as the catalogue says (EV-1 … EV-5).

use std::collections::BTreeSet;

use axum::http::Method;
use callboard_catalog::{EventType, catalog, check};
use callboard_model::{Ticket, UserId};
use callboard_server::auth::Role;
use jiff::ToSpan;
use serde_json::{Value, json};

use crate::service_levels;
use crate::world::{Reply, T, World, moment};

/// A world, and how far its log was read.
struct Day {
    world: World,
    read: u64,
}

impl Day {
    async fn begin() -> Self {
        Self { world: World::start().await, read: 0 }
    }

    /// What was told since the last look: each fits its schema, or the test ends here.
    async fn told(&mut self) -> Vec<Value> {
        let page = self.world.get(&format!("/api/v1/events?since={}&limit=1000", self.read)).await;
        self.read = page["next"].as_u64().expect("a place");
        let told = page["data"].as_array().expect("a list").clone();
        for event in &told {
            let name: EventType = event["event_type"].as_str().expect("a name").parse().expect("catalogued");
            assert_eq!(check(name, &event["payload"]), Ok(()), "{event}");
            assert_eq!(event["payload"]["tenantId"], T);
        }
        told
    }

    async fn names(&mut self) -> Vec<String> {
        self.told().await.iter().map(|one| one["event_type"].as_str().expect("a name").to_owned()).collect()
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> Value {
        let reply = self.reply(method, path, body).await;
        assert!((200..300).contains(&reply.status), "{path}: {} {}", reply.status, reply.body);
        reply.body["data"].clone()
    }

    async fn reply(&self, method: Method, path: &str, body: Value) -> Reply {
        self.world
            .ask(method, &format!("/api/v1{path}"), &self.world.dispatcher, &[], &body.to_string())
            .await
    }

    async fn save(&self, ticket: &Value, body: Value) -> Value {
        self.send(Method::PUT, &address(ticket), body).await
    }

    async fn opened(&self) -> Value {
        let like = self.world.an_open_ticket().await;
        self.send(Method::POST, "/tickets", World::like(&like, "A day's work")).await
    }

    /// Another value of a list than the ticket has.
    async fn other(&self, path: &str, id: &str, not: &Value, fits: impl Fn(&Value) -> bool) -> Value {
        let all = self.world.get(&format!("/api/v1{path}")).await["data"].clone();
        let mut all = all.as_array().expect("a list").clone().into_iter();
        all.find(|one| one[id] != *not && fits(one)).expect("another one")[id].clone()
    }

    async fn status(&self, board: &Value, not: &Value, is_closed: bool) -> Value {
        let path = format!("/statuses?board_id={}", board.as_str().expect("a board"));
        self.other(&path, "status_id", not, |one| one["is_closed"] == is_closed).await
    }
}

fn address(ticket: &Value) -> String {
    format!("/tickets/{}", ticket["ticket_id"].as_str().expect("an id"))
}

/// EV-3: transitions first, then exactly one of closed, assigned and updated.
#[tokio::test]
async fn a_save_tells_its_transitions_and_then_what_came_of_it() {
    let mut day = Day::begin().await;
    let ticket = day.opened().await;
    let created = day.names().await;
    assert_eq!(created.first().map(String::as_str), Some("TICKET_CREATED"), "{created:?}");

    let people = day.world.get("/api/v1/users").await["data"].clone();
    let person = |place: usize| people[place]["user_id"].clone();
    day.save(&ticket, json!({ "assigned_to": person(0) })).await;
    assert_eq!(day.names().await, ["TICKET_ASSIGNED"]);
    day.save(&ticket, json!({ "assigned_to": person(1), "title": "Another" })).await;
    let told = day.told().await;
    assert_eq!(
        (&told[0]["event_type"], &told[1]["event_type"]),
        (&json!("TICKET_UNASSIGNED"), &json!("TICKET_ASSIGNED"))
    );
    assert_eq!(told.len(), 2);
    let payload = &told[1]["payload"];
    assert_eq!((&payload["previousAssigneeId"], &payload["newAssigneeId"]), (&person(0), &person(1)));
    assert_eq!(payload["changes"]["title"], json!({ "previous": "A day's work", "new": "Another" }));
    assert_eq!(payload["actorType"], "USER");
    day.save(&ticket, json!({ "assigned_to": null })).await;
    assert_eq!(day.names().await, ["TICKET_UNASSIGNED", "TICKET_UPDATED"]);

    day.save(&ticket, json!({ "title": "Another" })).await;
    assert_eq!(day.names().await, [""; 0], "nothing changed, nothing is told");

    let closed = day.status(&ticket["board_id"], &ticket["status_id"], true).await;
    day.save(&ticket, json!({ "status_id": closed, "title": "Done" })).await;
    let names = day.names().await;
    assert_eq!(names[..2], ["TICKET_STATUS_CHANGED", "TICKET_CLOSED"]);
    assert!(names[2..].iter().all(|name| name.starts_with("TICKET_SLA_STAGE_")), "{names:?}");
    day.save(&ticket, json!({ "status_id": ticket["status_id"] })).await;
    let names = day.names().await;
    assert_eq!(names[..3], ["TICKET_STATUS_CHANGED", "TICKET_REOPENED", "TICKET_UPDATED"], "{names:?}");
}

/// EV-3: a word on a ticket is told as what it is, and never in its own words.
#[tokio::test]
async fn a_word_on_a_ticket_is_told_without_the_word() {
    let mut day = Day::begin().await;
    let ticket = day.opened().await;
    day.names().await;
    let comments = format!("{}/comments", address(&ticket));
    day.send(Method::POST, &comments, json!({ "comment_text": "Secret of the house", "is_internal": true }))
        .await;
    let told = day.told().await;
    let names: Vec<_> = told.iter().map(|one| one["event_type"].as_str().expect("a name")).collect();
    assert_eq!(names, ["TICKET_MESSAGE_ADDED", "TICKET_INTERNAL_NOTE_ADDED", "TICKET_COMMENT_ADDED"]);
    assert!(!json!(told).to_string().contains("Secret of the house"));
    day.send(Method::POST, &comments, json!({ "comment_text": "On it", "is_internal": false })).await;
    let names = day.names().await;
    assert_eq!(names[..3], ["TICKET_MESSAGE_ADDED", "TICKET_COMMENT_ADDED", "TICKET_RESPONSE_STATE_CHANGED"]);
}

/// A day with everything in it.
async fn everything(day: &mut Day) {
    let ticket = day.opened().await;
    let people = day.world.get("/api/v1/users").await["data"].clone();
    for place in [0, 1] {
        day.save(&ticket, json!({ "assigned_to": people[place]["user_id"] })).await;
    }
    let priority = day.other("/priorities", "priority_id", &ticket["priority_id"], |_| true).await;
    day.save(&ticket, json!({ "priority_id": priority, "tags": ["vpn"] })).await;
    let board = day.other("/boards", "board_id", &ticket["board_id"], |_| true).await;
    let status = day.status(&board, &ticket["status_id"], false).await;
    let cleared =
        json!({ "board_id": board, "status_id": status, "category_id": null, "subcategory_id": null });
    let ticket = day.save(&ticket, cleared).await;
    let comments = format!("{}/comments", address(&ticket));
    let note =
        day.send(Method::POST, &comments, json!({ "comment_text": "A note", "is_internal": true })).await;
    let note = format!("{comments}/{}", note["comment_id"].as_str().expect("an id"));
    day.send(Method::PUT, &note, json!({ "comment_text": "A better note" })).await;
    day.send(Method::POST, &comments, json!({ "comment_text": "On it", "is_internal": false })).await;
    customer_replies(day, &ticket).await;
    let closed = day.status(&board, &status, true).await;
    day.save(&ticket, json!({ "status_id": closed })).await;
    day.save(&ticket, json!({ "status_id": status })).await;
    bundles(day, &ticket).await;
    late(day).await;
    visits(day, &ticket).await;
    day.send(Method::DELETE, &address(&ticket), json!({})).await;
}

async fn customer_replies(day: &Day, ticket: &Value) {
    let (world, portal) = (&day.world, &day.world.read_only);
    let me = world.ask(Method::GET, "/api/v1/users/me", portal, &[], "").await;
    let user = UserId::from(me.body["data"]["user_id"].as_str().expect("an id"));
    let client = ticket["client_id"].as_str().map(Into::into);
    world.store.set_role(&T.into(), &user, Some(Role::ClientPortal)).await.expect("written");
    world.store.set_client(&T.into(), &user, client).await.expect("written");
    let path = format!("/api/v1{}/comments", address(ticket));
    let said = json!({ "comment_text": "Still down", "is_internal": false }).to_string();
    let reply = world.ask(Method::POST, &path, portal, &[], &said).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
}

async fn bundles(day: &Day, master: &Value) {
    let child = day.opened().await;
    let bundle = format!("{}/bundle", address(master));
    day.send(Method::POST, &bundle, json!({ "child_ticket_ids": [child["ticket_id"]], "mode": "link_only" }))
        .await;
    let leave = format!("{bundle}/children/{}", child["ticket_id"].as_str().expect("an id"));
    day.send(Method::DELETE, &leave, json!({})).await;
}

/// A ticket that was answered and done long after it was due.
async fn late(day: &Day) {
    let long_ago = moment() - 720.hours();
    let late: Ticket = service_levels::open(&day.world, long_ago, "Service Desk", 20, "P3 Normal").await;
    let late = json!(late);
    let closed = day.status(&late["board_id"], &late["status_id"], true).await;
    day.save(&late, json!({ "status_id": closed })).await;
}

async fn visits(day: &Day, ticket: &Value) {
    let people = day.world.get("/api/v1/users").await["data"].clone();
    let someone: Vec<_> =
        people.as_array().expect("people").iter().take(2).map(|one| &one["user_id"]).collect();
    let plan = async |hour: u8, more: Value| {
        let mut body = json!({
            "title": "Visit", "assigned_user_ids": [someone[0]],
            "scheduled_start": format!("2027-03-01T{hour:02}:00:00Z"),
            "scheduled_end": format!("2027-03-01T{:02}:00:00Z", hour + 1),
        });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let entry = day.send(Method::POST, "/schedules", body).await;
        format!("/schedules/{}", entry["entry_id"].as_str().expect("an id"))
    };
    let on_ticket = json!({ "work_item_type": "ticket", "work_item_id": ticket["ticket_id"] });
    let visit = plan(8, on_ticket.clone()).await;
    for status in ["dispatched", "en_route", "arrived", "checked_out", "completed"] {
        day.send(Method::PUT, &visit, json!({ "status": status })).await;
    }
    let moved = plan(10, on_ticket.clone()).await;
    day.send(Method::PUT, &moved, json!({ "scheduled_end": "2027-03-01T11:30:00Z" })).await;
    day.send(Method::PUT, &moved, json!({ "assigned_user_ids": [someone[1]] })).await;
    day.send(Method::PUT, &moved, json!({ "status": "no_show" })).await;
    let dropped = plan(12, on_ticket).await;
    day.send(Method::DELETE, &dropped, json!({})).await;
    let blocked = plan(14, json!({ "work_item_type": "ad_hoc" })).await;
    day.send(Method::DELETE, &blocked, json!({})).await;
    full_day(day).await;
}

/// A team with as much to do as it can.
async fn full_day(day: &Day) {
    let world = &day.world;
    let someone = world.get("/api/v1/teams").await["data"][0]["member_ids"][0].clone();
    let account = format!("/api/v1/admin/people/{}", someone.as_str().expect("an id"));
    let hours = json!({ "max_daily_capacity": 8 }).to_string();
    assert_eq!(world.ask(Method::PUT, &account, &world.admin, &[], &hours).await.status, 200);
    let body = json!({
        "title": "All day", "assigned_user_ids": [someone],
        "scheduled_start": "2027-03-02T08:00:00Z", "scheduled_end": "2027-03-02T16:00:00Z",
    });
    day.send(Method::POST, "/schedules", body).await;
}

/// EV-3: the catalogue says of each event whether this server sends it, and a day of work proves it, both ways.
#[tokio::test]
async fn what_the_catalogue_calls_emitted_is_emitted_and_nothing_else() {
    let mut day = Day::begin().await;
    everything(&mut day).await;
    let told: BTreeSet<_> = day.names().await.into_iter().collect();
    let claimed = catalog().entries().filter(|entry| entry.emitted);
    let claimed: BTreeSet<_> = claimed.map(|entry| entry.event_type.as_str().to_owned()).collect();
    assert_eq!(told, claimed);
}

/// EV-4: the log is read by place, by kind and by ticket, and of another company nothing is in it.
#[tokio::test]
async fn the_log_is_read_by_place_kind_and_ticket() {
    let mut day = Day::begin().await;
    let (one, two) = (day.opened().await, day.opened().await);
    let all = day.told().await;
    let of = async |query: &str| day.world.get(&format!("/api/v1/events?{query}")).await;
    let created = of("types=TICKET_CREATED&limit=1").await;
    assert_eq!(created["data"].as_array().map(Vec::len), Some(1));
    assert_eq!((&created["data"][0]["seq"], &created["has_more"]), (&created["next"], &json!(true)));
    let second = of(&format!("types=TICKET_CREATED&since={}", created["next"])).await;
    assert_eq!(second["data"][0]["payload"]["ticketId"], two["ticket_id"]);
    let first = one["ticket_id"].as_str().expect("an id");
    let about = of(&format!("ticket_id={first}")).await;
    let about = about["data"].as_array().expect("a list");
    let expected = all.iter().filter(|event| event["payload"]["ticketId"] == one["ticket_id"]).count();
    assert_eq!(about.len(), expected);
    assert_eq!(day.reply(Method::GET, "/events?types=NO_SUCH_THING", json!({})).await.status, 400);
    assert_eq!(day.reply(Method::GET, "/events?since=999999", json!({})).await.status, 410);
    let elsewhere = day.world.ask(Method::GET, "/api/v1/events", &day.world.stranger, &[], "").await;
    assert_eq!(elsewhere.body["data"], json!([]));
    for key in [&day.world.technician, &day.world.read_only, &day.world.billing] {
        assert_eq!(day.world.ask(Method::GET, "/api/v1/events", key, &[], "").await.status, 403);
    }
}

/// EV-4: whoever begins to listen now finds the last events and the end of the log, without reading all of it.
#[tokio::test]
async fn the_newest_of_a_kind_come_first_when_asked_and_the_log_goes_on_behind_them() {
    let day = Day::begin().await;
    let ticket = day.opened().await;
    let told = async |note: &str| {
        let payload = json!({
            "ticketId": ticket["ticket_id"], "approvalRequestId": ticket["ticket_id"], "approvalType": note,
        });
        let body = json!({ "event_type": "TICKET_APPROVAL_REQUESTED", "payload": payload });
        let reply = day.world.post("/api/v1/events/simulate", &[], body).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    };
    let notes = |page: &Value| {
        let data = page["data"].as_array().cloned().unwrap_or_default();
        data.iter().map(|event| event["payload"]["approvalType"].clone()).collect::<Vec<_>>()
    };
    for note in ["one", "two", "three"] {
        told(note).await;
    }
    let path = "/api/v1/events?types=TICKET_APPROVAL_REQUESTED";
    let newest = day.world.get(&format!("{path}&order=desc&limit=2")).await;
    assert_eq!(notes(&newest), ["three", "two"]);
    assert_eq!(newest["has_more"], false);
    told("four").await;
    let behind = day.world.get(&format!("{path}&since={}", newest["next"])).await;
    assert_eq!(notes(&behind), ["four"]);
    assert_eq!(notes(&day.world.get(&format!("{path}&limit=2")).await), ["one", "two"]);
    let wrong = day.world.ask(Method::GET, "/api/v1/events?order=no", &day.world.dispatcher, &[], "").await;
    assert_eq!(wrong.status, 400);
}

/// EV-5: what is only played is checked like what happened, says so, and is told once per key.
#[tokio::test]
async fn a_simulated_event_is_checked_told_once_and_marked() {
    let mut day = Day::begin().await;
    let ticket = day.opened().await;
    day.names().await;
    let sent = json!({
        "event_type": "TICKET_APPROVAL_REQUESTED",
        "payload": { "ticketId": ticket["ticket_id"], "approvalRequestId": ticket["ticket_id"], "approvalType": "spend" },
    });
    let once = [("idempotency-key", "play-1")];
    for _ in 0..2 {
        let reply = day.world.post("/api/v1/events/simulate", &once, sent.clone()).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    let told = day.told().await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((&told[0]["simulated"], &told[0]["payload"]["actorType"]), (&json!(true), &json!("USER")));

    let wrong =
        json!({ "event_type": "TICKET_CREATED", "payload": { "ticketId": "secret-no-id", "more": 1 } });
    let reply = day.world.post("/api/v1/events/simulate", &[], wrong).await;
    assert_eq!(reply.status, 400);
    let details = reply.body["error"]["details"].to_string();
    for path in [r#"["payload","ticketId"]"#, r#"["payload","more"]"#] {
        assert!(details.contains(path), "{path}: {details}");
    }
    assert!(!details.contains("secret-no-id"), "{details}");
    let bare = json!({ "event_type": "TICKET_CREATED", "payload": {} });
    let details = day.world.post("/api/v1/events/simulate", &[], bare).await.body["error"]["details"].clone();
    assert_eq!(
        details[0]["path"],
        json!(["payload", "ticketId"]),
        "what is missing has its path too: {details}"
    );
    let unknown = json!({ "event_type": "TICKET_EXPLODED", "payload": {} });
    assert_eq!(day.world.post("/api/v1/events/simulate", &[], unknown).await.status, 400);
    assert_eq!(day.names().await, [""; 0]);
}

/// EV-1
#[tokio::test]
async fn the_catalogue_is_served_whole_and_by_category() {
    let day = Day::begin().await;
    let all = day.world.get("/api/v1/event-catalog").await["data"].clone();
    assert_eq!(all.as_array().map(Vec::len), Some(EventType::ALL.len()));
    let assets = day.world.get("/api/v1/event-catalog?category=Assets&emitted=false").await["data"].clone();
    let assets = assets.as_array().expect("a list");
    assert!(!assets.is_empty() && assets.iter().all(|one| one["category"] == "Assets"));
    assert_eq!(assets[0]["payload_schema"]["$id"], assets[0]["payload_schema_ref"]);
}
