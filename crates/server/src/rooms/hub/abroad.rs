//! Who is in the rooms of other processes.
//!
//! Their faces sit in our rooms like everybody's, so members here, newcomers and boards are told of them as of any
//! other. What is kept beside is only which process vouched for whom: a process that falls silent takes its faces with it.
//!
//! **Invariant:** what was heard from abroad is never told abroad, so nothing goes in circles.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use callboard_model::Room;
use callboard_wire::{self as wire, ClientId, Seat};

use super::super::limits::{FACES_ABROAD, NODE_SILENT};
use super::Hub;
use super::hints::ticket_room;
use crate::bus::{Face, Node};

/// Connections of other processes are numbered by their clients, apart from ours.
const ABROAD: u64 = 1 << 63;

/// The other processes.
#[derive(Debug, Default)]
pub(super) struct Abroad {
    listens: bool,
    nodes: HashMap<Node, Known>,
    /// Faces of all of them.
    faces: usize,
}

#[derive(Debug, Default)]
struct Known {
    heard: Duration,
    faces: HashMap<Arc<str>, Vec<ClientId>>,
}

impl Abroad {
    /// Whether there is anybody to tell.
    pub(super) fn listens(&self) -> bool {
        self.listens
    }

    /// Whether there is room for a face that is there already or is new.
    fn has_room(&self) -> bool {
        self.faces < FACES_ABROAD
    }

    fn note(&mut self, now: Duration, node: &Node, room: &Arc<str>, client: ClientId) {
        self.drop_client(room, client);
        let known = self.nodes.entry(Arc::clone(node)).or_default();
        known.heard = now;
        known.faces.entry(Arc::clone(room)).or_default().push(client);
        self.faces += 1;
    }

    fn drop_client(&mut self, room: &str, client: ClientId) {
        for known in self.nodes.values_mut() {
            let Some(clients) = known.faces.get_mut(room) else { continue };
            let before = clients.len();
            clients.retain(|known| *known != client);
            self.faces -= before - clients.len();
            if clients.is_empty() {
                known.faces.remove(room);
            }
        }
    }

    /// These are not here any more, whoever vouched for them.
    pub(super) fn forget(&mut self, room: &str, gone: &[wire::Entry]) {
        for entry in gone {
            self.drop_client(room, entry.client);
        }
    }
}

impl Hub {
    /// From now on there are other processes that want to be told.
    pub(in crate::rooms) fn listen_abroad(&mut self) {
        self.abroad.listens = true;
    }

    /// Another process says that it is there.
    pub(in crate::rooms) fn node_lives(&mut self, now: Duration, node: &Node) {
        self.abroad.nodes.entry(Arc::clone(node)).or_default().heard = now;
    }

    /// Another process says who is in its rooms, or has gone from them.
    pub(in crate::rooms) fn heard_abroad(&mut self, now: Duration, node: &Node, faces: &[Face]) {
        self.node_lives(now, node);
        for face in faces {
            self.show_foreign(now, node, face);
        }
    }

    fn show_foreign(&mut self, now: Duration, node: &Node, face: &Face) {
        let name = ticket_room(&face.tenant, &face.ticket);
        let Some(entry) = face.entry() else { return };
        let here = entry.state.is_some();
        let name: Arc<str> = match self.rooms.get_key_value(&*name) {
            Some((name, _)) => Arc::clone(name),
            None if here && self.abroad.has_room() => name.into(),
            None => return,
        };
        let members = self.rooms.entry(Arc::clone(&name)).or_default();
        if members.placement.is_none() {
            members.placement = face.placement().map(|place| self.places.shared(place));
        }
        let user = face.user.as_ref().map_or("", |user| user.user_id.as_str());
        let connection = ABROAD | entry.client.0;
        let news = if here {
            members.admit(now, &Seat { connection, user: user.into() }, std::slice::from_ref(&entry))
        } else {
            members.vacate(now, connection)
        };
        if news.is_empty() {
            return self.forget_if_empty(&name);
        }
        if here {
            self.abroad.note(now, node, &name, entry.client);
        } else {
            self.abroad.drop_client(&name, entry.client);
        }
        self.watch(now, &name, &news);
        self.changed(&name, &news, false);
        self.forget_if_empty(&name);
    }

    /// Another process is gone, and everybody who was there.
    pub(in crate::rooms) fn node_gone(&mut self, now: Duration, node: &Node) {
        let Some(known) = self.abroad.nodes.remove(node) else { return };
        for (name, clients) in known.faces {
            self.abroad.faces -= clients.len();
            let Some(members) = self.rooms.get_mut(&name) else { continue };
            let gone: Vec<_> =
                clients.iter().flat_map(|client| members.vacate(now, ABROAD | client.0)).collect();
            self.changed(&name, &gone, false);
            self.forget_if_empty(&name);
        }
    }

    /// Gives up processes that were not heard of for too long.
    pub(in crate::rooms) fn expire_nodes(&mut self, now: Duration) {
        let silent =
            self.abroad.nodes.iter().filter(|(_, known)| now.saturating_sub(known.heard) >= NODE_SILENT);
        for node in silent.map(|(node, _)| Arc::clone(node)).collect::<Vec<_>>() {
            tracing::warn!(%node, "another process fell silent; whoever was in its rooms is shown no more");
            self.node_gone(now, &node);
        }
    }

    /// Everybody who shows a face in a ticket's room of this process: what a new process is told.
    pub(in crate::rooms) fn faces_here(&self) -> Vec<Face> {
        let mut faces = Vec::new();
        for name in self.watched.keys() {
            let Some(Room::Ticket(tenant, ticket)) = Room::parse(name) else { continue };
            let Some(members) = self.rooms.get(name) else { continue };
            let Some(shown) = members.shown() else { continue };
            let here = shown.seats.present_through(|connection| connection & ABROAD == 0);
            let placement = members.placement.as_deref();
            faces.extend(here.filter_map(|entry| Face::of(&tenant, &ticket, placement, &entry)));
        }
        faces
    }
}
