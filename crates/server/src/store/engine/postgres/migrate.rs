//! Brings a database to the newest schema.
//!
//! It exists so that a database of any older release opens; a newer one is refused and not guessed at. The table
//! `schema_steps` holds the number of each step that was made.
//!
//! **Invariant:** all steps that a database still needs are one transaction, made by one process.

use super::connection::Connection;
use super::locks;
use crate::error::{Result, ServerError};
use crate::store::migrations::{self, NEWEST};

/// Takes the database as far as this release goes. Another process may do the same at this moment: whoever comes second
/// waits, and finds it done.
pub(super) fn to_newest(connection: &mut Connection) -> Result<()> {
    if connection.text("SHOW server_encoding")? != "UTF8" {
        return Err(ServerError::Settings("the database must be encoded in UTF8".to_owned()));
    }
    // A step may take long, and so may the wait for another process that makes it.
    connection.batch("SET lock_timeout = 0; SET statement_timeout = 0")?;
    connection.batch(&locks::begin_schema())?;
    connection.batch("CREATE TABLE IF NOT EXISTS schema_steps (number BIGINT PRIMARY KEY)")?;
    let found = connection.number("SELECT coalesce(max(number), 0) FROM schema_steps")?;
    let found = u32::try_from(found).map_err(|_| ServerError::Unreadable("schema_steps".to_owned()))?;
    if found > NEWEST {
        return Err(ServerError::NewerSchema { found, known: NEWEST });
    }
    for step in migrations::after(found) {
        connection.batch(step.postgres)?;
        connection.batch(&format!("INSERT INTO schema_steps VALUES ({})", step.number))?;
    }
    connection.batch("COMMIT")
}
