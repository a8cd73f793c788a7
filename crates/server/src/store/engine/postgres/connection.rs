//! One connection, with the statements that it has prepared.
//!
//! **Invariant:** after an error inside a transaction nothing more is asked in it, but to go back to the last savepoint.

use std::collections::HashMap;
use std::sync::Arc;

use ::postgres::types::ToSql;
use ::postgres::{Client, Statement};

use super::super::readers::Reader;
use super::server::Server;
use crate::error::{Result, ServerError};
use crate::store::sql::{Cell, Row, Sql};

/// Prepared statements of one age. When so many are young, those that were not used since the last time are forgotten.
const STATEMENTS: usize = 128;

/// What every connection agrees on with its server: nobody holds up the others for long, a client that has vanished is
/// noticed, and what is acknowledged is on disk.
const SETTINGS: &str = "\
    SET client_min_messages = warning; \
    SET lock_timeout = '10s'; \
    SET statement_timeout = '60s'; \
    SET idle_in_transaction_session_timeout = '60s'; \
    SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; \
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/// A statement as Postgres knows it.
#[derive(Clone)]
struct Prepared {
    statement: Statement,
    names: Arc<[Box<str>]>,
}

/// A connection.
pub(super) struct Connection {
    /// Only gone while it is dropped.
    client: Option<Client>,
    young: HashMap<Box<str>, Prepared>,
    old: HashMap<Box<str>, Prepared>,
}

impl Connection {
    pub(super) fn new(mut client: Client) -> Result<Self> {
        client.batch_execute(SETTINGS)?;
        Ok(Self { client: Some(client), young: HashMap::new(), old: HashMap::new() })
    }

    pub(super) fn client(&mut self) -> Result<&mut Client> {
        self.client.as_mut().ok_or(ServerError::Closed)
    }

    /// Runs statements that take no values, in one round trip.
    pub(super) fn batch(&mut self, sql: &str) -> Result<()> {
        Ok(self.client()?.batch_execute(sql)?)
    }

    /// The one number that `sql` gives back.
    pub(super) fn number(&mut self, sql: &str) -> Result<i64> {
        Session { connection: self, rings: &mut false }.only(sql)?.get(0)
    }

    /// The one text that `sql` gives back.
    pub(super) fn text(&mut self, sql: &str) -> Result<String> {
        Session { connection: self, rings: &mut false }.only(sql)?.get(0)
    }

    /// Forgets the transaction. Where that fails the connection is lost, and the transaction with it.
    pub(super) fn roll_back(&mut self) {
        if let Err(error) = self.batch("ROLLBACK") {
            tracing::debug!(%error, "a transaction ended with its connection");
        }
    }

    pub(super) fn is_lost(&self) -> bool {
        self.client.as_ref().is_none_or(Client::is_closed)
    }

    fn prepared(&mut self, sql: &str) -> Result<Prepared> {
        if let Some(known) = self.young.get(sql) {
            return Ok(known.clone());
        }
        let prepared = match self.old.remove(sql) {
            Some(known) => known,
            None => {
                let statement = self.client()?.prepare(&spelled(sql))?;
                let names = statement.columns().iter().map(|column| column.name().into()).collect();
                Prepared { statement, names }
            }
        };
        if self.young.len() >= STATEMENTS {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(sql.into(), prepared.clone());
        Ok(prepared)
    }
}

/// A connection with a transaction that `sql` begins on it: `idle`, or a fresh one where that was lost while it lay idle.
pub(super) fn begun(server: &Server, idle: Option<Connection>, sql: &str) -> Result<Connection> {
    if let Some(mut idle) = idle {
        match idle.batch(sql) {
            Ok(()) => return Ok(idle),
            Err(ServerError::Unavailable(why)) => tracing::debug!(why, "a connection is made anew"),
            Err(error) => return Err(error),
        }
    }
    let mut fresh = server.connect()?;
    fresh.batch(sql)?;
    Ok(fresh)
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Saying goodbye blocks, and the last owner of the store may be an async thread.
        if let Some(client) = self.client.take() {
            std::thread::spawn(move || drop(client));
        }
    }
}

impl Reader for Connection {
    fn snapshot<T>(&mut self, work: impl FnOnce(&mut dyn Sql) -> Result<T>) -> Result<T> {
        // Its transaction was begun when it was taken out of the pool: that shows whether it still lives.
        let result = work(&mut Session { connection: self, rings: &mut false });
        self.roll_back();
        result
    }

    fn is_sound(&self) -> bool {
        !self.is_lost()
    }
}

/// A transaction on a connection.
pub(super) struct Session<'c> {
    pub(super) connection: &'c mut Connection,
    /// Becomes true when those who relay are to be woken.
    pub(super) rings: &'c mut bool,
}

impl Session<'_> {
    fn only(&mut self, sql: &str) -> Result<Row> {
        self.row(sql, &[])?.ok_or_else(|| ServerError::Unreadable("a row is missing".to_owned()))
    }
}

impl Sql for Session<'_> {
    fn execute(&mut self, sql: &str, values: &[Cell<'_>]) -> Result<u64> {
        let prepared = self.connection.prepared(sql)?;
        Ok(self.connection.client()?.execute(&prepared.statement, &places(values))?)
    }

    fn query(&mut self, sql: &str, values: &[Cell<'_>]) -> Result<Vec<Row>> {
        let prepared = self.connection.prepared(sql)?;
        let found = self.connection.client()?.query(&prepared.statement, &places(values))?;
        let row = |row: &::postgres::Row| -> Result<Row> {
            let values = (0..prepared.names.len()).map(|place| Ok(row.try_get(place)?));
            Ok(Row::new(&prepared.names, values.collect::<Result<_>>()?))
        };
        found.iter().map(row).collect()
    }

    fn ring(&mut self) {
        *self.rings = true;
    }
}

fn places<'v>(values: &'v [Cell<'_>]) -> Vec<&'v (dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

/// The statement with its places as Postgres spells them: `$1` for `?1`.
fn spelled(sql: &str) -> String {
    let mut spelled = String::with_capacity(sql.len());
    let mut letters = sql.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_place = letter == '?' && letters.peek().is_some_and(char::is_ascii_digit);
        spelled.push(if is_place { '$' } else { letter });
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_places_are_spelled_anew() {
        assert_eq!(spelled("a = ?1 AND b LIKE '?' OR c = ?12"), "a = $1 AND b LIKE '?' OR c = $12");
    }
}
