//! What happened, with what it takes to tell it.
//!
//! **Invariant:** names and labels are in here already, so that telling needs nothing else of the program.

use std::sync::Arc;
use std::time::Duration;

use callboard_model::{Field, TicketId, Value};

use crate::Moment;
use crate::bridge::{About, AlertFact, AlertKind, SoundClass, ToastId, ToastLevel, Verdict};

/// The most things of one subject that are told together; further ones are only counted.
pub(super) const BUNDLE_MAX: usize = 32;

/// When something is told, on all the clocks that matter to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    /// Since the program started.
    pub uptime: Duration,
    /// This machine's clock, in milliseconds of the Unix epoch.
    pub wall: i64,
    /// The minute of the day by local time.
    pub minute: u16,
}

impl Now {
    /// As the runtime says it.
    pub(crate) fn of(moment: &Moment) -> Self {
        let (wall, minute) = (moment.wall.as_millisecond(), moment.minute_of_day());
        Self { uptime: moment.uptime, wall, minute }
    }
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub(crate) struct News {
    /// What is decided upon.
    pub fact: AlertFact,
    /// The ticket, where it is about one.
    pub about: Option<About>,
    /// Who did it, where that is known.
    pub who: Option<Arc<str>>,
    /// The fields that it is about.
    pub fields: Vec<Field>,
    /// What a sentence about it ends with: a name, a status, a reason.
    pub detail: Option<Arc<str>>,
    /// The two values of a conflict.
    pub panel: Option<Panel>,
}

/// Two values, as a toast can show them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Panel {
    /// The field on which they differ.
    pub field: Field,
    /// Ours.
    pub mine: Value,
    /// Theirs.
    pub theirs: Value,
    /// Ours, as a person reads it.
    pub mine_label: Arc<str>,
    /// Theirs, as a person reads it.
    pub theirs_label: Arc<str>,
}

impl News {
    /// The toast in which it is told.
    pub(crate) fn toast(&self) -> ToastId {
        match (&self.about, self.fact.kind) {
            (Some(about), _) => ToastId::Ticket(about.ticket.clone()),
            (None, AlertKind::SignInNeeded) => ToastId::SignIn,
            (None, _) => ToastId::Link,
        }
    }

    pub(crate) fn ticket(&self) -> Option<&TicketId> {
        self.about.as_ref().map(|about| &about.ticket)
    }

    /// Whether it is the world's doing, of which there may be much at once after an absence; what asks for a decision or
    /// says that nothing reaches us cannot wait for that.
    pub(crate) fn is_of_the_world(&self) -> bool {
        !matches!(
            self.fact.kind,
            AlertKind::Conflict | AlertKind::EditRefused | AlertKind::SignInNeeded | AlertKind::LinkLost
        )
    }
}

/// Something that happened, and what was decided about it.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    /// When it was learnt, by this machine's clock.
    pub at: i64,
    pub news: News,
    pub verdict: Verdict,
}

/// What is told of one toast's subject at once.
#[derive(Clone, Debug)]
pub(crate) struct Bundle {
    /// When it is told.
    pub due: Duration,
    /// At least one thing, in the order in which they happened; at most [`BUNDLE_MAX`].
    pub judged: Vec<Judged>,
    /// Further ones, which are only counted.
    pub more: u32,
}

impl Bundle {
    /// Adds one more thing. What is too much is only counted, and comes back.
    pub(crate) fn add(&mut self, judged: Judged) -> Option<Judged> {
        if self.judged.len() < BUNDLE_MAX {
            self.judged.push(judged);
            return None;
        }
        self.more = self.more.saturating_add(1);
        Some(judged)
    }

    /// How many things.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.judged.len()).unwrap_or(u32::MAX).saturating_add(self.more)
    }

    /// How loudly the loudest asks.
    pub(crate) fn level(&self) -> ToastLevel {
        self.judged.iter().map(|judged| judged.verdict.toast).max().unwrap_or_default()
    }

    /// The most pressing sound.
    pub(crate) fn sound(&self) -> Option<SoundClass> {
        self.judged.iter().filter_map(|judged| judged.verdict.sound).max()
    }

    /// The two values, where just one decision is asked for.
    pub(crate) fn panel(&self) -> Option<&Panel> {
        let mut panels = self.judged.iter().rev().filter_map(|judged| judged.news.panel.as_ref());
        let last = panels.next()?;
        // A third writer's value takes the place of the second's on the same field.
        panels.all(|other| other.field == last.field).then_some(last)
    }
}
