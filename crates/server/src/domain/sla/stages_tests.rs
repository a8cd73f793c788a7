//! Stages as a table, each with its instant (`alga-psa.md` 5.3: an event of a stage is told apart by it).

use super::*;
use crate::domain::apply::tests::ticket;

fn minute(minute: i64) -> Timestamp {
    Timestamp::from_second(minute * 60).expect("in range")
}

/// A ticket that has to be done by minute 60; then when it was, whether in time, since when it is paused.
fn clock(due: Option<i64>, done: Option<(i64, bool)>, paused: Option<i64>) -> Ticket {
    let mut one = ticket();
    one.sla_resolution_due_at = due.map(minute);
    one.sla_resolution_at = done.map(|(at, _)| minute(at));
    one.sla_resolution_met = done.map(|(_, met)| met);
    one.sla_paused_at = paused.map(minute);
    one
}

#[test]
fn a_change_tells_each_stage_that_it_brought() {
    use Stage::*;
    let runs = clock(Some(60), None, None);
    let met = clock(Some(60), Some((50, true)), None);
    let late = clock(Some(60), Some((70, false)), None);
    type Case = (Option<Ticket>, Ticket, i64, &'static [(Stage, i64)]);
    let table: &[Case] = &[
        (None, runs.clone(), 0, &[(Entered, 0)]),
        (None, clock(None, None, None), 0, &[]),
        (None, met.clone(), 50, &[(Entered, 50), (Met, 50)]),
        (Some(clock(None, None, None)), runs.clone(), 5, &[(Entered, 5)]),
        (Some(runs.clone()), runs.clone(), 5, &[]),
        (Some(runs.clone()), met.clone(), 50, &[(Met, 50)]),
        (Some(runs.clone()), late.clone(), 70, &[(Breached, 60)]),
        (Some(met), clock(Some(80), None, None), 70, &[(Entered, 70)]),
        (Some(late.clone()), clock(Some(60), None, None), 80, &[(Entered, 80), (Breached, 60)]),
        (Some(late.clone()), late, 80, &[]),
        // Another priority puts the due time into the past.
        (Some(clock(Some(600), None, None)), clock(Some(20), None, None), 30, &[(Breached, 20)]),
        // It had run out already, and was told when it did.
        (Some(runs.clone()), clock(Some(20), None, None), 70, &[]),
        // A paused clock stands still; what had run out before stays so.
        (Some(runs), clock(Some(60), None, Some(50)), 50, &[]),
        (Some(clock(Some(60), None, Some(50))), clock(Some(110), None, None), 100, &[]),
        (Some(clock(Some(60), Some((50, true)), None)), clock(None, None, None), 60, &[]),
    ];
    for (before, after, now, expected) in table {
        let reached = by_change(before.as_ref(), after, minute(*now));
        let expected: Vec<_> = expected
            .iter()
            .map(|&(stage, at)| Reached { clock: Clock::Resolution, stage, at: minute(at) })
            .collect();
        assert_eq!(reached, expected, "{before:?} to {after:?} at {now}");
    }
}

#[test]
fn time_alone_breaches_once_and_only_what_runs() {
    let breached = |one: &Ticket, since, now| by_time(one, minute(since), minute(now)).len();
    let runs = clock(Some(60), None, None);
    assert_eq!(by_time(&runs, minute(0), minute(100))[0].at, minute(60));
    for one in
        [clock(None, None, None), clock(Some(60), Some((50, true)), None), clock(Some(60), None, Some(50))]
    {
        assert_eq!(breached(&one, 0, 1000), 0, "{one:?}");
    }
    // At the very instant it is due there is still time, as for whoever stops it then.
    assert_eq!((breached(&runs, 0, 60), breached(&runs, 60, 61)), (0, 1));
    // Wherever the spans are cut, it is told once.
    for cut in 0..=120 {
        assert_eq!(breached(&runs, 0, cut) + breached(&runs, cut, 120), 1, "cut at {cut}");
    }
}
