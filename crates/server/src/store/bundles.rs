//! Bundles: seen, made, changed and taken apart.
//!
//! It exists so that membership is only ever changed by the rules, with a hint for every ticket that it concerns.
//!
//! **Invariant:** a ticket out of somebody's reach is in no bundle that they are shown, and in none that they make.

use callboard_model::{TenantId, Ticket, TicketId};
use serde::{Deserialize, Serialize};

use super::comments::Ground;
use super::save::Attempt;
use super::{Store, statements};
use crate::auth::Access;
use crate::domain::bundle::{Mode, Settings};
use crate::error::Result;

/// A bundle as it looks from one of its tickets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bundle {
    /// The ticket from which it is looked at.
    pub ticket: TicketId,
    /// The one that speaks for the others; none where the ticket is in no bundle, or where it is out of reach.
    pub master: Option<Ticket>,
    /// How it behaves; none where the ticket is in no bundle.
    pub settings: Option<Settings>,
    /// Those it speaks for.
    pub children: Vec<Ticket>,
}

/// Tickets are to become children of the ticket on the ground.
#[derive(Clone, Debug)]
pub struct Join {
    /// Who, and the master.
    pub ground: Ground,
    /// Which tickets.
    pub children: Vec<TicketId>,
    /// What makes a bundle of a ticket that is none, and how it shall behave; without it there must be one.
    pub begin: Option<Mode>,
}

/// Something else is to be done to a bundle. The ticket on the ground is its master.
#[derive(Clone, Debug)]
pub enum Rearrange {
    /// Take it apart.
    Dissolve,
    /// Take this child out.
    Leave(TicketId),
    /// Let this child speak for all.
    Promote(TicketId),
    /// Change how it behaves, as far as it is said.
    Settle {
        /// What it does with a change of its master.
        mode: Option<Mode>,
        /// Whether a customer's answer on a child opens a closed master again.
        reopen_on_child_reply: Option<bool>,
    },
}

impl Store {
    /// The bundle around a ticket, as far as it is within reach. Whether the ticket itself is, was asked before.
    pub async fn bundle(
        &self,
        tenant: &TenantId,
        ticket: &TicketId,
        access: &Access,
    ) -> Result<Option<Bundle>> {
        let (tenant, ticket, access) = (tenant.clone(), ticket.clone(), access.clone());
        self.read(move |db| statements::bundles::around(db, &tenant, &ticket, &access)).await
    }

    /// Makes tickets children of another one.
    pub async fn join_bundle(&self, join: Join) -> Result<Attempt<Bundle>> {
        let (tenant, limits) = (join.ground.author.tenant.clone(), self.limits);
        self.write(&tenant, move |db| statements::bundling::join(db, &join, limits)).await
    }

    /// Changes a bundle, and says how it looks from the ticket on the ground then.
    pub async fn rearrange_bundle(&self, ground: Ground, what: Rearrange) -> Result<Attempt<Bundle>> {
        let (tenant, limits) = (ground.author.tenant.clone(), self.limits);
        self.write(&tenant, move |db| statements::bundling::rearrange(db, &ground, &what, limits)).await
    }
}
