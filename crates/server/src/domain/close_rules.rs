//! What must hold before a ticket of a board is closed.
//!
//! It exists so that "closed" means the same on every ticket of a board: somebody said what solved it, nothing is left
//! open below it, and what reports need is filled in. Whoever may, and says why, closes against the rules; the store keeps
//! who, why and which.
//!
//! A rule can only ask for what is kept here. Where there are no time entries or no checklists at all ([`Kept`] says
//! `None`), the rule about them holds: otherwise no ticket of its board could ever be closed.
//!
//! **Invariant:** asks only of a ticket that goes from open to closed; never changes a ticket.

use callboard_model::{Field, Ticket};
use serde::Serialize;

use super::Issue;

/// The fields that a board can require of a closed ticket.
pub const REQUIRABLE: [Field; 4] = [Field::Category, Field::Subcategory, Field::Priority, Field::Assignee];

/// The rules of one board; a board without any lets everything be closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CloseRules {
    /// A comment says what solved it.
    pub resolution_comment: bool,
    /// Somebody wrote down the time that it took.
    pub time_entry: bool,
    /// Nothing of its checklist is left.
    pub checklist_complete: bool,
    /// The tickets below it are closed.
    pub children_closed: bool,
    /// These fields are filled in; of [`REQUIRABLE`].
    pub required_fields: Vec<Field>,
}

/// What is kept of a ticket beside its fields, as far as the rules ask. `None`: such a thing is not kept here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Whether a comment is marked as the solution.
    pub resolution_comment: bool,
    /// Time entries.
    pub time_entries: Option<u64>,
    /// Items of its checklist that are not done.
    pub incomplete_items: Option<u64>,
    /// Tickets below it that are open, and that this very change does not close.
    pub open_children: u64,
}

/// A rule that does not hold, with what the stock tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum Unmet {
    /// No comment says what solved it.
    ResolutionComment,
    /// Nobody wrote down the time that it took.
    TimeEntry,
    /// Its checklist is not done.
    ChecklistIncomplete {
        /// So many items are left.
        incomplete_count: u64,
    },
    /// A ticket below it is open.
    OpenChildren {
        /// So many are.
        open_children_count: u64,
    },
    /// A field is empty.
    RequiredFields {
        /// These.
        missing_fields: Vec<Field>,
    },
}

impl Unmet {
    /// The name of the rule.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::ResolutionComment => "resolution_comment",
            Self::TimeEntry => "time_entry",
            Self::ChecklistIncomplete { .. } => "checklist_incomplete",
            Self::OpenChildren { .. } => "open_children",
            Self::RequiredFields { .. } => "required_fields",
        }
    }

    /// The sentence for people.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::ResolutionComment => "A comment that says what solved it is required".to_owned(),
            Self::TimeEntry => "A time entry is required".to_owned(),
            Self::ChecklistIncomplete { incomplete_count } => {
                format!("Items of the checklist that are not done: {incomplete_count}")
            }
            Self::OpenChildren { open_children_count } => {
                format!("Bundled tickets that are still open: {open_children_count}")
            }
            Self::RequiredFields { missing_fields } => {
                let names: Vec<_> = missing_fields.iter().map(|field| field.name()).collect();
                format!("Required to close: {}", names.join(", "))
            }
        }
    }
}

impl From<Unmet> for Issue {
    fn from(unmet: Unmet) -> Self {
        let message = unmet.message();
        Self { rule: Some(unmet), ..Self::at(Field::Status.name(), "custom", message) }
    }
}

/// Whether this change closes a ticket that was open: only then the rules are asked.
#[must_use]
pub const fn concern(before: &Ticket, after: &Ticket) -> bool {
    !before.status_is_closed && after.status_is_closed
}

