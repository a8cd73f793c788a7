//! People and their keys.
//!
//! **Invariant:** no key is stored or returned, only its hash.

use callboard_model::{TenantId, Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::auth::api_key::KeyHash;
use crate::auth::{Access, Caller, Role};
use crate::error::{Result, ServerError};

pub(in crate::store) fn caller(db: &Connection, tenant: &TenantId, user: &UserId) -> Result<Option<Caller>> {
    let found = db
        .prepare_cached(
            "SELECT tenant, user_id, first_name, last_name, avatar_url, role FROM users \
             WHERE tenant = ?1 AND user_id = ?2 AND is_inactive = 0",
        )?
        .query_row(params![tenant.as_str(), user.as_str()], parts)
        .optional()?;
    found.map(CallerParts::build).transpose()
}

/// A row of `users` before its role is understood.
struct CallerParts {
    tenant: String,
    user: String,
    first_name: String,
    last_name: String,
    avatar_url: Option<String>,
    role: String,
}

fn parts(row: &Row<'_>) -> rusqlite::Result<CallerParts> {
    Ok(CallerParts {
        tenant: row.get(0)?,
        user: row.get(1)?,
        first_name: row.get(2)?,
        last_name: row.get(3)?,
        avatar_url: row.get(4)?,
        role: row.get(5)?,
    })
}

impl CallerParts {
    fn build(self) -> Result<Caller> {
        let role: Role =
            self.role.parse().map_err(|_| ServerError::Unreadable(format!("role {:?}", self.role)))?;
        Ok(Caller {
            tenant: self.tenant.into(),
            user: self.user.into(),
            display_name: format!("{} {}", self.first_name, self.last_name).trim().into(),
            avatar_url: self.avatar_url.map(Into::into),
            access: Access::of(role),
        })
    }
}

/// The owner of a key that is valid now, inside `within` where that is given.
pub(in crate::store) fn by_key(
    db: &Connection,
    key: &KeyHash,
    within: Option<&TenantId>,
    now: Timestamp,
) -> Result<Option<Caller>> {
    let mut statement =
        db.prepare_cached("SELECT hash, tenant, user_id, expires_at FROM api_keys WHERE hash_start = ?1")?;
    let mut rows = statement.query([key.start()])?;
    while let Some(row) = rows.next()? {
        let hash: Vec<u8> = row.get(0)?;
        let expires_at: Option<i64> = row.get(3)?;
        let alive = expires_at.is_none_or(|at| at > now.as_millisecond());
        if !key.is(&hash) || !alive {
            continue;
        }
        let tenant = TenantId::from(row.get::<_, String>(1)?);
        if within.is_some_and(|within| *within != tenant) {
            return Ok(None);
        }
        return caller(db, &tenant, &row.get::<_, String>(2)?.into());
    }
    Ok(None)
}

/// An expired key opens nothing; it only costs room.
pub(in crate::store) fn forget_expired_keys(db: &Connection, now: Timestamp) -> Result<()> {
    db.prepare_cached("DELETE FROM api_keys WHERE expires_at <= ?1")?.execute([now.as_millisecond()])?;
    Ok(())
}

pub(in crate::store) fn add_key(
    db: &Connection,
    tenant: &TenantId,
    user: &UserId,
    key: &KeyHash,
    expires_at: Option<Timestamp>,
) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO api_keys (hash_start, hash, tenant, user_id, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        key.start(),
        key.bytes(),
        tenant.as_str(),
        user.as_str(),
        expires_at.map(Timestamp::as_millisecond)
    ])?;
    Ok(())
}

/// Takes away or gives back what a person may do; `None` makes them inactive.
pub(in crate::store) fn set_role(
    db: &Connection,
    tenant: &TenantId,
    user: &UserId,
    role: Option<Role>,
) -> Result<()> {
    db.prepare_cached(
        "UPDATE users SET role = coalesce(?3, role), is_inactive = (?3 IS NULL) WHERE tenant = ?1 AND user_id = ?2",
    )?
    .execute(params![tenant.as_str(), user.as_str(), role.map(Role::name)])?;
    Ok(())
}
