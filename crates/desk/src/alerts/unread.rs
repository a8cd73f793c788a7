//! What nobody has read yet: tickets, not events. The badge is how many there are (CO-18).
//!
//! **Invariant:** a ticket is in here once, and leaves when somebody reads it or nothing of it is left to read.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::TicketId;

use super::news::News;
use crate::bridge::{AlertKind, Signal, UnreadTicket, signal::LATEST_MAX};

/// The most tickets; the one that has been quiet for longest goes.
pub const UNREAD_MAX: usize = 1_000;

/// The unread list.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    tickets: BTreeMap<TicketId, UnreadTicket>,
    /// By the time of the last thing that happened; the ticket tells equal times apart.
    by_time: BTreeSet<(i64, TicketId)>,
    /// The badge as the machine shows it.
    told: Option<Signal>,
    /// The list is as it was when the badge was looked at last.
    is_told: bool,
}

impl Unread {
    /// Something happened that is to be read. Answers with the ticket as it stands in the list now, and with the one
    /// that had to go.
    pub(crate) fn add(&mut self, news: &News, at: i64) -> Option<(UnreadTicket, Option<TicketId>)> {
        let about = news.about.clone()?;
        let ticket = about.ticket.clone();
        let mut unread = self.remove(&ticket).unwrap_or_else(|| UnreadTicket {
            about: about.clone(),
            kinds: BTreeSet::new(),
            count: 0,
            at,
            severity: news.fact.severity,
        });
        unread.about = about;
        unread.kinds.insert(news.fact.kind);
        unread.count = unread.count.saturating_add(1);
        unread.severity = news.fact.severity;
        // The wall clock may go back; the list does not.
        unread.at = unread.at.max(at);
        let gone = self.insert(unread.clone());
        Some((unread, gone))
    }

    /// Puts a ticket in. Names the one that has to go for it.
    fn insert(&mut self, unread: UnreadTicket) -> Option<TicketId> {
        let is_full = self.tickets.len() >= UNREAD_MAX;
        let oldest = is_full.then(|| self.by_time.first().map(|(_, ticket)| ticket.clone())).flatten();
        if let Some(oldest) = &oldest {
            self.remove(oldest);
        }
        let ticket = unread.about.ticket.clone();
        self.is_told = false;
        self.by_time.insert((unread.at, ticket.clone()));
        self.tickets.insert(ticket, unread);
        oldest
    }

    /// Takes in what the disk kept, unless something newer is known.
    pub(crate) fn recall(&mut self, unread: UnreadTicket) {
        if !self.tickets.contains_key(&unread.about.ticket) {
            self.insert(unread);
        }
    }

    /// A ticket was read. Says whether it was not before.
    pub(crate) fn remove(&mut self, ticket: &TicketId) -> Option<UnreadTicket> {
        let unread = self.tickets.remove(ticket)?;
        self.is_told = false;
        self.by_time.remove(&(unread.at, ticket.clone()));
        Some(unread)
    }

    /// What happened last of these on a ticket needs nobody any more. Answers with what is left of it, where something
    /// changed.
    pub(crate) fn settle(&mut self, ticket: &TicketId, kinds: &[AlertKind]) -> Option<Option<UnreadTicket>> {
        let unread = self.tickets.get_mut(ticket)?;
        let before = unread.kinds.len();
        unread.kinds.retain(|kind| !kinds.contains(kind));
        if unread.kinds.len() == before {
            return None;
        }
        self.is_told = false;
        if unread.kinds.is_empty() {
            self.remove(ticket);
            return Some(None);
        }
        Some(Some(unread.clone()))
    }

    /// Every ticket in it.
    pub(crate) fn tickets(&self) -> impl Iterator<Item = &TicketId> {
        self.tickets.keys()
    }

    pub(crate) fn let_go(&mut self) {
        self.is_told = false;
        self.tickets.clear();
        self.by_time.clear();
    }

    /// How many tickets: the badge.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.tickets.len()).unwrap_or(u32::MAX)
    }

    /// The badge, where the machine does not show it so yet.
    pub(crate) fn badge(&mut self) -> Option<Signal> {
        if std::mem::replace(&mut self.is_told, true) {
            return None;
        }
        let newest = self.by_time.iter().rev().take(LATEST_MAX);
        let latest = newest.filter_map(|(_, ticket)| self.tickets.get(ticket).cloned()).collect();
        let badge = Signal::Badge { count: self.count(), latest };
        (self.told.as_ref() != Some(&badge)).then(|| {
            self.told = Some(badge.clone());
            badge
        })
    }
}
