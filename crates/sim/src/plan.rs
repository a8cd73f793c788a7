//! What kind of world a seed makes: how many people, how long, and what goes wrong in it.
//!
//! Each kind of trouble is there or not by the toss of a coin, so that rare combinations get worlds of their own and no
//! trouble hides another.
//!
//! **Invariant:** a seed is its plan; nothing else decides what a world is like.

use std::time::Duration;

use crate::dice::Dice;
use crate::net::line::{Ills, Tricks};

/// A kind of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// A line is cut, wholly or one way.
    Cut,
    /// All streams of a line break.
    Reset,
    /// A console loses power.
    ConsoleCrash,
    /// The server loses power.
    ServerCrash,
    /// The server is stopped and started.
    ServerRestart,
    /// Somebody sets a console's clock.
    ClockJump,
    /// A console's disk is full.
    FullDisk,
    /// A console's disk is slow.
    SlowDisk,
    /// A console's line takes long.
    SlowLine,
    /// Requests and answers of a line get lost.
    Losses,
    /// Requests of a line come twice.
    Duplicates,
}

const ALL: [Trouble; 11] = [
    Trouble::Cut,
    Trouble::Reset,
    Trouble::ConsoleCrash,
    Trouble::ServerCrash,
    Trouble::ServerRestart,
    Trouble::ClockJump,
    Trouble::FullDisk,
    Trouble::SlowDisk,
    Trouble::SlowLine,
    Trouble::Losses,
    Trouble::Duplicates,
];

/// What is done wrong on purpose, so that it can be seen that it is noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sabotage {
    /// On the lines.
    pub lines: Tricks,
    /// Disks say that they have what they were given, and have not.
    pub disks_forget: bool,
}

/// The plan of one world.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The seed.
    pub seed: u64,
    /// Consoles.
    pub consoles: usize,
    /// Tickets.
    pub tickets: u64,
    /// How long people work and things go wrong.
    pub trouble_for: Duration,
    /// The longest pause between two things that people do, in milliseconds.
    pub pause_max: u64,
    /// What goes wrong.
    pub troubles: Vec<Trouble>,
    /// How often something goes wrong, of a thousand things that happen.
    pub trouble_rate: u64,
}

impl Plan {
    /// The plan of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let dice = &mut Dice::of(seed, "plan");
        Self {
            seed,
            consoles: usize::try_from(dice.between(2, 4)).unwrap_or(2),
            tickets: dice.between(1, 6),
            trouble_for: Duration::from_secs(dice.between(20, 120)),
            pause_max: dice.between(300, 2_000),
            troubles: ALL.into_iter().filter(|_| dice.chance(400)).collect(),
            trouble_rate: dice.between(20, 150),
        }
    }
}

/// How a line ails that loses or doubles things.
#[must_use]
pub fn ills(trouble: Trouble, dice: &mut Dice) -> Ills {
    let rate = dice.between(50, 400);
    match trouble {
        Trouble::Losses => Ills { lost_answers: rate, lost_requests: rate / 4, ..Ills::default() },
        Trouble::Duplicates => Ills { duplicates: rate, ..Ills::default() },
        Trouble::SlowLine => Ills { is_slow: true, ..Ills::default() },
        _ => Ills::default(),
    }
}
