//! Where the loops that write to disk run: beside the disk itself, the other half of that seam.
//!
//! A disk blocks whoever waits for it, so in the real world each loop has a thread. A simulated disk blocks nobody, and
//! there the loops are tasks like any other: the same code, in an order that repeats.
//!
//! **Invariant:** a loop that was started is run to its end, or its console is dead.

use std::io;
use std::pin::Pin;
use std::thread;

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;

/// Waits for the end of a loop, and says whether it came to it in good order.
pub type Ended = Pin<Box<dyn Future<Output = bool> + Send + Sync>>;

/// Runs loops that may block.
pub trait Threads: Send + Sync {
    /// Starts one. What it gives back waits for its end.
    ///
    /// # Errors
    /// There is no place to run it.
    fn start(&self, name: &str, work: BoxFuture<'static, ()>) -> io::Result<Ended>;
}

/// A thread for each.
#[derive(Clone, Copy, Debug, Default)]
pub struct OwnThreads;

impl Threads for OwnThreads {
    fn start(&self, name: &str, work: BoxFuture<'static, ()>) -> io::Result<Ended> {
        let runtime = Handle::current();
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || runtime.block_on(work))?;
        Ok(Box::pin(async move {
            let joined = tokio::task::spawn_blocking(move || thread.join()).await;
            matches!(joined, Ok(Ok(())))
        }))
    }
}
