//! People, and what they may do.
//!
//! **Invariant:** whoever is inactive is nobody.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use callboard_model::{BoardId, ClientId, TenantId, UserId};

use super::changes;
use crate::auth::api_key::KeyHash;
use crate::auth::{Access, Boards, Caller, Role};
use crate::error::{Result, ServerError};
use crate::store::sql::{Conditions, Row, Sql, cells};

pub(in crate::store) fn caller(db: &mut dyn Sql, tenant: &TenantId, user: &UserId) -> Result<Option<Caller>> {
    Ok(callers(db, tenant, std::slice::from_ref(user))?.pop())
}

/// Those of these people who are known and active, with what they may do.
pub(in crate::store) fn callers(
    db: &mut dyn Sql,
    tenant: &TenantId,
    users: &[UserId],
) -> Result<Vec<Caller>> {
    let mut conditions = Conditions::of("u.tenant", tenant);
    conditions.any_of("u.user_id", users);
    let sql = format!("SELECT {WHO} FROM users u {REACH} WHERE {} {ACTIVE}", conditions.sql());
    let rows = db.query(&sql, conditions.values())?;
    rows.chunk_by(same_person).map(build).collect()
}

/// Whoever a key belongs to, if it opens something; `opens` looks at its `hash` and `expires_at`.
pub(in crate::store) fn caller_by_key(
    db: &mut dyn Sql,
    key: &KeyHash,
    opens: impl Fn(&Row) -> Result<bool>,
) -> Result<Option<Caller>> {
    static SELECT: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT k.hash, k.expires_at, {WHO} FROM api_keys k \
             JOIN users u ON u.tenant = k.tenant AND u.user_id = k.user_id {REACH} WHERE k.hash_start = ?1 {ACTIVE}"
        )
    });
    let rows = db.query(&SELECT, cells![key.start()])?;
    let mut own = Vec::with_capacity(rows.len());
    for row in rows {
        if opens(&row)? {
            own.push(row);
        }
    }
    if own.is_empty() { Ok(None) } else { build(&own).map(Some) }
}

/// What [`build`] reads of a person: one row per board that is listed for them, and one where none is listed.
const WHO: &str = "u.tenant, u.user_id, u.first_name, u.last_name, u.avatar_url, u.role, u.key_revoked_at, \
     c.client_id, b.board_id";
const REACH: &str = "LEFT JOIN user_clients c ON c.tenant = u.tenant AND c.user_id = u.user_id \
     LEFT JOIN user_boards b ON b.tenant = u.tenant AND b.user_id = u.user_id";
const ACTIVE: &str = "AND u.is_inactive = 0 ORDER BY u.user_id";

pub(super) fn same_person(one: &Row, next: &Row) -> bool {
    matches!((one.get::<UserId>("user_id"), next.get::<UserId>("user_id")), (Ok(one), Ok(next)) if one == next)
}

/// A person out of their rows; there is at least one.
fn build(rows: &[Row]) -> Result<Caller> {
    let row = rows.first().ok_or_else(|| ServerError::Unreadable("a person without a row".to_owned()))?;
    let role: String = row.get("role")?;
    let (first, last): (String, String) = (row.get("first_name")?, row.get("last_name")?);
    let boards = rows.iter().filter_map(|row| row.get("board_id").transpose()).collect::<Result<_>>()?;
    Ok(Caller {
        tenant: row.get("tenant")?,
        user: row.get("user_id")?,
        display_name: format!("{first} {last}").trim().into(),
        avatar_url: row.get::<Option<Arc<str>>>("avatar_url")?,
        access: Access {
            role: role.parse().map_err(|_| ServerError::Unreadable(format!("role {role:?}")))?,
            boards: Boards::listed(boards),
            client: row.get("client_id")?,
        },
        key_revoked_at: row.get("key_revoked_at")?,
    })
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

pub(in crate::store) fn set_boards(
    db: &mut dyn Sql,
    tenant: &TenantId,
    user: &UserId,
    boards: &BTreeSet<BoardId>,
) -> Result<()> {
    db.execute("DELETE FROM user_boards WHERE tenant = ?1 AND user_id = ?2", cells![tenant, user])?;
    for board in boards {
        db.execute(
            "INSERT INTO user_boards (tenant, user_id, board_id) VALUES (?1, ?2, ?3)",
            cells![tenant, user, board],
        )?;
    }
    Ok(())
}

pub(in crate::store) fn set_client(
    db: &mut dyn Sql,
    tenant: &TenantId,
    user: &UserId,
    client: Option<&ClientId>,
) -> Result<()> {
    db.execute("DELETE FROM user_clients WHERE tenant = ?1 AND user_id = ?2", cells![tenant, user])?;
    if let Some(client) = client {
        db.execute(
            "INSERT INTO user_clients (tenant, user_id, client_id) VALUES (?1, ?2, ?3)",
            cells![tenant, user, client],
        )?;
    }
    Ok(())
}

/// Ends this person's change feed here: what they hold was cut by what they saw before, and has to be loaded anew.
pub(in crate::store) fn access_changed(db: &mut dyn Sql, tenant: &TenantId, user: &UserId) -> Result<()> {
    let seq = changes::next_number(db, tenant)?;
    db.execute(
        "UPDATE users SET access_seq = ?3 WHERE tenant = ?1 AND user_id = ?2",
        cells![tenant, user, seq],
    )?;
    Ok(())
}
