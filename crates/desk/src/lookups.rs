//! Names behind ids, and what can be chosen in a field.
//!
//! **Invariant:** an id without a name is still shown, as the server named it or as itself; nothing is invented.

use std::collections::BTreeMap;

use callboard_model::rest::{Board, Category, Client, Contact, Location, Priority, Status, Team, User};
use callboard_model::{BoardId, ClientId, Field, PriorityId, StatusId, Ticket, UserId, Value};

use crate::bridge::{Choice, Severity};
use crate::session::event::{Customer, Lookups};
use crate::tones;

/// Customers whose places and people are remembered.
const CUSTOMERS_MAX: usize = 64;

/// ITIL impact and urgency, the gravest first.
const ITIL_LEVELS: [i64; 5] = [1, 2, 3, 4, 5];

/// Whose turn it is.
const RESPONSE_STATES: [(&str, &str); 2] =
    [("awaiting_client", "Awaiting client"), ("awaiting_internal", "Awaiting us")];

/// The lists behind the pickers, in the order in which they are shown, and by id.
#[derive(Debug, Default)]
pub(crate) struct Names {
    lists: Lookups,
    statuses: BTreeMap<StatusId, usize>,
    priorities: BTreeMap<PriorityId, usize>,
    users: BTreeMap<UserId, usize>,
    boards: BTreeMap<BoardId, usize>,
    clients: BTreeMap<ClientId, usize>,
    /// Places and people, of the customers whose tickets somebody looked at.
    customers: BTreeMap<ClientId, Customer>,
}

