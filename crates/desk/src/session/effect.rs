//! Everything a session can ask of the world.

use std::sync::Arc;
use std::time::Duration;

use callboard_model::rest::{Me, NewComment, NewEvent, TicketChanges};
use callboard_model::{
    ClientId, EditId, EntryId, Field, Presence, Room, Ticket, TicketId, Timestamp, Value, Version,
};

use serde::{Deserialize, Serialize};

use super::event::Lookups;
use super::schedule::Scheduling;
use crate::bridge::{EventType, Signal, Update};
use crate::notes::{NoteOrder, Owner};

/// One thing to be done. The runtime does them in the order given, and does not wait for one before the next.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Write an edit to disk; answered by [`Event::Stored`](crate::Event::Stored).
    Store {
        /// The edit.
        edit: StoredEdit,
        /// The edit that it repeats under another name: it stands right behind that one, before what was chosen since.
        repeats: Option<EditId>,
    },
    /// Remove an edit from disk: it was applied, or dropped by the person.
    Forget(EditId),
    /// Keep a note of ours on disk, or take one away.
    Note(NoteOrder),
    /// Erase the edits and notes of an account from the disk; answered by [`Event::Wiped`](crate::Event::Wiped).
    Wipe(Owner),
    /// Find out whether the disk takes anything; answered by [`Event::Saving`](crate::Event::Saving).
    ProbeDisk,
    /// Keep a copy of what the server said, for a start without it. Nothing depends on it: where it fails, such a start
    /// shows less.
    Keep(Keep),
    /// Ask the server; answered by [`Event::Answered`](crate::Event::Answered).
    Ask(RequestId, Request),
    /// Do something on the socket.
    Link(LinkOrder),
    /// Ring after a while; arming again moves the time.
    Arm(Timer, Duration),
    /// Do not ring after all.
    Disarm(Timer),
    /// Tell a window.
    Paint(WindowId, Update),
    /// Ask something of the machine around the windows.
    Signal(Signal),
}

/// One window of the program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowId(pub Arc<str>);

/// Names a question so that its answer can be told from an older one's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// A question to the REST API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Who am I, and what can the server do?
    Hello,
    /// Boards, statuses, priorities, people, categories, teams, customers.
    Lookups,
    /// The places and people of a customer.
    Customer(ClientId),
    /// One page of all tickets, from 1.
    Tickets {
        /// The page.
        page: u32,
    },
    /// One ticket.
    Ticket(TicketId),
    /// Write an edit.
    Save {
        /// The edit; its id is the idempotency key.
        edit: EditId,
        /// The ticket.
        ticket: TicketId,
        /// What to set, and on which version it was chosen.
        changes: TicketChanges,
    },
    /// Say something on a ticket.
    Say {
        /// The comment; its id is the idempotency key.
        saying: EditId,
        /// The ticket.
        ticket: TicketId,
        /// What is said.
        comment: NewComment,
    },
    /// What is said on a ticket, the latest first.
    Comments {
        /// The ticket.
        ticket: TicketId,
        /// How much of it.
        limit: u32,
    },
    /// Something of the schedule.
    Schedule(Scheduling),
    /// What changed since.
    Changes {
        /// The last `seq` we have.
        since: u64,
    },
    /// Tokens for rooms.
    LiveTokens {
        /// The tickets.
        tickets: Vec<TicketId>,
        /// Also the board room.
        board: bool,
    },
    /// Tokens for rooms of a stock server, which gives them one by one; answered like [`Request::LiveTokens`], and
    /// perhaps for the first of them only.
    StockTokens {
        /// The tickets.
        tickets: Vec<TicketId>,
    },
    /// Every event that the server can tell of.
    EventCatalog,
    /// What was told of one kind.
    EventLog {
        /// Which kind.
        of: EventType,
        /// What came behind this place, oldest first; `None`: the newest, newest first.
        since: Option<u64>,
        /// At most so many.
        limit: u32,
    },
    /// Tell an event of which nothing happened.
    Simulate {
        /// Its idempotency key.
        key: EditId,
        /// The event.
        event: NewEvent,
    },
}

