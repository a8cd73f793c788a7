//! Who is told what (GS-4): asked when it is told, not when somebody subscribed.

use std::collections::BTreeSet;

use axum::http::Method;
use callboard_model::{BoardId, Ticket};
use callboard_server::auth::Role;
use serde_json::{Value, json};

use crate::world::{Person, World};

const EVENT: &str = "eventType ticketId ticket { boardId title } previousState comment { text isInternal } \
    changes { field oldValue newValue }";

/// A ticket on this board, or on any other.
pub(crate) async fn on(world: &World, person: &Person, board: &BoardId, is_there: bool) -> Ticket {
    let tickets = world.tickets_of(person).await.into_iter();
    let mut found = tickets.filter(|one| {
        !one.status_is_closed
            && one.master_ticket_id.is_none()
            && (one.board_id.as_ref() == Some(board)) == is_there
    });
    found.next().expect("there is one")
}

/// The first status of a board.
pub(crate) async fn status_of(world: &World, person: &Person, board: &BoardId) -> Value {
    let (_, statuses) = world.send(Method::GET, "/api/v1/tickets/statuses", person, &Value::Null).await;
    let statuses = statuses["data"].as_array().expect("a list").iter();
    let mut own = statuses.filter(|one| one["board_id"] == json!(board) && one["is_closed"] == false);
    own.next().expect("one")["status_id"].clone()
}

/// GS-4: a board that is taken away mid-stream ends what is told of its tickets; the one ticket's stream says so.
#[tokio::test]
async fn whoever_loses_a_board_hears_no_more_of_it() {
    let world = World::start().await;
    let (somebody, listener) = (world.a(Role::Dispatcher).await, world.a(Role::Technician).await);
    let lost = world.open_ticket(&somebody).await;
    let board = lost.board_id.clone().expect("a board");
    let kept = on(&world, &somebody, &board, false).await;
    let mut peer = world.inside(&listener).await;
    peer.listens("all", &format!("subscription {{ supportTicketEvents {{ {EVENT} }} }}")).await;
    let one = format!("subscription {{ ticketUpdated(ticketId: \"{}\") {{ {EVENT} }} }}", lost.ticket_id);
    peer.listens("one", &one).await;
    world.put(&somebody, &lost, json!({"title": "Still seen"})).await;
    for id in ["all", "one"] {
        assert_eq!(peer.event(id).await["ticket"]["title"], "Still seen");
    }
    let left = BTreeSet::from([kept.board_id.clone().expect("a board")]);
    world.store.set_boards(&listener.tenant, &listener.user, left).await.expect("narrowed");
    world.put(&somebody, &lost, json!({"title": "Not for you"})).await;
    world.put(&somebody, &kept, json!({"title": "For you"})).await;
    assert_eq!(peer.event("all").await["ticket"]["title"], "For you", "and nothing of the other before it");
    assert_eq!(peer.fails("one").await, "NOT_FOUND");
    peer.begin("again", &one).await;
    assert_eq!(peer.fails("again").await, "NOT_FOUND", "nor can it be subscribed to again");
}

/// GS-4: nothing happens to the ticket, and still the stream ends.
#[tokio::test]
async fn a_quiet_stream_ends_when_its_ticket_leaves_sight() {
    let world = World::start().await;
    let (somebody, listener) = (world.a(Role::Dispatcher).await, world.a(Role::Technician).await);
    let lost = world.open_ticket(&somebody).await;
    let board = lost.board_id.clone().expect("a board");
    let kept = on(&world, &somebody, &board, false).await.board_id.expect("a board");
    let mut peer = world.inside(&listener).await;
    peer.listens(
        "one",
        &format!("subscription {{ ticketUpdated(ticketId: \"{}\") {{ eventType }} }}", lost.ticket_id),
    )
    .await;
    world.store.set_boards(&listener.tenant, &listener.user, BTreeSet::from([kept])).await.expect("narrowed");
    assert_eq!(peer.fails("one").await, "NOT_FOUND");
}

/// GS-4: whoever is turned out altogether is closed.
#[tokio::test]
async fn whoever_is_nobody_any_more_is_closed() {
    let world = World::start().await;
    let (somebody, listener) = (world.a(Role::Dispatcher).await, world.a(Role::Technician).await);
    let ticket = world.open_ticket(&somebody).await;
    let mut peer = world.inside(&listener).await;
    peer.listens("all", "subscription { supportTicketEvents { ticket { title } } }").await;
    world.store.set_role(&listener.tenant, &listener.user, None).await.expect("turned out");
    world.put(&somebody, &ticket, json!({"title": "Not for you"})).await;
    assert_eq!(peer.closed().await.0, 4403);
}

