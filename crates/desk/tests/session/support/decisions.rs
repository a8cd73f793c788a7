//! What people decide across many tickets.

use callboard_desk::bridge::{BulkId, Command};
use callboard_model::{Field, Value};

use super::World;

impl World {
    /// The person chooses a third value over what the panel shows; without a panel there is no button.
    pub(crate) fn choose_other(&mut self, ticket: &str, field: Field, value: &str) {
        if let Some(theirs) = self.panel(ticket, field).map(|panel| panel.theirs.value.clone()) {
            self.agree(ticket, field);
            self.see(&ticket.into(), field, &value.into());
            self.choose_over(ticket, field, value, theirs);
        }
    }

    pub(crate) fn choose_over(&mut self, ticket: &str, field: Field, value: &str, theirs: Value) {
        self.say(Command::ChooseOther { ticket: ticket.into(), field, value: value.into(), theirs });
    }

    /// The person takes back what the list offers to take back, once it is up to date.
    pub(crate) fn undo(&mut self) {
        self.say(Command::OpenNeeds);
        let offered = self.needs.as_ref().and_then(|needs| needs.undo.clone());
        if let Some(undo) = offered {
            self.agree(undo.about.ticket.as_str(), undo.field);
            self.say(Command::Undo { decision: undo.decision });
        }
    }

    /// The person chooses a value on many tickets.
    pub(crate) fn change_many(&mut self, tickets: &[&str], field: Field, value: &str) {
        for ticket in tickets {
            self.agree(ticket, field);
            self.see(&(*ticket).into(), field, &value.into());
        }
        let tickets = tickets.iter().map(|ticket| (*ticket).into()).collect();
        let bulk = BulkId("many".into());
        self.say(Command::Bulk { bulk, tickets, field, value: value.into() });
    }
}
