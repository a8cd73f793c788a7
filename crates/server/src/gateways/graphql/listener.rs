//! One subscription: from the end of the event log to what this caller may know of it (GS-4).
//!
//! Every event is asked about when it is about to be told: who the key belongs to now, what they may read now, and whether
//! they could read the ticket all the time since it happened. If not, they are told that it happened and see the ticket as
//! it stands, but not what it was before.
//!
//! **Invariant:** an event is told, is not this caller's to know, or ends the subscription with a reason. None is skipped.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use async_graphql::{Error, Json};
use serde_json::{Map, Value, json};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::fault::{Fault, Why};
use super::limits::ACCESS_CHECKED_EVERY;
use super::schema::event::{SupportTicketEvent, TicketEventType};
use super::schema::query::SupportUser;
use super::wish::Wish;
use super::words::{self, Happened};
use crate::app::App;
use crate::gateways::tail::{Heard, Subscription};
use crate::http::problem::Problem;
use crate::store::events::Told;
use crate::store::witness::{Pass, Question, Seen, Sight, Witness};

/// Hears what happens from the moment in which the operation came; taken by the one thing that the operation asks for.
pub(super) struct Ear(Mutex<Option<(Pass, Subscription)>>);

impl Ear {
    pub(super) fn new(pass: Pass, heard: Subscription) -> Self {
        Self(Mutex::new(Some((pass, heard))))
    }

    pub(super) fn take(&self) -> Option<(Pass, Subscription)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Somebody who listens.
pub(super) struct Listener {
    app: App,
    pass: Pass,
    heard: Subscription,
    wish: Wish,
    /// What one domain event is in several words.
    waiting: VecDeque<SupportTicketEvent>,
    /// Rings when it is time to ask whether the ticket may still be read although nothing happens.
    check: Interval,
    /// Nothing more can come.
    is_over: bool,
}

impl Listener {
    pub(super) fn new(app: App, pass: Pass, heard: Subscription, wish: Wish) -> Self {
        let mut check = interval(ACCESS_CHECKED_EVERY);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        if let Some(wants) = wish.wakes() {
            heard.only(wants);
        }
        Self { app, pass, heard, wish, waiting: VecDeque::new(), check, is_over: false }
    }

    /// The next event; an error ends it.
    pub(super) async fn next(&mut self) -> Option<Result<SupportTicketEvent, Error>> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(Ok(event));
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
    pub(super) async fn begin(&self) -> Result<(), Problem> {
        match self.sight().await? {
            Some(Sight::Nothing | Sight::Gone) => Err(gone_from_sight()),
            Some(Sight::Ticket(_)) | None => Ok(()),
        }
    }

    /// Whether the one ticket that is listened to may still be read. That it is gone is told by its event.
    async fn still_there(&self) -> Result<(), Problem> {
        match self.sight().await? {
            Some(Sight::Nothing) => Err(gone_from_sight()),
            Some(Sight::Gone | Sight::Ticket(_)) | None => Ok(()),
        }
    }

    /// What may be known now of the one ticket that is listened to, if it is one.
    async fn sight(&self) -> Result<Option<Sight>, Problem> {
        match &self.wish {
            Wish::Ticket(ticket) => Ok(Some(self.ask(Question::about(ticket.clone())).await?.sight)),
            _ => Ok(None),
        }
    }

    async fn ask(&self, question: Question) -> Result<Witness, Problem> {
        let witness = self.app.store.witness(&self.pass, question).await?;
        let witness = witness.ok_or_else(Problem::key_invalid)?;
        if witness.is_live { Ok(witness) } else { Err(Problem::live_updates_off()) }
    }

    async fn told(&mut self, told: &Told) -> Result<(), Problem> {
        for happened in words::of(told) {
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
            let by = told
                .actor
                .as_ref()
                .map(|id| SupportUser::of(id.as_str(), actor.map(|name| name.to_string())));
            match sight {
                Sight::Nothing if matches!(self.wish, Wish::Ticket(_)) => return Err(gone_from_sight()),
                Sight::Nothing => {}
                Sight::Gone => {
                    let is_its_end = happened.word == TicketEventType::Deleted;
                    self.is_over |= is_its_end && matches!(self.wish, Wish::Ticket(_));
                    self.waiting.push_back(event(told, happened, by, None));
                }
                Sight::Ticket(seen) => {
                    if self.wish.wants(&happened, &seen.ticket, (&caller.user, seen.ties)) {
                        self.waiting.push_back(event(told, happened, by, Some(*seen)));
                    }
                }
            }
        }
        Ok(())
    }
}

fn gone_from_sight() -> Problem {
    Problem::not_found("Ticket not found")
}

/// As it is told. Without a ticket, and to somebody who could not read it all along, without what it was.
fn event(told: &Told, happened: Happened, by: Option<SupportUser>, seen: Option<Seen>) -> SupportTicketEvent {
    let (ticket, comment, all_along) = match seen {
        Some(seen) => (Some(seen.ticket), seen.comment, seen.all_along),
        None => (None, None, false),
    };
    let changes = if all_along { happened.changes } else { Vec::new() };
    let previous: Map<String, Value> = changes
        .iter()
        .map(|change| {
            (change.field.clone(), change.old_value.as_ref().map_or(Value::Null, |value| value.0.clone()))
        })
        .collect();
    SupportTicketEvent {
        event_type: happened.word,
        ticket_id: happened.ticket.as_str().into(),
        ticket: ticket.map(Into::into),
        previous_state: (!previous.is_empty()).then_some(Json(previous)),
        triggered_by: by,
        timestamp: told.occurred_at.into(),
        metadata: Json(metadata(told)),
        comment: comment.map(Into::into),
        changes,
    }
}

fn metadata(told: &Told) -> Map<String, Value> {
    let said = [
        ("eventId", json!(told.event_id)),
        ("seq", json!(told.seq)),
        ("source", json!(told.event_type)),
        ("changeId", json!(told.change)),
        ("originSession", json!(told.origin)),
        ("simulated", json!(told.simulated)),
    ];
    said.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests;
