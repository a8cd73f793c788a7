//! The guard under fire: nobody overwrites what they have not seen (RB-6, LT-13).

use std::collections::BTreeMap;

use axum::http::Method;
use callboard_model::rest::ChangeRecord;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{T, World};

/// What follows from a sent field overwrites as much as what was sent, and is guarded alike.
#[tokio::test]
async fn a_value_that_follows_from_another_field_overwrites_no_later_change_of_its_own() {
    let world = World::start().await;
    let all = world.tickets_of(T).await;
    let ticket = all.iter().find(|one| !one.status_is_closed && one.itil_impact.is_none()).expect("one");
    let (id, board) = (ticket.ticket_id.as_str(), ticket.board_id.as_ref().expect("one"));
    let statuses = world.get(&format!("/api/v1/tickets/statuses?board_id={board}")).await;
    let closed = statuses["data"].as_array().expect("a list").iter().find(|one| one["is_closed"] == true);
    let closed = closed.expect("one")["status_id"].clone();
    let priorities = world.get("/api/v1/tickets/priorities").await["data"].clone();
    let last = priorities.as_array().expect("a list").last().expect("one")["priority_id"].clone();
    let (other, elsewhere) = all
        .iter()
        .filter(|one| one.client_id != ticket.client_id)
        .find_map(|one| Some((one.client_id.clone()?, one.location_id.clone()?)))
        .expect("another client");
    let places =
        world.get(&format!("/api/v1/clients/{}/locations", ticket.client_id.as_ref().expect("one"))).await;
    let place = places["data"][0]["location_id"].clone();
    let (response, another) =
        (json!({"response_state": "awaiting_client"}), json!({"response_state": "awaiting_internal"}));
    for (meanwhile, sent, field) in [
        (
            vec![json!({"priority_id": null}), json!({"priority_id": last})],
            json!({"itil_impact": 1, "itil_urgency": 1}),
            "priority_id",
        ),
        (vec![response, another], json!({"status_id": closed}), "response_state"),
        (
            vec![json!({"location_id": null}), json!({"location_id": place})],
            json!({"client_id": other}),
            "location_id",
        ),
    ] {
        let path = format!("/api/v1/tickets/{id}");
        let seen = world.get(&path).await["data"]["version"].clone();
        for change in meanwhile {
            world.put(id, &[], change).await;
        }
        let mut stale = sent.clone();
        stale["client_version"] = seen;
        let reply = world.put(id, &[], stale.clone()).await;
        assert_eq!((reply.status, reply.code()), (409, "STALE_VERSION"), "{sent}: {}", reply.body);
        assert_eq!(reply.body["error"]["details"]["conflicts"][0]["field"], field, "{sent}");
        stale["client_version"] = reply.body["error"]["details"]["current"]["version"].clone();
        assert_eq!(world.put(id, &[], stale).await.status, 200, "who has seen it may: {sent}");
    }
    drop(elsewhere);
}

/// Fifty at once on the version that they all saw, on two fields: each is merged or told 409, and the feed explains
/// what stands there.
#[tokio::test]
async fn of_fifty_writers_each_is_merged_or_refused_and_the_feed_explains_the_end() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    let path = format!("/api/v1/tickets/{ticket}");
    let writes = (0..50_u32).map(|number| {
        let body = match number % 2 {
            0 => json!({"title": format!("Title {number}"), "client_version": 1}),
            _ => json!({"due_date": format!("2030-01-01T00:00:{number:02}Z"), "client_version": 1}),
        };
        let key = if number % 4 < 2 { &world.dispatcher } else { &world.technician };
        let (world, path) = (&world, &path);
        async move { (world.ask(Method::PUT, path, key, &[], &body.to_string()).await, body) }
    });
    let replies = futures_util::future::join_all(writes).await;
    let mut landed = BTreeMap::new();
    for (reply, body) in &replies {
        match reply.status {
            200 => {
                let version = reply.body["data"]["version"].as_u64().expect("a version");
                assert!(landed.insert(version, body).is_none(), "a version is one change");
            }
            409 => assert_eq!(reply.code(), "STALE_VERSION"),
            other => panic!("{other}: {}", reply.body),
        }
    }
    assert_eq!(landed.len(), 2, "one winner for each field");
    let end = world.get(&path).await["data"].clone();
    let feed = world.get("/api/v1/changes?since=0").await;
    let records: Vec<ChangeRecord> = serde_json::from_value(feed["data"].clone()).expect("records");
    assert_eq!(
        records.iter().map(|one| one.version.0).collect::<Vec<_>>(),
        landed.keys().copied().collect::<Vec<_>>()
    );
    for record in &records {
        let body = landed[&record.version.0];
        for field in &record.updated_fields {
            assert_eq!(end[&**field], body[&**field], "{field} is what its last change made it");
        }
    }
}

