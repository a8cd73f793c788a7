//! What is told, of what, and how often (RB-2, RB-4).

use std::collections::BTreeSet;

use axum::http::Method;
use callboard_server::auth::Role;
use serde_json::{Value, json};

use crate::world::{Person, World, data, of};

/// RB-2: one save is one message, although it is many events; under 1 KiB, and no value of it.
#[tokio::test]
async fn a_save_is_told_once_and_without_values() {
    let world = World::start().await;
    let somebody = world.a(Role::Dispatcher).await;
    let ticket = world.open_tickets(&somebody).await.into_iter().next().expect("a ticket");
    let mut client = world.listens(&somebody, &[of(&ticket)]).await;
    let priorities = world.does(Method::GET, "/api/v1/priorities", &somebody, Value::Null).await;
    let other = priorities.as_array().expect("a list").iter();
    let other = other.map(|one| &one["priority_id"]).find(|id| **id != json!(ticket.priority_id));
    let body = json!({
        "title": "hunter2", "assigned_to": somebody.user, "priority_id": other.expect("another"),
        "tags": ["hunter2"],
    });
    world.put(&somebody, &ticket, body).await;
    let told = client.next().await;
    assert_eq!((&told["event"], &told["channel"]), (&json!("record.updated"), &json!(of(&ticket))));
    let text = told.to_string();
    assert!(text.len() < 1024 && !text.contains("hunter2"), "{} bytes: {text}", text.len());
    let mut names: Vec<String> = data(&told).as_object().expect("an object").keys().cloned().collect();
    names.sort();
    let expected = [
        "record_id",
        "record_type",
        "tab_id",
        "tenant_id",
        "updated_at_iso",
        "updated_by_id",
        "updated_by_name",
        "version",
    ];
    assert_eq!(names, expected);
    world.put(&somebody, &ticket, json!({"title": "once more"})).await;
    let version = |told: &Value| data(told)["version"].as_u64().expect("a version");
    let next = client.next().await;
    assert!(version(&next) > version(&told), "the next is of the next save: {next}");
}

/// RB-2: of one request every record is told of, and each once.
#[tokio::test]
async fn a_request_that_changes_two_records_is_told_of_each_once() {
    let world = World::start().await;
    let somebody = world.a(Role::Dispatcher).await;
    let tickets = world.open_tickets(&somebody).await;
    let (master, child) = (&tickets[0], &tickets[1]);
    let mut client = world.listens(&somebody, &[of(master), of(child)]).await;
    let body = json!({"ids": [master.ticket_id, child.ticket_id], "changes": {"title": "Both"}});
    world.does(Method::POST, "/api/v1/tickets/bulk", &somebody, body).await;
    world.put(&somebody, master, json!({"title": "Last"})).await;
    let mut told = Vec::new();
    for _ in 0..3 {
        told.push(client.next().await["channel"].clone());
    }
    assert_eq!(told, [json!(of(master)), json!(of(child)), json!(of(master))]);
}

/// RB-2: planned work is a record like any other, and a private entry is told to nobody but those whom it concerns.
#[tokio::test]
async fn a_visit_that_is_moved_is_told_on_its_channel() {
    let world = World::start().await;
    let (somebody, other) = (world.a(Role::Dispatcher).await, world.a(Role::Technician).await);
    let entry = |private: bool| {
        json!({
            "title": "Visit", "assigned_user_ids": [somebody.user], "work_item_type": "ad_hoc",
            "scheduled_start": "2027-03-01T08:00:00Z", "scheduled_end": "2027-03-01T09:00:00Z",
            "is_private": private,
        })
    };
    let open = world.does(Method::POST, "/api/v1/schedules", &somebody, entry(false)).await;
    let private = world.does(Method::POST, "/api/v1/schedules", &somebody, entry(true)).await;
    let id = |entry: &Value| entry["entry_id"].as_str().expect("an id").to_owned();
    let channel = |entry: &Value| format!("private-record.schedule_entry.{}", id(entry));
    let mut client = world.listens(&somebody, &[channel(&open), channel(&private)]).await;
    assert_eq!(world.proof(Some(&other), "1.2", &channel(&private)).await.0, 403);
    for entry in [&private, &open] {
        let path = format!("/api/v1/schedules/{}", id(entry));
        let body = json!({"scheduled_end": "2027-03-01T09:30:00Z"});
        world.does(Method::PUT, &path, &somebody, body).await;
        let told = client.next().await;
        assert_eq!(told["channel"], json!(channel(entry)), "{told}");
        assert_eq!(data(&told)["record_type"], "schedule_entry");
    }
}

