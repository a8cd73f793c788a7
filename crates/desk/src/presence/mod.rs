//! Who is in which ticket (LT-9, LT-10).
//!
//! There are two sources. A ticket's own room tells of every window in it as it moves; the board room tells, a moment
//! later, of the people at every ticket, so that rows far from the screen have faces too. Where both know somebody the
//! ticket's own room is believed.
//!
//! Whoever has shown nothing new for [`IDLE_AFTER`] looks idle. Awareness has no word for it and may have none (LT-9), so
//! a console whose person is at work says its word anew now and then ([`attention`]).
//!
//! **Invariant:** nothing about a person is held but what awareness says, and ourselves never.

pub mod attention;
mod crowd;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use callboard_model::person::face_color;
use callboard_model::rest::Me;
use callboard_model::{Digest, Field, Presence, TicketId, UserId};

use crate::bridge::{Face, FaceState};
use crate::session::event::ClientKey;
use crowd::Crowd;

pub use crowd::CROWD_MAX;

/// Whoever moved nothing for so long looks idle.
pub const IDLE_AFTER: Duration = Duration::from_secs(5 * 60);

const IDLE_AFTER_MS: i64 = 5 * 60 * 1_000;

/// The most tickets of which the board's word is kept; of one more nobody is shown until it has a room of its own.
pub const DIGESTED_MAX: usize = 16 * 1024;

/// Everybody's windows, by ticket.
#[derive(Debug, Default)]
pub(crate) struct Presences {
    rooms: BTreeMap<TicketId, Crowd<ClientKey>>,
    board: BTreeMap<TicketId, Crowd<UserId>>,
    /// Until when idleness has been looked at.
    looked_at: i64,
}

impl Presences {
    /// Somebody came, moved or went in a ticket's own room.
    pub(crate) fn change(
        &mut self,
        ticket: &TicketId,
        changes: Vec<(ClientKey, Option<Presence>)>,
        now: i64,
    ) {
        let room = self.rooms.entry(ticket.clone()).or_default();
        for (client, presence) in changes {
            room.put(client, presence, now);
        }
        if room.is_empty() && !room.is_unknown() {
            self.rooms.remove(ticket);
        }
    }

    /// The board says who is where. Names the tickets that it speaks of.
    pub(crate) fn digested(&mut self, digest: Digest, now: i64) -> Vec<TicketId> {
        let mut named = Vec::with_capacity(digest.presence.len());
        for told in digest.presence {
            if told.people.is_empty() {
                self.board.remove(&told.ticket_id);
            } else if self.board.len() < DIGESTED_MAX || self.board.contains_key(&told.ticket_id) {
                let crowd = self.board.entry(told.ticket_id.clone()).or_default();
                let here: BTreeSet<&UserId> = told.people.iter().map(|presence| &presence.user_id).collect();
                crowd.keep_only(|user| here.contains(user));
                for presence in &told.people {
                    crowd.put(presence.user_id.clone(), Some(presence.clone()), now);
                }
            }
            named.push(told.ticket_id);
        }
        named
    }

    /// We are in the room again: whoever is there says so anew.
    pub(crate) fn rejoined(&mut self, ticket: &TicketId) {
        if self.rooms.get(ticket).is_some_and(Crowd::is_unknown) {
            self.rooms.remove(ticket);
        }
    }

    /// We are at the board again: it says anew who is where. Names the tickets of which it spoke before.
    pub(crate) fn board_rejoined(&mut self) -> Vec<TicketId> {
        std::mem::take(&mut self.board).into_keys().collect()
    }

    /// We left the room.
    pub(crate) fn left(&mut self, ticket: &TicketId) {
        self.rooms.remove(ticket);
    }

    /// Our link is back: of the rooms that are not entered again nothing more will be heard. Names the tickets whose
    /// faces are gone with them.
    pub(crate) fn give_up(&mut self, is_entered: impl Fn(&TicketId) -> bool) -> Vec<TicketId> {
        let gone = self.rooms.extract_if(.., |ticket, room| room.is_unknown() && !is_entered(ticket));
        gone.map(|(ticket, _)| ticket).collect()
    }

