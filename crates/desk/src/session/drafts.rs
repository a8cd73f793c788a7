//! What is typed and not committed, on its way to disk and back.
//!
//! What the disk should have follows from the work on the fields and from what stands in the composers, so it is compared
//! at the end of each step and nobody has to tell of a keystroke, a moved base or a dropped panel. Typing is gathered: the
//! first change after the disk was given a draft starts a clock, and what stands there when it rings is given next.
//!
//! **Invariant:** a draft leaves the disk only when the person dropped it, or when what became of it is on disk itself.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use callboard_model::{EntryId, Field, TicketId, Value, Version};
use serde::{Deserialize, Serialize};

use super::Session;
use super::effect::{DraftOf, Effect, Timer};
use super::turn::Turn;
use crate::bridge::{PlanFields, Visibility};
use crate::edits::work::{FieldWork, Seen, Stage};
use crate::notes::{Document, Note, NoteKey, Shelf};
use crate::records::form::Kept;

/// How long typing is gathered before it goes to disk (CO-14).
const TYPING_GATHERED_FOR: Duration = Duration::from_millis(300);

/// When a draft that the disk did not take is given to it again.
const DRAFT_RETRY: Duration = Duration::from_secs(5);

/// A draft as it lies on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Draft {
    of: DraftOf,
    /// What the person saw when they began.
    base: Value,
    base_version: Option<Version>,
    text: Value,
    /// Who may read it once it is said, where it is a comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    visibility: Option<Visibility>,
    /// The form, where it is one of those in which people plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    plan: Option<Box<Kept<PlanFields>>>,
}

impl Document for Draft {
    const SHELF: Shelf = Shelf::Draft;

    fn key(&self) -> NoteKey {
        key(&self.of)
    }
}

fn key(of: &DraftOf) -> NoteKey {
    match of {
        DraftOf::Field(ticket, field) => format!("field/{field}/{ticket}").into(),
        DraftOf::Comment(ticket) => format!("comment/{ticket}").into(),
        DraftOf::Plan(ticket, entry) => {
            format!("plan/{}/{ticket}", entry.as_ref().map_or("new", EntryId::as_str)).into()
        }
    }
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
    on_disk: BTreeMap<DraftOf, OnDisk>,
}

impl Drafts {
    /// Whether a draft is on disk as it stands.
    pub(crate) fn is_safe(&self, of: &DraftOf) -> bool {
        let on_disk = self.on_disk.get(of);
        on_disk.is_some_and(|disk| disk.unanswered == 0 && !disk.is_refused && !disk.is_armed)
    }
}

impl Session {
    /// Compares the drafts of a ticket with what the disk has of them.
    pub(super) fn keep_drafts(&mut self, turn: &mut Turn<'_>, ticket: &TicketId) {
        for draft in self.drafts_in_hand(ticket) {
            let disk = self.drafts.on_disk.entry(draft.of.clone()).or_default();
            if !disk.is_armed && disk.given.as_ref() != Some(&draft) {
                disk.is_armed = true;
                turn.arm(Timer::Draft(draft.of), TYPING_GATHERED_FOR);
            }
        }
        for of in self.drafts_over(ticket) {
            let Some(disk) = self.drafts.on_disk.remove(&of) else { continue };
            if disk.is_armed {
                turn.push(Effect::Disarm(Timer::Draft(of.clone())));
            }
            if disk.given.is_some() {
                self.take_away::<Draft>(turn, key(&of));
            }
        }
    }

    /// What is typed and not committed on a ticket.
    fn drafts_in_hand(&self, ticket: &TicketId) -> Vec<Draft> {
        let fields = self.edits.of(ticket).into_iter().flatten();
        let drafts = fields.filter_map(|(&field, work)| draft_of_field(ticket, field, work));
        let forms =
            self.planning.forms_of(ticket).map(|((ticket, entry), _)| (ticket.clone(), entry.clone()));
        let plans = forms.filter_map(|(ticket, entry)| self.draft_in_hand(&DraftOf::Plan(ticket, entry)));
        drafts.chain(self.draft_in_hand(&DraftOf::Comment(ticket.clone()))).chain(plans).collect()
    }

    fn draft_in_hand(&self, of: &DraftOf) -> Option<Draft> {
        match of {
            DraftOf::Field(ticket, field) => {
                draft_of_field(ticket, *field, self.edits.field(ticket, *field)?)
            }
            DraftOf::Comment(ticket) => {
                let typed = self.edits.sayings.typed(ticket)?;
                Some(Draft {
                    of: of.clone(),
                    base: Value::Empty,
                    base_version: None,
                    text: Value::Text(typed.text.clone()),
                    visibility: Some(typed.visibility),
                    plan: None,
                })
            }
            DraftOf::Plan(ticket, entry) => {
                let open = self.planning.form(&(ticket.clone(), entry.clone()))?;
                Some(Draft {
                    of: of.clone(),
                    base: Value::Empty,
                    base_version: None,
                    text: Value::Empty,
                    visibility: None,
                    plan: Some(Box::new(open.form.kept()?)),
                })
            }
        }
    }

