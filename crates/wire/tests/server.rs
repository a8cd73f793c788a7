//! Promises of the server's end.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot set up its world has failed")]

mod common;

use std::time::Duration;

use callboard_wire::frame::{Auth, Body, Direction, EMPTY_STATE_VECTOR, EMPTY_UPDATE, Packet, Scope, Sync};
use callboard_wire::limits::{FRAME_BYTES_MAX, HELLO_WITHIN, IDLE_MAX, REFUSED_REMEMBERED_MAX};
use callboard_wire::{ClientId, CloseCode, Connection, Entry, ServerEvent, ServerLimits, awareness, frame};
use common::{address, answers, asked, bytes, seconds, server, words};

const ROOM: &str = "ticket:t:1";
const STEP1: Body<'_> = Body::Sync(Sync::Step1(EMPTY_STATE_VECTOR));
/// What a client of which generation says first.
const NEWEST: Body<'_> = Body::Auth(Auth::Token { token: "abc", provider_version: Some("4.8.0") });
const OLDER: Body<'_> = Body::Auth(Auth::Token { token: "abc", provider_version: None });

fn hears(server: &mut Connection, document: &str, body: &Body<'_>) -> Result<(), CloseCode> {
    server.received(seconds(1), &bytes(document, body))
}

fn said(server: &mut Connection) -> Vec<String> {
    words(&answers(server), Direction::ToClient)
}

fn presence(client: u64, state: Option<&str>) -> Entry {
    Entry { client: ClientId(client), clock: 1, state: state.map(Into::into) }
}

/// A member that said `hello` first.
fn with_member(hello: &Body<'_>) -> Connection {
    let mut server = server();
    hears(&mut server, ROOM, hello).expect("fine");
    server.accept(&address(ROOM), Scope::ReadWrite, &[]).expect("fine");
    drop((answers(&mut server), asked(&mut server)));
    server
}

/// LT-6: a refused client learns nothing about the room, so nothing is said before the decision.
#[test]
fn nothing_is_said_before_the_decision_and_everything_in_order_after_it() {
    let mut server = server();
    let awareness = awareness::encode([presence(7, Some("{}"))].iter());
    for body in
        [Body::Stateless("early"), NEWEST, STEP1, Body::Awareness(&awareness), Body::Stateless("late")]
    {
        hears(&mut server, ROOM, &body).expect("fine");
    }
    assert!(answers(&mut server).is_empty());
    let question = asked(&mut server);
    assert!(
        matches!(&question[..], [ServerEvent::Authenticate { address, token: Some(token), provider_version }]
            if address.as_str() == ROOM && token.reveal() == "abc" && provider_version.as_deref() == Some("4.8.0")),
        "{question:?}"
    );
    server.accept(&address(ROOM), Scope::ReadOnly, &[presence(9, Some("{\"a\":1}"))]).expect("fine");
    let expected = [
        format!("{ROOM} Auth(Authenticated(ReadOnly))"),
        format!("{ROOM} Awareness 9@1={{\"a\":1}}"),
        format!("{ROOM} Sync(Step1([0]))"),
        format!("{ROOM} Sync(Step2([0, 0]))"),
    ];
    assert_eq!(said(&mut server), expected);
    let stateless =
        |payload: &str| ServerEvent::Stateless { address: address(ROOM), payload: payload.into() };
    let entries = vec![presence(7, Some("{}"))];
    let heard =
        [stateless("early"), ServerEvent::Awareness { address: address(ROOM), entries }, stateless("late")];
    assert_eq!(asked(&mut server), heard);
}

#[test]
fn a_token_is_never_shown() {
    let mut server = server();
    hears(&mut server, ROOM, &NEWEST).expect("fine");
    assert!(!format!("{server:?} {:?}", asked(&mut server)).contains("abc"));
}

#[test]
fn the_rest_of_a_refused_burst_does_not_count_as_asking_again() {
    let mut server = server();
    hears(&mut server, ROOM, &OLDER).expect("fine");
    drop(asked(&mut server));
    assert_eq!(server.deny(&address(ROOM), "token-expired"), Some(CloseCode::Forbidden));
    hears(&mut server, ROOM, &STEP1).expect("fine");
    assert!(asked(&mut server).is_empty());
    assert_eq!(said(&mut server), [format!("{ROOM} Auth(PermissionDenied(\"token-expired\"))")]);
    hears(&mut server, ROOM, &OLDER).expect("fine");
    assert_eq!(asked(&mut server).len(), 1, "but another Auth message does");
}

