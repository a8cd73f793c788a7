//! A few connections that only read.
//!
//! It exists so that a long list never waits for a write, and a write never for a list (WAL gives both).
//!
//! **Invariant:** no connection in here can write.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::Semaphore;

use super::session::Session;
use crate::error::{Result, ServerError};
use crate::store::sql::Sql;

/// Reads at the same time. One more waits for [`PATIENCE`], and is then told that the server is busy.
const CONNECTIONS: usize = 4;
/// How long a read waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// The pool. Connections are opened when first needed and then kept.
#[derive(Clone)]
pub(super) struct Readers {
    path: Arc<PathBuf>,
    free: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path: Arc::new(path),
            free: Arc::new(Semaphore::new(CONNECTIONS)),
            idle: Arc::new(Mutex::new(Vec::with_capacity(CONNECTIONS))),
        }
    }

    pub(super) async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Sql) -> Result<T> + Send + 'static,
    {
        let permit = tokio::time::timeout(PATIENCE, Arc::clone(&self.free).acquire_owned())
            .await
            .map_err(|_| ServerError::Busy)?
            .map_err(|_| ServerError::Closed)?;
        let (path, idle) = (Arc::clone(&self.path), Arc::clone(&self.idle));
        let read = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let waiting = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut connection = match waiting {
                Some(connection) => connection,
                None => open(&path)?,
            };
            // One snapshot for all the statements of one read.
            let snapshot = connection.transaction()?;
            let result = work(&mut Session::new(&snapshot, &mut false));
            drop(snapshot);
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            result
        });
        read.await.map_err(|_| ServerError::Closed)?
    }
}

fn open(path: &PathBuf) -> Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI,
    )?;
    super::configure(&connection)?;
    Ok(connection)
}