impl Names {
    /// Sorts and indexes what the server sent.
    pub(crate) fn new(mut lists: Lookups) -> Self {
        lists.boards.sort_by(|a, b| (a.display_order, &a.board_name).cmp(&(b.display_order, &b.board_name)));
        lists.statuses.sort_by(|a, b| (a.order_number, &a.name).cmp(&(b.order_number, &b.name)));
        lists
            .priorities
            .sort_by(|a, b| (a.order_number, &a.priority_name).cmp(&(b.order_number, &b.priority_name)));
        lists
            .categories
            .sort_by(|a, b| (a.display_order, &a.category_name).cmp(&(b.display_order, &b.category_name)));
        lists.teams.sort_by(|a, b| a.team_name.cmp(&b.team_name));
        lists.clients.sort_by(|a, b| a.client_name.cmp(&b.client_name));
        lists.users.sort_by(|a, b| (&a.first_name, &a.last_name).cmp(&(&b.first_name, &b.last_name)));
        Self {
            statuses: index(lists.statuses.iter().map(|status| &status.status_id)),
            priorities: index(lists.priorities.iter().map(|priority| &priority.priority_id)),
            users: index(lists.users.iter().map(|user| &user.user_id)),
            boards: index(lists.boards.iter().map(|board| &board.board_id)),
            clients: index(lists.clients.iter().map(|client| &client.client_id)),
            customers: BTreeMap::new(),
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
        let label = lent(field, value, ticket).map_or_else(|| value.to_string(), str::to_owned);
        let tone = (field == Field::Status).then(|| tones::tone_of_name(&label)).flatten();
        let severity = (field == Field::Priority).then(|| tones::severity_of_name(&label)).flatten();
        Choice { value: value.clone(), label, tone, severity }
    }

    /// What a value of a field is called, where anybody knows. `ticket` lends its names.
    pub(crate) fn named(&self, field: Field, value: &Value, ticket: Option<&Ticket>) -> Option<String> {
        let known = self.known(field, value).map(|choice| choice.label);
        known.or_else(|| lent(field, value, ticket).map(str::to_owned))
    }

    /// What tickets may have in a field, wherever they are, in the order of pickers; of places those of the customers
    /// whose tickets somebody looked at.
    pub(crate) fn every(&self, field: Field) -> Vec<Choice> {
        let lists = &self.lists;
        match field {
            Field::Status => lists.statuses.iter().map(of_status).collect(),
            Field::Category => {
                let tops = lists.categories.iter().filter(|one| one.parent_category.is_none());
                tops.map(of_category).collect()
            }
            Field::Location => {
                self.customers.values().flat_map(|customer| &customer.locations).map(of_location).collect()
            }
            _ => self.choices(field, |_| Value::Empty).unwrap_or_default(),
        }
    }

    /// What can be chosen in a field where a ticket shows `around` in the fields that this one belongs to; `None` for what
    /// is typed, and for what is not known yet.
    pub(crate) fn choices(&self, field: Field, around: impl Fn(Field) -> Value) -> Option<Vec<Choice>> {
        let lists = &self.lists;
        let is = |id: Option<&str>, field: Field| id == around(field).as_text();
        let choices: Vec<Choice> = match field {
            Field::Status => {
                let of_board = |status: &&Status| is(Some(status.board_id.as_str()), Field::Board);
                lists.statuses.iter().filter(of_board).map(of_status).collect()
            }
            Field::Priority => lists.priorities.iter().map(of_priority).collect(),
            Field::Board => self.boards(),
            Field::Assignee => lists.users.iter().filter(|user| !user.is_inactive).map(of_user).collect(),
            Field::Team => lists.teams.iter().map(of_team).collect(),
            Field::Category => {
                let of_board = |one: &&Category| {
                    let anywhere = one.board_id.is_none();
                    one.parent_category.is_none()
                        && (anywhere || is(one.board_id.as_ref().map(BoardId::as_str), Field::Board))
                };
                lists.categories.iter().filter(of_board).map(of_category).collect()
            }
            Field::Subcategory => {
                let parent = around(Field::Category);
                let below = |one: &&Category| {
                    one.parent_category.as_ref().is_some_and(|id| Some(id.as_str()) == parent.as_text())
                };
                lists.categories.iter().filter(below).map(of_category).collect()
            }
            Field::Client => lists.clients.iter().filter(|one| !one.is_inactive).map(of_client).collect(),
            Field::Location => {
                self.customer(&around(Field::Client))?.locations.iter().map(of_location).collect()
            }
            Field::Contact => {
                self.customer(&around(Field::Client))?.contacts.iter().map(of_contact).collect()
            }
            Field::Impact | Field::Urgency => {
                ITIL_LEVELS.map(|level| plain(level.into(), level.to_string())).into()
            }
            Field::ResponseState => {
                RESPONSE_STATES.map(|(id, label)| plain(id.into(), label.to_owned())).into()
            }
            Field::Title | Field::DueDate => return None,
        };
        let nothing = may_be_empty(field).then(|| plain(Value::Empty, String::new()));
        Some(nothing.into_iter().chain(choices).collect())
    }

    /// Takes what can be chosen of a customer. One more than there is room for takes the place of all others: they are
    /// asked for again when somebody looks.
    pub(crate) fn put_customer(&mut self, client: ClientId, customer: Customer) {
        if self.customers.len() >= CUSTOMERS_MAX {
            self.customers.clear();
        }
        self.customers.insert(client, customer);
    }

    /// Whether it is known what can be chosen of a customer.
    pub(crate) fn knows_customer(&self, client: &ClientId) -> bool {
        self.customers.contains_key(client)
    }

    fn customer(&self, client: &Value) -> Option<&Customer> {
        self.customers.get(&ClientId::from(client.as_text()?))
    }

    /// With what status a ticket comes to a board that does not have the one it has: the board's default, else its first.
    pub(crate) fn status_on(&self, board: &Value, status: &Value) -> Option<Value> {
        let of_board = |one: &&Status| Some(one.board_id.as_str()) == board.as_text();
        let mut there = self.lists.statuses.iter().filter(of_board);
        let is_there = there.clone().any(|one| Some(one.status_id.as_str()) == status.as_text());
        let first = there.clone().find(|one| one.is_default).or_else(|| there.next());
        first.filter(|_| !is_there).map(|one| one.status_id.as_str().into())
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
            Field::Team => lists.teams.iter().find(|one| one.team_id.as_str() == id).map(of_team),
            Field::Category | Field::Subcategory => {
                lists.categories.iter().find(|one| one.category_id.as_str() == id).map(of_category)
            }
            Field::Client => self.clients.get(&ClientId::from(id)).map(|&at| of_client(&lists.clients[at])),
            Field::Location => {
                let mut all = self.customers.values().flat_map(|customer| &customer.locations);
                all.find(|one| one.location_id.as_str() == id).map(of_location)
            }
            Field::Contact => {
                let mut all = self.customers.values().flat_map(|customer| &customer.contacts);
                all.find(|one| one.contact_name_id.as_str() == id).map(of_contact)
            }
            Field::ResponseState => {
                let known = RESPONSE_STATES.iter().find(|(state, _)| *state == id);
                known.map(|(state, label)| plain((*state).into(), (*label).to_owned()))
            }
            Field::Title | Field::Impact | Field::Urgency | Field::DueDate => None,
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

/// The name that a ticket lends to its own value.
fn lent<'a>(field: Field, value: &Value, ticket: Option<&'a Ticket>) -> Option<&'a str> {
    let lender = ticket.filter(|ticket| ticket.value(field) == *value);
    lender.and_then(|ticket| sent_name(field, ticket))
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

fn of_team(team: &Team) -> Choice {
    plain(team.team_id.as_str().into(), team.team_name.to_string())
}

fn of_category(category: &Category) -> Choice {
    plain(category.category_id.as_str().into(), category.category_name.to_string())
}

fn of_client(client: &Client) -> Choice {
    plain(client.client_id.as_str().into(), client.client_name.to_string())
}

fn of_location(location: &Location) -> Choice {
    let named = location.location_name.as_deref().filter(|name| !name.is_empty());
    let label = named.or(location.address.as_deref()).unwrap_or(location.location_id.as_str());
    plain(location.location_id.as_str().into(), label.to_owned())
}

fn of_contact(contact: &Contact) -> Choice {
    plain(contact.contact_name_id.as_str().into(), contact.full_name.to_string())
}

/// Whether nothing can be chosen in a field, too.
const fn may_be_empty(field: Field) -> bool {
    match field {
        Field::Title | Field::Status | Field::Priority | Field::Board | Field::Client => false,
        Field::Assignee
        | Field::Team
        | Field::Category
        | Field::Subcategory
        | Field::Contact
        | Field::Location
        | Field::Impact
        | Field::Urgency
        | Field::DueDate
        | Field::ResponseState => true,
    }
}
