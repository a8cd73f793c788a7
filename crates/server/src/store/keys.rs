//! API keys: made, listed, taken away. A key's text is never here, only its hash.
//!
//! **Invariant:** what is told of a key is not enough to use it.

use callboard_model::{TenantId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::members::Unwritten;
use super::save::{Attempt, Author};
use super::{Store, statements};
use crate::auth::Caller;
use crate::auth::api_key::KeyHash;
use crate::error::Result;

/// Keys of one person at most; one more is refused.
pub const KEYS_MAX: u64 = 100;
/// Keys in one answer at most; of more, the newest are given, and asking for one person's finds the others.
pub const KEYS_LISTED: u32 = 5000;

/// A key as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ApiKey)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct KeyEntry {
    pub key_id: String,
    /// What it is for.
    pub name: String,
    pub user_id: UserId,
    pub display_name: String,
    /// Not known of a key from before this was kept.
    pub created_at: Option<Timestamp>,
    pub created_by: Option<UserId>,
    /// From when on it opens nothing.
    pub expires_at: Option<Timestamp>,
}

/// A key that is to be.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What it is called among programs.
    pub key_id: String,
    /// What it is for.
    pub name: String,
    /// Whose it is.
    pub user: UserId,
    /// What is kept of its text.
    pub hash: KeyHash,
    /// From when on it opens nothing.
    pub expires_at: Option<Timestamp>,
}

impl Store {
    /// The owner of a key that is valid at `now`; with `within`, only behind that wall.
    pub async fn caller_by_key(
        &self,
        key: KeyHash,
        within: Option<TenantId>,
        now: Timestamp,
    ) -> Result<Option<Caller>> {
        self.read(move |db| statements::keys::owner(db, &key, within.as_ref(), now)).await
    }

    /// Lets the owner of this key in until it expires, and forgets the keys that have.
    pub async fn add_key(
        &self,
        tenant: &TenantId,
        user: &UserId,
        hash: KeyHash,
        expires_at: Option<Timestamp>,
    ) -> Result<()> {
        let (wall, now, key_id) = (tenant.clone(), self.now(), Uuid::new_v4().to_string());
        let key = NewKey { key_id, name: String::new(), user: user.clone(), hash, expires_at };
        self.write(tenant, move |db| {
            statements::keys::forget_expired(db, now)?;
            statements::keys::insert(db, &wall, &key, now, None)
        })
        .await
    }

    /// The same, asked for by somebody.
    pub async fn issue_key(&self, author: Author, key: NewKey) -> Result<Attempt<KeyEntry, Unwritten>> {
        let tenant = author.tenant.clone();
        self.write(&tenant, move |db| statements::keys::issue(db, &author, &key)).await
    }

    /// The keys of the company, or of one of its people, newest first.
    pub async fn keys(&self, tenant: &TenantId, user: Option<UserId>) -> Result<Vec<KeyEntry>> {
        let tenant = tenant.clone();
        self.read(move |db| statements::keys::list(db, &tenant, user.as_ref())).await
    }

    /// Forgets a key. It opens nothing from the next request on, and rooms that were entered before have to be entered
    /// anew.
    pub async fn revoke_key(&self, author: Author, key_id: String) -> Result<Attempt<(), Unwritten>> {
        let tenant = author.tenant.clone();
        self.write(&tenant, move |db| statements::keys::revoke(db, &author, &key_id)).await
    }
}