/// RB-3: a record that goes out of sight, or is gone, ends its channel.
#[tokio::test]
async fn a_record_that_is_gone_ends_its_channel() {
    let world = World::start().await;
    let (somebody, admin) = (world.a(Role::Dispatcher).await, world.a(Role::Admin).await);
    let ticket = world.open_tickets(&somebody).await.into_iter().next().expect("a ticket");
    let mut client = world.listens(&somebody, &[of(&ticket)]).await;
    world.does(Method::DELETE, &format!("/api/v1/tickets/{}", ticket.ticket_id), &admin, json!({})).await;
    let told = client.next().await;
    assert_eq!(
        (&told["event"], &told["channel"]),
        (&json!("pusher:subscription_error"), &json!(of(&ticket)))
    );
}

/// The tickets that a board's channel names, until all of these were named.
async fn named(client: &mut crate::world::Client, board: &str, all: &BTreeSet<String>) -> usize {
    let (mut seen, mut messages) = (BTreeSet::new(), 0);
    while seen != *all {
        let told = client.hears_where(board, |one| one["channel"] == board).await;
        assert_eq!(told["event"], "task.updated");
        let ids = data(&told)["ticket_ids"].clone();
        seen.extend(ids.as_array().expect("ids").iter().filter_map(Value::as_str).map(str::to_owned));
        assert!(seen.is_subset(all), "{seen:?} is more than {all:?}");
        messages += 1;
    }
    messages
}

async fn status_on(world: &World, person: &Person, board: &str) -> Value {
    let statuses = world.does(Method::GET, "/api/v1/tickets/statuses", person, Value::Null).await;
    let mut all = statuses.as_array().expect("a list").iter();
    let found = all.find(|one| one["board_id"] == board && one["is_closed"] == false);
    found.expect("one")["status_id"].clone()
}

/// RB-4: many changes are few messages; a ticket that leaves a board is told of on both, and one that is gone where it was.
#[tokio::test]
async fn a_boards_changes_are_gathered_and_its_losses_are_told() {
    let world = World::start().await;
    let (somebody, admin) = (world.a(Role::Dispatcher).await, world.a(Role::Admin).await);
    let tickets = world.open_tickets(&somebody).await;
    let here = tickets[0].board_id.clone().expect("a board").to_string();
    let there = tickets.iter().filter_map(|one| one.board_id.as_ref()).find(|id| id.as_str() != here);
    let there = there.expect("another board").to_string();
    let (on_here, on_there) = (format!("private-board.{here}"), format!("private-board.{there}"));
    let mut client = world.listens(&somebody, &[on_here.clone(), on_there.clone()]).await;
    let mut of_here =
        tickets.iter().filter(|one| one.board_id.as_ref().is_some_and(|id| id.as_str() == here));
    // Not touched before it moves, so that what is told of it is told of that.
    let moves = of_here.next().expect("one");
    let of_here: Vec<_> = of_here.collect();
    for round in 0..5 {
        for ticket in &of_here {
            world.put(&somebody, ticket, json!({"title": format!("Round {round}")})).await;
        }
    }
    let all: BTreeSet<String> = of_here.iter().map(|ticket| ticket.ticket_id.to_string()).collect();
    let messages = named(&mut client, &on_here, &all).await;
    assert!(messages < 5 * all.len(), "{messages} for {} tickets", all.len());
    let one = BTreeSet::from([moves.ticket_id.to_string()]);
    let status = status_on(&world, &somebody, &there).await;
    world.put(&somebody, moves, json!({"board_id": there, "status_id": status})).await;
    named(&mut client, &on_there, &one).await;
    client
        .hears_where("the loss", |one| {
            one["channel"] == *on_here
                && data(one)["ticket_ids"].as_array().is_some_and(|ids| ids.contains(&json!(moves.ticket_id)))
        })
        .await;
    world.does(Method::DELETE, &format!("/api/v1/tickets/{}", moves.ticket_id), &admin, json!({})).await;
    named(&mut client, &on_there, &one).await;
}
