//! From messages to bytes.
//!
//! **Invariant:** nothing is refused: limits are for what others say.

use super::{Auth, Body, Frame, PING, PONG, Packet, Sync};
use crate::address::Address;
use crate::varint::{put_bytes, put_text, put_uint};

/// Writes one WebSocket message.
#[must_use]
pub fn encode(packet: &Packet<'_>) -> Vec<u8> {
    match packet {
        Packet::Ping => vec![PING],
        Packet::Pong => vec![PONG],
        Packet::Frame(Frame { address, body }) => encode_frame(address, body),
    }
}

/// Writes a message in a room.
#[must_use]
pub fn encode_frame(address: &Address, body: &Body<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(address.as_str().len() + payload_len(body) + HEAD_BYTES);
    put_text(&mut out, address.as_str());
    match body {
        Body::Sync(step) => put_sync(&mut out, 0, step),
        Body::Awareness(update) => {
            put_uint(&mut out, 1);
            put_bytes(&mut out, update);
        }
        Body::Auth(auth) => {
            put_uint(&mut out, 2);
            put_auth(&mut out, auth);
        }
        Body::QueryAwareness => put_uint(&mut out, 3),
        Body::SyncReply(step) => put_sync(&mut out, 4, step),
        Body::Stateless(payload) => {
            put_uint(&mut out, 5);
            put_text(&mut out, payload);
        }
        Body::BroadcastStateless(payload) => {
            put_uint(&mut out, 6);
            put_text(&mut out, payload);
        }
        Body::Close { reason } => {
            put_uint(&mut out, 7);
            if let Some(reason) = reason {
                put_text(&mut out, reason);
            }
        }
        Body::SyncStatus { applied } => {
            put_uint(&mut out, 8);
            put_uint(&mut out, u64::from(*applied));
        }
    }
    out
}

/// A stateless message, written once for all members of a room that share the address.
#[must_use]
pub fn encode_stateless(address: &Address, payload: &str) -> Vec<u8> {
    encode_frame(address, &Body::Stateless(payload))
}

/// An awareness message, written once for all members of a room that share the address.
#[must_use]
pub fn encode_awareness(address: &Address, update: &[u8]) -> Vec<u8> {
    encode_frame(address, &Body::Awareness(update))
}

/// Room for the integers around address and payload.
const HEAD_BYTES: usize = 16;

/// The bytes that make a frame long; the rest fits into [`HEAD_BYTES`].
fn payload_len(body: &Body<'_>) -> usize {
    match body {
        Body::Awareness(bytes)
        | Body::Sync(Sync::Step1(bytes) | Sync::Step2(bytes) | Sync::Update(bytes))
        | Body::SyncReply(Sync::Step1(bytes) | Sync::Step2(bytes) | Sync::Update(bytes)) => bytes.len(),
        Body::Stateless(text) | Body::BroadcastStateless(text) => text.len(),
        Body::Auth(Auth::Token { token, provider_version }) => {
            token.len() + provider_version.map_or(0, str::len)
        }
        Body::Auth(Auth::PermissionDenied { reason }) | Body::Close { reason: Some(reason) } => reason.len(),
        Body::Auth(_) | Body::QueryAwareness | Body::Close { reason: None } | Body::SyncStatus { .. } => 0,
    }
}

fn put_sync(out: &mut Vec<u8>, kind: u64, step: &Sync<'_>) {
    let (number, bytes) = match step {
        Sync::Step1(bytes) => (0, bytes),
        Sync::Step2(bytes) => (1, bytes),
        Sync::Update(bytes) => (2, bytes),
    };
    put_uint(out, kind);
    put_uint(out, number);
    put_bytes(out, bytes);
}

fn put_auth(out: &mut Vec<u8>, auth: &Auth<'_>) {
    match auth {
        Auth::Token { token, provider_version } => {
            put_uint(out, 0);
            put_text(out, token);
            if let Some(version) = provider_version {
                put_text(out, version);
            }
        }
        Auth::TokenRequest => put_uint(out, 0),
        Auth::PermissionDenied { reason } => {
            put_uint(out, 1);
            put_text(out, reason);
        }
        Auth::Authenticated { scope } => {
            put_uint(out, 2);
            put_text(out, scope.name());
        }
    }
}
