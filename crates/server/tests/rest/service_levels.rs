//! The clocks of a ticket, from what was agreed to what REST shows (LT-8, `alga-psa.md` 1.5).

use axum::http::Method;
use callboard_model::{Field, Ticket, TicketId, Timestamp, Value as Held};
use callboard_server::auth::Caller;
use callboard_server::domain::Wanted;
use callboard_server::store::save::{Attempt, Author, Knew, Opening, Save, Wish};
use jiff::{SignedDuration, ToSpan};
use serde_json::{Value, json};

use crate::world::{T, World, moment};

/// Minutes of the demo's default promise for its third priority: a day, and a quarter of it to answer.
const RESOLUTION: i64 = 24 * 60;
const RESPONSE: i64 = RESOLUTION / 4;

async fn dispatcher(world: &World) -> Caller {
    let me = world.get("/api/v1/users/me").await;
    let user = me["data"]["user_id"].as_str().expect("an id").into();
    world.store.caller(&T.into(), &user).await.expect("readable").expect("active")
}

fn wish(fields: &[(Field, &str)]) -> Wish {
    let held = |text: &str| if text.is_empty() { Held::Empty } else { text.into() };
    let fields: Wanted = fields.iter().map(|&(field, text)| (field, held(text))).collect();
    Wish { fields, ..Wish::default() }
}

/// Changes a ticket at a time of our choice.
async fn save(world: &World, ticket: &TicketId, now: Timestamp, fields: &[(Field, &str)]) -> Ticket {
    let author = Author::of(&dispatcher(world).await, now);
    let save = Save { author, ticket: ticket.clone(), wish: wish(fields), knew: Knew::default() };
    match world.store.save(save).await.expect("writable") {
        Attempt::Done(saved) => saved.sheet.ticket,
        other => panic!("{fields:?}: {other:?}"),
    }
}

/// Opens a ticket at a time of our choice on the board of this name, for the client in this place of the list.
pub(crate) async fn open(
    world: &World,
    now: Timestamp,
    board: &str,
    client: usize,
    priority: &str,
) -> Ticket {
    let named = |list: &Value, key: &str, name: &str, id: &str| {
        let all = list["data"].as_array().expect("a list").clone();
        let found = all.into_iter().find(|one| one[key] == name).expect("one of this name");
        found[id].as_str().expect("an id").to_owned()
    };
    let board = named(&world.get("/api/v1/boards").await, "board_name", board, "board_id");
    let statuses = world.get(&format!("/api/v1/tickets/statuses?board_id={board}")).await;
    let status = statuses["data"][0]["status_id"].as_str().expect("an id").to_owned();
    let priority = named(&world.get("/api/v1/priorities").await, "priority_name", priority, "priority_id");
    let clients = world.get("/api/v1/clients").await;
    let client = clients["data"][client]["client_id"].as_str().expect("an id").to_owned();
    let fields = [
        (Field::Title, "VPN down"),
        (Field::Board, &board),
        (Field::Status, &status),
        (Field::Priority, &priority),
        (Field::Client, &client),
    ];
    let author = Author::of(&dispatcher(world).await, now);
    let opening = Opening { author, ticket: uuid::Uuid::new_v4().to_string().into(), wish: wish(&fields) };
    match world.store.open_ticket(opening).await.expect("writable") {
        Attempt::Done(saved) => saved.sheet.ticket,
        other => panic!("{other:?}"),
    }
}

fn after(start: Timestamp, minutes: i64) -> Option<Timestamp> {
    start.checked_add(SignedDuration::from_mins(minutes)).ok()
}

async fn shown(world: &World, ticket: &Ticket) -> Value {
    world.get(&format!("/api/v1/tickets/{}", ticket.ticket_id)).await["data"].clone()
}

#[tokio::test]
async fn a_new_ticket_is_due_as_its_client_was_promised() {
    let world = World::start().await;
    let now = moment();
    for (client, factor) in [(20, 2), (0, 1)] {
        let ticket = open(&world, now, "Service Desk", client, "P3 Normal").await;
        assert_eq!(ticket.sla_started_at, Some(now));
        assert_eq!(ticket.sla_response_due_at, after(now, RESPONSE * factor / 2), "client {client}");
        assert_eq!(ticket.sla_resolution_due_at, after(now, RESOLUTION * factor / 2), "client {client}");
        let shown = shown(&world, &ticket).await;
        assert!(shown["sla_policy_id"].is_string() && shown["sla_resolution_due_at"].is_string());
        let nothing_yet = ["sla_response_at", "sla_response_met", "sla_resolution_at", "sla_paused_at"];
        assert!(nothing_yet.iter().all(|name| shown[name].is_null()), "{shown}");
        assert_eq!(shown["sla_total_pause_minutes"], 0);
    }
}

