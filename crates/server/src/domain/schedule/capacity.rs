//! How full a team's day is.
//!
//! It exists so that whoever changes the schedule, it is decided in one place whether a team's limit was crossed by it.
//!
//! A day is one of UTC. A team's limit is the hours for which its members may be planned, together; what is booked is the
//! time that entries take of these members, of each of them. An entry that comes again counts where it was planned: its
//! pattern is not unfolded.
//!
//! **Invariant:** a limit is crossed by the change that takes a day from below it to it or beyond, and by no other; a team
//! without a limit crosses none.

use std::collections::BTreeMap;

use callboard_model::{TeamId, Timestamp, UserId};
use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::{Entry, takes_time};

/// The days that are looked at after one change, from the first that became fuller. Of an entry that goes on for longer,
/// nothing is told of the days behind them: a month's leave is looked at, and not what a year's would cost each save.
const DAYS_MAX: i64 = 31;

/// The milliseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// A team, and who counts in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Which team.
    pub id: TeamId,
    /// For how many hours each of its members may be planned on a day; whoever has no such number does not count.
    pub hours: BTreeMap<UserId, u32>,
}

/// Time that another entry takes of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Whose.
    pub user: UserId,
    /// From when.
    pub start: Timestamp,
    /// Until when.
    pub end: Timestamp,
}

/// A limit that was crossed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// Whose.
    pub team: TeamId,
    /// On which day.
    pub date: Date,
    /// For how many hours the team may be planned.
    pub limit: u32,
    /// For how long it is.
    pub booked: SignedDuration,
}

/// Days that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    first: Day,
    last: Day,
}

/// A day, counted from the first of 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Day(i64);

/// The days that a change made fuller for anybody, as far as they are looked at; `None` where no day became fuller.
#[must_use]
pub fn fuller(before: Option<&Entry>, after: Option<&Entry>) -> Option<Days> {
    let after = after?;
    let is_fuller = |day: Day| {
        let before = |user| before.map_or(SignedDuration::ZERO, |before| time_of(before, user, day));
        after.assigned.iter().any(|user| time_of(after, user, day) > before(user))
    };
    let last = Day::of(after.end.as_millisecond() - 1);
    let first =
        Days { first: Day::of(after.start.as_millisecond()), last }.each().find(|day| is_fuller(*day))?;
    Some(Days { first, last: last.min(Day(first.0 + DAYS_MAX - 1)) })
}

/// The limits of these teams that were crossed on these days. `others` is what all other entries take of their members.
#[must_use]
pub fn crossings(
    days: Days,
    (before, after): (Option<&Entry>, Option<&Entry>),
    teams: &[Team],
    others: &[Taken],
) -> Vec<Crossing> {
    let mut crossed = Vec::new();
    for team in teams {
        let limit: u32 = team.hours.values().sum();
        let full = SignedDuration::from_hours(limit.into());
        let others: Vec<_> = others.iter().filter(|taken| team.hours.contains_key(&taken.user)).collect();
        for day in days.each() {
            let others = sum(others.iter().map(|taken| day.part_of(taken.start, taken.end)));
            let with = |entry: Option<&Entry>| {
                let of = |entry| sum(team.hours.keys().map(|user| time_of(entry, user, day)));
                others + entry.map_or(SignedDuration::ZERO, of)
            };
            let (was, booked) = (with(before), with(after));
            if limit > 0 && was < full && booked >= full {
                crossed.push(Crossing { team: team.id.clone(), date: day.date(), limit, booked });
            }
        }
    }
    crossed
}

/// How much of this day an entry takes of somebody.
fn time_of(entry: &Entry, user: &UserId, day: Day) -> SignedDuration {
    if entry.assigned.contains(user) && takes_time(&entry.status) {
        day.part_of(entry.start, entry.end)
    } else {
        SignedDuration::ZERO
    }
}

fn sum(times: impl Iterator<Item = SignedDuration>) -> SignedDuration {
    times.fold(SignedDuration::ZERO, SignedDuration::saturating_add)
}

impl Days {
    /// When the first of them begins.
    #[must_use]
    pub fn start(self) -> Timestamp {
        self.first.start()
    }

    /// When the last of them is over.
    #[must_use]
    pub fn end(self) -> Timestamp {
        Day(self.last.0 + 1).start()
    }

    fn each(self) -> impl Iterator<Item = Day> {
        (self.first.0..=self.last.0).map(Day)
    }
}

impl Day {
    const fn of(millisecond: i64) -> Self {
        Self(millisecond.div_euclid(DAY))
    }

    /// The first day of all begins before there are instants, and the last one ends behind them.
    fn start(self) -> Timestamp {
        let edge = if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Timestamp::from_millisecond(self.0 * DAY).unwrap_or(edge)
    }

    fn date(self) -> Date {
        Offset::UTC.to_datetime(self.start()).date()
    }

