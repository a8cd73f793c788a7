//! What a new ticket is, or why it cannot be opened.
//!
//! It exists so that a ticket comes into the world under the same rules by which it is changed later: to open one is
//! to change a blank one.
//!
//! **Invariant:** a ticket that was opened has everything that the rules of a change take for granted.

use callboard_model::{Field, Ticket, Timestamp, UserId};

use super::apply::apply;
use super::facts::Facts;
use super::{Issue, Wanted};

/// What a ticket cannot be without.
const REQUIRED: [Field; 5] = [Field::Title, Field::Board, Field::Client, Field::Status, Field::Priority];

/// The ticket that `wanted` makes of a blank one, entered by `actor` at `now`.
pub fn open(
    blank: &Ticket,
    wanted: &Wanted,
    facts: &Facts,
    actor: &UserId,
    now: Timestamp,
) -> Result<Ticket, Vec<Issue>> {
    let missing = missing(wanted);
    if !missing.is_empty() {
        return Err(missing);
    }
    let mut ticket = apply(blank, wanted, facts, actor, now)?;
    if ticket.priority_id.is_none() {
        return Err(vec![required(Field::Priority)]);
    }
    ticket.entered_by = Some(actor.clone());
    ticket.entered_at = Some(now);
    Ok(ticket)
}

fn missing(wanted: &Wanted) -> Vec<Issue> {
    let sent = |field| wanted.get(&field).is_some_and(|value| !value.is_empty());
    // Impact and urgency together stand for a priority.
    let is_rated = sent(Field::Impact) && sent(Field::Urgency);
    let is_there = |field| sent(field) || (field == Field::Priority && is_rated);
    REQUIRED.into_iter().filter(|&field| !is_there(field)).map(required).collect()
}

fn required(field: Field) -> Issue {
    Issue::at(field.name(), "invalid_type", "Required")
}

#[cfg(test)]
mod tests {
    use callboard_model::Value;

    use super::*;
    use crate::domain::apply::tests::facts;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn opened(without: &[Field], with: &[(Field, Value)]) -> Result<Ticket, Vec<String>> {
        let mut wanted: Wanted = [
            (Field::Title, "VPN down".into()),
            (Field::Board, "help".into()),
            (Field::Client, "mill".into()),
            (Field::Status, "new".into()),
            (Field::Priority, "p3".into()),
        ]
        .into();
        wanted.retain(|field, _| !without.contains(field));
        wanted.extend(with.iter().cloned());
        open(&Ticket::blank("t1".into(), "T-1".into()), &wanted, &facts(), &"bob".into(), NOW)
            .map_err(|issues| issues.into_iter().map(|issue| issue.path.concat()).collect())
    }

    #[test]
    fn a_new_ticket_says_who_entered_it_and_when() {
        let ticket = opened(&[], &[]).expect("it fits");
        assert_eq!((ticket.entered_by, ticket.entered_at), (Some("bob".into()), Some(NOW)));
        assert!(!ticket.status_is_closed && ticket.closed_at.is_none());
    }

    #[test]
    fn what_a_ticket_cannot_be_without_is_asked_for_by_name() {
        for field in REQUIRED {
            assert_eq!(opened(&[field], &[]).err(), Some(vec![field.name().to_owned()]), "{field}");
        }
    }

    #[test]
    fn impact_and_urgency_stand_for_a_priority_where_there_is_one_of_that_level() {
        let rated = |level: i64| [(Field::Impact, level.into()), (Field::Urgency, level.into())];
        let ticket = opened(&[Field::Priority], &rated(1)).expect("level 1 is p1");
        assert_eq!(ticket.priority_id, Some("p1".into()));
        assert_eq!(opened(&[Field::Priority], &rated(5)).err(), Some(vec!["priority_id".to_owned()]));
    }

    #[test]
    fn the_rules_of_a_change_hold_for_a_new_ticket() {
        for (field, value) in [
            (Field::Status, "planned"),
            (Field::Board, "field"),
            (Field::Client, "ghost"),
            (Field::Location, "bank-hq"),
            (Field::Contact, "bank-ben"),
            (Field::Category, "visit"),
            (Field::Subcategory, "vpn"),
            (Field::Assignee, "nobody"),
            (Field::Team, "south"),
        ] {
            assert!(opened(&[], &[(field, value.into())]).is_err(), "{field}");
        }
    }

    #[test]
    fn a_ticket_opened_as_closed_has_its_closing_books() {
        let ticket = opened(&[], &[(Field::Status, "done".into())]).expect("it fits");
        assert_eq!((ticket.closed_by, ticket.closed_at), (Some("bob".into()), Some(NOW)));
    }
}
