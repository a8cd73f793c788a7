//! Hears that another process has committed.
//!
//! **Invariant:** it only rings; what there is to know is read from the outbox.

use std::sync::{Arc, Weak};
use std::time::Duration;

use ::postgres::fallible_iterator::FallibleIterator;
use tokio::sync::watch;

use super::connection::Connection;
use super::ring;
use super::server::Server;
use crate::error::{Result, ServerError};

/// What a process says after a commit that put something into the outbox.
pub(super) const RING: &str = "NOTIFY callboard_outbox";
const LISTEN: &str = "LISTEN callboard_outbox";

/// How often a thread that hears nothing looks whether it is still needed.
const LOOK: Duration = Duration::from_secs(1);

/// Starts the thread. It ends when nobody holds the bell any more.
pub(super) fn start(server: Arc<Server>, bell: Weak<watch::Sender<u64>>) -> Result<()> {
    std::thread::Builder::new().name("callboard-listener".to_owned()).spawn(move || {
        while bell.strong_count() > 0 {
            if let Err(error) = server.connect().and_then(|connection| listen(connection, &bell)) {
                tracing::debug!(%error, "not listening to other processes");
                std::thread::sleep(LOOK);
            }
        }
    })?;
    Ok(())
}

fn listen(mut connection: Connection, bell: &Weak<watch::Sender<u64>>) -> Result<()> {
    connection.batch(LISTEN)?;
    // Whoever spoke before was not heard.
    let mut heard = true;
    while let Some(bell) = bell.upgrade() {
        if heard {
            ring(&bell);
        }
        drop(bell);
        let client = connection.client()?;
        heard = client.notifications().timeout_iter(LOOK).next()?.is_some();
        if client.is_closed() {
            return Err(ServerError::Unavailable("the connection was lost".to_owned()));
        }
    }
    Ok(())
}
