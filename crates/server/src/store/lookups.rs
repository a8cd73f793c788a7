//! Lookups that the vocabulary does not hold, and a whole company as data.
//!
//! It exists so that demo data and tests fill a store through the same door.
//!
//! **Invariant:** plain data; nothing here knows how it is stored.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::rest::{Board, Priority, Status, User};
use callboard_model::{
    BoardId, CategoryId, ClientId, ContactId, LocationId, TeamId, TenantId, Ticket, UserId,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::agreements::Agreements;
use super::comments::Comment;
use crate::auth::Role;
use crate::domain::schedule::Entry;

/// What a ticket is about; with a parent, finer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Category {
    pub category_id: CategoryId,
    pub category_name: String,
    pub parent_category: Option<CategoryId>,
    pub board_id: BoardId,
    pub display_order: i64,
}

/// A category with those below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Branch {
    #[serde(flatten)]
    pub category: Category,
    #[schema(no_recursion)]
    pub children: Vec<Branch>,
}

impl Branch {
    /// The categories as trees, each level in the order in which it came. What is below nothing that came is at the top:
    /// nothing is lost with a parent that is out of sight.
    #[must_use]
    pub fn trees(categories: Vec<Category>) -> Vec<Self> {
        let known: BTreeSet<_> = categories.iter().map(|one| one.category_id.clone()).collect();
        let (mut below, mut top) = (BTreeMap::<_, Vec<_>>::new(), Vec::new());
        for category in categories {
            match category.parent_category.clone().filter(|parent| known.contains(parent)) {
                Some(parent) => below.entry(parent).or_default().push(category),
                None => top.push(category),
            }
        }
        top.into_iter().map(|category| Self::grown(category, &mut below)).collect()
    }

    /// Whoever is taken out is never found again, so this ends whatever is below what.
    fn grown(category: Category, below: &mut BTreeMap<CategoryId, Vec<Category>>) -> Self {
        let children = below.remove(&category.category_id).unwrap_or_default();
        let children = children.into_iter().map(|one| Self::grown(one, below)).collect();
        Self { category, children }
    }
}

/// A board, and whether it is in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ListedBoard)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct ListedBoard {
    #[serde(flatten)]
    pub board: Board,
    pub is_inactive: bool,
}

/// Which boards.
#[derive(Clone, Debug, Default)]
pub struct BoardQuery {
    /// Also those that are not in use any more.
    pub include_inactive: bool,
    /// With this in the name.
    pub search: Option<String>,
}

/// Which statuses.
#[derive(Clone, Debug, Default)]
pub struct StatusQuery {
    /// Of this board.
    pub board: Option<BoardId>,
    /// With this in the name.
    pub search: Option<String>,
}

/// Which customers.
#[derive(Clone, Debug, Default)]
pub struct ClientQuery {
    /// Those who are customers no more, or those who still are.
    pub inactive: Option<bool>,
    /// With each of these in the name.
    pub search: Vec<String>,
}

/// A team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Team {
    pub team_id: TeamId,
    pub team_name: String,
    pub member_ids: Vec<UserId>,
}

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Client {
    pub client_id: ClientId,
    pub client_name: String,
    pub is_inactive: bool,
}

/// A place of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Location {
    pub location_id: LocationId,
    pub client_id: ClientId,
    pub location_name: String,
    pub address: String,
}

/// A person at a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Contact {
    pub contact_name_id: ContactId,
    pub client_id: ClientId,
    pub full_name: String,
    pub email: String,
    pub phone_number: String,
}

/// A person of the company, with what they may do.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Account {
    pub user: User,
    pub username: String,
    pub email: String,
    pub role: Role,
    /// Whose person a customer's person is.
    pub client: Option<ClientId>,
}

/// A priority with the ITIL level it stands for.
#[derive(Clone, Debug)]
pub struct LevelledPriority {
    /// The priority.
    pub priority: Priority,
    /// Its level, where it has one.
    pub level: Option<i64>,
}

/// A whole service company.
pub struct Company {
    /// Its wall.
    pub tenant: TenantId,
    /// Its name.
    pub name: String,
    /// Its people.
    pub accounts: Vec<Account>,
    /// Its teams.
    pub teams: Vec<Team>,
    /// Its boards.
    pub boards: Vec<Board>,
    /// Their statuses.
    pub statuses: Vec<Status>,
    /// Its priorities.
    pub priorities: Vec<LevelledPriority>,
    /// Categories, each after its parent.
    pub categories: Vec<Category>,
    /// Its customers.
    pub clients: Vec<Client>,
    /// Their places.
    pub locations: Vec<Location>,
    /// Their people.
    pub contacts: Vec<Contact>,
    /// What it agreed with its customers.
    pub agreements: Agreements,
    /// Its tickets, made one after the other: there may be very many. A master comes before its children.
    pub tickets: Box<dyn Iterator<Item = Ticket> + Send>,
    /// Its schedule.
    pub schedule: Vec<Entry>,
    /// What was said on a ticket: asked once for each, as it is written.
    pub talk: Talk,
}

/// Says what was said on a ticket.
pub type Talk = Box<dyn FnMut(&Ticket) -> Vec<Comment> + Send>;