#[test]
fn a_refusal_leaves_the_other_rooms_alone() {
    let mut server = with_member(&NEWEST);
    hears(&mut server, "ticket:t:2", &NEWEST).expect("fine");
    assert_eq!(server.deny(&address("ticket:t:2"), "no"), None);
    assert_eq!(server.open_rooms().map(|room| room.as_str()).collect::<Vec<_>>(), [ROOM]);
}

#[test]
fn a_decision_about_a_room_that_is_not_asking_changes_nothing() {
    let mut server = server();
    server.accept(&address(ROOM), Scope::ReadWrite, &[]).expect("fine");
    assert_eq!(server.deny(&address(ROOM), "no"), None);
    hears(&mut server, ROOM, &Body::Stateless("early")).expect("fine");
    server.accept(&address(ROOM), Scope::ReadWrite, &[]).expect("fine");
    assert!(answers(&mut server).is_empty() && server.open_rooms().next().is_none());
}

#[test]
fn a_client_that_leaves_and_returns_before_the_decision_is_asked_about_twice() {
    let mut server = server();
    for body in [NEWEST, STEP1, Body::Close { reason: None }, NEWEST] {
        hears(&mut server, ROOM, &body).expect("fine");
    }
    assert_eq!(asked(&mut server).len(), 1);
    server.accept(&address(ROOM), Scope::ReadWrite, &[]).expect("fine");
    let events = asked(&mut server);
    assert!(
        matches!(&events[..], [ServerEvent::Left { .. }, ServerEvent::Authenticate { .. }]),
        "{events:?}"
    );
}

#[test]
fn only_who_understands_close_is_sent_one() {
    let mut server = with_member(&NEWEST);
    assert_eq!(server.close_room(&address(ROOM), "access-lost"), None);
    assert_eq!(said(&mut server), [format!("{ROOM} Close {{ reason: Some(\"access-lost\") }}")]);
    let mut server = with_member(&OLDER);
    assert_eq!(server.close_room(&address(ROOM), "access-lost"), Some(CloseCode::Reset));
    server.request_token(&address(ROOM));
    hears(&mut server, ROOM, &Body::Close { reason: None }).expect("fine");
    assert!(answers(&mut server).is_empty());
    assert_eq!(asked(&mut server), [ServerEvent::Left { address: address(ROOM) }]);
}

#[test]
fn whoever_was_put_out_can_say_what_it_likes_and_may_ask_again() {
    let mut server = with_member(&NEWEST);
    server.close_room(&address(ROOM), "access-lost");
    drop(answers(&mut server));
    let awareness = awareness::encode([presence(7, Some("{}"))].iter());
    for body in [Body::Awareness(&awareness), STEP1, Body::Stateless("x"), Body::Close { reason: None }] {
        hears(&mut server, ROOM, &body).expect("fine");
    }
    assert!(asked(&mut server).is_empty() && answers(&mut server).is_empty());
    hears(&mut server, ROOM, &NEWEST).expect("fine");
    assert_eq!(asked(&mut server).len(), 1);
    server.accept(&address(ROOM), Scope::ReadWrite, &[]).expect("fine");
    hears(&mut server, ROOM, &Body::Close { reason: None }).expect("fine");
    drop(asked(&mut server));
    hears(&mut server, ROOM, &STEP1).expect("fine");
    assert_eq!(asked(&mut server).len(), 1, "and once it was let in, nothing is held against it");
}

#[test]
fn what_2x_says_after_its_close_opens_nothing() {
    let mut server = with_member(&OLDER);
    hears(&mut server, ROOM, &Body::Close { reason: None }).expect("fine");
    let limits = ServerLimits::default();
    let farewell = awareness::encode([presence(7, None)].iter());
    for n in 0..=limits.pending_rooms {
        hears(&mut server, &format!("ticket:t:{n}"), &Body::Awareness(&farewell)).expect("fine");
    }
}

#[test]
fn a_member_presents_a_fresh_token() {
    let mut server = with_member(&NEWEST);
    server.request_token(&address(ROOM));
    assert_eq!(said(&mut server), [format!("{ROOM} Auth(TokenRequest)")]);
    hears(&mut server, ROOM, &NEWEST).expect("fine");
    let events = asked(&mut server);
    assert!(matches!(&events[..], [ServerEvent::FreshToken { token, .. }] if token.reveal() == "abc"));
    assert!(answers(&mut server).is_empty(), "and is told nothing, as by the stock");
}

