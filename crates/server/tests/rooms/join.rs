//! Who gets in, who does not, and what those learn (LT-6).

use callboard_model::Timestamp;
use callboard_server::auth::Role;
use callboard_server::auth::api_key::ApiKey;
use callboard_server::domain::membership::Wanted;
use callboard_server::store::flags::Flag;
use callboard_server::store::keys::NewKey;
use callboard_server::store::members::Enrolment;
use callboard_server::store::save::{Attempt, Author};
use callboard_wire::Body;
use callboard_wire::frame::{EMPTY_STATE_VECTOR, Sync};

use crate::peer::{NEWEST, Told, face};
use crate::world::{LIFETIME, World, until};

const ROOM: &str = "ticket:t:1";

fn denied(room: &str) -> Told {
    Told::Denied(room.to_owned(), "permission-denied".to_owned())
}

/// A room somebody is in, a token for its door, and a URL: all must fit.
#[tokio::test]
async fn whoever_has_no_right_is_refused_and_learns_nothing() {
    let world = World::start().await;
    let mut somebody = world.inside("ann", ROOM).await;
    somebody.show(ROOM, 1, 1, Some(face("ann", None))).await;
    somebody.next().await;
    let good = world.token("bob", ROOM);
    let url = |user: &str, room: &str| format!("token={}", world.token(user, room));
    let table = [
        ("no token", ROOM, String::new(), String::new()),
        ("garbage", ROOM, "garbage".to_owned(), String::new()),
        ("expired", ROOM, world.token_left("bob", ROOM, 0), String::new()),
        ("another ticket", ROOM, world.token("bob", "ticket:t:2"), String::new()),
        ("another tenant", ROOM, world.token("xen", "ticket:x:1"), String::new()),
        ("a board token", ROOM, world.token("bob", "board:t"), String::new()),
        ("a ticket token at the board", "board:t", good.clone(), String::new()),
        ("another tenant's board", "board:t", world.token("xen", "board:x"), String::new()),
        ("nobody of that name", ROOM, world.token("nobody", ROOM), String::new()),
        ("may not read tickets", ROOM, world.token("bea", ROOM), String::new()),
        ("may not read the board", "board:t", world.token("bea", "board:t"), String::new()),
        ("no such ticket", "ticket:t:999", world.token("bob", "ticket:t:999"), String::new()),
        ("a ticket token at notifications", "notifications:t:bob", good.clone(), String::new()),
        (
            "another person's notifications",
            "notifications:t:bob",
            world.token("ann", "notifications:t:ann"),
            String::new(),
        ),
        ("notifications at a ticket", ROOM, world.token("bob", "notifications:t:bob"), String::new()),
        ("no room of ours", "document:t:1", good.clone(), String::new()),
        ("garbage in the URL", ROOM, good.clone(), "token=garbage".to_owned()),
        ("expired in the URL", ROOM, good.clone(), format!("token={}", world.token_left("bob", ROOM, 0))),
        ("another ticket in the URL", ROOM, good.clone(), url("bob", "ticket:t:2")),
        ("another person in the URL", ROOM, good.clone(), url("ann", ROOM)),
        ("only another ticket in the URL", ROOM, String::new(), url("bob", "ticket:t:2")),
    ];
    for (case, room, token, query) in table {
        let mut peer = world.socket(&query).await;
        peer.ask(room, &token, NEWEST).await;
        peer.show(room, 2, 1, Some(face("bob", None))).await;
        assert_eq!(peer.until_closed().await, [denied(room), Told::SocketClosed(4403)], "{case}");
    }
    assert_eq!(somebody.settle(ROOM).await, [], "and nobody inside noticed");
    assert_eq!(world.rooms.len(), 1);
}

#[tokio::test]
async fn a_token_in_the_message_or_in_the_url_or_in_both_lets_in() {
    let world = World::start().await;
    let token = world.token("bob", ROOM);
    let query = format!("token={token}");
    for (case, query, said) in [("message", "", &*token), ("URL", &query, ""), ("both", &query, &token)] {
        let mut peer = world.socket(query).await;
        peer.ask(ROOM, said, None).await;
        assert_eq!(peer.next().await, Told::Authenticated(ROOM.to_owned()), "{case}");
    }
    // An older provider without a token of its own does not ask at all.
    let mut silent = world.socket(&query).await;
    silent.send(ROOM, &Body::Sync(Sync::Step1(EMPTY_STATE_VECTOR))).await;
    assert_eq!(silent.next().await, Told::Authenticated(ROOM.to_owned()));
    assert_eq!(silent.settle(ROOM).await, []);
}

#[tokio::test]
async fn one_socket_holds_many_rooms_and_a_refusal_costs_none_of_them() {
    let world = World::start().await;
    let mut peer = world.socket("").await;
    let rooms = [ROOM, "ticket:t:2", "board:t"];
    // All in one burst, the refused one first.
    peer.ask("ticket:t:999", &world.token("bob", "ticket:t:999"), NEWEST).await;
    for room in rooms {
        peer.ask(room, &world.token("bob", room), NEWEST).await;
    }
    assert_eq!(peer.next().await, denied("ticket:t:999"));
    for room in rooms {
        assert_eq!(peer.next().await, Told::Authenticated(room.to_owned()));
    }
    peer.ask("ticket:t:3", "garbage", NEWEST).await;
    assert_eq!(peer.next().await, denied("ticket:t:3"));
    peer.enter("ticket:t:3", &world.token("bob", "ticket:t:3")).await;
    for room in rooms {
        assert_eq!(peer.settle(room).await, []);
    }
    assert_eq!(world.rooms.len(), 4);
}