/// The rules that do not hold for `after`, in the order of the stock.
#[must_use]
pub fn unmet(rules: &CloseRules, before: &Ticket, after: &Ticket, kept: &Kept) -> Vec<Unmet> {
    if !concern(before, after) {
        return Vec::new();
    }
    let left = |count: Option<u64>| count.filter(|&count| count > 0);
    let missing_fields: Vec<_> =
        rules.required_fields.iter().copied().filter(|&field| after.value(field).is_empty()).collect();
    let asked = [
        (rules.resolution_comment && !kept.resolution_comment).then_some(Unmet::ResolutionComment),
        (rules.time_entry && kept.time_entries == Some(0)).then_some(Unmet::TimeEntry),
        left(kept.incomplete_items)
            .filter(|_| rules.checklist_complete)
            .map(|incomplete_count| Unmet::ChecklistIncomplete { incomplete_count }),
        left(Some(kept.open_children))
            .filter(|_| rules.children_closed)
            .map(|open_children_count| Unmet::OpenChildren { open_children_count }),
        (!missing_fields.is_empty()).then_some(Unmet::RequiredFields { missing_fields }),
    ];
    asked.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::apply::tests::ticket;

    fn closed(mut ticket: Ticket) -> Ticket {
        ticket.status_is_closed = true;
        ticket
    }

    fn all() -> CloseRules {
        CloseRules {
            resolution_comment: true,
            time_entry: true,
            checklist_complete: true,
            children_closed: true,
            required_fields: REQUIRABLE.to_vec(),
        }
    }

    const DONE: Kept =
        Kept { resolution_comment: true, time_entries: Some(1), incomplete_items: Some(0), open_children: 0 };

    fn names(rules: &CloseRules, after: &Ticket, kept: &Kept) -> Vec<&'static str> {
        unmet(rules, &ticket(), after, kept).iter().map(Unmet::rule).collect()
    }

    /// Every set of rules on every state of what they ask for: 32 by 16 by 4 assignee and category.
    #[test]
    fn a_rule_refuses_exactly_when_it_is_set_and_does_not_hold() {
        for set in 0_u8..32 {
            for state in 0_u8..64 {
                let (is_set, lacks) = (|bit: u8| set & (1 << bit) != 0, |bit: u8| state & (1 << bit) != 0);
                let rules = CloseRules {
                    resolution_comment: is_set(0),
                    time_entry: is_set(1),
                    checklist_complete: is_set(2),
                    children_closed: is_set(3),
                    required_fields: if is_set(4) { REQUIRABLE.to_vec() } else { Vec::new() },
                };
                let kept = Kept {
                    resolution_comment: !lacks(0),
                    time_entries: Some(u64::from(!lacks(1))),
                    incomplete_items: Some(u64::from(lacks(2))),
                    open_children: u64::from(lacks(3)),
                };
                let mut after = closed(ticket());
                after.assigned_to = (!lacks(4)).then(|| "bob".into());
                after.subcategory_id = (!lacks(5)).then(|| "vpn".into());
                let expected: Vec<_> = [
                    "resolution_comment",
                    "time_entry",
                    "checklist_incomplete",
                    "open_children",
                    "required_fields",
                ]
                .into_iter()
                .zip(0..)
                .filter(|&(_, bit)| is_set(bit) && (lacks(bit) || (bit == 4 && lacks(5))))
                .map(|(name, _)| name)
                .collect();
                assert_eq!(names(&rules, &after, &kept), expected, "rules {set:05b} lacks {state:06b}");
            }
        }
    }

    #[test]
    fn what_is_not_kept_here_cannot_be_asked_for() {
        let kept = Kept { time_entries: None, incomplete_items: None, ..DONE };
        let mut after = closed(ticket());
        after.assigned_to = Some("bob".into());
        assert_eq!(names(&all(), &after, &kept), [""; 0]);
    }

    #[test]
    fn only_closing_is_asked_about() {
        let (open, shut) = (ticket(), closed(ticket()));
        let count = |before: &Ticket, after: &Ticket| unmet(&all(), before, after, &Kept::default()).len();
        assert_eq!((count(&open, &open), count(&shut, &shut), count(&shut, &open)), (0, 0, 0));
        assert!(count(&open, &shut) > 0);
    }

    /// `alga-psa.md` 1.4: `{path, rule, message, …meta}`.
    #[test]
    fn a_refusal_has_the_shape_of_the_stock() {
        let kept =
            Kept { incomplete_items: Some(2), open_children: 3, time_entries: Some(0), ..Kept::default() };
        let issues: Vec<Issue> =
            unmet(&all(), &ticket(), &closed(ticket()), &kept).into_iter().map(Into::into).collect();
        let shapes: Vec<_> = issues
            .iter()
            .map(|issue| {
                let mut shape = serde_json::to_value(issue).expect("JSON");
                let fields = shape.as_object_mut().expect("an object");
                assert!(fields.remove("message").is_some_and(|said| said.as_str() != Some("")));
                assert_eq!(fields.remove("path"), Some(serde_json::json!(["status_id"])));
                assert_eq!(fields.remove("code"), Some("custom".into()));
                shape
            })
            .collect();
        assert_eq!(
            serde_json::Value::from(shapes),
            serde_json::json!([
                { "rule": "resolution_comment" },
                { "rule": "time_entry" },
                { "rule": "checklist_incomplete", "incomplete_count": 2 },
                { "rule": "open_children", "open_children_count": 3 },
                { "rule": "required_fields", "missing_fields": ["assigned_to"] },
            ])
        );
    }
}
