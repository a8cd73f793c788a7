//! Which tickets are stale, and when each is fetched: a burst of hints is gathered and costs one request (LT-11).
//!
//! ```text
//! hint ─▶ Gathering ─200 ms─▶ Waiting ─a slot is free─▶ Fetching ─newer answer─▶ gone
//!             ▲                                            │
//!             └──────────── a hint meanwhile ──────────────┘
//! ```
//!
//! **Invariant:** a hint brings names of fields, people and times; never a value.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use callboard_model::{Field, Person, TicketId, Timestamp, Version};

use crate::known::Author;

/// How long a burst of hints is gathered.
pub const GATHER: Duration = Duration::from_millis(200);

/// The most fetches of single tickets at once; further ones wait their turn.
pub const FETCHES_MAX: usize = 16;

/// How often a ticket is fetched for one burst while the answers stay behind it; then the next hint has to ask anew.
pub const TRIES_MAX: u8 = 5;

/// The name under which hints and change records speak of what was said on a ticket.
const COMMENTS: &str = "comments";

/// What a hint or a change record says.
#[derive(Debug)]
pub(crate) struct Rumour<'a> {
    /// The names of the fields.
    pub fields: &'a [Arc<str>],
    /// Whose change it is.
    pub who: &'a Person,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// The version that it brought, where the server has versions.
    pub version: Option<Version>,
}

/// What is gathered of one ticket.
#[derive(Debug, Default)]
pub(crate) struct Burst {
    /// Author and time, for each field on its own.
    pub fields: BTreeMap<Field, Author>,
    /// Who last said something there, as far as nobody has taken note of it yet.
    comment: Option<Author>,
    /// The newest version heard of.
    pub version: Option<Version>,
    /// Somebody told us of it: it is not only fetched because we wanted to.
    is_heard: bool,
    phase: Phase,
    tries: u8,
    /// What is under way may be from before something of ours was applied unheard: fetch once more after it.
    anew: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Gathering,
    Waiting,
    Fetching {
        again: bool,
    },
}

/// Every stale ticket.
#[derive(Debug, Default)]
pub(crate) struct Refreshes {
    bursts: BTreeMap<TicketId, Burst>,
    waiting: VecDeque<TicketId>,
    fetching: usize,
}

impl Refreshes {
    /// Adds a rumour. Says whether a burst begins with it, so that its time has to be taken.
    pub(crate) fn hear(&mut self, ticket: &TicketId, rumour: &Rumour<'_>) -> bool {
        let is_new = !self.bursts.contains_key(ticket);
        let burst = self.bursts.entry(ticket.clone()).or_default();
        burst.version = burst.version.max(rumour.version);
        burst.is_heard = true;
        let author = Author { who: rumour.who.clone(), at: rumour.at.as_millisecond() };
        if rumour.fields.iter().any(|name| **name == *COMMENTS) {
            burst.comment = Some(author.clone());
        }
        for field in rumour.fields.iter().filter_map(|name| Field::from_name(name)) {
            burst.fields.insert(field, author.clone());
        }
        if let Phase::Fetching { again } = &mut burst.phase {
            *again = true;
        }
        is_new
    }

    /// What is gathered of a ticket.
    pub(crate) fn burst(&self, ticket: &TicketId) -> Option<&Burst> {
        self.bursts.get(ticket)
    }

    /// Whether somebody told us that a ticket changed.
    pub(crate) fn is_heard(&self, ticket: &TicketId) -> bool {
        self.bursts.get(ticket).is_some_and(|burst| burst.is_heard)
    }

    /// Takes note of who said something on a ticket, once the ticket is here as it was then.
    pub(crate) fn take_comment(&mut self, ticket: &TicketId, version: Option<Version>) -> Option<Author> {
        let burst = self.bursts.get_mut(ticket).filter(|burst| burst.version <= version)?;
        burst.comment.take()
    }

    /// Whether tickets are being fetched, or wait for a slot.
    pub(crate) fn is_busy(&self) -> bool {
        self.fetching > 0 || !self.waiting.is_empty()
    }

    /// Whether a ticket is stale.
    pub(crate) fn is_stale(&self, ticket: &TicketId) -> bool {
        self.bursts.contains_key(ticket)
    }

    /// Fetch this ticket as soon as a slot is free.
    pub(crate) fn want(&mut self, ticket: &TicketId) {
        let burst = self.bursts.entry(ticket.clone()).or_default();
        if burst.phase == Phase::Gathering {
            burst.phase = Phase::Waiting;
            self.waiting.push_back(ticket.clone());
        }
    }

    /// Fetch this ticket, and not only by a question that is under way already: something of ours may have been applied
    /// after it, of which no hint will tell.
    pub(crate) fn want_anew(&mut self, ticket: &TicketId) {
        self.want(ticket);
        if let Some(burst) = self.bursts.get_mut(ticket) {
            burst.anew = true;
        }
    }

    /// The next ticket to be fetched, if a slot is free.
    pub(crate) fn next(&mut self) -> Option<TicketId> {
        while self.fetching < FETCHES_MAX {
            let ticket = self.waiting.pop_front()?;
            if let Some(burst) = self.bursts.get_mut(&ticket).filter(|burst| burst.phase == Phase::Waiting) {
                burst.phase = Phase::Fetching { again: false };
                burst.anew = false;
                self.fetching += 1;
                return Some(ticket);
            }
        }
        None
    }

    /// An answer to a fetch came; `version` is what it brought. Says whether the ticket is behind still, so that its
    /// burst goes on and its time has to be taken anew.
    pub(crate) fn fetched(&mut self, ticket: &TicketId, version: Option<Version>) -> bool {
        let Some(burst) = self.bursts.get_mut(ticket) else { return false };
        let Phase::Fetching { again } = burst.phase else { return false };
        self.fetching -= 1;
        let is_behind = burst.anew || burst.version > version || (again && burst.version.is_none());
        burst.tries += 1;
        if is_behind && burst.tries < TRIES_MAX {
            burst.phase = Phase::Gathering;
            return true;
        }
        self.bursts.remove(ticket);
        false
    }

    /// The fetch did not come through: it waits for the network.
    pub(crate) fn postpone(&mut self, ticket: &TicketId) {
        if let Some(burst) = self.bursts.get_mut(ticket)
            && matches!(burst.phase, Phase::Fetching { .. })
        {
            self.fetching -= 1;
            burst.phase = Phase::Waiting;
            self.waiting.push_back(ticket.clone());
        }
    }

    /// Another answer made a burst that nobody fetches yet superfluous.
    pub(crate) fn overtaken(&mut self, ticket: &TicketId, version: Option<Version>) {
        let is_done = |burst: &Burst| {
            burst.phase != (Phase::Fetching { again: false })
                && burst.phase != (Phase::Fetching { again: true })
                && !burst.anew
                && burst.version.is_some()
                && burst.version <= version
        };
        if self.bursts.get(ticket).is_some_and(is_done) {
            self.bursts.remove(ticket);
        }
    }

    /// The ticket is gone.
    pub(crate) fn drop(&mut self, ticket: &TicketId) {
        if let Some(burst) = self.bursts.remove(ticket)
            && matches!(burst.phase, Phase::Fetching { .. })
        {
            self.fetching -= 1;
        }
    }
}
