//! Saving to a server without versions: it takes whatever it is sent, so a ticket is read right before it is written,
//! and only then is the field that is about to be written judged (wire.md 4).
//!
//! ```text
//! an edit could be sent ─▶ Asked ─an answer to a question asked since─▶ Passed ─▶ sent, in the same step
//! ```
//!
//! What is judged is the confirmed ticket, by the one law of conflicts: the answer replaces it, and what clashes then is
//! asked about instead of sent.
//!
//! **Invariant:** each passing is good for one step.

use callboard_model::TicketId;

use super::Session;
use super::effect::RequestId;

/// How far a ticket is with being read before it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// Wanted: an answer to this question or a later one.
    Asked(RequestId),
    /// It has just been read.
    Passed,
}

impl Session {
    /// Whether edits of a ticket may be sent in this very step; else it is read first.
    pub(super) fn passes_check(&mut self, ticket: &TicketId) -> bool {
        let is_versioned = self.tickets.ticket(ticket).is_none_or(|ticket| ticket.version.is_some());
        match self.checks.get(ticket) {
            _ if is_versioned => true,
            Some(Check::Passed) => {
                self.checks.remove(ticket);
                true
            }
            Some(Check::Asked(_)) => false,
            None => {
                self.checks.insert(ticket.clone(), Check::Asked(RequestId(self.requests + 1)));
                self.stale.want_anew(ticket);
                false
            }
        }
    }

    /// A ticket was read, by that question.
    pub(super) fn was_read(&mut self, ticket: &TicketId, asked: RequestId) {
        if let Some(check) = self.checks.get_mut(ticket)
            && matches!(check, Check::Asked(since) if *since <= asked)
        {
            *check = Check::Passed;
        }
    }

    /// What passed and was not sent passes anew.
    pub(super) fn forget_passed(&mut self) {
        self.checks.retain(|_, check| *check != Check::Passed);
    }
}
