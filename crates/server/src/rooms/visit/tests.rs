//! What one socket may ask for, as plain calls.

use callboard_wire::frame::{Auth, EMPTY_STATE_VECTOR, Sync, encode_frame};
use callboard_wire::{Body, ClientId, awareness};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use std::sync::Arc;

use super::*;
use crate::auth::live_token::LiveTokens;
use crate::rooms::line::tests::Peer;
use crate::rooms::outgoing;
use crate::store::{Limits, Store};

fn visit(home: &TempDir) -> Visit {
    let store = Store::open(&format!("sqlite:{}", home.path().join("rooms.db").display()), Limits::default());
    let tokens = Arc::new(LiveTokens::new(b"the secret of this test"));
    let rooms = Rooms::new(store.expect("a store"), tokens, CancellationToken::new());
    let stranger = rooms.0.crowd.enter().expect("nobody else is there");
    let outgoing = outgoing::queue(&rooms.0.memory, Peer::default()).0;
    Visit::new(rooms, UrlToken::Absent, outgoing, stranger)
}

/// A room and a session as long as they come from the stock.
fn address(number: u32) -> Address {
    let uuid = "0b1c2d3e-4f50-4a6b-8c7d";
    Address::parse(&format!("ticket:{uuid}-000000000000:{uuid}-{number:012}\0k3j9x0q2m1z"))
        .expect("an address")
}

fn frame(address: &Address, body: &Body<'_>) -> Vec<u8> {
    encode_frame(address, body)
}

const BAD: Body<'_> = Body::Auth(Auth::Token { token: "garbage", provider_version: Some("4.8.0") });

#[tokio::test]
async fn every_refusal_gives_the_next_of_a_burst_its_time() {
    let home = tempfile::tempdir().expect("a folder");
    let mut visit = visit(&home);
    let mut ends = Vec::new();
    for number in 0..3 {
        visit.received(&frame(&address(number), &BAD)).expect("taken in");
        visit.decide().await.expect("refused, not ended");
        ends.push(visit.refused_until.as_ref().expect("nothing else is open").0);
    }
    assert!(ends.is_sorted_by(|one, next| one < next), "{ends:?}");
}

#[tokio::test]
async fn a_stranger_cannot_make_the_server_keep_more_than_the_limit() {
    let home = tempfile::tempdir().expect("a folder");
    let mut visit = visit(&home);
    let text = "x".repeat(QUEUED_BYTES / 3);
    let frames: Vec<_> = (0..3).map(|number| frame(&address(number), &Body::Stateless(&text))).collect();
    assert!(frames.iter().map(Vec::len).sum::<usize>() > QUEUED_BYTES);
    for fits in &frames[..2] {
        visit.received(fits).expect("it is kept");
    }
    assert_eq!(visit.received(&frames[2]), Err(Goodbye::reset()));
}

#[test]
fn a_stock_provider_may_ask_for_a_thousand_rooms_with_faces_in_one_burst() {
    let mut connection = Connection::new(Duration::ZERO, limits());
    let picture = format!("https://example.org/{}", "p".repeat(256));
    let face = serde_json::json!({"user": {"userId": "0b1c2d3e-4f50-4a6b-8c7d-000000000000",
        "displayName": "Maximiliane Hohenstein", "avatarUrl": picture, "color": "#0ea5e9"}});
    let state = Some(face.to_string().as_str().into());
    let awareness =
        awareness::encode([Entry { client: ClientId(u64::from(u32::MAX)), clock: 1, state }].iter());
    for number in 0..1000 {
        for body in [BAD, Body::Sync(Sync::Step1(EMPTY_STATE_VECTOR)), Body::Awareness(&awareness)] {
            let heard = connection.received(Duration::ZERO, &frame(&address(number), &body));
            assert_eq!(heard, Ok(()), "room {number}");
        }
    }
}
