//! Where a frame belongs: a document, and on newer providers also the session within it.
//!
//! An address stands at the head of every frame: `documentName`, or `documentName 0x00 sessionId` when a 4.x
//! provider is session aware. The room is looked up by the document; answers carry the whole address back, or the
//! provider does not find the session they belong to.
//!
//! **Invariant:** an address is never empty and never longer than its limits.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use crate::error::WireError;
use crate::limits::{DOCUMENT_NAME_BYTES_MAX, SESSION_ID_BYTES_MAX};

/// The head of a frame. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(Arc<str>);

impl Address {
    /// Reads an address as it stands in a frame.
    pub fn parse(text: &str) -> Result<Self, WireError> {
        let (document, session) = split(text);
        if document.is_empty() {
            return Err(WireError::NoDocument);
        }
        if document.len() > DOCUMENT_NAME_BYTES_MAX {
            return Err(WireError::TooLong("document name"));
        }
        if session.is_some_and(|session| session.len() > SESSION_ID_BYTES_MAX) {
            return Err(WireError::TooLong("session id"));
        }
        Ok(Self(text.into()))
    }

    /// The whole address, as it goes back into a frame.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The whole address, shared.
    #[must_use]
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }

    /// The name of the document: the room.
    #[must_use]
    pub fn document(&self) -> &str {
        split(&self.0).0
    }

    /// The session within the document, if the provider has any.
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        split(&self.0).1
    }
}

/// Parts the document from the session.
fn split(text: &str) -> (&str, Option<&str>) {
    match text.split_once('\0') {
        Some((document, session)) => (document, Some(session)),
        None => (text, None),
    }
}

/// Maps keyed by address are asked by text; both order alike.
impl Borrow<str> for Address {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({:?})", &*self.0)
    }
}
