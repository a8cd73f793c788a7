//! What is over: the last edits that were confirmed, and the last decisions with what they put aside.
//!
//! ```text
//! Keep yours ─┐             ┌─ not sent yet: the question is asked again
//! Take theirs ┼─▶ Decision ─┼─ sent: their value is a new edit, judged like any other
//! Discard ────┘    undo     └─ put aside: it is committed again, on what it stood on
//! ```
//!
//! **Invariant:** taking a decision back is an edit of its own: it is stored, judged and sent like any other, so it
//! overwrites nothing unseen.

use std::collections::VecDeque;
use std::sync::Arc;

use callboard_model::{EditId, Field, Timestamp, Value};
use serde::{Deserialize, Serialize};

use super::work::{FieldWork, Seen, Stage, Typed};
use crate::bridge::{About, Change, DecisionId, SentItem, VerdictKind};
use crate::notes::{Document, NoteKey, Shelf};

/// The confirmed edits that are remembered; one more takes the place of the oldest.
pub const SENT_MAX: usize = 200;

/// The decisions that can be taken back, one after the other; one more takes the place of the oldest.
pub const DECISIONS_MAX: usize = 50;

/// An edit that was confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sent {
    /// Its name: that of the edit.
    pub id: Arc<str>,
    /// What it did.
    pub item: SentItem,
}

/// What a person decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Verdict {
    /// `chosen` stands, on top of `over`.
    Kept {
        /// Ours, or a third value.
        chosen: Value,
        /// Theirs.
        over: Value,
    },
    /// Theirs stands.
    Took,
    /// Ours was discarded.
    Dropped,
}

impl Verdict {
    /// Its name.
    pub(crate) fn kind(&self) -> VerdictKind {
        match self {
            Self::Kept { .. } => VerdictKind::Kept,
            Self::Took => VerdictKind::Took,
            Self::Dropped => VerdictKind::Dropped,
        }
    }
}

/// A decision, with the work as it lay before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Decision {
    /// Its name.
    pub id: DecisionId,
    /// When, by this machine's clock.
    pub at: Timestamp,
    /// The ticket.
    pub about: About,
    /// The field on which it was taken.
    pub field: Field,
    /// What was decided.
    pub verdict: Verdict,
    /// What lay on the field, and where the whole group was settled on the others of the group.
    pub work: Vec<Before>,
}

/// The work on one field as it lay before a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Before {
    /// The field.
    pub field: Field,
    /// What was committed: what it stood on and every value that was chosen, oldest first.
    pub edits: Option<(Seen, Vec<Value>)>,
    /// The sentence with which it had been refused.
    pub refusal: Option<Arc<str>>,
    /// What was typed: what it stood on, and the text.
    pub draft: Option<(Seen, Value)>,
}

impl Before {
    /// The work on a field. `None` where there is nothing to put aside.
    pub(crate) fn of(field: Field, work: &FieldWork) -> Option<Self> {
        let edits = work.edits.iter().filter(|edit| edit.stage != Stage::InFlight);
        let chosen: Vec<Value> = edits.clone().map(|edit| edit.mine.clone()).collect();
        let edits = edits.map(|edit| edit.seen.clone()).next().map(|seen| (seen, chosen));
        let draft = work.typed.clone().and_then(|Typed { seen, draft }| Some((seen, draft?)));
        let is_something = edits.is_some() || draft.is_some();
        is_something.then(|| Self { field, edits, refusal: work.refusal().cloned(), draft })
    }

    /// What is committed again, on what: where one of the values chosen before stands there now, that was ours.
    pub(crate) fn again(&self, now: Option<&Seen>) -> Option<(Seen, Value)> {
        let (seen, chosen) = self.edits.as_ref()?;
        let (mine, before) = chosen.split_last()?;
        let stands = now.filter(|now| before.contains(&now.value)).unwrap_or(seen);
        Some((stands.clone(), mine.clone()))
    }
}

/// How a decision to keep can be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum UndoKept {
    /// Nothing was sent: the question is asked again.
    Ask,
    /// It was sent, or is on its way: their value is chosen, on top of ours.
    Return(Seen),
    /// A draft stands on what it stood on before.
    Draft,
}

/// How keeping `chosen` over `over` can be taken back, given the work on the field and what stands there now; `None`
/// where there is nothing to take back, or where the person chose something else since.
pub(crate) fn undo_kept(
    work: Option<&FieldWork>,
    (chosen, over): (&Value, &Value),
    was_draft: bool,
    now: &Seen,
) -> Option<UndoKept> {
    let edits = work.map(|work| work.edits.as_slice()).unwrap_or_default();
    match edits {
        [] if was_draft => {
            let typed = work?.typed.as_ref().filter(|typed| typed.draft.is_some())?;
            (typed.seen.value == *over).then_some(UndoKept::Draft)
        }
        [] => (now.value != *over)
            .then(|| UndoKept::Return(Seen { value: chosen.clone(), version: now.version })),
        [edit] if edit.mine == *chosen && edit.is_replaceable() => Some(UndoKept::Ask),
        [edit] if edit.mine == *chosen => {
            Some(UndoKept::Return(Seen { value: chosen.clone(), version: edit.seen.version }))
        }
        _ => None,
    }
}

/// One thing that is over, as it lies on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Over {
    /// An edit that was confirmed.
    Sent(Sent),
    /// A decision.
    Decided(Decision),
}

impl Document for Over {
    const SHELF: Shelf = Shelf::Decision;

