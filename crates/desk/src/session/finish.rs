//! The end of every step: what is new is shown, and then what may be sent is sent.
//!
//! **Invariant:** the work here follows from what was touched, never from how many tickets there are.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use callboard_model::rest::TicketChanges;
use callboard_model::{EditId, Field, TicketId};

use super::Session;
use super::effect::{Effect, Request, Timer};
use super::turn::Turn;
use crate::bridge::{Counts, LinkView};
use crate::edits::lane;
use crate::edits::work::Stage;
use crate::row::{Eyes, row};
use crate::ticket_view::{Sources, ticket_view};

/// The most saves on their way at once; further ones wait, oldest first.
const SAVES_MAX: usize = 8;

/// What may be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outgoing {
    Edit(EditId),
    Saying(EditId),
}

impl Session {
    pub(super) fn finish(&mut self, turn: &mut Turn<'_>) {
        let mut saves = self.saves(turn);
        saves.extend(self.plans_ready());
        self.visit(turn);
        self.follow_watched();
        while let Some(ticket) = self.next_fetch() {
            self.ask(turn, Request::Ticket(ticket));
        }
        self.lists.is_stale |= !self.touched.is_empty();
        self.ask_customers(turn);
        while let Some(question) = self.next_talk().or_else(|| self.next_plans()) {
            self.ask(turn, question);
        }
        self.ask_events(turn);
        self.turn_plans(turn);
        for ticket in std::mem::take(&mut self.touched) {
            self.keep_drafts(turn, &ticket);
            self.look_for_needs(turn, &ticket);
            self.show_ourselves(turn, &ticket);
            self.draw(turn, &ticket);
            self.tell_talk(turn, &ticket);
            self.tell_plans(turn, &ticket);
            self.judge_bulks(&ticket);
            self.bury(&ticket);
        }
        self.alert(turn);
        self.count();
        self.windows.tell(&self.common, turn.effects());
        self.name_chips(turn);
        if self.board.settle(turn.now.uptime) {
            self.board_moved(turn);
        }
        self.board.flush(turn.effects());
        self.tell_lists(turn);
        self.tell_events(turn);
        self.arm_clock(turn);
        self.arm_settling(turn);
        self.arm_faces(turn);
        self.arm_poll(turn);
        // Durable, then visible, then sent.
        turn.extend(saves);
    }

    fn next_fetch(&mut self) -> Option<TicketId> {
        let may_ask = self.reach.is_open() && self.me.is_some();
        if may_ask { self.stale.next() } else { None }
    }

    /// Takes the edits and comments that may be sent now, oldest first.
    fn saves(&mut self, turn: &mut Turn<'_>) -> Vec<Effect> {
        if !self.reach.is_open() || self.me.is_none() || self.in_flight.len() >= SAVES_MAX {
            return Vec::new();
        }
        let mut ready = Vec::new();
        let may_send = |ticket: &TicketId| {
            let is_there = self.tickets.get(ticket).is_some_and(|known| !known.is_lost);
            is_there && !self.unproven.contains(ticket)
        };
        for (ticket, fields) in self.edits.tickets().filter(|(ticket, _)| may_send(ticket)) {
            if let Some(known) = self.tickets.ticket(ticket) {
                let unsaid = self.edits.sayings.unsaid_since(ticket);
                let edits = lane::ready(fields, |field| known.value(field), unsaid);
                ready.extend(edits.into_iter().map(|(order, id)| (order, Outgoing::Edit(id))));
            }
        }
        for ticket in self.edits.sayings.tickets().filter(|ticket| may_send(ticket)) {
            let next = self.edits.sayings.ready(ticket);
            ready.extend(next.map(|saying| (saying.order, Outgoing::Saying(saying.id))));
        }
        ready.sort_unstable();
        ready.truncate(SAVES_MAX - self.in_flight.len());
        self.retain_checked(&mut ready);
        let send = |(_, what)| match what {
            Outgoing::Edit(id) => self.save(turn, id),
            Outgoing::Saying(id) => self.say(turn, id),
        };
        ready.into_iter().filter_map(send).collect()
    }

    /// Only edits of tickets that may be written now: others are read first.
    fn retain_checked(&mut self, ready: &mut Vec<(u64, Outgoing)>) {
        let edited = |what: &Outgoing| match what {
            Outgoing::Edit(id) => self.edits.owner(*id).map(|(ticket, _)| ticket.clone()),
            Outgoing::Saying(_) => None,
        };
        let tickets: BTreeSet<TicketId> = ready.iter().filter_map(|(_, what)| edited(what)).collect();
        let held: BTreeSet<_> = tickets.into_iter().filter(|ticket| !self.passes_check(ticket)).collect();
        self.forget_passed();
        ready.retain(|(_, what)| match what {
            Outgoing::Edit(id) => self.edits.owner(*id).is_none_or(|(ticket, _)| !held.contains(ticket)),
            Outgoing::Saying(_) => true,
        });
    }

