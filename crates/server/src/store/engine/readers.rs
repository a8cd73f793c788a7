//! A few connections that only read.
//!
//! It exists so that a long list never waits for a write, and a write never for a list.
//!
//! **Invariant:** nothing here blocks an async thread, and a connection that broke is not kept.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::error::{Result, ServerError};
use crate::store::sql::Sql;

/// How long a read waits for a connection; then its caller is told that the server is busy.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection that can show a snapshot.
pub(super) trait Reader: Send + Sized + 'static {
    /// Runs `work` on one snapshot for all its statements.
    fn snapshot<T>(&mut self, work: impl FnOnce(&mut dyn Sql) -> Result<T>) -> Result<T>;

    /// Whether it can be used again.
    fn is_sound(&self) -> bool;
}

/// How a connection comes about. It is handed what lay idle, and may prefer a fresh one.
type Open<R> = dyn Fn(Option<R>) -> Result<R> + Send + Sync;

/// The pool. Connections are opened when first needed and then kept.
pub(super) struct Readers<R> {
    open: Arc<Open<R>>,
    free: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<R>>>,
}

impl<R> Clone for Readers<R> {
    fn clone(&self) -> Self {
        Self { open: Arc::clone(&self.open), free: Arc::clone(&self.free), idle: Arc::clone(&self.idle) }
    }
}

impl<R: Reader> Readers<R> {
    /// At most so many connections. One more read waits for [`PATIENCE`].
    pub(super) fn new(
        connections: usize,
        open: impl Fn(Option<R>) -> Result<R> + Send + Sync + 'static,
    ) -> Self {
        Self {
            open: Arc::new(open),
            free: Arc::new(Semaphore::new(connections)),
            idle: Arc::new(Mutex::new(Vec::with_capacity(connections))),
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
        let (open, idle) = (Arc::clone(&self.open), Arc::clone(&self.idle));
        let read = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let waiting = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut reader = open(waiting)?;
            let result = reader.snapshot(work);
            if reader.is_sound() {
                idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
            }
            result
        });
        read.await.map_err(|_| ServerError::Closed)?
    }
}
