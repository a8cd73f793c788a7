//! Which stages of its service levels a ticket reached, and when.
//!
//! It exists so that whoever tells others (events, alerts) needs no memory of its own: a change is compared with what was
//! before it, and time that merely passed is asked about span by span.
//!
//! **Invariant:** a clock that runs out is told with the instant it was due, by whoever notices it: the same instant names
//! the same stage.

use callboard_model::{Ticket, Timestamp};

use super::Clock;

/// What can happen to a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// It began to run against a due time, for the first time or after a reopening.
    Entered,
    /// It was stopped in time.
    Met,
    /// It ran out.
    Breached,
}

/// A stage that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reached {
    /// Which clock.
    pub clock: Clock,
    /// What happened to it.
    pub stage: Stage,
    /// When: for a breach, when it was due.
    pub at: Timestamp,
}

/// What a change at `now` brought; without `before` the ticket is new. A breach that time alone had brought before is told
/// again when the clock is stopped too late, with the same instant.
#[must_use]
pub fn by_change(before: Option<&Ticket>, after: &Ticket, now: Timestamp) -> Vec<Reached> {
    Clock::ALL.into_iter().flat_map(|clock| of_clock(clock, before, after, now)).collect()
}

fn of_clock(clock: Clock, before: Option<&Ticket>, after: &Ticket, now: Timestamp) -> Vec<Reached> {
    let reached = |stage, at| Reached { clock, stage, at };
    let was_finished = before.and_then(|before| clock.finished(before));
    let was_due = before.and_then(|before| clock.due(before));
    let ran_out = before.is_some_and(|before| clock.ran_out(before, now));
    let Some(due) = clock.due(after) else { return Vec::new() };
    let mut stages = Vec::new();
    let goes_on_again = was_finished.is_some() && clock.finished(after).is_none();
    if was_due.is_none() || goes_on_again {
        stages.push(reached(Stage::Entered, now));
    }
    match (was_finished, clock.finished(after)) {
        (None, Some(at)) if clock.met(after) == Some(true) => stages.push(reached(Stage::Met, at)),
        (None, Some(_)) => stages.push(reached(Stage::Breached, due)),
        (_, None) if !ran_out && clock.ran_out(after, now) => stages.push(reached(Stage::Breached, due)),
        _ => {}
    }
    stages
}

/// The clocks that ran out from `since` on and before `now`, while nobody touched the ticket. Spans that follow each other
/// without a gap tell each breach once.
#[must_use]
pub fn by_time(ticket: &Ticket, since: Timestamp, now: Timestamp) -> Vec<Reached> {
    Clock::ALL
        .into_iter()
        .filter(|clock| clock.ran_out(ticket, now) && !clock.ran_out(ticket, since))
        .filter_map(|clock| Some(Reached { clock, stage: Stage::Breached, at: clock.due(ticket)? }))
        .collect()
}

#[cfg(test)]
#[path = "stages_tests.rs"]
mod tests;
