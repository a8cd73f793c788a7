//! What stands on one console's screen: the window's own part of the work, without the drawing.
//!
//! **Invariant:** an update of the board that does not follow the last one is not taken; the lines are asked for anew.

use std::collections::BTreeMap;

use callboard_desk::bridge::{BoardChange, Counts, FieldView, Line, LinkView, Row, TicketView, Update};
use callboard_model::{Field, TicketId};

/// The screen.
#[derive(Default)]
pub struct Window {
    /// Open tickets.
    pub tickets: BTreeMap<TicketId, TicketView>,
    /// Lines of the board by their place.
    pub lines: BTreeMap<u32, Line>,
    /// How the program stands.
    pub link: Option<LinkView>,
    /// The numbers of the status bar.
    pub counts: Counts,
    /// Updates of the board were missed.
    pub has_gap: bool,
    rev: Option<u32>,
}

impl Window {
    /// Takes in an update.
    pub fn take(&mut self, update: &Update) {
        match update {
            Update::Ticket(view) => drop(self.tickets.insert(view.ticket.clone(), view.clone())),
            Update::Board { rev, change, .. } => self.board(*rev, change),
            Update::Link(link) => self.link = Some(link.clone()),
            Update::Counts(counts) => self.counts = *counts,
            _ => {}
        }
    }

    fn board(&mut self, rev: u32, change: &BoardChange) {
        match change {
            BoardChange::Reset { first, lines, .. } => {
                self.lines = (*first..).zip(lines.iter().cloned()).collect();
                self.has_gap = false;
            }
            BoardChange::Patch { .. } if self.rev.is_none_or(|last| last.wrapping_add(1) != rev) => {
                self.has_gap = true;
            }
            BoardChange::Patch { total, lines } => {
                self.lines.extend(lines.iter().map(|placed| (placed.at, placed.line.clone())));
                self.lines.retain(|at, _| at < total);
            }
        }
        self.rev = Some(rev);
    }

    /// A field of an open ticket.
    #[must_use]
    pub fn field(&self, ticket: &TicketId, field: Field) -> Option<&FieldView> {
        self.tickets.get(ticket)?.fields.iter().find(|view| view.field == field)
    }

    /// A ticket's line on the board.
    #[must_use]
    pub fn row(&self, ticket: &TicketId) -> Option<&Row> {
        self.lines.values().find_map(|line| match line {
            Line::Ticket(row) if row.ticket == *ticket => Some(row),
            Line::Ticket(_) | Line::Heading { .. } => None,
        })
    }
}
