//! Promises of the client's end.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot set up its world has failed")]

mod common;

use std::time::Duration;

use callboard_wire::frame::{Auth, Body, Direction, EMPTY_STATE_VECTOR, EMPTY_UPDATE, Packet, Scope, Sync};
use callboard_wire::limits::{
    CLIENT_ROOMS_MAX, DOCUMENT_NAME_BYTES_MAX, JOIN_ANSWERED_WITHIN, JOINS_PENDING_MAX, PRESENCE_BYTES_MAX,
    PRESENCE_EXPIRES_AFTER,
};
use callboard_wire::{Client, ClientEvent, ClientId, Entry, WireError, awareness, frame};
use common::{Hub, bytes, client, events, packets, seconds, server, settle, words};

const ROOM: &str = "ticket:t:1";
const ME: &str = r#"{"user":{"userId":"me"}}"#;

fn said(client: &mut Client) -> Vec<String> {
    words(&packets(client), Direction::ToServer)
}

fn hears(client: &mut Client, now: Duration, document: &str, body: &Body<'_>) {
    client.received(now, &bytes(document, body)).expect("a well-formed frame");
}

fn let_in(client: &mut Client, now: Duration, document: &str) {
    hears(client, now, document, &Body::Auth(Auth::Authenticated { scope: Scope::ReadWrite }));
}

fn tells(client: &mut Client, now: Duration, entries: &[(u64, u64, Option<&str>)]) -> Vec<ClientEvent> {
    let entries: Vec<_> = entries
        .iter()
        .map(|&(client, clock, state)| Entry {
            client: ClientId(client),
            clock,
            state: state.map(Into::into),
        })
        .collect();
    hears(client, now, ROOM, &Body::Awareness(&awareness::encode(entries.iter())));
    events(client)
}

fn presence(changes: &[(u64, Option<&str>)]) -> ClientEvent {
    let changes = changes.iter().map(|&(client, state)| (ClientId(client), state.map(Into::into))).collect();
    ClientEvent::Presence { document: ROOM.into(), changes }
}

/// In one room, all said and heard.
fn inside() -> Client {
    let mut client = client();
    assert!(client.join(Duration::ZERO, ROOM, "token"));
    client.opened(Duration::ZERO);
    let_in(&mut client, Duration::ZERO, ROOM);
    drop((packets(&mut client), events(&mut client)));
    client
}

/// Ticks whenever asked to, answering nothing, and returns what was said when.
fn wait(client: &mut Client, until: Duration) -> Vec<(u64, String)> {
    let mut heard = Vec::new();
    while let Some(now) = client.next_deadline().filter(|&now| now <= until) {
        client.tick(now);
        assert!(client.next_deadline() > Some(now), "a tick does all that is due");
        heard.extend(said(client).into_iter().map(|word| (now.as_secs(), word)));
    }
    heard
}

#[test]
fn a_room_is_entered_in_one_burst() {
    let mut client = client();
    assert!(client.join(Duration::ZERO, ROOM, "secret"));
    client.show(Duration::ZERO, ROOM, Some(ME.into()));
    assert!(said(&mut client).is_empty(), "there is no socket yet");
    client.opened(Duration::ZERO);
    let first = client.poll_packet().expect("Auth");
    let auth = Auth::Token { token: "secret", provider_version: Some("4.8.0") };
    assert_eq!(first, bytes(ROOM, &Body::Auth(auth)));
    let id = client.client_id(ROOM).expect("an id").0;
    let rest = [format!("{ROOM} Sync(Step1([0]))"), format!("{ROOM} Awareness {id}@1={ME}")];
    assert_eq!(said(&mut client), rest);
}

#[test]
fn a_token_is_never_shown() {
    let mut client = client();
    client.join(Duration::ZERO, ROOM, "very-secret");
    assert!(!format!("{client:?}").contains("very-secret"));
}

