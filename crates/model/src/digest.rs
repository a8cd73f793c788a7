//! Presence on the board: who is on which ticket, for consoles that are not in the tickets' own rooms.
//!
//! **Invariant:** of a person nothing is said but their face.

use serde::{Deserialize, Serialize};

use crate::{Presence, TicketId};

/// A stateless message of the board room beside hints. It has none of a hint's keys, and a hint has none of its.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// Tickets at which somebody came, went or moved. Each replaces what was said of that ticket before.
    pub presence: Vec<TicketPresence>,
}

/// Everybody at one ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketPresence {
    /// The ticket.
    pub ticket_id: TicketId,
    /// One face per person, whoever edits first; empty when nobody is there any more.
    pub people: Vec<Presence>,
    /// How many more people are there than are named.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: usize,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_as_it_is_written() {
        let json = r##"{"presence":[{"ticketId":"1","people":[{"userId":"u","displayName":"Bob","avatarUrl":null,"color":"#8b5cf6","editingField":"title"}],"more":2},{"ticketId":"2","people":[]}]}"##;
        let digest: Digest = serde_json::from_str(json).expect("a digest");
        assert_eq!(serde_json::to_string(&digest).expect("plain data"), json);
        assert!(serde_json::from_str::<crate::Hint>(json).is_err(), "and is no hint");
    }
}
