//! The sentences that the program itself says where the server says none.
//!
//! **Invariant:** each says what happened and names no one.

/// 403 to a save.
pub(super) const FORBIDDEN: &str = "You are not allowed to change this.";

/// 404 to a save, or a ticket that can no longer be read (LT-19).
pub(super) const LOST: &str = "This ticket was deleted, or you can no longer see it.";

/// 409 to a save over a value that would change with it.
pub(super) fn would_change_too(who: &str) -> String {
    format!(
        "{who} has just set something that would change with this. Look at the ticket, then send it again or drop it."
    )
}

/// Something to be kept while it is not known for whom.
pub(super) const NOBODY: &str = "nobody is signed in";

/// One ticket too many in a change of many.
pub(super) const TOO_MANY: &str = "This was one ticket too many for one change: choose it again.";

/// Others wrote beside an edit too often.
pub(super) const RESTLESS: &str = "The ticket kept changing while this was being saved.";

/// A comment of unknown fate that is too old to be sent under its key.
pub(super) const PERHAPS_SAID: &str =
    "This may have been said already, more than a day ago. Look before you say it again.";

/// 403 to an event that is to be told.
pub(super) const NO_EVENTS: &str = "Your role does not tell events.";

/// 404 to an event that is to be told.
pub(super) const NO_SIMULATOR: &str = "This server tells no events on request.";

/// An answer that is no answer to what was asked.
pub(super) const UNREADABLE: &str = "The server failed, or said something that cannot be understood.";

/// 403 to a plan.
pub(super) const MAY_NOT_PLAN: &str = "You may not plan this. Who does not plan for others plans their own time, and reports status and notes of the rest.";

/// A save of unknown fate that is too old to be sent under its key.
pub(super) const PERHAPS_PLANNED: &str =
    "This may have been saved already, more than a day ago. Look before you save it again.";

/// The server failed at an edit too often.
pub(super) const BROKEN: &str = "The server keeps failing when this is saved.";