    /// Our link fell. Names the tickets whose faces look different now.
    pub(crate) fn fell(&mut self, now: i64) -> Vec<TicketId> {
        self.rooms.values_mut().for_each(|room| room.fell(now));
        self.board_fell(now);
        self.rooms.keys().chain(self.board.keys()).cloned().collect()
    }

    /// Nothing more comes from the board. Names the tickets of which it spoke.
    pub(crate) fn board_fell(&mut self, now: i64) -> Vec<TicketId> {
        self.board.values_mut().for_each(|crowd| crowd.fell(now));
        self.board.keys().cloned().collect()
    }

    /// One face per person, however many windows.
    pub(crate) fn faces(&self, ticket: &TicketId, me: Option<&UserId>, now: i64) -> Vec<Face> {
        let mut faces = BTreeMap::new();
        if let Some(room) = self.rooms.get(ticket) {
            room.add_to(&mut faces, now);
        }
        if let Some(crowd) = self.board.get(ticket) {
            crowd.add_to(&mut faces, now);
        }
        faces.into_iter().filter(|(user, _)| Some(*user) != me).map(|(_, face)| face).collect()
    }

    /// When the next face comes to look idle.
    pub(crate) fn next_idle(&self, now: i64) -> Option<i64> {
        let rooms = self.rooms.values().filter_map(|room| room.next_idle(now));
        rooms.chain(self.board.values().filter_map(|crowd| crowd.next_idle(now))).min()
    }

    /// Names the tickets where somebody came to look idle since it was last asked.
    pub(crate) fn turned_idle(&mut self, now: i64) -> Vec<TicketId> {
        let after = std::mem::replace(&mut self.looked_at, now);
        let rooms = self.rooms.iter().filter(|(_, room)| room.turned_idle(after, now)).map(|(id, _)| id);
        let board = self.board.iter().filter(|(_, crowd)| crowd.turned_idle(after, now)).map(|(id, _)| id);
        rooms.chain(board).cloned().collect()
    }
}

fn face(presence: &Presence, state: FaceState, since: i64) -> Face {
    Face {
        user: presence.user_id.to_string(),
        name: presence.display_name.to_string(),
        initials: initials(&presence.display_name),
        color: presence.color.to_string(),
        editing: None,
        state,
        since,
    }
}

/// Our own face; of ourselves nobody asks since when.
pub(crate) fn own_face(me: &Me) -> Face {
    face(&own_presence(me, None), FaceState::Here, 0)
}

/// What we say about ourselves in a ticket's room.
pub(crate) fn own_presence(me: &Me, editing: Option<Field>) -> Presence {
    Presence {
        user_id: me.user_id.clone(),
        display_name: me.display_name.clone(),
        avatar_url: me.avatar_url.clone(),
        color: face_color(&me.user_id).into(),
        editing_field: editing.and_then(shown_as),
    }
}

/// Under which name others see us in a field; some fields are never shown (LT-10).
fn shown_as(field: Field) -> Option<Field> {
    match field {
        Field::Subcategory => Some(Field::Category),
        Field::Team | Field::DueDate | Field::ResponseState => None,
        shown => Some(shown),
    }
}

