//! API keys in the database.
//!
//! It exists so that all that is known of keys is in one place: a key is found by the start of its hash and then
//! compared whole, and whoever takes one away also ends what was opened with it.
//!
//! **Invariant:** no key is stored or returned, only its hash, and the hash is not returned either.

use callboard_model::{TenantId, Timestamp, UserId};

use super::{idempotency, members, people};
use crate::auth::Caller;
use crate::auth::api_key::KeyHash;
use crate::domain::Issue;
use crate::error::{Result, ServerError};
use crate::store::keys::{KEYS_LISTED, KEYS_MAX, KeyEntry, NewKey};
use crate::store::members::Unwritten;
use crate::store::save::{Attempt, Author};
use crate::store::sql::{Conditions, Row, Sql, cells};

/// The owner of a key that is valid now, inside `within` where that is given.
pub(in crate::store) fn owner(
    db: &mut dyn Sql,
    key: &KeyHash,
    within: Option<&TenantId>,
    now: Timestamp,
) -> Result<Option<Caller>> {
    let owner = people::caller_by_key(db, key, |row| opens(row, key, now))?;
    Ok(owner.filter(|owner| within.is_none_or(|within| *within == owner.tenant)))
}

/// Whether a row of the table is this key, and opens something now.
fn opens(row: &Row, key: &KeyHash, now: Timestamp) -> Result<bool> {
    let hash: Vec<u8> = row.get("hash")?;
    let expires_at: Option<Timestamp> = row.get("expires_at")?;
    Ok(key.is(&hash) && expires_at.is_none_or(|at| at > now))
}

/// An expired key opens nothing; it only costs room.
pub(in crate::store) fn forget_expired(db: &mut dyn Sql, now: Timestamp) -> Result<()> {
    db.execute("DELETE FROM api_keys WHERE expires_at <= ?1", cells![now])?;
    Ok(())
}

pub(in crate::store) fn insert(
    db: &mut dyn Sql,
    tenant: &TenantId,
    key: &NewKey,
    now: Timestamp,
    by: Option<&UserId>,
) -> Result<()> {
    db.execute(
        "INSERT INTO api_keys (hash_start, hash, tenant, user_id, expires_at, key_id, key_name, created_at, created_by) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        cells![
            key.hash.start(),
            key.hash.bytes(),
            tenant,
            &key.user,
            key.expires_at,
            &key.key_id,
            &key.name,
            now,
            by
        ],
    )?;
    Ok(())
}

/// What is remembered under an idempotency key is the entry, and so never the key itself.
pub(in crate::store) fn issue(
    db: &mut dyn Sql,
    author: &Author,
    key: &NewKey,
) -> Result<Attempt<KeyEntry, Unwritten>> {
    idempotency::once(db, author, |db| {
        let tenant = &author.tenant;
        forget_expired(db, author.now)?;
        let invalid =
            |message: &str| Ok(Err(Unwritten::Invalid(vec![Issue::at("user_id", "custom", message)])));
        match members::one(db, tenant, &key.user)? {
            None => return invalid("Unknown person"),
            Some((_, member)) if member.is_inactive => return invalid("Who is inactive has no keys"),
            Some(_) => {}
        }
        let held = db.row(
            "SELECT count(*) FROM api_keys WHERE tenant = ?1 AND user_id = ?2",
            cells![tenant, &key.user],
        )?;
        if held.map(|row| row.get::<u64>(0)).transpose()?.unwrap_or_default() >= KEYS_MAX {
            return invalid("This person has too many keys: revoke some");
        }
        insert(db, tenant, key, author.now, Some(&author.person.user_id))?;
        let issued = entries(db, tenant, |all| all.and("k.key_id = ?", [(&key.key_id).into()]))?.pop();
        issued
            .map(Ok)
            .ok_or_else(|| ServerError::Unreadable("a key vanished while it was written".to_owned()))
    })
}

pub(in crate::store) fn list(
    db: &mut dyn Sql,
    tenant: &TenantId,
    user: Option<&UserId>,
) -> Result<Vec<KeyEntry>> {
    entries(db, tenant, |all| {
        if let Some(user) = user {
            all.and("k.user_id = ?", [user.into()]);
        }
    })
}

fn entries<'a>(
    db: &mut dyn Sql,
    tenant: &'a TenantId,
    narrow: impl FnOnce(&mut Conditions<'a>),
) -> Result<Vec<KeyEntry>> {
    let mut all = Conditions::of("k.tenant", tenant);
    narrow(&mut all);
    let limit = all.place(KEYS_LISTED.into());
    let sql = format!(
        "SELECT k.key_id, k.key_name, k.user_id, u.first_name, u.last_name, k.created_at, k.created_by, k.expires_at \
         FROM api_keys k JOIN users u ON u.tenant = k.tenant AND u.user_id = k.user_id \
         WHERE {} ORDER BY k.created_at DESC NULLS LAST, k.key_id LIMIT {limit}",
        all.sql()
    );
    db.query(&sql, all.values())?.iter().map(entry).collect()
}

fn entry(row: &Row) -> Result<KeyEntry> {
    let (first, last): (String, String) = (row.get("first_name")?, row.get("last_name")?);
    Ok(KeyEntry {
        key_id: row.get("key_id")?,
        name: row.get("key_name")?,
        user_id: row.get("user_id")?,
        display_name: format!("{first} {last}").trim().to_owned(),
        created_at: row.get("created_at")?,
        created_by: row.get("created_by")?,
        expires_at: row.get("expires_at")?,
    })
}

pub(in crate::store) fn revoke(
    db: &mut dyn Sql,
    author: &Author,
    key_id: &str,
) -> Result<Attempt<(), Unwritten>> {
    idempotency::once(db, author, |db| {
        let tenant = &author.tenant;
        let row = db.row(
            "DELETE FROM api_keys WHERE tenant = ?1 AND key_id = ?2 RETURNING user_id",
            cells![tenant, key_id],
        )?;
        let Some(row) = row else { return Ok(Err(Unwritten::NotFound)) };
        close_rooms_of(db, tenant, &row.get("user_id")?, author.now)?;
        Ok(Ok(()))
    })
}

/// Forgets every key of a person.
pub(super) fn revoke_all_of(
    db: &mut dyn Sql,
    tenant: &TenantId,
    user: &UserId,
    now: Timestamp,
) -> Result<()> {
    db.execute("DELETE FROM api_keys WHERE tenant = ?1 AND user_id = ?2", cells![tenant, user])?;
    close_rooms_of(db, tenant, user, now)
}

/// Live tokens from before now open nothing any more, and whoever is inside has to come with a fresh one: nobody knows
/// which of them the key was for.
fn close_rooms_of(db: &mut dyn Sql, tenant: &TenantId, user: &UserId, now: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE users SET key_revoked_at = ?3 WHERE tenant = ?1 AND user_id = ?2",
        cells![tenant, user, now],
    )?;
    Ok(())
}
