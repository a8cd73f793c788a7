//! Counted time as tables of instants, and as promises about all of them (LT-8, `alga-psa.md` 1.5).

use std::collections::BTreeSet;

use jiff::civil::{Weekday, date};
use proptest::prelude::*;

use super::*;
use crate::domain::sla::calendar::{DAY_MINUTES, SHIFTS_MAX, Shift, Unusable, WorkingWeek};

const WORKDAYS: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
const EVERY_DAY: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn week(zone: &str, days: &[Weekday], hours: &[(u16, u16)]) -> Calendar {
    let shifts: Vec<_> = days
        .iter()
        .flat_map(|&day| hours.iter().map(move |&(opens, closes)| Shift { day, opens, closes }))
        .collect();
    Calendar::Week(Box::new(WorkingWeek::new(zone, &shifts, BTreeSet::new()).expect("a calendar")))
}

/// Monday to Friday, 9 to 17 o'clock in Berlin; the first of May 2026, a Friday, is off.
fn office() -> Calendar {
    let shifts: Vec<_> = WORKDAYS.iter().map(|&day| Shift { day, opens: 9 * 60, closes: 17 * 60 }).collect();
    let holidays = [date(2026, 5, 1)].into();
    Calendar::Week(Box::new(WorkingWeek::new("Europe/Berlin", &shifts, holidays).expect("a calendar")))
}

const fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_secs(minutes * 60)
}

/// Start, minutes, due; Berlin is two hours ahead in summer and one in winter.
#[test]
fn a_target_counts_only_while_somebody_works() {
    for (start, target, due) in [
        // Within a day, to its very end, and over the night.
        ("2026-06-01T08:00:00Z", 60, "2026-06-01T09:00:00Z"),
        ("2026-06-01T08:00:00Z", 7 * 60, "2026-06-01T15:00:00Z"),
        ("2026-06-01T08:00:00Z", 7 * 60 + 1, "2026-06-02T07:01:00Z"),
        // Before and after work, and at the weekend.
        ("2026-06-01T02:00:00Z", 30, "2026-06-01T07:30:00Z"),
        ("2026-06-01T20:00:00Z", 30, "2026-06-02T07:30:00Z"),
        ("2026-06-06T12:00:00Z", 30, "2026-06-08T07:30:00Z"),
        ("2026-06-05T14:30:00Z", 60, "2026-06-08T07:30:00Z"),
        // Over a holiday that makes a long weekend.
        ("2026-04-30T14:30:00Z", 60, "2026-05-04T07:30:00Z"),
        // Over the weekend on which the clocks go forward, and back.
        ("2026-03-27T15:30:00Z", 60, "2026-03-30T07:30:00Z"),
        ("2026-10-23T14:30:00Z", 60, "2026-10-26T08:30:00Z"),
        // Nothing to wait for.
        ("2026-06-06T12:00:00Z", 0, "2026-06-06T12:00:00Z"),
    ] {
        assert_eq!(office().after(at(start), minutes(target)), Some(at(due)), "{start} and {target} minutes");
        assert_eq!(office().between(at(start), at(due)), minutes(target), "{start} to {due}");
    }
}

