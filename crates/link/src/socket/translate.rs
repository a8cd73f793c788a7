//! From the protocol's words to the session's.
//!
//! What a peer sends is not trusted: a room that is none of ours, a hint or a presence that does not parse, is
//! dropped and counted in the log by kind, never by content.
//!
//! **Invariant:** nothing that did not parse completely reaches the session.

use std::sync::Arc;

use callboard_desk::session::event::{ClientKey, LinkEvent};
use callboard_model::person::Awareness;
use callboard_model::{Digest, Hint, Presence, Room};
use callboard_wire::ClientEvent;
use callboard_wire::awareness::Change;
use serde::de::DeserializeOwned;
use tracing::debug;

/// The largest hint; a larger one is dropped, and the ticket is caught up with the next one or the next start.
const HINT_BYTES_MAX: usize = 64 << 10;

/// The largest word of the board about who is where; a larger one is dropped, and the next about the same tickets counts.
const DIGEST_BYTES_MAX: usize = 1 << 20;

/// What the session learns of `event`; `None` for nothing.
pub(super) fn event(event: ClientEvent) -> Option<LinkEvent> {
    match event {
        ClientEvent::Joined { document, .. } => Some(LinkEvent::Joined(room(&document)?)),
        ClientEvent::Denied { document, reason } => Some(LinkEvent::Denied(room(&document)?, reason)),
        ClientEvent::Left { document, reason } => Some(LinkEvent::Left(room(&document)?, reason)),
        ClientEvent::Stateless { document, payload } => stateless(room(&document)?, &payload),
        ClientEvent::Presence { document, changes } => {
            Some(LinkEvent::Presence(room(&document)?, changes.iter().map(face).collect()))
        }
        ClientEvent::RoundTrip { took } => Some(LinkEvent::RoundTrip(took)),
        // Tokens are renewed in time by the session's own timer; a room that closes for want of one is joined again.
        ClientEvent::TokenWanted { .. } | ClientEvent::Silent => None,
    }
}

/// Our presence as the awareness document.
pub(super) fn state(presence: Presence) -> Option<Arc<str>> {
    serde_json::to_string(&Awareness { user: presence }).ok().map(Into::into)
}

fn room(document: &str) -> Option<Room> {
    let room = Room::parse(document);
    if room.is_none() {
        debug!("news of a room that is none of ours is dropped");
    }
    room
}

/// A hint, or at the board a digest: neither has a key of the other.
fn stateless(room: Room, payload: &str) -> Option<LinkEvent> {
    if let Some(hint) = read::<Hint>(payload, HINT_BYTES_MAX) {
        return Some(LinkEvent::Hint(room, Box::new(hint)));
    }
    let digest = matches!(room, Room::Board(_)).then(|| read::<Digest>(payload, DIGEST_BYTES_MAX)).flatten();
    if digest.is_none() {
        debug!(bytes = payload.len(), "a message that is neither hint nor digest is dropped");
    }
    digest.map(|digest| LinkEvent::Digest(room, digest))
}

fn read<T: DeserializeOwned>(payload: &str, bytes_max: usize) -> Option<T> {
    (payload.len() <= bytes_max).then(|| serde_json::from_str(payload).ok()).flatten()
}

/// A face that does not parse counts as gone: what it showed before is no longer true.
fn face((client, state): &Change) -> (ClientKey, Option<Presence>) {
    let seen = state.as_deref().and_then(|json| {
        serde_json::from_str::<Awareness>(json)
            .inspect_err(|_| debug!("a presence that does not parse is dropped"))
            .ok()
    });
    (ClientKey(client.0), seen.map(|state| state.user))
}

#[cfg(test)]
mod tests {
    use callboard_model::Field;
    use callboard_wire::ClientId;

    use super::*;

    const ROOM: &str = "ticket:t:1";

    fn presence(states: &[Option<&str>]) -> Vec<Option<Presence>> {
        let changes = states.iter().map(|state| (ClientId(1), state.map(Into::into))).collect();
        match event(ClientEvent::Presence { document: ROOM.into(), changes }) {
            Some(LinkEvent::Presence(_, faces)) => faces.into_iter().map(|(_, face)| face).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn our_own_presence_is_read_as_it_is_written() {
        let me = Presence {
            user_id: "u".into(),
            display_name: "Bob".into(),
            avatar_url: None,
            color: "#000000".into(),
            editing_field: Some(Field::Title),
        };
        let json = state(me.clone()).expect("plain data");
        assert_eq!(presence(&[Some(&json), None]), [Some(me), None]);
    }

    #[test]
    fn a_presence_that_does_not_parse_is_nobody() {
        let extra = r##"{"user":{"userId":"u","displayName":"B","color":"#000000","draft":"secret"}}"##;
        assert_eq!(presence(&[Some("{}"), Some("[1]"), Some(extra)]), [None, None, None]);
    }

    #[test]
    fn what_is_no_hint_or_no_room_of_ours_is_dropped() {
        let hint = r#"{"updatedFields":["status_id"],"updatedBy":{"userId":"u","displayName":"B"},"updatedAt":"2026-11-21T10:00:00Z"}"#;
        let told = |document: &str, payload: &str| {
            event(ClientEvent::Stateless { document: document.into(), payload: payload.into() }).is_some()
        };
        assert!(told(ROOM, hint));
        let digest = r#"{"presence":[{"ticketId":"1","people":[]}]}"#;
        assert!(told("board:t", digest) && told("board:t", hint));
        assert!(!told(ROOM, digest), "who is where is the board's to say");
        assert!(!told("document:1", hint));
        assert!(!told(ROOM, "hello"));
        assert!(!told(ROOM, &hint.replace("u\"", &format!("{}\"", "u".repeat(HINT_BYTES_MAX)))));
    }
}