    fn save(&mut self, turn: &mut Turn<'_>, id: EditId) -> Option<Effect> {
        let (ticket, field) = self.edits.owner(id)?.clone();
        let edit = self.edits.edit_mut(id)?;
        if edit.is_moved {
            let old = edit.clone();
            self.store_again(turn, &old, old.seen.clone(), old.resends);
            return None;
        }
        edit.stage = Stage::InFlight;
        edit.is_sent = true;
        let mut fields: BTreeMap<_, _> = [(field, edit.mine.clone())].into();
        if field == Field::Board {
            // A ticket that moves needs a status of the board to which it moves.
            let status = self.tickets.ticket(&ticket).map(|ticket| ticket.value(Field::Status));
            let status = status.and_then(|status| self.names.status_on(&edit.mine, &status));
            fields.extend(status.map(|status| (Field::Status, status)));
        }
        let changes = TicketChanges { fields, client_version: edit.seen.version };
        self.in_flight.insert(id);
        self.touched.insert(ticket.clone());
        Some(Effect::Ask(self.next_request(), Request::Save { edit: id, ticket, changes }))
    }

    /// Builds a ticket's row and views anew.
    fn draw(&mut self, turn: &mut Turn<'_>, ticket: &TicketId) {
        let Some(known) = self.tickets.get(ticket) else { return };
        let me = self.me.as_ref().map(|me| &me.user_id);
        let faces = self.presences.faces(ticket, me, turn.wall_ms());
        let is_mine = !known.is_lost
            && !known.ticket.status_is_closed
            && known.ticket.assigned_to.as_ref() == me
            && me.is_some();
        if is_mine {
            self.mine.insert(ticket.clone())
        } else {
            self.mine.remove(ticket)
        };
        if self.windows.is_open(ticket) {
            let sources = Sources {
                known,
                edits: &self.edits,
                drafts: &self.drafts,
                names: &self.names,
                faces: faces.clone(),
                is_live: self.is_live(),
                now: self.clock.now_ms(turn.now.wall),
            };
            self.windows.tell_ticket(&ticket_view(&sources), turn.effects());
        }
        if !known.is_lost {
            let user = self.recalled.as_ref().map(|me| &me.user_id);
            let eyes = Eyes { user, is_watched: self.watched.tickets.contains(ticket), faces };
            self.board.put(row(known, &self.edits, &self.names, eyes));
            self.board_moved(turn);
        }
    }

    /// A lost ticket is kept while somebody looks at it or has work on it.
    fn bury(&mut self, ticket: &TicketId) {
        let is_lost = self.tickets.get(ticket).is_some_and(|known| known.is_lost);
        if is_lost
            && !self.windows.is_open(ticket)
            && self.edits.of(ticket).is_none()
            && self.edits.sayings.of(ticket).is_empty()
            && self.edits.sayings.typed(ticket).is_none()
            && !self.planning.has_work(ticket)
        {
            self.tickets.forget(ticket);
            self.mine.remove(ticket);
            self.floors.remove(ticket);
        }
    }

    fn count(&mut self) {
        let (queued, needs_you) = self.edits.counts(|ticket| self.tickets.ticket(ticket));
        let (rooms, unread) = (self.rooms.joined(), self.alerts.unread().count());
        self.common.counts = Counts { queued, needs_you, rooms, unread, ..self.board.counts() };
        let lag = self.live.lag.map(|lag| u32::try_from(lag.as_millis()).unwrap_or(u32::MAX));
        self.common.link = LinkView {
            live: self.live.live,
            reach: self.reach.reach,
            saving: self.saving,
            since: self.live.since,
            lag,
            clock_offset: self.clock.offset_ms(),
            support: self.support,
            quiet: self.policy.quiet,
            polling: self.policy.polling,
        };
    }

    /// What waited while the person was choosing goes to its place when its time has come (RB-8).
    fn arm_settling(&mut self, turn: &mut Turn<'_>) {
        let next = self.board.settles_at();
        if next == self.settling_armed {
            return;
        }
        self.settling_armed = next;
        match next {
            Some(at) => turn.arm(Timer::Settle, at.saturating_sub(turn.now.uptime)),
            None => turn.push(Effect::Disarm(Timer::Settle)),
        }
    }

    /// Some row turns red with no view open (CO-9).
    fn arm_clock(&mut self, turn: &mut Turn<'_>) {
        let now = self.clock.now_ms(turn.now.wall);
        let next = self.board.next_boundary(now).into_iter().chain(self.planning.turns_at()).min();
        if next == self.clock_armed {
            return;
        }
        self.clock_armed = next;
        match next {
            Some(at) => {
                let wait = u64::try_from(at - now).unwrap_or_default().max(1);
                turn.arm(Timer::Clock, Duration::from_millis(wait));
            }
            None => turn.push(Effect::Disarm(Timer::Clock)),
        }
    }
}