#[test]
fn an_update_with_content_is_refused_and_one_without_is_not() {
    let mut server = with_member(&NEWEST);
    for (step, applied) in [
        (Sync::Step2(EMPTY_UPDATE), true),
        (Sync::Update(EMPTY_UPDATE), true),
        (Sync::Step2(&[1, 2, 3]), false),
        (Sync::Update(&[1, 2, 3]), false),
    ] {
        hears(&mut server, ROOM, &Body::Sync(step)).expect("fine");
        assert_eq!(said(&mut server), [format!("{ROOM} SyncStatus {{ applied: {applied} }}")]);
    }
    hears(&mut server, ROOM, &Body::SyncReply(Sync::Step1(EMPTY_STATE_VECTOR))).expect("fine");
    assert_eq!(said(&mut server), [format!("{ROOM} Sync(Step2([0, 0]))")], "a reply is not asked back");
    hears(&mut server, ROOM, &Body::QueryAwareness).expect("fine");
    assert!(answers(&mut server).is_empty());
}

#[test]
fn a_client_cannot_speak_as_a_server() {
    let mut server = with_member(&NEWEST);
    hears(&mut server, ROOM, &Body::BroadcastStateless("to all")).expect("the room goes, the socket stays");
    assert_eq!(said(&mut server), [format!("{ROOM} Close {{ reason: Some(\"Reset Connection\") }}")]);
    assert_eq!(asked(&mut server), [ServerEvent::Left { address: address(ROOM) }]);
    let mut server = with_member(&OLDER);
    assert_eq!(hears(&mut server, ROOM, &Body::BroadcastStateless("to all")), Err(CloseCode::Reset));
}

#[test]
fn what_breaks_the_protocol_while_it_waits_does_so_on_admission() {
    let mut server = server();
    for body in [OLDER, Body::BroadcastStateless("to all")] {
        hears(&mut server, ROOM, &body).expect("nobody is in the room yet");
    }
    assert_eq!(server.accept(&address(ROOM), Scope::ReadWrite, &[]), Err(CloseCode::Reset));
}

#[test]
fn broken_presence_costs_its_sender_the_room() {
    let mut server = with_member(&NEWEST);
    hears(&mut server, ROOM, &Body::Awareness(&[9, 9])).expect("the room goes, the socket stays");
    assert_eq!(server.open_rooms().count(), 0);
}

#[test]
fn a_session_is_answered_under_its_whole_address() {
    let mut server = server();
    hears(&mut server, "ticket:t:1\0abc", &NEWEST).expect("fine");
    server.accept(&address("ticket:t:1\0abc"), Scope::ReadWrite, &[]).expect("fine");
    assert_eq!(said(&mut server), ["ticket:t:1\0abc Auth(Authenticated(ReadWrite))"]);
    let mut server = with_member(&NEWEST);
    hears(&mut server, "ticket:t:1\0abc", &STEP1).expect("fine");
    assert_eq!(
        said(&mut server).len(),
        2,
        "where only the plain room is open, the session's frames are for it"
    );
}

#[test]
fn garbage_ends_the_socket_with_the_stocks_code() {
    let mut server = server();
    assert_eq!(server.received(seconds(1), &[]), Err(CloseCode::Unauthorized));
    assert_eq!(server.received(seconds(1), &[0xff; 40]), Err(CloseCode::Unauthorized));
    let mut server = with_member(&NEWEST);
    assert_eq!(server.received(seconds(1), &[0xff; 40]), Err(CloseCode::Reset), "a member shall come back");
    assert_eq!(server.received(seconds(1), &vec![1; FRAME_BYTES_MAX + 1]), Err(CloseCode::TooBig));
    let unknown = [&[0x0a][..], ROOM.as_bytes(), &[77]].concat();
    assert_eq!(server.received(seconds(1), &unknown), Ok(()), "what nobody knows is ignored");
    assert_eq!(server.received(seconds(1), &frame::encode(&Packet::Ping)), Ok(()));
    assert!(answers(&mut server).is_empty(), "nobody is sent a Pong");
    let codes = [CloseCode::Normal, CloseCode::TooBig, CloseCode::Reset, CloseCode::Unauthorized];
    assert_eq!(codes.map(CloseCode::code), [1000, 1009, 4205, 4401]);
    assert_eq!([CloseCode::Forbidden, CloseCode::TimedOut].map(CloseCode::code), [4403, 4408]);
}

