//! People and their keys.
//!
//! **Invariant:** no key is stored or returned, only its hash.

use std::sync::Arc;

use callboard_model::{TenantId, Timestamp, UserId};

use crate::auth::api_key::KeyHash;
use crate::auth::{Access, Caller, Role};
use crate::error::{Result, ServerError};
use crate::store::sql::{Row, Sql, cells};

pub(in crate::store) fn caller(db: &mut dyn Sql, tenant: &TenantId, user: &UserId) -> Result<Option<Caller>> {
    let found = db.row(
        "SELECT tenant, user_id, first_name, last_name, avatar_url, role FROM users \
         WHERE tenant = ?1 AND user_id = ?2 AND is_inactive = 0",
        cells![tenant, user],
    )?;
    found.map(|row| build(&row)).transpose()
}

fn build(row: &Row) -> Result<Caller> {
    let role: String = row.get("role")?;
    let (first, last): (String, String) = (row.get("first_name")?, row.get("last_name")?);
    Ok(Caller {
        tenant: row.get("tenant")?,
        user: row.get("user_id")?,
        display_name: format!("{first} {last}").trim().into(),
        avatar_url: row.get::<Option<Arc<str>>>("avatar_url")?,
        access: Access::of(role.parse().map_err(|_| ServerError::Unreadable(format!("role {role:?}")))?),
    })
}

/// The owner of a key that is valid now, inside `within` where that is given.
pub(in crate::store) fn by_key(
    db: &mut dyn Sql,
    key: &KeyHash,
    within: Option<&TenantId>,
    now: Timestamp,
) -> Result<Option<Caller>> {
    let rows = db.query(
        "SELECT hash, tenant, user_id, expires_at FROM api_keys WHERE hash_start = ?1",
        cells![key.start()],
    )?;
    for row in rows {
        let hash: Vec<u8> = row.get("hash")?;
        let expires_at: Option<Timestamp> = row.get("expires_at")?;
        let alive = expires_at.is_none_or(|at| at > now);
        if !key.is(&hash) || !alive {
            continue;
        }
        let tenant: TenantId = row.get("tenant")?;
        if within.is_some_and(|within| *within != tenant) {
            return Ok(None);
        }
        return caller(db, &tenant, &row.get("user_id")?);
    }
    Ok(None)
}

/// An expired key opens nothing; it only costs room.
pub(in crate::store) fn forget_expired_keys(db: &mut dyn Sql, now: Timestamp) -> Result<()> {
    db.execute("DELETE FROM api_keys WHERE expires_at <= ?1", cells![now])?;
    Ok(())
}

pub(in crate::store) fn add_key(
    db: &mut dyn Sql,
    tenant: &TenantId,
    user: &UserId,
    key: &KeyHash,
    expires_at: Option<Timestamp>,
) -> Result<()> {
    db.execute(
        "INSERT INTO api_keys (hash_start, hash, tenant, user_id, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        cells![key.start(), key.bytes(), tenant, user, expires_at],
    )?;
    Ok(())
}

/// Takes away or gives back what a person may do; `None` makes them inactive.
pub(in crate::store) fn set_role(
    db: &mut dyn Sql,
    tenant: &TenantId,
    user: &UserId,
    role: Option<Role>,
) -> Result<()> {
    db.execute(
        "UPDATE users SET role = coalesce(?3, role), is_inactive = CASE WHEN ?3 IS NULL THEN 1 ELSE 0 END \
         WHERE tenant = ?1 AND user_id = ?2",
        cells![tenant, user, role.map(Role::name)],
    )?;
    Ok(())
}
