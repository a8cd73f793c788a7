//! How much time tickets have left, and which of them cross a boundary when the clock moves.
//!
//! **Invariant:** no clock is read here, and moving the clock costs the tickets that cross, not those that there are.

use std::collections::BTreeSet;

use callboard_model::TicketId;

use super::{BoardRow, Slack};

/// A ticket with this much left, or less, is [`Slack::Hour`].
const HOUR_MS: i64 = 60 * 60 * 1_000;

/// A ticket with this much left, or less, is [`Slack::Today`].
const DAY_MS: i64 = 24 * HOUR_MS;

/// Every amount of time left at which a ticket's [`Slack`] changes.
const BOUNDARIES_MS: [i64; 3] = [0, HOUR_MS, DAY_MS];

/// What is left until `due` at `now`, both in milliseconds of the Unix epoch. A closed ticket has no target any more.
#[must_use]
pub fn slack(due: Option<i64>, closed: bool, now: i64) -> Slack {
    match due.filter(|_| !closed).map(|due| due.saturating_sub(now)) {
        None => Slack::Untimed,
        Some(left) if left <= 0 => Slack::Breached,
        Some(left) if left <= HOUR_MS => Slack::Hour,
        Some(left) if left <= DAY_MS => Slack::Today,
        Some(_) => Slack::Later,
    }
}

/// The open tickets that have a target, by their targets, and the time it is.
#[derive(Debug, Default)]
pub(super) struct DueIndex {
    tickets: BTreeSet<(i64, TicketId)>,
    now: i64,
    /// Whoever wants to be told of one more boundary, names it here.
    warning: i64,
}

impl DueIndex {
    pub(super) fn now(&self) -> i64 {
        self.now
    }

    /// Tells of tickets with this much left, in milliseconds, too.
    pub(super) fn warn_at(&mut self, left: i64) {
        self.warning = left;
    }

    fn boundaries(&self) -> impl Iterator<Item = i64> + use<> {
        BOUNDARIES_MS.into_iter().chain([self.warning])
    }

    pub(super) fn insert(&mut self, row: &BoardRow) {
        self.tickets.extend(entry(row));
    }

    pub(super) fn remove(&mut self, row: &BoardRow) {
        if let Some(entry) = entry(row) {
            self.tickets.remove(&entry);
        }
    }

    /// Moves the clock, forward or back, and names the tickets that cross a boundary with it, each once.
    pub(super) fn advance(&mut self, now: i64) -> Vec<TicketId> {
        let (early, late) = (self.now.min(now), self.now.max(now));
        self.now = now;
        let crossed = self.boundaries().flat_map(|boundary| {
            let from = first_after(early.saturating_add(boundary));
            let to = first_after(late.saturating_add(boundary));
            self.tickets.range(from..to)
        });
        // A great leap takes a ticket across several.
        let once: BTreeSet<&TicketId> = crossed.map(|(_, ticket)| ticket).collect();
        once.into_iter().cloned().collect()
    }

    /// The first instant after `now` at which some ticket crosses a boundary.
    pub(super) fn next_boundary(&self, now: i64) -> Option<i64> {
        let crossings = self.boundaries().filter_map(|boundary| {
            let (due, _) = self.tickets.range(first_after(now.saturating_add(boundary))..).next()?;
            Some(due - boundary)
        });
        crossings.min()
    }
}

fn entry(row: &BoardRow) -> Option<(i64, TicketId)> {
    let due = row.row.due.filter(|_| !row.closed)?;
    Some((due, row.row.ticket.clone()))
}

/// Sorts before every ticket that is due later than `instant`, and after all others.
fn first_after(instant: i64) -> (i64, TicketId) {
    (instant.saturating_add(1), TicketId::from(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_breached_at_the_very_instant_of_its_target() {
        let at = |left: i64| slack(Some(1_000 + left), false, 1_000);
        assert_eq!([at(-1), at(0), at(1)], [Slack::Breached, Slack::Breached, Slack::Hour]);
        assert_eq!([at(HOUR_MS), at(HOUR_MS + 1)], [Slack::Hour, Slack::Today]);
        assert_eq!([at(DAY_MS), at(DAY_MS + 1)], [Slack::Today, Slack::Later]);
    }

    #[test]
    fn a_ticket_without_target_or_already_closed_is_never_late() {
        assert_eq!(slack(None, false, 1_000), Slack::Untimed);
        assert_eq!(slack(Some(0), true, 1_000), Slack::Untimed);
    }
}
