//! A machine with a console on it: the real one, over the simulated network, disk and clock.
//!
//! **Invariant:** what survives a crash of the console is what its machine has: the disk, the clock and the line.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use callboard_desk::bridge::{BoardQuery, Command, Grouping, OpenFilter, ViewId};
use callboard_desk::session::effect::{LinkOrder, WindowId};
use callboard_desk::session::event::{Failure, LinkEvent};
use callboard_desk::{Effect, Event};
use callboard_link::{ApiKey, Config, Console, LiveOptions, ServerUrl, Witness, World};

use crate::clock::ConsoleClock;
use crate::company;
use crate::disk::Disk;
use crate::judge::Judge;
use crate::net::http::Asks;
use crate::net::line::Line;
use crate::net::port::{Dials, Port};

/// Where every console believes the server to be.
const ADDRESS: &str = "http://127.0.0.1:80";
/// Lines of the board on screen.
const LINES: u32 = 50;

/// The machine.
pub struct Machine {
    /// Its number.
    pub number: usize,
    /// Whose.
    pub user: &'static str,
    /// Its line.
    pub line: Arc<Line>,
    /// Its disk.
    pub disk: Disk,
    /// Its clock.
    pub clock: Arc<ConsoleClock>,
    port: Arc<Port>,
    judge: Judge,
    running: Option<Console>,
}

impl Machine {
    /// A machine that is off.
    #[must_use]
    pub fn new(
        (number, user): (usize, &'static str),
        (line, port): (Arc<Line>, Arc<Port>),
        disk: Disk,
        clock: ConsoleClock,
        judge: Judge,
    ) -> Self {
        Self { number, user, line, disk, clock: Arc::new(clock), port, judge, running: None }
    }

    /// Whether the console runs.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.running.is_some()
    }

    /// Starts the console, if it does not run, and opens the board.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(&mut self) -> Result<()> {
        if self.is_on() {
            return Ok(());
        }
        self.line.trace.say(self.user, || "console starts".to_owned());
        let world = World {
            clock: self.clock.clone(),
            http: Arc::new(Asks::new(Arc::clone(&self.line), Arc::clone(&self.port), self.number)),
            dial: Arc::new(Dials::new(Arc::clone(&self.line), Arc::clone(&self.port))),
            outbox: Box::new(self.disk.clone()),
            copy: Box::new(self.disk.clone()),
            threads: Arc::new(self.disk.clone()),
            witness: Some(self.witness()),
        };
        let config = Config {
            server: ServerUrl::new(ADDRESS)?,
            api_key: ApiKey::new(&company::key(self.user))?,
            tenant: None,
            profile_dir: PathBuf::new(),
            live: LiveOptions::default(),
        };
        self.running =
            Some(Console::start_in(world, config, |_, _| {}, |_| {}).context("a console does not start")?);
        let query = BoardQuery { open: OpenFilter::All, group: Grouping::None, ..BoardQuery::default() };
        self.tell(Command::Hello);
        self.tell(Command::OpenView { view: view(), query });
        self.show_lines();
        Ok(())
    }

    /// Loses power. The server is told by the line, or not at all.
    pub fn crash(&mut self, is_told: bool) {
        let Some(console) = self.running.take() else { return };
        self.line.trace.say(self.user, || format!("console crashes; the line says so: {is_told}"));
        self.disk.cut_power();
        if is_told {
            self.line.reset();
        } else {
            self.line.fall_silent();
        }
        console.kill();
    }

    /// Asks for the lines on screen.
    pub fn show_lines(&self) {
        self.tell(Command::ShowLines { view: view(), first: 0, count: LINES });
    }

    /// The person does something.
    pub fn tell(&self, command: Command) {
        if let Some(console) = &self.running {
            self.line.trace.say(self.user, || format!("{command:?}"));
            // One that is too far behind has not been told.
            if console.offer(WindowId("main".into()), command).is_err() {
                self.line.trace.say(self.user, || "is not heard".to_owned());
            }
        }
    }

    fn witness(&self) -> Witness {
        let (judge, number, line, user) =
            (self.judge.clone(), self.number, Arc::clone(&self.line), self.user);
        Box::new(move |_, event, effects| {
            if let Some(what) = news(event) {
                line.trace.say(user, || what);
            }
            for effect in effects {
                if let Effect::Ask(id, request) = effect {
                    line.trace.say(user, || format!("asks {}: {request:?}", id.0));
                } else if let Effect::Link(order @ (LinkOrder::Connect(_) | LinkOrder::Join { .. })) = effect
                {
                    line.trace.say(user, || format!("{order:?}"));
                }
            }
            judge.stepped(number, event, effects);
        })
    }
}

fn view() -> ViewId {
    ViewId("board".into())
}

/// What of an event is worth a line.
fn news(event: &Event) -> Option<String> {
    match event {
        Event::Answered { id, outcome: Err(Failure::Stale(stale)), .. } => {
            Some(format!("answer {}: stale, it is {:?} now", id.0, stale.current.version))
        }
        Event::Answered { id, outcome: Err(failure), .. } => Some(format!("answer {}: {failure:?}", id.0)),
        Event::Answered { id, .. } => Some(format!("answer {}", id.0)),
        Event::Link(LinkEvent::Hint(room, hint)) => {
            Some(format!("hint in {room}: {:?} {:?}", hint.version, hint.updated_fields))
        }
        Event::Link(LinkEvent::Presence(..) | LinkEvent::Digest(..) | LinkEvent::RoundTrip(_)) => None,
        Event::Link(other) => Some(format!("{other:?}")),
        Event::NotStored(edit, _) => Some(format!("not stored: {edit}")),
        Event::Rang(timer) => Some(format!("rings: {timer:?}")),
        _ => None,
    }
}
