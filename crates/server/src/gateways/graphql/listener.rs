//! One subscription: from the end of the event log to what this caller may know of it (GS-4).
//!
//! Every event is asked about when it is about to be told: who the key belongs to now, what they may read now, and whether
//! they could read the ticket all the time since it happened. If not, they are told that it happened and see the ticket as
//! it stands, but not what it was before.
//!
//! **Invariant:** an event is told, is not this caller's to know, or ends the subscription with a reason. None is skipped.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::Error;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use super::fault::{Fault, Why};
use super::limits::{ACCESS_CHECKED_EVERY, ASKED_JUST_NOW};
use super::news::News;
use super::schema::event::TicketEventType;
use super::wish::Wish;
use super::words;
use crate::app::App;
use crate::gateways::tail::{Heard, Subscription};
use crate::http::problem::Problem;
use crate::store::events::Told;
use crate::store::witness::{Pass, Question, Sight, Witness};

/// Hears what happens from the moment in which the operation came. The one thing that the operation asks for takes it, and
/// leaves whoever listens.
pub(super) struct Ear(Mutex<Heeds>);

enum Heeds {
    Nobody(Pass, Subscription),
    Taken,
    Listener(Box<Listener>),
}

impl Ear {
    pub(super) fn new(pass: Pass, heard: Subscription) -> Self {
        Self(Mutex::new(Heeds::Nobody(pass, heard)))
    }

    pub(super) fn take(&self) -> Option<(Pass, Subscription)> {
        let mut heeds = self.lock();
        match std::mem::replace(&mut *heeds, Heeds::Taken) {
            Heeds::Nobody(pass, heard) => Some((pass, heard)),
            other => {
                *heeds = other;
                None
            }
        }
    }

    pub(super) fn leave(&self, listener: Listener) {
        *self.lock() = Heeds::Listener(Box::new(listener));
    }

    /// Whoever listens, if the operation came to that.
    pub(super) fn listener(&self) -> Option<Box<Listener>> {
        match std::mem::replace(&mut *self.lock(), Heeds::Taken) {
            Heeds::Listener(listener) => Some(listener),
            Heeds::Nobody(..) | Heeds::Taken => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Heeds> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who listens.
pub(super) struct Listener {
    app: App,
    pass: Pass,
    heard: Subscription,
    wish: Wish,
    /// What one domain event is in several words.
    waiting: VecDeque<News>,
    /// Rings when it is time to ask whether the ticket may still be read although nothing happens.
    check: Interval,
    /// When it was asked last what may be known.
    asked_at: Instant,
    /// Nothing more can come.
    is_over: bool,
}

impl Listener {
    pub(super) fn new(app: App, pass: Pass, heard: Subscription, wish: Wish) -> Self {
        let mut check = interval(ACCESS_CHECKED_EVERY);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        if let Some(tickets) = wish.tickets() {
            heard.wants_everything(false);
            tickets.into_iter().for_each(|ticket| heard.wants_about(ticket));
        }
        Self {
            app,
            pass,
            heard,
            wish,
            waiting: VecDeque::new(),
            check,
            asked_at: Instant::now(),
            is_over: false,
        }
    }

    /// The next event; an error ends it.
    pub(super) async fn next(&mut self) -> Option<Result<News, Error>> {
        loop {
            if let Some(news) = self.waiting.pop_front() {
                return Some(Ok(news));
            }
            if self.is_over {
                return None;
            }
            let taken = tokio::select! {
                biased;
                heard = self.heard.next() => self.take(heard).await,
                _ = self.check.tick(), if matches!(self.wish, Wish::Ticket(_)) => {
                    self.still_there().await.map_err(Error::from)
                }
            };
            if let Err(end) = taken {
                return Some(Err(end));
            }
        }
    }

    async fn take(&mut self, heard: Option<Heard>) -> Result<(), Error> {
        match heard {
            Some(Heard::Told(told)) => Ok(self.told(&told).await?),
            Some(Heard::Missed) => {
                let message =
                    "This subscriber was too slow and has missed events: read anew, and subscribe again";
                Err(Fault::new(Why::EventsMissed, message).into())
            }
            None => Err(Fault::new(Why::Stopping, "The server is stopping").into()),
        }
    }

    /// Refuses to listen to one ticket that may not be read, or is not there.
    pub(super) async fn begin(&mut self) -> Result<(), Problem> {
        match self.sight().await? {
            Some(Sight::Nothing | Sight::Gone) => Err(gone_from_sight()),
            Some(Sight::Ticket(_)) | None => Ok(()),
        }
    }

    /// Whether the one ticket that is listened to may still be read. That it is gone is told by its event.
    async fn still_there(&mut self) -> Result<(), Problem> {
        if self.asked_at.elapsed() < ASKED_JUST_NOW {
            return Ok(());
        }
        match self.sight().await? {
            Some(Sight::Nothing) => Err(gone_from_sight()),
            Some(Sight::Gone | Sight::Ticket(_)) | None => Ok(()),
        }
    }

    /// What may be known now of the one ticket that is listened to, if it is one.
    async fn sight(&mut self) -> Result<Option<Sight>, Problem> {
        match &self.wish {
            Wish::Ticket(ticket) => Ok(Some(self.ask(Question::about(ticket.clone())).await?.sight)),
            _ => Ok(None),
        }
    }

    async fn ask(&mut self, question: Question) -> Result<Witness, Problem> {
        self.asked_at = Instant::now();
        let witness = self.app.store.witness(&self.pass, question).await?;
        let witness = witness.ok_or_else(Problem::key_invalid)?;
        if witness.is_live { Ok(witness) } else { Err(Problem::live_updates_off()) }
    }

    async fn told(&mut self, told: &Arc<Told>) -> Result<(), Problem> {
        for (part, happened) in words::of(told).into_iter().enumerate() {
            if !self.wish.may_want(&happened) {
                continue;
            }
            let question = Question {
                ticket: happened.ticket.clone(),
                since: Some(told.occurred_at),
                comment: happened.comment.clone(),
                actor: told.actor.clone(),
                ties: self.wish.asks_ties(),
            };
            let Witness { caller, sight, actor, .. } = self.ask(question).await?;
            if happened.is_internal && !caller.access.sees_internal_comments() {
                continue;
            }
            let seen = match sight {
                Sight::Nothing if matches!(self.wish, Wish::Ticket(_)) => return Err(gone_from_sight()),
                Sight::Nothing => continue,
                Sight::Gone => {
                    let is_its_end = happened.word == TicketEventType::Deleted;
                    self.is_over |= is_its_end && matches!(self.wish, Wish::Ticket(_));
                    None
                }
                Sight::Ticket(seen) => {
                    if !self.wish.wants(&happened, &seen.ticket, (&caller.user, seen.ties)) {
                        continue;
                    }
                    Some(*seen)
                }
            };
            self.waiting.push_back(News { told: Arc::clone(told), part, happened, actor, seen, caller });
        }
        Ok(())
    }
}

fn gone_from_sight() -> Problem {
    Problem::not_found("Ticket not found")
}

#[cfg(test)]
mod tests;
