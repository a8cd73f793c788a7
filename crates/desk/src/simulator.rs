//! Events that a person has the server tell although nothing happened, per window: the catalogue, the log of the chosen
//! kind, and what became of what was sent (EV-5).
//!
//! Nothing of it is kept: an event that cannot be sent now is not sent. Each attempt has a key, so that one whose answer
//! was lost may be sent again and is told once.
//!
//! **Invariant:** nothing is asked for that no window shows, and of each thing one question is under way at most.

mod log;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use callboard_model::EditId;
use callboard_model::rest::{CatalogEntry, EventPage, NewEvent, SimulatedEvent};
use serde_json::{Map, Value as Json};

use crate::bridge::{
    CatalogState, CatalogView, EventKind, EventLogView, EventType, KINDS_MAX, NotSent, PAYLOAD_MAX, Reach,
    SimulationFate, SimulationView, Update,
};
use crate::form::cut;
use crate::session::effect::{Request, WindowId};
use log::Log;
pub(crate) use log::Words;

/// How long an event that was told may take to show in the log. The server writes it before it answers, so a later one is
/// worth a look at the server.
pub(crate) const ARRIVES_WITHIN: Duration = Duration::from_secs(15);

/// How often the log is read while one is awaited.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The longest name of a kind that is shown, and the longest sentence about it, in characters.
const NAME_MAX: usize = 120;
const ABOUT_MAX: usize = 400;

/// How far a question is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// It was answered, or never put.
    #[default]
    Rest,
    /// It is to be put as soon as the server can be asked.
    Wanted,
    /// It is under way; `again`: and to be put anew after that.
    Asked { again: bool },
    /// It was answered with this, and is not put again by itself.
    Failed(CatalogState),
}

impl Phase {
    fn want(&mut self) {
        *self = match self {
            Self::Asked { .. } => Self::Asked { again: true },
            _ => Self::Wanted,
        };
    }

    /// As a window is told it.
    fn shown(&self, reach: Reach) -> CatalogState {
        match (self, reach) {
            (Self::Rest, _) => CatalogState::Known,
            (Self::Failed(why), _) => why.clone(),
            (Self::Wanted, Reach::Down) => CatalogState::Offline,
            (Self::Wanted, Reach::SignedOut) => CatalogState::SignedOut,
            (Self::Wanted | Self::Asked { .. }, _) => CatalogState::Loading,
        }
    }
}

/// What the server can tell of, while some window shows it.
#[derive(Debug, Default)]
struct Catalog {
    phase: Phase,
    entries: Vec<CatalogEntry>,
    kinds: Arc<[EventKind]>,
    more: u32,
}

/// One event on its way.
#[derive(Debug)]
struct Attempt {
    number: u32,
    key: EditId,
    event: NewEvent,
    fate: SimulationFate,
    /// Until when the log is read for it.
    until: Duration,
}

/// One window.
#[derive(Debug, Default)]
struct Simulator {
    chosen: Option<EventType>,
    /// The form of the chosen kind is still to be told.
    owes_form: bool,
    log: Log,
    attempt: Option<Attempt>,
    told: Told,
}

/// What a window was last told.
#[derive(Debug, Default)]
struct Told {
    catalog: Option<CatalogView>,
    log: Option<EventLogView>,
    simulation: Option<SimulationView>,
}

/// All windows.
#[derive(Debug, Default)]
pub(crate) struct Simulators {
    catalog: Catalog,
    windows: BTreeMap<WindowId, Simulator>,
    /// The timer that reads the log again is armed.
    pub(crate) is_armed: bool,
}

impl Simulators {
    /// A window shows the catalogue; where it could not be had, it is asked for again.
    pub(crate) fn open(&mut self, window: WindowId) {
        self.windows.entry(window).or_default().told.catalog = None;
        if self.catalog.entries.is_empty() {
            self.catalog.phase.want();
        }
    }

    /// It shows it no longer. With the last window the catalogue goes.
    pub(crate) fn close(&mut self, window: &WindowId) {
        self.windows.remove(window);
        if self.windows.is_empty() {
            self.catalog = Catalog::default();
        }
    }

    /// Somebody else is signed in, or nobody: what the server told is not theirs.
    pub(crate) fn let_go(&mut self) {
        self.catalog = Catalog::default();
        if !self.windows.is_empty() {
            self.catalog.phase.want();
        }
        for simulator in self.windows.values_mut() {
            let (chosen, told) = (simulator.chosen.take(), std::mem::take(&mut simulator.told));
            *simulator = Simulator { told, ..Simulator::of(chosen) };
        }
    }

    /// The kind of which a window shows the log; what was sent of another is followed no longer.
    pub(crate) fn choose(&mut self, window: WindowId, event_type: EventType) {
        if self.windows.is_empty() {
            self.catalog.phase.want();
        }
        let simulator = self.windows.entry(window).or_default();
        let catalog = simulator.told.catalog.take();
        *simulator =
            Simulator { told: Told { catalog, ..Told::default() }, ..Simulator::of(Some(event_type)) };
    }

