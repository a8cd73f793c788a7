//! The whole list once, and from then on only what changed: one delta request after every gap (LT-15).
//!
//! **Invariant:** the cursor never moves past a change that was neither heard live nor read from the feed.

use std::collections::BTreeSet;

use callboard_model::rest::{Changes, Pagination};
use callboard_model::{ClientId, Field, Ticket, TicketId};

use super::Session;
use super::effect::{Effect, Keep, Request, RequestId, Timer};
use super::event::{Answer, Customer, Failure, Lookups};
use super::turn::Turn;
use crate::alerts::away::Missed;
use crate::backoff::BACKOFF_MAX;
use crate::bridge::{Live, Support};
use crate::lookups::Names;
use crate::presence::own_face;
use crate::refresh::Rumour;
use crate::row;

/// When so many tickets changed in one gap, the list is read again instead of each of them.
const CHANGED_MAX: usize = 500;

/// How far the session is with reading what there is.
#[derive(Debug, Default)]
pub(super) struct Feed {
    /// The last change that we know of; `None` against a stock server.
    pub cursor: Option<u64>,
    /// The list that is being read.
    pub load: Option<Load>,
    /// The list has to be read again, from a new cursor.
    pub wants_reload: bool,
    /// Somebody asked to catch up, and what is under way has to end first.
    pub then_catch_up: bool,
    /// Since the socket opened nobody asked to catch up.
    pub is_behind: bool,
    /// Hints were missed that the feed has not told yet.
    pub has_gap: bool,
    asked_hello: bool,
    asked_lookups: bool,
    has_lookups: bool,
    /// The whole list was read once: what appears from now on is new.
    pub is_loaded: bool,
    asked_customers: BTreeSet<ClientId>,
    catching: bool,
    changed: usize,
}

/// The list, half read.
#[derive(Debug)]
pub(super) struct Load {
    page: u32,
    is_asked: bool,
    seen: BTreeSet<TicketId>,
}

impl Session {
    pub(super) fn ask_hello(&mut self, turn: &mut Turn<'_>) {
        if !std::mem::replace(&mut self.feed.asked_hello, true) {
            self.ask(turn, Request::Hello);
        }
    }

    /// The server says who we are.
    pub(super) fn on_hello(&mut self, turn: &mut Turn<'_>, outcome: Result<Answer, Failure>) {
        self.feed.asked_hello = false;
        let (me, capabilities) = match outcome {
            Ok(Answer::Hello { me, capabilities }) => (me, capabilities),
            Err(Failure::Unreachable | Failure::Broken | Failure::Busy(_) | Failure::SignedOut) => return,
            // It answers, but not this; perhaps it will.
            Ok(_) | Err(_) => return turn.arm(Timer::Hello, BACKOFF_MAX),
        };
        let is_first = self.me.is_none();
        self.keep_me(turn, &me);
        self.common.me = Some(own_face(&me));
        self.me = Some(me);
        self.support = if capabilities.is_some() { Support::Full } else { Support::BestEffort };
        self.rooms.is_dirty = true;
        self.ask_lookups(turn);
        if is_first {
            // Which of them are ours is known only now.
            self.touched.extend(self.tickets.ids().cloned());
            self.connect(turn);
        }
        if is_first || std::mem::take(&mut self.feed.wants_reload) {
            self.feed.cursor = capabilities.and_then(|capabilities| capabilities.seq);
            self.feed.load = Some(Load { page: 1, is_asked: false, seen: BTreeSet::new() });
            self.ask_page(turn);
        } else {
            self.attempt(turn);
        }
    }

    /// Asks for the lists behind the pickers, until we have them.
    pub(super) fn ask_lookups(&mut self, turn: &mut Turn<'_>) {
        if self.me.is_some()
            && !self.feed.has_lookups
            && !std::mem::replace(&mut self.feed.asked_lookups, true)
        {
            self.ask(turn, Request::Lookups);
        }
    }

