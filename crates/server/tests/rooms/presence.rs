//! Who is seen where, and that nobody is seen as somebody else (LT-9, LT-6).

use callboard_model::person::face_color;
use callboard_wire::{ClientId, Entry};
use serde_json::{Value, json};

use crate::peer::{Told, face};
use crate::world::World;

const ROOM: &str = "ticket:t:1";

/// What everybody is told when this person's client says where it is.
fn shown(client: u64, clock: u64, user: &str, field: Option<&str>) -> Told {
    let name = format!("{} {user}", user[..1].to_uppercase());
    let mut user =
        json!({"userId": user, "displayName": name, "avatarUrl": null, "color": face_color(&user.into())});
    if let Some(field) = field {
        user["editingField"] = field.into();
    }
    presence(client, clock, Some(json!({"user": user})))
}

fn gone(client: u64, clock: u64) -> Told {
    presence(client, clock, None)
}

fn presence(client: u64, clock: u64, state: Option<Value>) -> Told {
    Told::Presence(
        ROOM.to_owned(),
        vec![Entry { client: ClientId(client), clock, state: state.map(|state| state.to_string().into()) }],
    )
}

/// Compares presence by what the JSON means, not by the order of its keys.
fn same(told: Told, expected: Told) {
    let read = |told: &Told| match told {
        Told::Presence(room, entries) => {
            let entries = entries.iter().map(|entry| {
                let state =
                    entry.state.as_deref().map(|json| serde_json::from_str::<Value>(json).expect("JSON"));
                (entry.client, entry.clock, state)
            });
            Some((room.clone(), entries.collect::<Vec<_>>()))
        }
        _ => None,
    };
    assert_eq!(read(&told), read(&expected), "{told:?}");
}

#[tokio::test]
async fn both_see_each_other_and_themselves() {
    let world = World::start().await;
    let mut ann = world.inside("ann", ROOM).await;
    let mut bob = world.inside("bob", ROOM).await;
    ann.show(ROOM, 10, 1, Some(face("ann", None))).await;
    for peer in [&mut ann, &mut bob] {
        same(peer.next().await, shown(10, 1, "ann", None));
    }
    bob.show(ROOM, 20, 1, Some(face("bob", Some("title")))).await;
    for peer in [&mut bob, &mut ann] {
        same(peer.next().await, shown(20, 1, "bob", Some("title")));
    }
}

#[tokio::test]
async fn a_newcomer_is_told_who_is_there_right_after_being_let_in() {
    let world = World::start().await;
    let mut ann = world.inside("ann", ROOM).await;
    ann.show(ROOM, 10, 1, Some(face("ann", Some("status_id")))).await;
    ann.next().await;
    let mut bob = world.inside("bob", ROOM).await;
    same(bob.next().await, shown(10, 1, "ann", Some("status_id")));
}

#[tokio::test]
async fn nobody_is_seen_under_another_persons_name_or_with_more_than_a_face() {
    let world = World::start().await;
    let mut ann = world.inside("ann", ROOM).await;
    let mut bob = world.inside("bob", ROOM).await;
    let mut draft = face("bob", None);
    draft["user"]["draft"] = "secret".into();
    for (clock, state) in [face("ann", None), draft, json!({}), json!({"user": null})].into_iter().enumerate()
    {
        bob.show(ROOM, 20, clock as u64 + 1, Some(state)).await;
    }
    assert_eq!(bob.settle(ROOM).await, []);
    assert_eq!(ann.settle(ROOM).await, []);
}

#[tokio::test]
async fn another_persons_client_can_neither_be_changed_nor_taken_away() {
    let world = World::start().await;
    let mut ann = world.inside("ann", ROOM).await;
    let mut bob = world.inside("bob", ROOM).await;
    ann.show(ROOM, 10, 1, Some(face("ann", None))).await;
    same(ann.next().await, shown(10, 1, "ann", None));
    same(bob.next().await, shown(10, 1, "ann", None));
    bob.show(ROOM, 10, 2, Some(face("bob", None))).await;
    bob.show(ROOM, 10, 3, None).await;
    assert_eq!(bob.settle(ROOM).await, []);
    assert_eq!(ann.settle(ROOM).await, []);
}

#[tokio::test]
async fn who_leaves_in_whatever_way_is_seen_to_go() {
    let world = World::start().await;
    let mut ann = world.inside("ann", ROOM).await;
    // Says so; leaves the room; loses the socket.
    for (client, way) in [(20, 0), (21, 1), (22, 2)] {
        let mut bob = world.inside("bob", ROOM).await;
        bob.show(ROOM, client, 1, Some(face("bob", None))).await;
        same(ann.next().await, shown(client, 1, "bob", None));
        let clock = match way {
            0 => {
                bob.show(ROOM, client, 2, None).await;
                2
            }
            1 => {
                bob.send(ROOM, &callboard_wire::Body::Close { reason: None }).await;
                1
            }
            _ => {
                drop(bob);
                1
            }
        };
        same(ann.next().await, gone(client, clock));
    }
}
