//! Everything that can happen to a console.

use std::sync::Arc;
use std::time::Duration;

use callboard_model::rest::{
    Board, Capabilities, CatalogEntry, Category, Changes, Client, Comment, Contact, EventPage, LiveTokens,
    Location, Me, Pagination, Priority, SimulatedEvent, Stale, Status, Team, User,
};
use callboard_model::{Digest, EditId, Hint, Presence, Room, Ticket, Timestamp};
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

use crate::bridge::{Command, FieldFault, Saving, ToastAction, ToastId};
use crate::notes::{Note, NoteName};
use crate::session::effect::{Request, RequestId, Timer};
use crate::session::effect::{StoredEdit, WindowId};
use crate::session::schedule::Scheduled;

/// When something happened, and one draw of luck. The runtime fills it in; the session never looks for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Since the program started; never jumps.
    pub uptime: Duration,
    /// What the machine's clock says; may jump.
    pub wall: Timestamp,
    /// Fresh random bits: ids and jitter come from here.
    pub dice: u128,
    /// What this machine calls local time is so far ahead of UTC.
    pub local: Offset,
}

impl Moment {
    /// The minute of the day by local time.
    #[must_use]
    pub fn minute_of_day(&self) -> u16 {
        let time = self.local.to_datetime(self.wall).time();
        let (hour, minute) = (time.hour().unsigned_abs(), time.minute().unsigned_abs());
        u16::from(hour) * 60 + u16::from(minute)
    }
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The program is up and the disk is read. Always the first event.
    Started {
        /// Edits of every account that were not answered when the program last ended, oldest first.
        outbox: Vec<StoredEdit>,
        /// What was kept for every account, oldest first.
        notes: Vec<Note>,
        /// What the server had said by then.
        kept: Kept,
    },
    /// A window asks for something.
    Command {
        /// Which window.
        window: WindowId,
        /// What it asks.
        command: Command,
    },
    /// A window is gone, with all that it watched.
    WindowClosed(WindowId),
    /// The person clicked a toast of the machine.
    ToastClicked {
        /// Which.
        id: ToastId,
        /// The number that it had.
        rev: u32,
        /// What was clicked.
        action: ToastAction,
    },
    /// The server answered, or did not.
    Answered {
        /// The question.
        id: RequestId,
        /// The question in full, so that no answer needs a table of open questions.
        request: Request,
        /// The answer.
        outcome: Result<Answer, Failure>,
        /// The server's clock when it answered, where it said so.
        server_time: Option<Timestamp>,
    },
    /// Something happened on the socket.
    Link(LinkEvent),
    /// An edit is safe on disk: now it may be shown and sent.
    Stored(EditId),
    /// An edit could not be written to disk; the sentence says why.
    NotStored(EditId, Arc<str>),
    /// A note is safe on disk.
    NoteKept(NoteName),
    /// A note could not be written to disk; the sentence says why.
    NoteNotKept(NoteName, Arc<str>),
    /// One of the two files was erased, or could not be; the sentence says why.
    Wiped(Wiped, Result<(), Arc<str>>),
    /// Whether the disk takes anything: told when that changes, and when it was asked.
    Saving(Saving),
    /// A timer that was armed ran out.
    Rang(Timer),
    /// The machine slept, or its network is another one now: whatever was connected is not to be trusted.
    Woke,
    /// The program ends in good order. Always the last event; of what it asks for only the disk hears.
    Ending,
}

/// What was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wiped {
    /// The edits and notes of an account.
    Work,
    /// The copy of what the server said.
    Copy,
}

/// What was kept of the server's words when the program last ran (CO-12). Shown until the server was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Whose words they are; without that, nothing is shown.
    pub me: Option<Me>,
    /// The lists behind the pickers.
    pub lookups: Option<Lookups>,
    /// Tickets, each as of a time by the server's clock in milliseconds.
    pub tickets: Vec<(Ticket, i64)>,
}

