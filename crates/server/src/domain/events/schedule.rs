//! The events of the schedule: visits, blocked time, a technician's way to the customer and back, and full days.
//!
//! An entry says how it stands in the company's own words, so the words are read here, in one place. What is for somebody
//! (a ticket, a task, a request) is a visit; anything else blocks time.
//!
//! **Invariant:** tells times and people, and never what an entry is called or what its notes say.

use callboard_catalog::EventType;
use callboard_model::UserId;
use serde_json::{Map, Value as Json, json};

use super::{By, Happening};
use crate::domain::schedule::capacity::Crossing;
use crate::domain::schedule::{Entry, WorkKind};

/// In which times are told: instants need none, but the catalogue asks for one.
const TIMEZONE: &str = "UTC";

/// What is told of a change. Without `before` the entry is new, without `after` it is gone.
#[must_use]
pub fn of_change(before: Option<&Entry>, after: Option<&Entry>, by: By<'_>) -> Vec<Happening> {
    let (mut told, older, entry) = match (before, after) {
        (None, Some(after)) => (planned(after, by), EventType::ScheduleEntryCreated, after),
        (Some(before), Some(after)) => (changed(before, after, by), EventType::ScheduleEntryUpdated, after),
        (Some(before), None) => (removed(before, by), EventType::ScheduleEntryDeleted, before),
        (None, None) => return Vec::new(),
    };
    let names = match (before, after) {
        (Some(before), Some(after)) => before.changed(after),
        _ => Vec::new(),
    };
    if !names.is_empty() || before.is_none() || after.is_none() {
        let changes: Map<String, Json> = names.iter().map(|name| ((*name).to_owned(), json!(true))).collect();
        let older = Happening::new(older).with("entryId", entry.id.as_str()).with("userId", by.user.as_str());
        told.push(older.maybe("changes", (!changes.is_empty()).then_some(changes)));
    }
    told
}

/// What is told of a team whose day became full.
#[must_use]
pub fn at_capacity(crossing: &Crossing, by: By<'_>) -> Happening {
    Happening::new(EventType::CapacityThresholdReached)
        .with("teamId", crossing.team.as_str())
        .with("date", crossing.date.to_string())
        .with("capacityLimit", crossing.limit)
        .with("currentBooked", crossing.booked.as_secs_f64() / 3600.0)
        .at("triggeredAt", by.now)
}

/// Whether somebody is visited, rather than time merely blocked.
fn is_visit(entry: &Entry) -> bool {
    match entry.work.kind {
        WorkKind::Ticket | WorkKind::ProjectTask | WorkKind::Interaction | WorkKind::AppointmentRequest => {
            true
        }
        WorkKind::NonBillableCategory | WorkKind::AdHoc | WorkKind::OpportunityStep => false,
    }
}

fn visit(event: EventType, entry: &Entry) -> Happening {
    let ticket = entry.ticket();
    Happening::new(event)
        .with("appointmentId", entry.id.as_str())
        .maybe("ticketId", ticket.as_ref().map(|ticket| ticket.as_str()))
}

fn planned(entry: &Entry, by: By<'_>) -> Vec<Happening> {
    if !is_visit(entry) {
        return blocks(entry, by);
    }
    let somebody = entry.assigned.first().map(|user| user.as_str());
    let created = visit(EventType::AppointmentCreated, entry)
        .at("startAt", entry.start)
        .at("endAt", entry.end)
        .with("timezone", TIMEZONE)
        .maybe("assigneeId", somebody)
        .maybe("assigneeType", somebody.map(|_| "user"))
        .with("createdByUserId", entry.created_by.as_str())
        .at("createdAt", entry.created_at);
    [created].into_iter().chain(on_the_way(None, entry, by)).collect()
}

/// Blocked time, once for everybody whose time it is.
fn blocks(entry: &Entry, by: By<'_>) -> Vec<Happening> {
    let block = |owner: &UserId| {
        Happening::new(EventType::ScheduleBlockCreated)
            .with("scheduleBlockId", entry.id.as_str())
            .with("ownerId", owner.as_str())
            .with("ownerType", "user")
            .at("startAt", entry.start)
            .at("endAt", entry.end)
            .with("timezone", TIMEZONE)
            .at("createdAt", by.now)
    };
    entry.assigned.iter().map(block).collect()
}

