//! Who may speak for which client: the server's half of awareness.
//!
//! Stock servers let anybody overwrite anybody. Here a client id belongs to the connection that first used it, until
//! that connection leaves the room. Entries for other ids are dropped without a fuss, because providers up to 4.4
//! send back whatever they receive, and mean no harm. One case moves a seat: the same *person* says something newer
//! from another connection. That is a client that came back before its old socket was found dead.
//!
//! **Invariant:** a connection can never change or remove what another person shows.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{AwarenessMap, ClientId, Entry, Outcome};

/// One member of a room, as the hub knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// The connection, or the session on it: unique within the process.
    pub connection: u64,
    /// The person the token names.
    pub user: Arc<str>,
}

/// Client ids one member may hold in a room; one is usual. A further one is ignored.
const SEATS_PER_CONNECTION_MAX: usize = 4;

/// The presence of one room, with owners.
#[derive(Clone, Debug, Default)]
pub struct Seats {
    map: AwarenessMap,
    owners: BTreeMap<ClientId, Seat>,
    /// The same the other way round: what each connection holds, at most [`SEATS_PER_CONNECTION_MAX`].
    held: BTreeMap<u64, Vec<ClientId>>,
}

impl Seats {
    /// Takes in what a member says and returns the entries that everybody, the member included, shall be told.
    ///
    /// The echo matters: stock clients take a socket on which they hear nothing for 30 s to be dead.
    pub fn admit(&mut self, now: Duration, from: &Seat, entries: &[Entry]) -> Vec<Entry> {
        entries.iter().filter(|entry| self.admit_one(now, from, entry)).cloned().collect()
    }

    fn admit_one(&mut self, now: Duration, from: &Seat, entry: &Entry) -> bool {
        if !self.may_speak(from, entry.client) {
            return false;
        }
        let outcome = self.map.apply(now, entry);
        if outcome != Outcome::Ignored {
            self.seat(from, entry.client);
        }
        match outcome {
            Outcome::Changed => true,
            // A renewal keeps others from giving it up; that somebody absent is absent is of no use to anybody.
            Outcome::Renewed => entry.state.is_some(),
            Outcome::Ignored => false,
        }
    }

    fn may_speak(&self, from: &Seat, client: ClientId) -> bool {
        match self.owners.get(&client) {
            Some(owner) if owner.connection == from.connection => true,
            Some(owner) if owner.user != from.user => false,
            _ => self.held.get(&from.connection).is_none_or(|held| held.len() < SEATS_PER_CONNECTION_MAX),
        }
    }

    fn seat(&mut self, from: &Seat, client: ClientId) {
        let before = self.owners.insert(client, from.clone());
        if before.as_ref().is_some_and(|owner| owner.connection == from.connection) {
            return;
        }
        if let Some(held) = before.and_then(|owner| self.held.get_mut(&owner.connection)) {
            held.retain(|&other| other != client);
        }
        self.held.entry(from.connection).or_default().push(client);
    }

    /// A member is gone: returns the departures that the others shall be told.
    pub fn leave(&mut self, now: Duration, connection: u64) -> Vec<Entry> {
        let held = self.held.remove(&connection).unwrap_or_default();
        held.into_iter()
            .filter_map(|client| {
                self.owners.remove(&client);
                self.map.remove(now, client)
            })
            .collect()
    }

    /// Removes who was not heard of for too long: returns the departures that everybody shall be told.
    pub fn expire(&mut self, now: Duration) -> Vec<Entry> {
        self.map.expire(now)
    }

    /// When [`expire`](Self::expire) will next have something to do.
    #[must_use]
    pub fn next_expiry(&self) -> Option<Duration> {
        self.map.next_expiry()
    }

    /// Everybody who is here: what a newcomer is told.
    pub fn present(&self) -> Vec<Entry> {
        self.map.present().collect()
    }

    /// Whether nobody is here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.map.present().next().is_none()
    }

    /// Those who are here through certain connections.
    pub fn present_through(&self, connection: impl Fn(u64) -> bool) -> impl Iterator<Item = Entry> {
        let owner = move |entry: &Entry| self.owners.get(&entry.client);
        self.map.present().filter(move |entry| owner(entry).is_some_and(|seat| connection(seat.connection)))
    }

    /// The user of each client that is here.
    pub fn people(&self) -> impl Iterator<Item = (ClientId, &Seat)> {
        self.owners.iter().map(|(&client, seat)| (client, seat))
    }
}
