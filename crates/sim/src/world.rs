//! One world from beginning to end.
//!
//! First people work while things go wrong; then everything is mended, nobody touches anything but what waits for a
//! decision, and after [`HEALED_WITHIN`] all must have come to rest. The first breach of a promise ends the world.
//!
//! **Invariant:** everything happens on one thread and one paused clock, in an order that the seed decides.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use callboard_desk::bridge::Command;
use callboard_model::{Ticket, TicketId};
use jiff::SignedDuration;
use tokio::time::{Instant, sleep, sleep_until};

use crate::clock::{ConsoleClock, TrueTime};
use crate::company::PEOPLE;
use crate::console::Machine;
use crate::dice::Dice;
use crate::disk::Disk;
use crate::judge::{Breach, Judge, Truth};
use crate::net::line::{Cut, Ills, Line, Tricks};
use crate::net::port::{Port, Sender};
use crate::people;
use crate::plan::{Plan, Sabotage, Trouble, ills};
use crate::server::{Server, overseer, store};
use crate::trace::{Telling, Trace};

/// How long after everything is mended all have to be at rest.
pub const HEALED_WITHIN: Duration = Duration::from_secs(60);
/// When, after that, people open every ticket to look.
const LOOK_AT: Duration = Duration::from_secs(50);
/// The program of somebody else's writes once more within this, so that what is heard live is seen too.
const LAST_WRITES: Duration = Duration::from_secs(20);
/// The longest that a trouble lasts, in seconds.
const TROUBLE_MAX: u64 = 45;
/// How far a clock is set off at most, in seconds.
const CLOCK_OFF_MAX: u64 = 400 * 24 * 60 * 60;

/// How a world ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What was broken; nothing in a good world.
    pub breaches: Vec<Breach>,
    /// The fingerprint of what happened, if it was told.
    pub fingerprint: String,
    /// What happened, if it was told.
    pub lines: Vec<String>,
    /// Edits that the server took from consoles.
    pub edits: usize,
}

/// Runs the world of a plan.
///
/// # Errors
/// The world cannot be set up: a fault of the simulation, not of what it plays.
pub fn run(plan: &Plan, sabotage: Sabotage, telling: Telling) -> Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .context("no runtime")?;
    runtime.block_on(async {
        let mut world = World::begin(plan, sabotage, telling).await?;
        world.trouble().await?;
        if world.judge.breaches().is_empty() {
            world.healing().await?;
        }
        Ok(world.end())
    })
}

/// What comes to its end later.
#[derive(Clone, Copy, Debug)]
enum Later {
    Mend(usize),
    Empty(usize),
    Quicken(usize),
    SwitchOn(usize),
    StartServer,
}

struct World {
    plan: Plan,
    dice: Dice,
    trace: Trace,
    judge: Judge,
    port: Arc<Port>,
    server: Server,
    machines: Vec<Machine>,
    tickets: Vec<TicketId>,
    agenda: BTreeMap<(Instant, u64), Later>,
    acts: u64,
}

impl World {
    async fn begin(plan: &Plan, sabotage: Sabotage, telling: Telling) -> Result<Self> {
        let (time, trace) = (TrueTime::begin(), Trace::begin(telling));
        trace.say("world", || format!("{plan:?}"));
        let store = store(plan.tickets, time).await?;
        let truth = Truth::begin(store.clone(), overseer()).await?;
        let tickets = truth.now().map(|ticket| ticket.ticket_id.clone()).collect();
        let people = &PEOPLE[..plan.consoles];
        let judge = Judge::new(truth, people.iter().map(|user| (*user).into()));
        let port = Port::closed(judge.clone(), time, trace.clone());
        let machine = |(number, user): (usize, &&'static str)| {
            let dice = |what: &str| Dice::of(plan.seed, &format!("{what} of {user}"));
            let line = Line::new(user, trace.clone(), dice("line"), sabotage.lines);
            let disk = Disk::new(user, trace.clone(), dice("disk"), sabotage.disks_forget);
            let clock = ConsoleClock::new(time, dice("clock"));
            Machine::new((number, user), (line, Arc::clone(&port)), disk, clock, judge.clone())
        };
        let machines = people.iter().enumerate().map(machine).collect();
        let server = Server::new(store, Arc::clone(&port), trace.clone());
        let (dice, plan) = (Dice::of(plan.seed, "world"), plan.clone());
        let agenda = BTreeMap::new();
        Ok(Self { plan, dice, trace, judge, port, server, machines, tickets, agenda, acts: 0 })
    }

    /// People work, and things go wrong.
    async fn trouble(&mut self) -> Result<()> {
        self.server.start();
        for machine in &mut self.machines {
            machine.start()?;
        }
        let end = Instant::now() + self.plan.trouble_for;
        let mut next = Instant::now();
        while next < end && self.judge.breaches().is_empty() {
            while let Some((&key, _)) = self.agenda.first_key_value().filter(|((at, _), _)| *at <= next) {
                sleep_until(key.0).await;
                if let Some(later) = self.agenda.remove(&key) {
                    self.comes_to_its_end(later)?;
                }
            }
            sleep_until(next).await;
            self.something_happens().await;
            next = Instant::now() + self.dice.millis(10, self.plan.pause_max);
        }
        Ok(())
    }

