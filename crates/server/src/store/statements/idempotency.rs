//! Answers to writes, kept for a day under the writer's key.
//!
//! It exists so that a write that was sent twice, because its answer got lost, is applied once, whatever kind of write it
//! is: what it answers only has to be data.
//!
//! **Invariant:** only a write that was applied is remembered, in its own transaction; one that was refused may be tried
//! again.

use callboard_model::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Result, ServerError};
use crate::store::save::{Attempt, Author, Key};
use crate::store::sql::{Sql, cells};

/// How long an answer is kept.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;
/// Old answers removed per write at most; more go with the next writes.
const SWEPT_PER_WRITE: u32 = 16;

/// Does `work` unless it was done before under the author's key. Without a key it is simply done.
pub(in crate::store) fn once<T, R>(
    db: &mut dyn Sql,
    author: &Author,
    work: impl FnOnce(&mut dyn Sql) -> Result<std::result::Result<T, R>>,
) -> Result<Attempt<T, R>>
where
    T: Serialize + DeserializeOwned,
{
    if let Some(key) = &author.key {
        match recall(db, author, key)? {
            Recalled::Nothing => {}
            Recalled::Same(answer) => return Ok(Attempt::Again(answer)),
            Recalled::Other => return Ok(Attempt::KeyReused),
        }
    }
    match work(db)? {
        Ok(answer) => {
            if let Some(key) = &author.key {
                remember(db, author, key, &answer)?;
            }
            Ok(Attempt::Done(answer))
        }
        Err(refusal) => Ok(Attempt::Refused(refusal)),
    }
}

/// What is known of a key.
enum Recalled<T> {
    /// It is new.
    Nothing,
    /// The same write was answered so.
    Same(T),
    /// It stood for another write.
    Other,
}

fn horizon(now: Timestamp) -> i64 {
    now.as_millisecond().saturating_sub(KEPT_MS)
}

fn recall<T: DeserializeOwned>(db: &mut dyn Sql, author: &Author, key: &Key) -> Result<Recalled<T>> {
    let found = db.row(
        "SELECT body_hash, answer FROM idempotency \
         WHERE tenant = ?1 AND user_id = ?2 AND key = ?3 AND answered_at > ?4",
        cells![&author.tenant, &author.person.user_id, &key.text, horizon(author.now)],
    )?;
    let Some(found) = found else { return Ok(Recalled::Nothing) };
    if found.get::<Vec<u8>>("body_hash")? != key.body_hash {
        return Ok(Recalled::Other);
    }
    serde_json::from_str(&found.get::<String>("answer")?)
        .map(Recalled::Same)
        .map_err(|error| ServerError::Unreadable(format!("idempotency: {error}")))
}

fn remember(db: &mut dyn Sql, author: &Author, key: &Key, answer: &impl Serialize) -> Result<()> {
    let answer = serde_json::to_string(answer).map_err(|error| ServerError::Unreadable(error.to_string()))?;
    db.execute(
        "DELETE FROM idempotency WHERE (tenant, user_id, key) IN \
         (SELECT tenant, user_id, key FROM idempotency WHERE answered_at <= ?1 LIMIT ?2)",
        cells![horizon(author.now), SWEPT_PER_WRITE],
    )?;
    db.execute(
        "INSERT INTO idempotency (tenant, user_id, key, body_hash, answer, answered_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT (tenant, user_id, key) DO UPDATE SET body_hash = excluded.body_hash, \
             answer = excluded.answer, answered_at = excluded.answered_at",
        cells![&author.tenant, &author.person.user_id, &key.text, &key.body_hash, answer, author.now],
    )?;
    Ok(())
}
