//! What is said on tickets and what bundles copy, from the commit to the rooms that want it (LT-1, LT-7).

use callboard_model::{Field, Timestamp, Value};
use callboard_server::auth::{Access, Role};
use callboard_server::domain::bundle::Mode;
use callboard_server::domain::comment::Draft;
use callboard_server::store::bundles::Join;
use callboard_server::store::comments::{Ground, Say};
use callboard_server::store::save::{Attempt, Author, Knew, Save, Wish};
use serde_json::{Value as Json, json};

use crate::peer::{Peer, Told};
use crate::world::World;

fn author() -> Author {
    Author {
        tenant: "t".into(),
        person: callboard_model::Person { user_id: "bob".into(), display_name: "Bob Kessler".into() },
        access: Access::of(Role::Dispatcher),
        origin: None,
        socket: None,
        change: "a change".into(),
        key: None,
        now: Timestamp::now(),
    }
}

fn ground(ticket: &str) -> Ground {
    Ground { author: author(), ticket: ticket.into(), exactly: None }
}

async fn fields(peer: &mut Peer, room: &str) -> Json {
    match peer.next().await {
        Told::Hint(address, hint) if address == room => hint["updatedFields"].clone(),
        other => panic!("no hint for {room}: {other:?}"),
    }
}

/// Never a word of it: a hint names what changed.
#[tokio::test]
async fn a_comment_is_hinted_in_its_tickets_room_without_its_words() {
    let world = World::start().await;
    let mut ticket = world.inside("ann", "ticket:t:1").await;
    let mut other = world.inside("ann", "ticket:t:2").await;
    for (number, is_internal, expected) in
        [("c1", true, json!(["comments"])), ("c2", false, json!(["response_state", "comments"]))]
    {
        let draft = Draft { text: "Secret words".to_owned(), is_internal, is_resolution: false };
        let say = Say {
            ground: ground("1"),
            comment: number.into(),
            parent: None,
            draft,
            time_spent: None,
            metadata: None,
        };
        assert!(matches!(world.store.say(say).await, Ok(Attempt::Done(_))));
        match ticket.next().await {
            Told::Hint(_, hint) => {
                let mut named = hint["updatedFields"].clone();
                if let Some(names) = named.as_array_mut() {
                    names.retain(|name| !name.as_str().is_some_and(|name| name.starts_with("sla_")));
                }
                assert_eq!(named, expected);
                assert!(!hint.to_string().contains("Secret"), "{hint}");
            }
            other => panic!("no hint: {other:?}"),
        }
    }
    assert_eq!(other.settle("ticket:t:2").await, []);
}

#[tokio::test]
async fn the_room_of_a_child_hears_exactly_what_changed_there() {
    let world = World::start().await;
    let join =
        Join { ground: ground("1"), children: vec!["2".into(), "3".into()], begin: Some(Mode::SyncUpdates) };
    assert!(matches!(world.store.join_bundle(join).await, Ok(Attempt::Done(_))));
    let mut child = world.inside("ann", "ticket:t:2").await;
    // The hints of the joining may still be on their way: they come before all others.
    let save = Save {
        author: author(),
        ticket: "1".into(),
        wish: Wish {
            fields: [
                (Field::Assignee, Value::from(Some("bob"))),
                (Field::Title, Value::from(Some("One line is down"))),
            ]
            .into(),
            ..Wish::default()
        },
        knew: Knew::default(),
    };
    assert!(matches!(world.store.save(save).await, Ok(Attempt::Done(_))));
    let mut heard = fields(&mut child, "ticket:t:2").await;
    if heard == json!(["master_ticket_id"]) {
        heard = fields(&mut child, "ticket:t:2").await;
    }
    assert_eq!(heard, json!(["assigned_to"]));
    assert_eq!(child.settle("ticket:t:2").await, [], "and nothing else");
}
