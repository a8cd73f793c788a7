//! One console's line to the server.
//!
//! **Invariant:** what a line does depends on its own dice and on what the world did to it, and on nobody else's traffic.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

use crate::dice::Dice;
use crate::net::pipe::Pipe;
use crate::trace::Trace;

/// The longest that a healthy line takes for anything, in milliseconds.
const USUAL_MAX: u64 = 40;
/// The longest that a bad line takes, in milliseconds.
const BAD_MAX: u64 = 2_500;

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the console to the server.
    Up,
    /// From the server to the console.
    Down,
}

/// Which directions nothing gets through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// To the server.
    pub up: bool,
    /// To the console.
    pub down: bool,
}

impl Cut {
    fn is(self, way: Way) -> bool {
        match way {
            Way::Up => self.up,
            Way::Down => self.down,
        }
    }
}

/// What else is wrong with a line, in times of a thousand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ills {
    /// An answer gets lost on its way: the server did it, and nobody hears.
    pub lost_answers: u64,
    /// A request gets lost on its way.
    pub lost_requests: u64,
    /// A request is sent twice by something between.
    pub duplicates: u64,
    /// Things take long.
    pub is_slow: bool,
}

/// What the world may do wrong on purpose, to see that it is noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tricks {
    /// The idempotency key is taken off every request.
    pub drops_keys: bool,
    /// The version on which an edit was chosen is taken off, so that the server sees no clash.
    pub hides_clashes: bool,
    /// That the first ticket has changed is said in no room that the console is in.
    pub forgets_ticket: bool,
}

/// A line. It belongs to a machine, so it outlives a crash of the console on it.
pub struct Line {
    /// Whose.
    pub name: String,
    /// The story.
    pub trace: Trace,
    /// What is done wrong on purpose.
    pub tricks: Tricks,
    /// Wakes who waits for the line, in the order in which they came.
    mended: Notify,
    state: Mutex<State>,
}

struct State {
    dice: Dice,
    cut: Cut,
    ills: Ills,
    pipes: Vec<Weak<Pipe>>,
}

impl Line {
    /// A healthy line.
    #[must_use]
    pub fn new(name: &str, trace: Trace, dice: Dice, tricks: Tricks) -> Arc<Self> {
        let state = State { dice, cut: Cut::default(), ills: Ills::default(), pipes: Vec::new() };
        let (name, mended) = (name.to_owned(), Notify::new());
        Arc::new(Self { name, trace, tricks, mended, state: Mutex::new(state) })
    }

    /// Cuts it, wholly or one way, or mends it.
    pub fn cut(&self, cut: Cut) {
        self.trace.say(&self.name, || format!("line: {cut:?}"));
        self.state().cut = cut;
        self.mended.notify_waiters();
        self.pipes().iter().for_each(|pipe| pipe.wake());
    }

    /// Something else is wrong with it now, or nothing any more.
    pub fn ail(&self, ills: Ills) {
        self.trace.say(&self.name, || format!("line: {ills:?}"));
        self.state().ills = ills;
    }

    /// Every stream breaks, and both ends are told.
    pub fn reset(&self) {
        self.pipes().iter().for_each(|pipe| pipe.kill());
        self.state().pipes.clear();
    }

    /// The console is gone without a word: what it might still say is not sent, and nobody is told.
    pub fn fall_silent(&self) {
        self.pipes().iter().for_each(|pipe| pipe.mute());
        self.state().pipes.clear();
    }

    /// Whether nothing gets through in this direction.
    pub(super) fn is_cut(&self, way: Way) -> bool {
        self.state().cut.is(way)
    }

    /// How long something takes that is sent now.
    pub(super) fn latency(&self) -> Duration {
        let state = &mut *self.state();
        let most = if state.ills.is_slow { BAD_MAX } else { USUAL_MAX };
        state.dice.millis(1, most)
    }

    /// Goes over the line once: takes its time, and waits for as long as it is cut.
    pub(super) async fn travel(&self, way: Way) {
        sleep(self.latency()).await;
        loop {
            let mended = self.mended.notified();
            if !self.is_cut(way) {
                return;
            }
            mended.await;
        }
    }

    /// Draws what becomes of one request.
    pub(super) fn fate(&self) -> Fate {
        let state = &mut *self.state();
        let Ills { lost_answers, lost_requests, duplicates, .. } = state.ills;
        Fate {
            is_lost: state.dice.chance(lost_requests),
            answer_is_lost: state.dice.chance(lost_answers),
            again_after: state.dice.chance(duplicates).then(|| state.dice.millis(1, 8_000)),
        }
    }

    pub(super) fn carry(&self, pipe: &Arc<Pipe>) {
        let mut state = self.state();
        state.pipes.retain(|known| known.strong_count() > 0);
        state.pipes.push(Arc::downgrade(pipe));
    }

    fn pipes(&self) -> Vec<Arc<Pipe>> {
        self.state().pipes.iter().filter_map(Weak::upgrade).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What becomes of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fate {
    pub(super) is_lost: bool,
    pub(super) answer_is_lost: bool,
    pub(super) again_after: Option<Duration>,
}
