//! The rooms that are open on one socket, and when something is due in which.
//!
//! It exists to be small: a socket may have ten thousand of them, and most are idle. There is no timer per room and no
//! list of them by time: tokens are minted together and so fall due together, and then all rooms are looked through.
//!
//! **Invariant:** nothing is due before the second that is noted for all.

use std::collections::HashMap;
use std::sync::Arc;

use callboard_model::UserId;
use callboard_wire::Address;

use super::super::guest::Guest;
use super::super::hub::MemberId;

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
    /// In none of them something is due before this second.
    next_due: Option<i64>,
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
        self.note(stay.due);
        self.rooms.insert(address, stay);
    }

    pub(super) fn remove(&mut self, address: &Address) -> Option<Stay> {
        self.rooms.remove(address)
    }

    /// Another end, another second.
    pub(super) fn extend(&mut self, address: &Address, expires_at: i64, due: i64) {
        if let Some(stay) = self.rooms.get_mut(address) {
            (stay.expires_at, stay.due) = (expires_at, due);
            self.note(due);
        }
    }

    fn note(&mut self, due: i64) {
        self.next_due = Some(self.next_due.map_or(due, |known| known.min(due)));
    }

    /// The rooms in which something is due at or before `now`. Each is due until it is extended or removed.
    pub(super) fn due(&mut self, now: i64) -> Vec<Address> {
        if self.next_due.is_none_or(|next| now < next) {
            return Vec::new();
        }
        self.next_due = self.rooms.values().map(|stay| stay.due).filter(|due| now < *due).min();
        let due = self.rooms.iter().filter(|(_, stay)| stay.due <= now);
        due.map(|(address, _)| address.clone()).collect()
    }

    /// The first second in which something may be due.
    pub(super) fn next_due(&self) -> Option<i64> {
        self.next_due
    }

    /// Takes some of them away.
    pub(super) fn take(&mut self, most: usize) -> Vec<(Address, Stay)> {
        let mut some: Vec<_> = self.rooms.keys().take(most).cloned().collect();
        some.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
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
            key_revoked_at: None,
        }));
        let outgoing = crate::rooms::outgoing::queue(
            &crate::rooms::outgoing::Memory::default(),
            crate::rooms::line::tests::Peer::default(),
        )
        .0;
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

    #[test]
    fn what_is_due_is_found_when_it_is_due() {
        let (mut hub, mut stays) = (crate::rooms::hub::Hub::default(), Stays::default());
        let address = |name: &str| Address::parse(name).expect("an address");
        let (one, two) = (address("ticket:t:1"), address("ticket:t:2"));
        stays.insert(one.clone(), stay(&mut hub, &one, 20));
        stays.insert(two.clone(), stay(&mut hub, &two, 10));
        assert_eq!(stays.next_due(), Some(10));
        assert!(stays.due(9).is_empty());
        assert_eq!(stays.due(10), std::slice::from_ref(&two));
        stays.remove(&two);
        assert_eq!(stays.next_due(), Some(20), "the next one is known by then");
        stays.extend(&one, 90, 60);
        assert!(stays.due(30).is_empty(), "it was due then, and is no more");
        assert_eq!(stays.due(60), std::slice::from_ref(&one));
        stays.extend(&one, 90, 90);
        assert_eq!(stays.next_due(), Some(90));
    }

    /// A clock that stood still for a while finds everything that it passed over.
    #[test]
    fn nothing_that_is_overdue_is_forgotten() {
        let (mut hub, mut stays) = (crate::rooms::hub::Hub::default(), Stays::default());
        for second in 0..100 {
            let address = Address::parse(&format!("ticket:t:{second}")).expect("an address");
            stays.insert(address.clone(), stay(&mut hub, &address, second));
        }
        assert_eq!(stays.due(89).len(), 90);
        assert_eq!(stays.next_due(), Some(90));
    }
}
