//! One client: what it listens to, and what is said to it.
//!
//! **Invariant:** whatever is said on a channel was checked against what its listener may read at that moment.

use std::sync::Arc;

use callboard_model::{TenantId, TicketId, UserId};
use serde_json::{Value as Json, json};
use tokio::time::{Instant, sleep_until};

use super::frame::Said;
use super::limits::{ACCESS_CHECKED_EVERY, BOARD_TICKETS_MAX, CHANNELS_PER_SOCKET};
use super::listener::Listener;
use super::name::Channel;
use super::proof::Grant;
use super::told_of::{left_board, record};
use super::{Channels, NOT_FOR_YOU, frame as say};
use crate::auth::{Caller, Placement};
use crate::error::Result;
use crate::gateways::crowd::Seat;
use crate::gateways::tail::Heard;
use crate::store::events::Told;
use crate::store::records::{Glimpse, Kind, RecordVersion};

/// Events of a record and of a board's tickets.
const RECORD_UPDATED: &str = "record.updated";
const TASK_UPDATED: &str = "task.updated";
/// So much of a name is told, in characters: with it a message stays under 1 KiB (RB-2).
const NAME_MAX: usize = 100;
/// Why somebody does not hear of a record or a board any more.
const OUT_OF_SIGHT: &str = "It is gone, or out of your sight";
/// Why somebody does not hear of anything any more.
const PUT_OUT: &str = "Your key opens nothing any more, or live updates are switched off";

/// One client.
pub(super) struct Visit {
    channels: Channels,
    seat: Seat,
    socket: String,
    /// Whose socket it became with its first subscription.
    person: Option<(TenantId, UserId)>,
    listener: Option<Listener>,
}

/// What comes next for a client.
pub(super) enum Next {
    /// This was told.
    Told(Arc<Told>),
    /// Something is due.
    Due,
    /// It could not keep up, or the log does not reach back: it has to begin anew.
    Lost,
}

impl Visit {
    pub(super) fn new(channels: Channels, seat: Seat, socket: String) -> Self {
        Self { channels, seat, socket, person: None, listener: None }
    }

