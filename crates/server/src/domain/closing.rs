//! When and by whom a ticket was closed, where the one who closes it says so.
//!
//! It exists because the stock lets a status change carry the closing time: work that was done in the morning is often
//! entered in the evening.
//!
//! **Invariant:** a ticket that is open has neither, and nothing is closed in the future or before it was entered.

use callboard_model::{Ticket, Timestamp, UserId};

use super::Issue;

/// What somebody says of the closing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closing {
    /// When; otherwise now.
    pub at: Option<Timestamp>,
    /// By whom; otherwise by the writer.
    pub by: Option<UserId>,
}

impl Closing {
    /// Puts it over the books of `after`, which the write closes. `is_known`: whether the company has this person.
    pub fn keep(
        &self,
        before: &Ticket,
        after: &mut Ticket,
        now: Timestamp,
        is_known: bool,
    ) -> Result<(), Vec<Issue>> {
        let closes = after.status_is_closed && !before.status_is_closed;
        let mut issues = Vec::new();
        let mut refuse = |key, message: &str| issues.push(Issue::at(key, "custom", message));
        if let Some(at) = self.at {
            if !closes {
                refuse("closed_at", "This write does not close the ticket");
            } else if at > now || after.entered_at.is_some_and(|entered| at < entered) {
                refuse("closed_at", "A ticket is closed after it was entered and not in the future");
            } else {
                after.closed_at = Some(at);
            }
        }
        if let Some(by) = &self.by {
            if !closes {
                refuse("closed_by", "This write does not close the ticket");
            } else if is_known {
                after.closed_by = Some(by.clone());
            } else {
                refuse("closed_by", "Nobody has this id");
            }
        }
        if issues.is_empty() { Ok(()) } else { Err(issues) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::apply::tests::ticket;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    #[test]
    fn only_a_closed_ticket_takes_a_closing_and_only_one_that_can_be() {
        for (was_closed, closed, when, known, refused) in [
            (false, true, 5, true, &[][..]),
            (false, true, 10, true, &[]),
            (false, true, 11, true, &["closed_at"]),
            (false, true, 0, true, &["closed_at"]),
            (false, true, 5, false, &["closed_by"]),
            (false, false, 5, true, &["closed_at", "closed_by"]),
            (true, true, 5, true, &["closed_at", "closed_by"]),
            (true, false, 5, true, &["closed_at", "closed_by"]),
        ] {
            let mut before = ticket();
            before.entered_at = Some(at(1));
            before.status_is_closed = was_closed;
            let mut after = before.clone();
            after.status_is_closed = closed;
            let closing = Closing { at: Some(at(when)), by: Some("ann".into()) };
            let kept = closing.keep(&before, &mut after, at(10), known);
            let paths: Vec<_> = kept.err().into_iter().flatten().map(|issue| issue.path.concat()).collect();
            assert_eq!(paths, refused, "{was_closed} {closed} {when} {known}");
            if refused.is_empty() {
                assert_eq!((after.closed_at, after.closed_by), (Some(at(when)), Some("ann".into())));
            }
        }
    }
}
