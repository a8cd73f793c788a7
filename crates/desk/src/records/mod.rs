//! Records that are edited as a whole: a form over one version, and what becomes of it when others write (RB-7).
//!
//! A ticket is edited field by field and has a finer form of this, a panel in the field (LT-13). What is edited as a whole
//! has one question for all of it, and this is where it is decided, whatever the record holds: who shows a record says what
//! its values are, brings what it heard, and carries out what comes back.
//!
//! | module | holds |
//! |---|---|
//! | [`form`] | the decisions: one form, from its opening to its end |
//!
//! **Invariant:** nothing here knows what a record holds, beyond whether two of it are the same.

pub(crate) mod form;

use std::sync::Arc;

use callboard_model::Version;
use serde::{Deserialize, Serialize};

/// A record as the server told it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Standing<V> {
    /// Its version.
    pub version: Version,
    /// Who made it so.
    pub writer: Writer,
    /// What it holds.
    pub values: V,
}

/// Who wrote a version, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Writer {
    /// Who.
    pub name: Arc<str>,
    /// When, by the server's clock in milliseconds.
    pub at: i64,
}
