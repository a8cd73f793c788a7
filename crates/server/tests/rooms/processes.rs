//! Presence and notifications across server processes, over a real Redis.

use callboard_wire::{ClientId, Entry};
use redis::AsyncCommands;

use crate::peer::{Peer, Told, face};
use crate::redis::Redis;
use crate::world::World;

const ROOM: &str = "ticket:t:1";
const NOTIFICATIONS: &str = "alga-psa:internal-notifications:t:bob";

/// The next thing that is said of who is in the room: clients, and whether they are here.
async fn seen(peer: &mut Peer) -> Vec<(ClientId, bool)> {
    match peer.next().await {
        Told::Presence(room, entries) if room == ROOM => {
            entries.iter().map(|Entry { client, state, .. }| (*client, state.is_some())).collect()
        }
        other => panic!("no presence: {other:?}"),
    }
}

/// LT-9: people on the two machines of one company see each other come, move, and go.
#[tokio::test]
async fn faces_are_seen_in_the_rooms_of_the_other_process() {
    let redis = Redis::start().await;
    let (here, there) = (redis.world().await, redis.world().await);
    let mut ann = here.inside("ann", ROOM).await;
    let mut bob = there.inside("bob", ROOM).await;
    let mut board = there.inside("bob", "board:t").await;
    ann.show(ROOM, 10, 1, Some(face("ann", Some("title")))).await;
    assert_eq!(seen(&mut ann).await, [(ClientId(10), true)]);
    assert_eq!(seen(&mut bob).await, [(ClientId(10), true)]);
    assert!(matches!(board.next().await, Told::Hint(_, json) if json["presence"][0]["ticketId"] == "1"));
    bob.show(ROOM, 20, 1, Some(face("bob", None))).await;
    assert_eq!(seen(&mut bob).await, [(ClientId(20), true)]);
    assert_eq!(seen(&mut ann).await, [(ClientId(20), true)]);
    let mut late = there.inside("bob", ROOM).await;
    let mut present = seen(&mut late).await;
    present.sort_unstable();
    assert_eq!(present, [(ClientId(10), true), (ClientId(20), true)]);
    drop(ann);
    assert_eq!(seen(&mut bob).await, [(ClientId(10), false)]);
}

#[tokio::test]
async fn a_process_that_starts_later_learns_who_is_there() {
    let redis = Redis::start().await;
    let here = redis.world().await;
    let mut ann = here.inside("ann", ROOM).await;
    ann.show(ROOM, 10, 1, Some(face("ann", None))).await;
    assert_eq!(seen(&mut ann).await, [(ClientId(10), true)]);
    let there = redis.world().await;
    let mut bob = there.inside("bob", ROOM).await;
    assert_eq!(seen(&mut bob).await, [(ClientId(10), true)]);
}

/// A process that stops, or is cut off, leaves no ghosts: it says goodbye, or falls silent.
#[tokio::test]
async fn a_process_that_goes_takes_its_faces_with_it() {
    let redis = Redis::start().await;
    let (here, there) = (redis.world().await, redis.world().await);
    let mut ann = here.inside("ann", ROOM).await;
    let mut bob = there.inside("bob", ROOM).await;
    ann.show(ROOM, 10, 1, Some(face("ann", None))).await;
    assert_eq!(seen(&mut bob).await, [(ClientId(10), true)]);
    here.stop.cancel();
    assert_eq!(seen(&mut bob).await, [(ClientId(10), false)]);
    // One that cannot say anything: nobody ever hears of it again.
    let mut dying = redis.foreigner().await;
    let faces = r##"{"node":"dying","kind":"faces","faces":[{"tenant":"t","ticket":"1","client":11,"clock":1,"user":{"userId":"eve","displayName":"Eve","avatarUrl":null,"color":"#000000"}}]}"##;
    let _: () = dying.publish("alga-psa:callboard:presence", faces).await.expect("published");
    assert_eq!(seen(&mut bob).await, [(ClientId(11), true)]);
    assert_eq!(seen(&mut bob).await, [(ClientId(11), false)]);
}

/// What the stock publishes for one person reaches that person's sockets, as it is, and nobody else's.
#[tokio::test]
async fn a_notification_of_the_stock_reaches_its_person_alone() {
    let redis = Redis::start().await;
    let world = redis.world().await;
    let mut bob = world.inside("bob", "notifications:t:bob").await;
    let mut ann = world.inside("ann", "notifications:t:ann").await;
    let mut bea = world.inside("bea", "notifications:t:bea").await;
    let mut stock = redis.foreigner().await;
    let good = r#"{"type":"notification.created","notification":{"title":"You were assigned"},"timestamp":"2026-11-21T10:00:00Z"}"#;
    for payload in ["no JSON", "{}", good] {
        let _: () = stock.publish(NOTIFICATIONS, payload).await.expect("published");
    }
    let expected: serde_json::Value = serde_json::from_str(good).expect("JSON");
    assert_eq!(bob.next().await, Told::Hint("notifications:t:bob".to_owned(), expected));
    assert_eq!(ann.settle("notifications:t:ann").await, []);
    assert_eq!(bea.settle("notifications:t:bea").await, [], "though she may not read tickets");
}

/// What other processes say is bounded and checked like everything that comes from outside.
#[tokio::test]
async fn nonsense_on_the_channel_of_presence_is_nothing() {
    let redis = Redis::start().await;
    let world: World = redis.world().await;
    let mut bob = world.inside("bob", ROOM).await;
    let mut stranger = redis.foreigner().await;
    for payload in ["", "{}", r#"{"node":"n","kind":"dance"}"#, r#"{"node":"n","kind":"faces","faces":[{}]}"#]
    {
        let _: () = stranger.publish("alga-psa:callboard:presence", payload).await.expect("published");
    }
    let _: () = stranger
        .publish("alga-psa:ticket-updates:t:1", r#"{"updatedFields":["title"],"updatedBy":{"userId":"u","displayName":"B"},"updatedAt":"2026-11-21T10:00:00Z"}"#)
        .await
        .expect("published");
    assert!(matches!(bob.next().await, Told::Hint(..)), "and nothing before it");
}
