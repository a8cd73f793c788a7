//! The events of a ticket, in the order in which they are told: what went over into what, then exactly one of closed,
//! assigned and updated, then its clocks.
//!
//! **Invariant:** a change of nothing tells nothing, and no change is told twice in other words.

use std::collections::BTreeSet;

use callboard_catalog::EventType;
use callboard_model::{Field, TenantId, Ticket, Timestamp};
use serde_json::{Map, Value as Json, json};

use super::{By, Happening};
use crate::domain::difference::{self, Difference};
use crate::domain::extras::tag_id;
use crate::domain::sla::Clock;
use crate::domain::sla::stages::{self, Reached, Stage};

/// What is told of a change. Without `before` the ticket is new, without `after` it is gone.
#[must_use]
pub fn of_change(before: Option<&Ticket>, after: Option<&Ticket>, by: By<'_>) -> Vec<Happening> {
    let mut told = match (before, after) {
        (None, Some(after)) => opened(after, by),
        (Some(before), Some(after)) => changed(before, after, by),
        (Some(before), None) => {
            return vec![told_of(EventType::TicketDeleted, before).with("userId", by.user.as_str())];
        }
        (None, None) => return Vec::new(),
    };
    if let Some(after) = after {
        told.extend(
            stages::by_change(before, after, by.now).iter().filter_map(|reached| stage(after, reached)),
        );
    }
    told
}

fn told_of(event: EventType, ticket: &Ticket) -> Happening {
    Happening::new(event).with("ticketId", ticket.ticket_id.as_str())
}

fn opened(after: &Ticket, by: By<'_>) -> Vec<Happening> {
    let created = told_of(EventType::TicketCreated, after)
        .with("createdByUserId", by.user.as_str())
        .at("createdAt", after.entered_at.unwrap_or(by.now));
    let nobody = Ticket::blank(after.ticket_id.clone(), after.ticket_number.clone());
    let assigned = assignee(after).map(|_| assigned(&nobody, after, by));
    [created].into_iter().chain(assigned).collect()
}

fn changed(before: &Ticket, after: &Ticket, by: By<'_>) -> Vec<Happening> {
    let differences = difference::between(before, after);
    let transitions = [
        status(before, after, by),
        priority(before, after, by),
        unassigned(before, after, by),
        queue(before, after, by),
        reopened(before, after, by),
        turn(before, after),
        bundled(before, after, by),
    ];
    let mut told: Vec<_> = transitions.into_iter().flatten().collect();
    told.extend(outcome(before, after, &differences, by));
    told
}

fn status(before: &Ticket, after: &Ticket, by: By<'_>) -> Option<Happening> {
    let (was, is) = both(before.status_id.as_ref(), after.status_id.as_ref())?;
    let told = told_of(EventType::TicketStatusChanged, after);
    Some(told.with("previousStatusId", was.as_str()).with("newStatusId", is.as_str()).at("changedAt", by.now))
}

fn priority(before: &Ticket, after: &Ticket, by: By<'_>) -> Option<Happening> {
    let (was, is) = both(before.priority_id.as_ref(), after.priority_id.as_ref())?;
    let told = told_of(EventType::TicketPriorityChanged, after);
    Some(
        told.with("previousPriorityId", was.as_str())
            .with("newPriorityId", is.as_str())
            .at("changedAt", by.now),
    )
}

fn queue(before: &Ticket, after: &Ticket, by: By<'_>) -> Option<Happening> {
    let (was, is) = both(before.board_id.as_ref(), after.board_id.as_ref())?;
    let told = told_of(EventType::TicketQueueChanged, after);
    Some(told.with("previousBoardId", was.as_str()).with("newBoardId", is.as_str()).at("changedAt", by.now))
}

/// Both, where there are two and they differ.
fn both<T: PartialEq>(was: Option<T>, is: Option<T>) -> Option<(T, T)> {
    was.zip(is).filter(|(was, is)| was != is)
}

fn reopened(before: &Ticket, after: &Ticket, by: By<'_>) -> Option<Happening> {
    let (was, is) = both(before.status_id.as_ref(), after.status_id.as_ref())?;
    let opens = before.status_is_closed && !after.status_is_closed;
    let told = || {
        told_of(EventType::TicketReopened, after)
            .with("previousStatusId", was.as_str())
            .with("newStatusId", is.as_str())
            .at("reopenedAt", by.now)
    };
    opens.then(told)
}

fn turn(before: &Ticket, after: &Ticket) -> Option<Happening> {
    let (was, is) = (before.response_state.as_deref(), after.response_state.as_deref());
    (was != is).then(|| {
        told_of(EventType::TicketResponseStateChanged, after)
            .with("previousResponseState", was)
            .with("newResponseState", is)
    })
}

/// A ticket that joined another, or left it.
fn bundled(before: &Ticket, after: &Ticket, by: By<'_>) -> Option<Happening> {
    let ticket = after.ticket_id.as_str();
    match (&before.master_ticket_id, &after.master_ticket_id) {
        (was, Some(master)) if was.as_ref() != Some(master) => Some(
            Happening::new(EventType::TicketMerged)
                .with("sourceTicketId", ticket)
                .with("targetTicketId", master.as_str())
                .at("mergedAt", by.now),
        ),
        (Some(master), None) => Some(
            Happening::new(EventType::TicketSplit)
                .with("originalTicketId", master.as_str())
                .with("newTicketIds", vec![ticket])
                .at("splitAt", by.now),
        ),
        _ => None,
    }
}

