//! Clocks that run out while nobody touches their tickets.
//!
//! **Invariant:** each is told once, in a transaction that also notes until when was told; whichever process looks.

use callboard_model::{TenantId, Timestamp};

use super::{Store, statements};
use crate::error::Result;

impl Store {
    /// The tenants in which a clock ran out since it was last told. There are never more of them than companies.
    pub async fn tenants_overdue(&self, now: Timestamp) -> Result<Vec<TenantId>> {
        self.read(move |db| statements::overdue::tenants(db, now)).await
    }

    /// Tells which clocks of a tenant ran out, and says how many. The first time nothing is told: nobody knows what was
    /// told before.
    pub async fn tell_overdue(&self, tenant: &TenantId, now: Timestamp) -> Result<usize> {
        let (wall, limits) = (tenant.clone(), self.limits);
        self.write(tenant, move |db| statements::overdue::tell(db, &wall, now, limits)).await
    }
}
