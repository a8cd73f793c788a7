//! What a ticket is after a change, or why it cannot be changed so.
//!
//! It exists because fields lean on each other: a status on its board, a place on its client, a closing time on the
//! status. A dependent value that no longer fits and was not sent itself is cleared; one that was sent is refused. So
//! is a sent value that another sent field overrules: whoever is told "written" finds what they sent.
//!
//! **Invariant:** `version`, `updated_at` and `updated_by` are not touched here: they are the store's bookkeeping.

use callboard_model::{Field, Ticket, Timestamp, UserId, Value};

use super::facts::Facts;
use super::{Issue, Wanted, itil};

/// The ticket with the wanted values, the values that follow from them, and the bookkeeping of closing.
pub fn apply(
    before: &Ticket,
    wanted: &Wanted,
    facts: &Facts,
    actor: &UserId,
    now: Timestamp,
) -> Result<Ticket, Vec<Issue>> {
    let mut after = before.clone();
    for (&field, value) in wanted {
        set(&mut after, field, value);
    }
    drop_what_no_longer_fits(&mut after, wanted, facts);
    let issues = issues(&after, wanted, facts);
    if !issues.is_empty() {
        return Err(issues);
    }
    derive_priority(before, &mut after, facts);
    keep_closing_books(before, &mut after, facts, actor, now);
    let overruled = overruled(&after, wanted);
    if overruled.is_empty() { Ok(after) } else { Err(overruled) }
}

/// Values that were sent and would not be found in the ticket.
fn overruled(after: &Ticket, wanted: &Wanted) -> Vec<Issue> {
    wanted
        .iter()
        .filter(|&(&field, value)| after.value(field) != *value)
        .map(|(field, _)| Issue::at(field.name(), "custom", "Follows from the other fields sent"))
        .collect()
}

/// The names of the fields that differ; bookkeeping is none of them (LT-1).
#[must_use]
pub fn updated_fields(before: &Ticket, after: &Ticket) -> Vec<Field> {
    Field::ALL.iter().copied().filter(|&field| before.value(field) != after.value(field)).collect()
}

fn set(ticket: &mut Ticket, field: Field, value: &Value) {
    let text = value.as_text();
    let number = match value {
        Value::Number(number) => Some(*number),
        Value::Empty | Value::Flag(_) | Value::Text(_) => None,
    };
    match field {
        Field::Title => ticket.title = text.unwrap_or_default().into(),
        Field::Status => ticket.status_id = text.map(Into::into),
        Field::Priority => ticket.priority_id = text.map(Into::into),
        Field::Assignee => ticket.assigned_to = text.map(Into::into),
        Field::Team => ticket.assigned_team_id = text.map(Into::into),
        Field::Board => ticket.board_id = text.map(Into::into),
        Field::Category => ticket.category_id = text.map(Into::into),
        Field::Subcategory => ticket.subcategory_id = text.map(Into::into),
        Field::Client => ticket.client_id = text.map(Into::into),
        Field::Contact => ticket.contact_name_id = text.map(Into::into),
        Field::Location => ticket.location_id = text.map(Into::into),
        Field::Impact => ticket.itil_impact = number,
        Field::Urgency => ticket.itil_urgency = number,
        Field::DueDate => ticket.due_date = text.and_then(|text| text.parse().ok()),
        Field::ResponseState => ticket.response_state = text.map(Into::into),
    }
}

/// Whether the category and the subcategory of `ticket` fit, in this order.
fn categories_fit(ticket: &Ticket, facts: &Facts) -> (bool, bool) {
    let fact = |id: &Option<_>| id.as_ref().map(|id| facts.categories.get(id));
    let category = match fact(&ticket.category_id) {
        None => true,
        Some(found) => found.is_some_and(|category| {
            category.parent.is_none() && Some(&category.board) == ticket.board_id.as_ref()
        }),
    };
    let subcategory = match fact(&ticket.subcategory_id) {
        None => true,
        Some(found) => {
            found.is_some_and(|below| below.parent.is_some() && below.parent == ticket.category_id)
        }
    };
    (category, subcategory)
}

/// Whether the place and the contact of `ticket` are its client's, in this order.
fn customer_fits(ticket: &Ticket, facts: &Facts) -> (bool, bool) {
    let client = ticket.client_id.as_ref();
    let location = ticket.location_id.as_ref().is_none_or(|id| facts.locations.get(id) == client);
    let contact = ticket.contact_name_id.as_ref().is_none_or(|id| facts.contacts.get(id) == client);
    (location, contact)
}

