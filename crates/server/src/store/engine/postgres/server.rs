//! Where Postgres is, and the way to it.
//!
//! It exists so that every connection of this process is made alike, and that a database that is away is not stormed.
//!
//! **Invariant:** the address may hold a password and is never shown.

use std::error::Error as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ::postgres::Config;
use ::postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::Address;
use super::connection::Connection;
use crate::bus::Backoff;
use crate::error::{Result, ServerError};
use crate::trust;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(3);
/// A silent connection is asked after so long whether it still lives.
const SILENT: Duration = Duration::from_secs(10);
/// What was sent and not acknowledged for so long is held to be lost.
const LOST: Duration = Duration::from_secs(15);
/// While the database is away one try is made at least this often.
const LONGEST: Duration = Duration::from_secs(2);

/// A database server.
pub(super) struct Server {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    away: Mutex<Away>,
}

/// How long nobody needs to try.
struct Away {
    until: Option<Instant>,
    backoff: Backoff,
}

impl Server {
    pub(super) fn new(address: &str) -> Result<Self> {
        let Address { mut config, authorities } = Address::read(address)?;
        config.connect_timeout(CONNECT).keepalives_idle(SILENT).tcp_user_timeout(LOST);
        if config.get_application_name().is_none() {
            config.application_name("callboard-server");
        }
        let tls = match config.get_ssl_mode() {
            SslMode::Disable => None,
            _ => Some(MakeRustlsConnect::new(trust::client(authorities.as_ref())?)),
        };
        Ok(Self { config, tls, away: Mutex::new(Away { until: None, backoff: Backoff::new() }) })
    }

    /// A fresh connection. Fails at once while the last failure is too young.
    pub(super) fn connect(&self) -> Result<Connection> {
        if self
            .away
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .until
            .is_some_and(|at| at > Instant::now())
        {
            return Err(ServerError::Unavailable("it was so a moment ago".to_owned()));
        }
        let client = match &self.tls {
            Some(tls) => self.config.connect(tls.clone()),
            None => self.config.connect(::postgres::NoTls),
        };
        let connected = client.map_err(ServerError::from).and_then(Connection::new);
        let mut away = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        match &connected {
            Ok(_) => {
                away.until = None;
                away.backoff.reset();
            }
            Err(error) => {
                let wait = away.backoff.next().min(LONGEST);
                away.until = Some(Instant::now() + wait);
                tracing::warn!(%error, ?wait, "Postgres cannot be reached");
            }
        }
        connected
    }
}

impl From<::postgres::Error> for ServerError {
    fn from(error: ::postgres::Error) -> Self {
        let Some(refusal) = error.as_db_error() else {
            // Why stands in the cause: a name that is not known, a certificate that does not hold.
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            return Self::Unavailable(format!("{error}{cause}"));
        };
        // The details name values, which are customers' words.
        let said = format!("{} {}", refusal.code().code(), refusal.message());
        if is_passing(refusal.code().code()) { Self::Unavailable(said) } else { Self::Postgres(said) }
    }
}

/// Whether a refusal is about the moment and not about the statement: the connection, too many of them, a restart, a lock
/// that was waited for too long.
fn is_passing(code: &str) -> bool {
    ["08", "40", "53", "57"].iter().any(|class| code.starts_with(class)) || code == "55P03" || code == "25P03"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_go_well_next_time_is_told_from_what_never_will() {
        assert!(["08006", "40001", "40P01", "53300", "57P01", "55P03"].into_iter().all(is_passing));
        assert!(!["23505", "42601", "22001", "28P01"].into_iter().any(is_passing));
    }
}