/// Friday afternoon in London, one hour promised, half of it left before the weekend.
#[tokio::test]
async fn a_board_with_office_hours_is_due_after_the_weekend() {
    let world = World::start().await;
    let friday: Timestamp = "2026-11-20T17:30:00Z".parse().expect("a time");
    let ticket = open(&world, friday, "Installations", 20, "P1 Critical").await;
    assert_eq!(ticket.sla_resolution_due_at, Some("2026-11-23T08:30:00Z".parse().expect("a time")));
    // Easter: from Thursday over Good Friday and Easter Monday, and the clocks go forward between.
    let thursday: Timestamp = "2027-03-25T17:30:00Z".parse().expect("a time");
    let ticket = open(&world, thursday, "Installations", 20, "P1 Critical").await;
    assert_eq!(ticket.sla_resolution_due_at, Some("2027-03-30T07:30:00Z".parse().expect("a time")));
}

#[tokio::test]
async fn what_waits_for_the_customer_is_due_later_by_the_time_it_waited() {
    let world = World::start().await;
    let now = moment();
    let ticket = open(&world, now, "Service Desk", 20, "P3 Normal").await;
    let id = &ticket.ticket_id;
    let paused = save(&world, id, now + 10.minutes(), &[(Field::ResponseState, "awaiting_client")]).await;
    assert_eq!(paused.sla_paused_at, Some(now + 10.minutes()));
    assert_eq!(paused.sla_resolution_due_at, ticket.sla_resolution_due_at);
    let resumed = save(&world, id, now + 35.minutes(), &[(Field::ResponseState, "")]).await;
    assert_eq!((resumed.sla_paused_at, resumed.sla_total_pause_minutes), (None, 25));
    assert_eq!(resumed.sla_response_due_at, after(now, RESPONSE + 25));
    assert_eq!(resumed.sla_resolution_due_at, after(now, RESOLUTION + 25));
    // Everybody is told that the targets moved (LT-1).
    let hints = world.store.outbox_pending(10).await.expect("readable");
    let last = &hints.last().expect("a hint").hint.updated_fields;
    let names: Vec<_> = last.iter().map(|name| &**name).collect();
    assert_eq!(names, ["response_state", "sla_response_due_at", "sla_resolution_due_at"]);
}

#[tokio::test]
async fn a_status_on_hold_stops_the_clocks_and_another_priority_sets_them_anew() {
    let world = World::start().await;
    let now = moment();
    let ticket = open(&world, now, "Service Desk", 20, "P3 Normal").await;
    let board = ticket.board_id.clone().expect("a board");
    let statuses = world.get(&format!("/api/v1/tickets/statuses?board_id={board}")).await;
    let status = |name: &str| {
        let all = statuses["data"].as_array().expect("a list");
        let found = all.iter().find(|one| one["name"] == name).expect("a status of this name");
        found["status_id"].as_str().expect("an id").to_owned()
    };
    let id = &ticket.ticket_id;
    save(&world, id, now + 1.minute(), &[(Field::Status, &status("On Hold"))]).await;
    let resumed = save(&world, id, now + 61.minutes(), &[(Field::Status, &status("In Progress"))]).await;
    assert_eq!(resumed.sla_resolution_due_at, after(now, RESOLUTION + 60));
    let priorities = world.get("/api/v1/priorities").await;
    let first = priorities["data"][0]["priority_id"].as_str().expect("an id").to_owned();
    let pressing = save(&world, id, now + 62.minutes(), &[(Field::Priority, &first)]).await;
    assert_eq!(pressing.sla_resolution_due_at, after(now, 60 + 60));
    assert_eq!(pressing.sla_started_at, Some(now));
}