fn changed(before: &Entry, after: &Entry, by: By<'_>) -> Vec<Happening> {
    match (is_visit(before), is_visit(after)) {
        (true, true) => {}
        (was_visit, _) if was_visit == is_visit(after) => return Vec::new(),
        // It has become the other thing: one is gone, one is there.
        _ => return removed(before, by).into_iter().chain(planned(after, by)).collect(),
    }
    let moved = (before.start, before.end) != (after.start, after.end);
    let rescheduled = moved.then(|| {
        visit(EventType::AppointmentRescheduled, after)
            .at("previousStartAt", before.start)
            .at("previousEndAt", before.end)
            .at("newStartAt", after.start)
            .at("newEndAt", after.end)
            .with("timezone", TIMEZONE)
            .at("rescheduledAt", by.now)
    });
    let gone = before.assigned.difference(&after.assigned).next();
    let assigned = after.assigned.difference(&before.assigned).map(|user| {
        visit(EventType::AppointmentAssigned, after)
            .maybe("previousAssigneeId", gone.map(|user| user.as_str()))
            .maybe("previousAssigneeType", gone.map(|_| "user"))
            .with("newAssigneeId", user.as_str())
            .with("newAssigneeType", "user")
            .at("assignedAt", by.now)
    });
    rescheduled.into_iter().chain(assigned).chain(on_the_way(Some(before), after, by)).collect()
}

fn removed(entry: &Entry, by: By<'_>) -> Vec<Happening> {
    if !is_visit(entry) {
        let block =
            Happening::new(EventType::ScheduleBlockDeleted).with("scheduleBlockId", entry.id.as_str());
        return vec![block.at("deletedAt", by.now)];
    }
    let is_over = matches!(
        Standing::of(&entry.status),
        Some(Standing::Canceled | Standing::Completed | Standing::NoShow | Standing::CheckedOut)
    );
    (!is_over)
        .then(|| visit(EventType::AppointmentCanceled, entry).at("canceledAt", by.now))
        .into_iter()
        .collect()
}

/// How far a visit has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Dispatched,
    EnRoute,
    Arrived,
    CheckedOut,
    Completed,
    Canceled,
    NoShow,
}

impl Standing {
    /// What the company's word means; `None` for one that tells nothing of the way.
    fn of(word: &str) -> Option<Self> {
        let letters: String = word.chars().filter(char::is_ascii_alphabetic).collect();
        Some(match &*letters.to_ascii_lowercase() {
            "dispatched" => Self::Dispatched,
            "enroute" | "ontheway" => Self::EnRoute,
            "arrived" | "onsite" => Self::Arrived,
            "checkedout" | "left" => Self::CheckedOut,
            "completed" | "complete" | "done" => Self::Completed,
            "cancelled" | "canceled" | "cancel" => Self::Canceled,
            "noshow" => Self::NoShow,
            _ => return None,
        })
    }
}

fn on_the_way(before: Option<&Entry>, after: &Entry, by: By<'_>) -> Vec<Happening> {
    let was = before.and_then(|before| Standing::of(&before.status));
    let Some(is) = Standing::of(&after.status).filter(|is| Some(*is) != was) else { return Vec::new() };
    let each = |event, at: &str| -> Vec<Happening> {
        let technician =
            |user: &UserId| visit(event, after).with("technicianUserId", user.as_str()).at(at, by.now);
        after.assigned.iter().map(technician).collect()
    };
    match is {
        Standing::Dispatched => each(EventType::TechnicianDispatched, "dispatchedAt")
            .into_iter()
            .map(|told| told.with("dispatchedByUserId", by.user.as_str()))
            .collect(),
        Standing::EnRoute => each(EventType::TechnicianEnRoute, "startedAt"),
        Standing::Arrived => each(EventType::TechnicianArrived, "arrivedAt"),
        Standing::CheckedOut => each(EventType::TechnicianCheckedOut, "checkedOutAt"),
        Standing::Completed => vec![visit(EventType::AppointmentCompleted, after).at("completedAt", by.now)],
        Standing::Canceled => vec![visit(EventType::AppointmentCanceled, after).at("canceledAt", by.now)],
        Standing::NoShow => {
            vec![visit(EventType::AppointmentNoShow, after).with("party", "customer").at("markedAt", by.now)]
        }
    }
}
