//! What the board is told of who is where.
//!
//! Faces move often and boards are large, so what moved is gathered for a moment and told ticket by ticket: each time
//! all who are there, and no more than a row of a board can show. A newcomer is told of every ticket where somebody is.
//!
//! **Invariant:** a member of the board is told of no ticket that they may not see.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use callboard_model::person::Awareness;
use callboard_model::{Presence, Room, TenantId, TicketId, TicketPresence, UserId};
use callboard_wire::{self as wire, Address, encode_stateless};

use super::super::limits::{DIGEST_PEOPLE, DIGEST_TICKETS, GATHERED_ROOMS};
use super::hints::board_room;
use super::members::Members;
use super::{Hub, News};
use crate::auth::access::{Access, Placement};
use crate::bus::Face;

/// What is to be told of one ticket.
struct Line {
    placement: Option<Arc<Placement>>,
    json: Arc<str>,
}

impl Hub {
    /// Whether there is something to gather.
    pub(in crate::rooms) fn has_news(&self) -> bool {
        !self.news.is_empty()
    }

    /// Tells boards what moved since the last time, a bounded part of it, and returns what other processes are to be
    /// told.
    pub(in crate::rooms) fn gather(&mut self) -> Vec<Face> {
        let mut names: Vec<_> = self.news.keys().take(GATHERED_ROOMS).cloned().collect();
        // The order of a map is another in every process; what is said is not.
        names.sort_unstable();
        let mut boards: BTreeMap<TenantId, Vec<Line>> = BTreeMap::new();
        let mut faces = Vec::new();
        for name in names {
            let Some(News { placement, entries }) = self.news.remove(&name) else { continue };
            let Some(Room::Ticket(tenant, ticket)) = Room::parse(&name) else { continue };
            if let Some(json) = self.moved(&name, &ticket) {
                let line = Line { placement: placement.clone(), json };
                boards.entry(tenant.clone()).or_default().push(line);
            }
            faces.extend(
                entries
                    .into_iter()
                    .filter_map(|entry| Face::of(&tenant, &ticket, placement.as_deref(), &entry)),
            );
        }
        for (tenant, lines) in boards {
            self.tell_board(&tenant, &lines);
        }
        faces
    }

    /// The new line of a ticket's room; `None` if it is what it was, as after a renewal.
    fn moved(&mut self, name: &str, ticket: &TicketId) -> Option<Arc<str>> {
        let nobody = || line(ticket, &[]).map(Arc::<str>::from);
        let Some(shown) = self.rooms.get_mut(name).and_then(Members::shown_mut) else { return nobody() };
        let present = shown.seats.present();
        let json: Option<Arc<str>> =
            if present.is_empty() { None } else { line(ticket, &present).map(Into::into) };
        if json == shown.digest {
            return None;
        }
        shown.digest.clone_from(&json);
        json.or_else(nobody)
    }

    fn tell_board(&mut self, tenant: &TenantId, lines: &[Line]) {
        let name = board_room(tenant);
        let Some(members) = self.rooms.get(&*name) else { return };
        for part in lines.chunks(DIGEST_TICKETS) {
            // People with the same access are told the same.
            let mut told: Vec<(&Access, Option<Bytes>)> = Vec::new();
            for member in &members.all {
                let access = &member.guest.caller.access;
                let plain = member.address.as_str().len() == name.len();
                let known =
                    told.iter().find(|(known, _)| plain && *known == access).map(|(_, frame)| frame.clone());
                let frame = known.unwrap_or_else(|| {
                    let seen = part.iter().filter(|line| member.guest.sees(line.placement.as_deref()));
                    digest(&member.address, seen.map(|line| &*line.json))
                });
                if plain && !told.iter().any(|(known, _)| *known == access) {
                    told.push((access, frame.clone()));
                }
                if let Some(frame) = frame {
                    self.given.frame(&member.outgoing, frame);
                }
            }
        }
    }

    /// Tells the latest member of a board where everybody is.
    pub(super) fn tell_newcomer(&mut self, tenant: &TenantId, board: &str) {
        let Some(newcomer) = self.rooms.get(board).and_then(|members| members.all.last()) else { return };
        let prefix = format!("ticket:{tenant}:");
        let mut rooms: Vec<_> = self.watched.keys().filter(|name| name.starts_with(&prefix)).collect();
        rooms.sort_unstable();
        let lines: Vec<_> = rooms
            .into_iter()
            .filter_map(|name| self.rooms.get(name))
            .filter(|members| newcomer.guest.sees(members.placement.as_deref()))
            .filter_map(|members| members.shown()?.digest.clone())
            .collect();
        for part in lines.chunks(DIGEST_TICKETS) {
            if let Some(frame) = digest(&newcomer.address, part.iter().map(|line| &**line)) {
                self.given.frame(&newcomer.outgoing, frame);
            }
        }
    }
}

/// One message of several lines.
fn digest<'a>(address: &Address, lines: impl Iterator<Item = &'a str>) -> Option<Bytes> {
    let mut json = String::from(r#"{"presence":["#);
    let empty = json.len();
    for line in lines {
        if json.len() > empty {
            json.push(',');
        }
        json.push_str(line);
    }
    (json.len() > empty).then(|| {
        json.push_str("]}");
        Bytes::from(encode_stateless(address, &json))
    })
}

/// Everybody who is there, one face per person: who has two windows is seen where they edit.
fn line(ticket: &TicketId, present: &[wire::Entry]) -> Option<String> {
    let mut people: BTreeMap<UserId, Presence> = BTreeMap::new();
    for state in present.iter().filter_map(|entry| entry.state.as_deref()) {
        let Ok(Awareness { user }) = serde_json::from_str(state) else { continue };
        match people.get_mut(&user.user_id) {
            Some(known) => known.editing_field = known.editing_field.or(user.editing_field),
            None => drop(people.insert(user.user_id.clone(), user)),
        }
    }
    let mut people: Vec<_> = people.into_values().collect();
    people.sort_by_key(|person| person.editing_field.is_none());
    let more = people.len().saturating_sub(DIGEST_PEOPLE);
    people.truncate(DIGEST_PEOPLE);
    serde_json::to_string(&TicketPresence { ticket_id: ticket.clone(), people, more }).ok()
}
