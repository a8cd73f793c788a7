//! What a window asks for.
//!
//! **Invariant:** a command names tickets and views, never a place on screen, and carries all that it needs.

use callboard_model::{EntryId, Field, TicketId, Value};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::activity::ActivityFilter;
use super::alert::{AlertFact, AlertSettings, Looking, PauseFor};
use super::board::ChoosingBy;
use super::comments::{SayingId, Visibility};
use super::events::EventType;
use super::outbox::{BulkId, DecisionId};
use super::plans::PlanDeed;
use super::query::{BoardQuery, ChipKind, ViewId};
use super::saved::{Column, SavedViewId};

/// What a window asks of the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Command {
    /// The window has (re)loaded: it knows nothing and watches nothing, so it opens anew what it shows. Always first: the
    /// shell sends it when a window subscribes, a user without windows begins with it.
    Hello,
    /// Open a view of the board, or change what an open one shows.
    OpenView {
        /// The view.
        view: ViewId,
        /// What it shows, in which order.
        query: BoardQuery,
    },
    /// Say which lines of a view are on screen; the answer is a [`BoardChange::Reset`](super::BoardChange::Reset) of just those.
    ShowLines {
        /// The view.
        view: ViewId,
        /// The first line on screen.
        first: u32,
        /// How many; at most [`LINES_MAX`].
        count: u32,
    },
    /// Close a view.
    CloseView {
        /// The view.
        view: ViewId,
    },
    /// The person is choosing among the lines of a view, or no longer: meanwhile every line keeps its place, with the newest
    /// of its ticket in it, and what would move waits. At the end it goes to its place, at most once in three seconds.
    Choosing {
        /// The view.
        view: ViewId,
        /// With what; the lines stand still while they choose with anything.
        by: ChoosingBy,
        /// Whether they do.
        on: bool,
    },
    /// Let the lines of a view go to their places now, whoever is choosing.
    RefreshNow {
        /// The view.
        view: ViewId,
    },
    /// Say what can be chosen for the chips of one kind; answered once with [`Update::Offers`](super::Update::Offers).
    ReadOffers {
        /// The view.
        view: ViewId,
        /// What the chips are about.
        kind: ChipKind,
    },
    /// Keep a view under a name. What becomes of it is told with [`Update::Views`](super::Update::Views), or with a notice
    /// that it was not kept.
    SaveView {
        /// The one whose place it takes; `null`: it is a new one.
        saved: Option<SavedViewId>,
        /// Its name.
        name: String,
        /// What it shows.
        query: BoardQuery,
        /// In which columns, in their order.
        columns: Vec<Column>,
    },
    /// Give a saved view another name.
    RenameView {
        /// Which.
        saved: SavedViewId,
        /// The name.
        name: String,
    },
    /// Keep a saved view no longer.
    DeleteView {
        /// Which.
        saved: SavedViewId,
    },
    /// Look at a ticket: it is followed, refreshed, and others see us there.
    OpenTicket {
        /// The ticket.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
    },
    /// Look away again.
    CloseTicket {
        /// The ticket.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
    },
    /// The person is in a field: a picker is open, or a text has focus. What it holds now is what they saw.
    BeginEdit {
        /// The ticket.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
        /// The field.
        #[cfg_attr(feature = "ts", ts(type = "FieldName"))]
        field: Field,
    },
    /// The person left the field without committing. A draft stays.
    EndEdit {
        /// The ticket.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
        /// The field.
        #[cfg_attr(feature = "ts", ts(type = "FieldName"))]
        field: Field,
    },
    /// What has been typed so far, not committed.
    Draft {
        /// The ticket.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
        /// The field.
        #[cfg_attr(feature = "ts", ts(type = "FieldName"))]
        field: Field,
        /// The text.
        #[cfg_attr(feature = "ts", ts(type = "Value"))]
        value: Value,
    },
    /// Throw the draft of a field away.
    DropDraft {
        /// The ticket.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
        /// The field.
        #[cfg_attr(feature = "ts", ts(type = "FieldName"))]
        field: Field,
    },
    /// The person committed a value.
    Edit {
        /// The ticket.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
        /// The field.
        #[cfg_attr(feature = "ts", ts(type = "FieldName"))]
        field: Field,
        /// The value.
        #[cfg_attr(feature = "ts", ts(type = "Value"))]
        value: Value,
    },
    /// Settle a conflict: mine stands, on top of theirs.
    KeepYours {
        /// The ticket.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
        /// The field.
        #[cfg_attr(feature = "ts", ts(type = "FieldName"))]
        field: Field,
        /// Theirs, as the panel showed it; where another value stands by now, nothing is kept and the panel stays.
        #[cfg_attr(feature = "ts", ts(type = "Value"))]
        theirs: Value,
    },
    /// Settle a conflict: mine is dropped, with the rest of its coupled group.
    TakeTheirs {
        /// The ticket.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
        /// The field.
        #[cfg_attr(feature = "ts", ts(type = "FieldName"))]
        field: Field,
        /// Mine, as the panel showed it; where another value is asked about by now, nothing is dropped and the panel stays.
        #[cfg_attr(feature = "ts", ts(type = "Value"))]
        mine: Value,
    },
    /// Settle a conflict with a third value, on top of theirs.
    ChooseOther {
        /// The ticket.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
        /// The field.
        #[cfg_attr(feature = "ts", ts(type = "FieldName"))]
        field: Field,
        /// The third value.
        #[cfg_attr(feature = "ts", ts(type = "Value"))]
        value: Value,
        /// Theirs, as the panel showed it; where another value stands by now, the third value is asked about like ours.
        #[cfg_attr(feature = "ts", ts(type = "Value"))]
        theirs: Value,
    },
    /// Take a decision back: the one that [`NeedsView::undo`](super::NeedsView::undo) offers; any other is left alone.
    Undo {
        /// The decision.
        decision: DecisionId,
    },
    /// Choose a value on many tickets: one edit each, which share nothing but this summary.
    Bulk {
        /// What the window calls it; one of the same name is told no more.
        bulk: BulkId,
        /// The tickets, at most [`BULK_MAX`](super::BULK_MAX).
        #[cfg_attr(feature = "ts", ts(type = "string[]"))]
        tickets: Vec<TicketId>,
        /// The field.
        #[cfg_attr(feature = "ts", ts(type = "FieldName"))]
        field: Field,
        /// The value.
        #[cfg_attr(feature = "ts", ts(type = "Value"))]
        value: Value,
    },
    /// Tell no more of a change of many tickets; its edits go on.
    CloseBulk {
        /// Which.
        bulk: BulkId,
    },
    /// Say something on a ticket. It is stored, shown and sent like an edit.
    Comment {
        /// The ticket.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
        /// The words; blank ones are nothing.
        text: String,
        /// Who may read it.
        visibility: Visibility,
    },
    /// What stands in the composer of a ticket, not said; blank words: nothing.
    DraftComment {
        /// The ticket.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
        /// The words.
        text: String,
        /// Who may read it once it is said.
        visibility: Visibility,
    },
    /// Say a refused comment again.
    RetryComment {
        /// Which.
        saying: SayingId,
    },
    /// Discard a comment that is not on its way.
    DropComment {
        /// Which.
        saying: SayingId,
    },
    /// Show more of what was said before.
    MoreComments {
        /// The ticket.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
    },
    /// Do something about what is planned for an open ticket.
    Plan {
        /// The ticket.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
        /// The entry; `null`: a new one.
        #[cfg_attr(feature = "ts", ts(type = "string | null"))]
        entry: Option<EntryId>,
        /// What.
        deed: PlanDeed,
    },
    /// Tell what waits for a decision, now and whenever it changes.
    OpenNeeds,
    /// Tell it no more.
    CloseNeeds,
    /// Tell what waits to be sent and what was, now and whenever it changes.
    OpenOutbox,
    /// Tell it no more.
    CloseOutbox,
    /// Send a refused edit again.
    RetryEdit {
        /// The ticket.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
        /// The field.
        #[cfg_attr(feature = "ts", ts(type = "FieldName"))]
        field: Field,
    },
    /// Drop a refused or queued edit.
    DropEdit {
        /// The ticket.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
        /// The field.
        #[cfg_attr(feature = "ts", ts(type = "FieldName"))]
        field: Field,
    },
    /// Sign out: all that this machine keeps of the account is erased, and the console has nothing more to say until it
    /// is started again. Where work would be lost that was not sent, it is only said how much.
    SignOut {
        /// Do it all the same.
        force: bool,
    },
    /// Try the live link again now.
    RetryLink,
    /// The person is here without asking for anything: a key, the pointer. Once a minute is enough; every other command
    /// that a person gives says the same.
    StillHere,
    /// Look without being seen: while it is on nothing is said of us in any room, and others are seen as before.
    ViewQuietly {
        /// Whether it is on.
        on: bool,
    },
    /// Ask every half minute what changed while the live layer is down: for places where no WebSocket gets through (RB-9).
    PollSlowly {
        /// Whether it is on.
        on: bool,
    },
    /// This window got the focus or lost it, or shows another ticket: what the person looks at need not call them, and
    /// when they look at the program again, what was given up is tried anew (LT-14).
    Focus {
        /// Whether it has the focus.
        focused: bool,
        /// The ticket that it shows.
        #[cfg_attr(feature = "ts", ts(type = "string | null"))]
        ticket: Option<TicketId>,
    },
    /// The machine is not to disturb, or may again. The shell says this.
    DoNotDisturb {
        /// Whether it is so.
        on: bool,
    },
    /// Show what happened, newest first; answered with a [`Reset`](super::ActivityChange::Reset), and then told what is new.
    OpenActivity {
        /// Which of it.
        filter: ActivityFilter,
        /// Only what was before this entry, for a further page; `null`: the newest.
        #[cfg_attr(feature = "ts", ts(type = "number | null"))]
        before: Option<u64>,
        /// How many entries, at most [`ENTRIES_MAX`](super::ENTRIES_MAX).
        count: u32,
    },
    /// Show it no longer.
    CloseActivity,
    /// What happened on a ticket is read; without a ticket, all of it.
    MarkRead {
        /// Which.
        #[cfg_attr(feature = "ts", ts(type = "string | null"))]
        ticket: Option<TicketId>,
    },
    /// Be told of changes of a ticket, or no longer.
    Watch {
        /// Which.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
        /// Whether it is watched.
        on: bool,
    },
    /// Show the settings of alerts; answered, and told again when they change.
    ReadAlerts,
    /// Choose other settings of alerts.
    SetAlerts {
        /// All of them.
        settings: AlertSettings,
    },
    /// Nothing is to call for a while.
    PauseAlerts {
        /// For how long.
        pause: PauseFor,
    },
    /// "Would this have rung?": answered with the verdict; nothing comes of it.
    TryAlert {
        /// What happens.
        fact: AlertFact,
        /// Where the person looks then.
        looking: Looking,
        /// The minute of the day at which it happens, by local time; `null`: now.
        minute: Option<u16>,
    },
    /// Tell which events there are, now and whenever that changes; again, where it could not be told.
    OpenEvents,
    /// Tell it no more, nor what was sent from there.
    CloseEvents,
    /// Show one kind of event: answered with its form, and with the newest of it in the server's log.
    ChooseEvent {
        /// Which.
        event_type: EventType,
    },
    /// Read the log of the chosen kind again.
    ReadEventLog,
    /// Have the server tell an event of which nothing happened. It is sent now or not at all, and one at a time; what
    /// becomes of it is told with [`Update::Simulation`](super::Update::Simulation).
    Simulate {
        /// The window's own number for it. One that was sent and not refused is not sent again under the same number.
        attempt: u32,
        /// Which.
        event_type: EventType,
        /// What it says; at most [`PAYLOAD_MAX`](super::PAYLOAD_MAX).
        #[cfg_attr(feature = "ts", ts(type = "Record<string, unknown>"))]
        payload: Map<String, Json>,
    },
}

/// The most lines that a window may ask for at once.
pub const LINES_MAX: u32 = 400;