#[test]
fn a_stranger_has_30_seconds_whatever_it_says_and_a_member_60_from_its_last_word() {
    let mut server = server();
    assert_eq!(server.next_deadline(), Some(HELLO_WITHIN));
    hears(&mut server, ROOM, &Body::Stateless("still here")).expect("fine");
    assert_eq!(server.tick(HELLO_WITHIN - Duration::from_millis(1)), Ok(()));
    assert_eq!(server.tick(HELLO_WITHIN), Err(CloseCode::Unauthorized));
    let mut server = with_member(&NEWEST);
    assert_eq!(server.tick(HELLO_WITHIN), Ok(()));
    assert_eq!(server.next_deadline(), Some(seconds(1) + IDLE_MAX));
    server.received(seconds(50), &bytes(ROOM, &STEP1)).expect("fine");
    assert_eq!(server.tick(seconds(50) + IDLE_MAX - Duration::from_millis(1)), Ok(()));
    assert_eq!(server.tick(seconds(50) + IDLE_MAX), Err(CloseCode::TimedOut));
}

/// A server with limits small enough to walk into.
fn narrow() -> Connection {
    let limits = ServerLimits {
        pending_rooms: 2,
        queued_frames: 4,
        queued_bytes: 100,
        rooms: 3,
        ..ServerLimits::default()
    };
    Connection::new(Duration::ZERO, limits)
}

#[test]
fn too_much_before_the_decision_ends_the_socket() {
    let mut server = narrow();
    for room in ["a", "b"] {
        assert_eq!(hears(&mut server, room, &NEWEST), Ok(()));
    }
    assert_eq!(hears(&mut server, "c", &NEWEST), Err(CloseCode::Reset), "rooms that wait");
    let mut server = narrow();
    for _ in 0..4 {
        assert_eq!(hears(&mut server, "a", &STEP1), Ok(()));
    }
    assert_eq!(hears(&mut server, "a", &STEP1), Err(CloseCode::Reset), "frames that wait");
    let long = "x".repeat(100);
    assert_eq!(hears(&mut narrow(), "a", &Body::Stateless(&long)), Err(CloseCode::Reset), "bytes that wait");
    let mut server = narrow();
    for room in ["a", "b", "c"] {
        assert_eq!(hears(&mut server, room, &NEWEST), Ok(()));
        assert_eq!(server.accept(&address(room), Scope::ReadWrite, &[]), Ok(()));
    }
    assert_eq!(hears(&mut server, "d", &NEWEST), Err(CloseCode::Reset), "open rooms");
}

#[test]
fn a_decision_frees_what_was_kept_for_it() {
    let mut server = narrow();
    for round in 0..20 {
        for _ in 0..4 {
            hears(&mut server, "a", if round % 2 == 0 { &STEP1 } else { &NEWEST }).expect("room for four");
        }
        let close = Body::Close { reason: None };
        server.accept(&address("a"), Scope::ReadWrite, &[]).expect("fine");
        hears(&mut server, "a", &close).expect("fine");
        drop((answers(&mut server), asked(&mut server)));
    }
}

#[test]
fn rooms_in_which_nobody_ever_asks_make_place_for_others() {
    let mut server = narrow();
    for room in ["a", "b"] {
        assert_eq!(hears(&mut server, room, &Body::Stateless("x")), Ok(()));
    }
    assert_eq!(hears(&mut server, "c", &NEWEST), Err(CloseCode::Reset));
    assert_eq!(server.received(seconds(1) + HELLO_WITHIN, &bytes("c", &NEWEST)), Ok(()));
    assert_eq!(asked(&mut server).len(), 1);
}

#[test]
fn no_more_refusals_are_remembered_than_said() {
    let mut server = server();
    for n in 0..=REFUSED_REMEMBERED_MAX {
        let room = format!("ticket:t:{n}");
        hears(&mut server, &room, &NEWEST).expect("fine");
        server.deny(&address(&room), "no");
    }
    drop((answers(&mut server), asked(&mut server)));
    hears(&mut server, "ticket:t:1", &STEP1).expect("fine");
    assert!(asked(&mut server).is_empty(), "remembered");
    hears(&mut server, "ticket:t:0", &STEP1).expect("fine");
    assert_eq!(asked(&mut server).len(), 1, "the oldest is forgotten");
}

#[test]
fn a_stock_provider_may_ask_for_a_thousand_rooms_in_one_burst() {
    let mut server = server();
    let rooms: Vec<_> = (0..1000).map(|n| format!("ticket:t:{n}")).collect();
    rooms.iter().for_each(|room| hears(&mut server, room, &NEWEST).expect("fine"));
    let awareness = awareness::encode([presence(7, Some("{\"user\":{\"userId\":\"bob\"}}"))].iter());
    for room in &rooms {
        hears(&mut server, room, &STEP1).expect("fine");
        hears(&mut server, room, &Body::Awareness(&awareness)).expect("fine");
    }
    for room in &rooms {
        server.accept(&address(room), Scope::ReadWrite, &[]).expect("fine");
    }
    assert_eq!(server.open_rooms().count(), 1000);
}