/// Exactly one of closed, assigned and updated; none where only clocks and turns moved, which have their own words.
fn outcome(before: &Ticket, after: &Ticket, all: &[Difference], by: By<'_>) -> Option<Happening> {
    let own: Vec<_> = all.iter().filter(|one| is_edited(one)).collect();
    if own.is_empty() {
        return None;
    }
    let told = if after.status_is_closed && !before.status_is_closed {
        told_of(EventType::TicketClosed, after)
            .with("closedByUserId", after.closed_by.as_ref().unwrap_or(by.user).as_str())
            .at("closedAt", after.closed_at.unwrap_or(by.now))
    } else if assignee(after).is_some() && assignee(before) != assignee(after) {
        assigned(before, after, by)
    } else {
        told_of(EventType::TicketUpdated, after).with("updatedByUserId", by.user.as_str())
    };
    let names: Vec<_> = own.iter().map(|one| one.name).collect();
    Some(told.with("updatedFields", names).with("changes", changes(&own)))
}

/// Whether somebody edits it. Whose turn it is and by when are consequences, told in words of their own.
fn is_edited(one: &Difference) -> bool {
    one.name != Field::ResponseState.name() && Field::ALL.iter().any(|field| field.name() == one.name)
}

fn changes(differences: &[&Difference]) -> Map<String, Json> {
    let change = |one: &&Difference| {
        (one.name.to_owned(), json!({ "previous": one.before.clone(), "new": one.after.clone() }))
    };
    differences.iter().map(change).collect()
}

/// Who is responsible: a person before their team.
fn assignee(ticket: &Ticket) -> Option<(&str, &'static str)> {
    let user = ticket.assigned_to.as_ref().map(|user| (user.as_str(), "user"));
    user.or_else(|| ticket.assigned_team_id.as_ref().map(|team| (team.as_str(), "team")))
}

fn unassigned(before: &Ticket, after: &Ticket, by: By<'_>) -> Option<Happening> {
    let (was, is) = (assignee(before)?, assignee(after));
    let told = || {
        told_of(EventType::TicketUnassigned, after)
            .with("previousAssigneeId", was.0)
            .with("previousAssigneeType", was.1)
            .maybe("newAssigneeId", is.map(|is| is.0))
            .maybe("newAssigneeType", is.map(|is| is.1))
            .at("unassignedAt", by.now)
    };
    (Some(was) != is).then(told)
}

fn assigned(before: &Ticket, after: &Ticket, by: By<'_>) -> Happening {
    let (was, is) = (assignee(before), assignee(after));
    told_of(EventType::TicketAssigned, after)
        .maybe("assignedToUserId", after.assigned_to.as_ref().map(|user| user.as_str()))
        .with("assignedByUserId", by.user.as_str())
        .maybe("previousAssigneeId", was.map(|was| was.0))
        .maybe("previousAssigneeType", was.map(|was| was.1))
        .maybe("newAssigneeId", is.map(|is| is.0))
        .maybe("newAssigneeType", is.map(|is| is.1))
        .at("assignedAt", by.now)
}

/// The clocks that ran out from `since` on and before `now`, while nobody touched the ticket.
#[must_use]
pub fn ran_out(ticket: &Ticket, since: Timestamp, now: Timestamp) -> Vec<Happening> {
    stages::by_time(ticket, since, now).iter().filter_map(|reached| stage(ticket, reached)).collect()
}

/// Tags that came and went, by their ids; nothing where they stayed.
#[must_use]
pub fn tags(
    tenant: &TenantId,
    ticket: &Ticket,
    (was, is): (&BTreeSet<String>, &BTreeSet<String>),
    now: Timestamp,
) -> Option<Happening> {
    let only_in = |one: &BTreeSet<String>, other: &BTreeSet<String>| -> Vec<String> {
        one.difference(other).map(|tag| tag_id(tenant.as_str(), tag)).collect()
    };
    let (added, removed) = (only_in(is, was), only_in(was, is));
    (!added.is_empty() || !removed.is_empty()).then(|| {
        told_of(EventType::TicketTagsChanged, ticket)
            .with("addedTagIds", added)
            .with("removedTagIds", removed)
            .at("changedAt", now)
    })
}

/// A stage of a clock. The instant is part of the key: whoever notices the same stage tells the same event. Of a clock that
/// runs by no policy nothing is told: there is nobody to whom it was promised.
fn stage(ticket: &Ticket, reached: &Reached) -> Option<Happening> {
    let policy = ticket.sla_policy_id.as_ref()?;
    let (event, word, at) = match reached.stage {
        Stage::Entered => (EventType::TicketSlaStageEntered, "entered", "enteredAt"),
        Stage::Met => (EventType::TicketSlaStageMet, "met", "metAt"),
        Stage::Breached => (EventType::TicketSlaStageBreached, "breached", "breachedAt"),
    };
    let clock = match reached.clock {
        Clock::Response => "response",
        Clock::Resolution => "resolution",
    };
    let key = format!("ticket:{}:sla:{clock}:{word}:{}", ticket.ticket_id, reached.at);
    let told = told_of(event, ticket)
        .with("slaPolicyId", policy.as_str())
        .with("stage", clock)
        .at(at, reached.at)
        .maybe("targetAt", reached.clock.due(ticket).map(|due| due.to_string()))
        .with("idempotencyKey", key);
    Some(told)
}
