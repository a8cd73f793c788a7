//! What there is to see: on the window, and in what was asked of the server.

use callboard_desk::bridge::{ConflictView, FieldState, FieldView, Line, Row};
use callboard_desk::session::effect::Request;
use callboard_model::{Field, TicketId};

use super::World;

impl World {
    /// The numbers of the tickets on the board's screen, from the top.
    pub(crate) fn numbers(&self) -> String {
        let numbers = self.lines.values().filter_map(|line| match line {
            Line::Ticket(row) => Some(&*row.number),
            Line::Heading { .. } => None,
        });
        numbers.collect::<Vec<_>>().join(" ")
    }

    /// The row of a ticket, if it is on the board's screen.
    pub(crate) fn row(&self, ticket: &str) -> Option<&Row> {
        self.lines.values().find_map(|line| match line {
            Line::Ticket(row) if row.ticket.as_str() == ticket => Some(row),
            _ => None,
        })
    }

    pub(crate) fn field(&self, ticket: &str, field: Field) -> &FieldView {
        let view = &self.views[&TicketId::from(ticket)];
        view.fields.iter().find(|view| view.field == field).expect("the ticket shows the field")
    }

    pub(crate) fn shown(&self, ticket: &str, field: Field) -> &str {
        self.field(ticket, field).shown.value.as_text().unwrap_or_default()
    }

    pub(crate) fn state(&self, ticket: &str, field: Field) -> &FieldState {
        &self.field(ticket, field).state
    }

    pub(crate) fn conflict(&self, ticket: &str, field: Field) -> &ConflictView {
        match self.state(ticket, field) {
            FieldState::Conflict(conflict) => conflict,
            other => panic!("{field} of {ticket} is {other:?}"),
        }
    }

    pub(crate) fn is_saved(&self, ticket: &str, field: Field) -> bool {
        matches!(self.state(ticket, field), FieldState::Confirmed { saved_at: Some(_) })
    }

    /// What was sent to be saved, as "ticket field=value@version".
    pub(crate) fn saves(&self) -> Vec<String> {
        let save = |request: &Request| match request {
            Request::Save { ticket, changes, .. } => {
                let (field, value) = changes.fields.iter().next()?;
                let version =
                    changes.client_version.map_or_else(|| "-".to_owned(), |version| version.to_string());
                Some(format!("{ticket} {field}={value}@{version}"))
            }
            _ => None,
        };
        self.asked.iter().filter_map(save).collect()
    }

    /// How often a ticket was fetched.
    pub(crate) fn fetches(&self, ticket: &str) -> usize {
        let is_it = |request: &&Request| matches!(request, Request::Ticket(id) if id.as_str() == ticket);
        self.asked.iter().filter(is_it).count()
    }

    /// How often the change feed was asked.
    pub(crate) fn delta_requests(&self) -> usize {
        self.asked.iter().filter(|request| matches!(request, Request::Changes { .. })).count()
    }
}
