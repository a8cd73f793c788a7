//! Why the desk's hands cannot do their work at all.
//!
//! Trouble with one request or one edit is no error here: it travels to the session as an event. These are the
//! errors that keep a console from starting, or that tell a caller that it has ended.
//!
//! **Invariant:** no message carries a key or a token.

use std::path::PathBuf;
use std::sync::Arc;

/// Everything that keeps a console from starting, or from listening.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The server's address cannot be used.
    #[error("the server address cannot be used: {0}")]
    Server(&'static str),
    /// The key cannot be put into a header.
    #[error("the API key must be printable ASCII without spaces")]
    Key,
    /// Another console uses the profile.
    #[error("another console uses the profile {}", .0.display())]
    ProfileInUse(PathBuf),
    /// The profile's directory cannot be used.
    #[error("the profile {} cannot be used: {source}", path.display())]
    Profile {
        /// The directory or the file in it.
        path: PathBuf,
        /// What the machine says.
        source: std::io::Error,
    },
    /// The outbox cannot be opened, nor replaced by a fresh one.
    #[error("the outbox {} cannot be opened: {source}", path.display())]
    Outbox {
        /// The file.
        path: PathBuf,
        /// What the data base says.
        source: rusqlite::Error,
    },
    /// The outbox cannot be read.
    #[error("the outbox cannot be read: {0}")]
    Unread(Arc<str>),
    /// The machine has no thread for the disk.
    #[error("no thread for the disk: {0}")]
    Thread(std::io::Error),
    /// The HTTP client cannot be built.
    #[error("the HTTP client cannot be built: {0}")]
    Http(String),
    /// More commands wait than the console keeps.
    #[error("the console is too far behind to take another command")]
    Behind,
    /// The console has ended.
    #[error("the console has ended")]
    Ended,
}
