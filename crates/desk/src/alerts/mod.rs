//! What calls the person: toasts, sounds, the badge (CO-15 to CO-18).
//!
//! ```text
//! the session learns ─▶ News ─▶ decide ─▶ unread, at once
//!                                  │ it calls
//!                                  ├─ while away ─▶ Away ─▶ one summary at the end
//!                                  └─ Bundle, 2 s per ticket ─▶ a place in the bucket? ─▶ toast, sound
//!                                                                   │ none ─▶ Backlog ─▶ rolling summary
//!                                                                   └─▶ the record, with the reason
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`policy`] | the one pure function that decides, over a table of rules |
//! | [`defaults`] | that table |
//! | [`storm`] | how many toasts and sounds there may be |
//! | [`away`] | the time in which nothing reached us |
//! | `news`, `digest`, `words` | what happened; too much of it; how it is said |
//! | `toasts`, `ringing` | what is out, and what rings until it is read |
//! | [`activity`], [`unread`] | the record, and what nobody has read |
//! | `tell` | the way of a piece of news through all of these |
//!
//! **Invariant:** everything that happened is in the record once, with what was done about it and why; and nothing that
//! is the person's own doing ever calls.

pub mod activity;
pub mod away;
pub mod defaults;
pub(crate) mod digest;
pub(crate) mod news;
pub mod policy;
pub mod ringing;
pub mod storm;
mod tell;
pub mod toasts;
pub mod unread;
pub(crate) mod words;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use callboard_model::{Field, TicketId};

use crate::bridge::{
    ActivityEntry, AlertKind, AlertSettings, AlertsView, Looking, Pause, PauseFor, Place, Reason, Signal,
    ToastId, UnreadTicket, WATCHED_MAX,
};
use crate::session::effect::WindowId;
use activity::Activity;
use away::Away;
use digest::{Backlog, Digest};
use news::{Bundle, Now, Panel};
use policy::Situation;
use ringing::Ringing;
use storm::{Bucket, Newcomers, Sounds};
use toasts::Toasts;
use unread::Unread;

/// How long what happens on one ticket is gathered before it is told.
pub const GATHERED_FOR: Duration = Duration::from_secs(2);

/// After so long without one, a summary begins to count anew.
pub const SUMMARY_LIVES: Duration = Duration::from_secs(60);

/// The link has been gone for so long that the person is told.
pub const LINK_LOST_AFTER: Duration = Duration::from_secs(30);

/// How often the window may ask to be looked at.
pub const ATTENTION_GAP: Duration = Duration::from_secs(10);

/// What of our own work waits for a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Two values, one decision.
    Conflict(Panel),
    /// The server refused it; the sentence says why.
    Refused(Arc<str>),
}

/// What is to be done about it all, in this order.
#[derive(Debug)]
pub(crate) enum Deed {
    /// Keep an entry of the record.
    Record(ActivityEntry),
    /// Keep an unread ticket.
    Keep(UnreadTicket),
    /// A ticket is unread no more.
    Drop(TicketId),
    /// Ask something of the machine.
    Signal(Signal),
}

/// Where somebody looks, in one window.
#[derive(Debug, Default)]
struct Look {
    has_focus: bool,
    ticket: Option<TicketId>,
}

/// What a window was told of the settings: what is chosen, the pause, and why the disk does not have it so.
type Shown = (Arc<AlertSettings>, Option<Pause>, Option<Arc<str>>);

/// How the link stands, as far as the person was told.
#[derive(Debug, Default)]
struct LinkWatch {
    lost_at: Option<Duration>,
    is_told: bool,
    is_signed_out: bool,
}

/// Everything about alerts that a console holds.
#[derive(Debug, Default)]
pub(crate) struct Alerts {
    settings: Arc<AlertSettings>,
    pause: Option<Pause>,
    do_not_disturb: bool,
    looks: BTreeMap<WindowId, Look>,
    /// The window that had the focus last.
    last_window: Option<WindowId>,
    /// The windows that show the settings, and what they were told of them.
    shown_settings: BTreeMap<WindowId, Option<Shown>>,
    /// What a window is to show as soon as there is one.
    pub(crate) wanted: Option<Place>,
    activity: Activity,
    unread: Unread,
    gathering: BTreeMap<ToastId, Bundle>,
    backlog: Backlog,
    /// The summary that is out, and when it was told.
    rolling: Option<(Digest, Duration)>,
    bucket: Bucket,
    sounds: Sounds,
    newcomers: Newcomers,
    attention_at: Option<Duration>,
    ringing: Ringing,
    toasts: Toasts,
    away: Option<Away>,
    /// When everything was last known to reach us, by this machine's clock.
    well_at: i64,
    /// Both clocks at the last event.
    clocks: Option<(Duration, i64)>,
    link: LinkWatch,
    /// What of our own work waits for a decision, by ticket.
    needs: BTreeMap<TicketId, BTreeMap<Field, Ask>>,
    /// When the timer rings, as it knows it.
    pub(crate) armed: Option<Duration>,
    /// Why the disk does not have the settings as they are.
    pub(crate) not_kept: Option<Arc<str>>,
    deeds: Vec<Deed>,
}

