//! A request that writes, as it left whoever sent it.
//!
//! **Invariant:** it is read before anything on the way could change it.

use std::collections::BTreeMap;
use std::fmt;

use callboard_model::rest::TicketChanges;
use callboard_model::rest::header::IDEMPOTENCY_KEY;
use callboard_model::{Field, TicketId, Value, Version};
use reqwest::header::HeaderMap;

use crate::net::port::Sender;

/// The write.
#[derive(Clone, Debug)]
pub struct Written {
    /// Whose.
    pub sender: Sender,
    /// The ticket, where it is about one.
    pub ticket: TicketId,
    /// The edit of a console, by its key.
    pub edit: Option<String>,
    /// What is wanted.
    pub fields: BTreeMap<Field, Value>,
    /// The version on which it was chosen.
    pub seen: Option<Version>,
}

impl Written {
    /// Reads it.
    #[must_use]
    pub fn read(sender: Sender, path: &str, headers: &HeaderMap, body: &[u8]) -> Self {
        let key = headers.get(IDEMPOTENCY_KEY).and_then(|key| key.to_str().ok()).map(str::to_owned);
        let edit = key.filter(|_| matches!(sender, Sender::Console(_)));
        let changes: TicketChanges = serde_json::from_slice(body).unwrap_or_default();
        let ticket = path.rsplit('/').next().unwrap_or_default().into();
        Self { sender, ticket, edit, fields: changes.fields, seen: changes.client_version }
    }

    /// For the trace.
    #[must_use]
    pub fn tell(&self) -> String {
        let fields: Vec<_> = self.fields.iter().map(|(field, value)| format!("{field}={value}")).collect();
        let seen = self.seen.map_or_else(|| "-".to_owned(), |seen| seen.to_string());
        let edit: String = self.edit.iter().flat_map(|edit| edit.chars()).take(8).collect();
        format!("{} on {seen} #{edit}", fields.join(" "))
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {} {}", self.sender, self.ticket, self.tell())
    }
}
