//! Which record an event tells of.
//!
//! **Invariant:** of one change every record is named once, however many events tell of it (RB-2).

use callboard_catalog::EventType;
use callboard_model::{BoardId, ChangeId};

use crate::store::events::Told;
use crate::store::records::Kind;

/// The record that an event tells of: a ticket, an entry of the schedule, or none that can be listened to. What was only
/// played changed nothing, nor does a clock that runs out, or a visit the ticket that it is for.
pub(super) fn record(told: &Told) -> Option<(Kind, String)> {
    if told.simulated {
        return None;
    }
    match told.event_type.parse() {
        Ok(
            EventType::ScheduleEntryCreated
            | EventType::ScheduleEntryUpdated
            | EventType::ScheduleEntryDeleted,
        ) => {
            let entry = told.payload.get("entryId")?.as_str()?;
            Some((Kind::ScheduleEntry, entry.to_owned()))
        }
        _ if told.event_type.starts_with("TICKET_") && !told.event_type.starts_with("TICKET_SLA_") => {
            told.ticket.as_ref().map(|ticket| (Kind::Ticket, ticket.as_str().to_owned()))
        }
        _ => None,
    }
}

/// The board that a ticket has left for another.
pub(super) fn left_board(told: &Told) -> Option<BoardId> {
    let has_left = !told.simulated && told.event_type.parse() == Ok(EventType::TicketQueueChanged);
    let left = told.payload.get("previousBoardId").filter(|_| has_left)?;
    left.as_str().map(BoardId::from)
}

/// What was told last, so that the further events of the same change say nothing again.
#[derive(Debug, Default)]
pub(super) struct Once {
    change: Option<ChangeId>,
    records: Vec<(Kind, String)>,
}

impl Once {
    /// Whether this change was not told of this record yet. Events of one change follow each other in the log.
    pub(super) fn is_new(&mut self, told: &Told, (kind, id): (Kind, &str)) -> bool {
        if told.change.is_none() || self.change != told.change {
            self.change.clone_from(&told.change);
            self.records.clear();
        }
        let is_new = !self.records.iter().any(|(known, name)| (*known, name.as_str()) == (kind, id));
        if is_new {
            self.records.push((kind, id.to_owned()));
        }
        is_new
    }
}
