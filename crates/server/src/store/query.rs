//! What a list of tickets can be asked for.
//!
//! **Invariant:** only choices that a store can keep; how they are spelled in a URL is for the HTTP side.

use callboard_model::{BoardId, ClientId, PriorityId, StatusId, TicketId, UserId};

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
    /// In one of these statuses.
    pub statuses: Option<Vec<StatusId>>,
    /// Of this priority.
    pub priority: Option<PriorityId>,
    /// Of this client.
    pub client: Option<ClientId>,
    /// Assigned to this person.
    pub assignee: Option<UserId>,
    /// Closed, or open.
    pub closed: Option<bool>,
    /// With this text in title, number or client name.
    pub search: Option<String>,
    /// Just these.
    pub ids: Option<Vec<TicketId>>,
}

/// What a list is sorted by; equal ones are sorted by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "named like the fields of a ticket")]
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
