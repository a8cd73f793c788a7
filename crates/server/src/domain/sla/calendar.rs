//! The hours in which somebody works: around the clock, or a week of shifts in a time zone, less the holidays.
//!
//! It exists so that a target of four hours agreed for office hours is not missed at night. The rules of time zones come
//! with the program: two processes on two machines, and one process after an update of its machine, agree.
//!
//! **Invariant:** the local time of a shift becomes an instant by one monotone rule, so shifts never overlap, whatever the
//! clocks of the zone do. Local time that a change of the clocks leaves out has no length; local time that comes twice is
//! counted twice when the shift goes on around it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use callboard_model::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

/// Shifts of a week at most; a calendar with more is refused.
pub const SHIFTS_MAX: usize = 168;
/// Holidays of a calendar at most; a calendar with more is refused.
pub const HOLIDAYS_MAX: usize = 1000;
/// Where a day ends.
pub const DAY_MINUTES: u16 = 24 * 60;
/// How far a calendar is followed: no target is due later, and no longer span is counted. Some ten years.
pub const HORIZON_DAYS: usize = 3660;

/// The zones that came with the program.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The hours that count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Calendar {
    /// Every minute counts.
    Always,
    /// The shifts of a week count.
    Week(Box<WorkingWeek>),
}

/// A week of shifts in a time zone, less the holidays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingWeek {
    zone: TimeZone,
    /// Monday first; each day in order, without overlaps.
    days: [Vec<(u16, u16)>; 7],
    holidays: BTreeSet<Date>,
}

/// Working time on one day of the week, in minutes since local midnight. One that goes over midnight is two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    /// The day.
    pub day: Weekday,
    /// When it begins.
    pub opens: u16,
    /// When it ends; at most [`DAY_MINUTES`]. One that ends when it begins has no length.
    pub closes: u16,
}

/// Why there is no such calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// No zone of this name.
    #[error("unknown time zone")]
    Zone,
    /// A shift that ends before it begins, or after the day.
    #[error("a shift does not lie within its day")]
    Shift,
    /// Over [`SHIFTS_MAX`] or [`HOLIDAYS_MAX`].
    #[error("too many shifts or holidays")]
    TooMany,
}

impl WorkingWeek {
    /// The week with these shifts, in the zone with this IANA name. Shifts that overlap count once.
    pub fn new(zone: &str, shifts: &[Shift], holidays: BTreeSet<Date>) -> Result<Self, Unusable> {
        let zone = ZONES.get(zone).map_err(|_| Unusable::Zone)?;
        if shifts.len() > SHIFTS_MAX || holidays.len() > HOLIDAYS_MAX {
            return Err(Unusable::TooMany);
        }
        let mut days: [Vec<(u16, u16)>; 7] = Default::default();
        for shift in shifts {
            if shift.opens > shift.closes || shift.closes > DAY_MINUTES {
                return Err(Unusable::Shift);
            }
            if let Some(day) = days.get_mut(index(shift.day)) {
                day.push((shift.opens, shift.closes));
            }
        }
        Ok(Self { zone, days: days.map(without_overlaps), holidays })
    }

    /// The shifts as instants, in order, from the day of `from` on. The first may begin or even end before it.
    pub(super) fn shifts_from(&self, from: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        let today = self.zone.to_datetime(from).date();
        // A clock set back over midnight puts an instant into the day before; looking there as well costs nothing.
        let first = today.yesterday().unwrap_or(today);
        let days = std::iter::successors(Some(first), |day| day.tomorrow().ok()).take(HORIZON_DAYS);
        days.flat_map(move |day| {
            let shifts = if self.holidays.contains(&day) { &[] } else { self.shifts_on(day.weekday()) };
            shifts.iter().filter_map(move |&(opens, closes)| {
                Some((self.instant(day, opens)?, self.instant(day, closes)?))
            })
        })
    }

    fn shifts_on(&self, day: Weekday) -> &[(u16, u16)] {
        self.days.get(index(day)).map_or(&[], Vec::as_slice)
    }

    /// The first instant at which the local clock shows this minute of this day or has gone past it.
    fn instant(&self, day: Date, minute: u16) -> Option<Timestamp> {
        let (day, minute) = if minute >= DAY_MINUTES { (day.tomorrow().ok()?, 0) } else { (day, minute) };
        let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
        let local = day.to_datetime(Time::new(hour, minute, 0, 0).ok()?);
        match self.zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
                offset.to_timestamp(local).ok()
            }
            AmbiguousOffset::Gap { after, .. } => {
                let before_the_gap = after.to_timestamp(local).ok()?;
                self.zone.following(before_the_gap).next().map(|change| change.timestamp())
            }
        }
    }
}

fn index(day: Weekday) -> usize {
    usize::try_from(day.to_monday_zero_offset()).unwrap_or_default()
}

fn without_overlaps(mut shifts: Vec<(u16, u16)>) -> Vec<(u16, u16)> {
    shifts.sort_unstable();
    let mut apart: Vec<(u16, u16)> = Vec::with_capacity(shifts.len());
    for (opens, closes) in shifts {
        match apart.last_mut() {
            Some(last) if opens <= last.1 => last.1 = last.1.max(closes),
            _ => apart.push((opens, closes)),
        }
    }
    apart
}
