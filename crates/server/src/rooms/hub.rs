//! All rooms and who is in them.
//!
//! It exists apart from sockets, clocks and databases so that its rules can be tested as plain calls.
//!
//! | module | holds |
//! |---|---|
//! | `members` | one room |
//! | `people` | who is inside, whatever rooms they are in |
//! | `places` | where tickets lie, each place once |
//! | `hints` | who is told of a change |
//! | `digest` | what the board is told of who is where |
//! | `abroad` | who is in the rooms of other processes |
//!
//! An idle room costs its entry in the map and one element per member; its name is the very text that its members'
//! sockets hold. A room is there as long as it has members, here or in another process.
//!
//! **Invariant:** nothing is awaited here, and what is said in a room reaches its members and nobody else.

mod abroad;
mod digest;
mod hints;
mod members;
mod people;
mod places;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use callboard_model::{Room, TenantId, UserId};
use callboard_wire::limits::{PRESENCE_EXPIRES_AFTER, PRESENCE_REMEMBERED_FOR};
use callboard_wire::{self as wire, Address, Seat};

use self::abroad::Abroad;
pub(super) use self::hints::Board;
use self::members::{Member, Members};
use self::people::People;
use self::places::Places;
use super::guest::Guest;
use super::outgoing::{Given, Outgoing};
use crate::auth::Caller;
use crate::auth::access::Placement;

/// One who is in one room: unique within the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct MemberId(u64);

/// Somebody at the door with a pass.
#[derive(Debug)]
pub(super) struct Entrance<'a> {
    pub(super) room: &'a Room,
    pub(super) address: &'a Address,
    pub(super) guest: &'a Arc<Guest>,
    pub(super) outgoing: &'a Outgoing,
    /// Where the room's ticket lies.
    pub(super) placement: Option<Placement>,
}

/// The rooms.
#[derive(Debug, Default)]
pub(super) struct Hub {
    /// By the name of their document.
    rooms: HashMap<Arc<str>, Members>,
    people: People,
    /// The rooms in which somebody showed a face, and until when at least it has to be looked for.
    watched: HashMap<Arc<str>, Duration>,
    /// Ticket rooms in which somebody came, went or moved since it was last gathered, with what is to be told abroad.
    news: HashMap<Arc<str>, News>,
    abroad: Abroad,
    places: Places,
    joined: u64,
    /// What was left for sockets and not handed over yet.
    given: Given,
    told: Told,
}

/// What the rooms were told, and told on, since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// Hints that came.
    pub(super) hints: u64,
    /// Members that a hint was left for, in the ticket's room and at the board.
    pub(super) deliveries: u64,
}

#[derive(Debug, Default)]
struct News {
    /// Where the ticket lies: the room may be gone when it is told.
    placement: Option<Arc<Placement>>,
    /// The latest of each client; only kept where there are other processes.
    entries: Vec<wire::Entry>,
}

impl Hub {
    /// Rooms with somebody of this process in them.
    pub(super) fn len(&self) -> usize {
        self.rooms.values().filter(|members| !members.all.is_empty()).count()
    }

    /// What was told since the start.
    pub(super) fn told(&self) -> Told {
        self.told
    }

    /// What was left for sockets since this was last asked.
    pub(super) fn take_given(&mut self) -> Given {
        std::mem::take(&mut self.given)
    }

    /// Lets somebody in, and says who is there already.
    pub(super) fn join(&mut self, entrance: Entrance<'_>) -> (MemberId, Vec<wire::Entry>) {
        let Entrance { room, address, guest, outgoing, placement } = entrance;
        self.joined += 1;
        let id = MemberId(self.joined);
        self.people.enter(guest, outgoing);
        let name = match self.rooms.get_key_value(address.document()) {
            Some((name, _)) => Arc::clone(name),
            None if address.session().is_some() => address.document().into(),
            None => address.shared(),
        };
        let members = self.rooms.entry(name).or_default();
        if let Some(placement) = placement
            && members.placement.as_deref() != Some(&placement)
        {
            members.placement = Some(self.places.shared(placement));
        }
        let (guest, outgoing) = (Arc::clone(guest), outgoing.clone());
        members.add(Member { id, guest, address: address.clone(), outgoing });
        let present = members.present();
        if let Room::Board(tenant) = room {
            self.tell_newcomer(tenant, address.document());
        }
        (id, present)
    }