/// GS-4: a ticket that comes into sight is told as it stands, and not where it came from or what it was there.
#[tokio::test]
async fn what_was_before_it_came_into_sight_is_not_told() {
    let world = World::start().await;
    let (somebody, listener) = (world.a(Role::Dispatcher).await, world.a(Role::Technician).await);
    let moved = world.open_ticket(&somebody).await;
    let hidden = moved.board_id.clone().expect("a board");
    let seen = on(&world, &somebody, &hidden, false).await.board_id.expect("a board");
    world
        .store
        .set_boards(&listener.tenant, &listener.user, BTreeSet::from([seen.clone()]))
        .await
        .expect("narrowed");
    let mut peer = world.inside(&listener).await;
    peer.listens("all", &format!("subscription {{ supportTicketEvents {{ {EVENT} }} }}")).await;
    let status = status_of(&world, &somebody, &seen).await;
    let body = json!({"board_id": seen, "status_id": status, "category_id": null, "subcategory_id": null, "title": "Moved"});
    world.put(&somebody, &moved, body).await;
    let mut told = peer.event("all").await;
    loop {
        assert_eq!(told["ticket"]["title"], "Moved", "{told}");
        assert_eq!((&told["previousState"], &told["changes"]), (&Value::Null, &json!([])), "{told}");
        assert!(!told.to_string().contains(hidden.as_str()), "{told}");
        if told["eventType"] == "UPDATED" {
            break;
        }
        told = peer.event("all").await;
    }
    world.put(&somebody, &moved, json!({"title": "Here now"})).await;
    let told = peer.event("all").await;
    assert_eq!(told["changes"], json!([{"field": "title", "oldValue": "Moved", "newValue": "Here now"}]));
}

/// GS-4: a customer's person hears of their own tickets, and of nothing that is said among the company.
#[tokio::test]
async fn a_customer_hears_of_their_own_and_never_of_internal_words() {
    let world = World::start().await;
    let (somebody, portal) = (world.a(Role::Dispatcher).await, world.a(Role::ClientPortal).await);
    let theirs = world.ticket_for(&somebody, &portal).await;
    let all = world.tickets_of(&somebody).await.into_iter();
    let mut others = all.filter(|one| one.client_id != theirs.client_id && one.master_ticket_id.is_none());
    let another = others.next().expect("somebody else's");
    let mut peer = world.inside(&portal).await;
    peer.listens("all", &format!("subscription {{ supportTicketEvents {{ {EVENT} }} }}")).await;
    peer.listens(
        "one",
        &format!("subscription {{ ticketUpdated(ticketId: \"{}\") {{ {EVENT} }} }}", theirs.ticket_id),
    )
    .await;
    world.put(&somebody, &another, json!({"title": "Another customer's"})).await;
    world.say(&somebody, &theirs, "Among us", true).await;
    world.say(&somebody, &theirs, "For you", false).await;
    for id in ["all", "one"] {
        let told = peer.event(id).await;
        assert_eq!(
            (&told["eventType"], &told["comment"]["text"]),
            (&json!("COMMENTED"), &json!("For you")),
            "{told}"
        );
    }
    let internal = world
        .graph(
            &portal,
            "query($id: ID!) { ticket(id: $id) { comments(limit: 200) { text isInternal } } }",
            json!({"id": theirs.ticket_id}),
        )
        .await;
    assert!(!internal.to_string().contains("Among us"), "{internal}");
    assert!(internal.to_string().contains("For you"), "{internal}");
    peer.begin("team", "subscription { teamTicketUpdates { eventType } }").await;
    assert_eq!(peer.fails("team").await, "FORBIDDEN", "the company's teams are not theirs");
    peer.begin(
        "other",
        &format!("subscription {{ ticketUpdated(ticketId: \"{}\") {{ eventType }} }}", another.ticket_id),
    )
    .await;
    assert_eq!(peer.fails("other").await, "NOT_FOUND");
}

/// GS-4: that a ticket is gone is told to whoever could read it, and to nobody else.
#[tokio::test]
async fn a_deletion_is_told_to_whoever_could_read_the_ticket() {
    let world = World::start().await;
    let (somebody, portal) = (world.a(Role::Dispatcher).await, world.a(Role::ClientPortal).await);
    let theirs = world.ticket_for(&somebody, &portal).await;
    let all = world.tickets_of(&somebody).await.into_iter();
    let mut others = all.filter(|one| one.client_id != theirs.client_id && one.master_ticket_id.is_none());
    let another = others.next().expect("somebody else's");
    let mut peer = world.inside(&portal).await;
    peer.listens("all", "subscription { supportTicketEvents { eventType ticketId ticket { id } } }").await;
    peer.listens(
        "one",
        &format!("subscription {{ ticketUpdated(ticketId: \"{}\") {{ eventType }} }}", theirs.ticket_id),
    )
    .await;
    for ticket in [&another, &theirs] {
        let path = format!("/api/v1/tickets/{}", ticket.ticket_id);
        assert_eq!(world.send(Method::DELETE, &path, &somebody, &Value::Null).await.0, 204);
    }
    let gone = json!({"eventType": "DELETED", "ticketId": theirs.ticket_id, "ticket": null});
    assert_eq!(peer.event("all").await, gone, "and nothing of the other before it");
    assert_eq!(peer.event("one").await, json!({"eventType": "DELETED"}));
    peer.hears_where("the end", |one| one["id"] == "one" && one["type"] == "complete").await;
}

#[tokio::test]
async fn whoever_has_no_business_with_tickets_hears_nothing_of_them() {
    let world = World::start().await;
    let billing = world.a(Role::Billing).await;
    let ticket = world.open_ticket(&world.a(Role::Dispatcher).await).await.ticket_id;
    let mut peer = world.inside(&billing).await;
    let one = format!("ticketUpdated(ticketId: \"{ticket}\")");
    for (id, field) in
        [("1", "supportTicketEvents"), ("2", "myTicketUpdates"), ("3", "teamTicketUpdates"), ("4", &one)]
    {
        peer.begin(id, &format!("subscription {{ {field} {{ eventType }} }}")).await;
        assert_eq!(peer.fails(id).await, "FORBIDDEN", "{field}");
    }
}
