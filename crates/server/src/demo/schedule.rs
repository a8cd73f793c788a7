//! This week of the company and the next: what is done, what is going on, what is planned.
//!
//! **Invariant:** all of it lies in working hours, and every status fits the time.

use callboard_model::{Person, Ticket, Timestamp, UserId, Version};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};

use super::dice::Dice;
use super::people::Staff;
use super::{Plan, titles};
use crate::auth::Role;
use crate::domain::schedule::{Entry, Work, WorkKind};

/// Working days, from this Monday on: this week's and the next one's.
const DAYS: [i64; 10] = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11];
/// The first hour of work.
const FIRST_HOUR: i64 = 8;
/// The hour at which work ends.
const LAST_HOUR: i64 = 17;

/// The time of everybody who works on tickets; `tickets` are those that may be worked on.
pub(super) fn fortnight(plan: &Plan, dice: &mut Dice, staff: &Staff, tickets: &[Ticket]) -> Vec<Entry> {
    let Some(monday) = monday(plan.now) else { return Vec::new() };
    let of = |role: Role| staff.accounts.iter().filter(move |account| account.role == role);
    let Some(planner) = of(Role::Dispatcher).next() else { return Vec::new() };
    let name = format!("{} {}", planner.user.first_name, planner.user.last_name);
    let planner = Person { user_id: planner.user.user_id.clone(), display_name: name.into() };
    let mut plan = Weeks { dice, now: plan.now, planner, tickets, entries: Vec::new() };
    let workers: Vec<_> = of(Role::Technician).map(|account| account.user.user_id.clone()).collect();
    for day in DAYS {
        let morning = hours(monday, day * 24 + FIRST_HOUR);
        plan.add(morning, 15, "Stand-up", None, workers.clone());
        for worker in &workers {
            plan.day_of(worker, hours(morning, 1), hours(monday, day * 24 + LAST_HOUR));
        }
    }
    if let Some(worker) = workers.first() {
        plan.add(hours(monday, 2 * 24 + 15), 60, "Dentist", None, vec![worker.clone()]);
        if let Some(entry) = plan.entries.last_mut() {
            entry.is_private = true;
            entry.created_by = worker.clone();
        }
    }
    plan.entries
}

/// The first instant of the week, in UTC.
fn monday(now: Timestamp) -> Option<Timestamp> {
    let today: Date = now.to_zoned(TimeZone::UTC).date();
    let back = i64::from(today.weekday().to_monday_zero_offset());
    let monday = today.checked_sub(back.days()).ok()?;
    monday.to_zoned(TimeZone::UTC).ok().map(|day| day.timestamp())
}

fn hours(at: Timestamp, hours: i64) -> Timestamp {
    minutes(at, hours * 60)
}

fn minutes(at: Timestamp, minutes: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(at)
}

struct Weeks<'a> {
    dice: &'a mut Dice,
    now: Timestamp,
    planner: Person,
    tickets: &'a [Ticket],
    entries: Vec<Entry>,
}

impl Weeks<'_> {
    /// Visits with the way between them, a meeting now and then, until the evening.
    fn day_of(&mut self, worker: &UserId, from: Timestamp, until: Timestamp) {
        let mut at = from;
        loop {
            at = minutes(at, 15 * self.dice.between(0, 4));
            let lasts = 30 * self.dice.between(1, 5);
            if minutes(at, lasts) > until {
                return;
            }
            let visit = if self.dice.percent(85) { self.dice.one(self.tickets) } else { None };
            match visit {
                Some(ticket) => self.add(at, lasts, &ticket.title, Some(ticket), vec![worker.clone()]),
                None => {
                    let meeting = self.dice.word(titles::MEETINGS);
                    self.add(at, lasts, meeting, None, vec![worker.clone()]);
                }
            }
            at = minutes(at, lasts);
        }
    }

    fn add(&mut self, start: Timestamp, lasts: i64, title: &str, ticket: Option<&Ticket>, who: Vec<UserId>) {
        let end = minutes(start, lasts);
        let status = match (end <= self.now, start <= self.now) {
            (true, _) => "completed",
            (false, true) if ticket.is_some() => "on_site",
            (false, _) => "scheduled",
        };
        let called_off = ticket.is_some() && start > self.now && self.dice.percent(3);
        let kind = if ticket.is_some() { WorkKind::Ticket } else { WorkKind::AdHoc };
        let planned_at = minutes(start.min(self.now), -(24 * 60));
        self.entries.push(Entry {
            id: self.dice.id(),
            title: title.to_owned(),
            start,
            end,
            work: Work { kind, id: ticket.map(|ticket| ticket.ticket_id.to_string()) },
            notes: String::new(),
            is_private: false,
            status: if called_off { "cancelled" } else { status }.to_owned(),
            recurrence: None,
            assigned: who.into_iter().collect(),
            created_by: self.planner.user_id.clone(),
            created_at: planned_at,
            updated_by: self.planner.clone(),
            updated_at: planned_at,
            version: Version(1),
        });
    }
}
