//! The wall between companies: probes of every subscription, and of every filter, from behind another wall.

use callboard_server::auth::Role;
use serde_json::{Value, json};

use crate::world::{World, X};

/// Each of them is told of its own company's change first, although the other company's was written before.
#[tokio::test]
async fn no_subscription_tells_of_another_company() {
    let world = World::start().await;
    let (ours, stranger) = (world.a(Role::Dispatcher).await, world.one_of(X, Role::Dispatcher).await);
    let (ticket, theirs) = (world.open_ticket(&ours).await, world.open_ticket(&stranger).await);
    let id = ticket.ticket_id.as_str();
    let mut peer = world.inside(&stranger).await;
    let event = "eventType ticketId ticket { title } metadata";
    let everything = "{ eventTypes: [CREATED, UPDATED, ASSIGNED, UNASSIGNED, STATUS_CHANGED, PRIORITY_CHANGED, COMMENTED, \
        DELETED, TAG_ADDED] }";
    let fields = [
        ("all", "supportTicketEvents".to_owned()),
        ("kinds", format!("supportTicketEvents(filter: {everything})")),
        (
            "ids",
            format!("supportTicketEvents(filter: {{ ticketIds: [\"{id}\", \"{}\"] }})", theirs.ticket_id),
        ),
        ("mine", "myTicketUpdates".to_owned()),
        ("team", "teamTicketUpdates".to_owned()),
        ("own", format!("ticketUpdated(ticketId: \"{}\")", theirs.ticket_id)),
    ];
    for (name, field) in &fields {
        peer.listens(name, &format!("subscription {{ {field} {{ {event} }} }}")).await;
    }
    peer.begin("other", &format!("subscription {{ ticketUpdated(ticketId: \"{id}\") {{ {event} }} }}")).await;
    assert_eq!(peer.fails("other").await, "NOT_FOUND", "as if it were not there");

    world.put(&ours, &ticket, json!({"title": "Behind our wall"})).await;
    world.say(&ours, &ticket, "Behind our wall", false).await;
    world.put(&ours, &ticket, json!({"assigned_to": ours.user, "tags": ["secret"]})).await;
    world.put(&stranger, &theirs, json!({"title": "Theirs"})).await;
    for name in ["all", "kinds", "ids", "own"] {
        let told = peer.event(name).await;
        assert_eq!(
            (&told["ticketId"], &told["ticket"]["title"]),
            (&json!(theirs.ticket_id), &json!("Theirs")),
            "{name}"
        );
    }
    // Those of whom it is not sure that it is theirs were told nothing of ours either.
    peer.begin("asked", "{ me { id } }").await;
    let first = peer
        .hears_where("the answer", |one| ["mine", "team", "asked"].iter().any(|id| one["id"] == *id))
        .await;
    assert!(first["id"] == "asked" || first["payload"].to_string().contains("Theirs"), "{first}");
    assert!(!first.to_string().contains("Behind our wall"));
}

/// A key opens its own company, whatever stands beside it.
#[tokio::test]
async fn no_request_reads_or_finds_anything_of_another_company() {
    let world = World::start().await;
    let (ours, stranger) = (world.a(Role::Dispatcher).await, world.one_of(X, Role::Admin).await);
    let ids: Vec<_> = world.tickets_of(&ours).await.into_iter().map(|ticket| ticket.ticket_id).collect();
    let list = "query($ids: [ID!]) { tickets(filter: { ids: $ids }, limit: 100) { total nodes { id } } }";
    let own = world.graph(&ours, list, json!({"ids": ids})).await;
    assert_eq!(own["data"]["tickets"]["total"], json!(ids.len()), "{own}");
    let found = world.graph(&stranger, list, json!({"ids": ids})).await;
    assert_eq!(found["data"]["tickets"], json!({"total": 0, "nodes": []}), "{found}");
    for id in &ids {
        let read =
            world.graph(&stranger, "query($id: ID!) { ticket(id: $id) { title } }", json!({"id": id})).await;
        assert_eq!(read["errors"][0]["extensions"]["code"], "NOT_FOUND", "{read}");
        assert_eq!(read["data"], Value::Null);
    }
}
