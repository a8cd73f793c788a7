//! One room: who is in it, what they show, where its ticket lies.
//!
//! It exists as small as it can be, since most rooms of a busy server are idle ones.
//!
//! **Invariant:** a room in which nobody shows a face has no presence to look after.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use callboard_wire::{self as wire, Address, Seat, Seats, awareness, encode_awareness};

use super::super::guest::Guest;
use super::super::outgoing::{Given, Outgoing};
use super::MemberId;
use crate::auth::access::Placement;

/// The members of one room.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// In the order of their ids, since a newcomer's is always the greatest.
    pub(super) all: Vec<Member>,
    /// What is shown; absent as long as nobody showed anything.
    shown: Option<Box<Shown>>,
    /// Where the ticket lies; unknown for rooms that are no ticket's, and where only other processes have members.
    pub(super) placement: Option<Arc<Placement>>,
}

#[derive(Debug)]
pub(super) struct Member {
    pub(super) id: MemberId,
    pub(super) guest: Arc<Guest>,
    pub(super) address: Address,
    pub(super) outgoing: Outgoing,
}

/// What the members of one room show.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) seats: Seats,
    /// What the board was last told of this ticket; `None`: nobody is there.
    pub(super) digest: Option<Arc<str>>,
}

impl Members {
    pub(super) fn add(&mut self, member: Member) {
        // Most rooms have one member for ever: no room for three more.
        if self.all.len() < 4 {
            self.all.reserve_exact(1);
        }
        self.all.push(member);
    }

    pub(super) fn index(&self, id: MemberId) -> Option<usize> {
        self.all.binary_search_by_key(&id, |member| member.id).ok()
    }

    pub(super) fn shown(&self) -> Option<&Shown> {
        self.shown.as_deref()
    }

    pub(super) fn shown_mut(&mut self) -> Option<&mut Shown> {
        self.shown.as_deref_mut()
    }

    /// Everybody who shows a face here.
    pub(super) fn present(&self) -> Vec<wire::Entry> {
        self.shown().map(|shown| shown.seats.present()).unwrap_or_default()
    }

    pub(super) fn admit(&mut self, now: Duration, from: &Seat, entries: &[wire::Entry]) -> Vec<wire::Entry> {
        self.shown.get_or_insert_default().seats.admit(now, from, entries)
    }

    pub(super) fn vacate(&mut self, now: Duration, connection: u64) -> Vec<wire::Entry> {
        self.shown_mut().map(|shown| shown.seats.leave(now, connection)).unwrap_or_default()
    }

    pub(super) fn expire(&mut self, now: Duration) -> Vec<wire::Entry> {
        self.shown_mut().map(|shown| shown.seats.expire(now)).unwrap_or_default()
    }

    /// Tells everybody.
    pub(super) fn tell_presence(&self, name: &str, entries: &[wire::Entry], given: &mut Given) {
        if entries.is_empty() || self.all.is_empty() {
            return;
        }
        let update = awareness::encode(entries.iter());
        self.tell(name, |_| true, |address| encode_awareness(address, &update), given);
    }

    /// Leaves a frame for those members for whom it is meant, encoding once for all who use the room's plain name; a
    /// session has an address of its own. Says for how many that was.
    pub(super) fn tell(
        &self,
        name: &str,
        mut meant_for: impl FnMut(&Guest) -> bool,
        encode: impl Fn(&Address) -> Vec<u8>,
        given: &mut Given,
    ) -> u64 {
        let mut plain: Option<Bytes> = None;
        let mut told = 0;
        for member in self.all.iter().filter(|member| meant_for(&member.guest)) {
            let frame = if member.address.as_str().len() == name.len() {
                plain.get_or_insert_with(|| encode(&member.address).into()).clone()
            } else {
                Bytes::from(encode(&member.address))
            };
            given.frame(&member.outgoing, frame);
            told += 1;
        }
        told
    }
}