    pub(crate) fn read_log(&mut self, window: &WindowId) {
        if let Some(simulator) = self.windows.get_mut(window).filter(|simulator| simulator.chosen.is_some()) {
            simulator.log.phase.want();
        }
    }

    /// Somebody sends an event. `shut`: why nothing can be sent now; `fresh`: a key for a new one. What is to be asked, if
    /// anything: one attempt is told once, and one is under way at most.
    pub(crate) fn simulate(
        &mut self,
        window: WindowId,
        number: u32,
        event: NewEvent,
        shut: Option<NotSent>,
        fresh: EditId,
    ) -> Option<Request> {
        let event_type = EventType(event.event_type.clone());
        if self.windows.get(&window).and_then(|simulator| simulator.chosen.as_ref()) != Some(&event_type) {
            self.choose(window.clone(), event_type);
        }
        let simulator = self.windows.get_mut(&window)?;
        let last = simulator.attempt.take();
        let is_over = |last: &Attempt| match last.fate {
            SimulationFate::Sending => false,
            SimulationFate::Told { .. } | SimulationFate::Arrived { .. } | SimulationFate::NotSeen { .. } => {
                last.number != number
            }
            SimulationFate::NotSent { .. } | SimulationFate::Unanswered | SimulationFate::Refused { .. } => {
                true
            }
        };
        if last.as_ref().is_some_and(|last| !is_over(last)) {
            simulator.attempt = last;
            return None;
        }
        let is_same = |last: &&Attempt| last.number == number && last.event == event;
        if shut.is_some()
            && last.as_ref().filter(is_same).is_some_and(|last| last.fate == SimulationFate::Unanswered)
        {
            // That it may have been told is still what the person has to know.
            simulator.attempt = last;
            return None;
        }
        let key = last.as_ref().filter(is_same).map_or(fresh, |last| last.key);
        let shut = shut.or_else(|| is_too_large(&event.payload).then_some(NotSent::TooLarge));
        let fate = shut.map_or(SimulationFate::Sending, |why| SimulationFate::NotSent { why });
        let request = shut.is_none().then(|| Request::Simulate { key, event: event.clone() });
        simulator.attempt = Some(Attempt { number, key, event, fate, until: Duration::ZERO });
        request
    }

    /// The questions that are to be put.
    pub(crate) fn questions(&mut self) -> Vec<Request> {
        let mut questions = Vec::new();
        if self.catalog.phase == Phase::Wanted && !self.windows.is_empty() {
            self.catalog.phase = Phase::Asked { again: false };
            questions.push(Request::EventCatalog);
        }
        for simulator in self.windows.values_mut() {
            if let Some(of) = simulator.chosen.clone() {
                questions.extend(simulator.log.question(of));
            }
        }
        questions
    }

    /// The catalogue came, or why it did not; `None`: it is asked for again when the server answers.
    pub(crate) fn on_catalog(&mut self, answer: Result<Vec<CatalogEntry>, Option<CatalogState>>) {
        if !matches!(self.catalog.phase, Phase::Asked { .. }) {
            return;
        }
        self.catalog = match answer {
            Ok(mut entries) => {
                let more = entries.len().saturating_sub(KINDS_MAX);
                entries.truncate(KINDS_MAX);
                let kinds = entries.iter().map(kind_of).collect();
                Catalog { phase: Phase::Rest, entries, kinds, more: u32::try_from(more).unwrap_or(u32::MAX) }
            }
            Err(why) => Catalog { phase: why.map_or(Phase::Wanted, Phase::Failed), ..Catalog::default() },
        };
    }

    /// A part of the log came, or why it did not.
    pub(crate) fn on_log(
        &mut self,
        of: &EventType,
        since: Option<u64>,
        answer: &Result<EventPage, Option<CatalogState>>,
        words: Words<'_>,
    ) {
        for simulator in self.windows.values_mut().filter(|simulator| simulator.chosen.as_ref() == Some(of)) {
            simulator.log.answered(since, answer, words);
            simulator.look_for_sent(answer.as_ref().ok());
        }
    }

    /// The log no longer reaches back to where it was read: its newest are read anew.
    pub(crate) fn on_log_too_old(&mut self, of: &EventType, since: Option<u64>) {
        for simulator in self.windows.values_mut().filter(|simulator| simulator.chosen.as_ref() == Some(of)) {
            simulator.log.begin_again(since);
        }
    }

    /// What became of an event that was sent.
    pub(crate) fn on_simulated(
        &mut self,
        key: EditId,
        outcome: Result<SimulatedEvent, SimulationFate>,
        now: Duration,
    ) {
        let of_window =
            |simulator: &&mut Simulator| simulator.attempt.as_ref().is_some_and(|attempt| attempt.key == key);
        let Some(simulator) = self.windows.values_mut().find(of_window) else { return };
        let Some(attempt) = &mut simulator.attempt else { return };
        match outcome {
            Ok(SimulatedEvent { event_id: event }) => {
                attempt.fate = SimulationFate::Told { event };
                attempt.until = now + ARRIVES_WITHIN;
                simulator.log.phase.want();
            }
            Err(fate) => attempt.fate = fate,
        }
    }

