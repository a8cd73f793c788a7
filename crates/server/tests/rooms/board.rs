//! The board room through real sockets: who is told of which ticket, and who is where (wire.md 1).

use callboard_model::Digest;
use serde_json::Value;

use crate::peer::{Peer, Told, face};
use crate::world::World;

const BOARD: &str = "board:t";

/// What is said next at the board, digests and hints alike.
async fn said(peer: &mut Peer) -> Value {
    match peer.next().await {
        Told::Hint(room, json) if room == BOARD => json,
        other => panic!("nothing at the board: {other:?}"),
    }
}

/// Who is told to be where next: tickets with the people there and their fields.
async fn digest(peer: &mut Peer) -> Vec<(String, Vec<String>)> {
    let digest: Digest = serde_json::from_value(said(peer).await).expect("a digest");
    let person = |person: &callboard_model::Presence| {
        let field = person.editing_field.map(|field| field.name()).unwrap_or_default();
        format!("{} {field}", person.user_id).trim().to_owned()
    };
    let line = |line: callboard_model::TicketPresence| {
        (line.ticket_id.to_string(), line.people.iter().map(person).collect())
    };
    digest.presence.into_iter().map(line).collect()
}

fn line(ticket: &str, people: &[&str]) -> (String, Vec<String>) {
    (ticket.to_owned(), people.iter().map(|&person| person.to_owned()).collect())
}

/// LT-9: faces on board rows, without being in the tickets' rooms.
#[tokio::test]
async fn the_board_sees_who_comes_edits_and_goes() {
    let world = World::start().await;
    let mut board = world.inside("ann", BOARD).await;
    let mut bob = world.inside("bob", "ticket:t:1").await;
    bob.show("ticket:t:1", 20, 1, Some(face("bob", None))).await;
    assert_eq!(digest(&mut board).await, [line("1", &["bob"])]);
    bob.show("ticket:t:1", 20, 2, Some(face("bob", Some("title")))).await;
    assert_eq!(digest(&mut board).await, [line("1", &["bob title"])]);
    let mut late = world.inside("ann", BOARD).await;
    assert_eq!(digest(&mut late).await, [line("1", &["bob title"])], "a newcomer is told at once");
    drop(bob);
    for peer in [&mut board, &mut late] {
        assert_eq!(digest(peer).await, [line("1", &[])]);
    }
}

/// Somebody who sees one board only is told of its tickets alone: neither changes nor faces of the others.
#[tokio::test]
async fn who_may_see_some_tickets_is_told_of_those_alone() {
    let world = World::start().await;
    world.store.set_boards(&"t".into(), &"ann".into(), ["elsewhere".into()].into()).await.expect("set");
    let (mut ann, mut bob) = (world.inside("ann", BOARD).await, world.inside("bob", BOARD).await);
    world.retitle("1", "Printer on fire").await;
    assert_eq!(said(&mut bob).await["ticketId"], "1");
    let mut inside = world.inside("bob", "ticket:t:1").await;
    inside.show("ticket:t:1", 20, 1, Some(face("bob", None))).await;
    assert_eq!(digest(&mut bob).await, [line("1", &["bob"])]);
    assert_eq!(ann.settle(BOARD).await, []);
}

/// A hint of another server, which does not say where the ticket lies, is looked up first.
#[tokio::test]
async fn a_hint_without_a_place_reaches_those_who_may_see_the_ticket() {
    let world = World::start().await;
    world.store.set_boards(&"t".into(), &"ann".into(), ["elsewhere".into()].into()).await.expect("set");
    world.store.set_boards(&"t".into(), &"bob".into(), ["desk".into()].into()).await.expect("set");
    let (mut ann, mut bob) = (world.inside("ann", BOARD).await, world.inside("bob", BOARD).await);
    let hint = serde_json::from_str(
        r#"{"updatedFields":["title"],"updatedBy":{"userId":"u","displayName":"B"},"updatedAt":"2026-11-21T10:00:00Z"}"#,
    );
    let hint = std::sync::Arc::new(hint.expect("a hint"));
    for ticket in ["1", "no-such-ticket", "2"] {
        let (tenant, ticket, hint) = ("t".into(), ticket.into(), std::sync::Arc::clone(&hint));
        let notice = callboard_server::bus::Notice { tenant, ticket, hint, scope: None };
        assert!(world.bus.publish(notice).await.taken().await);
    }
    for ticket in ["1", "2"] {
        assert_eq!(said(&mut bob).await["ticketId"], ticket);
    }
    assert_eq!(ann.settle(BOARD).await, []);
}