#[test]
fn a_shift_on_the_day_the_clocks_change_is_as_long_as_it_really_is() {
    let span = |zone: &str, hours: &[(u16, u16)], from: &str, to: &str| {
        week(zone, &EVERY_DAY, hours).between(at(from), at(to)).as_mins()
    };
    let (forward, after) = ("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z");
    let (back, later) = ("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
    let berlin = "Europe/Berlin";
    assert_eq!(span(berlin, &[(0, DAY_MINUTES)], forward, after), 23 * 60, "a day of 23 hours");
    assert_eq!(span(berlin, &[(0, DAY_MINUTES)], back, later), 25 * 60, "a day of 25 hours");
    assert_eq!(span(berlin, &[(60, 4 * 60)], forward, after), 2 * 60, "the hour that is left out");
    assert_eq!(span(berlin, &[(60, 4 * 60)], back, later), 4 * 60, "the hour that comes twice");
    assert_eq!(span(berlin, &[(135, 165)], forward, after), 0, "a shift inside the gap has no length");
    assert_eq!(span(berlin, &[(135, 165)], back, later), 30, "a shift inside the double hour counts once");
    assert_eq!(span(berlin, &[(60, 150), (150, 240)], forward, after), 2 * 60, "cut in two at the gap");
    assert_eq!(span(berlin, &[(60, 150), (150, 240)], back, later), 4 * 60, "cut in two in the double hour");
    let first_pass = week(berlin, &EVERY_DAY, &[(135, 165)]).after(at(back), minutes(30));
    assert_eq!(first_pass, Some(at("2026-10-25T00:45:00Z")), "and that the first time round");
    // Lord Howe moves by half an hour; Samoa left out a whole day, the 30th.
    let (from, to) = ("2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z");
    assert_eq!(span("Australia/Lord_Howe", &[(0, DAY_MINUTES)], from, to), 23 * 60 + 30);
    let (from, to) = ("2011-12-29T10:00:00Z", "2011-12-31T10:00:00Z");
    assert_eq!(span("Pacific/Apia", &[(9 * 60, 17 * 60)], from, to), 16 * 60, "the 29th and the 31st");
}

#[test]
fn a_calendar_without_hours_never_comes_to_an_end() {
    let start = at("2026-06-01T08:00:00Z");
    for empty in [week("UTC", &[], &[]), week("UTC", &EVERY_DAY, &[(600, 600)])] {
        assert_eq!(empty.after(start, minutes(1)), None);
        assert_eq!(empty.after(start, minutes(0)), Some(start));
        assert_eq!(empty.between(start, at("2027-06-01T08:00:00Z")), SignedDuration::ZERO);
    }
}

#[test]
fn a_target_of_years_is_due_in_years_and_one_beyond_the_horizon_never() {
    let start = at("2026-06-01T07:00:00Z");
    let year = minutes(260 * 8 * 60);
    assert_eq!(office().after(start, year), Some(at("2027-05-28T15:00:00Z")));
    for calendar in [office(), Calendar::Always] {
        assert!(calendar.after(start, minutes(370 * 24 * 60)).is_some());
        assert_eq!(calendar.after(start, HORIZON + minutes(1)), None);
        assert_eq!(calendar.after(start, SignedDuration::MAX), None);
        assert_eq!(calendar.after(Timestamp::MAX, minutes(1)), None);
        assert!(calendar.between(Timestamp::MIN, Timestamp::MAX) <= HORIZON);
        assert_eq!(calendar.between(Timestamp::MAX, Timestamp::MIN), SignedDuration::ZERO);
    }
}

#[test]
fn what_is_no_calendar_is_refused() {
    let shift = |opens, closes| Shift { day: Weekday::Monday, opens, closes };
    let refused = |zone, shifts: &[Shift]| WorkingWeek::new(zone, shifts, BTreeSet::new()).err();
    assert_eq!(refused("Europe/Atlantis", &[]), Some(Unusable::Zone));
    assert_eq!(refused("UTC", &[shift(600, 540)]), Some(Unusable::Shift));
    assert_eq!(refused("UTC", &[shift(0, DAY_MINUTES + 1)]), Some(Unusable::Shift));
    assert_eq!(refused("UTC", &vec![shift(0, 1); SHIFTS_MAX + 1]), Some(Unusable::TooMany));
    assert_eq!(refused("UTC", &[shift(0, 0), shift(0, DAY_MINUTES)]), None);
}

/// Calendars of every kind: zones with strange clocks, shifts that overlap or have no length, holidays.
fn calendars() -> impl Strategy<Value = Calendar> {
    let zone = proptest::sample::select(vec![
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "America/Sao_Paulo",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Africa/Casablanca",
        "Asia/Kathmandu",
    ]);
    let shift = (0_usize..7, 0..=DAY_MINUTES, 0..=DAY_MINUTES).prop_map(|(day, one, other)| Shift {
        day: EVERY_DAY[day],
        opens: one.min(other),
        closes: one.max(other),
    });
    let holidays = proptest::collection::btree_set(0_i32..4000, 0..20);
    let working =
        (zone, proptest::collection::vec(shift, 0..12), holidays).prop_map(|(zone, shifts, days)| {
            let holidays =
                days.into_iter().map(|day| date(2010, 1, 1) + jiff::Span::new().days(day)).collect();
            Calendar::Week(Box::new(WorkingWeek::new(zone, &shifts, holidays).expect("a calendar")))
        });
    prop_oneof![1 => Just(Calendar::Always), 9 => working]
}

/// To the millisecond, around years in which clocks did strange things.
fn instants() -> impl Strategy<Value = Timestamp> {
    (1_293_840_000_000_i64..1_420_070_400_000)
        .prop_map(|at| Timestamp::from_millisecond(at).expect("an instant"))
}

fn amounts() -> impl Strategy<Value = SignedDuration> {
    prop_oneof![0_i64..200_000, 0_i64..1_500_000_000].prop_map(SignedDuration::from_millis)
}

proptest! {
    #[test]
    fn time_that_was_added_is_the_time_that_is_counted(
        calendar in calendars(), start in instants(), amount in amounts(),
    ) {
        if let Some(due) = calendar.after(start, amount) {
            prop_assert_eq!(calendar.between(start, due), amount);
        }
    }

    #[test]
    fn the_due_time_is_the_first_instant_by_which_it_has_counted(
        calendar in calendars(), start in instants(), amount in 1_i64..200_000_000,
    ) {
        let amount = SignedDuration::from_millis(amount);
        if let Some(due) = calendar.after(start, amount) {
            let just_before = due - SignedDuration::from_millis(1);
            prop_assert!(calendar.between(start, just_before) < amount);
        }
    }

    #[test]
    fn more_time_or_a_later_start_is_never_due_earlier(
        calendar in calendars(), one in instants(), other in instants(), amount in amounts(), more in amounts(),
    ) {
        // Nothing to wait for is due at once, also outside of hours; what comes before it is no shorter wait.
        let (first, last) = (one.min(other), one.max(other));
        let never = Timestamp::MAX;
        let due = |start, amount| calendar.after(start, amount).unwrap_or(never);
        prop_assert!(due(first, amount) >= first);
        prop_assert!(due(first, amount) <= due(first, amount + more));
        prop_assert!(due(first, amount) <= due(last, amount));
    }

    #[test]
    fn a_span_that_is_split_adds_up(
        calendar in calendars(), a in instants(), b in instants(), c in instants(),
    ) {
        let mut cuts = [a, b, c];
        cuts.sort();
        let [a, b, c] = cuts;
        prop_assert_eq!(calendar.between(a, b) + calendar.between(b, c), calendar.between(a, c));
        prop_assert!(calendar.between(a, c) <= c.duration_since(a));
    }

    #[test]
    fn around_the_clock_is_a_week_of_whole_days(start in instants(), end in instants(), amount in amounts()) {
        let whole = week("America/New_York", &EVERY_DAY, &[(0, DAY_MINUTES)]);
        prop_assert_eq!(whole.between(start, end), Calendar::Always.between(start, end));
        prop_assert_eq!(whole.after(start, amount), Calendar::Always.after(start, amount));
    }
}
