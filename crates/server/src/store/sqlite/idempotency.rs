//! Answers to writes, kept for a day under the writer's key.
//!
//! It exists so that a write that was sent twice, because its answer got lost, is applied once.
//!
//! **Invariant:** only a write that was applied is remembered: one that was refused may be tried again.

use callboard_model::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::{Result, ServerError};
use crate::store::save::{Key, Save, Saved};

/// How long an answer is kept.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;
/// Old answers removed per write at most; more go with the next writes.
const SWEPT_PER_WRITE: u32 = 16;

/// What is known of a key.
pub(super) enum Recalled {
    /// It is new.
    Nothing,
    /// The same write was answered so.
    Same(Box<Saved>),
    /// It stood for another write.
    Other,
}

fn horizon(now: Timestamp) -> i64 {
    now.as_millisecond().saturating_sub(KEPT_MS)
}

pub(super) fn recall(db: &Connection, save: &Save, key: &Key) -> Result<Recalled> {
    let found: Option<(Vec<u8>, String)> = db
        .prepare_cached(
            "SELECT body_hash, answer FROM idempotency \
             WHERE tenant = ?1 AND user_id = ?2 AND key = ?3 AND answered_at > ?4",
        )?
        .query_row(
            params![save.tenant.as_str(), save.actor.user_id.as_str(), key.text, horizon(save.now)],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    match found {
        None => Ok(Recalled::Nothing),
        Some((hash, _)) if hash != key.body_hash => Ok(Recalled::Other),
        Some((_, answer)) => serde_json::from_str(&answer)
            .map(Recalled::Same)
            .map_err(|error| ServerError::Unreadable(format!("idempotency: {error}"))),
    }
}

pub(super) fn remember(db: &Connection, save: &Save, key: &Key, saved: &Saved) -> Result<()> {
    let answer = serde_json::to_string(saved).map_err(|error| ServerError::Unreadable(error.to_string()))?;
    db.prepare_cached(
        "DELETE FROM idempotency WHERE (tenant, user_id, key) IN \
         (SELECT tenant, user_id, key FROM idempotency WHERE answered_at <= ?1 LIMIT ?2)",
    )?
    .execute(params![horizon(save.now), SWEPT_PER_WRITE])?;
    db.prepare_cached(
        "INSERT OR REPLACE INTO idempotency (tenant, user_id, key, body_hash, answer, answered_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        save.tenant.as_str(),
        save.actor.user_id.as_str(),
        key.text,
        key.body_hash,
        answer,
        save.now.as_millisecond(),
    ])?;
    Ok(())
}