    /// Reads the log again for what is awaited; what was awaited long enough did not come.
    pub(crate) fn look_again(&mut self, now: Duration) {
        for simulator in self.windows.values_mut() {
            let Some(attempt) = &mut simulator.attempt else { continue };
            let SimulationFate::Told { event } = &attempt.fate else { continue };
            if now < attempt.until {
                simulator.log.phase.want();
            } else {
                let seconds = u32::try_from(ARRIVES_WITHIN.as_secs()).unwrap_or(u32::MAX);
                attempt.fate = SimulationFate::NotSeen { event: event.clone(), seconds };
            }
        }
    }

    /// Whether an event is awaited in the log.
    pub(crate) fn awaits(&self) -> bool {
        let awaits = |attempt: &Attempt| matches!(attempt.fate, SimulationFate::Told { .. });
        self.windows.values().any(|simulator| simulator.attempt.as_ref().is_some_and(awaits))
    }

    /// The windows whose form can be told now, each with the schema.
    pub(crate) fn owed_forms(&mut self) -> Vec<(WindowId, EventType, Json)> {
        let mut owed = Vec::new();
        for (window, simulator) in &mut self.windows {
            let Some(chosen) = simulator.chosen.as_ref().filter(|_| simulator.owes_form) else { continue };
            if let Some(entry) = self.catalog.entries.iter().find(|entry| entry.event_type == chosen.0) {
                simulator.owes_form = false;
                owed.push((window.clone(), chosen.clone(), entry.payload_schema.clone()));
            }
        }
        owed
    }

    /// What is new to each window.
    pub(crate) fn news(&mut self, reach: Reach) -> Vec<(WindowId, Update)> {
        let mut news = Vec::new();
        for (window, simulator) in &mut self.windows {
            let Simulator { chosen, log, attempt, told, .. } = simulator;
            let Catalog { phase, kinds, more, .. } = &self.catalog;
            let catalog = CatalogView { state: phase.shown(reach), kinds: Arc::clone(kinds), more: *more };
            if is_news(&mut told.catalog, Some(&catalog)) {
                news.push((window.clone(), Update::Catalog(catalog)));
            }
            let log = chosen.as_ref().map(|chosen| log.view(chosen, reach));
            if let Some(log) = log.filter(|log| is_news(&mut told.log, Some(log))) {
                news.push((window.clone(), Update::EventLog(log)));
            }
            let simulation = attempt.as_ref().map(|attempt| SimulationView {
                attempt: attempt.number,
                event_type: EventType(attempt.event.event_type.clone()),
                fate: attempt.fate.clone(),
            });
            if let Some(view) = simulation.filter(|view| is_news(&mut told.simulation, Some(view))) {
                news.push((window.clone(), Update::Simulation(view)));
            }
        }
        news
    }
}

impl Simulator {
    /// One that shows this kind and knows nothing of it yet.
    fn of(chosen: Option<EventType>) -> Self {
        let mut simulator = Self { owes_form: chosen.is_some(), chosen, ..Self::default() };
        if simulator.chosen.is_some() {
            simulator.log.phase.want();
        }
        simulator
    }

    /// What was told may be in the log by now, also after it was given up; or on a page of which only the end is kept.
    fn look_for_sent(&mut self, page: Option<&EventPage>) {
        let Some(attempt) = &mut self.attempt else { return };
        let (SimulationFate::Told { event } | SimulationFate::NotSeen { event, .. }) = &attempt.fate else {
            return;
        };
        let on_page = page.and_then(|page| page.data.iter().find(|one| one.event_id == *event));
        let on_page = on_page.map(|one| (one.occurred_at.as_millisecond(), one.simulated));
        let found = on_page.or_else(|| self.log.find(event).map(|entry| (entry.at, entry.simulated)));
        if let Some((at, simulated)) = found {
            attempt.fate = SimulationFate::Arrived { event: event.clone(), at, simulated };
        }
    }
}

fn is_news<T: Clone + PartialEq>(told: &mut Option<T>, now: Option<&T>) -> bool {
    let is_news = told.as_ref() != now;
    if is_news {
        *told = now.cloned();
    }
    is_news
}

fn is_too_large(payload: &Map<String, Json>) -> bool {
    serde_json::to_vec(payload).map_or(true, |json| json.len() > PAYLOAD_MAX)
}

fn kind_of(entry: &CatalogEntry) -> EventKind {
    EventKind {
        event_type: EventType(entry.event_type.clone()),
        name: cut(&entry.name, NAME_MAX),
        about: cut(&entry.description, ABOUT_MAX),
        domain: cut(&entry.category, NAME_MAX),
        emitted: entry.emitted,
    }
}