/// One step of one of three writers: what they do with what they last saw.
#[derive(Clone, Debug)]
enum Step {
    Look(usize),
    Write { who: usize, fields: Vec<&'static str>, value: u8 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let fields = proptest::sample::subsequence(vec!["title", "due_date", "itil_impact", "tags"], 1..=3);
    let step = prop_oneof![
        1 => (0..3_usize).prop_map(Step::Look),
        3 => (0..3_usize, fields, 0..4_u8).prop_map(|(who, fields, value)| Step::Write { who, fields, value }),
    ];
    proptest::collection::vec(step, 1..25)
}

fn value(field: &str, value: u8) -> Value {
    match field {
        "title" => json!(format!("Title {value}")),
        "due_date" => json!(format!("2030-01-0{}T00:00:00Z", value + 1)),
        "tags" => json!([format!("tag {value}")]),
        _ => json!(value + 1),
    }
}

/// What a field holds, as it is sent.
fn held(ticket: &Value, field: &str) -> Value {
    match field {
        "tags" => {
            ticket["tags"].as_array().into_iter().flatten().map(|tag| tag["tag_text"].clone()).collect()
        }
        field => ticket[field].clone(),
    }
}

/// Plays the steps and holds every write to its promise: whoever replaces a value that somebody put there later has seen
/// it; whoever is refused would have replaced one that they have not seen.
async fn play(world: &World, ticket: &str, steps: &[Step]) -> Result<(), TestCaseError> {
    let path = format!("/api/v1/tickets/{ticket}");
    let first = world.get(&path).await["data"].clone();
    let mut seen = [0; 3].map(|_| first["version"].as_u64().unwrap_or_default());
    let mut changed_in = BTreeMap::<&str, u64>::new();
    for step in steps {
        let now = world.get(&path).await["data"].clone();
        let (who, fields, number) = match step {
            Step::Look(who) => {
                seen[*who] = now["version"].as_u64().unwrap_or_default();
                continue;
            }
            Step::Write { who, fields, value } => (*who, fields, *value),
        };
        let mut body = json!({"client_version": seen[who]});
        for field in fields {
            body[*field] = value(field, number);
        }
        let differs = |field: &&&str| held(&now, field) != value(field, number);
        let unseen = |field: &&&str| changed_in.get(**field).is_some_and(|version| *version > seen[who]);
        let overwrites = fields.iter().filter(differs).any(|field| unseen(&field));
        let reply = world.put(ticket, &[], body).await;
        prop_assert_eq!(reply.status, if overwrites { 409 } else { 200 }, "{:?}: {}", step, reply.body);
        let after = world.get(&path).await["data"].clone();
        if overwrites {
            prop_assert_eq!(after, now, "a refused write writes nothing");
            continue;
        }
        let version = after["version"].as_u64().unwrap_or_default();
        for field in fields.iter().filter(differs) {
            changed_in.insert(field, version);
        }
        for field in ["title", "due_date", "itil_impact", "tags"] {
            let expected = if fields.contains(&field) { value(field, number) } else { held(&now, field) };
            prop_assert_eq!(held(&after, field), expected, "{:?}", step);
        }
    }
    Ok(())
}

/// Any interleaving of three writers who look when they like.
#[test]
fn a_stale_write_never_overwrites_what_its_writer_has_not_seen() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let world = runtime.block_on(World::start());
    let tickets = runtime.block_on(world.tickets_of(T));
    let mut turn = 0;
    let config = ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let next = std::cell::RefCell::new(&mut turn);
    runner
        .run(&steps(), |steps| {
            let mut turn = next.borrow_mut();
            **turn += 1;
            let ticket = &tickets[**turn % tickets.len()].ticket_id;
            runtime.block_on(play(&world, ticket.as_str(), &steps))
        })
        .expect("the promise holds");
}