    async fn something_happens(&mut self) {
        self.acts += 1;
        let number = self.acts;
        if self.dice.chance(self.plan.trouble_rate) {
            return self.something_goes_wrong();
        }
        if self.dice.chance(100) {
            return self.script_writes().await;
        }
        let machines: Vec<_> = self.machines.iter().filter(|machine| machine.is_on()).collect();
        let (dice, tickets) = (&mut self.dice, &self.tickets);
        let Some(machine) = dice.pick(&machines) else { return };
        let (command, has_gap) = self.judge.look(|seen| {
            let window = &seen.people[machine.number].window;
            (people::act(dice, window, tickets, number), window.has_gap)
        });
        if has_gap {
            machine.show_lines();
        }
        if let Some(command) = command {
            machine.tell(command);
        }
    }

    async fn script_writes(&mut self) {
        let (number, dice) = (self.acts, &mut self.dice);
        let tickets: Vec<Ticket> = self.judge.look(|seen| seen.truth.now().cloned().collect());
        let Some(request) = dice.pick(&tickets).and_then(|ticket| people::script(dice, ticket, number))
        else {
            return;
        };
        // Where the server is down, the program has nobody to write to.
        drop(self.port.answer(Sender::Script, request, Tricks::default()).await);
    }

    fn something_goes_wrong(&mut self) {
        let (dice, plan) = (&mut self.dice, &self.plan);
        let Some(&trouble) = dice.pick(&plan.troubles) else { return };
        let number = usize::try_from(dice.below(self.machines.len() as u64)).unwrap_or_default();
        let machine = &mut self.machines[number];
        self.trace.say(machine.user, || format!("trouble: {trouble:?}"));
        let later = match trouble {
            Trouble::Cut => {
                let ways = dice.below(3);
                machine.line.cut(Cut { up: ways != 1, down: ways != 2 });
                Later::Mend(number)
            }
            Trouble::SlowLine | Trouble::Losses | Trouble::Duplicates => {
                machine.line.ail(ills(trouble, dice));
                Later::Mend(number)
            }
            Trouble::Reset => return machine.line.reset(),
            Trouble::ConsoleCrash => {
                machine.crash(dice.chance(500));
                Later::SwitchOn(number)
            }
            Trouble::ClockJump => {
                let off = i64::try_from(dice.below(2 * CLOCK_OFF_MAX)).unwrap_or_default();
                let off = off - i64::try_from(CLOCK_OFF_MAX).unwrap_or_default();
                return machine.clock.set_off(SignedDuration::from_secs(off));
            }
            Trouble::FullDisk => {
                machine.disk.fill(true);
                Later::Empty(number)
            }
            Trouble::SlowDisk => {
                machine.disk.slow_down(true);
                Later::Quicken(number)
            }
            Trouble::ServerCrash => {
                self.server.crash();
                self.machines.iter().for_each(|machine| machine.line.reset());
                Later::StartServer
            }
            Trouble::ServerRestart => {
                self.server.stop();
                Later::StartServer
            }
        };
        let after = dice.millis(10, TROUBLE_MAX * 1000);
        self.agenda.insert((Instant::now() + after, self.acts), later);
    }

    fn comes_to_its_end(&mut self, later: Later) -> Result<()> {
        match later {
            Later::Mend(number) => {
                let line = &self.machines[number].line;
                line.cut(Cut::default());
                line.ail(Ills::default());
                if self.dice.chance(300) {
                    line.reset();
                }
            }
            Later::Empty(number) => self.machines[number].disk.fill(false),
            Later::Quicken(number) => self.machines[number].disk.slow_down(false),
            Later::SwitchOn(number) => self.machines[number].start()?,
            Later::StartServer => self.server.start(),
        }
        Ok(())
    }

    /// Everything is mended; everybody looks.
    async fn healing(&mut self) -> Result<()> {
        self.trace.say("world", || "heals".to_owned());
        self.agenda.clear();
        self.server.start();
        for machine in &mut self.machines {
            machine.line.cut(Cut::default());
            machine.line.ail(Ills::default());
            machine.disk.fill(false);
            machine.disk.slow_down(false);
            machine.clock.set_off(SignedDuration::ZERO);
            machine.start()?;
            machine.tell(Command::RetryLink);
        }
        let mended = Instant::now();
        while mended.elapsed() < LAST_WRITES {
            sleep(self.dice.millis(500, 3_000)).await;
            self.acts += 1;
            self.script_writes().await;
        }
        sleep_until(mended + LOOK_AT).await;
        for machine in &self.machines {
            machine.show_lines();
            for ticket in &self.tickets {
                machine.tell(Command::OpenTicket { ticket: ticket.clone() });
            }
        }
        sleep_until(mended + HEALED_WITHIN).await;
        self.judge.settled();
        Ok(())
    }

    fn end(self) -> Outcome {
        let (breaches, edits) = (self.judge.breaches(), self.judge.look(|seen| seen.truth.edits()));
        for breach in &breaches {
            self.trace.say("judge", || breach.to_string());
        }
        Outcome { breaches, fingerprint: self.trace.fingerprint(), lines: self.trace.lines(), edits }
    }
}