#[tokio::test]
async fn closing_meets_the_targets_and_reopening_goes_on_with_them() {
    let world = World::start().await;
    let now = moment();
    let ticket = open(&world, now, "Service Desk", 20, "P3 Normal").await;
    let board = ticket.board_id.clone().expect("a board");
    let statuses = world.get(&format!("/api/v1/tickets/statuses?board_id={board}")).await;
    let all = statuses["data"].as_array().expect("a list");
    let status = |closed: bool| {
        let found = all.iter().find(|one| one["is_closed"] == closed).expect("a status");
        found["status_id"].as_str().expect("an id").to_owned()
    };
    let id = &ticket.ticket_id;
    save(&world, id, now + 60.minutes(), &[(Field::Status, &status(true))]).await;
    let closed = shown(&world, &ticket).await;
    assert_eq!(closed["sla_resolution_at"], closed["closed_at"]);
    assert_eq!((&closed["sla_response_met"], &closed["sla_resolution_met"]), (&json!(true), &json!(true)));
    let again = save(&world, id, now + 90.minutes(), &[(Field::Status, &status(false))]).await;
    assert_eq!((again.sla_resolution_at, again.sla_resolution_met), (None, None));
    assert_eq!(again.sla_resolution_due_at, after(now, RESOLUTION + 30));
    let late = after(now, RESOLUTION + 31).expect("in range");
    let late = save(&world, id, late, &[(Field::Status, &status(true))]).await;
    assert_eq!((late.sla_response_met, late.sla_resolution_met), (Some(true), Some(false)));
}

#[tokio::test]
async fn impact_and_urgency_store_their_level() {
    let world = World::start().await;
    let ticket = open(&world, moment(), "Service Desk", 20, "P3 Normal").await;
    let path = format!("/api/v1/tickets/{}", ticket.ticket_id);
    let set = |body: Value| {
        let (world, path) = (&world, &path);
        async move { world.ask(Method::PUT, path, &world.dispatcher, &[], &body.to_string()).await.body }
    };
    let half = set(json!({"itil_impact": 1})).await;
    assert_eq!(half["data"]["itil_priority_level"], Value::Null);
    let both = set(json!({"itil_urgency": 2})).await;
    assert_eq!(both["data"]["itil_priority_level"], 2);
    assert_eq!(both["data"]["priority_name"], "P2 High");
    let none = set(json!({"itil_urgency": null})).await;
    assert_eq!(none["data"]["itil_priority_level"], Value::Null);
}

/// LT-8: the first public word of the company is the answer; neither an internal one nor the customer's own is.
#[tokio::test]
async fn a_public_answer_of_the_company_stops_the_clock_of_the_response() {
    let world = World::start().await;
    let client = world.ask(Method::GET, "/api/v1/clients", &world.portal, &[], "").await;
    let mut body = World::like(&world.an_open_ticket().await, "Nobody answers");
    body["client_id"] = client.body["data"][0]["client_id"].clone();
    let opened = world.post("/api/v1/tickets", &[], body).await.body["data"].clone();
    assert!(opened["sla_response_due_at"].is_string(), "{opened}");
    let path = format!("/api/v1/tickets/{}", opened["ticket_id"].as_str().expect("an id"));
    let say = async |key: &str, is_internal: Option<bool>| {
        let mut body = json!({"comment_text": "Hello"});
        if let Some(is_internal) = is_internal {
            body["is_internal"] = json!(is_internal);
        }
        let said = world.ask(Method::POST, &format!("{path}/comments"), key, &[], &body.to_string()).await;
        assert_eq!(said.status, 201, "{}", said.body);
        (said.body["data"]["created_at"].clone(), world.get(&path).await["data"].clone())
    };
    for (key, is_internal) in [(&world.portal, None), (&world.technician, Some(true))] {
        let (_, ticket) = say(key, is_internal).await;
        assert_eq!((&ticket["sla_response_at"], &ticket["sla_response_met"]), (&Value::Null, &Value::Null));
    }
    let (at, answered) = say(&world.technician, Some(false)).await;
    assert_eq!((&answered["sla_response_at"], &answered["sla_response_met"]), (&at, &json!(true)));
    assert_eq!(answered["sla_resolution_at"], Value::Null, "the other clock goes on");
    let hints = world.store.outbox_pending(100).await.expect("readable");
    let last = hints.last().expect("a hint");
    for field in ["comments", "response_state"] {
        assert!(last.hint.updated_fields.iter().any(|name| &**name == field), "{field}: {:?}", last.hint);
    }
    let (_, again) = say(&world.technician, Some(false)).await;
    assert_eq!(again["sla_response_at"], at, "only the first answer counts");
}
