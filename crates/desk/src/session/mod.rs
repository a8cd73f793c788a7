//! All state of a running console, and the one function that changes it.
//!
//! ```text
//! Event ─▶ step ─▶ on_command · on_disk · on_answer · on_link · on_timer
//!                       │  tickets (confirmed) · edits (pending) · stale · rooms · presences
//!                       ▼
//!                    finish ─▶ rows, views, numbers that are new ─▶ Effect
//! ```
//!
//! **Invariant:** one writer. Nobody else changes any of this, and nothing in here reads a clock or a random number.

mod alerting;
mod check;
mod chips;
mod decide;
pub(crate) mod drafts;
pub mod effect;
pub mod event;
mod feed;
mod finish;
mod keep;
mod lists;
mod on_alert;
mod on_answer;
mod on_command;
mod on_disk;
mod on_link;
mod on_save;
mod on_timer;
mod on_view;
mod ours;
mod person;
mod plan;
mod planned;
mod poll;
mod reach;
mod saved;
mod say;
pub mod schedule;
mod sign_out;
mod simulating;
mod step;
mod truth;
mod turn;
mod visit;
mod wake;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use callboard_model::rest::Me;
use callboard_model::{EditId, SessionId, TicketId};

use crate::alerts::Alerts;
use crate::board::Board;
use crate::bridge::{Counts, LinkView, Live, Reach, Saving, SayingId, Support, ViewId};
use crate::clock::ServerClock;
use crate::edits::Edits;
use crate::edits::bulk::Bulks;
use crate::edits::past::Past;
use crate::known::Tickets;
use crate::link_state::{LiveState, ReachState};
use crate::lookups::Names;
use crate::plans::Planning;
use crate::policy::Policy;
use crate::presence::Presences;
use crate::presence::attention::Attention;
use crate::refresh::Refreshes;
use crate::rooms::Rooms;
use crate::simulator::Simulators;
use crate::talk::Talks;
use crate::windows::{Common, Windows};
use check::Check;
use drafts::Drafts;
use effect::{RequestId, WindowId};
use feed::Feed;
use lists::Lists;
use on_alert::Watched;
use ours::Aside;
use person::Shown;
use saved::SavedViews;
use sign_out::SignedOut;

/// A running console. Start it with [`Event::Started`](crate::Event::Started).
#[derive(Debug)]
pub struct Session {
    /// Our own name: hints that come back under it are our own echoes (LT-17).
    origin: SessionId,
    /// Who is signed in, once the server said so.
    me: Option<Me>,
    /// Whose words are kept on disk: before the server said who we are, those of the last run.
    recalled: Option<Me>,
    /// The number of the last question.
    requests: u64,
    /// The layers of a shown value: confirmed below, pending above.
    tickets: Tickets,
    edits: Edits,
    /// What the disk has of the drafts.
    drafts: Drafts,
    /// What is on disk and not in hand.
    aside: Aside,
    /// What was confirmed and decided.
    past: Past,
    /// Changes of many tickets.
    bulks: Bulks,
    lists: Lists,
    /// Views on their way to disk.
    saved: SavedViews,
    /// Views whose chips are to be named.
    nameless: BTreeSet<(WindowId, ViewId)>,
    /// What is said on the tickets that are open.
    talks: Talks,
    /// What is planned for them, and the forms in which that is changed.
    planning: Planning,
    /// Comments that were discarded on their way to disk.
    unsaid: BTreeSet<SayingId>,
    /// The person signed out: nothing more happens in this run.
    signed_out: Option<SignedOut>,
    /// Edits and comments that are on their way.
    in_flight: BTreeSet<EditId>,
    /// Tickets whose edits wait until what they stand on was fetched anew (CO-12).
    unproven: BTreeSet<TicketId>,
    /// Against a server without versions: answers to older questions than this are older than our own save.
    floors: BTreeMap<TicketId, RequestId>,
    /// Against a server without versions: tickets that are read before they are written.
    checks: BTreeMap<TicketId, Check>,
    /// What we heard of and have not fetched.
    stale: Refreshes,
    /// The whole list, and the cursor in the change feed.
    feed: Feed,
    names: Names,
    clock: ServerClock,
    reach: ReachState,
    live: LiveState,
    /// Whether the disk takes our work.
    saving: Saving,
    rooms: Rooms,
    presences: Presences,
    /// Where we last said that we are, in rooms that we are in or that the link keeps for our return.
    shown: BTreeMap<TicketId, Shown>,
    attention: Attention,
    /// The timer that looks for idle faces is armed.
    faces_armed: bool,
    poll_armed: bool,
    /// Open tickets that are ours.
    mine: BTreeSet<TicketId>,
    policy: Policy,
    /// What the server helps with.
    support: Support,
    board: Board,
    /// What calls the person.
    alerts: Alerts,
    /// The tickets that they watch, as the rows show it.
    watched: Watched,
    windows: Windows,
    /// What windows show of events.
    simulators: Simulators,
    common: Common,
    /// Tickets whose rows and views are built anew at the end of the step.
    touched: BTreeSet<TicketId>,
    /// When the next ticket crosses a due boundary, as the timer knows it.
    clock_armed: Option<i64>,
    /// When rows go to their places, as the timer knows it.
    settling_armed: Option<Duration>,
}

impl Session {
    /// A session that knows nothing. `origin` names it towards the server.
    #[must_use]
    pub fn new(origin: SessionId) -> Self {
        let link = LinkView {
            live: Live::Connecting,
            reach: Reach::Unknown,
            saving: Saving::Safe,
            since: 0,
            lag: None,
            clock_offset: 0,
            support: Support::Unknown,
            quiet: false,
            polling: false,
        };
        Self {
            origin,
            me: None,
            recalled: None,
            requests: 0,
            tickets: Tickets::default(),
            edits: Edits::default(),
            drafts: Drafts::default(),
            aside: Aside::default(),
            past: Past::default(),
            bulks: Bulks::default(),
            lists: Lists::default(),
            saved: SavedViews::default(),
            nameless: BTreeSet::new(),
            talks: Talks::default(),
            planning: Planning::default(),
            unsaid: BTreeSet::new(),
            signed_out: None,
            in_flight: BTreeSet::new(),
            unproven: BTreeSet::new(),
            floors: BTreeMap::new(),
            checks: BTreeMap::new(),
            stale: Refreshes::default(),
            feed: Feed::default(),
            names: Names::default(),
            clock: ServerClock::default(),
            reach: ReachState::default(),
            live: LiveState::default(),
            saving: Saving::Safe,
            rooms: Rooms::default(),
            presences: Presences::default(),
            shown: BTreeMap::new(),
            attention: Attention::default(),
            faces_armed: false,
            poll_armed: false,
            mine: BTreeSet::new(),
            policy: Policy::default(),
            support: Support::Unknown,
            board: Board::new(),
            alerts: Alerts::default(),
            watched: Watched::default(),
            windows: Windows::default(),
            simulators: Simulators::default(),
            common: Common {
                link,
                counts: Counts::default(),
                me: None,
                boards: Vec::new(),
                views: Arc::default(),
            },
            touched: BTreeSet::new(),
            clock_armed: None,
            settling_armed: None,
        }
    }

    /// The same, under somebody's choices.
    #[must_use]
    pub fn under(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// Whether the server knows no versions, no feed and no board room.
    fn is_stock(&self) -> bool {
        self.support == Support::BestEffort
    }
}
