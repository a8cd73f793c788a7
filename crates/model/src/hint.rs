//! Hints: which fields changed, by whom, when. Never a value (LT-1).

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Person, SessionId, TicketId, Version};

/// The JSON of a room's stateless message and of the Redis channel.
///
/// The first three keys are the stock's, in the stock's order. The others are ours; a stock reader ignores them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Hint {
    /// REST names of the fields that changed, also `comments`, `comment_reactions`, `schedule`.
    pub updated_fields: Vec<Arc<str>>,
    /// Who changed them.
    pub updated_by: Person,
    /// When, by the server's clock.
    pub updated_at: Timestamp,
    /// Which ticket: needed in the board room, where the room's name does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_id: Option<TicketId>,
    /// The ticket's version after the change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// Where in the tenant's change feed this change stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// The console that made the change, if it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_session: Option<SessionId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stock_hint_is_read_and_written_as_it_came() {
        let json = r#"{"updatedFields":["status_id"],"updatedBy":{"userId":"u","displayName":"Bob"},"updatedAt":"2026-11-21T10:00:00Z"}"#;
        let hint: Hint = serde_json::from_str(json).expect("a stock hint");
        assert_eq!(serde_json::to_string(&hint).expect("plain data"), json);
    }
}
