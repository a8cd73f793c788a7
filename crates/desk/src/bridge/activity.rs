//! What happened, what was done about it, and what nobody has read yet.
//!
//! **Invariant:** every entry says why it called or why it did not.

use std::collections::BTreeSet;
use std::sync::Arc;

use callboard_model::{Field, TicketId};
use serde::{Deserialize, Serialize};

use super::alert::{AlertKind, Verdict};
use super::look::Severity;
use super::outbox::About;

/// The most entries that a window may ask for at once; of more, so many are given.
pub const ENTRIES_MAX: u32 = 400;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ActivityEntry {
    /// Counts up; a later entry has a higher one.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub number: u64,
    /// When it was learnt, in milliseconds of the Unix epoch by this machine's clock.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub at: i64,
    /// What.
    pub kind: AlertKind,
    /// On which ticket, where on one.
    pub about: Option<About>,
    /// Who did it, where that is known.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub who: Option<Arc<str>>,
    /// The fields that it is about.
    #[cfg_attr(feature = "ts", ts(type = "FieldName[]"))]
    pub fields: Vec<Field>,
    /// What a sentence about it ends with: the new status, who it was given to, why it was refused. `None`: nothing stands there
    /// now, or the sentence is whole without.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub detail: Option<Arc<str>>,
    /// How pressing its ticket was.
    pub severity: Severity,
    /// What was done about it, and why.
    pub verdict: Verdict,
}

/// Which entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActivityFilter {
    /// Only of this ticket.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub ticket: Option<TicketId>,
    /// Only of this kind.
    pub kind: Option<AlertKind>,
    /// Only by what was done.
    pub told: ToldFilter,
}

/// Entries by what was done about them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ToldFilter {
    /// All.
    #[default]
    All,
    /// What called the person: a toast, a summary or a sound.
    Called,
    /// What did not.
    Silent,
}

/// A change of the entries that a window shows, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ActivityChange {
    /// Forget what you have: these are they.
    Reset {
        /// How many there are that the filter lets through, on all pages.
        total: u32,
        /// The newest of this page.
        entries: Vec<ActivityEntry>,
    },
    /// These are new, and come before the others; what is beyond the count that was asked for goes.
    Added {
        /// How many there are that the filter lets through, on all pages.
        total: u32,
        /// The new ones.
        entries: Vec<ActivityEntry>,
    },
}

/// A ticket on which something happened that nobody has read yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UnreadTicket {
    /// Which.
    pub about: About,
    /// What happened.
    #[cfg_attr(feature = "ts", ts(type = "AlertKind[]"))]
    pub kinds: BTreeSet<AlertKind>,
    /// How many things.
    pub count: u32,
    /// When the last one was learnt, in milliseconds of the Unix epoch by this machine's clock.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub at: i64,
    /// How pressing it is.
    pub severity: Severity,
}
