//! Bundles: one master ticket that speaks for its children.
//!
//! It exists so that thirty calls about one broken line are worked once. While a ticket is a child, its status,
//! assignee and priority are the master's business; where the bundle keeps its tickets in step, a change of the master's
//! arrives at every child.
//!
//! **Invariant:** a bundle is flat. A master is nobody's child, so there is nothing below a child and no circle.

use callboard_model::{Field, StatusId, Ticket, TicketId, Value};
use serde::{Deserialize, Serialize};

use super::comment::AuthorKind;
use super::{Issue, Wanted};

/// The most children of one master. More are refused: a save of the master writes them all in its transaction.
pub const CHILDREN_MAX: usize = 100;
/// The fields of a child that are the master's business.
pub const LOCKED: [Field; 3] = [Field::Status, Field::Assignee, Field::Priority];

/// What a bundle does with a change of its master.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing: the tickets are only shown together.
    LinkOnly,
    /// Copies the locked fields to every child.
    #[default]
    SyncUpdates,
}

impl Mode {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LinkOnly => "link_only",
            Self::SyncUpdates => "sync_updates",
        }
    }

    /// The mode of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::LinkOnly, Self::SyncUpdates].into_iter().find(|mode| mode.name() == name)
    }
}

/// How a bundle behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// What it does with a change of its master.
    pub mode: Mode,
    /// Whether a customer's answer on a child opens a closed master again.
    pub reopen_on_child_reply: bool,
}

/// Where a ticket stands among bundles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// In none.
    Alone,
    /// It speaks for others.
    Master,
    /// This one speaks for it.
    ChildOf(TicketId),
}

/// Why a change of a child is refused: one issue per locked field that would change.
///
/// A locked field that follows from another is blamed on what was sent: impact and urgency decide the priority.
#[must_use]
pub fn locked(before: &Ticket, after: &Ticket, wanted: &Wanted) -> Vec<Issue> {
    let changes = LOCKED.into_iter().filter(|&field| before.value(field) != after.value(field));
    changes
        .map(|field| {
            let sent =
                [field, Field::Impact, Field::Urgency].into_iter().find(|one| wanted.contains_key(one));
            let at = sent.unwrap_or(field).name();
            Issue::at(at, "bundle_locked", "The ticket is bundled: its master decides this field")
        })
        .collect()
}

/// A status of a child's board, as far as the choice among them goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusChoice {
    /// Which.
    pub id: StatusId,
    /// What it is called on that board.
    pub name: String,
    /// Whether a ticket in it is closed.
    pub is_closed: bool,
    /// Whether new tickets begin in it.
    pub is_default: bool,
}

/// What a change of a master asks of one of its children. `choices` are the statuses of the child's board in its order,
/// and matter where that is another board than the master's.
#[must_use]
pub fn copied(before: &Ticket, after: &Ticket, child: &Ticket, choices: &[StatusChoice]) -> Wanted {
    let changed = LOCKED.into_iter().filter(|&field| before.value(field) != after.value(field));
    let values = changed.filter_map(|field| {
        let value = if field == Field::Status {
            Value::from(status_for(after, child, choices).as_ref().map(StatusId::as_str))
        } else {
            after.value(field)
        };
        let needs_one = matches!(field, Field::Status | Field::Priority);
        (!(needs_one && value.is_empty()) && child.value(field) != value).then_some((field, value))
    });
    values.collect()
}

/// The status of the child's board that says what the master's says: the same one, the one of the same name, or where
/// the master crossed between open and closed, the first that lies on the same side.
fn status_for(master: &Ticket, child: &Ticket, choices: &[StatusChoice]) -> Option<StatusId> {
    if master.board_id == child.board_id {
        return master.status_id.clone();
    }
    let same_side = || choices.iter().filter(|choice| choice.is_closed == master.status_is_closed);
    let name = master.status_name.as_deref().unwrap_or_default().to_lowercase();
    let named = same_side().find(|choice| choice.name.to_lowercase() == name);
    let crossed = child.status_is_closed != master.status_is_closed;
    let first = || same_side().find(|choice| choice.is_default).or_else(|| same_side().next());
    named.or_else(|| if crossed { first() } else { None }).map(|choice| choice.id.clone())
}

/// A child that was closed by its master's change was closed then and by whoever closed the master.
pub fn share_closing_books(master: &Ticket, child: &mut Ticket) {
    if master.status_is_closed && child.status_is_closed {
        child.closed_at = master.closed_at;
        child.closed_by = master.closed_by.clone();
    }
}

/// Whether a comment on a child opens its master again.
#[must_use]
pub fn reopens(settings: Settings, master_is_closed: bool, author: AuthorKind, is_internal: bool) -> bool {
    settings.reopen_on_child_reply && master_is_closed && author == AuthorKind::Client && !is_internal
}

/// The open status in which a reopened ticket begins again.
#[must_use]
pub fn reopened_status(choices: &[StatusChoice]) -> Option<&StatusChoice> {
    let open = || choices.iter().filter(|choice| !choice.is_closed);
    open().find(|choice| choice.is_default).or_else(|| open().next())
}

/// Which of `candidates` become children of `master`, or why they cannot. Those that are already stay as they are.
///
/// `size` is how many children the master has now.
pub fn join(
    master: (&TicketId, &Standing),
    size: usize,
    candidates: &[(TicketId, Standing)],
) -> Result<Vec<TicketId>, Vec<Issue>> {
    let (id, standing) = master;
    if let Standing::ChildOf(_) = standing {
        return Err(vec![Issue::at("id", "bundle_nested", "A bundled ticket cannot be a master")]);
    }
    let (mut joining, mut issues) = (Vec::new(), Vec::new());
    for (place, (candidate, standing)) in candidates.iter().enumerate() {
        let refused = match standing {
            _ if candidate == id => Some(("bundle_self", "A ticket cannot be its own child")),
            Standing::Alone => None,
            Standing::Master => Some(("bundle_nested", "The ticket is the master of a bundle")),
            Standing::ChildOf(other) if other == id => continue,
            Standing::ChildOf(_) => Some(("bundle_taken", "The ticket is in another bundle")),
        };
        match refused {
            Some((code, message)) => {
                issues.push(Issue::in_list("child_ticket_ids", place, code, message));
            }
            None if joining.contains(candidate) => {}
            None => joining.push(candidate.clone()),
        }
    }
    if size.saturating_add(joining.len()) > CHILDREN_MAX {
        let message = format!("A bundle has at most {CHILDREN_MAX} children");
        issues.push(Issue::at("child_ticket_ids", "too_big", message));
    }
    if issues.is_empty() { Ok(joining) } else { Err(issues) }
}

/// The children of the bundle after `chosen` took the master's place, or why it cannot: it must be a child of it.
pub fn promote(
    master: &TicketId,
    children: &[TicketId],
    chosen: &TicketId,
) -> Result<Vec<TicketId>, Vec<Issue>> {
    if !children.contains(chosen) {
        let message = "The ticket is not a child of this bundle";
        return Err(vec![Issue::at("new_master_ticket_id", "custom", message)]);
    }
    let others = children.iter().filter(|&child| child != chosen);
    Ok(std::iter::once(master).chain(others).cloned().collect())
}

#[cfg(test)]
#[path = "bundle_tests.rs"]
mod tests;