impl Alerts {
    /// What the person chose.
    pub(crate) fn settings(&self) -> &Arc<AlertSettings> {
        &self.settings
    }

    /// The person chose something else.
    pub(crate) fn choose(&mut self, settings: AlertSettings) {
        self.settings = Arc::new(settings.within_limits());
    }

    /// Watches a ticket, or does not any more. One too many, and the oldest goes.
    pub(crate) fn watch(&mut self, ticket: TicketId, on: bool) {
        let settings = Arc::make_mut(&mut self.settings);
        settings.watched.retain(|watched| *watched != ticket);
        if on {
            let excess = (settings.watched.len() + 1).saturating_sub(WATCHED_MAX);
            settings.watched.drain(..excess);
            settings.watched.push(ticket);
        }
    }

    /// The pause that runs.
    pub(crate) fn pause(&self) -> Option<Pause> {
        self.pause
    }

    pub(crate) fn set_pause(&mut self, pause: Option<Pause>) {
        self.pause = pause;
    }

    /// The person wants quiet for a while, or no longer.
    pub(crate) fn pause_for(&mut self, wish: PauseFor, wall: i64) {
        self.pause = match wish {
            PauseFor::Minutes { minutes } => {
                Some(Pause { until: Some(wall.saturating_add(i64::from(minutes.max(1)) * 60_000)) })
            }
            PauseFor::Until { at } => (at > wall).then_some(Pause { until: Some(at) }),
            PauseFor::Open => Some(Pause { until: None }),
            PauseFor::Over => None,
        };
    }

    pub(crate) fn set_do_not_disturb(&mut self, on: bool) {
        self.do_not_disturb = on;
    }

    /// A window has the focus or lost it, and shows a ticket or none. What is looked at is read. Says whether the person
    /// looked elsewhere before.
    pub(crate) fn look(
        &mut self,
        window: WindowId,
        has_focus: bool,
        ticket: Option<TicketId>,
        now: &Now,
    ) -> bool {
        let was_elsewhere = self.looks.values().all(|look| !look.has_focus);
        let seen = ticket.clone().filter(|_| has_focus);
        if has_focus {
            self.last_window = Some(window.clone());
            // One window has the focus, whatever order the others say it in.
            self.looks.values_mut().for_each(|look| look.has_focus = false);
        }
        self.looks.insert(window, Look { has_focus, ticket });
        if let Some(ticket) = seen {
            self.read(&ticket, now);
        }
        has_focus && was_elsewhere
    }

    /// A window is gone, or knows nothing any more.
    pub(crate) fn look_away(&mut self, window: &WindowId) {
        self.looks.remove(window);
        self.shown_settings.remove(window);
        self.activity.close(window);
        if self.last_window.as_ref() == Some(window) {
            self.last_window = None;
        }
    }

    /// The window that had the focus last.
    pub(crate) fn last_window(&self) -> Option<&WindowId> {
        self.last_window.as_ref()
    }

    /// What is so, for a fact about that ticket.
    pub(crate) fn situation(&self, ticket: Option<&TicketId>, now: &Now) -> Situation {
        let looks = || self.looks.values().filter(|look| look.has_focus);
        let looking = if ticket.is_some() && looks().any(|look| look.ticket.as_ref() == ticket) {
            Looking::AtTicket
        } else if looks().next().is_some() {
            Looking::AtProgram
        } else {
            Looking::Elsewhere
        };
        let pause = self.pause.filter(|pause| pause.until.is_none_or(|until| now.wall < until));
        Situation { looking, minute: now.minute, pause, do_not_disturb: self.do_not_disturb }
    }

    /// The record.
    pub(crate) fn activity(&mut self) -> &mut Activity {
        &mut self.activity
    }

    /// What nobody has read.
    pub(crate) fn unread(&mut self) -> &mut Unread {
        &mut self.unread
    }

    /// The toasts that are out.
    pub(crate) fn toasts(&mut self) -> &mut Toasts {
        &mut self.toasts
    }

    /// A window shows the settings from now on.
    pub(crate) fn show_settings(&mut self, window: WindowId) {
        self.shown_settings.insert(window, None);
    }

    /// The windows that show other settings than those that hold, with what they are to be told.
    pub(crate) fn settings_news(&mut self) -> Vec<(WindowId, AlertsView)> {
        let now = (self.settings.clone(), self.pause, self.not_kept.clone());
        let stale = self.shown_settings.iter_mut().filter(|(_, told)| told.as_ref() != Some(&now));
        stale
            .map(|(window, told)| {
                *told = Some(now.clone());
                let settings = AlertSettings::clone(&now.0);
                let (defaults, not_kept) = (AlertSettings::default(), now.2.clone());
                let view = AlertsView { settings, defaults, pause: now.1, not_kept };
                (window.clone(), view)
            })
            .collect()
    }