#[test]
fn a_thousand_rooms_are_asked_for_a_few_at_a_time() {
    let (mut client, mut server, mut hub) = (client(), server(), Hub::default());
    for n in 0..1000 {
        assert!(client.join(Duration::ZERO, &format!("ticket:t:{n}"), "token"));
    }
    client.opened(Duration::ZERO);
    let asked = said(&mut client).iter().filter(|word| word.contains("Token")).count();
    assert_eq!(asked, JOINS_PENDING_MAX);
    client.closed(Duration::ZERO);
    for n in 0..1000 {
        client.join(Duration::ZERO, &format!("ticket:t:{n}"), "token");
    }
    client.opened(Duration::ZERO);
    settle(Duration::ZERO, &mut client, &mut server, &mut hub);
    assert_eq!(client.rooms_open(), 1000);
    assert_eq!(server.open_rooms().count(), 1000);
}

#[test]
fn what_no_frame_can_carry_is_not_joined() {
    let mut client = client();
    for name in ["", "a\0b", &"x".repeat(DOCUMENT_NAME_BYTES_MAX + 1)] {
        assert!(!client.join(Duration::ZERO, name, "token"), "{name:?}");
    }
    for n in 0..CLIENT_ROOMS_MAX {
        assert!(client.join(Duration::ZERO, &n.to_string(), "token"));
    }
    assert!(!client.join(Duration::ZERO, "one more", "token"));
    assert!(client.join(Duration::ZERO, "7", "fresh token"), "a room that is there is no new one");
}

#[test]
fn every_room_has_a_client_id_of_its_own_and_the_same_one_in_every_run() {
    let ids = || {
        let mut client = client();
        let names: Vec<_> = (0..100).map(|n| format!("ticket:t:{n}")).collect();
        names.iter().for_each(|name| assert!(client.join(Duration::ZERO, name, "token")));
        names.iter().map(|name| client.client_id(name).expect("an id")).collect::<Vec<_>>()
    };
    let first = ids();
    assert_eq!(first, ids());
    assert_eq!(first.iter().collect::<std::collections::BTreeSet<_>>().len(), 100);
    assert!(first.iter().all(|id| (1..=u64::from(u32::MAX)).contains(&id.0)), "as the stock draws them");
}

#[test]
fn a_fresh_token_extends_an_open_room() {
    let mut client = inside();
    assert!(client.join(seconds(1), ROOM, "fresh"));
    let auth = Auth::Token { token: "fresh", provider_version: Some("4.8.0") };
    assert_eq!(packets(&mut client), [bytes(ROOM, &Body::Auth(auth))]);
    assert!(events(&mut client).is_empty());
}

#[test]
fn a_token_that_was_replaced_while_it_was_judged_is_followed_by_the_newer_one() {
    let asked_twice = || {
        let mut client = client();
        client.join(Duration::ZERO, ROOM, "old");
        client.opened(Duration::ZERO);
        client.join(Duration::ZERO, ROOM, "new");
        let sent = said(&mut client);
        assert_eq!(sent.iter().filter(|word| word.contains("Token")).count(), 1, "one question at a time");
        client
    };
    let auth = Body::Auth(Auth::Token { token: "new", provider_version: Some("4.8.0") });
    let mut client = asked_twice();
    let_in(&mut client, Duration::ZERO, ROOM);
    assert_eq!(packets(&mut client), [bytes(ROOM, &auth)], "in: sent as a fresh token");
    let mut client = asked_twice();
    hears(&mut client, Duration::ZERO, ROOM, &Body::Auth(Auth::PermissionDenied { reason: "expired" }));
    assert_eq!(client.poll_packet(), Some(bytes(ROOM, &auth)), "refused: asked again, and not reported");
    assert!(events(&mut client).is_empty());
}

