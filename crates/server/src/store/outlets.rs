//! How far each outlet has taken the events of each tenant.
//!
//! **Invariant:** a place is moved only by the process whose turn it is, and never back.

use callboard_model::TenantId;

use super::{Store, statements};
use crate::error::{Result, ServerError};

/// A tenant whose events an outlet has not all taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    /// Whose events.
    pub tenant: TenantId,
    /// The last one that it took; 0 before the first.
    pub place: u64,
}

/// How many events an outlet has not taken yet, over all tenants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lag {
    /// Which outlet.
    pub outlet: String,
    /// How many.
    pub events: u64,
}

impl Store {
    /// The tenants that this outlet is behind with, for the process whose turn it is; `None` for any other. There are
    /// never more of them than companies.
    pub async fn outlet_turn(&self, outlet: &'static str) -> Result<Option<Vec<Behind>>> {
        in_turn(self.engine.look(move |db| statements::outlets::behind(db, outlet)).await)
    }

    /// Notes that an outlet has taken the events of a tenant up to this one.
    pub async fn outlet_took(&self, outlet: &'static str, tenant: &TenantId, place: u64) -> Result<()> {
        let tenant = tenant.clone();
        self.engine.relay(move |db| statements::outlets::took(db, outlet, &tenant, place)).await
    }

    /// What each outlet has still to take.
    pub async fn outlet_lags(&self) -> Result<Vec<Lag>> {
        self.read(statements::outlets::lags).await
    }
}

/// What only the process whose turn it is was given.
pub(super) fn in_turn<T>(given: Result<T>) -> Result<Option<T>> {
    match given {
        Ok(given) => Ok(Some(given)),
        Err(ServerError::RelayedElsewhere) => Ok(None),
        Err(error) => Err(error),
    }
}
