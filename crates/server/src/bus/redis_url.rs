//! Where Redis is, with the password that may be part of it.
//!
//! It exists so that settings can be printed as a whole.
//!
//! **Invariant:** the address is had by asking for it, and is never shown.

use std::fmt;

/// `redis://[user:password@]host:port`.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisUrl(String);

impl RedisUrl {
    /// The address itself.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for RedisUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisUrl(…)")
    }
}