/// What is wanted of the socket.
#[derive(Clone)]
pub enum LinkOrder {
    /// Open it; answered by `Up` or `Down`. Without effect while it is open or being opened.
    Connect(Sockets),
    /// Close it, or stop opening it, and stay closed. Nothing answers.
    Disconnect,
    /// Enter a room, or give an open one a fresh token.
    Join {
        /// The room.
        room: Room,
        /// Its live token: a secret.
        token: Arc<str>,
    },
    /// Leave a room.
    Leave(Room),
    /// Say where we are; `None` says that we are not here.
    Show(Room, Option<Presence>),
}

/// How rooms are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sockets {
    /// All of them on one socket: our own server, and a stock one of 3.x or 4.x that checks each room's token.
    Shared,
    /// Each on a socket of its own, with its token in the address: a stock server of 2.x, which checks only that.
    Apart,
}

/// A token is a secret, so it is not shown.
impl std::fmt::Debug for LinkOrder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Connect(sockets) => write!(f, "Connect({sockets:?})"),
            Self::Disconnect => f.write_str("Disconnect"),
            Self::Join { room, .. } => write!(f, "Join({room})"),
            Self::Leave(room) => write!(f, "Leave({room})"),
            Self::Show(room, presence) => f.debug_tuple("Show").field(room).field(presence).finish(),
        }
    }
}

/// What a draft is of. A composer of something new gets a line here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DraftOf {
    /// A field of a ticket.
    Field(TicketId, Field),
    /// A comment on a ticket.
    Comment(TicketId),
    /// What is planned for a ticket: an entry, or a new one.
    Plan(TicketId, Option<EntryId>),
}

impl DraftOf {
    /// The ticket.
    #[must_use]
    pub const fn ticket(&self) -> &TicketId {
        match self {
            Self::Field(ticket, _) | Self::Comment(ticket) | Self::Plan(ticket, _) => ticket,
        }
    }
}

/// What can ring.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// Ask the server again who we are.
    Hello,
    /// Open the socket again.
    Reconnect,
    /// A burst of hints for a ticket has had its 200 ms: fetch it once.
    Refetch(TicketId),
    /// A burst of hints about what is planned for a ticket has had its 200 ms: read it once.
    Plans(TicketId),
    /// A highlight has had its 600 ms.
    Dim(TicketId),
    /// Plan the rooms anew: something scrolled out of view long enough ago.
    Rooms,
    /// Somebody has not stirred for long enough to look idle.
    Faces,
    /// Look whether our own person is still at the machine.
    Away,
    /// Ask what changed, because nothing would tell us (RB-9).
    Poll,
    /// The tokens have lived four fifths of their life.
    Tokens,
    /// Look again whether the disk takes anything.
    Disk,
    /// What was typed goes to disk.
    Draft(DraftOf),
    /// Send the outbox again.
    Resend,
    /// Some ticket crosses a due boundary.
    Clock,
    /// Nobody chooses any more: rows go to their places.
    Settle,
    /// Lists of the person's own work were told a moment ago; what changed since is told now.
    Lists,
    /// Something is to be told, or rings again.
    Alerts,
    /// Read the log of events again: what was told is awaited there.
    EventLog,
}

/// What of the server's words is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Who is signed in.
    Me(Me),
    /// The lists behind the pickers.
    Lookups(Box<Lookups>),
    /// A ticket, as of a time by the server's clock in milliseconds.
    Ticket(Box<Ticket>, i64),
    /// A ticket is gone, or out of our sight.
    Gone(TicketId),
    /// All that is kept was true at this time, if nothing later is said of it.
    Proven(i64),
    /// Nothing of it is ours to keep any more: it is erased; answered by [`Event::Wiped`](crate::Event::Wiped).
    Nothing,
}

/// An edit as it lies on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEdit {
    /// Its name, and its idempotency key.
    pub id: EditId,
    /// Whose; of one that an early release wrote it may not be known, and it is that of whoever is signed in.
    pub owner: Option<Owner>,
    /// The ticket.
    pub ticket: TicketId,
    /// The field.
    pub field: Field,
    /// What the person saw when choosing.
    pub base: Value,
    /// The version that the person saw, where the server has versions.
    pub base_version: Option<Version>,
    /// What the person chose.
    pub mine: Value,
    /// When, by this machine's clock.
    pub at: Timestamp,
}
