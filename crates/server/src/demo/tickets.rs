//! The tickets, made one after the other.
//!
//! **Invariant:** every ticket obeys the rules of the domain: its status is its board's, its place its client's.

use callboard_model::rest::{Board, Priority, Status};
use callboard_model::{Ticket, Timestamp, UserId, Version};
use jiff::SignedDuration;

use super::agreements::Promises;
use super::boards::Desks;
use super::bundles::Bundles;
use super::customers::Customers;
use super::dice::Dice;
use super::people::Staff;
use super::{Plan, titles};
use crate::auth::Role;
use crate::store::lookups::{Category, Client, Contact, Location, Team};

/// The number of the first ticket.
const FIRST_NUMBER: usize = 4001;
/// How far back the oldest ticket goes.
const HISTORY_MINUTES: i64 = 30 * 24 * 60;

fn later(at: Timestamp, minutes: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(at)
}

/// What a new ticket can be filled with.
pub(super) struct Tickets {
    dice: Dice,
    next: usize,
    count: usize,
    now: Timestamp,
    workers: Vec<UserId>,
    dispatchers: Vec<UserId>,
    teams: Vec<Team>,
    boards: Vec<BoardKit>,
    priorities: Vec<Priority>,
    clients: Vec<ClientKit>,
    promises: Promises,
    bundles: Bundles,
}

struct BoardKit {
    board: Board,
    open: Vec<Status>,
    closed: Vec<Status>,
    /// A category, and what is below it.
    categories: Vec<(Category, Vec<Category>)>,
}

struct ClientKit {
    client: Client,
    locations: Vec<Location>,
    contacts: Vec<Contact>,
}

impl Tickets {
    pub(super) fn new(
        plan: &Plan,
        dice: Dice,
        staff: &Staff,
        desks: &Desks,
        customers: &Customers,
        promises: Promises,
    ) -> Self {
        let of = |role: Role| -> Vec<UserId> {
            let accounts = staff.accounts.iter().filter(|account| account.role == role);
            accounts.map(|account| account.user.user_id.clone()).collect()
        };
        Self {
            dice,
            next: 0,
            count: plan.tickets as usize,
            now: plan.now,
            workers: of(Role::Technician),
            dispatchers: of(Role::Dispatcher),
            teams: staff.teams.clone(),
            boards: desks.boards.iter().map(|board| BoardKit::new(board, desks)).collect(),
            priorities: desks.priorities.iter().map(|one| one.priority.clone()).collect(),
            clients: customers.clients.iter().map(|client| ClientKit::new(client, customers)).collect(),
            promises,
            bundles: Bundles::default(),
        }
    }

    fn before(&self, minutes: i64) -> Timestamp {
        later(self.now, -minutes)
    }

    /// When it has to be done: a few are late, some are nearly, many are for today, most for later.
    fn resolution_due(&mut self) -> Timestamp {
        let minutes = match self.dice.below(100) {
            0..3 => -self.dice.between(4, 360),
            3..11 => self.dice.between(3, 60),
            11..45 => self.dice.between(60, 9 * 60),
            _ => self.dice.between(9 * 60, 7 * 24 * 60),
        };
        self.before(-minutes)
    }

    /// The older the ticket, the smaller its number.
    fn entered(&mut self, index: usize) -> Timestamp {
        let left = i64::try_from(self.count - index).unwrap_or(1);
        let count = i64::try_from(self.count).unwrap_or(1).max(1);
        let jitter = self.dice.between(0, 3);
        self.before(10 + HISTORY_MINUTES * left / count + jitter)
    }

