//! The company's switch for live updates (LT-20).

use axum::http::Method;
use callboard_server::auth::Role;
use serde_json::json;

use crate::world::{World, X, of};

/// LT-20: off ends what is open although nothing happens, lets nobody in, touches no other company, and on is on again.
#[tokio::test]
async fn a_switch_that_is_turned_off_ends_the_channels() {
    let world = World::start().await;
    let (admin, somebody) = (world.a(Role::Admin).await, world.a(Role::Dispatcher).await);
    let elsewhere = world.one_of(X, Role::Dispatcher).await;
    let (ticket, theirs) = (
        world.open_tickets(&somebody).await.into_iter().next().expect("a ticket"),
        world.open_tickets(&elsewhere).await.into_iter().next().expect("a ticket"),
    );
    let board = format!("private-board.{}", ticket.board_id.clone().expect("a board"));
    let mut client = world.listens(&somebody, &[of(&ticket), board.clone()]).await;
    let mut other = world.listens(&elsewhere, &[of(&theirs)]).await;
    let (_, proof) = world.proof(Some(&somebody), &client.name, &of(&ticket)).await;
    let switch = "/api/v1/admin/switches/live-ticket-updates";
    world.does(Method::PUT, switch, &admin, json!({"is_on": false})).await;
    for channel in [&of(&ticket), &board] {
        let told = client.hears("pusher:subscription_error").await;
        assert_eq!(told["channel"], **channel, "{told}");
        assert!(told["data"].as_str().is_some_and(|data| data.contains("switched off")), "{told}");
    }
    let (status, answer) = world.proof(Some(&somebody), &client.name, &of(&ticket)).await;
    assert_eq!((status, &answer["error"]["message"]), (403, &json!("Live updates are switched off")));
    let again = client.enters(&of(&ticket), &proof).await;
    assert_eq!(again["event"], "pusher:subscription_error", "nor with a proof from before");
    world.put(&somebody, &ticket, json!({"title": "Saved as ever"})).await;
    world.put(&elsewhere, &theirs, json!({"title": "Told as ever"})).await;
    other.hears("record.updated").await;
    world.does(Method::PUT, switch, &admin, json!({"is_on": true})).await;
    let again = world.asks_for(&mut client, &somebody, &of(&ticket)).await;
    assert_eq!(again["event"], "pusher_internal:subscription_succeeded", "{again}");
}
