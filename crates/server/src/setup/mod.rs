//! `callboard-server admin …`: what an operator sets up with the database in hand, from nothing.
//!
//! It exists because somebody has to be let in before anybody can administer over REST. It says and writes the same
//! things as the routes below `/admin`, by the same statements.
//!
//! | module | holds |
//! |---|---|
//! | `starter` | what a company begins with |
//!
//! **Invariant:** a key's text is in the one line that tells of its making, and nowhere else.

mod starter;

use std::time::Duration;

use callboard_model::{ClientId, Person, TenantId, Timestamp, UserId};
use clap::Subcommand;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::audit;
use crate::auth::api_key::ApiKey;
use crate::auth::{Access, Role};
use crate::domain::membership::{Membership, Wanted};
use crate::domain::value::{ID_MAX, to_millisecond};
use crate::error::{Result, ServerError};
use crate::store::Store;
use crate::store::keys::{KeyEntry, NewKey};
use crate::store::lookups::Client;
use crate::store::members::{Enrolment, Unwritten};
use crate::store::save::{Attempt, Author, fresh_change};

/// Who does it, as the log and the keys name them.
const OPERATOR: &str = "command-line";
/// The longest name of a company or a client, in characters. A longer one is refused.
const NAME_MAX: usize = 100;

/// Set up companies, their people and their keys. Each answer is a line of JSON.
#[derive(Clone, Debug, Subcommand)]
pub enum Admin {
    /// Add a company with one board, its statuses and five priorities.
    AddTenant {
        /// Its name.
        #[arg(long)]
        name: String,
        /// Its id; a fresh one unless given.
        #[arg(long)]
        tenant: Option<String>,
    },
    /// List the companies.
    Tenants,
    /// Add a customer of a company.
    AddClient {
        /// The company.
        #[arg(long)]
        tenant: TenantId,
        /// The customer's name.
        #[arg(long)]
        name: String,
    },
    /// Add somebody who signs in.
    AddPerson {
        /// The company.
        #[arg(long)]
        tenant: TenantId,
        /// What they sign in as.
        #[arg(long)]
        username: String,
        /// Their first name.
        #[arg(long)]
        first_name: String,
        /// Their last name.
        #[arg(long, default_value = "")]
        last_name: String,
        /// Their address.
        #[arg(long)]
        email: String,
        /// admin, dispatcher, technician, read_only, billing or client_portal.
        #[arg(long)]
        role: Role,
        /// Whose person somebody in the portal is.
        #[arg(long)]
        client: Option<ClientId>,
    },
    /// List the people of a company.
    People {
        /// The company.
        #[arg(long)]
        tenant: TenantId,
    },
    /// Make an API key and show it, this once.
    AddKey {
        /// The company.
        #[arg(long)]
        tenant: TenantId,
        /// Whose key it is.
        #[arg(long)]
        user: UserId,
        /// What it is for.
        #[arg(long, default_value = "")]
        name: String,
        /// After how many days it opens nothing; never unless given.
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3660))]
        expires_in: Option<u32>,
    },
    /// List the API keys of a company, without their text.
    Keys {
        /// The company.
        #[arg(long)]
        tenant: TenantId,
        /// Only this person's.
        #[arg(long)]
        user: Option<UserId>,
    },
    /// Take an API key away.
    RevokeKey {
        /// The company.
        #[arg(long)]
        tenant: TenantId,
        /// The key's id, as a list tells it.
        #[arg(long)]
        key: String,
    },
}

impl Admin {
    /// Does it, and says what became of it in lines of JSON.
    pub async fn run(self, store: &Store, now: Timestamp) -> Result<Vec<Value>> {
        match self {
            Self::AddTenant { name, tenant } => add_tenant(store, name, tenant).await,
            Self::Tenants => {
                let tenants = store.tenants().await?.into_iter();
                Ok(tenants.map(|(id, name)| json!({"tenant": {"tenant_id": id, "name": name}})).collect())
            }
            Self::AddClient { tenant, name } => add_client(store, tenant, name).await,
            Self::AddPerson { tenant, username, first_name, last_name, email, role, client } => {
                let wanted = Wanted {
                    username: Some(username),
                    first_name: Some(first_name),
                    last_name: Some(last_name),
                    email: Some(email),
                    role: Some(role),
                    client: client.map(Some),
                    ..Wanted::default()
                };
                add_person(store, &tenant, wanted, now).await
            }
            Self::People { tenant } => {
                known(store, &tenant).await?;
                Ok(store.members(&tenant).await?.iter().map(|(user, is)| person(user, is)).collect())
            }
            Self::AddKey { tenant, user, name, expires_in } => {
                let lifetime = expires_in.map(|days| Duration::from_secs(u64::from(days) * 24 * 60 * 60));
                let expires_at = lifetime.and_then(|lifetime| to_millisecond(now + lifetime));
                add_key(store, &tenant, (user, name, expires_at), now).await
            }
            Self::Keys { tenant, user } => {
                known(store, &tenant).await?;
                Ok(store.keys(&tenant, user).await?.iter().map(|entry| json!({"key": entry})).collect())
            }
            Self::RevokeKey { tenant, key } => {
                let attempt = store.revoke_key(operator(store, &tenant, now).await?, key.clone()).await?;
                written(attempt)?;
                audit::note(&tenant, OPERATOR, "DELETE", "keys", &key);
                Ok(vec![json!({"revoked": {"key_id": key}})])
            }
        }
    }
}

