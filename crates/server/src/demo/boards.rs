//! Boards with their statuses and categories, and the priorities.
//!
//! **Invariant:** every board has one default status, and it is open.

use callboard_model::rest::{Board, Priority, Status};
use callboard_model::{BoardId, CategoryId};

use super::dice::Dice;
use crate::store::lookups::{Category, LevelledPriority};

pub(super) struct Desks {
    pub(super) boards: Vec<Board>,
    pub(super) statuses: Vec<Status>,
    pub(super) priorities: Vec<LevelledPriority>,
    pub(super) categories: Vec<Category>,
}

struct Sketch {
    name: &'static str,
    open: &'static [&'static str],
    closed: &'static [&'static str],
    categories: &'static [(&'static str, &'static [&'static str])],
}

const BOARDS: &[Sketch] = &[
    Sketch {
        name: "Service Desk",
        open: &["New", "In Progress", "On Hold", "Waiting for Customer"],
        closed: &["Resolved", "Closed"],
        categories: &[
            ("Accounts", &["Password", "Permissions", "New starter"]),
            ("Hardware", &["Laptop", "Printer", "Phone"]),
            ("Software", &["Email", "Office", "Line of business"]),
        ],
    },
    Sketch {
        name: "Field Service",
        open: &["New", "Scheduled", "En Route", "On Site", "On Hold"],
        closed: &["Completed", "Cancelled"],
        categories: &[
            ("Repair", &["Workstation", "Printer", "Server"]),
            ("Cabling", &["Data", "Power"]),
            ("Visit", &[]),
        ],
    },
    Sketch {
        name: "Network Operations",
        open: &["New", "Investigating", "Mitigated", "Monitoring"],
        closed: &["Resolved"],
        categories: &[
            ("Connectivity", &["WAN", "Wi-Fi", "VPN"]),
            ("Infrastructure", &["Switch", "Firewall", "UPS"]),
            ("Backup", &[]),
        ],
    },
    Sketch {
        name: "Installations",
        open: &["Backlog", "Planned", "In Progress", "Blocked"],
        closed: &["Done"],
        categories: &[("Roll-out", &["Devices", "Telephony"]), ("Move", &[])],
    },
];

/// Name and colour, most pressing first; the place in the list is the ITIL level.
const PRIORITIES: &[(&str, &str)] =
    &[("P1 Critical", "#B00020"), ("P2 High", "#A34A00"), ("P3 Normal", "#0A4A8F"), ("P4 Low", "#57606A")];

pub(super) fn desks(dice: &mut Dice) -> Desks {
    let priorities = PRIORITIES
        .iter()
        .zip(1..)
        .map(|(&(name, color), level)| LevelledPriority {
            priority: Priority {
                priority_id: dice.id(),
                priority_name: name.into(),
                order_number: level,
                color: Some(color.into()),
            },
            level: Some(level),
        })
        .collect();
    let mut desks = Desks { boards: Vec::new(), statuses: Vec::new(), priorities, categories: Vec::new() };
    for (sketch, order) in BOARDS.iter().zip(1..) {
        let board_id: BoardId = dice.id();
        desks.boards.push(Board {
            board_id: board_id.clone(),
            board_name: sketch.name.into(),
            display_order: order,
            is_default: order == 1,
        });
        let open = sketch.open.iter().map(|name| (name, false));
        let closed = sketch.closed.iter().map(|name| (name, true));
        for ((name, is_closed), order_number) in open.chain(closed).zip(1..) {
            desks.statuses.push(Status {
                status_id: dice.id(),
                board_id: board_id.clone(),
                name: (*name).into(),
                is_closed,
                is_default: order_number == 1,
                order_number,
            });
        }
        categories(dice, sketch, &board_id, &mut desks.categories);
    }
    desks
}

fn categories(dice: &mut Dice, sketch: &Sketch, board: &BoardId, all: &mut Vec<Category>) {
    let mut display_order = 0;
    let mut add = |category_id: CategoryId, name: &str, parent_category: Option<CategoryId>| {
        display_order += 1;
        all.push(Category {
            category_id,
            category_name: name.to_owned(),
            parent_category,
            board_id: board.clone(),
            display_order,
        });
    };
    for &(name, below) in sketch.categories {
        let parent: CategoryId = dice.id();
        add(parent.clone(), name, None);
        for name in below {
            add(dice.id(), name, Some(parent.clone()));
        }
    }
}
