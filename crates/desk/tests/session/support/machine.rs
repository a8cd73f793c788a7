//! The machine around a session, in a test: what its disk keeps beside the edits, its sleep, and who looks and speaks.

use std::time::Duration;

use callboard_desk::Event;
use callboard_desk::bridge::{Command, Saving};
use callboard_desk::notes::NoteOrder;
use callboard_desk::session::effect::Keep;
use callboard_desk::session::event::Kept;
use callboard_model::{Field, Presence};

use super::World;
use super::server::person;

impl World {
    /// The machine sleeps: its clock goes on, its programs do not.
    pub(crate) fn suspend(&mut self, time: Duration) {
        self.slept += time;
    }

    /// The person looked elsewhere, and looks at the program again.
    pub(crate) fn come_back(&mut self) {
        for focused in [false, true] {
            self.say(Command::Focus { focused, ticket: None });
        }
    }

    /// Somebody says something on a ticket; their hint arrives if we are listening.
    pub(crate) fn other_says(&mut self, ticket: &str, who: &str) {
        let hint = self.server.comment(&ticket.into(), &person(who), self.now());
        self.deliver_hint(hint);
    }

    pub(super) fn saving(&self) -> Saving {
        if self.disk_is_full { Saving::Full } else { Saving::Safe }
    }

    pub(super) fn note(&mut self, order: NoteOrder) -> Option<Event> {
        let name = match order {
            NoteOrder::Put(note) if self.disk_is_full => {
                let is_answered = note.name.shelf.is_answered();
                return is_answered.then(|| Event::NoteNotKept(note.name, "the disk is full".into()));
            }
            NoteOrder::Put(note) => {
                let name = note.name.clone();
                self.notes.insert(name.clone(), note);
                name
            }
            NoteOrder::Drop(name) => {
                let was_there = self.notes.remove(&name).is_some();
                // Of a shelf that does not answer nobody knows what is there.
                assert!(was_there || !name.shelf.is_answered(), "{name:?} is dropped once");
                return None;
            }
        };
        name.shelf.is_answered().then_some(Event::NoteKept(name))
    }

    pub(super) fn remember(&mut self, keep: Keep) {
        let kept = &mut self.kept;
        match keep {
            Keep::Me(me) => kept.me = Some(me),
            Keep::Lookups(lookups) => kept.lookups = Some(*lookups),
            Keep::Ticket(ticket, as_of) => {
                kept.tickets.retain(|(known, _)| known.ticket_id != ticket.ticket_id);
                kept.tickets.push((*ticket, as_of));
            }
            Keep::Gone(gone) => kept.tickets.retain(|(known, _)| known.ticket_id != gone),
            Keep::Proven(at) => kept.tickets.iter_mut().for_each(|(_, as_of)| *as_of = at.max(*as_of)),
            Keep::Nothing => *kept = Kept::default(),
        }
    }
}

/// A face that somebody shows.
pub(crate) fn presence(user: &str, editing_field: Option<Field>) -> Presence {
    Presence {
        user_id: user.into(),
        display_name: user.into(),
        avatar_url: None,
        color: "#000000".into(),
        editing_field,
    }
}