#[tokio::test]
async fn a_room_that_is_left_is_left_alone() {
    let world = World::start().await;
    let mut peer = world.inside("bob", ROOM).await;
    peer.enter("ticket:t:2", &world.token("bob", "ticket:t:2")).await;
    peer.send(ROOM, &Body::Close { reason: None }).await;
    assert_eq!(peer.next().await, Told::RoomClosed(ROOM.to_owned(), "provider_initiated".to_owned()));
    assert_eq!(world.rooms.len(), 1);
    assert_eq!(peer.settle("ticket:t:2").await, []);
}

/// LT-6: an access that is withdrawn while connected ends within 5 s, and whoever comes back is refused.
#[tokio::test]
async fn withdrawn_access_ends_what_is_open() {
    let world = World::start().await;
    let mut bob = world.inside("bob", ROOM).await;
    let mut ann = world.inside("ann", ROOM).await;
    world.store.set_role(&"t".into(), &"bob".into(), None).await.expect("shut out");
    assert_eq!(bob.next().await, Told::SocketClosed(4205));
    let mut again = world.socket("").await;
    again.ask(ROOM, &world.token("bob", ROOM), NEWEST).await;
    assert_eq!(again.next().await, denied(ROOM));
    assert_eq!(ann.settle(ROOM).await, [], "ann stays");
}

/// LT-6: with a key go the rooms that may have been entered with it, and the tokens that were minted for it.
#[tokio::test]
async fn a_revoked_key_ends_what_is_open_and_what_could_be_opened_with_it() {
    let world = World::start().await;
    let ann = world.store.caller(&"t".into(), &"ann".into()).await.expect("readable").expect("somebody");
    let author = || Author::of(&ann, Timestamp::now());
    let hash = ApiKey::mint().expect("random").hash();
    let key_id = "key-1".to_owned();
    let name = "Console".to_owned();
    let key = NewKey { key_id: key_id.clone(), name, user: "bob".into(), hash, expires_at: None };
    let issued = world.store.issue_key(author(), key).await.expect("writable");
    assert!(matches!(issued, Attempt::Done(_)), "{issued:?}");
    let mut bob = world.inside("bob", ROOM).await;
    let mut ann = world.inside("ann", ROOM).await;
    let old = world.token("bob", ROOM);
    let revoked = world.store.revoke_key(author(), key_id).await.expect("writable");
    assert!(matches!(revoked, Attempt::Done(())), "{revoked:?}");
    assert_eq!(bob.next().await, Told::SocketClosed(4205));
    let mut again = world.socket("").await;
    again.ask(ROOM, &old, NEWEST).await;
    assert_eq!(again.next().await, denied(ROOM));
    // A token of a later second: bob has another key, and may come in.
    let mut fresh = world.socket("").await;
    fresh.enter(ROOM, &world.token_left("bob", ROOM, LIFETIME + 2)).await;
    assert_eq!(ann.settle(ROOM).await, [], "ann stays");
}

/// LT-20: whoever is inside when the live layer is switched off is turned out, and nobody comes in.
#[tokio::test]
async fn a_switch_that_is_turned_off_empties_the_rooms() {
    let world = World::start().await;
    let ann = world.store.caller(&"t".into(), &"ann".into()).await.expect("readable").expect("somebody");
    let mut bob = world.inside("bob", ROOM).await;
    let author = Author::of(&ann, Timestamp::now());
    let turned = world.store.turn_flag(author, Flag::LiveTicketUpdates, false).await.expect("writable");
    assert!(matches!(turned, Attempt::Done(false)), "{turned:?}");
    assert_eq!(bob.next().await, Told::SocketClosed(4205));
    let mut again = world.socket("").await;
    again.ask(ROOM, &world.token("bob", ROOM), NEWEST).await;
    assert_eq!(again.next().await, denied(ROOM));
}

/// LT-6: an administrator's change of a role is found like any other.
#[tokio::test]
async fn a_role_that_is_changed_ends_what_is_open() {
    let world = World::start().await;
    let ann = world.store.caller(&"t".into(), &"ann".into()).await.expect("readable").expect("somebody");
    let mut bob = world.inside("bob", ROOM).await;
    let wanted =
        Wanted { role: Some(Role::Billing), email: Some("bob@t.example".to_owned()), ..Wanted::default() };
    let enrolment = Enrolment { author: Author::of(&ann, Timestamp::now()), user: "bob".into(), wanted };
    let changed = world.store.change_member(enrolment).await.expect("writable");
    assert!(matches!(changed, Attempt::Done(_)), "{changed:?}");
    assert_eq!(bob.next().await, Told::SocketClosed(4205));
    let mut again = world.socket("").await;
    again.ask(ROOM, &world.token("bob", ROOM), NEWEST).await;
    assert_eq!(again.next().await, denied(ROOM));
}

#[tokio::test]
async fn when_everybody_has_left_there_is_nothing() {
    let world = World::start().await;
    let peers = [world.inside("bob", ROOM).await, world.inside("ann", "board:t").await];
    assert_eq!(world.rooms.len(), 2);
    drop(peers);
    until("the rooms are empty", || world.rooms.is_empty()).await;
}