#[test]
fn a_refused_room_may_be_asked_for_again_and_frees_its_place() {
    let (mut client, mut server, mut hub) = (client(), server(), Hub::default());
    for n in 0..=JOINS_PENDING_MAX {
        client.join(Duration::ZERO, &format!("ticket:t:{n}"), "bad");
    }
    client.opened(Duration::ZERO);
    settle(Duration::ZERO, &mut client, &mut server, &mut hub);
    let refused = events(&mut client);
    assert_eq!(refused.len(), JOINS_PENDING_MAX + 1);
    assert!(refused.iter().all(|event| matches!(event, ClientEvent::Denied { .. })));
    client.join(seconds(1), ROOM, "good");
    settle(seconds(1), &mut client, &mut server, &mut hub);
    assert_eq!(events(&mut client), [ClientEvent::Joined { document: ROOM.into(), read_only: false }]);
}

#[test]
fn an_auth_message_without_an_answer_is_repeated_once_and_then_given_up() {
    let mut client = client();
    client.join(Duration::ZERO, ROOM, "token");
    client.opened(Duration::ZERO);
    drop(packets(&mut client));
    client.tick(JOIN_ANSWERED_WITHIN);
    assert_eq!(said(&mut client).len(), 2, "Auth and Step1 again");
    client.tick(JOIN_ANSWERED_WITHIN * 2);
    let reason = callboard_wire::client::NO_ANSWER.into();
    assert_eq!(events(&mut client), [ClientEvent::Left { document: ROOM.into(), reason }]);
    assert_eq!(client.next_deadline(), None, "nothing is expected any more");
}

/// The server let us in after we had given up: from then on every token is a fresh one to it, and gets no answer.
#[test]
fn a_room_that_answers_like_to_a_member_is_open_although_nobody_said_so() {
    let mut client = client();
    client.join(Duration::ZERO, ROOM, "token");
    client.opened(Duration::ZERO);
    client.tick(JOIN_ANSWERED_WITHIN);
    client.tick(JOIN_ANSWERED_WITHIN * 2);
    let late = JOIN_ANSWERED_WITHIN * 2 + seconds(1);
    let_in(&mut client, late, ROOM);
    drop((packets(&mut client), events(&mut client)));
    client.join(late, ROOM, "token");
    hears(&mut client, late, ROOM, &Body::Sync(Sync::Step2(EMPTY_UPDATE)));
    assert_eq!(events(&mut client), [ClientEvent::Joined { document: ROOM.into(), read_only: false }]);
    let_in(&mut client, late, ROOM);
    assert!(events(&mut client).is_empty(), "once");
    assert_eq!(client.rooms_open(), 1);
}

#[test]
fn the_answer_to_a_sign_of_life_from_before_we_left_lets_us_in_nowhere() {
    let mut client = inside();
    client.tick(seconds(20));
    client.leave(seconds(20), ROOM);
    client.join(seconds(20), ROOM, "token");
    hears(&mut client, seconds(21), ROOM, &Body::Sync(Sync::Step2(EMPTY_UPDATE)));
    assert_eq!(client.rooms_open(), 0);
    hears(&mut client, seconds(21), ROOM, &Body::Sync(Sync::Step2(EMPTY_UPDATE)));
    assert_eq!(client.rooms_open(), 1);
}

#[test]
fn the_document_stays_empty_whatever_the_server_asks() {
    let mut client = inside();
    hears(&mut client, Duration::ZERO, ROOM, &Body::Sync(Sync::Step1(EMPTY_STATE_VECTOR)));
    assert_eq!(packets(&mut client), [bytes(ROOM, &Body::Sync(Sync::Step2(EMPTY_UPDATE)))]);
    hears(&mut client, Duration::ZERO, ROOM, &Body::Sync(Sync::Update(&[1, 2, 3])));
    hears(&mut client, Duration::ZERO, ROOM, &Body::SyncReply(Sync::Step1(EMPTY_STATE_VECTOR)));
    hears(&mut client, Duration::ZERO, ROOM, &Body::SyncStatus { applied: true });
    assert!(packets(&mut client).is_empty());
    assert!(events(&mut client).is_empty());
}

