//! What subscribers are told: the words, the order, the filter (GS-2, GS-3).

use axum::http::Method;
use callboard_model::Ticket;
use callboard_server::auth::Role;
use serde_json::{Value, json};

use crate::world::{Person, World};

/// Everything of an event.
const ALL: &str = "eventType ticketId ticket { id title statusId assignedTo version } previousState \
    triggeredBy { id name } timestamp metadata comment { id text isInternal } changes { field oldValue newValue }";

fn words(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["eventType"].as_str().expect("a word")).collect()
}

/// Another status of the ticket's board, open like its own.
async fn other_status(world: &World, person: &Person, ticket: &Ticket) -> Value {
    let (_, statuses) = world.send(Method::GET, "/api/v1/tickets/statuses", person, &Value::Null).await;
    let statuses = statuses["data"].as_array().expect("a list").iter();
    let mut others = statuses.filter(|one| {
        one["board_id"] == json!(ticket.board_id)
            && one["is_closed"] == false
            && one["status_id"] != json!(ticket.status_id)
    });
    others.next().expect("another one")["status_id"].clone()
}

/// GS-2, GS-3: one save is told word by word, in the order of the domain, with both values of each change.
#[tokio::test]
async fn a_save_is_told_with_what_was_and_what_is() {
    let world = World::start().await;
    let (somebody, listener) = (world.a(Role::Dispatcher).await, world.a(Role::Technician).await);
    let ticket = world.open_ticket(&somebody).await;
    let status = other_status(&world, &somebody, &ticket).await;
    let mut peer = world.inside(&listener).await;
    peer.listens("all", &format!("subscription {{ supportTicketEvents {{ {ALL} }} }}")).await;
    world.put(&somebody, &ticket, json!({"status_id": status, "title": "New title"})).await;

    let changed = peer.event("all").await;
    assert_eq!(changed["eventType"], "STATUS_CHANGED");
    let was = json!(ticket.status_id);
    assert_eq!(changed["changes"], json!([{"field": "status_id", "oldValue": was, "newValue": status}]));
    assert_eq!(changed["previousState"], json!({ "status_id": was }));
    assert_eq!(changed["ticket"]["statusId"], status, "the ticket as it stands");
    assert_eq!(changed["triggeredBy"]["id"], json!(somebody.user));
    assert!(changed["triggeredBy"]["name"].as_str().is_some_and(|name| name.contains(' ')));

    let updated = peer.event("all").await;
    assert_eq!(updated["eventType"], "UPDATED");
    let fields: Vec<_> =
        updated["changes"].as_array().expect("a list").iter().map(|one| &one["field"]).collect();
    assert_eq!(fields, ["status_id", "title"]);
    assert_eq!(updated["previousState"]["title"], json!(ticket.title));
    assert_eq!(updated["metadata"]["source"], "TICKET_UPDATED");
    assert_eq!(updated["metadata"]["changeId"], changed["metadata"]["changeId"], "one request");
    assert!(updated["metadata"]["seq"].as_u64() > changed["metadata"]["seq"].as_u64());
    assert_eq!(updated["metadata"]["simulated"], false);
}

