//! What people decide, on one ticket and across many.

use callboard_desk::bridge::{BulkId, Change, Command, Visibility};
use callboard_model::{Field, TicketId, Value};

use super::World;
use super::server::person;

impl World {
    /// The person chooses a third value over what the panel shows; without a panel there is no button.
    pub(crate) fn choose_other(&mut self, ticket: &str, field: Field, value: &str) {
        if let Some(theirs) = self.panel(ticket, field).map(|panel| panel.theirs.value.clone()) {
            self.agree(ticket, field);
            self.see(&ticket.into(), field, &value.into());
            self.choose_over(ticket, field, value, theirs);
        }
    }

    pub(crate) fn keep_over(&mut self, ticket: &str, field: Field, theirs: Value) {
        self.say(Command::KeepYours { ticket: ticket.into(), field, theirs });
    }

    /// The person takes theirs in place of what the panel shows; without a panel there is no button.
    pub(crate) fn take(&mut self, ticket: &str, field: Field) {
        if let Some(mine) = self.panel(ticket, field).map(|panel| panel.mine.value.clone()) {
            self.take_instead_of(ticket, field, mine);
        }
    }

    pub(crate) fn take_instead_of(&mut self, ticket: &str, field: Field, mine: Value) {
        self.say(Command::TakeTheirs { ticket: ticket.into(), field, mine });
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

    /// The person says something for everybody to read.
    pub(crate) fn comment(&mut self, ticket: &str, text: &str) {
        self.say(Command::Comment {
            ticket: ticket.into(),
            text: text.to_owned(),
            visibility: Visibility::Public,
        });
    }

    /// Bob says something; his hint arrives if we are listening.
    pub(crate) fn bob_says(&mut self, ticket: &str, text: &str) {
        let now = self.now();
        let hint = self.server.talk(&ticket.into(), &person("Bob"), text, false, now, None);
        self.deliver_hint(Some(hint));
    }

    /// What the server has of a ticket's comments.
    pub(crate) fn said(&self, ticket: &str) -> Vec<&str> {
        let of_ticket = self.server.comments.get(&TicketId::from(ticket));
        of_ticket.into_iter().flatten().map(|comment| &*comment.comment_text).collect()
    }

    /// Says every refused comment again, in every ticket.
    pub(crate) fn say_all_again(&mut self) {
        self.say(Command::OpenNeeds);
        let refused = self.needs.as_ref().map(|needs| needs.comments.clone()).unwrap_or_default();
        for item in refused {
            if let Change::Comment { saying, .. } = item.change {
                self.say(Command::RetryComment { saying });
            }
        }
    }
}
