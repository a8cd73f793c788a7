//! Those who ask in the same words: one answer where they may know the same, and each their own where they may not (GS-4).

use std::collections::BTreeSet;

use callboard_model::TicketId;
use callboard_server::auth::Role;
use serde_json::{Value, json};

use crate::peer::Peer;
use crate::sight::{on, status_of};
use crate::world::{Person, World};

/// These people, listening to one ticket in these words.
async fn listening<const N: usize>(
    world: &World,
    people: [&Person; N],
    ticket: &TicketId,
    words: &str,
) -> [Peer; N] {
    let only = format!("filter: {{ ticketIds: [\"{ticket}\"] }}");
    let query = format!("subscription {{ supportTicketEvents({only}) {{ {words} }} }}");
    let mut peers = Vec::new();
    for person in people {
        let mut peer = world.inside(person).await;
        peer.listens("one", &query).await;
        peers.push(peer);
    }
    peers.try_into().unwrap_or_else(|_| unreachable!("as many as there are people"))
}

/// The next event that is an update of the title to this.
async fn titled(peer: &mut Peer, title: &str) -> Value {
    loop {
        let told = peer.event("one").await;
        if told["eventType"] == "UPDATED" && told["ticket"]["title"] == title {
            return told;
        }
    }
}

/// What was said, as the next event that tells of words.
async fn commented(peer: &mut Peer) -> Value {
    loop {
        let mut told = peer.event("one").await;
        if told["eventType"] == "COMMENTED" {
            return told["comment"].take();
        }
    }
}

#[tokio::test]
async fn those_who_may_know_the_same_are_told_the_same() {
    let world = World::start().await;
    let (writer, reader) = (world.a(Role::Dispatcher).await, world.a(Role::ReadOnly).await);
    let ticket = world.open_ticket(&writer).await;
    let words = "eventType ticket { title } changes { oldValue newValue } metadata";
    let [mut one, mut other] = listening(&world, [&writer, &reader], &ticket.ticket_id, words).await;
    for title in ["First", "Second", "Third"] {
        world.put(&writer, &ticket, json!({ "title": title })).await;
        let told = titled(&mut one, title).await;
        assert_eq!(told["changes"][0]["newValue"], title);
        assert_eq!(titled(&mut other, title).await, told);
    }
}

/// What was before is told to whoever could read the ticket then, and not to somebody beside them for whom it has just come
/// into sight.
#[tokio::test]
async fn whoever_could_not_read_it_before_is_not_told_what_others_are() {
    let world = World::start().await;
    let (writer, other) = (world.a(Role::Dispatcher).await, world.a(Role::Technician).await);
    let ticket = world.open_ticket(&writer).await;
    let board = ticket.board_id.clone().expect("a board");
    let words = "eventType ticket { title boardId } previousState changes { field oldValue }";
    let [mut one, mut beside] = listening(&world, [&writer, &other], &ticket.ticket_id, words).await;
    let elsewhere = on(&world, &writer, &board, false).await.board_id.expect("a board");
    let narrowed = BTreeSet::from([elsewhere.clone()]);
    world.store.set_boards(&other.tenant, &other.user, narrowed).await.expect("narrowed");
    let status = status_of(&world, &writer, &elsewhere).await;
    let moved = json!({"board_id": elsewhere, "status_id": status, "category_id": null, "subcategory_id": null,
        "title": "Moved"});
    world.put(&writer, &ticket, moved).await;
    let (told, less) = (titled(&mut one, "Moved").await, titled(&mut beside, "Moved").await);
    assert_eq!(told["previousState"]["board_id"], json!(board));
    assert_eq!((&less["previousState"], &less["changes"]), (&Value::Null, &json!([])));
    assert!(!less.to_string().contains(board.as_str()), "{less}");
}

/// What has to be looked up is looked up for each, with what they may read now.
#[tokio::test]
async fn what_is_looked_up_is_looked_up_for_each() {
    let world = World::start().await;
    let (writer, portal) = (world.a(Role::Dispatcher).await, world.a(Role::ClientPortal).await);
    let ticket = world.ticket_for(&writer, &portal).await;
    let words = "eventType ticket { title tags comments(limit: 200) { text } }";
    let people = [&writer, &portal, &writer, &portal];
    let [mut ours, mut theirs, mut ours_too, mut theirs_too] =
        listening(&world, people, &ticket.ticket_id, words).await;
    world.say(&writer, &ticket, "Among us", true).await;
    world.say(&writer, &ticket, "For you", false).await;
    for title in ["First", "Second"] {
        world.put(&writer, &ticket, json!({ "title": title })).await;
        for peer in [&mut ours, &mut ours_too] {
            let told = titled(peer, title).await.to_string();
            assert!(told.contains("Among us") && told.contains("For you"), "{told}");
        }
        for peer in [&mut theirs, &mut theirs_too] {
            let told = titled(peer, title).await.to_string();
            assert!(!told.contains("Among us") && told.contains("For you"), "{told}");
        }
    }
}

/// A word that is said inside comes with its text to those who may read it, and the event itself to nobody else.
#[tokio::test]
async fn an_internal_word_is_told_to_those_inside_alone() {
    let world = World::start().await;
    let (writer, portal) = (world.a(Role::Dispatcher).await, world.a(Role::ClientPortal).await);
    let ticket = world.ticket_for(&writer, &portal).await;
    let words = "eventType comment { text isInternal }";
    let [mut theirs, mut ours] = listening(&world, [&portal, &writer], &ticket.ticket_id, words).await;
    world.say(&writer, &ticket, "Among us", true).await;
    world.say(&writer, &ticket, "For you", false).await;
    let said = |text: &str, is_internal: bool| json!({"text": text, "isInternal": is_internal});
    assert_eq!(commented(&mut ours).await, said("Among us", true));
    assert_eq!(commented(&mut ours).await, said("For you", false));
    assert_eq!(commented(&mut theirs).await, said("For you", false));
}
