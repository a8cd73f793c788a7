//! What is typed and not committed, on its way to disk and back.
//!
//! What the disk should have follows from the work on the fields, so it is compared at the end of each step and nobody
//! has to tell of a keystroke, a moved base or a dropped panel. Typing is gathered: the first change after the disk was
//! given a draft starts a clock, and what stands there when it rings is given next.
//!
//! **Invariant:** a draft leaves the disk only when the person dropped it, or when what became of it is on disk itself.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use callboard_model::{Field, TicketId, Value, Version};
use serde::{Deserialize, Serialize};

use super::Session;
use super::effect::{Effect, Timer};
use super::turn::Turn;
use crate::edits::work::{FieldWork, Seen, Stage};
use crate::notes::{Document, Note, NoteKey, Shelf};

/// How long typing is gathered before it goes to disk (CO-14).
const TYPING_GATHERED_FOR: Duration = Duration::from_millis(300);

/// When a draft that the disk did not take is given to it again.
const DRAFT_RETRY: Duration = Duration::from_secs(5);

/// What a draft is of. A composer of something new gets a line here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum DraftOf {
    /// A field of a ticket.
    Field(TicketId, Field),
}

/// A draft as it lies on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Draft {
    of: DraftOf,
    /// What the person saw when they began.
    base: Value,
    base_version: Option<Version>,
    text: Value,
}

impl Document for Draft {
    const SHELF: Shelf = Shelf::Draft;

    fn key(&self) -> NoteKey {
        match &self.of {
            DraftOf::Field(ticket, field) => key(ticket, *field),
        }
    }
}

fn key(ticket: &TicketId, field: Field) -> NoteKey {
    format!("field/{field}/{ticket}").into()
}

/// What the disk has of one draft.
#[derive(Debug, Default)]
struct OnDisk {
    /// What it was last given.
    given: Option<Draft>,
    /// How often it has not answered yet.
    unanswered: u32,
    /// It answered the last time that it did not take it.
    is_refused: bool,
    /// The clock runs.
    is_armed: bool,
}

/// What the disk has of all drafts.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    fields: BTreeMap<(TicketId, Field), OnDisk>,
}

impl Drafts {
    /// Whether a draft is on disk as it stands.
    pub(crate) fn is_safe(&self, ticket: &TicketId, field: Field) -> bool {
        let on_disk = self.fields.get(&(ticket.clone(), field));
        on_disk.is_some_and(|disk| disk.unanswered == 0 && !disk.is_refused && !disk.is_armed)
    }
}

impl Session {
    /// Compares the drafts of a ticket with what the disk has of them.
    pub(super) fn keep_drafts(&mut self, turn: &mut Turn<'_>, ticket: &TicketId) {
        let works = self.edits.of(ticket).into_iter().flatten();
        for (&field, work) in works.filter(|(_, work)| work.draft().is_some()) {
            let disk = self.drafts.fields.entry((ticket.clone(), field)).or_default();
            if !disk.is_armed && disk.given != draft(ticket, field, work) {
                disk.is_armed = true;
                turn.arm(Timer::Draft(ticket.clone(), field), TYPING_GATHERED_FOR);
            }
        }
        for field in self.drafts_over(ticket) {
            let Some(disk) = self.drafts.fields.remove(&(ticket.clone(), field)) else { continue };
            if disk.is_armed {
                turn.push(Effect::Disarm(Timer::Draft(ticket.clone(), field)));
            }
            if disk.given.is_some() {
                self.take_away::<Draft>(turn, key(ticket, field));
            }
        }
    }

    /// Fields with a draft on disk and none in hand. What became of it may be on its way to disk: it is waited for.
    fn drafts_over(&self, ticket: &TicketId) -> Vec<Field> {
        let is_over = |field: &Field| {
            self.edits.field(ticket, *field).is_none_or(|work| {
                work.draft().is_none() && work.edits.iter().all(|edit| edit.stage != Stage::Storing)
            })
        };
        let of_ticket = Field::ALL.iter().copied().filter(is_over);
        of_ticket.filter(|field| self.drafts.fields.contains_key(&(ticket.clone(), *field))).collect()
    }

    /// A draft has been gathered.
    pub(super) fn draft_gathered(&mut self, turn: &mut Turn<'_>, ticket: &TicketId, field: Field) {
        let now = self.edits.field(ticket, field).and_then(|work| draft(ticket, field, work));
        let (Some(now), Some(disk)) = (now, self.drafts.fields.get_mut(&(ticket.clone(), field))) else {
            return;
        };
        disk.is_armed = false;
        if disk.given.as_ref() == Some(&now) {
            // Typed and taken back.
            self.touched.insert(ticket.clone());
            return;
        }
        disk.unanswered += 1;
        disk.given = Some(now.clone());
        self.put(turn, &now);
    }

    /// The program ends: whatever is still being gathered goes to disk as it stands.
    pub(super) fn put_all_drafts(&mut self, turn: &mut Turn<'_>) {
        let armed = self.drafts.fields.iter().filter(|(_, disk)| disk.is_armed);
        for (ticket, field) in armed.map(|(owner, _)| owner.clone()).collect::<Vec<_>>() {
            self.draft_gathered(turn, &ticket, field);
        }
    }

    /// The disk answered for a draft.
    pub(super) fn draft_answered(
        &mut self,
        turn: &mut Turn<'_>,
        of: &NoteKey,
        outcome: Result<(), &Arc<str>>,
    ) {
        let mut fields = self.drafts.fields.iter_mut();
        let Some(((ticket, field), disk)) = fields.find(|((ticket, field), _)| key(ticket, *field) == *of)
        else {
            return;
        };
        disk.unanswered = disk.unanswered.saturating_sub(1);
        disk.is_refused = outcome.is_err();
        if disk.is_refused {
            disk.given = None;
            if !std::mem::replace(&mut disk.is_armed, true) {
                turn.arm(Timer::Draft(ticket.clone(), *field), DRAFT_RETRY);
            }
        }
        self.touched.insert(ticket.clone());
    }

    /// A draft of the last run: shown as one, and judged by what stands there now like any other.
    pub(super) fn recall_draft(&mut self, note: &Note) {
        let Some(draft) = note.read::<Draft>() else { return };
        let DraftOf::Field(ticket, field) = draft.of.clone();
        let seen = Seen { value: draft.base.clone(), version: draft.base_version };
        self.edits.restore_draft(&ticket, field, seen, draft.text.clone());
        self.drafts
            .fields
            .insert((ticket.clone(), field), OnDisk { given: Some(draft), ..OnDisk::default() });
        if self.tickets.get(&ticket).is_none() {
            // Whoever left it there will look for it.
            self.unproven.insert(ticket.clone());
        }
        self.touched.insert(ticket);
    }

    /// What the disk has of them is another account's.
    pub(super) fn let_go_of_drafts(&mut self) {
        self.drafts.fields.clear();
    }
}

fn draft(ticket: &TicketId, field: Field, work: &FieldWork) -> Option<Draft> {
    let typed = work.typed.as_ref()?;
    Some(Draft {
        of: DraftOf::Field(ticket.clone(), field),
        base: typed.seen.value.clone(),
        base_version: typed.seen.version,
        text: typed.draft.clone()?,
    })
}
