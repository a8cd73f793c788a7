//! What a person may do, and with which tickets.
//!
//! It exists so that REST, rooms and the store ask one type and cannot come to different answers. A role says which
//! kinds of action there are for somebody; boards and, for a customer's own people, the client say on which tickets.
//!
//! Somebody whose role refuses the kind of action is told so (403). A ticket out of reach is answered like one that
//! does not exist (404), because to say "forbidden" would be to say that it is there.
//!
//! **Invariant:** whoever may change a ticket may read it, and a customer never reaches another customer's ticket.

use std::collections::BTreeSet;
use std::sync::Arc;

use callboard_model::{BoardId, ClientId, Ticket};

use super::Role;

/// What somebody may do, as it stood when they were looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Which kinds of action there are for them.
    pub role: Role,
    /// On which boards.
    pub boards: Boards,
    /// Whose person they are, if not the company's own. Counts for [`Role::ClientPortal`] alone.
    pub client: Option<ClientId>,
}

/// The boards within somebody's reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Boards {
    /// Every board, those to come included.
    All,
    /// These, and no other.
    Only(Arc<BTreeSet<BoardId>>),
}

impl Boards {
    /// These boards alone; with none given nothing is left out.
    #[must_use]
    pub fn listed(boards: BTreeSet<BoardId>) -> Self {
        if boards.is_empty() { Self::All } else { Self::Only(Arc::new(boards)) }
    }

    /// Whether the board is among them.
    #[must_use]
    pub fn contain(&self, board: &BoardId) -> bool {
        match self {
            Self::All => true,
            Self::Only(boards) => boards.contains(board),
        }
    }
}

/// Where a ticket stands, as far as it decides who may see it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Placement {
    /// Its board.
    pub board: Option<BoardId>,
    /// The customer it is for.
    pub client: Option<ClientId>,
}

impl Placement {
    /// Of a ticket as it stands.
    #[must_use]
    pub fn of(ticket: &Ticket) -> Self {
        Self { board: ticket.board_id.clone(), client: ticket.client_id.clone() }
    }
}

impl Access {
    /// What the role allows by itself: on every board, for nobody's customer.
    #[must_use]
    pub const fn of(role: Role) -> Self {
        Self { role, boards: Boards::All, client: None }
    }

    /// Whether there are tickets, boards and hints for them at all.
    #[must_use]
    pub const fn reads_tickets(&self) -> bool {
        !matches!(self.role, Role::Billing)
    }

    /// Whether they may change tickets at all.
    #[must_use]
    pub const fn writes_tickets(&self) -> bool {
        matches!(self.role, Role::Admin | Role::Dispatcher | Role::Technician)
    }

    /// Whether they may open tickets at all; a customer may, for themselves.
    #[must_use]
    pub const fn opens_tickets(&self) -> bool {
        matches!(self.role, Role::Admin | Role::Dispatcher | Role::Technician | Role::ClientPortal)
    }

    /// Whether they may delete tickets at all.
    #[must_use]
    pub const fn deletes_tickets(&self) -> bool {
        matches!(self.role, Role::Admin | Role::Dispatcher)
    }

    /// Whether they may say something on tickets at all.
    #[must_use]
    pub const fn comments(&self) -> bool {
        matches!(self.role, Role::Admin | Role::Dispatcher | Role::Technician | Role::ClientPortal)
    }

    /// Whether they read, and may write, what is not for the customer's eyes.
    #[must_use]
    pub const fn sees_internal_comments(&self) -> bool {
        matches!(self.role, Role::Admin | Role::Dispatcher | Role::Technician | Role::ReadOnly)
    }

    /// Whether they may take away what others said.
    #[must_use]
    pub const fn moderates_comments(&self) -> bool {
        matches!(self.role, Role::Admin | Role::Dispatcher)
    }

    /// Whether they may close a ticket although a close rule says no.
    #[must_use]
    pub const fn overrides_close_rules(&self) -> bool {
        matches!(self.role, Role::Admin | Role::Dispatcher)
    }

    /// Whether there are schedules for them at all.
    #[must_use]
    pub const fn reads_schedules(&self) -> bool {
        matches!(self.role, Role::Admin | Role::Dispatcher | Role::Technician | Role::ReadOnly)
    }

    /// Whether they see and plan everybody's time. Others see their own.
    #[must_use]
    pub const fn plans_schedules(&self) -> bool {
        matches!(self.role, Role::Admin | Role::Dispatcher)
    }

    /// Whether they say who may do what, what was agreed with whom, and what is switched on.
    #[must_use]
    pub const fn administers(&self) -> bool {
        matches!(self.role, Role::Admin)
    }

    /// Whether they read what is told of every ticket and everybody's time: who may see all of it anyway.
    #[must_use]
    pub fn reads_events(&self) -> bool {
        self.plans_schedules() && self.boards == Boards::All
    }

    /// Whether they belong to the company, and so may know its people, teams and customers.
    #[must_use]
    pub const fn is_internal(&self) -> bool {
        !matches!(self.role, Role::ClientPortal)
    }

    /// Whether this ticket may be read.
    #[must_use]
    pub fn reads(&self, at: &Placement) -> bool {
        self.reads_tickets() && self.reaches(at)
    }

    /// Whether this ticket may be changed. A change that moves a ticket needs this for both of its places.
    #[must_use]
    pub fn writes(&self, at: &Placement) -> bool {
        self.writes_tickets() && self.reaches(at)
    }

    /// Whether a ticket may be opened here.
    #[must_use]
    pub fn opens(&self, at: &Placement) -> bool {
        self.opens_tickets() && self.reaches(at)
    }

    /// Whether this ticket may be deleted.
    #[must_use]
    pub fn deletes(&self, at: &Placement) -> bool {
        self.deletes_tickets() && self.reaches(at)
    }

    /// Whether something may be said on this ticket.
    #[must_use]
    pub fn comments_on(&self, at: &Placement) -> bool {
        self.comments() && self.reaches(at)
    }

    /// The one client whose things may be seen; `None` is every client. A portal account without a client sees none:
    /// that is `Some(None)`.
    #[must_use]
    pub fn only_client(&self) -> Option<Option<&ClientId>> {
        matches!(self.role, Role::ClientPortal).then_some(self.client.as_ref())
    }

    /// Whether things of this client may be seen.
    #[must_use]
    pub fn reaches_client(&self, client: Option<&ClientId>) -> bool {
        match self.only_client() {
            None => true,
            Some(own) => own.is_some() && own == client,
        }
    }

    /// A ticket without a board, which only a foreign server could have made, is for those who see every board.
    fn reaches(&self, at: &Placement) -> bool {
        let board = match &at.board {
            Some(board) => self.boards.contain(board),
            None => self.boards == Boards::All,
        };
        board && self.reaches_client(at.client.as_ref())
    }
}

#[cfg(test)]
mod tests;
