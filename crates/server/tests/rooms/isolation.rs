//! The wall between rooms: every kind of room, and everybody who has no business in it (LT-6).
//!
//! Each case is one socket that shows a token, asks for the document and shows a face in one breath, as a client that
//! does not wait for an answer. It must hear that it is refused and nothing else, and nobody inside may notice.

use callboard_model::Timestamp;
use callboard_server::auth::live_token::TOKEN_LIFETIME_SECONDS;
use callboard_wire::Body;
use callboard_wire::frame::{EMPTY_STATE_VECTOR, Sync};
use futures_util::future::join_all;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::peer::{NEWEST, Told, face};
use crate::world::{SECRET, World};

const TICKET: &str = "ticket:t:1";
const BOARD: &str = "board:t";
const NOTIFICATIONS: &str = "notifications:t:bob";

/// What a token says that opens `room` for `user`.
fn claims(user: &str, room: &str) -> Value {
    let now = Timestamp::now().as_second();
    let parts: Vec<_> = room.split(':').collect();
    let mut claims = json!({"tenantId": parts[1], "userId": user, "iat": now, "exp": now + TOKEN_LIFETIME_SECONDS, "jti": "j"});
    match parts[0] {
        "ticket" => claims["ticketId"] = parts[2].into(),
        kind => claims[kind] = true.into(),
    }
    claims
}

/// The same with some of it said otherwise; `null` says nothing.
fn but(mut claims: Value, other: &Value) -> Value {
    for (name, value) in other.as_object().expect("names and values") {
        claims[name] = value.clone();
        if value.is_null() {
            claims.as_object_mut().expect("claims").remove(name);
        }
    }
    claims
}

fn signed(claims: &Value, secret: &[u8], algorithm: Algorithm) -> String {
    jsonwebtoken::encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret))
        .expect("signable")
}

/// As this server signs.
fn ours(claims: &Value) -> String {
    signed(claims, SECRET, Algorithm::HS256)
}

/// A token whose header is written by hand.
fn headed(header: &Value, claims: &Value, signature: &str) -> String {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let part = |value: &Value| engine.encode(value.to_string());
    format!("{}.{}.{signature}", part(header), part(claims))
}

/// Tokens for this very room that nobody signed, or somebody else, or for another time.
fn forgeries(room: &str) -> Vec<(String, String)> {
    let right = claims("bob", room);
    let good = ours(&right);
    let (unsigned, signature) = good.rsplit_once('.').expect("three parts");
    let stranger = ours(&claims("ann", room));
    let (others_claims, _) = stranger.rsplit_once('.').expect("three parts");
    let said = |other: Value| ours(&but(right.clone(), &other));
    let now = Timestamp::now().as_second();
    let table = [
        ("expired", said(json!({"iat": now - 301, "exp": now - 1}))),
        ("ends in the second in which it is shown", said(json!({"iat": now - 300, "exp": now}))),
        ("lives longer than any of ours", said(json!({"exp": now + TOKEN_LIFETIME_SECONDS + 1}))),
        ("lives for ever", said(json!({"exp": null}))),
        ("nobody's", said(json!({"userId": null}))),
        ("without a tenant", said(json!({"tenantId": null}))),
        ("of a tenant that begins alike", said(json!({"tenantId": "t:"}))),
        (
            "a room of every kind at once",
            said(json!({"ticketId": "1", "board": true, "notifications": true})),
        ),
        ("another secret", signed(&right, b"the secret of another company", Algorithm::HS256)),
        ("no secret", signed(&right, b"", Algorithm::HS256)),
        ("another algorithm", signed(&right, SECRET, Algorithm::HS512)),
        ("no algorithm", headed(&json!({"alg": "none", "typ": "JWT"}), &right, "")),
        ("no algorithm and a signature", headed(&json!({"alg": "none"}), &right, signature)),
        ("an algorithm that is none of any", headed(&json!({"alg": "nOnE"}), &right, "")),
        ("without a signature", format!("{unsigned}.")),
        ("two parts", unsigned.to_owned()),
        ("four parts", format!("{good}.{signature}")),
        ("another's claims under this signature", format!("{others_claims}.{signature}")),
        ("cut off", good[..good.len() - 2].to_owned()),
        ("as a header of REST has it", format!("Bearer {good}")),
        ("longer than any token", format!("{good}{}", "A".repeat(8 * 1024))),
        ("nothing", String::new()),
        ("not a token", "\u{0}\u{7f}…".to_owned()),
    ];
    table.into_iter().map(|(case, token)| (case.to_owned(), token)).collect()
}

