//! Against recordings of the stock providers and servers: same bytes, and both our ends fit in for one of theirs.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot set up its world has failed")]

mod common;

use std::time::Duration;

use callboard_wire::frame::{self, Auth, Body, Direction, Packet, Sync};
use callboard_wire::{Client, ClientConfig, ClientEvent, awareness};
use common::{
    Hub, address, answers, asked, events, packets, recording, recordings, said_by, seconds, server, words,
};

#[test]
fn every_recorded_frame_is_read_and_written_as_it_came() {
    for name in recordings() {
        for message in recording(&name) {
            let packet = frame::decode(&message.bytes, message.from)
                .unwrap_or_else(|error| panic!("{name}, {}: {error}", message.note));
            assert_eq!(frame::encode(&packet), message.bytes, "{name}, {}", message.note);
            if let Packet::Frame(frame::Frame { body: Body::Awareness(update), .. }) = packet {
                let read = awareness::decode(update).expect("an update");
                assert_eq!(read.malformed, 0, "{name}");
                assert_eq!(awareness::encode(read.entries.iter()), update, "{name}");
            }
        }
    }
}

#[test]
fn a_recorded_frame_cut_short_is_an_error() {
    for name in recordings() {
        for message in recording(&name) {
            for end in 0..message.bytes.len() {
                let cut = &message.bytes[..end];
                if is_whole_by_itself(cut, message.from) {
                    continue;
                }
                assert!(frame::decode(cut, message.from).is_err(), "{name}, {} cut at {end}", message.note);
            }
        }
    }
}

/// Two beginnings of frames are messages by themselves: a name's length of 9 or 10 is Ping or Pong, and Auth up to
/// the token is what providers before 4.0 send.
fn is_whole_by_itself(cut: &[u8], from: Direction) -> bool {
    match frame::decode(cut, from) {
        Ok(Packet::Ping | Packet::Pong) => true,
        Ok(Packet::Frame(frame::Frame {
            body: Body::Auth(Auth::Token { provider_version: None, .. }),
            ..
        })) => true,
        Ok(_) | Err(_) => false,
    }
}

/// Feeds one side of a recording to our server and returns what it says.
fn serve(name: &str) -> Vec<Vec<u8>> {
    let mut server = server();
    let mut hub = Hub::default();
    let mut said = Vec::new();
    for packet in said_by(Direction::ToServer, name) {
        server.received(Duration::ZERO, &packet).unwrap_or_else(|code| panic!("{name}: {code}"));
        said.extend(
            hub.serve(Duration::ZERO, &mut server, 1).unwrap_or_else(|code| panic!("{name}: {code}")),
        );
    }
    said
}

/// What the stock server said, without what our server leaves out: hints nobody gave it here, and document content.
fn stock(name: &str) -> Vec<Vec<u8>> {
    let ours = |packet: &Vec<u8>| match frame::decode(packet, Direction::ToClient) {
        Ok(Packet::Frame(frame)) => !matches!(frame.body, Body::Stateless(_) | Body::Sync(Sync::Update(_))),
        _ => true,
    };
    said_by(Direction::ToClient, name).into_iter().filter(ours).collect()
}

/// In the stock server the rooms of a socket overtake each other; within a room the order is fixed.
fn by_room(name: &str, messages: &[Vec<u8>]) -> Vec<String> {
    let mut words = words(messages, Direction::ToClient);
    if name.ends_with("rooms") {
        words.sort_by_key(|word| word.split(' ').next().map(str::to_owned));
    }
    words
}

#[test]
fn our_server_answers_a_stock_provider_as_the_stock_server_does() {
    for name in ["2-denied", "2-readonly", "2-rooms", "4-denied", "4-readonly", "4-rooms", "4-tokenless"] {
        assert_eq!(by_room(name, &serve(name)), by_room(name, &stock(name)), "{name}");
    }
}

#[test]
fn a_departure_is_told_to_the_one_who_departs_where_the_stock_swallows_it() {
    for name in ["2-life", "4-life", "4-session"] {
        let mut ours = words(&serve(name), Direction::ToClient);
        let told = ours.iter().position(|word| word.ends_with("=gone")).expect("told");
        let stock = words(&stock(name), Direction::ToClient);
        if name.starts_with('4') {
            ours.remove(told);
        }
        assert_eq!(ours, stock, "{name}");
    }
}

#[test]
fn content_is_refused_and_never_relayed() {
    for name in ["2-content", "4-content"] {
        let ours = words(&serve(name), Direction::ToClient);
        assert!(ours.contains(&"ticket:t:1 SyncStatus { applied: false }".to_owned()), "{ours:?}");
        assert!(!ours.iter().any(|word| word.contains("Update")), "{ours:?}");
    }
}

