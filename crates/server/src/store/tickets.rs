//! Tickets: what is read of one, and every write of one.
//!
//! **Invariant:** each write goes through the domain, is one transaction, and answers when it is on disk.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use callboard_model::{TenantId, TicketId, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::query::{Counts, Filter};
use super::save::{Attempt, Bulk, Each, Opening, Removal, Save, Saved, Sheet};
use super::{Store, statements};
use crate::auth::Access;
use crate::error::Result;

impl Store {
    /// One ticket with everything that is kept of it.
    pub async fn sheet(&self, tenant: &TenantId, ticket: &TicketId) -> Result<Option<Sheet>> {
        let (tenant, ticket) = (tenant.clone(), ticket.clone());
        self.read(move |db| statements::details::sheet(db, &tenant, &ticket)).await
    }

    /// The tags of these tickets; those that have none are not in it.
    pub async fn tags(
        &self,
        tenant: &TenantId,
        tickets: Vec<TicketId>,
    ) -> Result<BTreeMap<TicketId, BTreeSet<String>>> {
        let tenant = tenant.clone();
        self.read(move |db| statements::details::tags(db, &tenant, &tickets)).await
    }

    /// Counts the tickets that a list with this filter would hold, as they stand at `now`.
    pub async fn ticket_counts(
        &self,
        tenant: &TenantId,
        access: &Access,
        filter: Filter,
        now: Timestamp,
    ) -> Result<Counts> {
        let (tenant, access) = (tenant.clone(), access.clone());
        self.read(move |db| statements::counts::count(db, &tenant, &access, &filter, now)).await
    }

    /// Changes a ticket, with its change record and its hint, or says why not.
    pub async fn save(&self, save: Save) -> Result<Attempt<Saved>> {
        let (tenant, limits) = (save.author.tenant.clone(), self.limits);
        self.write(&tenant, move |db| statements::save::one(db, &save, limits)).await
    }

    /// Changes many tickets, each by itself. What becomes of each is `told`, and kept in those words under the key.
    pub async fn save_many<T, F>(&self, bulk: Bulk, told: F) -> Result<Attempt<Vec<T>, Infallible>>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        F: Fn(Each) -> T + Send + 'static,
    {
        let (tenant, limits) = (bulk.author.tenant.clone(), self.limits);
        self.write(&tenant, move |db| statements::save::many(db, &bulk, told, limits)).await
    }

    /// Opens a ticket.
    pub async fn open_ticket(&self, opening: Opening) -> Result<Attempt<Saved>> {
        let (tenant, limits) = (opening.author.tenant.clone(), self.limits);
        self.write(&tenant, move |db| statements::opening::open_one(db, &opening, limits)).await
    }

    /// Deletes a ticket with everything that hangs on it.
    pub async fn remove_ticket(&self, removal: Removal) -> Result<Attempt<()>> {
        let (tenant, limits) = (removal.author.tenant.clone(), self.limits);
        self.write(&tenant, move |db| statements::removal::remove(db, &removal, limits)).await
    }
}