    /// How much of the time between these two lies in this day.
    fn part_of(self, start: Timestamp, end: Timestamp) -> SignedDuration {
        let (from, until) = (start.max(self.start()), end.min(Self(self.0 + 1).start()));
        from.duration_until(until).max(SignedDuration::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use callboard_model::Person;

    use super::*;
    use crate::domain::schedule::plan::{Facts, Planner, Wanted, begin};

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn hours(hours: i64) -> SignedDuration {
        SignedDuration::from_hours(hours)
    }

    fn entry(people: &[&str], start: &str, end: &str) -> Entry {
        let assigned = people.iter().map(|id| UserId::from(*id)).collect();
        let facts = Facts { people: ["ann", "bob", "cy"].map(UserId::from).into(), ..Facts::default() };
        let person = Person { user_id: "ann".into(), display_name: "Ann".into() };
        let wanted = Wanted {
            title: Some("Visit".to_owned()),
            start: Some(at(start)),
            end: Some(at(end)),
            assigned: Some(assigned),
            ..Wanted::default()
        };
        let by = Planner { person, now: at("2027-03-01T00:00:00Z") };
        begin("e".into(), &wanted, &facts, &by).expect("allowed")
    }

    /// An entry of the first of March.
    fn visit(people: &[&str], from: u8, to: u8) -> Entry {
        entry(people, &format!("2027-03-01T{from:02}:00:00Z"), &format!("2027-03-01T{to:02}:00:00Z"))
    }

    fn team(members: &[(&str, u32)]) -> Team {
        let hours = members.iter().map(|&(user, hours)| (user.into(), hours)).collect();
        Team { id: "team".into(), hours }
    }

    fn busy(user: &str, start: &str, end: &str) -> Taken {
        Taken { user: user.into(), start: at(start), end: at(end) }
    }

    /// What is crossed: the dates, and for how long the team is booked there.
    fn crossed(
        before: Option<&Entry>,
        after: Option<&Entry>,
        team: Team,
        others: &[Taken],
    ) -> Vec<(String, SignedDuration)> {
        let Some(days) = fuller(before, after) else { return Vec::new() };
        let crossings = crossings(days, (before, after), &[team], others);
        crossings.into_iter().map(|one| (one.date.to_string(), one.booked)).collect()
    }

    /// EV-3: on the crossing only.
    #[test]
    fn a_limit_is_crossed_from_below_and_in_no_other_way() {
        let canceled = Entry { status: "Cancelled".to_owned(), ..visit(&["ann"], 8, 16) };
        let private = Entry { is_private: true, ..visit(&["ann"], 8, 16) };
        let visit = |from, to| Some(visit(&["ann"], from, to));
        let table = [
            ("below", None, visit(8, 15), None),
            ("reached", None, visit(8, 16), Some(8)),
            ("passed", None, visit(8, 17), Some(9)),
            ("longer", visit(8, 15), visit(8, 16), Some(8)),
            ("full before", visit(8, 16), visit(8, 18), None),
            ("only moved", visit(8, 16), visit(10, 18), None),
            ("shorter", visit(8, 18), visit(8, 16), None),
            ("gone", visit(8, 18), None, None),
            ("called off", None, Some(canceled.clone()), None),
            ("on again", Some(canceled), visit(8, 16), Some(8)),
            ("private", None, Some(private), Some(8)),
        ];
        for (name, before, after, told) in table {
            let crossed = crossed(before.as_ref(), after.as_ref(), team(&[("ann", 8)]), &[]);
            let expected: Vec<_> =
                told.map(|told| ("2027-03-01".to_owned(), hours(told))).into_iter().collect();
            assert_eq!(crossed, expected, "{name}");
        }
    }

    #[test]
    fn the_time_of_all_who_count_is_added_up_and_of_nobody_else() {
        let both = [("ann", 8), ("bob", 8)];
        let of_bob = busy("bob", "2027-03-01T06:00:00Z", "2027-03-01T10:00:00Z");
        let together = visit(&["ann", "bob"], 8, 14);
        let told = |entry: &Entry, members: &[(&str, u32)], others: &[Taken]| {
            crossed(None, Some(entry), team(members), others).pop().map(|(_, booked)| booked)
        };
        assert_eq!(told(&together, &both, &[]), None);
        assert_eq!(told(&together, &both, std::slice::from_ref(&of_bob)), Some(hours(16)));
        assert_eq!(told(&together, &both[..1], &[of_bob]), None, "for Bob nothing is set");
        assert_eq!(told(&visit(&["cy"], 0, 23), &both, &[]), None, "Cy is of no team");
        assert_eq!(told(&together, &[], &[]), None);
        assert_eq!(told(&together, &[("ann", 0), ("bob", 0)], &[]), None, "nobody can be planned: no limit");
    }

    #[test]
    fn each_day_of_utc_is_judged_by_what_lies_in_it() {
        let night = entry(&["ann"], "2027-03-01T20:00:00Z", "2027-03-03T04:00:00Z");
        let all = |limit| crossed(None, Some(&night), team(&[("ann", limit)]), &[]);
        let day = |day: &str, booked| (format!("2027-03-{day}"), hours(booked));
        assert_eq!(all(4), [day("01", 4), day("02", 24), day("03", 4)]);
        assert_eq!(all(5), [day("02", 24)]);
        let until_midnight = entry(&["ann"], "2027-03-01T20:00:00Z", "2027-03-02T00:00:00Z");
        let before = busy("ann", "2027-02-28T23:00:00Z", "2027-03-01T01:00:00Z");
        let behind = busy("ann", "2027-03-02T00:00:00Z", "2027-03-03T00:00:00Z");
        assert_eq!(
            crossed(None, Some(&until_midnight), team(&[("ann", 5)]), &[before, behind]),
            [day("01", 5)]
        );
    }

    #[test]
    fn of_a_long_entry_the_days_of_a_month_are_looked_at_from_the_first_that_became_fuller() {
        let year = entry(&["ann"], "2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z");
        let told = crossed(None, Some(&year), team(&[("ann", 8)]), &[]);
        assert_eq!((told.len(), &*told[0].0, &*told[30].0), (31, "2027-01-01", "2027-01-31"));
        let before = Entry { end: at("2027-06-01T12:00:00Z"), ..year.clone() };
        let days = fuller(Some(&before), Some(&year)).expect("it became longer");
        assert_eq!((days.start(), days.end()), (at("2027-06-01T00:00:00Z"), at("2027-07-02T00:00:00Z")));
        assert_eq!(fuller(Some(&year), Some(&before)), None);
    }
}