/// GS-3: every word that this server has a source for, from the very write that makes it.
#[tokio::test]
async fn every_kind_of_write_is_told_under_its_word() {
    let world = World::start().await;
    let (somebody, listener) = (world.a(Role::Dispatcher).await, world.a(Role::Admin).await);
    let like = world.open_ticket(&somebody).await;
    let mut peer = world.inside(&listener).await;
    peer.listens("all", &format!("subscription {{ supportTicketEvents {{ {ALL} }} }}")).await;
    let body = json!({
        "title": "A new one", "board_id": like.board_id, "client_id": like.client_id,
        "status_id": like.status_id, "priority_id": like.priority_id,
    });
    let (status, opened) = world.send(Method::POST, "/api/v1/tickets", &somebody, &body).await;
    assert_eq!(status, 201, "{opened}");
    let ticket: Ticket = serde_json::from_value(opened["data"].clone()).expect("a ticket");
    assert_eq!(words(&[peer.event("all").await]), ["CREATED"]);

    world.put(&somebody, &ticket, json!({"assigned_to": listener.user})).await;
    assert_eq!(words(&[peer.event("all").await]), ["ASSIGNED"]);
    world.put(&somebody, &ticket, json!({"assigned_to": null})).await;
    let taken = [peer.event("all").await, peer.event("all").await];
    assert_eq!(words(&taken), ["UNASSIGNED", "UPDATED"]);
    assert_eq!(taken[0]["previousState"], json!({"assigned_to": listener.user}));

    let (_, priorities) = world.send(Method::GET, "/api/v1/priorities", &somebody, &Value::Null).await;
    let other = priorities["data"].as_array().expect("a list").iter();
    let mut other = other.filter(|one| one["priority_id"] != json!(ticket.priority_id));
    world
        .put(&somebody, &ticket, json!({"priority_id": other.next().expect("another")["priority_id"]}))
        .await;
    assert_eq!(words(&[peer.event("all").await, peer.event("all").await]), ["PRIORITY_CHANGED", "UPDATED"]);

    world.put(&somebody, &ticket, json!({"tags": ["one", "two"]})).await;
    let tagged = peer.event("all").await;
    assert_eq!(words(std::slice::from_ref(&tagged)), ["TAG_ADDED"]);
    assert_eq!(tagged["changes"][0]["newValue"].as_array().map(Vec::len), Some(2));
    world.put(&somebody, &ticket, json!({"tags": ["two", "three"]})).await;
    assert_eq!(words(&[peer.event("all").await, peer.event("all").await]), ["TAG_ADDED", "TAG_REMOVED"]);

    world.say(&somebody, &ticket, "For the company", true).await;
    let said = peer.event("all").await;
    assert_eq!(words(std::slice::from_ref(&said)), ["COMMENTED"]);
    assert_eq!(
        (&said["comment"]["text"], &said["comment"]["isInternal"]),
        (&json!("For the company"), &json!(true))
    );

    let master = format!("/api/v1/tickets/{}/bundle", like.ticket_id);
    let join = json!({"child_ticket_ids": [ticket.ticket_id], "mode": "link_only"});
    let (status, joined) = world.send(Method::POST, &master, &somebody, &join).await;
    assert_eq!(status, 201, "{joined}");
    let related = peer.event("all").await;
    assert_eq!(words(std::slice::from_ref(&related)), ["RELATED_ADDED"], "{related}");
    assert_eq!(related["changes"][0]["newValue"], json!(like.ticket_id));

    let (status, _) = world
        .send(Method::DELETE, &format!("/api/v1/tickets/{}", ticket.ticket_id), &somebody, &Value::Null)
        .await;
    assert_eq!(status, 204);
    let gone = peer
        .hears_where("the end of the ticket", |one| {
            one["payload"]["data"]["supportTicketEvents"]["eventType"] == "DELETED"
        })
        .await;
    let gone = &gone["payload"]["data"]["supportTicketEvents"];
    assert_eq!((&gone["ticket"], &gone["ticketId"]), (&Value::Null, &json!(ticket.ticket_id)));
}

/// GS-3: what the filter leaves out is not told, and what it lets through is.
#[tokio::test]
async fn a_filter_lets_through_what_it_names() {
    let world = World::start().await;
    let (somebody, listener) = (world.a(Role::Dispatcher).await, world.a(Role::Technician).await);
    let tickets = world.tickets_of(&somebody).await.into_iter();
    let tickets: Vec<_> = tickets
        .filter(|one| one.master_ticket_id.is_none() && one.assigned_to.as_ref() != Some(&listener.user))
        .collect();
    let [one, other] = [&tickets[0], &tickets[1]];
    // Nobody's, so that what is told of its assignment is one event.
    world.put(&somebody, other, json!({"assigned_to": null, "assigned_team_id": null})).await;
    let mut peer = world.inside(&listener).await;
    let id = one.ticket_id.as_str();
    let me = listener.user.as_str();
    for (name, filter) in [
        ("one", format!("{{ ticketIds: [\"{id}\"] }}")),
        ("said", "{ eventTypes: [COMMENTED] }".to_owned()),
        ("mine", format!("{{ assignedToUserId: \"{me}\" }}")),
        ("watched", "{ watchedOnly: true }".to_owned()),
        (
            "status",
            format!("{{ statuses: [\"{}\"], ticketIds: [\"{id}\"] }}", one.status_id.as_ref().expect("one")),
        ),
        ("nothing", "{ statuses: [\"no such status\"] }".to_owned()),
    ] {
        let query = format!(
            "subscription {{ supportTicketEvents(filter: {filter}) {{ eventType ticket {{ title }} }} }}"
        );
        peer.listens(name, &query).await;
    }
    world.put(&somebody, other, json!({"title": "Not the one"})).await;
    world.put(&somebody, one, json!({"title": "The one"})).await;
    for name in ["one", "status"] {
        assert_eq!(peer.event(name).await["ticket"]["title"], "The one", "{name}");
    }
    world.say(&listener, other, "I am here", false).await;
    for name in ["said", "watched"] {
        let told = peer
            .hears_where("what was said", |one| {
                one["id"] == name && one["payload"]["data"]["supportTicketEvents"]["eventType"] == "COMMENTED"
            })
            .await;
        assert_eq!(
            told["payload"]["data"]["supportTicketEvents"]["ticket"]["title"], "Not the one",
            "{name}"
        );
    }
    world.put(&somebody, other, json!({"assigned_to": listener.user})).await;
    let mine = peer.event("mine").await;
    assert_eq!(mine["eventType"], "ASSIGNED", "{mine}");
    // Whoever takes part is told of what follows, too; the one with a status of nobody's was told nothing.
    world.put(&somebody, other, json!({"title": "The end"})).await;
    peer.hears_where("the end", |one| {
        one["id"] == "watched"
            && one["payload"]["data"]["supportTicketEvents"]["ticket"]["title"] == "The end"
    })
    .await;
    peer.begin("asked", "{ me { id } }").await;
    let first = peer
        .hears_where("what was asked, and nothing before it", |one| {
            one["id"] == "nothing" || one["id"] == "asked"
        })
        .await;
    assert_eq!(first["id"], "asked");
}