/// What the server said to a [`Request`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// To [`Request::Hello`].
    Hello {
        /// The caller.
        me: Me,
        /// `None`: a stock server.
        capabilities: Option<Capabilities>,
    },
    /// To [`Request::Lookups`].
    Lookups(Lookups),
    /// To [`Request::Customer`].
    Customer(Customer),
    /// To [`Request::Tickets`].
    Tickets {
        /// One page of them.
        tickets: Vec<Ticket>,
        /// Where the page stands.
        pagination: Pagination,
    },
    /// To [`Request::Ticket`].
    Ticket(Box<Ticket>),
    /// To [`Request::Save`]: the ticket as it stands now.
    Saved(Box<Ticket>),
    /// To [`Request::Say`]: what was said.
    Said(Box<Comment>),
    /// To [`Request::Comments`].
    Comments(Vec<Comment>),
    /// To [`Request::Schedule`].
    Schedule(Scheduled),
    /// To [`Request::Changes`].
    Changes(Changes),
    /// To [`Request::LiveTokens`].
    LiveTokens(LiveTokens),
    /// To [`Request::EventCatalog`].
    EventCatalog(Vec<CatalogEntry>),
    /// To [`Request::EventLog`].
    EventLog(EventPage),
    /// To [`Request::Simulate`]: it was told.
    Simulated(SimulatedEvent),
}

/// The lists behind the pickers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each is the list of what its type describes")]
pub struct Lookups {
    pub boards: Vec<Board>,
    pub statuses: Vec<Status>,
    pub priorities: Vec<Priority>,
    pub users: Vec<User>,
    #[serde(default)]
    pub categories: Vec<Category>,
    #[serde(default)]
    pub teams: Vec<Team>,
    #[serde(default)]
    pub clients: Vec<Client>,
}

/// What can be chosen of one customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the list of what its type describes")]
pub struct Customer {
    pub locations: Vec<Location>,
    pub contacts: Vec<Contact>,
}

/// Why there is no answer, reduced to what the session decides upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection, or none of it left: nothing is known of what the server did.
    Unreachable,
    /// The server is busy and named a time.
    Busy(Duration),
    /// 401: the key is not accepted.
    SignedOut,
    /// 403: not for this caller.
    Forbidden,
    /// 404: not there, or not there for this caller.
    Gone,
    /// 409 or 412: somebody wrote in between.
    Stale(Box<Stale>),
    /// 410: the change feed, or the log of events, no longer reaches back that far.
    TooOld,
    /// Any other refusal, final for this request.
    Refused {
        /// The server's code, such as `VALIDATION_ERROR`.
        code: Arc<str>,
        /// The server's sentence.
        message: Arc<str>,
        /// What of the request is wrong, where the server names it.
        faults: Vec<FieldFault>,
    },
    /// 5xx: the server's own trouble; worth another try.
    Broken,
}

/// What happens on the one socket.
#[derive(Clone, Debug)]
pub enum LinkEvent {
    /// The socket is open.
    Up,
    /// The socket is closed, or never opened.
    Down(Fall),
    /// The server let us into a room.
    Joined(Room),
    /// The server refused a room.
    Denied(Room, Arc<str>),
    /// The server closed a room we were in.
    Left(Room, Arc<str>),
    /// A hint arrived in a room.
    Hint(Room, Box<Hint>),
    /// Faces changed in a room: `None` for one that went.
    Presence(Room, Vec<(ClientKey, Option<Presence>)>),
    /// The board room says who is at which tickets.
    Digest(Room, Digest),
    /// How long the server took to answer our last sign of life.
    RoundTrip(Duration),
}

/// How a socket came to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fall {
    /// For the diagnostics: a close code or an error, never a secret.
    pub reason: Arc<str>,
    /// The code with which the server closed it, where it said one.
    pub code: Option<u16>,
    /// How long the server asks to be left alone before the next attempt.
    pub retry_after: Option<Duration>,
}

/// One awareness client: a window or tab of somebody, in one room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientKey(pub u64);
