//! Events that are told although nothing happened: what windows ask, what the server says, and when to look again.
//!
//! An event is nobody's work: it goes to no disk and into no queue, and what cannot be sent now is not sent (EV-5).
//!
//! **Invariant:** what is decided about events is decided in `simulator`; here it meets the rest of the session.

use callboard_model::rest::NewEvent;
use callboard_model::{EditId, Field, Value};

use super::effect::{Effect, Timer, WindowId};
use super::event::{Answer, Failure};
use super::turn::Turn;
use super::{Session, words};
use crate::bridge::{
    CatalogState, Command, EventForm, EventType, FieldFault, NotSent, Reach, SimulationFate, Update,
};
use crate::form::form;
use crate::simulator::LOOK_EVERY;

/// The field behind which people are known by their ids.
const PEOPLE: Field = Field::Assignee;

impl Session {
    /// A window asks something about events.
    pub(super) fn events_commanded(&mut self, turn: &mut Turn<'_>, window: WindowId, command: Command) {
        match command {
            Command::OpenEvents => self.simulators.open(window),
            Command::CloseEvents => self.simulators.close(&window),
            Command::ChooseEvent { event_type } => self.simulators.choose(window, event_type),
            Command::ReadEventLog => self.simulators.read_log(&window),
            Command::Simulate { attempt, event_type, payload } => {
                let event = NewEvent { event_type: event_type.0, payload };
                let (shut, fresh) = (self.is_shut_for_events(), turn.edit_id());
                if let Some(request) = self.simulators.simulate(window, attempt, event, shut, fresh) {
                    self.ask(turn, request);
                }
            }
            _ => {}
        }
    }

    /// Why nothing can be sent now.
    fn is_shut_for_events(&self) -> Option<NotSent> {
        match self.reach.reach {
            Reach::SignedOut => Some(NotSent::SignedOut),
            Reach::Down => Some(NotSent::Offline),
            Reach::Unknown | Reach::Up if self.me.is_none() => Some(NotSent::Offline),
            Reach::Unknown | Reach::Up => None,
        }
    }

    /// Asks what windows want to know about events.
    pub(super) fn ask_events(&mut self, turn: &mut Turn<'_>) {
        if self.reach.is_open() && self.me.is_some() {
            for question in self.simulators.questions() {
                self.ask(turn, question);
            }
        }
    }

    /// The catalogue came, or did not.
    pub(super) fn on_event_catalog(&mut self, outcome: Result<Answer, Failure>) {
        self.simulators.on_catalog(match outcome {
            Ok(Answer::EventCatalog(entries)) => Ok(entries),
            Ok(_) => Err(Some(failed(words::UNREADABLE))),
            Err(failure) => Err(standing(&failure)),
        });
    }

    /// A part of the log came, or did not.
    pub(super) fn on_event_log(
        &mut self,
        of: &EventType,
        since: Option<u64>,
        outcome: Result<Answer, Failure>,
    ) {
        let answer = match outcome {
            Ok(Answer::EventLog(page)) => Ok(page),
            Ok(_) => Err(Some(failed(words::UNREADABLE))),
            Err(Failure::TooOld) => return self.simulators.on_log_too_old(of, since),
            Err(failure) => Err(standing(&failure)),
        };
        let names = &self.names;
        let called = |id: &str| names.named(PEOPLE, &Value::from(id), None);
        self.simulators.on_log(of, since, &answer, &called);
    }

    /// What became of an event that was sent.
    pub(super) fn on_simulated(&mut self, turn: &Turn<'_>, key: EditId, outcome: Result<Answer, Failure>) {
        let refused =
            |reason: &str| SimulationFate::Refused { reason: reason.to_owned(), faults: Vec::new() };
        let outcome = match outcome {
            Ok(Answer::Simulated(told)) => Ok(told),
            // It was taken, or may have been.
            Ok(_) | Err(Failure::Unreachable | Failure::Broken) => Err(SimulationFate::Unanswered),
            Err(Failure::Busy(_)) => Err(SimulationFate::NotSent { why: NotSent::Busy }),
            Err(Failure::SignedOut) => Err(SimulationFate::NotSent { why: NotSent::SignedOut }),
            Err(Failure::Forbidden) => Err(refused(words::NO_EVENTS)),
            Err(Failure::Gone | Failure::TooOld) => Err(refused(words::NO_SIMULATOR)),
            Err(Failure::Stale(_)) => Err(refused(words::UNREADABLE)),
            Err(Failure::Refused { message, faults, .. }) => {
                let faults = faults.into_iter().map(within_payload).collect();
                Err(SimulationFate::Refused { reason: message.to_string(), faults })
            }
        };
        self.simulators.on_simulated(key, outcome, turn.now.uptime);
    }

    /// The time to look again for what was told has come.
    pub(super) fn look_for_events(&mut self, turn: &Turn<'_>) {
        self.simulators.is_armed = false;
        self.simulators.look_again(turn.now.uptime);
    }

    /// Tells each window what is new of events, and looks again while something is awaited.
    pub(super) fn tell_events(&mut self, turn: &mut Turn<'_>) {
        for (window, event_type, schema) in self.simulators.owed_forms() {
            let EditId(dice) = turn.edit_id();
            let root = form(&schema, turn.now.wall, dice);
            turn.paint(window, Update::EventForm(EventForm { event_type, root }));
        }
        for (window, update) in self.simulators.news(self.reach.reach) {
            turn.paint(window, update);
        }
        let awaits = self.simulators.awaits();
        if awaits == std::mem::replace(&mut self.simulators.is_armed, awaits) {
            return;
        }
        if awaits {
            turn.arm(Timer::EventLog, LOOK_EVERY);
        } else {
            turn.push(Effect::Disarm(Timer::EventLog));
        }
    }
}

/// What a failure means for something that is only read; `None`: the way is shut, and it is asked again when it opens.
fn standing(failure: &Failure) -> Option<CatalogState> {
    match failure {
        Failure::Unreachable | Failure::Busy(_) | Failure::SignedOut => None,
        Failure::Forbidden => Some(CatalogState::Forbidden),
        Failure::Gone | Failure::TooOld => Some(CatalogState::Missing),
        Failure::Broken | Failure::Stale(_) => Some(failed(words::UNREADABLE)),
        Failure::Refused { message, .. } => Some(failed(message)),
    }
}

/// The server names faults from the body on; a form begins with the payload in it.
fn within_payload(fault: FieldFault) -> FieldFault {
    let is_within = fault.path.first().is_some_and(|step| step == "payload");
    FieldFault { path: fault.path.into_iter().skip(usize::from(is_within)).collect(), ..fault }
}

fn failed(reason: &str) -> CatalogState {
    CatalogState::Failed { reason: reason.to_owned() }
}
