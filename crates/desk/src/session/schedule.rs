//! What is asked of the schedule, and what it answers.
//!
//! **Invariant:** plain data; a write names its key and the version that it goes on.

use callboard_model::schedule::{EntryChanges, ScheduleEntry};
use callboard_model::{EditId, EntryId, TicketId, Version};

/// A question to the schedule, or a write of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scheduling {
    /// What is planned for a ticket.
    Read(TicketId),
    /// Write an entry.
    Write {
        /// The idempotency key.
        key: EditId,
        /// The ticket.
        ticket: TicketId,
        /// In which form it was made.
        form: Option<EntryId>,
        /// The entry; `None`: a new one.
        entry: Option<EntryId>,
        /// What to set, and on which version that was decided.
        changes: Box<EntryChanges>,
    },
    /// Delete an entry.
    Remove {
        /// The idempotency key.
        key: EditId,
        /// The ticket.
        ticket: TicketId,
        /// The entry.
        entry: EntryId,
        /// The version on which that was decided.
        seen: Version,
    },
}

impl Scheduling {
    /// Whether a person waits for it to be done.
    #[must_use]
    pub const fn is_write(&self) -> bool {
        !matches!(self, Self::Read(_))
    }
}

/// What the schedule answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scheduled {
    /// To [`Scheduling::Read`]: the entries, the earliest first, and whether there are more.
    Entries(Vec<ScheduleEntry>, bool),
    /// It is written, and so the entry stands.
    Written(Box<ScheduleEntry>),
    /// It is deleted.
    Removed,
    /// Nothing was written: somebody else was faster, and so the entry stands.
    Overtaken(Box<ScheduleEntry>),
}
