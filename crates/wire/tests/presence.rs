//! Promises of awareness: its clocks, its owners, and that our codec agrees with the one in yrs.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot set up its world has failed")]

mod common;

use std::collections::HashMap;

use callboard_wire::awareness::{self, AwarenessMap, Outcome, Seat, Seats};
use callboard_wire::limits::{
    AWARENESS_CLIENTS_MAX, AWARENESS_CLOCK_MAX, PRESENCE_EXPIRES_AFTER, PRESENCE_REMEMBERED_FOR,
};
use callboard_wire::{ClientId, Entry, WireError};
use common::{seat, seconds};
use proptest::prelude::*;
use yrs::updates::decoder::Decode as _;
use yrs::updates::encoder::Encode as _;

fn entry(client: u64, clock: u64, state: Option<&str>) -> Entry {
    Entry { client: ClientId(client), clock, state: state.map(Into::into) }
}

#[test]
fn the_clock_decides_which_of_two_entries_counts() {
    let mut map = AwarenessMap::default();
    let mut apply = |clock, state| map.apply(seconds(1), &entry(7, clock, state));
    assert_eq!(apply(0, Some("1")), Outcome::Ignored, "clock 0 of an unknown client");
    assert_eq!(apply(3, Some("1")), Outcome::Changed);
    assert_eq!(apply(3, Some("2")), Outcome::Ignored, "the same clock");
    assert_eq!(apply(2, None), Outcome::Ignored, "an older one");
    assert_eq!(apply(4, Some("1")), Outcome::Renewed);
    assert_eq!(apply(4, None), Outcome::Changed, "the same clock, but a departure");
    assert_eq!(apply(4, None), Outcome::Ignored, "of somebody who is here");
    assert_eq!(apply(4, Some("1")), Outcome::Ignored, "an echo does not bring anybody back");
    assert_eq!(apply(5, Some("1")), Outcome::Changed);
}

#[test]
fn who_is_silent_is_gone_and_later_forgotten() {
    let mut map = AwarenessMap::default();
    map.apply(seconds(1), &entry(7, 3, Some("1")));
    assert_eq!(map.next_expiry(), Some(seconds(1) + PRESENCE_EXPIRES_AFTER));
    assert!(map.expire(seconds(30)).is_empty());
    assert_eq!(map.expire(seconds(31)), [entry(7, 3, None)]);
    assert_eq!((map.next_expiry(), map.present().count()), (None, 0));
    assert_eq!(map.apply(seconds(40), &entry(7, 3, Some("1"))), Outcome::Ignored);
    assert!(map.expire(seconds(1) + PRESENCE_REMEMBERED_FOR).is_empty());
    assert_eq!(map.apply(seconds(200), &entry(7, 3, Some("1"))), Outcome::Changed);
}

#[test]
fn a_full_room_takes_nobody_new_and_keeps_who_is_there() {
    let mut map = AwarenessMap::default();
    for client in 1..=AWARENESS_CLIENTS_MAX as u64 {
        assert_eq!(map.apply(seconds(1), &entry(client, 1, Some("1"))), Outcome::Changed);
    }
    assert_eq!(map.apply(seconds(1), &entry(0, 1, Some("1"))), Outcome::Ignored);
    assert_eq!(map.apply(seconds(1), &entry(1, 2, Some("2"))), Outcome::Changed);
}

#[test]
fn a_client_id_belongs_to_the_connection_that_first_used_it() {
    let mut seats = Seats::default();
    assert_eq!(seats.admit(seconds(1), &seat(1), &[entry(7, 1, Some("1"))]).len(), 1, "and is echoed");
    for forged in [entry(7, 9, Some("forged")), entry(7, 9, None), entry(7, 1, None)] {
        assert!(seats.admit(seconds(1), &seat(2), &[forged]).is_empty());
    }
    assert_eq!(seats.present(), [entry(7, 1, Some("1"))]);
    assert_eq!(seats.leave(seconds(2), 1), [entry(7, 1, None)]);
    assert!(seats.leave(seconds(2), 1).is_empty() && seats.present().is_empty());
    let echo = seats.admit(seconds(2), &seat(2), &[entry(7, 1, Some("1"))]);
    assert!(echo.is_empty(), "a late echo brings nobody back and takes no seat");
    assert_eq!(seats.people().count(), 0);
}

