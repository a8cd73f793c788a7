//! What a decision has to know of the world around a ticket.
//!
//! It exists so that the rules stay pure: a store looks up the ids that matter and hands them over as data.
//!
//! **Invariant:** holds only what lies behind the ticket's own tenant wall; an id that is absent does not exist.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::{
    BoardId, CategoryId, ClientId, ContactId, LocationId, PriorityId, StatusId, TeamId, UserId,
};

/// The ids that are known, with what the rules ask of them.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Boards in use.
    pub boards: BTreeSet<BoardId>,
    /// Statuses.
    pub statuses: BTreeMap<StatusId, StatusFact>,
    /// Priorities.
    pub priorities: BTreeSet<PriorityId>,
    /// The priority that stands for an ITIL level.
    pub priority_of_level: BTreeMap<i64, PriorityId>,
    /// Categories and subcategories.
    pub categories: BTreeMap<CategoryId, CategoryFact>,
    /// Customers.
    pub clients: BTreeSet<ClientId>,
    /// Places, with whose they are.
    pub locations: BTreeMap<LocationId, ClientId>,
    /// Contacts, with whose they are.
    pub contacts: BTreeMap<ContactId, ClientId>,
    /// People who can be assigned.
    pub users: BTreeSet<UserId>,
    /// Teams.
    pub teams: BTreeSet<TeamId>,
}

/// A status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusFact {
    /// The board that owns it.
    pub board: BoardId,
    /// Whether a ticket in it is closed.
    pub is_closed: bool,
}

/// A category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CategoryFact {
    /// The board that owns it.
    pub board: BoardId,
    /// The category above; a category that has one is a subcategory.
    pub parent: Option<CategoryId>,
}
