//! Live tokens: for what the caller may read, and for nothing else (LT-5).

use axum::http::Method;
use callboard_model::Timestamp;
use callboard_server::auth::live_token::{LiveTokens, TOKEN_LIFETIME_SECONDS};
use serde_json::{Value, json};

use crate::world::{SECRET, T, World, X};

#[tokio::test]
async fn a_token_is_for_this_person_and_this_ticket_and_lives_five_minutes() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    let reply = world.get(&format!("/api/tickets/{ticket}/live-token")).await;
    let token = reply["token"].as_str().expect("a token");
    let claims = LiveTokens::new(SECRET).verify(token, Timestamp::now()).expect("it is ours");
    let me = world.get("/api/v1/users/me").await;
    assert_eq!(
        (claims.tenant_id.as_str(), claims.user_id.as_str()),
        (T, me["data"]["user_id"].as_str().expect("an id"))
    );
    assert_eq!((claims.ticket_id.expect("a ticket").as_str(), claims.board), (&*ticket, false));
    assert_eq!(claims.exp - claims.iat, TOKEN_LIFETIME_SECONDS);
    assert!(LiveTokens::new(b"another secret").verify(token, Timestamp::now()).is_err());
}

/// Outside `/v1` the stock answers with a bare sentence.
#[tokio::test]
async fn the_stock_route_refuses_with_a_bare_sentence() {
    let world = World::start().await;
    let own = format!("/api/tickets/{}/live-token", world.a_ticket().await);
    let foreign = format!("/api/tickets/{}/live-token", world.tickets_of(X).await[0].ticket_id);
    for (key, path, status) in [
        ("", &own, 401),
        ("wrong", &own, 401),
        (&*world.billing, &own, 403),
        (&*world.dispatcher, &foreign, 404),
    ] {
        let reply = world.ask(Method::GET, path, key, &[], "").await;
        assert_eq!(reply.status, status, "{path}");
        assert!(reply.body["error"].is_string(), "{}", reply.body);
    }
}

#[tokio::test]
async fn many_tokens_at_once_come_with_a_reason_for_each_that_does_not() {
    let world = World::start().await;
    let (own, foreign) = (world.a_ticket().await, world.tickets_of(X).await[0].ticket_id.to_string());
    let body = json!({"ticket_ids": [own, foreign, "no such", own], "board": true}).to_string();
    let reply = world.ask(Method::POST, "/api/v1/tickets/live-tokens", &world.read_only, &[], &body).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.body["tokens"].as_object().map(|all| all.keys().collect::<Vec<_>>()), Some(vec![&own]));
    assert_eq!(reply.body["refused"], json!({foreign: "not_found", "no such": "not_found"}));
    let board = reply.body["board_token"].as_str().expect("asked for");
    assert!(LiveTokens::new(SECRET).verify(board, Timestamp::now()).expect("it is ours").board);
    let expires: Timestamp = reply.body["expires_at"].as_str().expect("a time").parse().expect("a time");
    assert!(expires > Timestamp::now());
}

#[tokio::test]
async fn a_thousand_tokens_are_minted_and_one_more_is_refused() {
    let world = World::start().await;
    for (count, status) in [(1000, 200), (1001, 400)] {
        let ids: Vec<String> = (0..count).map(|number| format!("no-{number}")).collect();
        let body = json!({"ticket_ids": ids}).to_string();
        let reply =
            world.ask(Method::POST, "/api/v1/tickets/live-tokens", &world.dispatcher, &[], &body).await;
        assert_eq!(reply.status, status, "{count}");
        assert_eq!(reply.body["board_token"], Value::Null);
    }
}

#[tokio::test]
async fn a_wish_that_is_not_understood_is_refused_by_name() {
    let world = World::start().await;
    for (body, key) in [
        (json!({"ticket_ids": "all"}), "ticket_ids"),
        (json!({"ticket_ids": [1]}), "ticket_ids"),
        (json!({"board": 1}), "board"),
        (json!({"rooms": []}), "rooms"),
    ] {
        let path = "/api/v1/tickets/live-tokens";
        let reply = world.ask(Method::POST, path, &world.dispatcher, &[], &body.to_string()).await;
        assert_eq!(
            (reply.status, &reply.body["error"]["details"][0]["path"]),
            (400, &json!([key])),
            "{body}"
        );
    }
}
