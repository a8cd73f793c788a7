//! What the clocks of a ticket show after a change.
//!
//! It exists as one function, called by every way to change a ticket, so that a ticket's targets do not depend on who
//! changed it. Time is counted in whole minutes since the start, as a parking meter does: what a pause is worth depends
//! only on when it began and ended, so pauses add up however they are cut.
//!
//! **Invariant:** touches no column but the ten of the clocks; a clock that was stopped or has run out is never moved by a
//! pause.

use callboard_model::{Ticket, Timestamp};
use jiff::SignedDuration;

use super::{Calendar, Clock, Terms};

/// What the clocks have to know of a change besides the ticket before and after it.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// What was promised to the ticket's client on its board as they are after the change; `None` for nothing.
    pub terms: Option<&'a Terms>,
    /// Whether the status after the change stops the clocks.
    pub status_pauses: bool,
    /// Whether somebody of the company answered where the customer can read it.
    pub answered: bool,
    /// When. A ticket that was closed earlier, as who closed it says, stops its clocks then.
    pub now: Timestamp,
}

/// The state of a ticket that waits for its customer: the clocks stand still.
pub const AWAITING_CLIENT: &str = "awaiting_client";

/// Whether a change can move the clocks at all: only then the terms have to be known.
#[must_use]
pub fn concern(before: Option<&Ticket>, after: &Ticket, answered: bool) -> bool {
    let Some(before) = before else { return true };
    let parts = |ticket: &Ticket| {
        let ids = (ticket.board_id.clone(), ticket.client_id.clone(), ticket.priority_id.clone());
        (ids, ticket.status_id.clone(), ticket.status_is_closed, ticket.response_state.clone())
    };
    answered || parts(before) != parts(after)
}

/// Sets the clocks of `after`, which still holds those of `before`; without `before` the ticket is new.
pub fn keep(before: Option<&Ticket>, after: &mut Ticket, occasion: &Occasion<'_>) {
    if !concern(before, after, occasion.answered) {
        return;
    }
    let policy = occasion.terms.map(|terms| terms.policy.clone());
    let retarget = after.sla_policy_id != policy
        || before.is_none_or(|before| before.priority_id != after.priority_id || !began(before));
    after.sla_policy_id = policy;
    if !began(after) {
        // What was closed before anything was promised is not measured afterwards.
        if occasion.terms.is_none() || (after.status_is_closed && before.is_some()) {
            return;
        }
        after.sla_started_at = Some(after.entered_at.filter(|_| before.is_none()).unwrap_or(occasion.now));
    }
    let closed = after.closed_at.filter(|&at| after.status_is_closed && at <= occasion.now);
    let at = closed.unwrap_or(occasion.now);
    let paused = settle(after, occasion, at);
    for clock in Clock::ALL {
        // A pause cannot save what had run out when it began.
        let shifted = paused.is_some_and(|since| clock.due(after).is_none_or(|due| due >= since));
        // A reopened clock is set by what is promised now: the priority may be another one since it was stopped.
        let resumed = before.is_some_and(|before| clock.finished(before).is_some());
        if clock.finished(after).is_none() && (retarget || shifted || resumed) {
            let due = due(after, clock, occasion.terms, after.sla_total_pause_minutes);
            clock.set_due(after, due);
        }
    }
    stop(after, occasion, at);
}

fn began(ticket: &Ticket) -> bool {
    ticket.sla_started_at.is_some()
}

/// Ends and begins pauses; a ticket that is closed stands still as well. Answers since when the clocks stood still, if
/// they go on now or stop for good.
fn settle(after: &mut Ticket, occasion: &Occasion<'_>, at: Timestamp) -> Option<Timestamp> {
    let waits = occasion.status_pauses || after.response_state.as_deref() == Some(AWAITING_CLIENT);
    let runs = after.status_is_closed || !waits;
    let reopened = after.sla_resolution_at.filter(|_| !after.status_is_closed);
    let since = after.sla_paused_at.filter(|_| runs).or(reopened);
    if let Some(since) = since {
        after.sla_total_pause_minutes = pauses(after, occasion.terms, since, at);
    }
    if reopened.is_some() {
        (after.sla_resolution_at, after.sla_resolution_met) = (None, None);
    }
    after.sla_paused_at = if runs { None } else { after.sla_paused_at.or(Some(at)) };
    since
}

/// Stops the clocks that this change finishes. Closing is an answer, too.
fn stop(after: &mut Ticket, occasion: &Occasion<'_>, at: Timestamp) {
    let closed = after.status_is_closed;
    for (clock, finishes) in [(Clock::Response, closed || occasion.answered), (Clock::Resolution, closed)] {
        if !finishes || clock.finished(after).is_some() {
            continue;
        }
        // An answer during a pause is judged by the due time that the end of the pause would bring.
        if let Some(since) = after.sla_paused_at
            && clock.due(after).is_some_and(|due| due >= since)
        {
            let due = due(after, clock, occasion.terms, pauses(after, occasion.terms, since, at));
            clock.set_due(after, due);
        }
        clock.finish(after, at);
    }
}

/// All minutes of pauses with the one from `since` to `until`, as the clocks of this ticket count them.
fn pauses(ticket: &Ticket, terms: Option<&Terms>, since: Timestamp, until: Timestamp) -> i64 {
    // Where nothing is promised any more, time goes on around the clock.
    let calendar = terms.map_or(&Calendar::Always, |terms| &terms.calendar);
    let started = ticket.sla_started_at.unwrap_or(since);
    let shows = |at| calendar.between(started, at).as_mins();
    let more = shows(until).saturating_sub(shows(since)).max(0);
    ticket.sla_total_pause_minutes.saturating_add(more)
}

fn due(ticket: &Ticket, clock: Clock, terms: Option<&Terms>, pauses: i64) -> Option<Timestamp> {
    let terms = terms?;
    let target = *terms.targets.get(ticket.priority_id.as_ref()?)?;
    let minutes = clock.target(target)?.max(0).saturating_add(pauses);
    let counted = SignedDuration::from_secs(minutes.saturating_mul(60));
    terms.calendar.after(ticket.sla_started_at?, counted)
}

#[cfg(test)]
#[path = "clocks_tests.rs"]
mod tests;