/// GS-2
#[tokio::test]
async fn mine_is_what_i_opened_or_have_to_do_and_the_teams_is_the_teams() {
    let world = World::start().await;
    let somebody = world.a(Role::Dispatcher).await;
    let (_, teams) = world.send(Method::GET, "/api/v1/teams", &somebody, &Value::Null).await;
    let technician = world.a(Role::Technician).await;
    let members = |team: &Value| team["member_ids"].as_array().expect("members").clone();
    let mut theirs = teams["data"].as_array().expect("a list").iter().map(members);
    let me = json!(technician.user);
    let team = theirs.find(|team| team.len() > 1 && team.contains(&me)).expect("a team with a colleague");
    let tickets = world.tickets_of(&somebody).await.into_iter();
    let free: Vec<_> = tickets
        .filter(|one| {
            one.master_ticket_id.is_none()
                && !one.status_is_closed
                && one.entered_by.as_ref() != Some(&technician.user)
        })
        .take(2)
        .collect();
    for ticket in &free {
        world.put(&somebody, ticket, json!({"assigned_to": null, "assigned_team_id": null})).await;
    }
    let mut peer = world.inside(&technician).await;
    peer.listens("mine", "subscription { myTicketUpdates { eventType ticketId } }").await;
    peer.listens("team", "subscription { teamTicketUpdates { eventType ticketId } }").await;
    world.put(&somebody, &free[0], json!({"title": "Nobody's"})).await;
    world.put(&somebody, &free[1], json!({"assigned_to": technician.user})).await;
    assert_eq!(peer.event("mine").await, json!({"eventType": "ASSIGNED", "ticketId": free[1].ticket_id}));
    assert_eq!(peer.event("team").await["ticketId"], json!(free[1].ticket_id));
    let other = team.iter().find(|one| **one != me);
    world.put(&somebody, &free[0], json!({"assigned_to": other})).await;
    assert_eq!(peer.event("team").await, json!({"eventType": "ASSIGNED", "ticketId": free[0].ticket_id}));
    // Taken away again, it is told once more: from then on it is not mine.
    world.put(&somebody, &free[1], json!({"assigned_to": null})).await;
    assert_eq!(peer.event("mine").await, json!({"eventType": "UNASSIGNED", "ticketId": free[1].ticket_id}));
}

/// GS-5: whatever is committed while somebody listens reaches them once and in order.
#[tokio::test]
async fn nothing_is_lost_and_nothing_comes_twice() {
    let world = World::start().await;
    let somebody = world.a(Role::Dispatcher).await;
    let ticket = world.open_ticket(&somebody).await;
    let mut peers = [world.inside(&somebody).await, world.inside(&somebody).await];
    for peer in &mut peers {
        peer.listens("all", "subscription { supportTicketEvents { metadata changes { newValue } } }").await;
    }
    const ROUNDS: usize = 6;
    const WRITES: usize = 15;
    let mut last = [0; 2];
    for round in 0..ROUNDS {
        for number in 0..WRITES {
            world.put(&somebody, &ticket, json!({"title": format!("Title {round} {number}")})).await;
        }
        for (peer, last) in peers.iter_mut().zip(&mut last) {
            for number in 0..WRITES {
                let event = peer.event("all").await;
                assert_eq!(event["changes"][0]["newValue"], format!("Title {round} {number}"), "{event}");
                let seq = event["metadata"]["seq"].as_u64().expect("a number");
                assert!(seq > std::mem::replace(last, seq), "in order");
            }
        }
    }
    let counts = world.app.graph.counts();
    assert_eq!((counts.connections, counts.subscriptions), (2, 2));
    assert_eq!(counts.deliveries, 2 * (ROUNDS * WRITES) as u64);
}
