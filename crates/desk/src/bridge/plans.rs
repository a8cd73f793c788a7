//! What is planned for an open ticket, and the forms in which people plan.
//!
//! **Invariant:** a form is told whole, with what became of it; nothing of it has to be remembered by whoever draws it.

use std::collections::BTreeSet;
use std::sync::Arc;

use callboard_model::{EntryId, TicketId, UserId};
use serde::{Deserialize, Serialize};

use super::look::Choice;

/// The most entries of one ticket that are shown: those that start last.
pub const PLANS_MAX: usize = 100;

/// The most forms that are open on one ticket; one more is not opened.
pub const PLAN_FORMS_MAX: usize = 8;

/// What is planned for a ticket, to a window that has it open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PlansView {
    /// The ticket.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub ticket: TicketId,
    /// How much is known.
    pub known: PlansKnown,
    /// The entries, the earliest first; at most [`PLANS_MAX`].
    pub entries: Vec<PlanView>,
    /// There are more, that start earlier.
    pub more: bool,
    /// The forms that are open, each in the place of its entry; at most [`PLAN_FORMS_MAX`].
    pub forms: Vec<PlanFormView>,
    /// How an entry can stand.
    pub statuses: Vec<Choice>,
}

/// How much is known of what is planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PlansKnown {
    /// Nothing yet.
    Nothing,
    /// What the server said then.
    Told {
        /// Milliseconds of the Unix epoch, by its clock.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        as_of: i64,
    },
    /// This person may not see schedules.
    NotYours,
    /// This server does not say what is planned for a ticket, or not so that it could be changed safely.
    NotSaid,
    /// The server refused to say; the sentence is its own.
    Refused {
        /// Why.
        reason: String,
    },
}

/// An entry of the schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PlanView {
    /// Its id.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub entry: EntryId,
    /// Its version: what is deleted is just this.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub version: u64,
    /// What it is called.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub title: Arc<str>,
    /// From when, in milliseconds of the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub start: i64,
    /// Until when.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub end: i64,
    /// Where it lies by the server's clock.
    pub time: PlanTime,
    /// How it stands.
    pub status: Choice,
    /// Whose time it takes.
    pub people: Vec<String>,
    /// What else there is to know.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub notes: Arc<str>,
    /// Others see only that somebody is busy.
    pub private: bool,
    /// What became of deleting it, while that is not done.
    pub removal: Option<PlanRemoval>,
}

/// Where an entry lies by the server's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum PlanTime {
    /// It has not begun.
    Ahead,
    /// It goes on.
    Now,
    /// Its time is over, and nobody said that it is done or called off.
    Overdue,
    /// It is done or called off.
    Past,
}

/// What became of deleting an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PlanRemoval {
    /// It is on its way.
    Going,
    /// It is still there: somebody changed it meanwhile, and this is how it stands.
    Overtaken {
        /// Who.
        by: String,
        /// When, in milliseconds of the Unix epoch.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        at: i64,
    },
    /// It is still there, or nobody knows.
    Failed {
        /// Why.
        why: PlanTrouble,
    },
}

/// A form: an entry as it is being changed, or a new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PlanFormView {
    /// The entry; `None`: a new one.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub entry: Option<EntryId>,
    /// +1 whenever what stands in it changed by itself; what is typed says on which of them it was typed.
    pub rev: u32,
    /// What stands in it.
    pub fields: PlanFields,
    /// What those whose time it takes are called.
    pub people: Vec<Choice>,
    /// Saving makes a new entry.
    pub makes: bool,
    /// There is something in it that the server does not have.
    pub dirty: bool,
    /// What is typed is on disk as it stands.
    pub kept: bool,
    /// How far a save is.
    pub save: PlanSave,
    /// Why the last save was none.
    pub trouble: Option<PlanTrouble>,
    /// Somebody changed it meanwhile, and the person decides (RB-7).
    pub banner: Option<PlanBanner>,
    /// Whose version the next save replaces, as the person decided.
    pub over: Option<PlanWriter>,
    /// What *Reload latest* took away can be had back.
    pub undo: bool,
}

/// What stands in a form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanFields {
    /// What it is called.
    pub title: String,
    /// From when.
    pub start: PlanInstant,
    /// Until when.
    pub end: PlanInstant,
    /// How it stands, in the company's own word.
    pub status: String,
    /// Whose time it takes.
    #[cfg_attr(feature = "ts", ts(type = "string[]"))]
    pub people: BTreeSet<UserId>,
    /// What else there is to know.
    pub notes: String,
}

/// An instant that somebody types.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanInstant {
    /// In milliseconds of the Unix epoch; `None` where what is typed is no instant.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub at: Option<i64>,
    /// What is typed where that is no instant; empty otherwise.
    pub text: String,
}

/// How far a save is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum PlanSave {
    /// There is none.
    None,
    /// On its way.
    Going,
    /// It was sent, and no answer came: saving again asks what became of it, and does it once.
    Unknown,
}

/// Somebody changed what is being changed here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PlanBanner {
    /// It stands otherwise.
    Newer(PlanWriter),
    /// It is no more, or no more for this person to see.
    Gone,
}

/// Who wrote, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PlanWriter {
    /// Who.
    pub by: String,
    /// When, in milliseconds of the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub at: i64,
}

/// Why a save is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PlanTrouble {
    /// The server does not answer, and a plan does not wait: nothing was sent.
    Offline,
    /// The server does not accept our key.
    SignedOut,
    /// No answer came: nobody knows what became of it.
    Unknown,
    /// The disk did not take it, so nothing was sent.
    NotKept {
        /// Why.
        reason: String,
    },
    /// The server refused it, or it cannot be sent.
    Refused {
        /// Why.
        reason: String,
    },
    /// Some fields are wrong.
    Faults {
        /// Which, and why.
        faults: Vec<PlanFault>,
    },
}

/// A field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PlanFault {
    /// Which.
    pub field: PlanField,
    /// Why, in the server's words; `None`: what is typed is no instant.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub reason: Option<Arc<str>>,
}

/// A field of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "named like the fields of a form")]
pub enum PlanField {
    Title,
    Start,
    End,
    Status,
    People,
    Notes,
}

/// What a person does with an entry, or with its form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum PlanDeed {
    /// Opens its form.
    Open,
    /// Types in it.
    Type {
        /// The form that was before them.
        rev: u32,
        /// All that stands in it now.
        fields: Box<PlanFields>,
    },
    /// Saves it.
    Save,
    /// Takes the newer version in the place of what was typed.
    Reload,
    /// Takes that back.
    Undo,
    /// Goes on typing: the next save goes over the version that was shown; of what is gone it makes a new entry.
    Dismiss,
    /// Closes the form; what was typed and not saved is thrown away.
    Close,
    /// Deletes the entry, if it still is this version.
    Remove {
        /// The version that was shown.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        version: u64,
    },
}