    /// Waits for what comes next. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Next {
        let Some(listener) = &mut self.listener else { return std::future::pending().await };
        let due = listener.gathered_until.unwrap_or(listener.check_at).min(listener.check_at);
        tokio::select! {
            biased;
            heard = listener.events.next() => match heard {
                Some(Heard::Told(told)) => Next::Told(told),
                Some(Heard::Missed) | None => Next::Lost,
            },
            () = sleep_until(due) => Next::Due,
        }
    }

    /// Takes in what the client said, and answers.
    pub(super) async fn said(&mut self, said: Said) -> Result<Vec<String>> {
        Ok(match said {
            Said::Ping => vec![say::pong()],
            Said::Pong => Vec::new(),
            Said::Speech => vec![say::error(4301, "Clients do not speak to each other here")],
            Said::Unsubscribe { channel } => {
                if let (Some(listener), Some(channel)) = (&mut self.listener, Channel::from_name(&channel)) {
                    listener.forget(&channel);
                }
                Vec::new()
            }
            Said::Subscribe { channel, auth, data } => {
                vec![match self.subscribe(&channel, (&auth, &data)).await? {
                    None => say::subscribed(&channel),
                    Some(why) => self.channels.refuse(&channel, why),
                }]
            }
        })
    }

    /// Listens from now on; or says why not.
    async fn subscribe(&mut self, name: &str, proof: (&str, &str)) -> Result<Option<&'static str>> {
        let shared = &self.channels.0;
        let Some(channel) = Channel::from_name(name) else { return Ok(Some(NOT_FOR_YOU)) };
        let granted = shared.proofs.check(proof, &self.socket, &channel, shared.store.now());
        let Some(grant) = granted else { return Ok(Some(NOT_FOR_YOU)) };
        let person = (grant.tenant.clone(), grant.user.clone());
        if self.person.as_ref().is_some_and(|whose| *whose != person) {
            return Ok(Some("A socket is one person's"));
        }
        let is_full = |listener: &Listener| {
            listener.names.len() >= CHANNELS_PER_SOCKET && !listener.names.contains_key(&channel)
        };
        if self.listener.as_ref().is_some_and(is_full) {
            return Ok(Some("Too many channels on one socket: leave some"));
        }
        let Some(caller) = self.channels.caller(&grant).await? else { return Ok(Some(PUT_OUT)) };
        if self.person.is_none() {
            if !self.seat.is_for(&caller) {
                return Ok(Some("Too many sockets of one person: close some"));
            }
            self.person = Some(person);
        }
        // Listening begins before the question, so that a change in between is not missed.
        let listener = match &mut self.listener {
            Some(listener) => listener,
            none => none.insert(Listener::new(shared.tail.subscribe(&grant.tenant).await?, &grant, &caller)),
        };
        listener.grant = grant;
        if !listener.names.contains_key(&channel) {
            listener.hear(channel.clone(), shared.crowd.subscribes());
        }
        if !self.channels.admits(&caller, &channel).await? {
            listener.forget(&channel);
            return Ok(Some(NOT_FOR_YOU));
        }
        Ok(None)
    }

    /// What is to be said of an event.
    pub(super) async fn told(&mut self, told: &Told) -> Result<Vec<String>> {
        let Some(listener) = &mut self.listener else { return Ok(Vec::new()) };
        let Some((kind, id)) = record(told) else { return Ok(Vec::new()) };
        let is_own = told.socket.as_ref().is_some_and(|socket| socket.as_str() == self.socket);
        let left = left_board(told).filter(|_| listener.has_boards() && !is_own);
        let is_new = listener.once.is_new(told, (kind, &id));
        let channel = Channel::Record(kind, id);
        let wants_record = is_new && !is_own && listener.names.contains_key(&channel);
        let wants_board = is_new && !is_own && kind == Kind::Ticket && listener.has_boards();
        let Channel::Record(_, id) = &channel else { return Ok(Vec::new()) };
        if !wants_record && !wants_board && left.is_none() {
            return Ok(Vec::new());
        }
        let glimpse = self.channels.glimpse(&listener.grant, kind, id.clone()).await?;
        let Some(glimpse) = glimpse else { return Ok(self.put_out()) };
        if let Some(place) = glimpse.place {
            let was = left.map(|board| Placement { board: Some(board), client: place.client.clone() });
            for place in [was, Some(place).filter(|_| wants_board)].into_iter().flatten() {
                listener.gather(&glimpse.caller.access, place, id.as_str().into());
            }
        }
        Ok(match glimpse.version {
            _ if !wants_record => Vec::new(),
            Some(version) => vec![self.updated(told, &channel, &version)],
            // There is nothing more to hear.
            None => {
                listener.forget(&channel);
                vec![self.channels.refuse(&channel.to_string(), OUT_OF_SIGHT)]
            }
        })
    }

    fn updated(&self, told: &Told, channel: &Channel, version: &RecordVersion) -> String {
        let (kind, id) = match channel {
            Channel::Record(kind, id) => (kind.name(), id.as_str()),
            Channel::Board(board) => ("board", board.as_str()),
        };
        let name =
            version.updated_by_name.as_ref().map(|name| name.chars().take(NAME_MAX).collect::<String>());
        let data = json!({
            "tenant_id": told.tenant,
            "record_type": kind,
            "record_id": id,
            "updated_at_iso": told.occurred_at,
            "updated_by_id": told.actor,
            "updated_by_name": name,
            "tab_id": told.origin,
            "version": version.version,
        });
        self.channels.event(RECORD_UPDATED, channel, &data)
    }

    /// What is due: the boards' news, and whether everybody may still be here.
    pub(super) async fn due(&mut self) -> Result<Vec<String>> {
        let now = Instant::now();
        let Some(listener) = &mut self.listener else { return Ok(Vec::new()) };
        let is_told = listener.gathered_until.is_some_and(|until| until <= now);
        let mut said = Vec::new();
        if is_told || listener.check_at <= now {
            listener.check_at = now + ACCESS_CHECKED_EVERY;
            said = self.check().await?;
        }
        let Some(listener) = &mut self.listener else { return Ok(said) };
        if is_told {
            listener.gathered_until = None;
            for (board, tickets) in std::mem::take(&mut listener.gathered) {
                let has_more = tickets.len() > BOARD_TICKETS_MAX;
                let named: Vec<TicketId> = tickets.into_iter().take(BOARD_TICKETS_MAX).collect();
                let data: Json = json!({
                    "tenant_id": listener.grant.tenant,
                    "board_id": board,
                    "ticket_ids": named,
                    "has_more": has_more,
                });
                said.push(self.channels.event(TASK_UPDATED, &Channel::Board(board), &data));
            }
        }
        Ok(said)
    }

    /// Puts the listener out of whatever they may not listen to any more.
    async fn check(&mut self) -> Result<Vec<String>> {
        let Some(listener) = &mut self.listener else { return Ok(Vec::new()) };
        let Some(caller) = self.channels.caller(&listener.grant).await? else {
            return Ok(self.put_out());
        };
        if caller == listener.caller {
            return Ok(Vec::new());
        }
        listener.caller = caller;
        let mut said = Vec::new();
        for channel in listener.names.keys().cloned().collect::<Vec<_>>() {
            if !self.channels.admits(&listener.caller, &channel).await? {
                listener.forget(&channel);
                said.push(self.channels.refuse(&channel.to_string(), OUT_OF_SIGHT));
            }
        }
        Ok(said)
    }

    /// Out of everything.
    fn put_out(&mut self) -> Vec<String> {
        let names = self.listener.take().map(|listener| listener.names).unwrap_or_default();
        names.into_keys().map(|channel| self.channels.refuse(&channel.to_string(), PUT_OUT)).collect()
    }
}

impl Channels {
    /// The person as they stand now; nobody if they are gone, if a key of theirs was taken away since they came, or while
    /// their company has switched the live layer off (LT-20).
    async fn caller(&self, grant: &Grant) -> Result<Option<Caller>> {
        let found = self.0.store.callers(&grant.tenant, vec![grant.user.clone()]).await?;
        Ok(found.into_values().next().filter(|caller| grant.holds_for(caller)))
    }

    async fn glimpse(&self, grant: &Grant, kind: Kind, id: String) -> Result<Option<Glimpse>> {
        let found = self.0.store.glimpse((&grant.tenant, &grant.user), kind, id).await?;
        Ok(found.filter(|glimpse| grant.holds_for(&glimpse.caller)))
    }

    /// An event, counted.
    fn event(&self, name: &str, channel: &Channel, data: &Json) -> String {
        self.0.crowd.delivered();
        say::event(name, &channel.to_string(), data)
    }

    /// A refusal, counted.
    fn refuse(&self, channel: &str, why: &str) -> String {
        self.0.crowd.refused();
        say::refused(channel, why)
    }
}

#[cfg(test)]
mod tests;
