//! A fresh database of the engine that a run of the tests is about.
//!
//! It exists so that the same tests tell the same story on each engine: `CALLBOARD_TEST_STORE=postgres` chooses, and
//! without it they run on SQLite. `cargo xtask test` does both.
//!
//! **Invariant:** no two databases share anything.

use std::path::Path;

use anyhow::{Context, Result, bail};
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::types::ValueRef;
use tempfile::TempDir;

use crate::postgres::Postgres;

/// The variable that chooses the engine.
pub const VARIABLE: &str = "CALLBOARD_TEST_STORE";

/// A database, there as long as this is.
#[derive(Debug)]
pub enum Database {
    /// A file in a folder of its own.
    Sqlite(TempDir),
    /// A server of its own.
    Postgres(Box<Postgres>),
}

impl Database {
    /// One of the engine of this run.
    pub async fn fresh() -> Result<Self> {
        match std::env::var(VARIABLE).as_deref() {
            Err(_) | Ok("sqlite") => Self::sqlite(),
            Ok("postgres") => Ok(Self::Postgres(Box::new(Postgres::start().await?))),
            Ok(other) => bail!("{VARIABLE} is sqlite or postgres and not {other:?}"),
        }
    }

    /// A SQLite file, whatever the run is about.
    pub fn sqlite() -> Result<Self> {
        Ok(Self::Sqlite(tempfile::tempdir()?))
    }

    /// As the server's `--database` wants it.
    #[must_use]
    pub fn address(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}", folder.path().join("callboard.db").display()),
            Self::Postgres(server) => server.address(),
        }
    }

    /// Where all its files are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        match self {
            Self::Sqlite(folder) => folder.path(),
            Self::Postgres(server) => server.folder(),
        }
    }

    /// Runs statements past the server, and gives back the rows of the last one: a line each, `|` between columns.
    pub fn sql(&self, statements: &str) -> Result<Vec<String>> {
        match self {
            Self::Sqlite(folder) => sqlite(&folder.path().join("callboard.db"), statements),
            Self::Postgres(server) => server.sql(statements),
        }
    }
}

fn sqlite(file: &Path, statements: &str) -> Result<Vec<String>> {
    let connection = rusqlite::Connection::open(file)?;
    let mut rows = Vec::new();
    let mut batch = rusqlite::Batch::new(&connection, statements);
    while let Some(mut statement) = batch.next().with_context(|| statements.to_owned())? {
        rows.clear();
        let columns = statement.column_count();
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            let values = (0..columns).map(|place| Ok(written(row.get_ref(place)?)));
            rows.push(values.collect::<Result<Vec<_>>>()?.join("|"));
        }
    }
    Ok(rows)
}

/// As `psql` writes it.
fn written(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn both_engines_write_rows_alike() -> Result<()> {
        let both = [Database::sqlite()?, Database::Postgres(Box::new(Postgres::start().await?))];
        for database in both {
            let rows = database.sql(
                "CREATE TABLE t (a BIGINT, b TEXT); INSERT INTO t VALUES (1, 'x'), (2, NULL); SELECT a, b FROM t",
            )?;
            assert_eq!(rows, ["1|x", "2|"], "{database:?}");
        }
        Ok(())
    }
}
