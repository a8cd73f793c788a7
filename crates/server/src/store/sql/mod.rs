//! The seam between what the store says and who executes it.
//!
//! It exists so that every statement is written once and runs on each engine. Statements keep to what the engines
//! share:
//!
//! * places are `?1` … `?n`, filled from a list of [`Cell`]s that [`cells!`](cells) makes; a place may occur twice;
//! * whole numbers are `BIGINT`, flags `BIGINT` 0 or 1, times milliseconds since 1970 in a `BIGINT`, text is `TEXT`, and
//!   bytes are what each engine calls them. A condition is never stored as it stands: `CASE WHEN … THEN 1 ELSE 0 END`;
//! * text is compared without case by `lower(x) LIKE lower(?1) ESCAPE '\'`, and sorted so by `lower(x)`;
//! * an upsert is `ON CONFLICT (key) DO UPDATE`, naming its key; no `OR REPLACE`, no `rowid`, no `json_each`;
//! * `NULL` sorts first: say `ASC NULLS FIRST` or `DESC NULLS LAST` where a column may be empty;
//! * a sum is `CAST(sum(x) AS BIGINT)`; what `RETURNING` gives back is read by [`Sql::query`].
//!
//! **Invariant:** no text of a caller ever stands inside a statement, and no engine's type in a signature.

mod cell;
mod filter;
mod row;

pub(in crate::store) use self::cell::Cell;
pub(in crate::store) use self::filter::{Conditions, contains};
pub(in crate::store) use self::row::{Datum, Row};
use crate::error::Result;

/// A list of cells, one for each place of a statement: `cells![tenant, ticket, now]`.
macro_rules! cells {
    ($($value:expr),* $(,)?) => {
        &[$($crate::store::sql::Cell::from($value)),*]
    };
}
pub(in crate::store) use cells;

/// A transaction, or the snapshot of a read.
pub(in crate::store) trait Sql {
    /// Runs a statement that gives back no rows, and says how many it touched.
    fn execute(&mut self, sql: &str, values: &[Cell<'_>]) -> Result<u64>;

    /// Runs a statement and gives back all its rows.
    fn query(&mut self, sql: &str, values: &[Cell<'_>]) -> Result<Vec<Row>>;

    /// Has those who relay woken when this transaction is committed.
    fn ring(&mut self);

    /// The first row, if there is one.
    fn row(&mut self, sql: &str, values: &[Cell<'_>]) -> Result<Option<Row>> {
        Ok(self.query(sql, values)?.into_iter().next())
    }

    /// Whether there is a row at all.
    fn exists(&mut self, sql: &str, values: &[Cell<'_>]) -> Result<bool> {
        Ok(!self.query(sql, values)?.is_empty())
    }
}
