//! Hints from a committed write to every room that wants them (LT-1, LT-3, LT-17).

use callboard_server::store::save::{Attempt, Bulk, Knew, Removal};
use callboard_wire::Body;
use serde_json::{Value, json};

use crate::peer::{Peer, Told};
use crate::world::{World, bob, titled};

async fn hint(peer: &mut Peer, room: &str) -> Value {
    match peer.next().await {
        Told::Hint(address, hint) if address == room => hint,
        other => panic!("no hint for {room}: {other:?}"),
    }
}

#[tokio::test]
async fn a_save_reaches_its_ticket_and_its_board_and_nobody_else() {
    let world = World::start().await;
    let mut ticket = world.inside("ann", "ticket:t:1").await;
    let mut board = world.inside("ann", "board:t").await;
    let mut others = Vec::new();
    for (user, room) in [("ann", "ticket:t:2"), ("xen", "ticket:x:1"), ("xen", "board:x")] {
        others.push((world.inside(user, room).await, room));
    }
    let saved = world.retitle("1", "Printer on fire").await;
    let mut told = hint(&mut ticket, "ticket:t:1").await;
    let expected = json!({
        "updatedFields": ["title"], "updatedBy": {"userId": "bob", "displayName": "Bob Kessler"},
        "updatedAt": told["updatedAt"], "version": saved.version, "seq": 1, "originSession": "bobs-console",
    });
    assert_eq!(told, expected);
    told["ticketId"] = "1".into();
    assert_eq!(hint(&mut board, "board:t").await, told);
    for (mut other, room) in others {
        assert_eq!(other.settle(room).await, [], "{room}");
    }
}

/// LT-17: the writer hears itself too and knows itself by its session.
#[tokio::test]
async fn the_writer_is_told_with_its_own_session() {
    let world = World::start().await;
    let mut bob = world.inside("bob", "ticket:t:1").await;
    world.retitle("1", "Printer on fire").await;
    assert_eq!(hint(&mut bob, "ticket:t:1").await["originSession"], "bobs-console");
}

#[tokio::test]
async fn hints_of_one_ticket_come_in_the_order_of_its_versions() {
    let world = World::start().await;
    let mut board = world.inside("ann", "board:t").await;
    for number in 0..50 {
        world.retitle("1", &format!("Try {number}")).await;
    }
    for version in 2..52 {
        assert_eq!(hint(&mut board, "board:t").await["version"], version);
    }
}

#[tokio::test]
async fn a_save_that_changes_nothing_is_not_told() {
    let world = World::start().await;
    let mut board = world.inside("ann", "board:t").await;
    world.retitle("1", "Printer").await;
    world.retitle("2", "Scanner").await;
    assert_eq!(hint(&mut board, "board:t").await["ticketId"], "2");
}

#[tokio::test]
async fn what_a_client_says_beside_the_document_goes_to_nobody() {
    let world = World::start().await;
    let mut ann = world.inside("ann", "ticket:t:1").await;
    let mut bob = world.inside("bob", "ticket:t:1").await;
    let forged = r#"{"updatedFields":["title"],"updatedBy":{"userId":"ann","displayName":"Ann"}}"#;
    bob.send("ticket:t:1", &Body::Stateless(forged)).await;
    assert_eq!(bob.settle("ticket:t:1").await, []);
    bob.send("ticket:t:1", &Body::BroadcastStateless(forged)).await;
    assert!(matches!(bob.next().await, Told::RoomClosed(..)));
    assert_eq!(ann.settle("ticket:t:1").await, []);
}

/// A deleted ticket is a change like any other: its room and the board hear of it and ask REST.
#[tokio::test]
async fn a_deletion_reaches_its_ticket_and_its_board() {
    let world = World::start().await;
    let mut ticket = world.inside("ann", "ticket:t:1").await;
    let mut board = world.inside("ann", "board:t").await;
    let removal = Removal { author: bob(), ticket: "1".into(), knew: Knew::default() };
    let removed = world.store.remove_ticket(removal).await;
    assert!(matches!(removed, Ok(Attempt::Done(()))), "{removed:?}");
    assert_eq!(hint(&mut ticket, "ticket:t:1").await["version"], 2);
    assert_eq!(hint(&mut board, "board:t").await["ticketId"], "1");
}

/// LT-18: rooms are spared an import's rows; the board is told once that there were many, without a place in the feed, so
/// that whoever hears it reads from where they are.
#[tokio::test]
async fn an_import_is_one_hint_on_the_board_and_none_in_the_rooms() {
    let world = World::start().await;
    let mut ticket = world.inside("ann", "ticket:t:1").await;
    let mut board = world.inside("ann", "board:t").await;
    let tickets = vec![("1".into(), None), ("2".into(), None)];
    let bulk = Bulk { author: bob(), tickets, wish: titled("Imported"), is_import: true };
    let written = world.store.save_many(bulk, |(_, saved)| saved.is_ok()).await.expect("a store that works");
    assert!(matches!(&written, Attempt::Done(each) if *each == [true, true]), "{written:?}");
    let told = hint(&mut board, "board:t").await;
    assert_eq!((&told["updatedFields"], &told["updatedBy"]["userId"]), (&json!([]), &json!("bob")));
    for key in ["ticketId", "seq", "version", "originSession"] {
        assert!(told.get(key).is_none(), "{key}: {told}");
    }
    world.retitle("1", "Afterwards").await;
    assert_eq!(hint(&mut board, "board:t").await["ticketId"], "1", "and nothing in between");
    assert_eq!(hint(&mut ticket, "ticket:t:1").await["version"], 3, "nor in the ticket's room");
}