    fn make(&mut self, index: usize) -> Option<Ticket> {
        let board_index = [0, 0, 0, 1, 1, 2, 2, 3][self.dice.below(8)];
        let closed = self.dice.percent(18);
        let level = [0, 1, 1, 2, 2, 2, 2, 2, 3, 3][self.dice.below(10)];
        let client = self.dice.below(self.clients.len());
        let entered_at = self.entered(index);
        let resolution_due = self.resolution_due();
        let kit = self.boards.get(board_index)?;
        let statuses = if closed { &kit.closed } else { &kit.open };
        let status_index = self.dice.below(statuses.len());
        let status = statuses.get(status_index)?;
        // What nobody has begun has usually nobody's name on it.
        let assigned = closed || self.dice.percent(if status_index == 0 { 25 } else { 95 });
        let worker = self.dice.one(&self.workers)?.clone();
        let customer = self.clients.get(client)?;
        let location = self.dice.one(&customer.locations)?;
        let contact = self.dice.one(&customer.contacts)?;
        let place = format!("{}, {}", customer.client.client_name, location.location_name);
        let (category, below) = self.dice.one(&kit.categories)?;
        let closed_at = closed.then(|| entered_at.max(self.before(20 * 60)));
        let waits = status.name.starts_with("Waiting") || &*status.name == "On Hold";
        let rated = i64::try_from(level + 1).ok().filter(|_| board_index == 2);
        let has_due_date = self.dice.percent(20);
        let mut ticket = Ticket {
            ticket_id: self.dice.id(),
            ticket_number: format!("T-{}", FIRST_NUMBER + index).into(),
            title: titles::title(&mut self.dice, index, board_index, &place).into(),
            board_id: Some(kit.board.board_id.clone()),
            client_id: Some(customer.client.client_id.clone()),
            location_id: Some(location.location_id.clone()),
            contact_name_id: self.dice.percent(85).then(|| contact.contact_name_id.clone()),
            status_id: Some(status.status_id.clone()),
            status_is_closed: closed,
            category_id: Some(category.category_id.clone()),
            subcategory_id: self.dice.one(below).map(|one| one.category_id.clone()),
            priority_id: Some(self.priorities.get(level)?.priority_id.clone()),
            assigned_to: assigned.then(|| worker.clone()),
            assigned_team_id: self.dice.one(&self.teams).map(|team| team.team_id.clone()),
            // One row of the matrix gives each level: 1 and 1, 2 and 2, 3 and 3, 4 and 3.
            itil_impact: rated,
            itil_urgency: rated.map(|level| level.min(3)),
            itil_priority_level: rated,
            response_state: (waits && !closed).then(|| "awaiting_client".into()),
            entered_by: self.dice.one(&self.dispatchers).cloned(),
            entered_at: Some(entered_at),
            closed_by: closed.then_some(worker),
            closed_at,
            due_date: has_due_date.then_some(resolution_due),
            version: Some(Version(1)),
            ..Ticket::blank("".into(), "".into())
        };
        self.bundles.place(index, &mut ticket);
        self.promises.wind(&mut ticket, resolution_due, self.now);
        Some(ticket)
    }
}

impl Iterator for Tickets {
    type Item = Ticket;

    fn next(&mut self) -> Option<Ticket> {
        if self.next == self.count {
            return None;
        }
        let index = self.next;
        self.next += 1;
        self.make(index)
    }
}

impl BoardKit {
    fn new(board: &Board, desks: &Desks) -> Self {
        let statuses = |closed| -> Vec<Status> {
            let own = desks.statuses.iter().filter(|status| status.board_id == board.board_id);
            own.filter(|status| status.is_closed == closed).cloned().collect()
        };
        let own = || desks.categories.iter().filter(|category| category.board_id == board.board_id);
        let categories = own()
            .filter(|category| category.parent_category.is_none())
            .map(|category| {
                let parent = Some(&category.category_id);
                let below = own().filter(|one| one.parent_category.as_ref() == parent).cloned();
                (category.clone(), below.collect())
            })
            .collect();
        Self { board: board.clone(), open: statuses(false), closed: statuses(true), categories }
    }
}

impl ClientKit {
    fn new(client: &Client, customers: &Customers) -> Self {
        let id = &client.client_id;
        Self {
            client: client.clone(),
            locations: customers.locations.iter().filter(|one| one.client_id == *id).cloned().collect(),
            contacts: customers.contacts.iter().filter(|one| one.client_id == *id).cloned().collect(),
        }
    }
}
