//! The local work on one field: what is being typed, and what was committed and is not confirmed.
//!
//! ```text
//! typed ──commit──▶ Storing ──on disk──▶ Queued ──▶ InFlight ──▶ gone
//!                                          ▲ └────────┘ │
//!                                          └── retry ── Refused
//! ```
//!
//! A conflict is no stage: it is *derived*, with [`rebase`], from the front edit and what is confirmed now. So a panel
//! opens, follows a third writer and goes by itself without anybody keeping a flag true.
//!
//! **Invariant:** an edit that is not on disk is neither shown nor sent, and edits of one field stay in order.

use std::sync::Arc;

use callboard_model::{EditId, Timestamp, Value, Version};
use serde::{Deserialize, Serialize};

use super::rebase::{Rebase, rebase};

/// What the person saw when they began: the base of what they do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    /// The value.
    pub value: Value,
    /// The ticket's version, where the server has versions.
    pub version: Option<Version>,
}

/// A field that somebody here is in, before they commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Typed {
    /// What they saw.
    pub seen: Seen,
    /// What they typed; `None` while they only look at the choices.
    pub draft: Option<Value>,
}

/// Where a committed edit stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// On its way to disk.
    Storing,
    /// On disk. `attempted`: it was sent once and nothing is known of what came of it.
    Queued { attempted: bool },
    /// Sent, not answered.
    InFlight,
    /// The server said no; the sentence says why.
    Refused(Arc<str>),
}

/// A committed edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    /// Its name on disk and its idempotency key.
    pub id: EditId,
    /// What the person saw.
    pub seen: Seen,
    /// What they chose.
    pub mine: Value,
    /// When, by this machine's clock.
    pub at: Timestamp,
    /// Its place among all edits of this console.
    pub order: u64,
    /// How often it was sent again because somebody wrote in between without touching it.
    pub resends: u8,
    /// How often the server failed at it.
    pub tries: u8,
    /// Whether it was ever on its way, as far as anybody knows. From then on its body stays as it is: one key carries
    /// one body.
    pub is_sent: bool,
    /// Whether it stands on something else than the disk says. It is written down anew before it is sent, or a crash
    /// would send another body under its key.
    pub is_moved: bool,
    /// The edit that it repeats on another base: that one waits until this one is on disk.
    pub repeats: Option<EditId>,
    /// It was refused with this sentence, discarded and brought back: once on disk it is refused as before.
    pub returns: Option<Arc<str>>,
    /// Where it stands.
    pub stage: Stage,
}

impl Edit {
    /// Whether a newer edit of the field may take its place: nothing of it can have reached the server.
    pub(crate) fn is_replaceable(&self) -> bool {
        matches!(self.stage, Stage::Storing | Stage::Queued { attempted: false } | Stage::Refused(_))
    }

    /// Whether the server said no.
    pub(crate) fn is_refused(&self) -> bool {
        matches!(self.stage, Stage::Refused(_))
    }

    /// What it stood on became something else by our own doing.
    pub(crate) fn move_to(&mut self, seen: &Seen) {
        self.is_moved |= self.seen != *seen;
        self.seen = seen.clone();
    }
}

/// Two values, one decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clash<'a> {
    /// Ours.
    pub mine: &'a Value,
    /// Ours was not committed: keeping it sends nothing.
    pub draft: bool,
}

/// All local work on one field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldWork {
    /// What is not committed.
    pub typed: Option<Typed>,
    /// What is, oldest first. Two at rest: one on its way and one behind it; more only while the disk is slow.
    pub edits: Vec<Edit>,
}

impl FieldWork {
    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.typed.is_none() && self.edits.is_empty()
    }

    /// Whether nothing of it could be lost: at most somebody looks at the choices.
    pub(crate) fn is_idle(&self) -> bool {
        self.edits.is_empty() && self.draft().is_none()
    }

    /// The newest committed value that is safe on disk: the pending layer.
    pub(crate) fn pending(&self) -> Option<&Value> {
        self.edits.iter().rev().find(|edit| edit.stage != Stage::Storing).map(|edit| &edit.mine)
    }

    /// What the person has typed.
    pub(crate) fn draft(&self) -> Option<&Value> {
        self.typed.as_ref().and_then(|typed| typed.draft.as_ref())
    }

    /// The draft that was typed over what is committed, standing on what that stands on.
    pub(crate) fn draft_above(&self) -> Option<Typed> {
        let (front, draft) = (self.edits.first()?, self.draft()?);
        Some(Typed { seen: front.seen.clone(), draft: Some(draft.clone()) })
    }

    /// The front edit's verdict, if it is one that waits: what is on its way is for the server to judge.
    pub(crate) fn verdict(&self, theirs: &Value) -> Option<Rebase> {
        let front = self.edits.first()?;
        matches!(front.stage, Stage::Queued { .. }).then(|| rebase(&front.seen.value, &front.mine, theirs))
    }

    /// Whether the front edit waits for a decision. Then nothing of the field is on its way.
    pub(crate) fn is_clashing(&self, theirs: &Value) -> bool {
        self.verdict(theirs) == Some(Rebase::Clash)
    }

    /// The conflict of this field with what is confirmed, if there is one.
    pub(crate) fn clash(&self, theirs: &Value) -> Option<Clash<'_>> {
        if self.edits.is_empty() {
            let typed = self.typed.as_ref()?;
            let draft = typed.draft.as_ref()?;
            let clashes = rebase(&typed.seen.value, draft, theirs) == Rebase::Clash;
            return clashes.then_some(Clash { mine: draft, draft: true });
        }
        self.pending().filter(|_| self.is_clashing(theirs)).map(|mine| Clash { mine, draft: false })
    }

    /// The front edit, if it may be sent: it waits, nobody touched what it was based on, and nothing is on its way
    /// to disk to take its place.
    pub(crate) fn sendable(&self, theirs: &Value) -> Option<&Edit> {
        let front = self.edits.first().filter(|_| self.verdict(theirs) == Some(Rebase::Clean))?;
        let follower = self.edits.get(1);
        let is_held = front.is_replaceable() && follower.is_some_and(|next| next.stage == Stage::Storing);
        (!is_held).then_some(front)
    }

    /// The sentence with which the server refused the front edit.
    pub(crate) fn refusal(&self) -> Option<&Arc<str>> {
        match &self.edits.first()?.stage {
            Stage::Refused(reason) => Some(reason),
            Stage::Storing | Stage::Queued { .. } | Stage::InFlight => None,
        }
    }

    /// Whether an edit is on its way.
    pub(crate) fn is_in_flight(&self) -> bool {
        self.edits.iter().any(|edit| edit.stage == Stage::InFlight)
    }
}
