//! Signing out: nothing of the account stays on this machine.
//!
//! The console is over then. It says what became of the erasing and hears nothing else, so no late answer and no late
//! timer brings anything back; who signs in next starts another one.
//!
//! **Invariant:** work that was not sent is never erased before the person was told how much of it there is.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Session;
use super::effect::{Effect, Keep, LinkOrder, Timer, WindowId};
use super::event::{Event, Wiped};
use super::turn::Turn;
use crate::bridge::{Command, Live, Notice, Update};
use crate::lookups::Names;
use crate::plans::Planning;
use crate::presence::Presences;
use crate::rooms::Rooms;
use crate::talk::Talks;

/// How far the erasing is.
#[derive(Debug)]
pub(super) struct SignedOut {
    waits_for: BTreeSet<Wiped>,
    trouble: Option<Arc<str>>,
}

/// What still counts: windows that come and go, and the disk.
pub(super) const fn is_heard_signed_out(event: &Event) -> bool {
    match event {
        Event::WindowClosed(_) | Event::Wiped(..) | Event::Stored(_) => true,
        Event::Command { command, .. } => matches!(
            command,
            Command::Hello
                | Command::OpenView { .. }
                | Command::ShowLines { .. }
                | Command::CloseView { .. }
                | Command::CloseTicket { .. }
                | Command::CloseBulk { .. }
                | Command::CloseNeeds
                | Command::CloseOutbox
                | Command::CloseEvents
        ),
        Event::Started { .. }
        | Event::Answered { .. }
        | Event::Link(_)
        | Event::NotStored(..)
        | Event::NoteKept(_)
        | Event::NoteNotKept(..)
        | Event::Saving(_)
        | Event::Woke
        | Event::ToastClicked { .. }
        | Event::Rang(_)
        | Event::Ending => false,
    }
}

impl Session {
    /// The person signs out.
    pub(super) fn sign_out(&mut self, turn: &mut Turn<'_>, window: WindowId, force: bool) {
        let Some(owner) = self.owner() else { return };
        let (edits, drafts) = self.edits.at_stake();
        let drafts = drafts.saturating_add(self.planning.at_stake());
        if !force && (edits, drafts) != (0, 0) {
            return turn.paint(window, Update::Notice(Notice::Unsent { edits, drafts }));
        }
        turn.link(LinkOrder::Disconnect);
        for timer in [Timer::Hello, Timer::Reconnect, Timer::Resend, Timer::Rooms, Timer::Tokens, Timer::Disk]
        {
            turn.push(Effect::Disarm(timer));
        }
        self.let_go_of_ours(turn);
        self.let_go_of_theirs(turn);
        turn.push(Effect::Keep(Keep::Nothing));
        turn.push(Effect::Wipe(owner));
        self.signed_out = Some(SignedOut { waits_for: [Wiped::Work, Wiped::Copy].into(), trouble: None });
    }

    /// All that the server said, and all that we said to it.
    fn let_go_of_theirs(&mut self, turn: &Turn<'_>) {
        (self.me, self.recalled) = (None, None);
        (self.names, self.presences, self.rooms) = (Names::default(), Presences::default(), Rooms::default());
        (self.talks, self.planning) = (Talks::default(), Planning::default());
        self.forget_tickets(self.tickets.ids().cloned().collect());
        (self.common.me, self.common.boards) = (None, Vec::new());
        // Whoever has a list open is told at once that it is empty: no timer rings any more.
        self.lists.is_resting = false;
        self.in_flight.clear();
        self.shown.clear();
        self.mine.clear();
        self.checks.clear();
        self.reach.sign_out();
        self.live.is_up = false;
        self.live.show(Live::Unavailable, turn.wall_ms());
    }

    /// A file was erased, or could not be.
    pub(super) fn wiped(&mut self, turn: &mut Turn<'_>, what: Wiped, outcome: Result<(), Arc<str>>) {
        // The copy is also erased when somebody else signed in.
        let Some(state) = &mut self.signed_out else { return };
        if !state.waits_for.remove(&what) {
            return;
        }
        state.trouble = state.trouble.take().or(outcome.err());
        if state.waits_for.is_empty() {
            let trouble = state.trouble.as_ref().map(ToString::to_string);
            for window in self.windows.all() {
                turn.paint(window, Update::Notice(Notice::SignedOut { trouble: trouble.clone() }));
            }
        }
    }
}
