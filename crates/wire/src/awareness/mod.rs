//! Awareness: who is in a room, as every end keeps it for itself and tells the others.
//!
//! An update is a list of entries, one per client (a window or tab, not a person):
//!
//! ```text
//! update := varUint(n) n × [ varUint(clientID) varUint(clock) varString(JSON) ]
//! ```
//!
//! JSON `null` says that the client is gone. The clock decides which of two entries is newer; [`AwarenessMap`] holds
//! those rules, [`Seats`] adds the server's rule of who may speak for whom.
//!
//! The codec is our own because the one in `yrs` reserves room for the number of entries that the input *claims*, so
//! that six bytes can ask for gigabytes. Here the list grows with what is really read.
//!
//! **Invariant:** no state is interpreted here beyond "is it JSON, is it null".

mod map;
mod seats;

use std::sync::Arc;

pub use map::{AwarenessMap, Change, Outcome};
pub use seats::{Seat, Seats};

use crate::error::WireError;
use crate::limits::{AWARENESS_CLIENTS_MAX, AWARENESS_CLOCK_MAX, FRAME_BYTES_MAX, PRESENCE_BYTES_MAX};
use crate::varint::{Reader, put_text, put_uint};

/// One client of a room: a window or tab. Stock ends draw 32 random bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub u64);

/// What one client says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who.
    pub client: ClientId,
    /// Grows with each entry of that client.
    pub clock: u64,
    /// JSON; `None` when the client is gone.
    pub state: Option<Arc<str>>,
}

/// Entries read from an update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    /// The ones that can be used, in their order.
    pub entries: Vec<Entry>,
    /// How many were passed over because their state is too long or is no JSON: their sender's trouble, not ours.
    pub malformed: usize,
}

/// Reads an update.
pub fn decode(update: &[u8]) -> Result<Entries, WireError> {
    let mut reader = Reader::new(update);
    let count = reader.uint()?;
    if count > AWARENESS_CLIENTS_MAX as u64 {
        return Err(WireError::TooLong("awareness update"));
    }
    let mut read = Entries::default();
    for _ in 0..count {
        let client = ClientId(reader.uint()?);
        let clock = reader.uint()?;
        let json = reader.text(FRAME_BYTES_MAX, "state")?;
        match state(json) {
            Some(state) if clock <= AWARENESS_CLOCK_MAX => read.entries.push(Entry { client, clock, state }),
            _ => read.malformed += 1,
        }
    }
    Ok(read)
}

/// `None`: unusable. Stock clients parse every state they are sent, and throw on what is no JSON.
fn state(json: &str) -> Option<Option<Arc<str>>> {
    if json == NULL {
        return Some(None);
    }
    if json.len() > PRESENCE_BYTES_MAX || serde_json::from_str::<serde::de::IgnoredAny>(json).is_err() {
        return None;
    }
    Some((json.trim_ascii() != NULL).then(|| json.into()))
}

/// Writes an update.
#[must_use]
pub fn encode<'a>(entries: impl ExactSizeIterator<Item = &'a Entry>) -> Vec<u8> {
    let mut out = Vec::new();
    put_uint(&mut out, entries.len() as u64);
    for Entry { client, clock, state } in entries {
        put_uint(&mut out, client.0);
        put_uint(&mut out, *clock);
        put_text(&mut out, state.as_deref().unwrap_or(NULL));
    }
    out
}

const NULL: &str = "null";