async fn add_tenant(store: &Store, name: String, tenant: Option<String>) -> Result<Vec<Value>> {
    let name = named(&name)?;
    let id = tenant.unwrap_or_else(|| Uuid::new_v4().to_string());
    let is_id = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !(1..=ID_MAX).contains(&id.len()) || !id.bytes().all(is_id) {
        return refuse(format!("a tenant's id has 1 to {ID_MAX} of letters, digits, '-', '_' and '.'"));
    }
    let id = TenantId::from(id);
    if store.tenants().await?.iter().any(|(other, _)| *other == id) {
        return refuse("there is a tenant with this id");
    }
    store.add_company(starter::company(id.clone(), name.clone(), || Uuid::new_v4().to_string())).await?;
    audit::note(&id, OPERATOR, "POST", "tenants", id.as_str());
    Ok(vec![json!({"tenant": {"tenant_id": id, "name": name}})])
}

async fn add_client(store: &Store, tenant: TenantId, name: String) -> Result<Vec<Value>> {
    known(store, &tenant).await?;
    let client_name = named(&name)?;
    let client = Client { client_id: Uuid::new_v4().to_string().into(), client_name, is_inactive: false };
    store.add_client(&tenant, client.clone()).await?;
    audit::note(&tenant, OPERATOR, "POST", "clients", client.client_id.as_str());
    Ok(vec![json!({"client": client})])
}

async fn add_person(store: &Store, tenant: &TenantId, wanted: Wanted, now: Timestamp) -> Result<Vec<Value>> {
    let author = operator(store, tenant, now).await?;
    let user = Uuid::new_v4().to_string().into();
    let (user, is) = written(store.enrol(Enrolment { author, user, wanted }).await?)?;
    audit::note(tenant, OPERATOR, "POST", "people", user.as_str());
    Ok(vec![person(&user, &is)])
}

async fn add_key(
    store: &Store,
    tenant: &TenantId,
    (user, name, expires_at): (UserId, String, Option<Timestamp>),
    now: Timestamp,
) -> Result<Vec<Value>> {
    let author = operator(store, tenant, now).await?;
    let key = ApiKey::mint()?;
    let key_id = Uuid::new_v4().to_string();
    let new = NewKey { key_id, name, user, hash: key.hash(), expires_at };
    let entry: KeyEntry = written(store.issue_key(author, new).await?)?;
    audit::note(tenant, OPERATOR, "POST", "keys", &entry.key_id);
    Ok(vec![json!({"key": entry, "api_key": key.reveal()})])
}

fn person(user: &UserId, is: &Membership) -> Value {
    json!({"person": {
        "user_id": user, "username": is.username, "first_name": is.first_name, "last_name": is.last_name,
        "email": is.email, "role": is.role.name(), "is_inactive": is.is_inactive, "client_id": is.client,
        "board_ids": is.boards, "max_daily_capacity": is.max_daily_capacity,
    }})
}

/// Whoever has the database may do what an administrator may.
async fn operator(store: &Store, tenant: &TenantId, now: Timestamp) -> Result<Author> {
    known(store, tenant).await?;
    Ok(Author {
        tenant: tenant.clone(),
        person: Person { user_id: OPERATOR.into(), display_name: OPERATOR.into() },
        access: Access::of(Role::Admin),
        origin: None,
        socket: None,
        change: fresh_change(),
        key: None,
        now,
    })
}

async fn known(store: &Store, tenant: &TenantId) -> Result<()> {
    let is_known = store.tenants().await?.iter().any(|(id, _)| id == tenant);
    if is_known { Ok(()) } else { refuse("there is no tenant with this id") }
}

fn named(name: &str) -> Result<String> {
    let name = name.trim();
    if (1..=NAME_MAX).contains(&name.chars().count()) {
        Ok(name.to_owned())
    } else {
        refuse(format!("a name has 1 to {NAME_MAX} characters"))
    }
}

/// What was written, or a sentence that says why nothing was.
fn written<T>(attempt: Attempt<T, Unwritten>) -> Result<T> {
    match attempt {
        Attempt::Done(done) | Attempt::Again(done) => Ok(done),
        Attempt::KeyReused => refuse("this was written before"),
        Attempt::Refused(Unwritten::NotFound) => refuse("there is nothing with this id"),
        Attempt::Refused(Unwritten::InUse(message)) => refuse(message),
        Attempt::Refused(Unwritten::Invalid(issues)) => {
            let said = issues.iter().map(|issue| format!("{}: {}", issue.path.join("."), issue.message));
            refuse(said.collect::<Vec<_>>().join("; "))
        }
    }
}

fn refuse<T>(message: impl Into<String>) -> Result<T> {
    Err(ServerError::Settings(message.into()))
}
