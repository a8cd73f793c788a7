//! One subscription: from the end of the event log to what this caller may know of it (GS-4).
//!
//! Every event is asked about when it comes, and once more if it had to wait for its reader: who the key belongs to now, what
//! they may read now, and whether they could read the ticket all the time since it happened. If not, they are told that it happened and see the ticket as
//! it stands, but not what it was before.
//!
//! **Invariant:** an event is told, is not this caller's to know, or ends the subscription with a reason. None is skipped.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use async_graphql::Error;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use super::fault::{Fault, Why};
use super::limits::{ACCESS_CHECKED_EVERY, ANSWERS_WAITING, ASKED_JUST_NOW};
use super::news::News;
use super::schema::event::TicketEventType;
use super::tidings::Tidings;
use super::wish::Wish;
use crate::app::App;
use crate::gateways::bell::Bell;
use crate::gateways::tail::{Heard, Subscription};
use crate::http::problem::Problem;
use crate::store::events::Told;
use crate::store::witness::{Asked, Pass, Question, Sight, Witness};

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
    asks: Arc<Asks>,
    /// Rings when one of the two comes that seldom do: something of `heard`, or the time for a `check`.
    seldom: Bell,
    /// What happened before anybody knew what is wished for, and the end.
    heard: Subscription,
    /// What may be known of what happened since.
    answers: mpsc::Receiver<Box<Answer>>,
    /// What one domain event is in several words.
    waiting: VecDeque<News>,
    /// Rings when it is time to ask whether the ticket may still be read although nothing happens.
    check: Interval,
    /// When it was asked last what may be known.
    asked_at: Instant,
    /// The one ticket that was listened to is gone.
    is_gone: bool,
    /// Why nothing more comes than the answers that are left.
    end: Option<Error>,
}

/// What comes seldom.
enum Seldom {
    /// Something from before there was a herald, or the end.
    Heard(Option<Heard>),
    /// It is time to look whether the ticket may still be read.
    Check,
}

/// What is asked, and for whom.
struct Asks {
    app: App,
    pass: Arc<Pass>,
    wish: Wish,
}

/// What may be known of an event that is wished for.
struct Answer {
    tidings: Arc<Tidings>,
    asked_at: Instant,
    witness: crate::error::Result<Option<Witness>>,
}

impl Listener {
    pub(super) fn new(app: App, pass: Pass, heard: Subscription, wish: Wish) -> Self {
        let mut check = interval(ACCESS_CHECKED_EVERY);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let asks = Arc::new(Asks { app, pass: Arc::new(pass), wish });
        let (sender, answers) = mpsc::channel(ANSWERS_WAITING);
        let herald = Arc::clone(&asks);
        heard.has_herald(Box::new(move |told| herald.asks_of(told, &sender)));
        if let Some(tickets) = asks.wish.tickets() {
            heard.wants_everything(false);
            tickets.into_iter().for_each(|ticket| heard.wants_about(ticket));
        }
        let (waiting, asked_at) = (VecDeque::new(), Instant::now());
        let seldom = Bell::new();
        Self { asks, seldom, heard, answers, waiting, check, asked_at, is_gone: false, end: None }
    }