    fn key(&self) -> NoteKey {
        match self {
            Self::Sent(sent) => format!("sent/{}", sent.id).into(),
            Self::Decided(decision) => format!("decided/{}", decision.id.0).into(),
        }
    }
}

/// What is over.
#[derive(Debug, Default)]
pub(crate) struct Past {
    sent: VecDeque<Sent>,
    decisions: VecDeque<Decision>,
}

impl Past {
    /// An edit was confirmed. Gives out the one that is remembered no more.
    pub(crate) fn send(&mut self, sent: Sent) -> Option<Sent> {
        self.sent.push_back(sent);
        if self.sent.len() > SENT_MAX { self.sent.pop_front() } else { None }
    }

    /// What was confirmed, the latest first.
    pub(crate) fn sent(&self) -> impl Iterator<Item = &SentItem> {
        self.sent.iter().rev().map(|sent| &sent.item)
    }

    /// Something was decided. Gives out the decision that can no longer be taken back.
    pub(crate) fn decide(&mut self, decision: Decision) -> Option<Decision> {
        self.decisions.push_back(decision);
        if self.decisions.len() > DECISIONS_MAX { self.decisions.pop_front() } else { None }
    }

    /// The decisions, the latest first.
    pub(crate) fn decisions(&self) -> impl Iterator<Item = &Decision> {
        self.decisions.iter().rev()
    }

    /// Takes a decision out.
    pub(crate) fn take(&mut self, id: &DecisionId) -> Option<Decision> {
        let at = self.decisions.iter().position(|decision| decision.id == *id)?;
        self.decisions.remove(at)
    }
}

impl Sent {
    /// An edit of a field.
    pub(crate) fn new(id: EditId, about: About, change: Change, at: i64) -> Self {
        Self { id: id.to_string().into(), item: SentItem { about, change, at } }
    }
}

#[cfg(test)]
mod tests {
    use callboard_model::Version;

    use super::*;
    use crate::edits::work::Edit;

    fn seen(value: &str, version: u64) -> Seen {
        Seen { value: value.into(), version: Some(Version(version)) }
    }

    fn edit(mine: &str, stage: Stage) -> Edit {
        Edit {
            id: EditId(1),
            seen: seen("theirs", 2),
            mine: mine.into(),
            at: Timestamp::UNIX_EPOCH,
            order: 1,
            resends: 0,
            tries: 0,
            is_sent: false,
            is_moved: false,
            repeats: None,
            returns: None,
            stage,
        }
    }

    /// CO-4, over every shape of the work on a field: what cannot have been sent is asked about again, what can have been
    /// is answered by a new edit, and what the person did since goes before.
    #[test]
    fn keeping_is_taken_back_by_a_question_or_by_an_edit_and_never_over_newer_work() {
        let stages = || {
            [
                (Stage::Storing, true),
                (Stage::Queued { attempted: false }, true),
                (Stage::Refused("No.".into()), true),
                (Stage::Queued { attempted: true }, false),
                (Stage::InFlight, false),
            ]
        };
        let values = ["mine", "theirs", "third"];
        for now in values {
            let kept = (&"mine".into(), &"theirs".into());
            let undo = |work: Option<&FieldWork>| undo_kept(work, kept, false, &seen(now, 5));
            let sent = (now != "theirs").then(|| UndoKept::Return(seen("mine", 5)));
            assert_eq!(undo(None), sent, "nothing waits, {now} stands there");
            for (stage, is_asked) in stages() {
                for mine in values {
                    let one = FieldWork { typed: None, edits: vec![edit(mine, stage.clone())] };
                    let expected = match (mine, is_asked) {
                        ("mine", true) => Some(UndoKept::Ask),
                        ("mine", false) => Some(UndoKept::Return(seen("mine", 2))),
                        _ => None,
                    };
                    assert_eq!(undo(Some(&one)), expected, "{mine} is {stage:?}");
                    for (second, _) in stages() {
                        let edits = vec![edit("mine", stage.clone()), edit(mine, second)];
                        assert_eq!(undo(Some(&FieldWork { typed: None, edits })), None);
                    }
                }
            }
        }
    }

    #[test]
    fn a_draft_is_asked_about_again_while_it_is_there_and_stands_on_theirs() {
        let kept = (&"mine".into(), &"theirs".into());
        for (stands_on, draft, expected) in [
            ("theirs", Some("mine"), Some(UndoKept::Draft)),
            ("theirs", Some("typed on"), Some(UndoKept::Draft)),
            ("third", Some("mine"), None),
            ("theirs", None, None),
        ] {
            let typed = Some(Typed { seen: seen(stands_on, 2), draft: draft.map(Value::from) });
            let work = FieldWork { typed, edits: Vec::new() };
            assert_eq!(undo_kept(Some(&work), kept, true, &seen("theirs", 2)), expected);
        }
        assert_eq!(undo_kept(None, kept, true, &seen("theirs", 2)), None);
    }

    #[test]
    fn what_was_put_aside_stands_on_its_base_or_on_what_of_it_was_applied() {
        let before = Before {
            field: Field::Status,
            edits: Some((seen("new", 1), vec!["first".into(), "second".into()])),
            refusal: None,
            draft: None,
        };
        for (now, stands_on) in [
            (None, seen("new", 1)),
            (Some(seen("new", 4)), seen("new", 1)),
            (Some(seen("bob", 4)), seen("new", 1)),
            (Some(seen("first", 4)), seen("first", 4)),
            (Some(seen("second", 4)), seen("new", 1)),
        ] {
            assert_eq!(before.again(now.as_ref()), Some((stands_on, "second".into())), "{now:?}");
        }
    }
}
