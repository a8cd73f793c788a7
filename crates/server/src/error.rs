//! Everything that can go wrong in the server, in one enum.
//!
//! It exists so that [`crate::http::problem`] can turn any failure into an answer in one place.
//!
//! **Invariant:** no variant is meant for a client's eyes; an answer never carries the text of one.

/// A failure of the server.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// SQLite refused, or the disk did.
    #[error("the database failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// Postgres refused; its code and its sentence, without the values that it names.
    #[error("the database failed: {0}")]
    Postgres(String),
    /// Postgres cannot be reached, or went away while it was asked: nobody knows what became of a write.
    #[error("the database is away: {0}")]
    Unavailable(String),
    /// Another process on the same database relays its hints.
    #[error("another process relays")]
    RelayedElsewhere,
    /// An outlet took only some of the events that it was handed.
    #[error("{taken} of {of} events were taken")]
    NotTaken {
        /// How many it took.
        taken: usize,
        /// Of how many.
        of: usize,
    },
    /// The transaction that held a write could not be finished; nothing of it was written.
    #[error("the commit failed: {0}")]
    Commit(std::sync::Arc<Self>),
    /// A stored value does not read as what it should be.
    #[error("the database holds something unreadable: {0}")]
    Unreadable(String),
    /// The queue to the database stayed full for as long as a caller waits.
    #[error("the database is busy")]
    Busy,
    /// The database's thread has ended: the server is stopping.
    #[error("the database is closed")]
    Closed,
    /// The database was written by a newer release.
    #[error("the database has schema {found}, this release knows {known}")]
    NewerSchema {
        /// What the file says.
        found: u32,
        /// What this release can bring a file to.
        known: u32,
    },
    /// The database address is not one this release serves. It may hold a password, so it is not repeated.
    #[error("cannot open this database: give sqlite:<path> or postgres://<user>@<host>/<database>")]
    UnknownDatabase,
    /// The machine gave no random bytes.
    #[error("no random bytes: {0}")]
    Random(String),
    /// The settings do not fit together.
    #[error("{0}")]
    Settings(String),
    /// A live token could not be signed.
    #[error("cannot sign: {0}")]
    Signing(#[from] jsonwebtoken::errors::Error),
    /// Redis cannot be what the settings say it is. A Redis that is merely away is no error, only a log line.
    #[error("the Redis address does not read: {0}")]
    Redis(#[from] redis::RedisError),
    /// A socket or file failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// The result of most of the server.
pub type Result<T, E = ServerError> = std::result::Result<T, E>;

impl ServerError {
    /// Whether the same request may go well in a moment.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Busy | Self::Closed | Self::Unavailable(_) => true,
            Self::Commit(error) => error.is_passing(),
            _ => false,
        }
    }
}
