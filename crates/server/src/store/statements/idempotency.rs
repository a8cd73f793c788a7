//! Answers to writes, kept for a day under the writer's key.
//!
//! It exists so that a write that was sent twice, because its answer got lost, is applied once.
//!
//! **Invariant:** only a write that was applied is remembered: one that was refused may be tried again.

use callboard_model::Timestamp;

use crate::error::{Result, ServerError};
use crate::store::save::{Key, Save, Saved};
use crate::store::sql::{Sql, cells};

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

pub(super) fn recall(db: &mut dyn Sql, save: &Save, key: &Key) -> Result<Recalled> {
    let found = db.row(
        "SELECT body_hash, answer FROM idempotency \
         WHERE tenant = ?1 AND user_id = ?2 AND key = ?3 AND answered_at > ?4",
        cells![&save.tenant, &save.actor.user_id, &key.text, horizon(save.now)],
    )?;
    let Some(found) = found else { return Ok(Recalled::Nothing) };
    if found.get::<Vec<u8>>("body_hash")? != key.body_hash {
        return Ok(Recalled::Other);
    }
    serde_json::from_str(&found.get::<String>("answer")?)
        .map(Recalled::Same)
        .map_err(|error| ServerError::Unreadable(format!("idempotency: {error}")))
}

pub(super) fn remember(db: &mut dyn Sql, save: &Save, key: &Key, saved: &Saved) -> Result<()> {
    let answer = serde_json::to_string(saved).map_err(|error| ServerError::Unreadable(error.to_string()))?;
    db.execute(
        "DELETE FROM idempotency WHERE (tenant, user_id, key) IN \
         (SELECT tenant, user_id, key FROM idempotency WHERE answered_at <= ?1 LIMIT ?2)",
        cells![horizon(save.now), SWEPT_PER_WRITE],
    )?;
    db.execute(
        "INSERT INTO idempotency (tenant, user_id, key, body_hash, answer, answered_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT (tenant, user_id, key) DO UPDATE SET body_hash = excluded.body_hash, \
             answer = excluded.answer, answered_at = excluded.answered_at",
        cells![&save.tenant, &save.actor.user_id, &key.text, &key.body_hash, answer, save.now],
    )?;
    Ok(())
}