    /// The next event; an error ends it.
    pub(super) async fn next(&mut self) -> Option<Result<News, Error>> {
        loop {
            if let Some(news) = self.waiting.pop_front() {
                return Some(Ok(news));
            }
            if self.is_gone {
                return None;
            }
            let Self { asks, seldom, heard, answers, check, end, .. } = self;
            let comes_seldom = |context: &mut Context<'_>| {
                if end.is_none()
                    && let Poll::Ready(heard) = pin!(heard.next()).poll(context)
                {
                    return Poll::Ready(Seldom::Heard(heard));
                }
                if matches!(asks.wish, Wish::Ticket(_)) {
                    return check.poll_tick(context).map(|_| Seldom::Check);
                }
                Poll::Pending
            };
            let taken = tokio::select! {
                biased;
                // What was before goes first.
                came = seldom.hears(comes_seldom) => match came {
                    Seldom::Heard(heard) => self.take(heard).await,
                    Seldom::Check => self.still_there().await,
                },
                answer = answers.recv() => match answer {
                    Some(answer) => self.answered(*answer).await,
                    None => return self.end.take().map(Err),
                },
            };
            if let Err(end) = taken {
                return Some(Err(end.into()));
            }
        }
    }

    async fn take(&mut self, heard: Option<Heard>) -> Result<(), Problem> {
        match heard {
            Some(Heard::Told(told)) => {
                let tidings = self.asks.app.graph.newest().tidings(&told);
                if let Some(question) = self.asks.question(&tidings) {
                    let witness = self.ask(question).await?;
                    self.told(&tidings, witness)?;
                }
            }
            Some(Heard::Missed) => {
                let message =
                    "This subscriber was too slow and has missed events: read anew, and subscribe again";
                self.end = Some(Fault::new(Why::EventsMissed, message).into());
            }
            None => self.end = Some(Fault::new(Why::Stopping, "The server is stopping").into()),
        }
        Ok(())
    }

    async fn answered(&mut self, answer: Answer) -> Result<(), Problem> {
        let Answer { tidings, asked_at, witness } = answer;
        let witness = match self.asks.question(&tidings) {
            // It waited for its reader: who knows what they may know by now.
            Some(question) if asked_at.elapsed() > ASKED_JUST_NOW => self.ask(question).await?,
            _ => {
                self.asked_at = asked_at;
                open(witness?)?
            }
        };
        self.told(&tidings, witness)
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
        match &self.asks.wish {
            Wish::Ticket(ticket) => {
                let question = Arc::new(Question::about(ticket.clone()));
                Ok(Some(self.ask(question).await?.sight))
            }
            _ => Ok(None),
        }
    }

    async fn ask(&mut self, question: Arc<Question>) -> Result<Witness, Problem> {
        self.asked_at = Instant::now();
        open(self.asks.app.store.witness(self.asks.asked(question)).await?)
    }

    fn told(&mut self, tidings: &Arc<Tidings>, witness: Witness) -> Result<(), Problem> {
        let Witness { caller, sight, actor, .. } = witness;
        let wish = &self.asks.wish;
        let wanted = tidings.words.iter().enumerate().filter(|(_, happened)| wish.may_want(happened));
        for (part, happened) in wanted {
            if happened.is_internal && !caller.access.sees_internal_comments() {
                continue;
            }
            let seen = match &sight {
                Sight::Nothing if matches!(wish, Wish::Ticket(_)) => return Err(gone_from_sight()),
                Sight::Nothing => continue,
                Sight::Gone => {
                    let is_its_end = happened.word == TicketEventType::Deleted;
                    self.is_gone |= is_its_end && matches!(wish, Wish::Ticket(_));
                    None
                }
                Sight::Ticket(seen) if wish.wants(happened, &seen.ticket, (&caller.user, seen.ties)) => {
                    Some(Arc::clone(seen))
                }
                Sight::Ticket(_) => continue,
            };
            let (tidings, actor, caller) = (Arc::clone(tidings), actor.clone(), Arc::clone(&caller));
            self.waiting.push_back(News { tidings, part, actor, seen, caller });
        }
        Ok(())
    }
}

impl Asks {
    /// What has to be known of an event before it is told; nothing where nobody wishes for it.
    fn question(&self, tidings: &Tidings) -> Option<Arc<Question>> {
        let is_wanted = tidings.words.iter().any(|happened| self.wish.may_want(happened));
        tidings.question.clone().filter(|_| is_wanted)
    }

    fn asked(&self, question: Arc<Question>) -> Asked {
        Asked { pass: Arc::clone(&self.pass), question, ties: self.wish.asks_ties() }
    }

    /// Asks, so that the answer wakes whoever listens; `false` when they have no more room for it.
    fn asks_of(&self, told: &Arc<Told>, answers: &mpsc::Sender<Box<Answer>>) -> bool {
        let tidings = self.app.graph.newest().tidings(told);
        let Some(question) = self.question(&tidings) else { return true };
        let place = match answers.clone().try_reserve_owned() {
            Ok(place) => place,
            Err(error) => return !matches!(error, TrySendError::Full(_)),
        };
        let asked_at = Instant::now();
        self.app.store.witness_for(self.asked(question), move |witness| {
            place.send(Box::new(Answer { tidings, asked_at, witness }));
        });
        true
    }
}

/// What the owner of a key may know, if it still opens something.
fn open(witness: Option<Witness>) -> Result<Witness, Problem> {
    let witness = witness.ok_or_else(Problem::key_invalid)?;
    if witness.is_live { Ok(witness) } else { Err(Problem::live_updates_off()) }
}

fn gone_from_sight() -> Problem {
    Problem::not_found("Ticket not found")
}

#[cfg(test)]
mod tests;
