//! Somebody who was let in: what they listen to, and what wakes them.
//!
//! **Invariant:** what wakes them is what they listen to, at every moment.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::{BoardId, TicketId};
use tokio::time::Instant;

use super::limits::{ACCESS_CHECKED_EVERY, BOARD_GATHERED_FOR, BOARD_TICKETS_MAX};
use super::name::Channel;
use super::proof::Grant;
use super::told_of::Once;
use crate::auth::{Access, Caller, Placement};
use crate::gateways::crowd::Subscribed;
use crate::gateways::tail::Subscription;

/// Somebody who was let in.
pub(super) struct Listener {
    pub(super) grant: Grant,
    /// As who they were let in, everywhere they are.
    pub(super) caller: Caller,
    pub(super) names: BTreeMap<Channel, Subscribed>,
    /// How many of them are boards.
    boards: usize,
    pub(super) events: Subscription,
    pub(super) once: Once,
    /// Tickets of boards that changed and were not told yet.
    pub(super) gathered: BTreeMap<BoardId, BTreeSet<TicketId>>,
    pub(super) gathered_until: Option<Instant>,
    pub(super) check_at: Instant,
}

impl Listener {
    pub(super) fn new(events: Subscription, grant: &Grant, caller: &Caller) -> Self {
        events.wants_everything(false);
        Self {
            grant: grant.clone(),
            caller: caller.clone(),
            names: BTreeMap::new(),
            boards: 0,
            events,
            once: Once::default(),
            gathered: BTreeMap::new(),
            gathered_until: None,
            check_at: Instant::now() + ACCESS_CHECKED_EVERY,
        }
    }

    pub(super) fn has_boards(&self) -> bool {
        self.boards > 0
    }

    /// Listens there, too.
    pub(super) fn hear(&mut self, channel: Channel, counted: Subscribed) {
        match &channel {
            Channel::Record(_, id) => self.events.wants_about(id),
            Channel::Board(_) => {
                self.boards += 1;
                self.events.wants_everything(true);
            }
        }
        self.names.insert(channel, counted);
    }

    pub(super) fn forget(&mut self, channel: &Channel) {
        if self.names.remove(channel).is_none() {
            return;
        }
        match channel {
            Channel::Record(_, id) => {
                // Another kind of thing may have the same name.
                if !self.names.keys().any(|name| matches!(name, Channel::Record(_, other) if other == id)) {
                    self.events.wants_no_more_about(id);
                }
            }
            Channel::Board(board) => {
                self.boards -= 1;
                self.events.wants_everything(self.has_boards());
                self.gathered.remove(board);
            }
        }
    }

    /// A ticket changed that stands there, or stood there until now; told later together with others.
    pub(super) fn gather(&mut self, access: &Access, place: Placement, ticket: TicketId) {
        if !access.reads(&place) {
            return;
        }
        let Some(board) = place.board.filter(|board| self.names.contains_key(&Channel::Board(board.clone())))
        else {
            return;
        };
        let tickets = self.gathered.entry(board).or_default();
        // One more than is ever named says that there are more.
        if tickets.len() <= BOARD_TICKETS_MAX {
            tickets.insert(ticket);
        }
        self.gathered_until.get_or_insert_with(|| Instant::now() + BOARD_GATHERED_FOR);
    }
}
