//! From bytes to messages.
//!
//! **Invariant:** what is read borrows from the input; only the address is copied.

use super::{Auth, Body, Direction, Frame, PING, PONG, Packet, Scope, Sync};
use crate::address::Address;
use crate::error::WireError;
use crate::limits::{
    DOCUMENT_NAME_BYTES_MAX, FRAME_BYTES_MAX, PROVIDER_VERSION_BYTES_MAX, REASON_BYTES_MAX,
    SESSION_ID_BYTES_MAX, TOKEN_BYTES_MAX,
};
use crate::varint::Reader;

/// Reads one WebSocket message that the end named by `direction` wrote.
pub fn decode(bytes: &[u8], direction: Direction) -> Result<Packet<'_>, WireError> {
    match bytes {
        [PING] => return Ok(Packet::Ping),
        [PONG] => return Ok(Packet::Pong),
        _ if bytes.len() > FRAME_BYTES_MAX => return Err(WireError::FrameTooBig),
        _ => {}
    }
    let mut reader = Reader::new(bytes);
    let address = address(&mut reader)?;
    let body = body(&mut reader, direction)?;
    Ok(Packet::Frame(Frame { address, body }))
}

/// Reads the head of a frame alone.
fn address(reader: &mut Reader<'_>) -> Result<Address, WireError> {
    Address::parse(reader.text(DOCUMENT_NAME_BYTES_MAX + 1 + SESSION_ID_BYTES_MAX, "address")?)
}

fn body<'a>(reader: &mut Reader<'a>, direction: Direction) -> Result<Body<'a>, WireError> {
    Ok(match reader.uint()? {
        0 => Body::Sync(sync(reader)?),
        1 => Body::Awareness(reader.bytes(FRAME_BYTES_MAX, "awareness update")?),
        2 => Body::Auth(auth(reader, direction)?),
        3 => Body::QueryAwareness,
        4 => Body::SyncReply(sync(reader)?),
        5 => Body::Stateless(reader.text(FRAME_BYTES_MAX, "payload")?),
        6 => Body::BroadcastStateless(reader.text(FRAME_BYTES_MAX, "payload")?),
        7 => Body::Close {
            reason: match direction {
                Direction::ToServer => None,
                Direction::ToClient => Some(reader.text(REASON_BYTES_MAX, "reason")?),
            },
        },
        8 => Body::SyncStatus {
            applied: match reader.uint()? {
                0 => false,
                1 => true,
                other => return Err(WireError::UnknownType("sync status", other)),
            },
        },
        other => return Err(WireError::UnknownType("message type", other)),
    })
}

fn sync<'a>(reader: &mut Reader<'a>) -> Result<Sync<'a>, WireError> {
    let step = match reader.uint()? {
        0 => Sync::Step1,
        1 => Sync::Step2,
        2 => Sync::Update,
        other => return Err(WireError::UnknownType("sync step", other)),
    };
    Ok(step(reader.bytes(FRAME_BYTES_MAX, "sync step")?))
}

fn auth<'a>(reader: &mut Reader<'a>, direction: Direction) -> Result<Auth<'a>, WireError> {
    Ok(match (direction, reader.uint()?) {
        (Direction::ToServer, 0) => Auth::Token {
            token: reader.text(TOKEN_BYTES_MAX, "token")?,
            provider_version: match reader.is_empty() {
                true => None,
                false => Some(reader.text(PROVIDER_VERSION_BYTES_MAX, "provider version")?),
            },
        },
        (Direction::ToClient, 0) => Auth::TokenRequest,
        (Direction::ToClient, 1) => {
            Auth::PermissionDenied { reason: reader.text(REASON_BYTES_MAX, "reason")? }
        }
        (Direction::ToClient, 2) => Auth::Authenticated {
            // Whatever is not `readonly` may be written, as the stock provider reads it.
            scope: match reader.text(REASON_BYTES_MAX, "scope")? {
                "readonly" => Scope::ReadOnly,
                _ => Scope::ReadWrite,
            },
        },
        (_, other) => return Err(WireError::UnknownType("auth message", other)),
    })
}
