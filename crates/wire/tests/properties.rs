//! Promises about all frames and all bytes, not about chosen ones.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot set up its world has failed")]

mod common;

use callboard_wire::frame::{self, Auth, Body, Direction, Frame, Packet, Scope, Sync};
use callboard_wire::limits::INTEGER_MAX;
use callboard_wire::varint::{Reader, put_uint};
use callboard_wire::{Address, ClientEvent, WireError};
use common::{Hub, client, events, server, settle};
use proptest::prelude::*;

/// A frame that owns its parts.
#[derive(Clone, Debug)]
struct Owned {
    address: String,
    kind: u8,
    text: String,
    more: Option<String>,
    bytes: Vec<u8>,
}

impl Owned {
    fn direction(&self) -> Direction {
        if self.kind.is_multiple_of(2) { Direction::ToServer } else { Direction::ToClient }
    }

    fn packet(&self) -> Packet<'_> {
        let client = self.direction() == Direction::ToServer;
        let body = match self.kind / 2 {
            0 => Body::Sync(Sync::Step1(&self.bytes)),
            1 => Body::Sync(Sync::Step2(&self.bytes)),
            2 => Body::SyncReply(Sync::Update(&self.bytes)),
            3 => Body::Awareness(&self.bytes),
            4 if client => {
                Body::Auth(Auth::Token { token: &self.text, provider_version: self.more.as_deref() })
            }
            4 => Body::Auth(Auth::PermissionDenied { reason: &self.text }),
            5 if client => Body::QueryAwareness,
            5 => Body::Auth(Auth::Authenticated { scope: Scope::ReadOnly }),
            6 if client => Body::Stateless(&self.text),
            6 => Body::Auth(Auth::TokenRequest),
            7 => Body::BroadcastStateless(&self.text),
            8 => Body::Close { reason: (!client).then_some(&self.text) },
            _ => Body::SyncStatus { applied: self.more.is_some() },
        };
        Packet::Frame(Frame { address: Address::parse(&self.address).expect("an address"), body })
    }
}

fn frames() -> impl Strategy<Value = Owned> {
    let text = "\\PC{0,40}";
    let address = "[a-z:0-9ä]{1,100}(\0[a-z0-9]{1,11})?";
    let bytes = proptest::collection::vec(any::<u8>(), 0..200);
    (address, 0_u8..20, text, proptest::option::of("[0-9.]{0,12}"), bytes)
        .prop_map(|(address, kind, text, more, bytes)| Owned { address, kind, text, more, bytes })
}

proptest! {
    #[test]
    fn a_frame_is_read_as_it_was_written(owned in frames()) {
        let packet = owned.packet();
        let bytes = frame::encode(&packet);
        prop_assert_eq!(frame::decode(&bytes, owned.direction()), Ok(packet));
    }

    #[test]
    fn a_frame_cut_short_is_an_error(owned in frames()) {
        let bytes = frame::encode(&owned.packet());
        for end in 0..bytes.len() {
            match frame::decode(&bytes[..end], owned.direction()) {
                // One byte of 9 or 10 is Ping or Pong, and Auth is whole without a version.
                Ok(Packet::Ping | Packet::Pong) => prop_assert_eq!(end, 1),
                Ok(Packet::Frame(Frame { body: Body::Auth(Auth::Token { provider_version: None, .. }), .. })) => {
                    prop_assert_eq!(owned.kind / 2, 4);
                }
                whole => prop_assert!(whole.is_err(), "cut at {}: {:?}", end, whole),
            }
        }
    }

    #[test]
    fn what_follows_a_message_is_ignored(owned in frames(), tail in proptest::collection::vec(any::<u8>(), 1..20)) {
        // Auth without a version is the one message that what follows is taken for a part of.
        prop_assume!(owned.kind != 8 || owned.more.is_some());
        let mut bytes = frame::encode(&owned.packet());
        bytes.extend(tail);
        prop_assert_eq!(frame::decode(&bytes, owned.direction()), Ok(owned.packet()));
    }

    #[test]
    fn any_bytes_are_a_frame_within_them_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for direction in [Direction::ToServer, Direction::ToClient] {
            if let Ok(packet) = frame::decode(&bytes, direction) {
                // Whatever was read is written in no more bytes than it was read from: nothing was made up. Only a
                // scope nobody knows is written by the word for what it means.
                let again = frame::encode(&packet);
                let renamed = matches!(&packet, Packet::Frame(Frame { body: Body::Auth(Auth::Authenticated { .. }), .. }));
                prop_assert!(again.len() <= bytes.len() || renamed);
                prop_assert_eq!(frame::decode(&again, direction), Ok(packet));
            }
        }
    }

    #[test]
    fn neither_end_is_upset_by_any_bytes(packets in proptest::collection::vec(hostile(), 0..20)) {
        let (mut client, mut server, mut hub) = (client(), server(), Hub::default());
        let now = std::time::Duration::ZERO;
        client.join(now, "ticket:t:1", "token");
        client.opened(now);
        settle(now, &mut client, &mut server, &mut hub);
        for packet in packets {
            let heard = client.received(now, &packet);
            prop_assert!(heard.is_ok() || frame::decode(&packet, Direction::ToClient).is_err() || is_awareness(&packet));
            let ended = server.received(now, &packet).is_err() || hub.serve(now, &mut server, 2).is_err();
            if ended {
                server = common::server();
            }
        }
        let _: Vec<ClientEvent> = events(&mut client);
    }

    #[test]
    fn an_integer_is_read_as_it_was_written(value in 0..=INTEGER_MAX) {
        let mut bytes = Vec::new();
        put_uint(&mut bytes, value);
        prop_assert_eq!(Reader::new(&bytes).uint(), Ok(value));
        prop_assert_eq!(Reader::new(&bytes[..bytes.len() - 1]).uint(), Err(WireError::Truncated));
    }
}

/// Bytes that get past the address, so that the inside is reached.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let tail = proptest::collection::vec(prop_oneof![0_u8..12, any::<u8>()], 0..60);
    tail.prop_map(|tail| [&[10][..], b"ticket:t:1", &tail].concat())
}

fn is_awareness(packet: &[u8]) -> bool {
    matches!(
        frame::decode(packet, Direction::ToClient),
        Ok(Packet::Frame(Frame { body: Body::Awareness(_), .. }))
    )
}

#[test]
fn integers_end_where_those_of_javascript_do() {
    let read = |bytes: &[u8]| Reader::new(bytes).uint();
    let mut greatest = Vec::new();
    put_uint(&mut greatest, INTEGER_MAX);
    assert_eq!(read(&greatest), Ok(INTEGER_MAX));
    let mut above = Vec::new();
    put_uint(&mut above, INTEGER_MAX + 1);
    assert_eq!(read(&above), Err(WireError::IntegerTooLarge));
    put_uint(&mut above, u64::MAX);
    assert_eq!(read(&above[8..]), Err(WireError::IntegerTooLarge));
    assert_eq!(read(&[0xff; 20]), Err(WireError::IntegerTooLarge));
    assert_eq!(read(&[0x80, 0x00]), Ok(0), "a longer spelling is understood, as lib0 does");
    assert_eq!(read(&[0x80; 30]), Err(WireError::IntegerTooLarge), "but not an endless one");
}