    /// Somebody leaves; the others see the face go.
    pub(super) fn leave(&mut self, now: Duration, name: &str, id: MemberId) {
        let Some(members) = self.rooms.get_mut(name) else { return };
        let Some(index) = members.index(id) else { return };
        let member = members.all.remove(index);
        let gone = members.vacate(now, id.0);
        self.people.leave(&member.guest.caller, &member.outgoing);
        self.changed(name, &gone, true);
        self.forget_if_empty(name);
    }

    /// A member says where it is. Everybody is told what is news, the speaker too: stock clients give a socket up on
    /// which they hear nothing.
    pub(super) fn say(&mut self, now: Duration, name: &str, id: MemberId, entries: &[wire::Entry]) {
        let Some(members) = self.rooms.get_mut(name) else { return };
        let Some(index) = members.index(id) else { return };
        let seat = Seat { connection: id.0, user: Arc::clone(&members.all[index].guest.name) };
        let news = members.admit(now, &seat, entries);
        self.watch(now, name, &news);
        self.changed(name, &news, true);
    }

    /// Takes away who was not heard of for too long.
    pub(super) fn expire(&mut self, now: Duration) {
        let mut gone = Vec::new();
        self.watched.retain(|name, until| {
            let Some(members) = self.rooms.get_mut(name) else { return false };
            let expired = members.expire(now);
            if !expired.is_empty() {
                gone.push((Arc::clone(name), expired));
            }
            let shown = members.shown().and_then(|shown| shown.seats.next_expiry());
            now < *until || shown.is_some()
        });
        gone.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        for (name, expired) in gone {
            self.abroad.forget(&name, &expired);
            // Every process finds its own ghosts.
            self.changed(&name, &expired, false);
            self.forget_if_empty(&name);
        }
    }

    fn watch(&mut self, now: Duration, name: &str, news: &[wire::Entry]) {
        if news.is_empty() {
            return;
        }
        let until = now + PRESENCE_EXPIRES_AFTER + PRESENCE_REMEMBERED_FOR;
        match self.watched.get_mut(name) {
            Some(known) => *known = until,
            None => {
                if let Some((name, _)) = self.rooms.get_key_value(name) {
                    self.watched.insert(Arc::clone(name), until);
                }
            }
        }
    }

    /// Presence in a room is not what it was: its members are told now, the board and other processes a little later.
    fn changed(&mut self, name: &str, entries: &[wire::Entry], tell_abroad: bool) {
        if entries.is_empty() {
            return;
        }
        let Some((name, members)) = self.rooms.get_key_value(name) else { return };
        members.tell_presence(name, entries, &mut self.given);
        if !name.starts_with("ticket:") {
            return;
        }
        let news = self.news.entry(Arc::clone(name)).or_default();
        news.placement.clone_from(&members.placement);
        if tell_abroad && self.abroad.listens() {
            for entry in entries {
                news.entries.retain(|known| known.client != entry.client);
                news.entries.push(entry.clone());
            }
        }
    }

    fn forget_if_empty(&mut self, name: &str) {
        let Some(members) = self.rooms.get(name) else { return };
        let empty = members.all.is_empty() && members.shown().is_none_or(|shown| shown.seats.is_empty());
        if empty {
            self.rooms.remove(name);
            self.watched.remove(name);
        }
    }

    /// Everybody who is anywhere, tenant by tenant.
    pub(super) fn people(&self) -> Vec<(TenantId, Vec<UserId>)> {
        self.people.all()
    }

    /// Ends the sockets of those who were `asked` about and are not who they were. Returns how many people that were.
    pub(super) fn turn_out_changed(
        &self,
        tenant: &TenantId,
        asked: &[UserId],
        now: &HashMap<UserId, Caller>,
    ) -> usize {
        self.people.turn_out_changed(tenant, asked, now)
    }

    /// Ends every socket that has a room.
    pub(super) fn end_all(&self) {
        self.people.end_all();
    }
}

#[cfg(test)]
mod tests;
