//! Ids. A distinct meaning gets a distinct type, so a client can never be passed where a board is meant.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Declares ids that are opaque text on the wire and cheap to clone in memory.
macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as the wire spells it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    )*};
}

text_ids! {
    /// A service company: the outermost wall between sets of data.
    TenantId;
    /// A ticket.
    TicketId;
    /// Something that was said on a ticket.
    CommentId;
    /// A person who can sign in.
    UserId;
    /// A board that groups tickets and owns its statuses.
    BoardId;
    /// A status of one board.
    StatusId;
    /// A priority.
    PriorityId;
    /// A category or, below one, a subcategory.
    CategoryId;
    /// A customer company.
    ClientId;
    /// A person at a customer.
    ContactId;
    /// A place of a customer.
    LocationId;
    /// A team of technicians.
    TeamId;
    /// A policy of service levels.
    SlaPolicyId;
    /// An entry of the schedule.
    EntryId;
    /// One running console: its own hints come back under this name and are dropped.
    SessionId;
    /// One socket of somebody who listens beside: what they do themselves is not told to that socket.
    SocketId;
    /// One request that changed something: the same for all that it wrote.
    ChangeId;
    /// An address of somebody else that is sent events.
    WebhookId;
}

/// One edit of the outbox; also its idempotency key, so that sent twice is applied once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EditId(pub u128);

impl fmt::Display for EditId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for EditId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EditId({self})")
    }
}

impl std::str::FromStr for EditId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u128::from_str_radix(text, 16).map(Self)
    }
}
