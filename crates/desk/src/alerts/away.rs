//! The time in which nothing reached us, and what came of it at once when it ended: one summary (CO-17).
//!
//! An absence begins when something is to be caught up with, or when the machine slept, and ends when all of it is here.
//! A short one with little in it is told as if it had come live.
//!
//! **Invariant:** of an absence there is one summary or none, and everything that happened in it is in the record.

use std::collections::BTreeSet;
use std::time::Duration;

use callboard_model::TicketId;

use super::digest::Digest;
use super::news::{BUNDLE_MAX, Judged};
use crate::bridge::SoundClass;

/// An absence of this length is a long one, whatever happened in it.
pub const LONG_ABSENCE_MS: i64 = 60_000;

/// The most tickets of a short absence that are told one by one.
pub const TOLD_APART_MAX: usize = 3;

/// The clocks of this machine have moved apart by so much between two events: it slept.
pub const SLEPT_MS: i64 = 60_000;

/// After waking, the link has so long to notice that it is dead; if it is not, nothing was missed.
pub const NOTICE: Duration = Duration::from_secs(45);

/// An absence ends after so long whatever is still missing; what comes later is another one.
pub const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// Once the changes are listed, the tickets have so long to come; what comes later is told live.
pub const SETTLES: Duration = Duration::from_secs(15);

/// How far the console is with what it missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missed {
    /// Nothing: what happens reaches us, or nothing can.
    Nothing,
    /// The list of it is read, or cannot be.
    Listing,
    /// The tickets that it names are fetched.
    Fetching,
}

/// The time in which nothing reached us.
#[derive(Debug)]
pub(crate) struct Away {
    /// Since when, by this machine's clock in milliseconds.
    since: i64,
    /// When the machine woke, as long as it is not known whether anything was missed.
    woke_at: Option<Duration>,
    /// Since when what was missed is listed.
    listing_since: Option<Duration>,
    /// Since when only tickets are missing.
    listed_at: Option<Duration>,
    /// What happened, as long as it is little.
    held: Vec<Judged>,
    tickets: BTreeSet<TicketId>,
    digest: Digest,
    /// It is too much to be held, and goes into the summary as it comes.
    is_much: bool,
    overflowed: Vec<Judged>,
    sound: Option<SoundClass>,
}

/// What an absence leaves to be told.
#[derive(Debug)]
pub(crate) enum Told {
    /// Little: as if it had come live.
    Apart(Vec<Judged>),
    /// One summary of it, and one sound; what was held is told in it.
    Summed(Digest, Option<SoundClass>, Vec<Judged>),
}

impl Away {
    /// Nothing reached us since then.
    pub(crate) fn since(since: i64) -> Self {
        Self {
            since,
            woke_at: None,
            listing_since: None,
            listed_at: None,
            held: Vec::new(),
            tickets: BTreeSet::new(),
            digest: Digest { is_of_absence: true, ..Digest::default() },
            is_much: false,
            overflowed: Vec::new(),
            sound: None,
        }
    }

    /// The machine woke: the link may not know yet that it is dead.
    pub(crate) fn woke(&mut self, now: Duration) {
        self.woke_at = Some(now);
    }

    /// Something happened meanwhile. What cannot be told apart any more comes back with [`Self::overflow`].
    pub(crate) fn hold(&mut self, judged: Judged) {
        self.sound = self.sound.max(judged.verdict.sound);
        if let Some(ticket) = judged.news.ticket().filter(|_| self.tickets.len() <= TOLD_APART_MAX) {
            self.tickets.insert(ticket.clone());
        }
        self.digest.add(&judged);
        self.held.push(judged);
        self.is_much |= self.tickets.len() > TOLD_APART_MAX || self.held.len() >= BUNDLE_MAX;
        if self.is_much {
            self.overflowed.append(&mut self.held);
        }
    }

    /// A ticket was read meanwhile: nobody is called to it. What of it is in the summary already stays a number there.
    pub(crate) fn read(&mut self, ticket: &TicketId) -> Vec<Judged> {
        self.digest.tickets.remove(ticket);
        let is_read = |judged: &mut Judged| judged.news.ticket() == Some(ticket);
        let read: Vec<Judged> = self.held.extract_if(.., is_read).collect();
        if !self.is_much && !read.is_empty() {
            self.tickets.remove(ticket);
            let of_absence = Digest { is_of_absence: true, ..Digest::default() };
            self.digest = self.held.iter().fold(of_absence, |mut digest, judged| {
                digest.add(judged);
                digest
            });
        }
        read
    }

    /// What went into the summary for good.
    pub(crate) fn overflow(&mut self) -> Vec<Judged> {
        std::mem::take(&mut self.overflowed)
    }

    /// Whether the absence is over. `is_well`: as far as the link knows, everything reaches us.
    pub(crate) fn is_over(&mut self, missed: Missed, is_well: bool, now: Duration) -> bool {
        match missed {
            Missed::Listing => {
                // Whatever was feared, it is being caught up with.
                (self.woke_at, self.listed_at) = (None, None);
                now >= *self.listing_since.get_or_insert(now) + PATIENCE
            }
            Missed::Fetching => now >= *self.listed_at.get_or_insert(now) + SETTLES,
            Missed::Nothing => {
                let patience = if is_well { NOTICE } else { PATIENCE };
                self.woke_at.is_none_or(|woke| now >= woke + patience)
            }
        }
    }

    /// When it may be over without anything happening.
    pub(crate) fn next(&self, now: Duration) -> Option<Duration> {
        let woke = self.woke_at.map(|at| if now < at + NOTICE { at + NOTICE } else { at + PATIENCE });
        let listed = self.listed_at.map(|at| at + SETTLES);
        woke.or(listed).or(self.listing_since.map(|at| at + PATIENCE))
    }

    /// What is held, when nobody will be told any more.
    pub(crate) fn into_held(self) -> Vec<Judged> {
        self.held
    }

    /// What there is to tell at its end.
    pub(crate) fn told(self, wall: i64) -> Option<Told> {
        if self.held.is_empty() && !self.is_much {
            return None;
        }
        let is_long = wall.saturating_sub(self.since) >= LONG_ABSENCE_MS;
        // That the link is back is no change to be counted.
        Some(if self.is_much || (is_long && self.digest.changes > 0) {
            Told::Summed(self.digest, self.sound, self.held)
        } else {
            Told::Apart(self.held)
        })
    }
}
