//! Names behind ids, and what can be chosen in a field.
//!
//! **Invariant:** an id without a name is still shown, as the server named it or as itself; nothing is invented.

use std::collections::BTreeMap;

use callboard_model::rest::{Board, Priority, Status, User};
use callboard_model::{BoardId, Field, PriorityId, StatusId, Ticket, UserId, Value};

use crate::bridge::{Choice, Severity};
use crate::session::event::Lookups;
use crate::tones;

/// The lists behind the pickers, in the order in which they are shown, and by id.
#[derive(Debug, Default)]
pub(crate) struct Names {
    lists: Lookups,
    statuses: BTreeMap<StatusId, usize>,
    priorities: BTreeMap<PriorityId, usize>,
    users: BTreeMap<UserId, usize>,
    boards: BTreeMap<BoardId, usize>,
}

impl Names {
    /// Sorts and indexes what the server sent.
    pub(crate) fn new(mut lists: Lookups) -> Self {
        lists.boards.sort_by(|a, b| (a.display_order, &a.board_name).cmp(&(b.display_order, &b.board_name)));
        lists.statuses.sort_by(|a, b| (a.order_number, &a.name).cmp(&(b.order_number, &b.name)));
        lists
            .priorities
            .sort_by(|a, b| (a.order_number, &a.priority_name).cmp(&(b.order_number, &b.priority_name)));
        lists.users.sort_by(|a, b| (&a.first_name, &a.last_name).cmp(&(&b.first_name, &b.last_name)));
        Self {
            statuses: index(lists.statuses.iter().map(|status| &status.status_id)),
            priorities: index(lists.priorities.iter().map(|priority| &priority.priority_id)),
            users: index(lists.users.iter().map(|user| &user.user_id)),
            boards: index(lists.boards.iter().map(|board| &board.board_id)),
            lists,
        }
    }

    /// How a value of a field is shown. `ticket` lends the names that the server sent with it.
    pub(crate) fn choice(&self, field: Field, value: &Value, ticket: &Ticket) -> Choice {
        self.choice_of(field, value, Some(ticket))
    }

    /// The same where perhaps nothing is known of the ticket.
    pub(crate) fn choice_of(&self, field: Field, value: &Value, ticket: Option<&Ticket>) -> Choice {
        if let Some(known) = self.known(field, value) {
            return known;
        }
        let lender = ticket.filter(|ticket| ticket.value(field) == *value);
        let sent = lender.and_then(|ticket| sent_name(field, ticket));
        let label = sent.map_or_else(|| value.to_string(), str::to_owned);
        let tone = (field == Field::Status).then(|| tones::tone_of_name(&label)).flatten();
        let severity = (field == Field::Priority).then(|| tones::severity_of_name(&label)).flatten();
        Choice { value: value.clone(), label, tone, severity }
    }

    /// What can be chosen in a field of a ticket on `board`; `None` for free text and what is only shown.
    pub(crate) fn choices(&self, field: Field, board: &Value) -> Option<Vec<Choice>> {
        let lists = &self.lists;
        match field {
            Field::Status => {
                let of_board = |status: &&Status| Some(status.board_id.as_str()) == board.as_text();
                Some(lists.statuses.iter().filter(of_board).map(of_status).collect())
            }
            Field::Priority => Some(lists.priorities.iter().map(of_priority).collect()),
            Field::Board => Some(self.boards()),
            Field::Assignee => {
                let active = lists.users.iter().filter(|user| !user.is_inactive).map(of_user);
                Some(std::iter::once(plain(Value::Empty, String::new())).chain(active).collect())
            }
            _ => None,
        }
    }

    /// Every board.
    pub(crate) fn boards(&self) -> Vec<Choice> {
        self.lists.boards.iter().map(of_board).collect()
    }

    /// What a person is called; where that is not known, their id.
    pub(crate) fn of_user(&self, user: &UserId) -> String {
        self.users.get(user).map_or_else(|| user.to_string(), |&at| of_user(&self.lists.users[at]).label)
    }

    /// Whether somebody works here, as far as is known.
    pub(crate) fn is_colleague(&self, user: &UserId) -> bool {
        self.users.contains_key(user)
    }

    /// How pressing a priority is.
    pub(crate) fn severity(&self, priority: &Value, ticket: &Ticket) -> Severity {
        self.choice(Field::Priority, priority, ticket).severity.unwrap_or(Severity::Normal)
    }

    /// Whether a status closes a ticket, where that is known.
    pub(crate) fn closes(&self, status: &Value) -> Option<bool> {
        let id = StatusId::from(status.as_text()?);
        self.statuses.get(&id).map(|&at| self.lists.statuses[at].is_closed)
    }

    fn known(&self, field: Field, value: &Value) -> Option<Choice> {
        let (id, lists) = (value.as_text()?, &self.lists);
        match field {
            Field::Status => self.statuses.get(&StatusId::from(id)).map(|&at| of_status(&lists.statuses[at])),
            Field::Priority => {
                self.priorities.get(&PriorityId::from(id)).map(|&at| of_priority(&lists.priorities[at]))
            }
            Field::Assignee => self.users.get(&UserId::from(id)).map(|&at| of_user(&lists.users[at])),
            Field::Board => self.boards.get(&BoardId::from(id)).map(|&at| of_board(&lists.boards[at])),
            _ => None,
        }
    }
}

fn index<'a, K: Ord + Clone + 'a>(ids: impl Iterator<Item = &'a K>) -> BTreeMap<K, usize> {
    ids.enumerate().map(|(at, id)| (id.clone(), at)).collect()
}

/// The name that the server sent with the ticket.
fn sent_name(field: Field, ticket: &Ticket) -> Option<&str> {
    match field {
        Field::Status => ticket.status_name.as_deref(),
        Field::Priority => ticket.priority_name.as_deref(),
        Field::Assignee => ticket.assigned_to_name.as_deref(),
        Field::Board => ticket.board_name.as_deref(),
        Field::Client => ticket.client_name.as_deref(),
        Field::Location => ticket.location_name.as_deref(),
        Field::Contact => ticket.contact_name.as_deref(),
        Field::Category => ticket.category_name.as_deref(),
        Field::Subcategory => ticket.subcategory_name.as_deref(),
        _ => None,
    }
}

fn plain(value: Value, label: String) -> Choice {
    Choice { value, label, tone: None, severity: None }
}

fn of_status(status: &Status) -> Choice {
    let choice = plain(status.status_id.as_str().into(), status.name.to_string());
    Choice { tone: Some(tones::tone(status)), ..choice }
}

fn of_priority(priority: &Priority) -> Choice {
    let choice = plain(priority.priority_id.as_str().into(), priority.priority_name.to_string());
    Choice { severity: Some(tones::severity(priority)), ..choice }
}

fn of_user(user: &User) -> Choice {
    let name = format!("{} {}", user.first_name, user.last_name);
    plain(user.user_id.as_str().into(), name.trim().to_owned())
}

fn of_board(board: &Board) -> Choice {
    plain(board.board_id.as_str().into(), board.board_name.to_string())
}
