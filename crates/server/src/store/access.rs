//! Who may see what, now: what rooms and tokens ask, and how it is changed.
//!
//! **Invariant:** an answer is never older than the question.

use std::collections::{BTreeSet, HashMap};

use callboard_model::{BoardId, ClientId, TenantId, TicketId, UserId};

use super::flags::Flag;
use super::{Store, statements};
use crate::auth::{Caller, Placement, Role};
use crate::error::Result;

/// People or tickets looked up by one statement; more take another one.
const AT_A_TIME: usize = 512;

impl Store {
    /// Those of these people who may be in rooms now, as they stand. Whoever is unknown, inactive or without a live
    /// layer ([`Flag::LiveTicketUpdates`]) is absent.
    pub async fn callers(&self, tenant: &TenantId, users: Vec<UserId>) -> Result<HashMap<UserId, Caller>> {
        let tenant = tenant.clone();
        self.read(move |db| {
            let mut found = HashMap::new();
            if !statements::flags::is_on(db, &tenant, Flag::LiveTicketUpdates)? {
                return Ok(found);
            }
            for users in users.chunks(AT_A_TIME) {
                let callers = statements::people::callers(db, &tenant, users)?;
                found.extend(callers.into_iter().map(|caller| (caller.user.clone(), caller)));
            }
            Ok(found)
        })
        .await
    }

    /// Where those of these tickets that exist stand now.
    pub async fn placements(
        &self,
        tenant: &TenantId,
        tickets: Vec<TicketId>,
    ) -> Result<HashMap<TicketId, Placement>> {
        let tenant = tenant.clone();
        self.read(move |db| {
            let mut found = HashMap::new();
            for tickets in tickets.chunks(AT_A_TIME) {
                found.extend(statements::tickets::placements(db, &tenant, tickets)?);
            }
            Ok(found)
        })
        .await
    }

    /// Changes what a person may do; `None` shuts them out.
    pub async fn set_role(&self, tenant: &TenantId, user: &UserId, role: Option<Role>) -> Result<()> {
        let (wall, user) = (tenant.clone(), user.clone());
        self.write(tenant, move |db| {
            statements::people::set_role(db, &wall, &user, role)?;
            statements::people::access_changed(db, &wall, &user)
        })
        .await
    }

    /// Changes which boards a person sees; with none listed, all.
    pub async fn set_boards(
        &self,
        tenant: &TenantId,
        user: &UserId,
        boards: BTreeSet<BoardId>,
    ) -> Result<()> {
        let (wall, user) = (tenant.clone(), user.clone());
        self.write(tenant, move |db| {
            statements::people::set_boards(db, &wall, &user, &boards)?;
            statements::people::access_changed(db, &wall, &user)
        })
        .await
    }

    /// Changes whose person somebody is.
    pub async fn set_client(&self, tenant: &TenantId, user: &UserId, client: Option<ClientId>) -> Result<()> {
        let (wall, user) = (tenant.clone(), user.clone());
        self.write(tenant, move |db| {
            statements::people::set_client(db, &wall, &user, client.as_ref())?;
            statements::people::access_changed(db, &wall, &user)
        })
        .await
    }
}
