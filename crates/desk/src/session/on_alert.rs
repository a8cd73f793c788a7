//! Alerts: what windows ask of them, what the person clicked, and what comes of it at the end of each step.
//!
//! **Invariant:** what is written down goes to disk before anything is asked of the machine.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use callboard_model::TicketId;
use serde::{Deserialize, Serialize};

use super::Session;
use super::effect::{Effect, Timer, WindowId};
use super::turn::Turn;
use crate::alerts::Deed;
use crate::alerts::news::Now;
use crate::alerts::toasts::Decision;
use crate::bridge::{
    ActivityEntry, AlertSettings, Command, Pause, Place, Reach, Signal, ToastAction, ToastId, UnreadTicket,
    Update,
};
use crate::notes::{Document, Note, NoteKey, Shelf};

/// The settings as they lie on disk.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct KeptAlerts {
    settings: AlertSettings,
    #[serde(default)]
    pause: Option<Pause>,
}

/// The tickets that the person watches, and the settings that say so.
#[derive(Debug, Default)]
pub(super) struct Watched {
    said_by: Arc<AlertSettings>,
    pub(super) tickets: BTreeSet<TicketId>,
}

/// A timer that rings so much too early or too late is not armed anew: of two clocks, one of them in milliseconds, none
/// is more exact.
const NEAR_ENOUGH: Duration = Duration::from_millis(5);

/// The key of the settings on their shelf.
const ALERTS: &str = "alerts";

impl Document for KeptAlerts {
    const SHELF: Shelf = Shelf::Setting;

    fn key(&self) -> NoteKey {
        ALERTS.into()
    }
}

impl Document for ActivityEntry {
    const SHELF: Shelf = Shelf::Activity;

    fn key(&self) -> NoteKey {
        // Keys sort like numbers.
        format!("{:020}", self.number).into()
    }
}

impl Document for UnreadTicket {
    const SHELF: Shelf = Shelf::Unread;

    fn key(&self) -> NoteKey {
        self.about.ticket.as_str().into()
    }
}

impl Session {
    /// A window asks something of the alerts.
    pub(super) fn alerts_commanded(&mut self, turn: &mut Turn<'_>, window: WindowId, command: Command) {
        let now = Now::of(&turn.now);
        let alerts = &mut self.alerts;
        match command {
            Command::Focus { focused, ticket } => {
                let is_back = alerts.look(window, focused, ticket, &now);
                self.looks_again(turn, is_back);
            }
            Command::DoNotDisturb { on } => alerts.set_do_not_disturb(on),
            Command::OpenActivity { filter, before, count } => {
                alerts.activity().open(window, filter, before, count);
            }
            Command::CloseActivity => alerts.activity().close(&window),
            Command::MarkRead { ticket: Some(ticket) } => alerts.read(&ticket, &now),
            Command::MarkRead { ticket: None } => alerts.read_all(&now),
            Command::ReadAlerts => alerts.show_settings(window),
            Command::TryAlert { fact, looking, minute } => {
                let verdict = alerts.would(&fact, looking, minute, &now);
                turn.paint(window, Update::Tried(verdict));
            }
            Command::Watch { ticket, on } => {
                alerts.watch(ticket, on);
                self.keep_alerts(turn);
            }
            Command::SetAlerts { settings } => {
                alerts.choose(settings);
                self.keep_alerts(turn);
            }
            Command::PauseAlerts { pause } => {
                alerts.pause_for(pause, now.wall);
                self.keep_alerts(turn);
            }
            _ => {}
        }
    }

    fn looks_again(&mut self, turn: &mut Turn<'_>, is_back: bool) {
        if is_back {
            self.focused(turn);
        }
    }

    fn keep_alerts(&mut self, turn: &mut Turn<'_>) {
        let (settings, pause) = (AlertSettings::clone(self.alerts.settings()), self.alerts.pause());
        self.put(turn, &KeptAlerts { settings, pause });
    }

    /// Other tickets are watched than rows show: those are drawn anew.
    pub(super) fn follow_watched(&mut self) {
        let settings = self.alerts.settings();
        if Arc::ptr_eq(settings, &self.watched.said_by) {
            return;
        }
        let tickets: BTreeSet<TicketId> = settings.watched.iter().cloned().collect();
        self.touched.extend(tickets.symmetric_difference(&self.watched.tickets).cloned());
        self.watched = Watched { said_by: Arc::clone(settings), tickets };
    }

