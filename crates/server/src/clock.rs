//! Where the server's time of day comes from.
//!
//! It exists so that a whole server can live on the clock of a simulated world. How long something takes needs no such
//! thing: that is the runtime's clock, which a test can hold still.
//!
//! **Invariant:** nobody else in this crate asks the machine for the time of day, but for what is set up at a start.

use std::fmt;
use std::sync::Arc;

use callboard_model::Timestamp;

/// A clock to look at. Cheap to clone.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's.
    #[must_use]
    pub fn machine() -> Self {
        Self::reading(Timestamp::now)
    }

    /// One that shows what `read` says.
    #[must_use]
    pub fn reading(read: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// What it shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