/// Tokens that are good, for somebody else or somewhere else.
fn elsewhere(room: &str) -> Vec<(String, String)> {
    let foreign = room.replace(":t", ":x").replace("bob", "xen");
    let mut table = vec![
        ("a foreign tenant's own room".to_owned(), ours(&claims("xen", &foreign))),
        ("a foreign tenant's person".to_owned(), ours(&claims("xen", room))),
        ("a person of that name in a foreign tenant".to_owned(), ours(&claims("bob", &foreign))),
        ("nobody of that name".to_owned(), ours(&claims("nobody", room))),
    ];
    let others = [TICKET, "ticket:t:2", BOARD, NOTIFICATIONS];
    for other in others.into_iter().filter(|other| *other != room) {
        table.push((format!("a token for {other}"), ours(&claims("bob", other))));
    }
    let people: &[&str] = match room {
        // Who may not read tickets; another customer's person; somebody of another board.
        TICKET => &["bea", "cuno", "eli"],
        BOARD => &["bea"],
        // The dispatcher, the customer: nobody reads another's.
        _ => &["ann", "bea", "cuno", "eli"],
    };
    table.extend(people.iter().map(|person| (format!("{person}'s token"), ours(&claims(person, room)))));
    table
}

/// Shows the token at the door of the room, and says what came back.
async fn knock(world: &World, room: &str, token: &str, version: Option<&str>) -> Vec<Told> {
    let mut peer = world.socket("").await;
    peer.ask(room, token, version).await;
    peer.send(room, &Body::Sync(Sync::Step1(EMPTY_STATE_VECTOR))).await;
    peer.show(room, 2, 1, Some(face("bob", None))).await;
    peer.until_closed().await
}

async fn walled() -> World {
    let world = World::start().await;
    let tenant = "t".into();
    world.store.set_client(&tenant, &"cuno".into(), Some("globex".into())).await.expect("set");
    world.store.set_boards(&tenant, &"eli".into(), ["elsewhere".into()].into()).await.expect("set");
    world
}

async fn nobody_else_gets_into(room: &str) {
    let world = walled().await;
    let insider = if room == NOTIFICATIONS { "bob" } else { "ann" };
    let mut inside = world.inside(insider, room).await;
    inside.show(room, 1, 1, Some(face(insider, Some("title")))).await;
    inside.settle(room).await;
    let refused = [Told::Denied(room.to_owned(), "permission-denied".to_owned()), Told::SocketClosed(4403)];
    let cases = [forgeries(room), elsewhere(room)].concat();
    for version in [NEWEST, None] {
        let heard = cases.iter().map(async |(case, token)| (case, knock(&world, room, token, version).await));
        for (case, heard) in join_all(heard).await {
            assert_eq!(heard, refused, "{case}, at {room}, provider {version:?}");
        }
    }
    assert_eq!(inside.settle(room).await, [], "nobody inside noticed");
    assert_eq!(world.rooms.len(), 1);
    // What was refused was refused for what it is: the right token opens this very door.
    let mut right = world.socket("").await;
    right.enter(room, &ours(&claims("bob", room))).await;
}

#[tokio::test]
async fn nobody_else_gets_into_a_tickets_room() {
    nobody_else_gets_into(TICKET).await;
}

#[tokio::test]
async fn nobody_else_gets_into_a_boards_room() {
    nobody_else_gets_into(BOARD).await;
}

#[tokio::test]
async fn nobody_else_gets_into_a_persons_notifications() {
    nobody_else_gets_into(NOTIFICATIONS).await;
}

/// A name that is nearly a room's is no way around the wall.
#[tokio::test]
async fn a_name_that_is_nearly_a_rooms_opens_nothing() {
    let world = walled().await;
    let names = [
        "ticket:t:1:",
        "ticket:t:1:2",
        "ticket:t",
        "ticket:t:",
        "ticket::1",
        "TICKET:t:1",
        " ticket:t:1",
        "ticket:t: 1",
        "ticket:T:1",
        "ticket:t:01",
        "board:",
        "board:t:",
        "board:t:1",
        "board: t",
        "notifications:t",
        "notifications:t:",
        "notifications:t:bob:1",
        "notifications:t:BOB",
        "document:t:1",
        ":",
        "t",
        "*",
        "ticket:t:*",
    ];
    let tokens = [TICKET, BOARD, NOTIFICATIONS].map(|room| ours(&claims("bob", room)));
    let knocks = names.iter().flat_map(|name| tokens.iter().map(move |token| (name, token)));
    let heard = knocks.map(async |(name, token)| (name, knock(&world, name, token, NEWEST).await));
    for (name, heard) in join_all(heard).await {
        let refused =
            [Told::Denied((*name).to_owned(), "permission-denied".to_owned()), Told::SocketClosed(4403)];
        assert_eq!(heard, refused, "{name:?}");
    }
    assert!(world.rooms.is_empty());
}

/// On a socket that is in a room already a refusal says no more than on any other.
#[tokio::test]
async fn whoever_is_in_one_room_learns_nothing_of_another() {
    let world = walled().await;
    let mut hidden = world.inside("ann", "ticket:t:2").await;
    hidden.show("ticket:t:2", 1, 1, Some(face("ann", Some("title")))).await;
    hidden.settle("ticket:t:2").await;
    let mut peer = world.inside("bob", TICKET).await;
    for (case, token) in forgeries("ticket:t:2") {
        peer.ask("ticket:t:2", &token, NEWEST).await;
        let refused = Told::Denied("ticket:t:2".to_owned(), "permission-denied".to_owned());
        assert_eq!(peer.next().await, refused, "{case}");
    }
    assert_eq!(peer.settle(TICKET).await, []);
    assert_eq!(hidden.settle("ticket:t:2").await, []);
}