    /// Drafts on disk with nothing in hand. What became of one may be on its way to disk: it is waited for.
    fn drafts_over(&self, ticket: &TicketId) -> Vec<DraftOf> {
        if self.drafts.on_disk.is_empty() {
            return Vec::new();
        }
        let fields = Field::ALL.iter().map(|field| DraftOf::Field(ticket.clone(), *field));
        let all = fields.chain([DraftOf::Comment(ticket.clone())]);
        let on_disk = all.filter(|of| self.drafts.on_disk.contains_key(of));
        // Of one ticket the draft of a new entry is the first.
        let plans = self.drafts.on_disk.range(DraftOf::Plan(ticket.clone(), None)..).map(|(of, _)| of);
        let plans = plans.take_while(|of| of.ticket() == ticket).cloned();
        on_disk
            .chain(plans)
            .filter(|of| self.draft_in_hand(of).is_none() && self.is_heir_on_disk(of))
            .collect()
    }

    /// Whether all that a draft may have become is on disk.
    fn is_heir_on_disk(&self, of: &DraftOf) -> bool {
        match of {
            DraftOf::Field(ticket, field) => self
                .edits
                .field(ticket, *field)
                .is_none_or(|work| work.edits.iter().all(|edit| edit.stage != Stage::Storing)),
            DraftOf::Comment(ticket) => self.edits.sayings.of(ticket).iter().all(|saying| saying.is_on_disk),
            // What was typed on while something new was saved lies under another name.
            DraftOf::Plan(ticket, _) => self.planning.forms_of(ticket).all(|((ticket, entry), open)| {
                !open.form.is_dirty() || self.drafts.is_safe(&DraftOf::Plan(ticket.clone(), entry.clone()))
            }),
        }
    }

    /// A draft has been gathered.
    pub(super) fn draft_gathered(&mut self, turn: &mut Turn<'_>, of: &DraftOf) {
        let (Some(now), Some(disk)) = (self.draft_in_hand(of), self.drafts.on_disk.get_mut(of)) else {
            return;
        };
        disk.is_armed = false;
        if disk.given.as_ref() == Some(&now) {
            // Typed and taken back.
            self.touched.insert(of.ticket().clone());
            return;
        }
        disk.unanswered += 1;
        disk.given = Some(now.clone());
        self.put(turn, &now);
    }

    /// What stands there goes to disk at once: something waits for it.
    pub(super) fn put_draft(&mut self, turn: &mut Turn<'_>, of: DraftOf) {
        self.drafts.on_disk.entry(of.clone()).or_default();
        self.draft_gathered(turn, &of);
    }

    /// The program ends: whatever is still being gathered goes to disk as it stands.
    pub(super) fn put_all_drafts(&mut self, turn: &mut Turn<'_>) {
        let armed = self.drafts.on_disk.iter().filter(|(_, disk)| disk.is_armed);
        for of in armed.map(|(of, _)| of.clone()).collect::<Vec<_>>() {
            self.draft_gathered(turn, &of);
        }
    }

    /// The disk answered for a draft.
    pub(super) fn draft_answered(
        &mut self,
        turn: &mut Turn<'_>,
        name: &NoteKey,
        outcome: Result<(), &Arc<str>>,
    ) {
        let Some((of, disk)) = self.drafts.on_disk.iter_mut().find(|(of, _)| key(of) == *name) else {
            return;
        };
        disk.unanswered = disk.unanswered.saturating_sub(1);
        disk.is_refused = outcome.is_err();
        if disk.is_refused {
            disk.given = None;
            if !std::mem::replace(&mut disk.is_armed, true) {
                turn.arm(Timer::Draft(of.clone()), DRAFT_RETRY);
            }
        }
        self.touched.insert(of.ticket().clone());
        // Only when all that it was given is there, is what was given last.
        if let (DraftOf::Plan(ticket, entry), 0) = (of.clone(), disk.unanswered) {
            self.plan_kept(&(ticket, entry), outcome);
        }
    }

    /// A draft of the last run: shown as one, and judged by what stands there now like any other.
    pub(super) fn recall_draft(&mut self, note: &Note) {
        let Some(draft) = note.read::<Draft>() else { return };
        let (of, ticket) = (draft.of.clone(), draft.of.ticket().clone());
        match &of {
            DraftOf::Field(ticket, field) => {
                let seen = Seen { value: draft.base.clone(), version: draft.base_version };
                self.edits.restore_draft(ticket, *field, seen, draft.text.clone());
            }
            DraftOf::Comment(ticket) => {
                let visibility = draft.visibility.unwrap_or(Visibility::Internal);
                self.edits.sayings.restore_typed(
                    ticket,
                    draft.text.as_text().unwrap_or_default(),
                    visibility,
                );
            }
            DraftOf::Plan(ticket, entry) => {
                let Some(kept) = draft.plan.clone() else { return };
                self.planning.restore_form((ticket.clone(), entry.clone()), *kept);
            }
        }
        self.drafts.on_disk.insert(of, OnDisk { given: Some(draft), ..OnDisk::default() });
        if self.tickets.get(&ticket).is_none() {
            // Whoever left it there will look for it.
            self.unproven.insert(ticket.clone());
        }
        self.touched.insert(ticket);
    }

    /// What the disk has of them is another account's.
    pub(super) fn let_go_of_drafts(&mut self) {
        self.drafts.on_disk.clear();
    }
}

fn draft_of_field(ticket: &TicketId, field: Field, work: &FieldWork) -> Option<Draft> {
    let typed = work.typed.as_ref()?;
    Some(Draft {
        of: DraftOf::Field(ticket.clone(), field),
        base: typed.seen.value.clone(),
        base_version: typed.seen.version,
        text: typed.draft.clone()?,
        visibility: None,
        plan: None,
    })
}
