//! The confirmed layer: every ticket as the server last told it, and who changed which field.
//!
//! **Invariant:** only an answer of the REST API changes a ticket here, and never an older one over a newer one.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::{Field, Person, Ticket, TicketId};

use crate::edits::is_newer;

/// Who changed something, and when by the server's clock in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Author {
    /// Who.
    pub who: Person,
    /// When.
    pub at: i64,
}

/// A ticket and what is known around it.
#[derive(Debug)]
pub(crate) struct Known {
    /// As the server told it.
    pub ticket: Ticket,
    /// When it did, by its clock.
    pub as_of: i64,
    /// Who last changed a field, where we heard of it.
    pub authors: BTreeMap<Field, Author>,
    /// Fields that somebody else has just changed.
    pub lit: BTreeSet<Field>,
    /// When our own last edit of a field was confirmed.
    pub saved: BTreeMap<Field, i64>,
    /// It can no longer be read (LT-19).
    pub is_lost: bool,
    /// It is from the disk, and the server has not told it in this run.
    pub is_recalled: bool,
}

impl Known {
    fn new(ticket: Ticket, as_of: i64) -> Self {
        Self {
            ticket,
            as_of,
            authors: BTreeMap::new(),
            lit: BTreeSet::new(),
            saved: BTreeMap::new(),
            is_lost: false,
            is_recalled: false,
        }
    }
}

/// What an answer changed.
#[derive(Debug)]
pub(crate) struct Applied {
    /// The ticket as it was; `None` for a new one.
    pub old: Option<Ticket>,
    /// The fields that hold something else now.
    pub changed: Vec<Field>,
}

/// Every ticket that we know.
#[derive(Debug, Default)]
pub(crate) struct Tickets {
    known: BTreeMap<TicketId, Known>,
}

impl Tickets {
    /// What is known of a ticket.
    pub(crate) fn get(&self, ticket: &TicketId) -> Option<&Known> {
        self.known.get(ticket)
    }

    pub(crate) fn get_mut(&mut self, ticket: &TicketId) -> Option<&mut Known> {
        self.known.get_mut(ticket)
    }

    /// The ticket itself.
    pub(crate) fn ticket(&self, ticket: &TicketId) -> Option<&Ticket> {
        self.get(ticket).map(|known| &known.ticket)
    }

    /// Every ticket's id.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &TicketId> {
        self.known.keys()
    }

    /// Takes what the disk kept.
    pub(crate) fn recall(&mut self, ticket: Ticket, as_of: i64) {
        let id = ticket.ticket_id.clone();
        self.known.insert(id, Known { is_recalled: true, ..Known::new(ticket, as_of) });
    }

    /// The tickets of which the server has said nothing in this run.
    pub(crate) fn recalled(&self) -> Vec<TicketId> {
        self.known.iter().filter(|(_, known)| known.is_recalled).map(|(id, _)| id.clone()).collect()
    }

    /// Takes what the server says, unless it is older than what we have.
    pub(crate) fn apply(&mut self, ticket: Ticket, as_of: i64) -> Option<Applied> {
        let id = ticket.ticket_id.clone();
        let Some(known) = self.known.get_mut(&id) else {
            self.known.insert(id, Known::new(ticket, as_of));
            return Some(Applied { old: None, changed: Vec::new() });
        };
        let was_lost = std::mem::take(&mut known.is_lost);
        known.is_recalled = false;
        let is_same = ticket.version.is_some() && ticket.version == known.ticket.version;
        if is_same {
            known.as_of = known.as_of.max(as_of);
        }
        if !was_lost && !is_newer(ticket.version, known.ticket.version) {
            return None;
        }
        let old = std::mem::replace(&mut known.ticket, ticket);
        known.as_of = as_of;
        let differs = |field: &Field| old.value(*field) != known.ticket.value(*field);
        let changed = Field::ALL.iter().copied().filter(differs).collect();
        Some(Applied { old: Some(old), changed })
    }

    /// The ticket can no longer be read, or never could: then somebody who looks for it is shown just that.
    pub(crate) fn lose(&mut self, ticket: &TicketId, is_looked_for: bool) {
        if let Some(known) = self.known.get_mut(ticket) {
            known.is_lost = true;
        } else if is_looked_for {
            let nothing = Ticket::blank(ticket.clone(), ticket.as_str().into());
            self.known.insert(ticket.clone(), Known { is_lost: true, ..Known::new(nothing, 0) });
        }
    }

    /// Lets go of a ticket.
    pub(crate) fn forget(&mut self, ticket: &TicketId) {
        self.known.remove(ticket);
    }
}
