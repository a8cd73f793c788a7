//! The store's statements on a SQLite connection.
//!
//! **Invariant:** every statement is prepared and kept; none is ever put together from values.

use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement, ToSql, params_from_iter};

use crate::error::Result;
use crate::store::sql::{Cell, Datum, Row, Sql};

/// A transaction on this connection.
pub(super) struct Session<'c> {
    connection: &'c Connection,
    rings: &'c mut bool,
}

impl<'c> Session<'c> {
    /// `rings` becomes true when the transaction wants those who relay woken.
    pub(super) fn new(connection: &'c Connection, rings: &'c mut bool) -> Self {
        Self { connection, rings }
    }
}

impl Sql for Session<'_> {
    fn execute(&mut self, sql: &str, values: &[Cell<'_>]) -> Result<u64> {
        let touched = self.connection.prepare_cached(sql)?.execute(params_from_iter(values))?;
        Ok(touched as u64)
    }

    fn query(&mut self, sql: &str, values: &[Cell<'_>]) -> Result<Vec<Row>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let names = names(&statement);
        let mut found = statement.query(params_from_iter(values))?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let values = (0..names.len()).map(|place| row.get_ref(place).map_err(Into::into).and_then(datum));
            rows.push(Row::new(&names, values.collect::<Result<_>>()?));
        }
        Ok(rows)
    }

    fn ring(&mut self) {
        *self.rings = true;
    }
}

fn names(statement: &Statement<'_>) -> Arc<[Box<str>]> {
    statement.column_names().map(Into::into).collect()
}

fn datum(value: ValueRef<'_>) -> Result<Datum> {
    Ok(match value {
        ValueRef::Null => Datum::Null,
        ValueRef::Integer(number) => Datum::Int(number),
        ValueRef::Text(_) => Datum::Text(value.as_str().map_err(rusqlite::Error::from)?.to_owned()),
        ValueRef::Blob(bytes) => Datum::Bytes(bytes.to_owned()),
        ValueRef::Real(_) => return Err(crate::error::ServerError::Unreadable("a fraction".to_owned())),
    })
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Cell::Null => ValueRef::Null,
            Cell::Int(number) => ValueRef::Integer(*number),
            Cell::Text(text) => ValueRef::Text(text.as_bytes()),
            Cell::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
