//! Small documents that the console keeps for its person, beside the edits that wait: our own words, not the server's.
//!
//! A document is a plain struct that says on which shelf it lies and under which key. Whoever needs one implements
//! [`Document`], writes with `Session::put`, takes away with `Session::take_away`, and takes in what the last run left in
//! the arm of its shelf in `session/ours.rs`; nothing else of the program has to know of it.
//!
//! ```text
//! put ──▶ Effect::Note(Put) ──▶ disk ──▶ Event::NoteKept, or NoteNotKept with a sentence
//!                                 └────▶ Event::Started { notes } of the next run
//! ```
//!
//! | shelf | holds | notes | bytes each | days | one too many |
//! |---|---|---|---|---|---|
//! | [`Draft`](Shelf::Draft) | what is typed and not committed | 1,000 | 64 KiB | ever | is refused, and said |
//! | [`Comment`](Shelf::Comment) | what was said and is not confirmed | 1,000 | 256 KiB | ever | is refused, and said |
//! | [`Decision`](Shelf::Decision) | what was decided and sent, to look back at or undo | 1,000 | 16 KiB | 30 | the oldest goes |
//! | [`Activity`](Shelf::Activity) | what happened, and what was done about it | 5,000 | 4 KiB | 30 | the oldest goes |
//! | [`View`](Shelf::View) | views that a person saved | 50 | 16 KiB | ever | is refused, and said |
//! | [`Setting`](Shelf::Setting) | what a person chose about the program | 200 | 16 KiB | ever | is refused, and said |
//! | [`Unread`](Shelf::Unread) | what nobody has read yet | 1,000 | 4 KiB | 90 | the oldest goes |
//!
//! **Invariant:** a note is handed to nobody but the account that wrote it, and what a person made by hand never goes
//! silently.

use std::sync::Arc;

use callboard_model::rest::Me;
use callboard_model::{TenantId, Timestamp, UserId};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Whose something on disk is, on the one server that the disk was opened for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// The company.
    pub tenant: TenantId,
    /// The person.
    pub user: UserId,
}

impl Owner {
    /// The account that is signed in.
    #[must_use]
    pub fn of(me: &Me) -> Self {
        Self { tenant: me.tenant.clone(), user: me.user_id.clone() }
    }
}

/// Where a note lies: what it is about, and how much of it there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shelf {
    /// What is typed and not committed.
    Draft,
    /// What was said and is not confirmed.
    Comment,
    /// What was decided and sent.
    Decision,
    /// What happened, and what was done about it.
    Activity,
    /// Views that a person saved.
    View,
    /// What a person chose about the program.
    Setting,
    /// What nobody has read yet.
    Unread,
}

/// How much one account may have on a shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Notes.
    pub notes: usize,
    /// Bytes of one of them.
    pub bytes: usize,
    /// Days after which one goes by itself; `None`: never.
    pub days: Option<u16>,
    /// What becomes of one too many.
    pub overflow: Overflow,
}

/// What becomes of one note too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// The oldest makes room. A note that is too long is not kept. Nobody is told of either.
    OldestGoes,
    /// It is not kept, and that is said: every note of such a shelf is answered.
    Refused,
}

impl Shelf {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Draft, Self::Comment, Self::Decision, Self::Activity, Self::View, Self::Setting, Self::Unread];

    /// Its name on disk.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Comment => "comment",
            Self::Decision => "decision",
            Self::Activity => "activity",
            Self::View => "view",
            Self::Setting => "setting",
            Self::Unread => "unread",
        }
    }

    /// The shelf of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shelf| shelf.name() == name)
    }

    /// How much one account may have there.
    #[must_use]
    pub const fn limit(self) -> Limit {
        const KIB: usize = 1024;
        use Overflow::{OldestGoes, Refused};
        let (notes, bytes, days, overflow) = match self {
            Self::Draft => (1_000, 64 * KIB, None, Refused),
            Self::Comment => (1_000, 256 * KIB, None, Refused),
            Self::Decision => (1_000, 16 * KIB, Some(30), OldestGoes),
            Self::Activity => (5_000, 4 * KIB, Some(30), OldestGoes),
            Self::View => (50, 16 * KIB, None, Refused),
            Self::Setting => (200, 16 * KIB, None, Refused),
            Self::Unread => (1_000, 4 * KIB, Some(90), OldestGoes),
        };
        Limit { notes, bytes, days, overflow }
    }

    /// Whether the disk answers for each note.
    #[must_use]
    pub fn is_answered(self) -> bool {
        self.limit().overflow == Overflow::Refused
    }
}

/// What tells a note from the others on its shelf; a note of the same key takes its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoteKey(pub Arc<str>);

impl From<&str> for NoteKey {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for NoteKey {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

/// The whole name of a note.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoteName {
    /// Whose.
    pub owner: Owner,
    /// Where.
    pub shelf: Shelf,
    /// Which.
    pub key: NoteKey,
}

/// A note as it lies on disk.
#[derive(Clone, PartialEq, Eq)]
pub struct Note {
    /// Its name.
    pub name: NoteName,
    /// When it was written, by this machine's clock.
    pub at: Timestamp,
    /// The document.
    pub json: Arc<str>,
}

/// What people write is not shown.
impl std::fmt::Debug for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Note").field("name", &self.name).field("at", &self.at).finish_non_exhaustive()
    }
}

impl Note {
    /// Reads the document. `None` where another release wrote it: then it is as if it were not there, and stays.
    #[must_use]
    pub fn read<D: Document>(&self) -> Option<D> {
        serde_json::from_str(&self.json).ok()
    }
}

/// What is wanted of the notes on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoteOrder {
    /// Keep it; answered where its shelf [is](Shelf::is_answered).
    Put(Note),
    /// Take it away, if it is there.
    Drop(NoteName),
}

/// A kind of document. Its fields carry `#[serde(default)]` where a later release adds them.
pub trait Document: Serialize + DeserializeOwned {
    /// Where it lies.
    const SHELF: Shelf;

    /// What tells it from the others there.
    fn key(&self) -> NoteKey;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shelf_has_a_name_of_its_own_and_is_found_by_it() {
        for shelf in Shelf::ALL {
            assert_eq!(Shelf::from_name(shelf.name()), Some(shelf));
        }
        assert_eq!(Shelf::from_name("drafts"), None);
    }

    /// CO-14: nothing that was typed goes by itself.
    #[test]
    fn what_a_person_made_by_hand_neither_ages_nor_makes_room() {
        for shelf in [Shelf::Draft, Shelf::Comment, Shelf::View, Shelf::Setting] {
            assert_eq!((shelf.limit().days, shelf.is_answered()), (None, true), "{shelf:?}");
        }
    }
}
