//! What a company begins with: one board, its statuses, and the five priorities of the ITIL levels.
//!
//! **Invariant:** the first ticket can be opened as soon as there is a customer to open it for.

use callboard_model::TenantId;
use callboard_model::rest::{Board, Priority, Status};

use crate::store::agreements::Agreements;
use crate::store::lookups::{Company, LevelledPriority};

/// Names of statuses, whether a ticket in one is closed, and whether its clocks stand still.
const STATUSES: [(&str, bool, bool); 6] = [
    ("New", false, false),
    ("In Progress", false, false),
    ("On Hold", false, true),
    ("Waiting for Customer", false, true),
    ("Resolved", true, false),
    ("Closed", true, false),
];

/// From the most pressing on, named as the stock names those of its standard.
const PRIORITIES: [&str; 5] = ["P1 - Critical", "P2 - High", "P3 - Medium", "P4 - Low", "P5 - Planning"];

/// A company without people, customers and tickets; `id` gives a fresh id each time.
pub(super) fn company(tenant: TenantId, name: String, mut id: impl FnMut() -> String) -> Company {
    let board = Board {
        board_id: id().into(),
        board_name: "Service Desk".into(),
        display_order: 1,
        is_default: true,
    };
    let mut agreements = Agreements::default();
    let mut statuses = Vec::with_capacity(STATUSES.len());
    for (number, (name, is_closed, pauses)) in (1_i64..).zip(STATUSES) {
        let status_id: callboard_model::StatusId = id().into();
        if pauses {
            agreements.pausing.push(status_id.clone());
        }
        let (board_id, is_default) = (board.board_id.clone(), number == 1);
        statuses.push(Status {
            status_id,
            board_id,
            name: name.into(),
            is_closed,
            is_default,
            order_number: number,
        });
    }
    let priority = |(level, name): (i64, &str)| {
        let (priority_id, priority_name) = (id().into(), name.into());
        let priority = Priority { priority_id, priority_name, order_number: level, color: None };
        LevelledPriority { priority, level: Some(level) }
    };
    Company {
        tenant,
        name,
        accounts: Vec::new(),
        teams: Vec::new(),
        boards: vec![board],
        statuses,
        priorities: (1_i64..).zip(PRIORITIES).map(priority).collect(),
        categories: Vec::new(),
        clients: Vec::new(),
        locations: Vec::new(),
        contacts: Vec::new(),
        agreements,
        tickets: Box::new(std::iter::empty()),
        schedule: Vec::new(),
        talk: Box::new(|_| Vec::new()),
    }
}