/// The first letters of the first and the last name.
fn initials(name: &str) -> String {
    // What stands in brackets behind a name is no part of it.
    let mut words = name.split_whitespace().filter(|word| word.starts_with(char::is_alphanumeric));
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use callboard_model::TicketPresence;

    use super::*;

    fn presence(user: &str, name: &str, editing: Option<Field>) -> Presence {
        Presence {
            user_id: user.into(),
            display_name: name.into(),
            avatar_url: None,
            color: "#000000".into(),
            editing_field: editing,
        }
    }

    fn bob(editing: Option<Field>) -> Presence {
        presence("bob", "Bob van der Kessler", editing)
    }

    fn says(people: Vec<Presence>) -> Digest {
        Digest { presence: vec![TicketPresence { ticket_id: "t1".into(), people, more: 0 }] }
    }

    fn states(all: &Presences, now: i64) -> Vec<(FaceState, i64)> {
        all.faces(&"t1".into(), None, now).iter().map(|face| (face.state, face.since)).collect()
    }

    /// CO-1: whoever is simulated says so behind their name.
    #[test]
    fn initials_are_those_of_the_name_and_of_nothing_behind_it() {
        for (name, wanted) in [
            ("Bob Kessler (simulated)", "BK"),
            ("Anna Maria Öst", "AÖ"),
            ("nora", "N"),
            ("(?)", ""),
            ("", ""),
        ] {
            assert_eq!(initials(name), wanted, "{name}");
        }
    }

    /// LT-9.
    #[test]
    fn two_windows_of_one_person_are_one_face_and_our_own_is_none() {
        let mut all = Presences::default();
        let ticket = TicketId::from("t1");
        all.change(
            &ticket,
            vec![
                (ClientKey(1), Some(bob(None))),
                (ClientKey(2), Some(bob(Some(Field::Status)))),
                (ClientKey(3), Some(presence("me", "Me", None))),
            ],
            7,
        );
        // The board says the same a moment later.
        all.digested(says(vec![bob(None), presence("me", "Me", None)]), 8);
        let faces = all.faces(&ticket, Some(&"me".into()), 9);
        let [face] = faces.as_slice() else { panic!("one face, not {faces:?}") };
        assert_eq!((face.initials.as_str(), face.editing, face.since), ("BK", Some(Field::Status), 7));
        all.change(&ticket, vec![(ClientKey(1), None), (ClientKey(2), None)], 10);
        all.digested(says(Vec::new()), 11);
        assert_eq!(all.faces(&ticket, Some(&"me".into()), 12), []);
    }

    /// LT-9: never "still here" while nothing can tell, and with the age of what was known.
    #[test]
    fn while_our_link_is_down_faces_are_unknown_until_the_room_is_entered_again() {
        let mut all = Presences::default();
        let ticket = TicketId::from("t1");
        all.change(&ticket, vec![(ClientKey(1), Some(bob(None)))], 1);
        assert_eq!(all.fell(5), std::slice::from_ref(&ticket));
        all.fell(9);
        assert_eq!(states(&all, 10), [(FaceState::Unknown, 5)]);
        all.rejoined(&ticket);
        assert_eq!(states(&all, 10), []);
    }

    /// LT-9: people without a room of ours have a face too, until the board says otherwise or anew.
    #[test]
    fn the_board_says_who_is_at_tickets_whose_rooms_we_are_not_in() {
        let mut all = Presences::default();
        assert_eq!(all.digested(says(vec![bob(None), presence("lee", "Lee", None)]), 1), ["t1".into()]);
        all.digested(says(vec![bob(Some(Field::Title))]), 3);
        assert_eq!(states(&all, 4), [(FaceState::Here, 3)], "each message replaces the one before");
        all.digested(says(vec![bob(Some(Field::Title))]), 4);
        assert_eq!(states(&all, 4), [(FaceState::Here, 3)], "and saying the same is no movement");
        assert_eq!(all.fell(6), ["t1".into()]);
        assert_eq!(states(&all, 7), [(FaceState::Unknown, 6)]);
        assert_eq!(all.board_rejoined(), ["t1".into()]);
        assert_eq!(states(&all, 7), []);
    }

    /// LT-9: idle people look idle, and one of their windows that moves is enough to be here.
    #[test]
    fn whoever_moves_nothing_for_five_minutes_looks_idle() {
        let mut all = Presences::default();
        all.change(&"t1".into(), vec![(ClientKey(1), Some(bob(None)))], 1_000);
        assert_eq!(all.next_idle(2_000), Some(301_000));
        assert_eq!(all.turned_idle(300_999), []);
        assert_eq!(all.turned_idle(301_000), ["t1".into()]);
        assert_eq!(all.turned_idle(302_000), [], "named once");
        assert_eq!(states(&all, 301_000), [(FaceState::Idle, 1_000)]);
        assert_eq!(all.next_idle(301_000), None);
        all.change(&"t1".into(), vec![(ClientKey(2), Some(bob(None)))], 400_000);
        assert_eq!(states(&all, 400_000), [(FaceState::Here, 400_000)]);
    }
}