    pub(super) fn recall_activity(&mut self, note: &Note) {
        if let Some(entry) = note.read::<ActivityEntry>() {
            self.alerts.activity().recall(entry);
        }
    }

    pub(super) fn recall_unread(&mut self, note: &Note) {
        if let Some(unread) = note.read::<UnreadTicket>() {
            self.alerts.unread().recall(unread);
        }
    }

    pub(super) fn recall_setting(&mut self, note: &Note) {
        if *note.name.key.0 == *ALERTS
            && let Some(KeptAlerts { settings, pause }) = note.read()
        {
            self.alerts.choose(settings);
            self.alerts.set_pause(pause);
        }
    }

    /// The disk answered for a setting.
    pub(super) fn setting_answered(&mut self, of: &NoteKey, outcome: Result<(), &Arc<str>>) {
        if *of.0 == *ALERTS {
            self.alerts.not_kept = outcome.err().cloned();
        }
    }

    /// The person clicked a toast. A button of a toast that is not out any more, or shows something else by now, only
    /// leads to the ticket.
    pub(super) fn toast_clicked(&mut self, turn: &mut Turn<'_>, id: &ToastId, rev: u32, action: ToastAction) {
        let decision = self.alerts.toasts().decision(id, rev);
        if action == ToastAction::Dismiss {
            return self.alerts.toasts().gone(id);
        }
        match (action, decision) {
            (ToastAction::KeepYours, Some(Decision { ticket, field, theirs, .. })) => {
                self.keep_yours(turn, &ticket, field, &theirs);
                self.alerts.read(&ticket, &Now::of(&turn.now));
            }
            (ToastAction::TakeTheirs, Some(Decision { ticket, field, mine, .. })) => {
                self.take_theirs(turn, &ticket, field, &mine);
                self.alerts.read(&ticket, &Now::of(&turn.now));
            }
            _ => self.show_place(turn, id),
        }
    }

    /// Brings a window to the front and shows what a toast is about; where there is no window, the next one shows it.
    fn show_place(&mut self, turn: &mut Turn<'_>, id: &ToastId) {
        let now = Now::of(&turn.now);
        let place = match id {
            ToastId::Ticket(ticket) => {
                self.alerts.read(ticket, &now);
                Place::Ticket { ticket: ticket.clone() }
            }
            ToastId::Summary => Place::Activity,
            ToastId::Link | ToastId::SignIn => Place::Program,
        };
        self.alerts.toasts().gone(id);
        let window = self.alerts.last_window().or_else(|| self.windows.first()).cloned();
        turn.push(Effect::Signal(Signal::Raise { window: window.as_ref().map(|window| window.0.clone()) }));
        match window {
            Some(window) => turn.paint(window, Update::Show(place)),
            None => self.alerts.wanted = Some(place),
        }
    }

    /// The end of a step: whatever is due is told, and what came of it is done.
    pub(super) fn alert(&mut self, turn: &mut Turn<'_>) {
        let now = Now::of(&turn.now);
        let is_well = self.is_live() && self.reach.reach == Reach::Up;
        let is_signed_out = self.reach.reach == Reach::SignedOut;
        self.alerts.catch_up(self.missed(), is_well && !self.feed.has_gap, &now);
        self.alerts.link_stands(is_well, is_signed_out, &now);
        self.alerts.tick(&now);
        for deed in self.alerts.deeds() {
            match deed {
                Deed::Record(entry) => self.put(turn, &entry),
                Deed::Keep(unread) => self.put(turn, &unread),
                Deed::Drop(ticket) => self.take_away::<UnreadTicket>(turn, ticket.as_str().into()),
                Deed::Signal(signal) => turn.push(Effect::Signal(signal)),
            }
        }
        for (window, update) in self.alerts.activity().news() {
            turn.paint(window, update);
        }
        for (window, view) in self.alerts.settings_news() {
            turn.paint(window, Update::Alerts(view));
        }
        self.arm_alerts(turn, &now);
    }

    fn arm_alerts(&mut self, turn: &mut Turn<'_>, now: &Now) {
        let next = self.alerts.next(now);
        let is_as_good = |(next, armed): (Duration, Duration)| next.abs_diff(armed) < NEAR_ENOUGH;
        if next == self.alerts.armed || next.zip(self.alerts.armed).is_some_and(is_as_good) {
            return;
        }
        self.alerts.armed = next;
        match next {
            Some(at) => turn.arm(Timer::Alerts, at.saturating_sub(now.uptime)),
            None => turn.push(Effect::Disarm(Timer::Alerts)),
        }
    }
}
