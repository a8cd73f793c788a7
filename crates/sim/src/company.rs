//! The company that every world is about: small, so that people get in each other's way.
//!
//! **Invariant:** the same number of tickets gives the same company.

use callboard_model::rest::{Board, Priority, Status, User};
use callboard_model::{TenantId, Ticket, Timestamp};
use callboard_server::auth::Role;
use callboard_server::store::agreements::Agreements;
use callboard_server::store::lookups::{Account, Client, Company, LevelledPriority, Location};
use serde_json::json;

/// Its wall.
pub const TENANT: &str = "t";
/// Its dispatchers: a world has the first few of them at consoles.
pub const PEOPLE: [&str; 4] = ["ann", "bob", "cyd", "dee"];
/// Whose key a program of somebody else's uses.
pub const SCRIPT: &str = "script";

const BOARDS: [&str; 2] = ["desk", "field"];
const PRIORITIES: [&str; 3] = ["high", "normal", "low"];
const CLIENTS: [&str; 2] = ["acme", "brook"];

/// The wall.
#[must_use]
pub fn tenant() -> TenantId {
    TENANT.into()
}

/// The key of somebody.
#[must_use]
pub fn key(user: &str) -> String {
    format!("key-of-{user}")
}

/// The company with so many tickets, entered at this time.
#[must_use]
pub fn company(tickets: u64, now: Timestamp) -> Company {
    Company {
        tenant: tenant(),
        name: "Company".to_owned(),
        accounts: PEOPLE.into_iter().chain([SCRIPT]).map(account).collect(),
        teams: Vec::new(),
        agreements: Agreements::default(),
        boards: BOARDS.map(board).into(),
        statuses: BOARDS.into_iter().flat_map(statuses).collect(),
        priorities: PRIORITIES.map(priority).into(),
        categories: Vec::new(),
        schedule: Vec::new(),
        clients: CLIENTS.map(client).into(),
        locations: CLIENTS.into_iter().flat_map(locations).collect(),
        contacts: Vec::new(),
        tickets: Box::new((1..=tickets).filter_map(move |number| ticket(number, now))),
        talk: Box::new(|_| Vec::new()),
    }
}

fn account(user: &str) -> Account {
    let name = User {
        user_id: user.into(),
        first_name: user.into(),
        last_name: "Somebody".into(),
        avatar_url: None,
        is_inactive: false,
    };
    let (username, email) = (user.to_owned(), format!("{user}@example.org"));
    Account { user: name, username, email, role: Role::Dispatcher, client: None }
}

fn board(id: &str) -> Board {
    let is_default = id == BOARDS[0];
    Board { board_id: id.into(), board_name: id.into(), display_order: 1, is_default }
}

fn statuses(board: &str) -> [Status; 4] {
    let mut order_number = 0;
    ["new", "active", "waiting", "done"].map(|name| {
        order_number += 1;
        Status {
            status_id: format!("{board}-{name}").into(),
            board_id: board.into(),
            name: name.into(),
            is_closed: name == "done",
            is_default: name == "new",
            order_number,
        }
    })
}

fn priority(id: &str) -> LevelledPriority {
    let priority =
        Priority { priority_id: id.into(), priority_name: id.into(), order_number: 1, color: None };
    LevelledPriority { priority, level: None }
}

fn client(id: &str) -> Client {
    Client { client_id: id.into(), client_name: id.into(), is_inactive: false }
}

fn locations(client: &str) -> [Location; 2] {
    ["office", "yard"].map(|name| Location {
        location_id: format!("{client}-{name}").into(),
        client_id: client.into(),
        location_name: name.to_owned(),
        address: String::new(),
    })
}

fn ticket(number: u64, now: Timestamp) -> Option<Ticket> {
    let client = CLIENTS[usize::try_from(number).unwrap_or_default() % CLIENTS.len()];
    serde_json::from_value(json!({
        "ticket_id": format!("T{number}"), "ticket_number": format!("T{number}"), "title": format!("Printer {number}"),
        "board_id": BOARDS[0], "status_id": "desk-new", "priority_id": "normal", "client_id": client,
        "entered_at": now, "version": 1,
    }))
    .ok()
}
