//! Which keys of a ticket a list shows.
//!
//! **Invariant:** a name that is not on the list is refused; the stock's list, its alias, and our version.

use crate::http::extract::{Params, invalid};
use crate::http::problem::Problem;

/// What can be asked for.
const ALLOWED: [&str; 15] = [
    "ticket_id",
    "ticket_number",
    "title",
    "status_id",
    "status_name",
    "status_is_closed",
    "priority_name",
    "assigned_to_name",
    "client_name",
    "contact_name",
    "updated_at",
    "entered_at",
    "closed_at",
    "tags",
    "version",
];

/// What every row carries, asked for or not.
const CARRIED: [&str; 5] = ["entered_by", "assigned_to", "client_id", "board_id", "assigned_team_id"];

/// The stock's word for all that can be asked for.
const ALIAS: &str = "mobile_list";

/// The keys of a row.
pub(super) struct Fields(Vec<&'static str>);

impl Fields {
    /// Whether a row has this key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.contains(&key) || CARRIED.contains(&key)
    }
}

/// Reads the parameter; `None` when it is not there: then a row is shown whole.
pub(super) fn read(params: &Params) -> Result<Option<Fields>, Problem> {
    let Some(text) = params.text("fields") else { return Ok(None) };
    let mut fields = Vec::new();
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        if name == ALIAS {
            fields.extend(ALLOWED);
        } else {
            let allowed = ALLOWED.iter().find(|allowed| **allowed == name);
            let unknown =
                || invalid("fields", "invalid_enum_value", format!("A list does not show {name:.40}"));
            fields.push(*allowed.ok_or_else(unknown)?);
        }
    }
    Ok(Some(Fields(fields)))
}
