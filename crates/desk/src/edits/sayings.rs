//! Comments that are not confirmed: an outbox beside that of the fields, because what is said clashes with nothing.
//!
//! ```text
//! Storing ──on disk──▶ Queued ──▶ InFlight ──▶ gone
//!                        ▲ └────────┘ │
//!                        └── again ── Refused
//! ```
//!
//! **Invariant:** comments of one ticket go out in the order in which they were made, one at a time; one that was refused
//! is kept, and holds up no other.

use std::collections::BTreeMap;
use std::sync::Arc;

use callboard_model::{EditId, TicketId, Timestamp};
use serde::{Deserialize, Serialize};

use super::work::Stage;
use crate::bridge::{Change, OutboxState, SayingId, Visibility};
use crate::notes::{Document, NoteKey, Shelf};

/// How long after the first attempt a comment of unknown fate may go out again: for a day the server knows its key.
pub const RESAY_WITHIN_MS: i64 = 23 * 60 * 60 * 1000;

/// A comment as it lies on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Words {
    /// Its name; on the wire its idempotency key.
    pub id: SayingId,
    /// The ticket.
    pub ticket: TicketId,
    /// The words.
    pub text: Arc<str>,
    /// Who may read it.
    pub visibility: Visibility,
    /// When it was committed, by this machine's clock.
    pub at: Timestamp,
    /// When it was first sent without knowing since what came of it.
    #[serde(default)]
    pub tried_at: Option<Timestamp>,
}

impl Document for Words {
    const SHELF: Shelf = Shelf::Comment;

    fn key(&self) -> NoteKey {
        self.id.0.as_ref().into()
    }
}

impl Words {
    /// As a line of a list.
    pub(crate) fn change(&self) -> Change {
        Change::Comment { saying: self.id.clone(), text: self.text.clone(), visibility: self.visibility }
    }
}

/// A comment that is not confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Saying {
    /// Its idempotency key.
    pub id: EditId,
    /// What it says.
    pub words: Words,
    /// Its place among all that was committed here.
    pub order: u64,
    /// How often the server failed at it.
    pub tries: u8,
    /// Whether the disk has it.
    pub is_on_disk: bool,
    /// Where it stands.
    pub stage: Stage,
}

impl Saying {
    /// Whether it is to be shown: it is on disk, or was refused by it.
    pub(crate) fn is_shown(&self) -> bool {
        self.stage != Stage::Storing
    }

    /// How it stands.
    pub(crate) fn state(&self, is_signed_out: bool) -> OutboxState {
        match &self.stage {
            Stage::Refused(reason) => OutboxState::Refused { reason: reason.to_string() },
            Stage::InFlight => OutboxState::Sending,
            Stage::Storing | Stage::Queued { .. } if is_signed_out => OutboxState::SignIn,
            Stage::Storing | Stage::Queued { .. } => OutboxState::Queued,
        }
    }

    /// Whether it was sent so long ago, of unknown fate, that the server may not know it again.
    pub(crate) fn is_too_old(&self, now: Timestamp) -> bool {
        let since = self.words.tried_at.map(|tried| now.as_millisecond() - tried.as_millisecond());
        since.is_some_and(|since| since > RESAY_WITHIN_MS)
    }
}

/// What stands in a composer, not said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Composed {
    /// The words, as they were typed.
    pub text: Arc<str>,
    /// Who may read them once they are said.
    pub visibility: Visibility,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Sayings {
    /// What stands in the composers: one for each ticket, in all windows.
    typed: BTreeMap<TicketId, Composed>,
    by_ticket: BTreeMap<TicketId, Vec<Saying>>,
    owners: BTreeMap<EditId, TicketId>,
}

impl Sayings {
    /// Those of a ticket, in their order.
    pub(crate) fn of(&self, ticket: &TicketId) -> &[Saying] {
        self.by_ticket.get(ticket).map(Vec::as_slice).unwrap_or_default()
    }

