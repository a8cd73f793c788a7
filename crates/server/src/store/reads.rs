//! What can be asked of the store.
//!
//! **Invariant:** nothing here writes.

use callboard_model::rest::{Pagination, Priority, Status};
use callboard_model::{BoardId, ClientId, TenantId, Ticket, TicketId, UserId};

use super::lookups::{
    BoardQuery, Category, Client, ClientQuery, Contact, ListedBoard, Location, StatusQuery, Team,
};
use super::query::TicketQuery;
use super::{Feed, OutboxEntry, Store, statements};
use crate::auth::{Access, Caller};
use crate::error::Result;

impl Store {
    /// The person as they stand now; `None` for one who is unknown or inactive.
    pub async fn caller(&self, tenant: &TenantId, user: &UserId) -> Result<Option<Caller>> {
        let (tenant, user) = (tenant.clone(), user.clone());
        self.read(move |db| statements::people::caller(db, &tenant, &user)).await
    }

    /// Whether this person may read this ticket now. What they may do is read anew, so a loss counts at once.
    pub async fn may_read_ticket(&self, caller: &Caller, ticket: &TicketId) -> Result<bool> {
        let (tenant, user, ticket) = (caller.tenant.clone(), caller.user.clone(), ticket.clone());
        self.read(move |db| {
            let Some(now) = statements::people::caller(db, &tenant, &user)? else { return Ok(false) };
            Ok(statements::tickets::placement(db, &tenant, &ticket)?.is_some_and(|at| now.access.reads(&at)))
        })
        .await
    }

    /// Which of these tickets the caller may read, in the order asked.
    pub async fn readable_tickets(&self, caller: &Caller, tickets: Vec<TicketId>) -> Result<Vec<bool>> {
        let placements = self.placements(&caller.tenant, tickets.clone()).await?;
        let may_read = |ticket| placements.get(ticket).is_some_and(|at| caller.access.reads(at));
        Ok(tickets.iter().map(may_read).collect())
    }

    /// How many hints wait to be relayed.
    pub async fn outbox_len(&self) -> Result<u64> {
        self.read(statements::outbox::len).await
    }

    /// One ticket.
    pub async fn ticket(&self, tenant: &TenantId, ticket: &TicketId) -> Result<Option<Ticket>> {
        let (tenant, ticket) = (tenant.clone(), ticket.clone());
        self.read(move |db| statements::tickets::get(db, &tenant, &ticket)).await
    }

    /// A page of the tickets that may be read with this access.
    pub async fn tickets(
        &self,
        tenant: &TenantId,
        access: &Access,
        query: TicketQuery,
    ) -> Result<(Vec<Ticket>, Pagination)> {
        let (tenant, access) = (tenant.clone(), access.clone());
        self.read(move |db| statements::tickets::list(db, &tenant, &access, &query)).await
    }

    /// Where the change feed ends now.
    pub async fn newest_change(&self, tenant: &TenantId) -> Result<u64> {
        let tenant = tenant.clone();
        self.read(move |db| statements::changes::newest(db, &tenant)).await
    }

    /// What this person may know of what happened after `since`.
    pub async fn changes(&self, caller: &Caller, since: u64, limit: u32) -> Result<Feed> {
        let (caller, limits) = (caller.clone(), self.limits);
        self.read(move |db| statements::changes::since(db, &caller, since, limit, limits)).await
    }

    /// The oldest hints that were not relayed yet, in order.
    pub async fn outbox_pending(&self, limit: u32) -> Result<Vec<OutboxEntry>> {
        let now = self.now();
        self.read(move |db| statements::outbox::pending(db, limit, now)).await
    }

    /// The boards that may be seen with this access.
    pub async fn boards(
        &self,
        tenant: &TenantId,
        access: &Access,
        query: BoardQuery,
    ) -> Result<Vec<ListedBoard>> {
        let (tenant, access) = (tenant.clone(), access.clone());
        self.read(move |db| statements::lookups::boards(db, &tenant, &access, &query)).await
    }

    /// The statuses of one board or of all.
    pub async fn statuses(
        &self,
        tenant: &TenantId,
        access: &Access,
        query: StatusQuery,
    ) -> Result<Vec<Status>> {
        let (tenant, access) = (tenant.clone(), access.clone());
        self.read(move |db| statements::lookups::statuses(db, &tenant, &access, &query)).await
    }

    /// The priorities, most pressing first.
    pub async fn priorities(&self, tenant: &TenantId, search: Option<String>) -> Result<Vec<Priority>> {
        let tenant = tenant.clone();
        self.read(move |db| statements::lookups::priorities(db, &tenant, search.as_deref())).await
    }

    /// The categories of one board or of all.
    pub async fn categories(
        &self,
        tenant: &TenantId,
        access: &Access,
        board: Option<BoardId>,
    ) -> Result<Vec<Category>> {
        let (tenant, access) = (tenant.clone(), access.clone());
        self.read(move |db| statements::lookups::categories(db, &tenant, &access, board.as_ref())).await
    }

    /// The teams with who is in them.
    pub async fn teams(&self, tenant: &TenantId) -> Result<Vec<Team>> {
        let tenant = tenant.clone();
        self.read(move |db| statements::lookups::teams(db, &tenant)).await
    }

    /// The customers within reach.
    pub async fn clients(
        &self,
        tenant: &TenantId,
        access: &Access,
        query: ClientQuery,
    ) -> Result<Vec<Client>> {
        let (tenant, access) = (tenant.clone(), access.clone());
        self.read(move |db| statements::lookups::clients(db, &tenant, &access, &query)).await
    }

    /// The places of a customer; `None` when there is no such customer within reach.
    pub async fn locations(
        &self,
        tenant: &TenantId,
        access: &Access,
        client: &ClientId,
    ) -> Result<Option<Vec<Location>>> {
        if !access.reaches_client(Some(client)) {
            return Ok(None);
        }
        let (tenant, client) = (tenant.clone(), client.clone());
        self.read(move |db| {
            let known = statements::lookups::client_exists(db, &tenant, &client)?;
            known.then(|| statements::lookups::locations(db, &tenant, &client)).transpose()
        })
        .await
    }

    /// The people at a customer; `None` when there is no such customer within reach.
    pub async fn contacts(
        &self,
        tenant: &TenantId,
        access: &Access,
        client: &ClientId,
    ) -> Result<Option<Vec<Contact>>> {
        if !access.reaches_client(Some(client)) {
            return Ok(None);
        }
        let (tenant, client) = (tenant.clone(), client.clone());
        self.read(move |db| {
            let known = statements::lookups::client_exists(db, &tenant, &client)?;
            known.then(|| statements::lookups::contacts(db, &tenant, &client)).transpose()
        })
        .await
    }

    /// Every company, with its name.
    pub async fn tenants(&self) -> Result<Vec<(TenantId, String)>> {
        self.read(statements::company::tenants).await
    }

    /// Whether nothing was ever stored here.
    pub async fn is_empty(&self) -> Result<bool> {
        self.read(statements::company::is_empty).await
    }
}