/// LT-9: a peer that vanished is gone within 30 s, and everybody says where they are often enough for that.
#[test]
fn presence_is_renewed_every_15_seconds_where_there_is_some_and_nowhere_else() {
    let mut client = inside();
    client.join(Duration::ZERO, "ticket:t:2", "token");
    let_in(&mut client, Duration::ZERO, "ticket:t:2");
    client.show(Duration::ZERO, ROOM, Some(ME.into()));
    drop(packets(&mut client));
    let spoken = wait(&mut client, seconds(29));
    let id = client.client_id(ROOM).expect("an id").0;
    let renewed = (15, format!("{ROOM} Awareness {id}@2={ME}"));
    let alive = (20, format!("{ROOM} Sync(Step1([0]))"));
    assert_eq!(spoken, [renewed, alive]);
}

#[test]
fn a_socket_without_presence_is_kept_alive_and_its_delay_measured() {
    let mut client = inside();
    for beat in 1..=3 {
        let now = seconds(20 * beat);
        assert_eq!(client.next_deadline(), Some(now));
        client.tick(now);
        assert_eq!(said(&mut client), [format!("{ROOM} Sync(Step1([0]))")]);
        let later = now + Duration::from_millis(7);
        hears(&mut client, later, ROOM, &Body::Sync(Sync::Step2(EMPTY_UPDATE)));
        assert_eq!(events(&mut client), [ClientEvent::RoundTrip { took: Duration::from_millis(7) }]);
    }
}

#[test]
fn thirty_seconds_of_silence_are_reported_once() {
    let mut client = inside();
    drop(wait(&mut client, seconds(29)));
    assert!(events(&mut client).is_empty());
    drop(wait(&mut client, seconds(100)));
    assert_eq!(events(&mut client), [ClientEvent::Silent]);
}

#[test]
fn silence_counts_from_when_something_was_to_be_expected() {
    let mut client = client();
    client.opened(Duration::ZERO);
    assert_eq!(client.next_deadline(), None, "no room, no sign of life");
    client.tick(seconds(500));
    client.join(seconds(500), ROOM, "token");
    client.tick(seconds(501));
    assert!(events(&mut client).is_empty());
}

#[test]
fn others_are_reported_when_they_change_and_we_never() {
    let mut client = inside();
    client.show(Duration::ZERO, ROOM, Some(ME.into()));
    let me = client.client_id(ROOM).expect("an id").0;
    let news = tells(&mut client, seconds(1), &[(me, 1, Some(ME)), (7, 1, Some("{\"a\":1}"))]);
    assert_eq!(news, [presence(&[(7, Some("{\"a\":1}"))])]);
    assert!(tells(&mut client, seconds(2), &[(7, 2, Some("{\"a\":1}"))]).is_empty(), "a renewal is no news");
    assert!(tells(&mut client, seconds(2), &[(7, 2, Some("{\"a\":2}"))]).is_empty(), "an old clock is none");
    assert_eq!(tells(&mut client, seconds(3), &[(7, 2, None)]), [presence(&[(7, None)])]);
}

/// LT-9: a peer that vanished is gone within 30 s.
#[test]
fn a_peer_that_is_not_renewed_is_gone_after_30_seconds() {
    let mut client = inside();
    drop(tells(&mut client, seconds(1), &[(7, 1, Some("{}"))]));
    drop(tells(&mut client, seconds(10), &[(7, 2, Some("{}"))]));
    let gone = seconds(10) + PRESENCE_EXPIRES_AFTER;
    drop(wait(&mut client, gone - seconds(1)));
    assert!(!events(&mut client).contains(&presence(&[(7, None)])));
    drop(wait(&mut client, gone));
    assert!(events(&mut client).contains(&presence(&[(7, None)])));
}

