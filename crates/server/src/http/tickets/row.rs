//! The rows of a list, whole or cut down to some keys.
//!
//! It exists so that a list and a search show the same ticket alike.
//!
//! **Invariant:** tags are only looked up for a list that shows them.

use callboard_model::{Ticket, TicketId};
use serde::Serialize;
use serde_json::{Map, Value};

use super::fields::Fields;
use super::shown::{Shown, tags};
use crate::app::App;
use crate::auth::Caller;
use crate::error::{Result, ServerError};

/// One row.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Row {
    /// With every key.
    Whole(Box<Shown>),
    /// With some of them.
    Cut(Map<String, Value>),
}

/// The rows for these tickets.
pub(super) async fn rows(
    app: &App,
    caller: &Caller,
    tickets: Vec<Ticket>,
    fields: Option<&Fields>,
) -> Result<Vec<Row>> {
    let tenant = &caller.tenant;
    let Some(fields) = fields else {
        return Ok(tickets
            .into_iter()
            .map(|ticket| Row::Whole(Box::new(Shown::of(tenant, ticket))))
            .collect());
    };
    let ids: Vec<TicketId> = tickets.iter().map(|ticket| ticket.ticket_id.clone()).collect();
    let mut words = if fields.has("tags") { app.store.tags(tenant, ids).await? } else { Default::default() };
    let mut rows = Vec::with_capacity(tickets.len());
    for ticket in tickets {
        let own = words.remove(&ticket.ticket_id).unwrap_or_default();
        let mut row = object(&Shown::of(tenant, ticket))?;
        row.retain(|key, _| fields.has(key));
        if fields.has("tags") {
            row.insert("tags".to_owned(), json(&tags(tenant, own))?);
        }
        rows.push(Row::Cut(row));
    }
    Ok(rows)
}

fn object(shown: &Shown) -> Result<Map<String, Value>> {
    match json(shown)? {
        Value::Object(map) => Ok(map),
        _ => Err(ServerError::Unreadable("a ticket is no object".to_owned())),
    }
}

fn json(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(|error| ServerError::Unreadable(error.to_string()))
}