#[test]
fn a_provider_without_a_token_is_asked_about_all_the_same() {
    let mut server = server();
    for packet in said_by(Direction::ToServer, "2-tokenless") {
        server.received(Duration::ZERO, &packet).expect("a stock provider does nothing wrong");
    }
    let asked = format!("{:?}", asked(&mut server));
    assert!(asked.contains("Authenticate") && asked.contains("token: None"), "{asked}");
    assert_eq!(answers(&mut server), Vec::<Vec<u8>>::new(), "and told nothing meanwhile");
}

/// Feeds the server's side of a recording to our client.
fn visit(name: &str, version: Option<&str>) -> (Client, Vec<ClientEvent>, Vec<Vec<u8>>) {
    let config = ClientConfig { provider_version: version.map(Into::into), first_client_id: 1 };
    let mut client = Client::new(config);
    for document in ["ticket:t:1", "ticket:t:2"] {
        assert!(client.join(Duration::ZERO, document, "abc"));
    }
    client.opened(Duration::ZERO);
    let mut said = packets(&mut client);
    let mut happened = Vec::new();
    for packet in said_by(Direction::ToClient, name) {
        client.received(seconds(1), &packet).unwrap_or_else(|error| panic!("{name}: {error}"));
        said.extend(packets(&mut client));
        happened.extend(events(&mut client));
    }
    (client, happened, said)
}

fn joined(document: &str, read_only: bool) -> ClientEvent {
    ClientEvent::Joined { document: document.into(), read_only }
}

#[test]
fn our_client_is_let_in_by_a_stock_server() {
    for (name, version) in [("2-rooms", None), ("4-rooms", Some("4.8.0"))] {
        let (client, happened, said) = visit(name, version);
        assert_eq!(happened[..2], [joined("ticket:t:1", false), joined("ticket:t:2", false)], "{name}");
        // The same bytes as the stock provider's, which shows an empty state besides and leaves in the end.
        let ours = words(&said, Direction::ToServer);
        let room_of = |word: &String| word.split(' ').next().map(str::to_owned);
        let mut stock: Vec<_> = words(&said_by(Direction::ToServer, name), Direction::ToServer);
        stock.retain(|word| !word.contains("Awareness") && !word.contains("Close"));
        stock.sort_by_key(room_of);
        let mut sorted = ours;
        sorted.sort_by_key(room_of);
        assert_eq!(sorted, stock, "{name}");
        let left = usize::from(name == "4-rooms") * 2;
        assert_eq!(
            client.rooms_open(),
            2 - left,
            "{name}: 4.x answers the recorded CLOSE with one of its own"
        );
    }
}

#[test]
fn our_client_hears_everything_that_a_stock_server_tells() {
    let (_, happened, _) = visit("4-life", Some("4.8.0"));
    let payload = r#"{"updatedFields":["status_id"]}"#.into();
    assert!(happened.contains(&ClientEvent::Stateless { document: "ticket:t:1".into(), payload }));
    let (_, happened, _) = visit("4-company", Some("4.8.0"));
    let states: Vec<_> = happened
        .iter()
        .filter_map(|event| match event {
            ClientEvent::Presence { changes, .. } => Some(changes),
            _ => None,
        })
        .flatten()
        .filter(|(client, _)| client.0 == 7002)
        .map(|(_, state)| state.as_deref().map(|state| state.contains("eve")))
        .collect();
    assert_eq!(states, [Some(true), Some(false), None], "eve comes, shows nobody, is gone");
}

#[test]
fn our_client_understands_refusal_exclusion_and_the_wish_for_a_token() {
    for name in ["2-denied", "4-denied"] {
        let (_, happened, _) = visit(name, Some("4.8.0"));
        let reason = "token-expired".into();
        assert_eq!(happened, [ClientEvent::Denied { document: "ticket:t:1".into(), reason }], "{name}");
    }
    let (_, happened, _) = visit("4-putout", Some("4.8.0"));
    let reason = "access-lost".into();
    assert_eq!(happened.last(), Some(&ClientEvent::Left { document: "ticket:t:1".into(), reason }));
    let (mut client, happened, _) = visit("4-tokensync", Some("4.8.0"));
    assert!(happened.contains(&ClientEvent::TokenWanted { document: "ticket:t:1".into() }));
    drop(packets(&mut client));
    let (_, happened, _) = visit("4-readonly", Some("4.8.0"));
    assert_eq!(happened.first(), Some(&joined("ticket:t:1", true)));
}

#[test]
fn the_session_of_an_address_is_told_from_its_document() {
    let first = said_by(Direction::ToServer, "4-session").remove(0);
    let Ok(Packet::Frame(frame)) = frame::decode(&first, Direction::ToServer) else { panic!("a frame") };
    assert_eq!(frame.address.document(), "ticket:t:1");
    assert_eq!(frame.address.session(), Some("002k0m4700ae"));
    assert_eq!(address("ticket:t:1").session(), None);
}