    /// All of them, ticket by ticket.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Saying> {
        self.by_ticket.values().flatten()
    }

    /// Every ticket with some.
    pub(crate) fn tickets(&self) -> impl Iterator<Item = &TicketId> {
        self.by_ticket.keys()
    }

    /// What stands in the composer of a ticket.
    pub(crate) fn typed(&self, ticket: &TicketId) -> Option<&Composed> {
        self.typed.get(ticket)
    }

    /// Every ticket in whose composer something stands.
    pub(crate) fn typed_on(&self) -> impl Iterator<Item = &TicketId> {
        self.typed.keys()
    }

    /// The person typed; blank words are nothing.
    pub(crate) fn type_into(&mut self, ticket: TicketId, text: &str, visibility: Visibility) {
        if text.trim().is_empty() {
            self.typed.remove(&ticket);
        } else {
            self.typed.insert(ticket, Composed { text: text.into(), visibility });
        }
    }

    /// The composer of a ticket is empty.
    pub(crate) fn untype(&mut self, ticket: &TicketId) {
        self.typed.remove(ticket);
    }

    /// Takes what the disk gave back. What was said meanwhile as it stands is typed no more.
    pub(crate) fn restore_typed(&mut self, ticket: &TicketId, text: &str, visibility: Visibility) {
        if !self.of(ticket).iter().any(|saying| *saying.words.text == *text.trim()) {
            self.type_into(ticket.clone(), text, visibility);
        }
    }

    /// The one of that name.
    pub(crate) fn named(&self, id: &SayingId) -> Option<EditId> {
        self.all().find(|saying| saying.words.id == *id).map(|saying| saying.id)
    }

    pub(crate) fn get_mut(&mut self, id: EditId) -> Option<&mut Saying> {
        self.by_ticket.get_mut(self.owners.get(&id)?)?.iter_mut().find(|saying| saying.id == id)
    }

    /// Puts one in its place: by the time of its commit where the disk gave it back, else behind the others.
    pub(crate) fn put(&mut self, saying: Saying, is_new: bool) {
        let of_ticket = self.by_ticket.entry(saying.words.ticket.clone()).or_default();
        self.owners.insert(saying.id, saying.words.ticket.clone());
        let later = of_ticket.iter().position(|other| !is_new && other.words.at > saying.words.at);
        of_ticket.insert(later.unwrap_or(of_ticket.len()), saying);
    }

    /// Takes one out.
    pub(crate) fn take(&mut self, id: EditId) -> Option<Saying> {
        let ticket = self.owners.remove(&id)?;
        let of_ticket = self.by_ticket.get_mut(&ticket)?;
        let at = of_ticket.iter().position(|saying| saying.id == id)?;
        let saying = of_ticket.remove(at);
        if of_ticket.is_empty() {
            self.by_ticket.remove(&ticket);
        }
        Some(saying)
    }

    /// The one of a ticket that may be sent now: the first that was not refused, if it waits.
    pub(crate) fn ready(&self, ticket: &TicketId) -> Option<&Saying> {
        let first = self.of(ticket).iter().find(|saying| !matches!(saying.stage, Stage::Refused(_)))?;
        matches!(first.stage, Stage::Queued { .. }).then_some(first)
    }

    /// Since when a ticket has a comment that is on its way or waits for it: what was done later and may depend on it,
    /// waits too. A board may ask for a comment before it lets a ticket be closed.
    pub(crate) fn unsaid_since(&self, ticket: &TicketId) -> Option<Timestamp> {
        let waits = |saying: &&Saying| !matches!(saying.stage, Stage::Refused(_));
        self.of(ticket).iter().find(waits).map(|saying| saying.words.at)
    }

    /// LT-19: what cannot be sent any more is kept, readable, with the reason.
    pub(crate) fn refuse_all(&mut self, ticket: &TicketId, reason: &Arc<str>) {
        for saying in self.by_ticket.get_mut(ticket).into_iter().flatten() {
            if saying.stage != Stage::Storing {
                saying.stage = Stage::Refused(reason.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saying(id: u128, at: i64, stage: Stage) -> Saying {
        let words = Words {
            id: SayingId(id.to_string().into()),
            ticket: "t1".into(),
            text: "Hello".into(),
            visibility: Visibility::Public,
            at: Timestamp::from_millisecond(at).expect("an instant"),
            tried_at: None,
        };
        Saying { id: EditId(id), words, order: 0, tries: 0, is_on_disk: true, stage }
    }

    /// CO-13, over all pairs of stages: in order, one at a time, and a refused one holds up nothing.
    #[test]
    fn comments_of_a_ticket_go_out_one_after_the_other() {
        let stages = [
            Stage::Storing,
            Stage::Queued { attempted: false },
            Stage::Queued { attempted: true },
            Stage::InFlight,
            Stage::Refused("No.".into()),
        ];
        let waits = |stage: &Stage| matches!(stage, Stage::Queued { .. });
        for first in &stages {
            for second in &stages {
                let mut all = Sayings::default();
                all.put(saying(1, 5, first.clone()), true);
                all.put(saying(2, 5, second.clone()), true);
                let is_refused = matches!(first, Stage::Refused(_));
                let expected = match (waits(first), is_refused && waits(second)) {
                    (true, _) => Some(EditId(1)),
                    (_, true) => Some(EditId(2)),
                    _ => None,
                };
                let ready = all.ready(&"t1".into()).map(|saying| saying.id);
                assert_eq!(ready, expected, "{first:?}, then {second:?}");
            }
        }
    }

    /// The disk gives back what was written last as the last.
    #[test]
    fn what_the_disk_gives_back_stands_in_the_order_of_its_making() {
        let mut all = Sayings::default();
        for (id, at) in [(2, 20), (3, 30), (1, 10)] {
            all.put(saying(id, at, Stage::Queued { attempted: false }), false);
        }
        let order: Vec<_> = all.of(&"t1".into()).iter().map(|saying| saying.id.0).collect();
        assert_eq!(order, [1, 2, 3]);
    }
}
