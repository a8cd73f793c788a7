//! What the store can be told. Each function is one transaction, and answers when it is on disk.
//!
//! **Invariant:** a ticket is written in `tickets.rs`, through the domain, and not here.

use callboard_model::TenantId;

use super::lookups::{Client, Company};
use super::outlets::in_turn;
use super::{OutboxEntry, Store, statements};
use crate::error::Result;

impl Store {
    /// The oldest hints that were not relayed yet, in order, for the process whose turn it is to relay; `None` for any
    /// other.
    pub async fn outbox_turn(&self, limit: u32) -> Result<Option<Vec<OutboxEntry>>> {
        let now = self.now();
        in_turn(self.engine.look(move |db| statements::outbox::pending(db, limit, now)).await)
    }

    /// Forgets these hints: they were relayed.
    pub async fn outbox_sent(&self, seqs: Vec<u64>) -> Result<()> {
        self.engine.relay(move |db| statements::outbox::sent(db, &seqs)).await
    }

    /// Writes a whole company, and says how many tickets it has.
    pub async fn add_company(&self, company: Company) -> Result<usize> {
        let tenant = company.tenant.clone();
        self.write(&tenant, move |db| statements::company::insert(db, company)).await
    }

    /// Adds a customer of a company.
    pub async fn add_client(&self, tenant: &TenantId, client: Client) -> Result<()> {
        let wall = tenant.clone();
        self.write(tenant, move |db| statements::company::client(db, &wall, &client)).await
    }
}
