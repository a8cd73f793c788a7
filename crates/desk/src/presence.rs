//! Who is in which ticket (LT-9, LT-10).
//!
//! **Invariant:** nothing about a person is held but what awareness says, and ourselves never.

use std::collections::BTreeMap;

use callboard_model::person::face_color;
use callboard_model::rest::Me;
use callboard_model::{Field, Presence, TicketId, UserId};

use crate::bridge::Face;
use crate::session::event::ClientKey;

/// The most windows remembered in one room; one more is not shown.
pub const CLIENTS_MAX: usize = 256;

/// Everybody's windows, by ticket.
#[derive(Debug, Default)]
pub(crate) struct Presences {
    rooms: BTreeMap<TicketId, Room>,
}

#[derive(Debug, Default)]
struct Room {
    clients: BTreeMap<ClientKey, Presence>,
    /// Our own link fell: whether they are still here is not known.
    unknown: bool,
}

impl Presences {
    /// Somebody came, moved or went.
    pub(crate) fn change(&mut self, ticket: &TicketId, changes: Vec<(ClientKey, Option<Presence>)>) {
        let room = self.rooms.entry(ticket.clone()).or_default();
        for (client, presence) in changes {
            match presence {
                Some(presence) if room.clients.len() < CLIENTS_MAX || room.clients.contains_key(&client) => {
                    room.clients.insert(client, presence);
                }
                Some(_) => {}
                None => {
                    room.clients.remove(&client);
                }
            }
        }
        if room.clients.is_empty() && !room.unknown {
            self.rooms.remove(ticket);
        }
    }

    /// We are in the room again: whoever is there says so anew.
    pub(crate) fn rejoined(&mut self, ticket: &TicketId) {
        if self.rooms.get(ticket).is_some_and(|room| room.unknown) {
            self.rooms.remove(ticket);
        }
    }

    /// We left the room.
    pub(crate) fn left(&mut self, ticket: &TicketId) {
        self.rooms.remove(ticket);
    }

    /// Our link is back: of the rooms that are not entered again nothing more will be heard. Names the tickets whose
    /// faces are gone with them.
    pub(crate) fn give_up(&mut self, is_entered: impl Fn(&TicketId) -> bool) -> Vec<TicketId> {
        let gone = self.rooms.extract_if(.., |ticket, room| room.unknown && !is_entered(ticket));
        gone.map(|(ticket, _)| ticket).collect()
    }

    /// Our link fell. Names the tickets whose faces look different now.
    pub(crate) fn fell(&mut self) -> Vec<TicketId> {
        for room in self.rooms.values_mut() {
            room.unknown = true;
        }
        self.rooms.keys().cloned().collect()
    }

    /// One face per person, however many windows; the one with the field, where there is one.
    pub(crate) fn faces(&self, ticket: &TicketId, me: Option<&UserId>) -> Vec<Face> {
        let Some(room) = self.rooms.get(ticket) else { return Vec::new() };
        let mut faces: BTreeMap<&UserId, Face> = BTreeMap::new();
        for presence in room.clients.values().filter(|presence| Some(&presence.user_id) != me) {
            let face = faces.entry(&presence.user_id).or_insert_with(|| face(presence, room.unknown));
            face.editing = face.editing.or(presence.editing_field);
        }
        faces.into_values().collect()
    }
}

fn face(presence: &Presence, unknown: bool) -> Face {
    Face {
        user: presence.user_id.to_string(),
        name: presence.display_name.to_string(),
        initials: initials(&presence.display_name),
        color: presence.color.to_string(),
        editing: None,
        unknown,
    }
}

/// Our own face.
pub(crate) fn own_face(me: &Me) -> Face {
    Face {
        user: me.user_id.to_string(),
        name: me.display_name.to_string(),
        initials: initials(&me.display_name),
        color: face_color(&me.user_id).into(),
        editing: None,
        unknown: false,
    }
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
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
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

    /// LT-9.
    #[test]
    fn two_windows_of_one_person_are_one_face_and_our_own_is_none() {
        let mut all = Presences::default();
        let ticket = TicketId::from("t1");
        let bob = |editing| Some(presence("bob", "Bob van der Kessler", editing));
        all.change(
            &ticket,
            vec![
                (ClientKey(1), bob(None)),
                (ClientKey(2), bob(Some(Field::Status))),
                (ClientKey(3), Some(presence("me", "Me", None))),
            ],
        );
        let faces = all.faces(&ticket, Some(&"me".into()));
        let [face] = faces.as_slice() else { panic!("one face, not {faces:?}") };
        assert_eq!((face.initials.as_str(), face.editing), ("BK", Some(Field::Status)));
        all.change(&ticket, vec![(ClientKey(1), None), (ClientKey(2), None)]);
        assert_eq!(all.faces(&ticket, Some(&"me".into())), []);
    }

    /// LT-9: never "still here" while nothing can tell.
    #[test]
    fn while_our_link_is_down_faces_are_unknown_until_the_room_is_entered_again() {
        let mut all = Presences::default();
        let ticket = TicketId::from("t1");
        all.change(&ticket, vec![(ClientKey(1), Some(presence("bob", "Bob", None)))]);
        assert_eq!(all.fell(), std::slice::from_ref(&ticket));
        assert!(all.faces(&ticket, None)[0].unknown);
        all.rejoined(&ticket);
        assert_eq!(all.faces(&ticket, None), []);
    }
}
