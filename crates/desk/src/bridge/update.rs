//! What a window is told.
//!
//! **Invariant:** an update stands for itself; none has to be remembered to understand another, but for the numbers of a view.

use std::sync::Arc;

use callboard_model::{Field, TicketId};
use serde::{Deserialize, Serialize};

use super::activity::ActivityChange;
use super::alert::{AlertsView, Verdict};
use super::board::{BoardChange, ChipsView, OffersView, ViewSummary};
use super::comments::{CommentsView, ComposerView};
use super::events::{CatalogView, EventForm, EventLogView, SimulationView};
use super::habits::HabitsView;
use super::look::{Choice, Face};
use super::outbox::{BulkView, NeedsView, OutboxView};
use super::plans::PlansView;
use super::query::ViewId;
use super::saved::{SavedView, ViewRefusal};
use super::setup::{Lack, ProfilesView, WindowKind};
use super::status::{Counts, LinkView};
use super::ticket::TicketView;

/// What the program tells a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "is", content = "value", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Update {
    /// Lines of a view changed.
    Board {
        /// The view.
        view: ViewId,
        /// +1 with each update of this view; a gap means: ask for the lines again.
        rev: u32,
        /// What changed.
        change: BoardChange,
    },
    /// How a view stands beside its lines, when that changed.
    View(ViewSummary),
    /// What the chips of a view are called: when it is opened with some, and when the names come.
    Chips(ChipsView),
    /// What can be chosen for the chips of one kind, to the window that asked.
    Offers(OffersView),
    /// The views that the person saved, by name.
    Views(#[cfg_attr(feature = "ts", ts(as = "Vec<SavedView>"))] Arc<[SavedView]>),
    /// A ticket that this window has open.
    Ticket(TicketView),
    /// What is said on a ticket that this window has open.
    Comments(CommentsView),
    /// What stands in the composer of a ticket that this window has open, when that changed; at first nothing does.
    Composer(ComposerView),
    /// What is planned for a ticket that this window has open.
    Plans(PlansView),
    /// Everything that waits for a decision, to a window that has it open.
    Needs(NeedsView),
    /// What waits to be sent and what was, to a window that has it open.
    Outbox(OutboxView),
    /// How a change of many tickets goes, to the window that began it.
    Bulk(BulkView),
    /// How the program stands with the server.
    Link(LinkView),
    /// The numbers of the status bar.
    Counts(Counts),
    /// Who is signed in; `None` before that is known.
    Me(Option<Face>),
    /// Boards to choose from in the filter.
    Boards(Vec<Choice>),
    /// Entries of the record that this window shows.
    Activity {
        /// +1 with each update of this window's entries; a gap means: ask for them again.
        rev: u32,
        /// What changed.
        change: ActivityChange,
    },
    /// The settings of alerts, to a window that shows them.
    Alerts(AlertsView),
    /// What would be done about a fact that was tried.
    Tried(Verdict),
    /// What the server can tell of, to a window that shows it.
    Catalog(CatalogView),
    /// What can be filled in for the kind of event that the window chose.
    EventForm(EventForm),
    /// The newest events of that kind, as the server's log has them.
    EventLog(EventLogView),
    /// What became of the event that the window sent.
    Simulation(SimulationView),
    /// Show this: the person asked for it outside the window.
    Show(Place),
    /// A passing toast.
    Notice(Notice),
    /// What keeps the program from its work, or what it did about it. The shell says this, not the desk.
    Setup(SetupView),
    /// Which profiles there are, to a window that reads them. The shell says this.
    Profiles(ProfilesView),
    /// How the program behaves on this machine, to a window that reads it. The shell says this.
    Habits(HabitsView),
    /// What this window is for. The shell says this, first of all.
    Window(WindowKind),
}

/// What keeps the program from its work, or what it did about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SetupView {
    /// What.
    pub code: SetupCode,
    /// The details, for people.
    pub message: String,
}

/// With any of these but [`OutboxSetAside`](Self::OutboxSetAside) no console runs, and no other update comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum SetupCode {
    /// Nobody is anybody yet: the window asks for a server and a key, or offers to try it here.
    FirstStart,
    /// Nobody said where the server is.
    MissingServer,
    /// Nobody gave a key.
    MissingKey,
    /// The server's address cannot be used.
    BadServer,
    /// The key cannot be used.
    BadKey,
    /// One of the options cannot be used.
    BadOption,
    /// Another console uses the profile.
    ProfileInUse,
    /// The profile's files cannot be used.
    BadProfile,
    /// The machine lacks something else.
    Machine,
    /// The outbox could not be read and lies beside a fresh one: unsent edits are in the file that is named.
    OutboxSetAside,
}

/// Where the person wants to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Place {
    /// In a ticket.
    Ticket {
        /// Which.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
    },
    /// In the record of what happened.
    Activity,
    /// In what waits to be sent.
    Outbox,
    /// In the program, wherever it is.
    Program,
}

/// A passing toast inside the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Notice {
    /// Somebody changed other fields of a ticket on which we have unsaved work (LT-12).
    Changed {
        /// The ticket.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        ticket: TicketId,
        /// Its number.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        number: Arc<str>,
        /// Who.
        who: String,
        /// What, at least one.
        #[cfg_attr(feature = "ts", ts(type = "FieldName[]"))]
        fields: Vec<Field>,
    },
    /// Nobody signed out, because this would be lost.
    Unsent {
        /// Edits and comments that the server has not confirmed.
        edits: u32,
        /// Texts that were typed and not committed.
        drafts: u32,
    },
    /// Signed out, and nothing of the account is left on this machine.
    SignedOut {
        /// What could not be erased, and why.
        trouble: Option<String>,
    },
    /// A view is not kept as it was asked for.
    ViewNotKept {
        /// The name that it was to have.
        name: String,
        /// Why.
        why: ViewRefusal,
    },
    /// An edit could not be written to disk: it is neither shown nor sent.
    NotStored {
        /// The ticket's number.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        number: Arc<str>,
        /// Why.
        reason: String,
    },
    /// A part of the program stopped by a fault of its own. What was stored is safe; the rest may not go on. The shell says
    /// this.
    Broke {
        /// The folder of the log, which says where.
        log: String,
    },
    /// The machine lacks something that the program could use; it goes on without. Said once per start.
    Lacks {
        /// What.
        what: Lack,
        /// Why, for people.
        reason: String,
    },
}