#[test]
fn the_same_person_may_take_its_seat_over_from_a_dead_socket() {
    let person = |connection| Seat { connection, user: "bob".into() };
    let mut seats = Seats::default();
    seats.admit(seconds(1), &person(1), &[entry(7, 1, Some("1"))]);
    assert_eq!(seats.admit(seconds(2), &person(2), &[entry(7, 2, Some("1"))]).len(), 1);
    assert!(seats.leave(seconds(3), 1).is_empty(), "the old socket's end takes nobody away");
    assert_eq!(seats.leave(seconds(4), 2).len(), 1);
}

#[test]
fn one_connection_cannot_fill_a_room_with_faces() {
    let mut seats = Seats::default();
    let crowd: Vec<_> = (1..=100).map(|client| entry(client, 1, Some("1"))).collect();
    assert_eq!(seats.admit(seconds(1), &seat(1), &crowd).len(), 4);
    assert_eq!(seats.admit(seconds(1), &seat(2), &[entry(200, 1, Some("1"))]).len(), 1);
}

#[test]
fn a_renewal_is_passed_on_and_the_absence_of_somebody_absent_is_not() {
    let mut seats = Seats::default();
    seats.admit(seconds(1), &seat(1), &[entry(7, 1, Some("1"))]);
    assert_eq!(seats.admit(seconds(2), &seat(1), &[entry(7, 2, Some("1"))]).len(), 1);
    assert_eq!(seats.admit(seconds(3), &seat(1), &[entry(7, 3, None)]).len(), 1);
    assert!(seats.admit(seconds(3), &seat(1), &[entry(7, 4, None)]).is_empty());
    assert!(seats.expire(seconds(100)).is_empty());
}

#[test]
fn a_number_that_lies_reserves_nothing() {
    assert_eq!(
        awareness::decode(&[0xff, 0xff, 0xff, 0xff, 0x0f]),
        Err(WireError::TooLong("awareness update"))
    );
    assert_eq!(awareness::decode(&[0x80, 0x20]), Err(WireError::Truncated));
    let null = awareness::decode(&[1, 7, 1, 6, b' ', b'n', b'u', b'l', b'l', b' ']).expect("an update");
    assert_eq!(null.entries, [entry(7, 1, None)], "JSON is not text");
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let state = proptest::option::of("[ -~äß€]{0,20}".prop_map(|text| serde_json::json!(text).to_string()));
    let one = (0..=u64::from(u32::MAX), 0..=AWARENESS_CLOCK_MAX, state)
        .prop_map(|(client, clock, state)| entry(client, clock, state.as_deref()));
    proptest::collection::vec(one, 0..20)
}

proptest! {
    #[test]
    fn an_update_is_read_as_it_was_written(entries in entries()) {
        let update = awareness::encode(entries.iter());
        let read = awareness::decode(&update).expect("our own");
        prop_assert_eq!((&read.entries, read.malformed), (&entries, 0));
        for end in 0..update.len() {
            prop_assert!(awareness::decode(&update[..end]).is_err(), "cut at {}", end);
        }
    }

    #[test]
    fn any_bytes_are_an_update_no_larger_than_they_are_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(read) = awareness::decode(&bytes) {
            // An entry takes three bytes at least.
            prop_assert!((read.entries.len() + read.malformed) * 3 < bytes.len().max(1));
        }
    }

    #[test]
    fn yrs_reads_what_we_write_and_we_read_what_yrs_writes(entries in entries()) {
        // yrs keeps a map: of several entries of one client it would keep one.
        let unique: HashMap<u64, &Entry> = entries.iter().map(|entry| (entry.client.0, entry)).collect();
        let ours = awareness::encode(unique.values().copied());
        let theirs = yrs::sync::AwarenessUpdate::decode_v1(&ours).expect("yrs reads it");
        prop_assert_eq!(theirs.clients.len(), unique.len());
        for (id, known) in &theirs.clients {
            let entry = unique[&id.get()];
            prop_assert_eq!(u64::from(known.clock), entry.clock);
            prop_assert_eq!(&*known.json, entry.state.as_deref().unwrap_or("null"));
        }
        let mut back = awareness::decode(&theirs.encode_v1()).expect("we read it").entries;
        let mut sent: Vec<_> = unique.values().map(|&entry| entry.clone()).collect();
        back.sort_by_key(|entry| entry.client);
        sent.sort_by_key(|entry| entry.client);
        prop_assert_eq!(back, sent);
    }
}
