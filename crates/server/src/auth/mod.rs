//! Who is calling and what they may do.
//!
//! It exists so that every gateway asks the same question of the same type.
//!
//! **Invariant:** no key and no token is kept in anything that lives here or can be printed.

pub mod access;
pub mod api_key;
pub mod live_token;
pub mod signing;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use callboard_model::{Person, TenantId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

pub use self::access::{Access, Boards, Placement};
pub use self::signing::SigningSecret;
use crate::error::{Result, ServerError};

/// 32 bytes of the machine's randomness: nothing to guess.
pub(crate) fn random_bytes() -> Result<[u8; 32]> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| ServerError::Random(error.to_string()))?;
    Ok(bytes)
}

/// A person whose key or token was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Behind which wall.
    pub tenant: TenantId,
    /// Who.
    pub user: UserId,
    /// The name to show.
    pub display_name: Arc<str>,
    /// A picture, where there is one.
    pub avatar_url: Option<Arc<str>>,
    /// What they may do, as it stood when the caller was checked.
    pub access: Access,
    /// When a key of theirs was last taken away: live tokens from before then open nothing.
    pub key_revoked_at: Option<Timestamp>,
}

impl Caller {
    /// The caller as hints and change records name them.
    #[must_use]
    pub fn person(&self) -> Person {
        Person { user_id: self.user.clone(), display_name: Arc::clone(&self.display_name) }
    }
}

/// What somebody is to the company. What follows from it is [`Access`]'s to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads and writes tickets and plans the work of others.
    Dispatcher,
    /// Reads and writes tickets.
    Technician,
    /// Reads tickets.
    ReadOnly,
    /// Belongs to a customer and follows that customer's tickets.
    ClientPortal,
    /// Belongs to the company but has no business with tickets.
    Billing,
    /// Does what a dispatcher does, and says who may do what.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] =
        [Self::Dispatcher, Self::Technician, Self::ReadOnly, Self::ClientPortal, Self::Billing, Self::Admin];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dispatcher => "dispatcher",
            Self::Technician => "technician",
            Self::ReadOnly => "read_only",
            Self::ClientPortal => "client_portal",
            Self::Billing => "billing",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A role's name that nobody has.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("no role has this name")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|role| role.name() == name).ok_or(UnknownRole)
    }
}