    pub(super) fn on_lookups(&mut self, turn: &mut Turn<'_>, outcome: Result<Answer, Failure>) {
        self.feed.asked_lookups = false;
        if let Ok(Answer::Lookups(lookups)) = outcome {
            self.feed.has_lookups = true;
            turn.push(Effect::Keep(Keep::Lookups(Box::new(lookups.clone()))));
            self.name(lookups);
        }
    }

    pub(super) fn name(&mut self, lookups: Lookups) {
        self.names = Names::new(lookups);
        self.common.boards = self.names.boards();
        self.chips_renamed();
        self.touched.extend(self.tickets.ids().cloned());
    }

    /// Asks what can be chosen of the customers of the tickets that are open, once each.
    pub(super) fn ask_customers(&mut self, turn: &mut Turn<'_>) {
        if !self.reach.is_open() || self.me.is_none() {
            return;
        }
        let open = self.windows.open_tickets().filter(|ticket| self.touched.contains(*ticket));
        let known = open.filter_map(|ticket| self.tickets.get(ticket)).filter(|known| !known.is_lost);
        let clients = known.filter_map(|known| {
            let client = row::shown(&known.ticket, &self.edits, Field::Client);
            client.as_text().map(ClientId::from)
        });
        let is_new = |client: &ClientId| {
            !self.names.knows_customer(client) && !self.feed.asked_customers.contains(client)
        };
        for client in clients.filter(is_new).collect::<BTreeSet<_>>() {
            self.feed.asked_customers.insert(client.clone());
            self.ask(turn, Request::Customer(client));
        }
    }

    pub(super) fn on_customer(&mut self, client: &ClientId, outcome: Result<Answer, Failure>) {
        self.feed.asked_customers.remove(client);
        let customer = match outcome {
            Ok(Answer::Customer(customer)) => customer,
            Err(Failure::Unreachable | Failure::Broken | Failure::Busy(_) | Failure::SignedOut) => return,
            // It answers, but not this: there is nothing to choose.
            Ok(_) | Err(_) => Customer::default(),
        };
        self.names.put_customer(client.clone(), customer);
        self.touched.extend(self.windows.open_tickets().cloned());
    }

    pub(super) fn ask_page(&mut self, turn: &mut Turn<'_>) {
        if let Some(load) = self.feed.load.as_mut().filter(|load| !load.is_asked) {
            load.is_asked = true;
            let page = load.page;
            self.ask(turn, Request::Tickets { page });
        }
    }

    /// A page of the list came, or did not.
    pub(super) fn on_page(
        &mut self,
        turn: &mut Turn<'_>,
        asked: RequestId,
        outcome: Result<Answer, Failure>,
    ) {
        let Some(load) = &mut self.feed.load else { return };
        load.is_asked = false;
        match outcome {
            Ok(Answer::Tickets { tickets, pagination }) => self.read_page(turn, asked, tickets, pagination),
            Err(Failure::Unreachable | Failure::Broken | Failure::Busy(_) | Failure::SignedOut) => {}
            Ok(_) | Err(_) => self.feed.load = None,
        }
    }

    fn read_page(
        &mut self,
        turn: &mut Turn<'_>,
        asked: RequestId,
        tickets: Vec<Ticket>,
        pagination: Pagination,
    ) {
        if let Some(load) = &mut self.feed.load {
            load.seen.extend(tickets.iter().map(|ticket| ticket.ticket_id.clone()));
            load.page = pagination.page + 1;
        }
        for ticket in tickets {
            self.confirm(turn, asked, ticket, None);
        }
        self.rooms.is_dirty = true;
        if pagination.has_next {
            self.ask_page(turn);
        } else {
            self.loaded(turn);
        }
    }

    /// The list is read. What we knew and it does not name is asked for: pages shift while they are read.
    fn loaded(&mut self, turn: &mut Turn<'_>) {
        let Some(load) = self.feed.load.take() else { return };
        self.talks.heard_everywhere();
        self.planning.want_everywhere();
        self.feed.is_loaded = true;
        let known = self.tickets.ids().chain(&self.unproven);
        for missing in known.filter(|ticket| !load.seen.contains(*ticket)) {
            if self.tickets.get(missing).is_none_or(|known| !known.is_lost) {
                self.stale.want(missing);
            }
        }
        self.keep_proof(turn);
        self.close_gap(turn);
    }

