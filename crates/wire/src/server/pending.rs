//! A room that is not open yet: what its client said meanwhile is kept, within limits.
//!
//! **Invariant:** nothing is answered here, so who was not let in learns nothing.

use std::time::Duration;

use super::{Connection, Room, Token};
use crate::address::Address;
use crate::awareness;
use crate::error::CloseCode;
use crate::frame::{Auth, Body, Frame, Sync};
use crate::limits::REFUSED_REMEMBERED_MAX;

#[derive(Debug)]
pub(super) struct Pending {
    stage: Stage,
    since: Duration,
    queue: Vec<Vec<u8>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Frames came, but nobody has asked to come in.
    Queueing,
    /// The caller has been asked.
    Asking {
        /// With a provider's version.
        versioned: bool,
    },
}

impl Pending {
    pub(super) fn is_asking(&self) -> bool {
        matches!(self.stage, Stage::Asking { .. })
    }

    pub(super) fn is_versioned(&self) -> bool {
        matches!(self.stage, Stage::Asking { versioned: true })
    }
}

/// Whether this is all that is left of a room: 2.x says that nobody is there once more *after* its CLOSE.
fn is_farewell(body: &Body<'_>) -> bool {
    match body {
        Body::Close { .. } => true,
        Body::Awareness(update) => {
            awareness::decode(update).is_ok_and(|read| read.entries.iter().all(|entry| entry.state.is_none()))
        }
        _ => false,
    }
}

impl Connection {
    /// The first frame of an address.
    pub(super) fn hear_stranger(
        &mut self,
        now: Duration,
        frame: &Frame<'_>,
        bytes: &[u8],
    ) -> Result<(), CloseCode> {
        let asks = matches!(frame.body, Body::Auth(Auth::Token { .. }));
        if asks {
            self.refused.retain(|address| *address != frame.address);
        } else if is_farewell(&frame.body) || self.refused.contains(&frame.address) {
            return Ok(());
        }
        self.forget_silent(now);
        if self.pending >= self.limits.pending_rooms || self.rooms.len() >= self.limits.rooms {
            return Err(CloseCode::Reset);
        }
        let pending = Pending { stage: Stage::Queueing, since: now, queue: Vec::new() };
        self.rooms.insert(frame.address.clone(), Room::Pending(Box::new(pending)));
        self.pending += 1;
        self.hear_pending(frame, bytes)
    }

    /// A frame of an address that is not open yet.
    pub(super) fn hear_pending(&mut self, frame: &Frame<'_>, bytes: &[u8]) -> Result<(), CloseCode> {
        let Frame { address, body } = frame;
        let Some(Room::Pending(pending)) = self.rooms.get_mut(address) else { return Ok(()) };
        match (pending.stage, body) {
            (Stage::Queueing, Body::Auth(Auth::Token { token, provider_version })) => {
                pending.stage = Stage::Asking { versioned: provider_version.is_some() };
                self.ask(address, Some(Token::new(token)), provider_version.map(Into::into));
                return Ok(());
            }
            (Stage::Queueing, Body::Close { .. }) => {
                self.forget_pending(address);
                return Ok(());
            }
            // Providers send Auth before this, always: so there will be none.
            (Stage::Queueing, Body::Sync(Sync::Step1(_))) => {
                pending.stage = Stage::Asking { versioned: false };
                self.ask(address, None, None);
            }
            _ => {}
        }
        self.queue(address, bytes)
    }

    fn queue(&mut self, address: &Address, bytes: &[u8]) -> Result<(), CloseCode> {
        let Some(Room::Pending(pending)) = self.rooms.get_mut(address) else { return Ok(()) };
        pending.queue.push(bytes.to_vec());
        self.queued_frames += 1;
        self.queued_bytes += bytes.len();
        if self.queued_frames > self.limits.queued_frames || self.queued_bytes > self.limits.queued_bytes {
            return Err(CloseCode::Reset);
        }
        Ok(())
    }

    /// Removes a room that is not open, and gives back what was kept for it.
    pub(super) fn forget_pending(&mut self, address: &Address) -> Vec<Vec<u8>> {
        let Some(Room::Pending(pending)) = self.rooms.remove(address) else { return Vec::new() };
        self.pending -= 1;
        self.queued_frames -= pending.queue.len();
        self.queued_bytes -= pending.queue.iter().map(Vec::len).sum::<usize>();
        pending.queue
    }

    /// Remembers that this client was shown the door: what it said before it knew must not count as asking again.
    pub(super) fn refuse(&mut self, address: &Address) {
        if self.refused.len() >= REFUSED_REMEMBERED_MAX {
            self.refused.pop_front();
        }
        self.refused.push_back(address.clone());
    }

    /// Removes rooms in which something was said but nobody asked to come in, for so long that nobody will.
    fn forget_silent(&mut self, now: Duration) {
        if self.pending < self.limits.pending_rooms {
            return;
        }
        let forgotten = |room: &Room| match room {
            Room::Pending(pending) => {
                !pending.is_asking() && now.saturating_sub(pending.since) >= self.limits.hello_within
            }
            Room::Open { .. } => false,
        };
        let silent: Vec<_> = self
            .rooms
            .iter()
            .filter(|(_, room)| forgotten(room))
            .map(|(address, _)| address.clone())
            .collect();
        for address in silent {
            self.forget_pending(&address);
        }
    }
}
