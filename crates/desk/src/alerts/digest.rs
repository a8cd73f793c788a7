//! What is too much to be told one by one: numbers, and the first few by name.
//!
//! **Invariant:** everything of a ticket that goes in is counted once.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::TicketId;

use super::news::{Bundle, Judged};
use crate::bridge::{AlertKind, Severity, ToastId, ToastLevel};

/// The most tickets that are told apart in a summary; changes of further ones are counted all the same.
pub(super) const TICKETS_TOLD_APART_MAX: usize = 10_000;

/// How many tickets a summary names.
pub(super) const NAMED_MAX: usize = 3;

/// A summary in the making.
#[derive(Clone, Debug, Default)]
pub(crate) struct Digest {
    pub tickets: BTreeSet<TicketId>,
    /// How many things happened.
    pub changes: u32,
    /// Of them, on critical tickets.
    pub critical: u32,
    /// How many of them are tickets that were not there before.
    pub newcomers: u32,
    /// How loudly the loudest asks.
    pub level: ToastLevel,
    /// The first few tickets, by number and title.
    pub named: Vec<String>,
    /// Whether it is of a time in which nothing reached us.
    pub is_of_absence: bool,
}

impl Digest {
    pub(crate) fn add(&mut self, judged: &Judged) {
        let fact = &judged.news.fact;
        self.level = self.level.max(judged.verdict.toast);
        let Some(about) = &judged.news.about else { return };
        self.changes = self.changes.saturating_add(1);
        self.critical += u32::from(fact.severity == Severity::Critical);
        self.newcomers += u32::from(fact.kind == AlertKind::NewTicket);
        let is_new = self.tickets.len() < TICKETS_TOLD_APART_MAX && self.tickets.insert(about.ticket.clone());
        if is_new && self.named.len() < NAMED_MAX {
            self.named.push(format!("{} {}", about.number, about.title));
        }
    }

    fn add_all(&mut self, bundle: &Bundle) {
        bundle.judged.iter().for_each(|judged| self.add(judged));
        self.changes = self.changes.saturating_add(bundle.more);
    }

    /// Takes another's content over.
    pub(crate) fn merge(&mut self, other: Self) {
        self.changes = self.changes.saturating_add(other.changes);
        self.critical = self.critical.saturating_add(other.critical);
        self.newcomers = self.newcomers.saturating_add(other.newcomers);
        self.level = self.level.max(other.level);
        self.is_of_absence |= other.is_of_absence;
        let place = NAMED_MAX.saturating_sub(self.named.len());
        let new = other.named.into_iter().filter(|name| !self.named.contains(name)).take(place);
        let new: Vec<String> = new.collect();
        self.named.extend(new);
        let room = TICKETS_TOLD_APART_MAX.saturating_sub(self.tickets.len());
        self.tickets.extend(other.tickets.into_iter().take(room));
    }
}

/// What waits for a place among the toasts.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    /// What is about no ticket is never summed up: there are two such toasts at most.
    apart: BTreeMap<ToastId, Bundle>,
    digest: Digest,
    /// All of it, while it is about one ticket alone.
    only: Option<(ToastId, Bundle)>,
    is_mixed: bool,
}

/// What comes next of it.
#[derive(Debug)]
pub(crate) enum Next {
    /// One toast's subject.
    One(ToastId, Bundle),
    /// A summary.
    Sum(Digest),
}

impl Backlog {
    pub(crate) fn is_empty(&self) -> bool {
        self.apart.is_empty() && self.digest.changes == 0
    }

    pub(crate) fn add(&mut self, id: ToastId, bundle: Bundle) {
        if !matches!(id, ToastId::Ticket(_)) {
            self.apart.insert(id, bundle);
            return;
        }
        self.digest.add_all(&bundle);
        match &mut self.only {
            None if !self.is_mixed => self.only = Some((id, bundle)),
            Some((only, held)) if *only == id => {
                held.more = held.more.saturating_add(bundle.more);
                for judged in bundle.judged {
                    // What is too much is counted by the bundle itself, and was written down before.
                    held.add(judged);
                }
            }
            _ => (self.only, self.is_mixed) = (None, true),
        }
    }

    /// Adds what is one of many, so that it is told with them and not for itself.
    pub(crate) fn sum_up(&mut self, bundle: &Bundle) {
        self.digest.add_all(bundle);
        (self.only, self.is_mixed) = (None, true);
    }

    pub(crate) fn merge(&mut self, digest: Digest) {
        self.digest.merge(digest);
        (self.only, self.is_mixed) = (None, true);
    }

    /// Takes out what is to be told next.
    pub(crate) fn next(&mut self) -> Option<Next> {
        if let Some((id, bundle)) = self.apart.pop_first() {
            return Some(Next::One(id, bundle));
        }
        if self.digest.changes == 0 {
            return None;
        }
        let digest = std::mem::take(&mut self.digest);
        self.is_mixed = false;
        Some(self.only.take().map_or(Next::Sum(digest), |(id, bundle)| Next::One(id, bundle)))
    }

    /// A ticket was read: what is left of it is only a number.
    pub(crate) fn read(&mut self, ticket: &TicketId) {
        let is_only = matches!(&self.only, Some((ToastId::Ticket(only), _)) if only == ticket);
        if self.digest.tickets.remove(ticket) && (is_only || self.digest.tickets.is_empty()) {
            self.read_all();
        }
    }

    /// Every ticket was read.
    pub(crate) fn read_all(&mut self) {
        (self.digest, self.only, self.is_mixed) = (Digest::default(), None, false);
    }
}
