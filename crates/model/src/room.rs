//! Names of rooms: who may be inside is the server's question, what they are called is everybody's.

use std::fmt;

use crate::{TenantId, TicketId, UserId};

/// A room of the live layer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Room {
    /// `ticket:<tenant>:<ticket>`: presence and hints of one ticket (LT-4).
    Ticket(TenantId, TicketId),
    /// `board:<tenant>`: every hint of the tenant that the member may see; ours alone.
    Board(TenantId),
    /// `notifications:<tenant>:<user>`: only for that user.
    Notifications(TenantId, UserId),
}

impl Room {
    /// Reads a document name; `None` for anything that is not one of ours.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let mut parts = name.split(':');
        let kind = parts.next()?;
        let tenant = parts.next().filter(|part| !part.is_empty())?;
        let last = parts.next().filter(|part| !part.is_empty());
        if parts.next().is_some() {
            return None;
        }
        match (kind, last) {
            ("ticket", Some(ticket)) => Some(Self::Ticket(tenant.into(), ticket.into())),
            ("board", None) if name.matches(':').count() == 1 => Some(Self::Board(tenant.into())),
            ("notifications", Some(user)) => Some(Self::Notifications(tenant.into(), user.into())),
            _ => None,
        }
    }

    /// The tenant behind whose wall the room lies.
    #[must_use]
    pub fn tenant(&self) -> &TenantId {
        match self {
            Self::Ticket(tenant, _) | Self::Board(tenant) | Self::Notifications(tenant, _) => tenant,
        }
    }
}

impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ticket(tenant, ticket) => write!(f, "ticket:{tenant}:{ticket}"),
            Self::Board(tenant) => write!(f, "board:{tenant}"),
            Self::Notifications(tenant, user) => write!(f, "notifications:{tenant}:{user}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_its_room_and_back() {
        for name in ["ticket:t:1", "board:t", "notifications:t:u"] {
            assert_eq!(Room::parse(name).map(|room| room.to_string()).as_deref(), Some(name));
        }
    }

    #[test]
    fn what_only_looks_like_a_room_is_none() {
        for name in [
            "",
            "ticket",
            "ticket:",
            "ticket:t",
            "ticket:t:",
            "ticket::1",
            "ticket:t:1:2",
            "board:",
            "board:t:",
            "board:t:x",
            "document:t:1",
            "notifications:t",
            "Ticket:t:1",
        ] {
            assert_eq!(Room::parse(name), None, "{name:?}");
        }
    }
}
