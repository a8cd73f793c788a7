//! What a client makes of what the server says.
//!
//! **Invariant:** a frame of a room we are not in, and a message nobody knows, changes nothing.

use std::time::Duration;

use super::room::{Room, Stage};
use super::{Client, ClientEvent};
use crate::address::Address;
use crate::awareness;
use crate::error::WireError;
use crate::frame::{self, Auth, Body, Direction, EMPTY_UPDATE, Frame, Packet, Scope, Sync};
use crate::limits::BACKLOG_MAX;

impl Client {
    /// Takes in one binary message. On an error the caller should drop the socket: what follows cannot be trusted.
    pub fn received(&mut self, now: Duration, bytes: &[u8]) -> Result<(), WireError> {
        let Some(link) = &mut self.link else { return Ok(()) };
        link.heard = now;
        if self.events.len().max(self.packets.len()) > BACKLOG_MAX {
            return Err(WireError::Backlog);
        }
        match frame::decode(bytes, Direction::ToClient) {
            Ok(Packet::Frame(frame)) => self.hear(now, &frame),
            // A server that asks this way knows us: no stock one does.
            Ok(Packet::Ping) => {
                self.packets.push_back(frame::encode(&Packet::Pong));
                Ok(())
            }
            Ok(Packet::Pong) | Err(WireError::UnknownType(..)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn hear(&mut self, now: Duration, Frame { address, body }: &Frame<'_>) -> Result<(), WireError> {
        let Some(room) = self.rooms.get_mut(address) else { return Ok(()) };
        match body {
            Body::Auth(Auth::Authenticated { scope }) => self.let_in(now, address, *scope),
            Body::Auth(Auth::PermissionDenied { reason }) => self.refused(now, address, reason),
            Body::Auth(Auth::TokenRequest) if room.stage == Stage::Open => {
                self.events.push_back(ClientEvent::TokenWanted { document: address.shared() });
            }
            // While we ask, a CLOSE can only be the answer to our having left before.
            Body::Close { reason } if room.stage == Stage::Open => {
                let reason = reason.unwrap_or_default().into();
                self.fall_back(address);
                self.events.push_back(ClientEvent::Left { document: address.shared(), reason });
            }
            Body::Awareness(update) if room.is_live() => return self.hear_presence(now, address, update),
            Body::QueryAwareness if room.is_showing() => room.announce(now, &mut self.packets),
            Body::Sync(Sync::Step1(_)) if room.is_live() => {
                room.send(&Body::Sync(Sync::Step2(EMPTY_UPDATE)), &mut self.packets);
            }
            Body::Sync(Sync::Step2(_)) if room.is_live() => self.answered(now, address),
            Body::Stateless(payload) if room.stage == Stage::Open => {
                let payload = (*payload).into();
                self.events.push_back(ClientEvent::Stateless { document: address.shared(), payload });
            }
            Body::Auth(_)
            | Body::Close { .. }
            | Body::Awareness(_)
            | Body::QueryAwareness
            | Body::Sync(_)
            | Body::SyncReply(_)
            | Body::Stateless(_)
            | Body::BroadcastStateless(_)
            | Body::SyncStatus { .. } => {}
        }
        Ok(())
    }

    fn let_in(&mut self, now: Duration, address: &Address, scope: Scope) {
        let Some(room) = self.rooms.get_mut(address) else { return };
        if !matches!(room.stage, Stage::Asked { .. }) {
            return;
        }
        room.stage = Stage::Open;
        self.asked -= 1;
        self.in_rooms += 1;
        if room.token_is_newer {
            room.send_token(self.config.provider_version.as_deref(), &mut self.packets);
        }
        room.token = None;
        let read_only = scope == Scope::ReadOnly;
        self.events.push_back(ClientEvent::Joined { document: address.shared(), read_only });
        self.rearm(address);
        self.fill(now);
    }

    fn refused(&mut self, now: Duration, address: &Address, reason: &str) {
        let Some(room) = self.rooms.get_mut(address) else { return };
        if !room.is_live() {
            return;
        }
        let newer = room.token.take_if(|_| room.token_is_newer);
        self.fall_back(address);
        match newer {
            // The refusal is about a token that the caller has replaced meanwhile.
            Some(token) => {
                self.join(now, address.as_str(), &token);
            }
            None => {
                let reason = reason.into();
                self.events.push_back(ClientEvent::Denied { document: address.shared(), reason });
                self.fill(now);
            }
        }
    }

    fn hear_presence(&mut self, now: Duration, address: &Address, update: &[u8]) -> Result<(), WireError> {
        let read = awareness::decode(update)?;
        self.malformed += read.malformed as u64;
        let Some(room) = self.rooms.get_mut(address) else { return Ok(()) };
        let changes = room.hear(now, &read.entries, &mut self.packets);
        let too_late = room.wakes_too_late(now);
        self.report(address, changes);
        if too_late {
            self.rearm(address);
        }
        Ok(())
    }

    /// Our Step1 is answered, which is done for members only: so we are in, although the word for it was lost on us. It
    /// came after we had given up, or between leaving and asking anew; now our token is a fresh one to the server, and
    /// that it never answers. An outstanding sign of life does not count: it may stem from before we left.
    fn answered(&mut self, now: Duration, address: &Address) {
        let beat = self.link.as_ref().and_then(|link| link.beat.as_ref());
        if beat.is_none_or(|(_, room)| room != address) {
            self.let_in(now, address, Scope::ReadWrite);
        }
        self.synced(now, address);
    }

    fn synced(&mut self, now: Duration, address: &Address) {
        let changes = self.rooms.get_mut(address).map(Room::told_all).unwrap_or_default();
        self.report(address, changes);
        if let Some(link) = &mut self.link
            && let Some((sent, _)) = link.beat.take_if(|(_, room)| room == address)
        {
            self.events.push_back(ClientEvent::RoundTrip { took: now.saturating_sub(sent) });
        }
    }
}