#[test]
fn a_malformed_state_is_passed_over_and_the_others_stand() {
    let mut client = inside();
    let huge = format!("\"{}\"", "x".repeat(PRESENCE_BYTES_MAX));
    let news = tells(
        &mut client,
        seconds(1),
        &[(5, 1, Some("{")), (6, 1, Some(&huge)), (8, 1 << 40, Some("{}")), (7, 1, Some("{}"))],
    );
    assert_eq!(news, [presence(&[(7, Some("{}"))])]);
    assert_eq!(client.malformed(), 3);
}

#[test]
fn becoming_invisible_shows_nobody_first_because_some_servers_swallow_null() {
    let mut client = inside();
    client.show(Duration::ZERO, ROOM, Some(ME.into()));
    drop(packets(&mut client));
    client.show(seconds(1), ROOM, None);
    let id = client.client_id(ROOM).expect("an id").0;
    let nobody = [format!("{ROOM} Awareness {id}@2={{}}"), format!("{ROOM} Awareness {id}@3=gone")];
    assert_eq!(said(&mut client), nobody);
    client.show(seconds(1), ROOM, None);
    assert!(said(&mut client).is_empty(), "nobody twice is nobody");
    assert!(wait(&mut client, seconds(19)).is_empty(), "and is not renewed");
}

#[test]
fn leaving_says_goodbye_and_silences_the_room() {
    let mut client = inside();
    client.show(Duration::ZERO, ROOM, Some(ME.into()));
    drop(packets(&mut client));
    let id = client.client_id(ROOM).expect("an id").0;
    client.leave(seconds(1), ROOM);
    let goodbye = [format!("{ROOM} Awareness {id}@2=gone"), format!("{ROOM} Close {{ reason: None }}")];
    assert_eq!(said(&mut client), goodbye);
    hears(&mut client, seconds(1), ROOM, &Body::Stateless("late"));
    hears(&mut client, seconds(1), ROOM, &Body::Sync(Sync::Step1(EMPTY_STATE_VECTOR)));
    assert!(events(&mut client).is_empty() && packets(&mut client).is_empty());
    assert_eq!(client.next_deadline(), None);
}

#[test]
fn leaving_a_room_that_is_asked_for_gives_its_place_to_the_next() {
    let mut client = client();
    for n in 0..=JOINS_PENDING_MAX {
        client.join(Duration::ZERO, &format!("ticket:t:{n}"), "token");
    }
    client.opened(Duration::ZERO);
    drop(packets(&mut client));
    client.leave(Duration::ZERO, "ticket:t:0");
    let last = format!("ticket:t:{JOINS_PENDING_MAX}");
    assert!(said(&mut client).iter().any(|word| word.starts_with(&last)));
}

#[test]
fn a_room_that_was_left_before_its_turn_is_never_asked_for() {
    let mut client = client();
    client.join(Duration::ZERO, ROOM, "token");
    client.leave(Duration::ZERO, ROOM);
    client.join(Duration::ZERO, ROOM, "token");
    client.opened(Duration::ZERO);
    assert_eq!(said(&mut client).iter().filter(|word| word.contains("Token")).count(), 1);
    client.closed(Duration::ZERO);
    client.join(Duration::ZERO, ROOM, "token");
    client.leave(Duration::ZERO, ROOM);
    client.opened(Duration::ZERO);
    assert!(said(&mut client).is_empty());
}

#[test]
fn a_room_that_still_waited_when_the_socket_closed_waits_for_a_new_token_too() {
    let mut client = client();
    for n in 0..=JOINS_PENDING_MAX {
        client.join(Duration::ZERO, &format!("ticket:t:{n}"), "token");
    }
    client.opened(Duration::ZERO);
    client.closed(seconds(1));
    client.opened(seconds(2));
    assert!(said(&mut client).is_empty());
}

