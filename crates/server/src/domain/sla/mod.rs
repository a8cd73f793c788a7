//! Service levels: by when somebody has to answer a ticket, and by when it has to be done.
//!
//! It exists so that every write keeps the same two clocks, response and resolution, whoever makes it. The clocks live in
//! columns of the ticket; nothing ticks anywhere.
//!
//! | module | decides |
//! |---|---|
//! | [`calendar`] | which hours count |
//! | [`business_time`] | when so much time has counted, and how much has |
//! | [`clocks`] | what the clocks of a ticket show after a change |
//! | [`stages`] | which stages (entered, met, breached) were reached, and when |
//!
//! **Invariant:** a due time is `started + target + pauses` in counted time, wherever it was set; the choices behind it are
//! told in `docs/decisions/`.

pub mod business_time;
pub mod calendar;
pub mod clocks;
pub mod stages;

use std::collections::BTreeMap;

use callboard_model::{PriorityId, SlaPolicyId, Ticket, Timestamp};

pub use calendar::Calendar;

/// What a customer was promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The policy that says so.
    pub policy: SlaPolicyId,
    /// The hours in which its targets count.
    pub calendar: Calendar,
    /// Targets by priority; a priority without any has no due times.
    pub targets: BTreeMap<PriorityId, Target>,
}

/// What was promised for one priority, in minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Until the first public answer.
    pub response: Option<i64>,
    /// Until it is done.
    pub resolution: Option<i64>,
}

/// One of the two clocks of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clock {
    /// Runs until somebody answers.
    Response,
    /// Runs until the ticket is closed.
    Resolution,
}

impl Clock {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Response, Self::Resolution];

    /// By when, where something was promised.
    #[must_use]
    pub fn due(self, ticket: &Ticket) -> Option<Timestamp> {
        match self {
            Self::Response => ticket.sla_response_due_at,
            Self::Resolution => ticket.sla_resolution_due_at,
        }
    }

    /// When it was stopped for good; `None` while it runs or is paused.
    #[must_use]
    pub fn finished(self, ticket: &Ticket) -> Option<Timestamp> {
        match self {
            Self::Response => ticket.sla_response_at,
            Self::Resolution => ticket.sla_resolution_at,
        }
    }

    /// Whether it was stopped in time; `None` while it runs, and where nothing was promised.
    #[must_use]
    pub fn met(self, ticket: &Ticket) -> Option<bool> {
        match self {
            Self::Response => ticket.sla_response_met,
            Self::Resolution => ticket.sla_resolution_met,
        }
    }

    /// Whether its time is up at `now` though it was not stopped. A paused clock stands where it was paused.
    #[must_use]
    pub fn ran_out(self, ticket: &Ticket, now: Timestamp) -> bool {
        let shows = ticket.sla_paused_at.map_or(now, |paused| paused.min(now));
        self.finished(ticket).is_none() && self.due(ticket).is_some_and(|due| due < shows)
    }

    fn target(self, target: Target) -> Option<i64> {
        match self {
            Self::Response => target.response,
            Self::Resolution => target.resolution,
        }
    }

    fn set_due(self, ticket: &mut Ticket, due: Option<Timestamp>) {
        match self {
            Self::Response => ticket.sla_response_due_at = due,
            Self::Resolution => ticket.sla_resolution_due_at = due,
        }
    }

    fn finish(self, ticket: &mut Ticket, at: Timestamp) {
        let met = self.due(ticket).map(|due| at <= due);
        let (finished, verdict) = match self {
            Self::Response => (&mut ticket.sla_response_at, &mut ticket.sla_response_met),
            Self::Resolution => (&mut ticket.sla_resolution_at, &mut ticket.sla_resolution_met),
        };
        (*finished, *verdict) = (Some(at), met);
    }
}