    /// How far we are with what we missed.
    pub(super) fn missed(&self) -> Missed {
        let feed = &self.feed;
        let is_listing = feed.catching || feed.load.is_some() || feed.wants_reload || feed.then_catch_up;
        if is_listing && self.reach.is_open() {
            Missed::Listing
        } else if is_listing || self.stale.is_busy() {
            Missed::Fetching
        } else {
            Missed::Nothing
        }
    }

    /// One delta request; without a cursor, the whole list.
    pub(super) fn catch_up(&mut self, turn: &mut Turn<'_>) {
        if self.feed.load.is_some() || self.feed.wants_reload || self.feed.catching {
            self.feed.then_catch_up = true;
            return;
        }
        let Some(since) = self.feed.cursor else { return self.reload(turn) };
        (self.feed.catching, self.feed.changed) = (true, 0);
        self.ask(turn, Request::Changes { since });
    }

    /// Reads the whole list again, from a new cursor.
    fn reload(&mut self, turn: &mut Turn<'_>) {
        self.feed.wants_reload = true;
        self.ask_hello(turn);
    }

    /// What changed in the gap.
    pub(super) fn on_changes(&mut self, turn: &mut Turn<'_>, outcome: Result<Answer, Failure>) {
        self.feed.catching = false;
        match outcome {
            Ok(Answer::Changes(changes)) => self.read_changes(turn, &changes),
            Err(Failure::Unreachable | Failure::Broken | Failure::Busy(_) | Failure::SignedOut) => {}
            Ok(_) | Err(_) => self.reload(turn),
        }
    }

    fn read_changes(&mut self, turn: &mut Turn<'_>, changes: &Changes) {
        for record in &changes.data {
            let ticket = &record.ticket_id;
            self.heard_talk(ticket, &record.updated_fields);
            self.missed_plans(ticket, &record.updated_fields);
            if record.deleted {
                self.lose(turn, ticket);
            } else if self.is_news(ticket, Some(record.version)) {
                let (fields, who) = (&record.updated_fields, &record.updated_by);
                let rumour = Rumour { fields, who, at: record.updated_at, version: Some(record.version) };
                self.stale.hear(ticket, &rumour);
                self.stale.want(ticket);
                self.feed.changed += 1;
            }
        }
        self.feed.cursor = self.feed.cursor.max(Some(changes.next));
        if self.feed.changed > CHANGED_MAX {
            self.reload(turn);
        } else if changes.has_more {
            self.feed.catching = true;
            self.ask(turn, Request::Changes { since: changes.next });
        } else {
            self.caught_up(turn);
        }
    }

    /// Whatever is not named by the feed is as we know it: its edits stand on firm ground.
    fn caught_up(&mut self, turn: &mut Turn<'_>) {
        let unproven = std::mem::take(&mut self.unproven);
        for ticket in unproven {
            if self.tickets.get(&ticket).is_none() {
                self.stale.want(&ticket);
            }
            if self.stale.is_stale(&ticket) {
                self.unproven.insert(ticket);
            }
        }
        self.close_gap(turn);
    }

    /// What was missed is known now, unless more was missed meanwhile.
    fn close_gap(&mut self, turn: &mut Turn<'_>) {
        if std::mem::take(&mut self.feed.then_catch_up) {
            self.catch_up(turn);
        } else if !self.feed.is_behind {
            self.feed.has_gap = false;
        }
    }

    /// A hint was heard live: the cursor follows, unless a gap before it is still open.
    pub(super) fn advance_cursor(&mut self, seq: Option<u64>) {
        let is_gapless = self.live.live == Live::Live
            && !self.feed.has_gap
            && !self.feed.wants_reload
            && self.feed.load.is_none();
        if let Some((cursor, seq)) = self.feed.cursor.as_mut().zip(seq).filter(|_| is_gapless) {
            *cursor = seq.max(*cursor);
        }
    }
}
