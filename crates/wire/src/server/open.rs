//! A member's frame in an open room.
//!
//! **Invariant:** no frame of one member is passed on to another here: what crosses a room is the caller's decision.

use super::{Connection, ServerEvent, Token};
use crate::address::Address;
use crate::awareness;
use crate::error::CloseCode;
use crate::frame::{Auth, Body, EMPTY_STATE_VECTOR, EMPTY_UPDATE, Sync};

/// What stock servers say to a client that leaves.
const LEFT_BY_CLIENT: &str = "provider_initiated";

impl Connection {
    pub(super) fn hear_member(
        &mut self,
        address: &Address,
        versioned: bool,
        body: &Body<'_>,
    ) -> Result<(), CloseCode> {
        match body {
            Body::Sync(step) => {
                if matches!(step, Sync::Step1(_)) {
                    self.send(address, &Body::Sync(Sync::Step1(EMPTY_STATE_VECTOR)));
                }
                self.answer_sync(address, step);
            }
            Body::SyncReply(step) => self.answer_sync(address, step),
            Body::Awareness(update) => match awareness::decode(update) {
                Ok(read) => {
                    let (address, entries) = (address.clone(), read.entries);
                    self.events.push_back(ServerEvent::Awareness { address, entries });
                }
                Err(_) => return self.put_out(address),
            },
            Body::Auth(Auth::Token { token, .. }) => {
                let (address, token) = (address.clone(), Token::new(token));
                self.events.push_back(ServerEvent::FreshToken { address, token });
            }
            Body::Stateless(payload) => {
                let (address, payload) = (address.clone(), (*payload).into());
                self.events.push_back(ServerEvent::Stateless { address, payload });
            }
            Body::Close { .. } => {
                self.rooms.remove(address);
                if versioned {
                    self.send(address, &Body::Close { reason: Some(LEFT_BY_CLIENT) });
                }
                self.events.push_back(ServerEvent::Left { address: address.clone() });
            }
            // Servers say this among themselves; relayed for a client it would be a way around every check.
            Body::BroadcastStateless(_) => return self.put_out(address),
            // Newcomers are told without asking. The others only a server sends.
            Body::QueryAwareness | Body::SyncStatus { .. } | Body::Auth(_) => {}
        }
        Ok(())
    }

    fn answer_sync(&mut self, address: &Address, step: &Sync<'_>) {
        let answer = match step {
            Sync::Step1(_) => Body::Sync(Sync::Step2(EMPTY_UPDATE)),
            Sync::Step2(update) | Sync::Update(update) => {
                Body::SyncStatus { applied: *update == EMPTY_UPDATE }
            }
        };
        self.send(address, &answer);
    }

    /// Ends the membership of somebody who breaks the protocol.
    fn put_out(&mut self, address: &Address) -> Result<(), CloseCode> {
        if let Some(code) = self.close_room(address, &CloseCode::Reset.to_string()) {
            return Err(code);
        }
        self.events.push_back(ServerEvent::Left { address: address.clone() });
        Ok(())
    }
}
