//! People: those who sign in, and those who are called.
//!
//! **Invariant:** reads only.

use callboard_model::rest::User;
use callboard_model::{ClientId, TeamId, TenantId};
use serde::Serialize;
use utoipa::ToSchema;

use super::lookups::Contact;
use super::{Store, statements};
use crate::auth::Access;
use crate::error::Result;

/// People per answer at most; of more, the first by name are given, and a search finds the others.
pub const PEOPLE_MAX: u32 = 5000;
/// The longest text that is searched for, in characters; a longer one is refused.
pub const SEARCH_MAX: usize = 200;

/// Which people.
#[derive(Clone, Debug, Default)]
pub struct PeopleQuery {
    /// The company's own, or its customers'.
    pub internal: Option<bool>,
    /// Those who left, or those who did not.
    pub inactive: Option<bool>,
    /// Of this team.
    pub team: Option<TeamId>,
    /// With this in name, user name or address.
    pub search: Option<String>,
}

/// Somebody who signs in, in the stock's shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Member {
    #[serde(flatten)]
    pub user: User,
    pub username: String,
    pub email: String,
    pub user_type: &'static str,
    pub roles: Vec<String>,
}

impl Store {
    /// The people who sign in.
    pub async fn people(&self, tenant: &TenantId, query: PeopleQuery) -> Result<Vec<Member>> {
        let tenant = tenant.clone();
        self.read(move |db| statements::directory::people(db, &tenant, &query)).await
    }

    /// The people at customers within reach.
    pub async fn all_contacts(
        &self,
        tenant: &TenantId,
        access: &Access,
        client: Option<ClientId>,
        search: Option<String>,
    ) -> Result<Vec<Contact>> {
        let (tenant, access) = (tenant.clone(), access.clone());
        self.read(move |db| {
            statements::directory::contacts(db, &tenant, &access, client.as_ref(), search.as_deref())
        })
        .await
    }
}