#[test]
fn the_answer_to_having_left_does_not_close_the_room_entered_anew() {
    let mut client = inside();
    client.leave(seconds(1), ROOM);
    client.join(seconds(1), ROOM, "token");
    hears(&mut client, seconds(1), ROOM, &Body::Close { reason: Some("provider_initiated") });
    let_in(&mut client, seconds(1), ROOM);
    assert_eq!(events(&mut client), [ClientEvent::Joined { document: ROOM.into(), read_only: false }]);
}

#[test]
fn after_a_reconnect_what_we_show_is_told_with_a_newer_clock() {
    let mut client = inside();
    client.show(Duration::ZERO, ROOM, Some(ME.into()));
    let id = client.client_id(ROOM).expect("an id").0;
    client.closed(seconds(5));
    assert!(packets(&mut client).is_empty() && client.next_deadline().is_none());
    client.opened(seconds(6));
    assert!(packets(&mut client).is_empty(), "tokens are spent: nothing is asked without a new one");
    client.join(seconds(6), ROOM, "fresh");
    assert_eq!(
        client.client_id(ROOM).map(|id| id.0),
        Some(id),
        "the same client, or others would see two of us"
    );
    assert_eq!(said(&mut client).last(), Some(&format!("{ROOM} Awareness {id}@2={ME}")));
}

#[test]
fn who_went_while_we_were_away_is_reported_when_the_server_has_told_all() {
    let mut client = inside();
    drop(tells(&mut client, seconds(1), &[(7, 4, Some("{}")), (8, 1, Some("{}"))]));
    client.closed(seconds(2));
    assert!(events(&mut client).is_empty(), "that our link is down says nothing about them");
    client.join(seconds(3), ROOM, "fresh");
    client.opened(seconds(3));
    let_in(&mut client, seconds(3), ROOM);
    drop(events(&mut client));
    assert_eq!(tells(&mut client, seconds(3), &[(7, 4, Some("{}"))]), [presence(&[(7, Some("{}"))])]);
    hears(&mut client, seconds(3), ROOM, &Body::Sync(Sync::Step2(EMPTY_UPDATE)));
    assert_eq!(events(&mut client), [presence(&[(8, None)])]);
}

#[test]
fn who_is_told_to_be_gone_although_here_says_so() {
    let mut client = inside();
    client.show(Duration::ZERO, ROOM, Some(ME.into()));
    drop(packets(&mut client));
    let me = client.client_id(ROOM).expect("an id").0;
    assert!(tells(&mut client, seconds(1), &[(me, 5, None)]).is_empty());
    assert_eq!(said(&mut client), [format!("{ROOM} Awareness {me}@6={ME}")]);
}

#[test]
fn what_nobody_knows_is_ignored_and_what_is_broken_is_an_error() {
    let mut client = inside();
    let unknown = [&[0x0a][..], ROOM.as_bytes(), &[77]].concat();
    assert_eq!(client.received(seconds(1), &unknown), Ok(()));
    assert_eq!(client.received(seconds(1), &bytes("elsewhere", &Body::Stateless("x"))), Ok(()));
    assert_eq!(client.received(seconds(1), &[]), Err(WireError::Truncated));
    assert_eq!(client.received(seconds(1), &[0, 5, 0]), Err(WireError::NoDocument));
    let lie = bytes(ROOM, &Body::Awareness(&[0xff, 0xff, 0x03, 1]));
    assert_eq!(client.received(seconds(1), &lie), Err(WireError::TooLong("awareness update")));
    assert!(events(&mut client).is_empty() && packets(&mut client).is_empty());
}

#[test]
fn a_server_that_asks_whether_we_are_there_is_answered() {
    let mut client = inside();
    assert_eq!(client.received(seconds(1), &frame::encode(&Packet::Ping)), Ok(()));
    assert_eq!(packets(&mut client), [frame::encode(&Packet::Pong)]);
}