fn drop_what_no_longer_fits(ticket: &mut Ticket, wanted: &Wanted, facts: &Facts) {
    let moved = wanted.contains_key(&Field::Board) || wanted.contains_key(&Field::Category);
    if moved && !wanted.contains_key(&Field::Category) && !categories_fit(ticket, facts).0 {
        ticket.category_id = None;
    }
    if moved && !wanted.contains_key(&Field::Subcategory) && !categories_fit(ticket, facts).1 {
        ticket.subcategory_id = None;
    }
    if wanted.contains_key(&Field::Client) {
        let (location, contact) = customer_fits(ticket, facts);
        if !location && !wanted.contains_key(&Field::Location) {
            ticket.location_id = None;
        }
        if !contact && !wanted.contains_key(&Field::Contact) {
            ticket.contact_name_id = None;
        }
    }
}

fn issues(after: &Ticket, wanted: &Wanted, facts: &Facts) -> Vec<Issue> {
    let touched = |field| wanted.contains_key(&field);
    let mut issues = Vec::new();
    let mut check = |ask: bool, holds: bool, field: Field, message: &str| {
        if ask && !holds {
            issues.push(Issue::at(field.name(), "custom", message));
        }
    };
    let board = after.board_id.as_ref();
    check(
        touched(Field::Board),
        board.is_some_and(|id| facts.boards.contains(id)),
        Field::Board,
        "Unknown board",
    );
    check(
        touched(Field::Board) || touched(Field::Status),
        after.status_id.as_ref().and_then(|id| facts.statuses.get(id)).map(|status| &status.board) == board,
        Field::Status,
        "The status does not belong to the board",
    );
    check(
        touched(Field::Priority),
        after.priority_id.as_ref().is_some_and(|id| facts.priorities.contains(id)),
        Field::Priority,
        "Unknown priority",
    );
    let (category, subcategory) = categories_fit(after, facts);
    check(touched(Field::Category), category, Field::Category, "The category does not belong to the board");
    check(
        touched(Field::Subcategory),
        subcategory,
        Field::Subcategory,
        "The subcategory does not belong to the category",
    );
    check(
        touched(Field::Client),
        after.client_id.as_ref().is_some_and(|id| facts.clients.contains(id)),
        Field::Client,
        "Unknown client",
    );
    let (location, contact) = customer_fits(after, facts);
    check(touched(Field::Location), location, Field::Location, "The location does not belong to the client");
    check(touched(Field::Contact), contact, Field::Contact, "The contact does not belong to the client");
    check(
        touched(Field::Assignee),
        after.assigned_to.as_ref().is_none_or(|id| facts.users.contains(id)),
        Field::Assignee,
        "Nobody with this id can be assigned",
    );
    check(
        touched(Field::Team),
        after.assigned_team_id.as_ref().is_none_or(|id| facts.teams.contains(id)),
        Field::Team,
        "Unknown team",
    );
    issues
}

/// A change of impact or urgency sets the level, and the priority where the company has one of that level.
fn derive_priority(before: &Ticket, after: &mut Ticket, facts: &Facts) {
    let changed = before.itil_impact != after.itil_impact || before.itil_urgency != after.itil_urgency;
    if !changed {
        return;
    }
    after.itil_priority_level = itil::level_of(after.itil_impact, after.itil_urgency);
    let priority = after.itil_priority_level.and_then(|level| facts.priority_of_level.get(&level));
    if let Some(priority) = priority {
        after.priority_id = Some(priority.clone());
    }
}

/// Into a closed status: who and when. Out of it: neither. From one closed status to another: as it was.
fn keep_closing_books(before: &Ticket, after: &mut Ticket, facts: &Facts, actor: &UserId, now: Timestamp) {
    if let Some(status) = after.status_id.as_ref().and_then(|id| facts.statuses.get(id)) {
        after.status_is_closed = status.is_closed;
    }
    match (before.status_is_closed, after.status_is_closed) {
        (false, true) => {
            after.closed_at = Some(now);
            after.closed_by = Some(actor.clone());
            after.response_state = None;
        }
        (true, false) => {
            after.closed_at = None;
            after.closed_by = None;
        }
        (true, true) | (false, false) => {}
    }
}

#[cfg(test)]
#[path = "apply_tests.rs"]
pub(super) mod tests;

#[cfg(test)]
#[path = "apply_exhaustive_tests.rs"]
mod exhaustive_tests;
