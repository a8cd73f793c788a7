//! The rooms that are open on one socket, and when something is due in which.
//!
//! It exists to be small: a socket may have ten thousand of them, and most are idle. There is no timer per room; all
//! rooms whose tokens were minted together lie under one second.
//!
//! **Invariant:** every stay lies under the second in which it is due.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use callboard_model::UserId;
use callboard_wire::Address;

use super::super::guest::Guest;
use super::super::hub::MemberId;

/// Left-over places in the list of seconds, beyond which it is written anew.
const SLACK: usize = 1024;

/// One room that is open on this socket.
pub(super) struct Stay {
    pub(super) guest: Arc<Guest>,
    pub(super) member: MemberId,
    /// When the token ends, in seconds of Unix time.
    pub(super) expires_at: i64,
    /// When something is due: the end, or before it the question for a fresh token.
    pub(super) due: i64,
}

impl Stay {
    pub(super) fn user(&self) -> &UserId {
        &self.guest.caller.user
    }
}

/// All of one socket.
#[derive(Default)]
pub(super) struct Stays {
    rooms: HashMap<Address, Stay>,
    /// Rooms by the second in which they are due, or were once: what a stay says itself counts.
    seconds: BTreeMap<i64, Vec<Address>>,
    listed: usize,
}

impl Stays {
    pub(super) fn get(&self, address: &Address) -> Option<&Stay> {
        self.rooms.get(address)
    }

    /// The guest as the rooms of this socket know them already, if nothing has changed.
    pub(super) fn share(&self, guest: Arc<Guest>) -> Arc<Guest> {
        let known = self.rooms.values().next().map(|stay| &stay.guest);
        known.filter(|known| known.caller == guest.caller).map_or(guest, Arc::clone)
    }

    pub(super) fn insert(&mut self, address: Address, stay: Stay) {
        self.list(stay.due, address.clone());
        self.rooms.insert(address, stay);
    }

    pub(super) fn remove(&mut self, address: &Address) -> Option<Stay> {
        self.rooms.remove(address)
    }

    /// Another end, another second.
    pub(super) fn extend(&mut self, address: &Address, expires_at: i64, due: i64) {
        if let Some(stay) = self.rooms.get_mut(address) {
            (stay.expires_at, stay.due) = (expires_at, due);
            self.list(due, address.clone());
        }
    }

    fn list(&mut self, due: i64, address: Address) {
        if self.listed > 2 * self.rooms.len() + SLACK {
            self.seconds.clear();
            for (address, stay) in &self.rooms {
                self.seconds.entry(stay.due).or_default().push(address.clone());
            }
            self.listed = self.rooms.len();
        }
        self.seconds.entry(due).or_default().push(address);
        self.listed += 1;
    }

    /// A room that may have been due at or before `now`, with the second it was listed under.
    pub(super) fn pop_due(&mut self, now: i64) -> Option<(i64, Address)> {
        let mut first = self.seconds.first_entry().filter(|first| *first.key() <= now)?;
        let second = *first.key();
        let address = first.get_mut().pop();
        if first.get().is_empty() {
            first.remove();
        }
        self.listed -= 1;
        address.map(|address| (second, address))
    }

    /// The first second in which something may be due.
    pub(super) fn next_due(&self) -> Option<i64> {
        self.seconds.keys().next().copied()
    }

    /// Takes some of them away.
    pub(super) fn take(&mut self, most: usize) -> Vec<(Address, Stay)> {
        if most >= self.rooms.len() {
            return self.rooms.drain().collect();
        }
        let some: Vec<_> = self.rooms.keys().take(most).cloned().collect();
        some.into_iter().filter_map(|address| self.rooms.remove_entry(&address)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{Access, Caller, Role};

    fn stay(hub: &mut crate::rooms::hub::Hub, address: &Address, due: i64) -> Stay {
        let guest = Arc::new(Guest::new(Caller {
            tenant: "t".into(),
            user: "u".into(),
            display_name: "U".into(),
            avatar_url: None,
            access: Access::of(Role::Technician),
        }));
        let outgoing = crate::rooms::outgoing::queue(&crate::rooms::outgoing::Memory::default()).0;
        let room = callboard_model::Room::parse(address.document()).expect("a room");
        let entrance = crate::rooms::hub::Entrance {
            room: &room,
            address,
            guest: &guest,
            outgoing: &outgoing,
            placement: None,
        };
        let (member, _) = hub.join(entrance);
        Stay { guest, member, expires_at: due, due }
    }

    /// Whoever comes and goes all day leaves nothing behind.
    #[test]
    fn rooms_that_were_left_do_not_stay_listed() {
        let (mut hub, mut stays) = (crate::rooms::hub::Hub::default(), Stays::default());
        let address = Address::parse("ticket:t:1").expect("an address");
        for second in 0..10 * SLACK as i64 {
            stays.insert(address.clone(), stay(&mut hub, &address, second));
            stays.remove(&address);
        }
        assert!(stays.listed <= SLACK + 4, "{}", stays.listed);
        assert!(stays.seconds.len() <= SLACK + 4);
    }

    #[test]
    fn what_is_due_comes_in_its_order() {
        let (mut hub, mut stays) = (crate::rooms::hub::Hub::default(), Stays::default());
        let address = |name: &str| Address::parse(name).expect("an address");
        let (one, two) = (address("ticket:t:1"), address("ticket:t:2"));
        stays.insert(one.clone(), stay(&mut hub, &one, 20));
        stays.insert(two.clone(), stay(&mut hub, &two, 10));
        assert_eq!(stays.next_due(), Some(10));
        assert_eq!(stays.pop_due(9), None);
        assert_eq!(stays.pop_due(30), Some((10, two)));
        stays.extend(&one, 90, 60);
        assert_eq!(stays.pop_due(30), Some((20, one.clone())), "listed there once, and due no more");
        assert_eq!(stays.pop_due(60), Some((60, one)));
    }
}
