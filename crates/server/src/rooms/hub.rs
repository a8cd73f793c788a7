//! All rooms and who is in them.
//!
//! It exists apart from sockets, clocks and databases so that its rules can be tested as plain calls.
//!
//! An idle room costs its entry in the map and one element per member. A room is there as long as it has members.
//!
//! **Invariant:** nothing is awaited here, and what is said in a room reaches its members and nobody else.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Duration;

use axum::body::Bytes;
use callboard_model::{Hint, Room, TenantId, UserId};
use callboard_wire::limits::{PRESENCE_EXPIRES_AFTER, PRESENCE_REMEMBERED_FOR};
use callboard_wire::{self as wire, Address, Seat, Seats, awareness, encode_awareness, encode_stateless};

use super::outgoing::{Goodbye, Outgoing};
use crate::bus::Notice;
use crate::store::MANY;

/// One who is in one room: unique within the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct MemberId(u64);

/// The rooms.
#[derive(Debug, Default)]
pub(super) struct Hub {
    rooms: HashMap<Room, Members>,
    /// In how many rooms each person is, however many windows they have.
    people: HashMap<(TenantId, UserId), usize>,
    /// The rooms in which somebody showed a face, and until when at least it has to be looked for.
    watched: HashMap<Room, Duration>,
    joined: u64,
}

#[derive(Debug, Default)]
struct Members {
    /// In the order of their ids, since a newcomer's is always the greatest.
    all: Vec<Member>,
    seats: Seats,
}

#[derive(Debug)]
struct Member {
    id: MemberId,
    seat: Seat,
    address: Address,
    outgoing: Outgoing,
}

impl Hub {
    pub(super) fn len(&self) -> usize {
        self.rooms.len()
    }

    /// Lets somebody in, and says who is there already.
    pub(super) fn join(
        &mut self,
        room: &Room,
        user: &UserId,
        address: &Address,
        outgoing: &Outgoing,
    ) -> (MemberId, Vec<wire::Entry>) {
        self.joined += 1;
        let id = MemberId(self.joined);
        *self.people.entry((room.tenant().clone(), user.clone())).or_default() += 1;
        let members = self.rooms.entry(room.clone()).or_default();
        members.all.push(Member {
            id,
            seat: Seat { connection: id.0, user: user.as_str().into() },
            address: address.clone(),
            outgoing: outgoing.clone(),
        });
        (id, members.seats.present())
    }

    /// Somebody leaves; the others see the face go.
    pub(super) fn leave(&mut self, now: Duration, room: &Room, id: MemberId) {
        let Some(members) = self.rooms.get_mut(room) else { return };
        let Some(index) = members.index(id) else { return };
        let seat = members.all.remove(index).seat;
        if members.all.is_empty() {
            self.rooms.remove(room);
            self.watched.remove(room);
        } else {
            let gone = members.seats.leave(now, id.0);
            members.tell_presence(&gone);
        }
        self.forget((room.tenant().clone(), (*seat.user).into()));
    }

    fn forget(&mut self, person: (TenantId, UserId)) {
        if let Entry::Occupied(mut rooms) = self.people.entry(person) {
            *rooms.get_mut() -= 1;
            if *rooms.get() == 0 {
                rooms.remove();
            }
        }
    }

    /// A member says where it is. Everybody is told what is news, the speaker too: stock clients give a socket up on
    /// which they hear nothing.
    pub(super) fn say(&mut self, now: Duration, room: &Room, id: MemberId, entries: &[wire::Entry]) {
        let Some(members) = self.rooms.get_mut(room) else { return };
        let Some(index) = members.index(id) else { return };
        let news = members.seats.admit(now, &members.all[index].seat, entries);
        if !news.is_empty() {
            members.tell_presence(&news);
            self.watched.insert(room.clone(), now + PRESENCE_EXPIRES_AFTER + PRESENCE_REMEMBERED_FOR);
        }
    }

    /// Takes away who was not heard of for too long.
    pub(super) fn expire(&mut self, now: Duration) {
        let rooms = &mut self.rooms;
        self.watched.retain(|room, until| {
            let Some(members) = rooms.get_mut(room) else { return false };
            let gone = members.seats.expire(now);
            members.tell_presence(&gone);
            now < *until || members.seats.next_expiry().is_some()
        });
    }

    /// Tells a ticket's room and the tenant's board of a change. An empty room is a no-op.
    pub(super) fn deliver(&self, notice: &Notice) {
        let Notice { tenant, ticket, hint } = notice;
        let own = Hint { ticket_id: None, ..Hint::clone(hint) };
        self.tell_hint(&Room::Ticket(tenant.clone(), ticket.clone()), &own);
        // A hint about many names none: whoever hears it reads the feed (LT-18).
        let ticket_id = Some(ticket).filter(|ticket| ticket.as_str() != MANY).cloned();
        self.tell_hint(&Room::Board(tenant.clone()), &Hint { ticket_id, ..own });
    }

    fn tell_hint(&self, room: &Room, hint: &Hint) {
        let Some(members) = self.rooms.get(room) else { return };
        match serde_json::to_string(hint) {
            Ok(json) => members.tell(|address| encode_stateless(address, &json)),
            Err(error) => tracing::error!(%room, %error, "a hint cannot be written as JSON"),
        }
    }

    /// Everybody who is anywhere.
    pub(super) fn people(&self) -> Vec<(TenantId, UserId)> {
        self.people.keys().cloned().collect()
    }

    /// Ends every socket on which this person is in a room of this tenant.
    pub(super) fn turn_out(&self, tenant: &TenantId, user: &UserId) {
        for (_, members) in self.rooms.iter().filter(|(room, _)| room.tenant() == tenant) {
            for member in members.all.iter().filter(|member| *member.seat.user == *user.as_str()) {
                member.outgoing.end(Goodbye::reset());
            }
        }
    }

    /// Ends every socket that has a room.
    pub(super) fn end_all(&self, goodbye: &Goodbye) {
        for member in self.rooms.values().flat_map(|members| &members.all) {
            member.outgoing.end(goodbye.clone());
        }
    }
}

impl Members {
    fn index(&self, id: MemberId) -> Option<usize> {
        self.all.binary_search_by_key(&id, |member| member.id).ok()
    }

    fn tell_presence(&self, entries: &[wire::Entry]) {
        if !entries.is_empty() {
            let update = awareness::encode(entries.iter());
            self.tell(|address| encode_awareness(address, &update));
        }
    }

    /// Sends to all members, encoding once for all who use the room's plain name; a session has an address of its own.
    fn tell(&self, encode: impl Fn(&Address) -> Vec<u8>) {
        let mut plain: Option<Bytes> = None;
        for member in &self.all {
            let frame = if member.address.session().is_some() {
                Bytes::from(encode(&member.address))
            } else {
                plain.get_or_insert_with(|| encode(&member.address).into()).clone()
            };
            member.outgoing.send(frame);
        }
    }
}

#[cfg(test)]
mod tests;
