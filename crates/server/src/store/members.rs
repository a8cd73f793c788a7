//! People as an administrator sees and changes them.
//!
//! **Invariant:** whoever may do something else than before loses their cursor in the same transaction; the rooms find
//! out by themselves.

use callboard_model::{TenantId, UserId};

use super::save::{Attempt, Author};
use super::{Store, statements};
use crate::domain::Issue;
use crate::domain::membership::{Membership, Wanted};
use crate::error::Result;

/// Why something of a company's administration is not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unwritten {
    /// There is nothing of this id behind this wall.
    NotFound,
    /// The domain refused.
    Invalid(Vec<Issue>),
    /// Something else stands in the way; a sentence for people.
    InUse(&'static str),
}

/// A wish for a person, new or not.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// Who wishes it.
    pub author: Author,
    /// Who is meant.
    pub user: UserId,
    /// What they shall be.
    pub wanted: Wanted,
}

/// A person with their id.
pub type Member = (UserId, Membership);

impl Store {
    /// Everybody of the company and its customers who has an account, by name.
    pub async fn members(&self, tenant: &TenantId) -> Result<Vec<Member>> {
        let tenant = tenant.clone();
        self.read(move |db| statements::members::all(db, &tenant)).await
    }

    /// One of them.
    pub async fn member(&self, tenant: &TenantId, user: &UserId) -> Result<Option<Member>> {
        let (tenant, user) = (tenant.clone(), user.clone());
        self.read(move |db| statements::members::one(db, &tenant, &user)).await
    }

    /// Makes an account.
    pub async fn enrol(&self, enrolment: Enrolment) -> Result<Attempt<Member, Unwritten>> {
        let tenant = enrolment.author.tenant.clone();
        self.write(&tenant, move |db| statements::members::add(db, &enrolment)).await
    }

    /// Changes an account. Who is shut out loses their keys with it.
    pub async fn change_member(&self, enrolment: Enrolment) -> Result<Attempt<Member, Unwritten>> {
        let tenant = enrolment.author.tenant.clone();
        self.write(&tenant, move |db| statements::members::change(db, &enrolment)).await
    }
}
