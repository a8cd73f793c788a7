//! What a list of tickets can be asked for.
//!
//! **Invariant:** only choices that a store can keep; how they are spelled in a URL is for the HTTP side.

use callboard_model::{
    BoardId, CategoryId, ClientId, ContactId, LocationId, PriorityId, StatusId, TicketId, Timestamp, UserId,
};

/// A page of tickets.
#[derive(Clone, Debug, Default)]
pub struct TicketQuery {
    /// Which page, from 1.
    pub page: u32,
    /// Tickets per page, at least 1.
    pub limit: u32,
    /// By what.
    pub sort: Sort,
    /// Which way.
    pub order: Order,
    /// Which tickets.
    pub filter: Filter,
}

/// Which tickets; an empty filter lets all through.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// On this board.
    pub board: Option<BoardId>,
    /// At this place.
    pub location: Option<LocationId>,
    /// For this contact.
    pub contact: Option<ContactId>,
    /// In this category.
    pub category: Option<CategoryId>,
    /// In this subcategory.
    pub subcategory: Option<CategoryId>,
    /// Entered by this person.
    pub entered_by: Option<UserId>,
    /// In one of these statuses.
    pub statuses: Option<Vec<StatusId>>,
    /// Of one of these priorities.
    pub priorities: Option<Vec<PriorityId>>,
    /// Of one of these clients.
    pub clients: Option<Vec<ClientId>>,
    /// Assigned to one of these people.
    pub assignees: Option<Vec<UserId>>,
    /// Closed, or open.
    pub closed: Option<bool>,
    /// Assigned to somebody, or to nobody.
    pub assigned: Option<bool>,
    /// With each of these words somewhere in its column.
    pub words: Vec<(Words, String)>,
    /// On a board of exactly this name.
    pub board_name: Option<String>,
    /// With this text in one of these columns.
    pub search: Option<Search>,
    /// With at least one of these tags.
    pub tags: Option<Vec<String>>,
    /// With each of these moments within its bounds.
    pub moments: Vec<(Moment, Bound, Timestamp)>,
    /// Just these.
    pub ids: Option<Vec<TicketId>>,
}

/// A text that is looked for in several columns at once.
#[derive(Clone, Debug)]
pub struct Search {
    /// What is looked for, in either case.
    pub text: String,
    /// Where.
    pub within: Vec<Words>,
}

/// A column that is searched for words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named like the keys of a ticket")]
pub enum Words {
    Title,
    Number,
    ClientName,
    ContactName,
    StatusName,
    PriorityName,
    CategoryName,
}

/// When something happened to a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// It was entered.
    Entered,
    /// It was changed last; entered, where it was never changed.
    Updated,
    /// It was closed.
    Closed,
}

/// On which side of an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Then or later.
    From,
    /// Then or earlier.
    To,
}

/// What a list is sorted by; equal ones are sorted by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "named like the keys of a ticket")]
pub enum Sort {
    #[default]
    EnteredAt,
    UpdatedAt,
    ClosedAt,
    DueDate,
    ResponseDue,
    ResolutionDue,
    Title,
    Number,
    ClientName,
    StatusName,
    PriorityName,
    PriorityOrder,
    /// By what the ticket's own row holds, without a meaning beyond that like ones stand together.
    Own(Own),
}

/// Declares what a ticket's own row can be sorted by, named as everywhere.
macro_rules! own {
    ($($variant:ident = $name:literal;)*) => {
        /// Something that the ticket's own row holds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "named like the keys of a ticket")]
        pub enum Own {
            $($variant,)*
        }

        impl Own {
            /// The name on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The one of this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

own! {
    Ticket = "ticket_id";
    Board = "board_id";
    Client = "client_id";
    Location = "location_id";
    Contact = "contact_name_id";
    Status = "status_id";
    Category = "category_id";
    Subcategory = "subcategory_id";
    Priority = "priority_id";
    EnteredBy = "entered_by";
    UpdatedBy = "updated_by";
    ClosedBy = "closed_by";
    Assignee = "assigned_to";
    Team = "assigned_team_id";
    IsClosed = "is_closed";
    ResponseState = "response_state";
    Impact = "itil_impact";
    Urgency = "itil_urgency";
    Version = "version";
}

/// Which way a list runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Smallest first.
    Ascending,
    /// Greatest first.
    #[default]
    Descending,
}

/// Tickets counted by what they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// All of them.
    pub total: u64,
    /// Not closed.
    pub open: u64,
    /// Closed.
    pub closed: u64,
    /// Open, and past when they should be done.
    pub overdue: u64,
    /// Nobody does them.
    pub unassigned: u64,
    /// Entered since midnight, in the last seven and in the last thirty days.
    pub entered: [u64; 3],
    /// How long the closed ones took from entry to closing, all together, in milliseconds.
    pub spent_ms: u64,
    /// By the names of statuses, priorities, categories and boards, in this order.
    pub by_name: [Vec<(String, u64)>; 4],
}