    /// What is to be done, in order.
    pub(crate) fn deeds(&mut self) -> Vec<Deed> {
        std::mem::take(&mut self.deeds)
    }

    /// The program ends: what was not told yet is written down as such.
    pub(crate) fn end(&mut self, now: &Now) {
        let gathering = std::mem::take(&mut self.gathering);
        let held = self.away.take().map(Away::into_held).unwrap_or_default();
        for judged in gathering.into_values().flat_map(|bundle| bundle.judged).chain(held) {
            self.record(judged, Reason::Ended, now);
        }
    }

    /// Somebody read a ticket: nothing about it calls any more.
    pub(crate) fn read(&mut self, ticket: &TicketId, now: &Now) {
        if self.unread.remove(ticket).is_some() {
            self.deeds.push(Deed::Drop(ticket.clone()));
        }
        self.ringing.stop(ticket);
        self.drop_bundle(&ToastId::Ticket(ticket.clone()), now);
        self.backlog.read(ticket);
        let held = self.away.as_mut().map(|away| away.read(ticket)).unwrap_or_default();
        held.into_iter().for_each(|judged| self.record(judged, Reason::ReadFirst, now));
        self.signal(|toasts, signals| toasts.read(ticket, signals));
    }

    /// Everything is read.
    pub(crate) fn read_all(&mut self, now: &Now) {
        let unread: Vec<TicketId> = self.unread.tickets().cloned().collect();
        unread.iter().for_each(|ticket| self.read(ticket, now));
        self.ringing.stop_all();
        let gathering: Vec<ToastId> =
            self.gathering.keys().filter(|id| matches!(id, ToastId::Ticket(_))).cloned().collect();
        gathering.iter().for_each(|id| self.drop_bundle(id, now));
        self.backlog.read_all();
        for id in self.toasts.of_tickets() {
            self.signal(|toasts, signals| toasts.withdraw(&id, signals));
        }
        self.rolling = None;
    }

    /// What was to be told is told to nobody.
    fn drop_bundle(&mut self, id: &ToastId, now: &Now) {
        for judged in self.gathering.remove(id).map(|bundle| bundle.judged).unwrap_or_default() {
            self.record(judged, Reason::ReadFirst, now);
        }
    }

    fn signal(&mut self, ask: impl FnOnce(&mut Toasts, &mut Vec<Signal>)) {
        let mut signals = Vec::new();
        ask(&mut self.toasts, &mut signals);
        self.deeds.extend(signals.into_iter().map(Deed::Signal));
    }

    /// What of our own work on a ticket waits for a decision now. Answers with what is new of it.
    pub(crate) fn needs(
        &mut self,
        ticket: &TicketId,
        now: BTreeMap<Field, Ask>,
        at: &Now,
    ) -> Vec<(Field, Ask)> {
        if now.is_empty() && !self.needs.contains_key(ticket) {
            return Vec::new();
        }
        let before = self.needs.remove(ticket).unwrap_or_default();
        let has = |needs: &BTreeMap<Field, Ask>, conflict: bool| {
            needs.values().any(|need| matches!(need, Ask::Conflict(_)) == conflict)
        };
        if has(&before, true) && !has(&now, true) {
            self.settled(ticket, AlertKind::Conflict, at);
        }
        if has(&before, false) && !has(&now, false) {
            self.settled(ticket, AlertKind::EditRefused, at);
        }
        let new = now.iter().filter(|(field, need)| before.get(*field) != Some(*need));
        let new = new.map(|(field, need)| (*field, need.clone())).collect();
        if !now.is_empty() {
            self.needs.insert(ticket.clone(), now);
        }
        new
    }

    /// Nothing of that kind waits on a ticket any more, whoever settled it.
    fn settled(&mut self, ticket: &TicketId, kind: AlertKind, now: &Now) {
        match self.unread.settle(ticket, &[kind]) {
            Some(Some(left)) => self.deeds.push(Deed::Keep(left)),
            Some(None) => self.deeds.push(Deed::Drop(ticket.clone())),
            None => {}
        }
        let id = ToastId::Ticket(ticket.clone());
        let is_all = |bundle: &Bundle| bundle.judged.iter().all(|judged| judged.news.fact.kind == kind);
        if self.gathering.get(&id).is_some_and(is_all) {
            self.drop_bundle(&id, now);
        }
        if kind == AlertKind::Conflict {
            self.signal(|toasts, signals| toasts.settle(ticket, signals));
        }
    }

    /// Another person is signed in: nothing of the last one's is theirs.
    pub(crate) fn let_go(&mut self, now: &Now) {
        let unread: Vec<TicketId> = self.unread.tickets().cloned().collect();
        // It stays on disk, for its own person.
        self.unread.let_go();
        unread.iter().for_each(|ticket| self.ringing.stop(ticket));
        self.read_all(now);
        self.activity.let_go();
        (self.settings, self.pause, self.away) = (Arc::default(), None, None);
        self.needs.clear();
        self.deeds.retain(|deed| matches!(deed, Deed::Signal(_)));
    }
}
