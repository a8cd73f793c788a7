//! The world around a session, in a test: a server, a disk, a socket, a window and a clock that moves when told.
//!
//! Nothing happens by itself but what the world is told to let happen, so every story reads from top to bottom.

mod decisions;
mod machine;
pub(crate) mod schedule;
mod seen;
pub(crate) mod server;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use callboard_desk::bridge::{
    ActivityChange, ActivityEntry, BoardChange, BoardQuery, BulkView, Command, CommentDraft, CommentsView,
    ComposerView, ConflictView, Counts, FieldState, Grouping, Line, LinkView, NeedsView, Notice, OutboxState,
    OutboxView, PendingComment, PlansView, SavedView, Saving, Signal, TicketView, Update, ViewId,
};
use callboard_desk::notes::{Note, NoteName};
use callboard_desk::session::effect::{Keep, LinkOrder, Request, RequestId, StoredEdit, Timer, WindowId};
use callboard_desk::session::event::{Answer, ClientKey, Failure, Fall, Kept, LinkEvent, Wiped};
use callboard_desk::{Effect, Event, Moment, Policy, Session};
use callboard_model::{EditId, Field, Hint, Presence, Room, TicketId, Timestamp, Value};
use jiff::tz::Offset;
pub(crate) use machine::presence;
use server::{Server, person};

type Outcome = Result<Answer, Failure>;

/// How the REST API behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Net {
    /// It answers at once.
    Up,
    /// It does what it is asked, and the answer waits for [`World::deliver`].
    Held,
    /// Nothing gets through.
    Down,
    /// It does what it is asked, and the answer is lost.
    Mute,
}

/// More steps than any one event needs: beyond them the session and the world are chasing each other.
const STEPS_MAX: usize = 40_000;

/// Everything around a session.
pub(crate) struct World {
    session: Session,
    pub(crate) server: Server,
    pub(crate) net: Net,
    /// Whether the disk takes writes.
    pub(crate) disk_is_full: bool,
    /// Whether what the disk took is only told by [`World::disk_catches_up`].
    pub(crate) disk_is_slow: bool,
    written: VecDeque<EditId>,
    /// The order in which the disk took what it holds.
    order_on_disk: Vec<EditId>,
    /// Whether the socket opens when asked.
    pub(crate) socket_works: bool,
    /// Disk: what is stored and not forgotten.
    pub(crate) disk: BTreeMap<EditId, StoredEdit>,
    /// Disk: what is kept beside.
    pub(crate) notes: BTreeMap<NoteName, Note>,
    /// Disk: what the server had said.
    pub(crate) kept: Kept,
    /// Answers that wait.
    pub(crate) held: VecDeque<(RequestId, Request, Outcome)>,
    /// Every request that was asked, in order.
    pub(crate) asked: Vec<Request>,
    /// Every order to the socket, in order.
    pub(crate) orders: Vec<LinkOrder>,
    /// The rooms that let us in.
    pub(crate) rooms: BTreeSet<String>,
    /// Rooms that let nobody in.
    pub(crate) shut: BTreeSet<String>,
    /// Rooms that do not answer yet.
    pub(crate) slow: BTreeSet<String>,
    is_up: bool,
    timers: BTreeMap<Timer, Duration>,
    uptime: Duration,
    /// How long the machine slept: time that its uptime does not know.
    slept: Duration,
    dice: u128,
    /// How far local time is ahead of UTC.
    pub(crate) local: Offset,
    window: WindowId,
    lines: BTreeMap<u32, Line>,
    pub(crate) views: BTreeMap<TicketId, TicketView>,
    pub(crate) notices: Vec<Notice>,
    /// The lists that the window has open, and its last change of many tickets.
    pub(crate) needs: Option<NeedsView>,
    pub(crate) outbox: Option<OutboxView>,
    pub(crate) bulk: Option<BulkView>,
    pub(crate) talks: BTreeMap<TicketId, CommentsView>,
    pub(crate) plans: BTreeMap<TicketId, PlansView>,
    /// What stands in the composers.
    pub(crate) composers: BTreeMap<TicketId, CommentDraft>,
    /// Every comment that was ever shown as safe on disk.
    pub(crate) safe_words: BTreeSet<(TicketId, String)>,
    /// Everything that was asked of the machine, and when.
    pub(crate) signals: Vec<(Duration, Signal)>,
    /// What the window shows of the record, newest first.
    pub(crate) entries: Vec<ActivityEntry>,
    /// What else the window was told about alerts, in order.
    pub(crate) told: Vec<Update>,
    /// What it was told about events, in order.
    pub(crate) of_events: Vec<Update>,
    /// What else it was told about its views, in order.
    pub(crate) of_views: Vec<Update>,
    /// The views that are saved, as it was last told.
    pub(crate) saved: Arc<[SavedView]>,
    /// How far the server's clock is ahead of this machine's.
    pub(crate) server_is_ahead: Duration,
    pub(crate) link: Option<LinkView>,
    pub(crate) counts: Counts,
    /// Everything that the person was shown of a field, ever.
    pub(crate) painted: BTreeSet<(TicketId, Field, Value)>,
    /// What the person had been shown of a field when they last committed to overwriting it.
    pub(crate) agreed: BTreeMap<(TicketId, Field), BTreeSet<Value>>,
    /// The effects of the last event told.
    pub(crate) last: Vec<Effect>,
}

impl World {
    /// A session that has not started yet, before a server with so many tickets.
    pub(crate) fn new(tickets: u32) -> Self {
        Self::under(Policy::default(), tickets)
    }

    /// The same, under somebody's choices.
    pub(crate) fn under(policy: Policy, tickets: u32) -> Self {
        Self {
            session: Session::new("origin".into()).under(policy),
            server: Server::new(tickets),
            net: Net::Up,
            disk_is_full: false,
            disk_is_slow: false,
            written: VecDeque::new(),
            order_on_disk: Vec::new(),
            socket_works: true,
            disk: BTreeMap::new(),
            notes: BTreeMap::new(),
            kept: Kept::default(),
            held: VecDeque::new(),
            asked: Vec::new(),
            orders: Vec::new(),
            rooms: BTreeSet::new(),
            shut: BTreeSet::new(),
            slow: BTreeSet::new(),
            is_up: false,
            timers: BTreeMap::new(),
            uptime: Duration::ZERO,
            slept: Duration::ZERO,
            local: Offset::UTC,
            dice: 0,
            window: WindowId("main".into()),
            lines: BTreeMap::new(),
            views: BTreeMap::new(),
            notices: Vec::new(),
            needs: None,
            outbox: None,
            bulk: None,
            talks: BTreeMap::new(),
            plans: BTreeMap::new(),
            composers: BTreeMap::new(),
            safe_words: BTreeSet::new(),
            signals: Vec::new(),
            entries: Vec::new(),
            told: Vec::new(),
            of_events: Vec::new(),
            of_views: Vec::new(),
            saved: Arc::default(),
            server_is_ahead: Duration::ZERO,
            link: None,
            counts: Counts::default(),
            painted: BTreeSet::new(),
            agreed: BTreeMap::new(),
            last: Vec::new(),
        }
    }

    /// A session that has started, read everything, and shows its board and ticket `t1`.
    pub(crate) fn started(tickets: u32) -> Self {
        let mut world = Self::new(tickets);
        world.start(Vec::new());
        world.open("t1");
        world.forget_the_past();
        world
    }

    pub(crate) fn start(&mut self, outbox: Vec<StoredEdit>) {
        self.order_on_disk = outbox.iter().map(|edit| edit.id).collect();
        self.disk = outbox.iter().map(|edit| (edit.id, edit.clone())).collect();
        self.tell(Event::Started {
            outbox,
            notes: self.notes.values().cloned().collect(),
            kept: self.kept.clone(),
        });
        self.show_board();
    }

    pub(crate) fn show_board(&mut self) {
        self.say(Command::Hello);
        let view = ViewId("all".into());
        let query = BoardQuery { group: Grouping::None, ..BoardQuery::default() };
        self.say(Command::OpenView { view: view.clone(), query });
        self.say(Command::ShowLines { view, first: 0, count: 40 });
    }

    /// From here on only what comes counts.
    pub(crate) fn forget_the_past(&mut self) {
        self.asked.clear();
        self.orders.clear();
        self.notices.clear();
        self.signals.clear();
        self.told.clear();
        self.of_events.clear();
        self.of_views.clear();
        self.last.clear();
        self.server.replaced.clear();
    }

    pub(crate) fn now(&self) -> Timestamp {
        let start: Timestamp = "2026-11-21T14:00:00Z".parse().expect("an instant");
        start + self.uptime + self.slept
    }

    // --- what people do -------------------------------------------------------------------------------------------

    pub(crate) fn say(&mut self, command: Command) {
        self.tell(Event::Command { window: self.window.clone(), command });
    }

    pub(crate) fn open(&mut self, ticket: &str) {
        self.say(Command::OpenTicket { ticket: ticket.into() });
    }

    pub(crate) fn close(&mut self, ticket: &str) {
        self.say(Command::CloseTicket { ticket: ticket.into() });
    }

    pub(crate) fn close_window(&mut self) {
        self.tell(Event::WindowClosed(self.window.clone()));
    }

    pub(crate) fn begin(&mut self, ticket: &str, field: Field) {
        self.say(Command::BeginEdit { ticket: ticket.into(), field });
    }

    pub(crate) fn end(&mut self, ticket: &str, field: Field) {
        self.say(Command::EndEdit { ticket: ticket.into(), field });
    }

    pub(crate) fn draft(&mut self, ticket: &str, field: Field, text: &str) {
        self.say(Command::Draft { ticket: ticket.into(), field, value: text.into() });
    }

    pub(crate) fn edit(&mut self, ticket: &str, field: Field, value: &str) {
        self.agree(ticket, field);
        // What people choose themselves they know, whoever else chose it before them.
        self.see(&ticket.into(), field, &value.into());
        self.say(Command::Edit { ticket: ticket.into(), field, value: value.into() });
    }

    /// The person keeps theirs over what the panel shows; without a panel there is no button.
    pub(crate) fn keep(&mut self, ticket: &str, field: Field) {
        if let Some(theirs) = self.panel(ticket, field).map(|panel| panel.theirs.value.clone()) {
            self.agree(ticket, field);
            self.keep_over(ticket, field, theirs);
        }
    }

    fn panel(&self, ticket: &str, field: Field) -> Option<&ConflictView> {
        let view = self.views.get(&ticket.into())?;
        match &view.fields.iter().find(|view| view.field == field)?.state {
            FieldState::Conflict(conflict) => Some(conflict),
            _ => None,
        }
    }

    /// Whatever the person was shown so far, they know.
    pub(crate) fn agree(&mut self, ticket: &str, field: Field) {
        let of_field = self.painted.iter().filter(|(id, shown, _)| id.as_str() == ticket && *shown == field);
        let values = of_field.map(|(_, _, value)| value.clone()).collect();
        self.agreed.insert((ticket.into(), field), values);
    }

    /// Somebody else writes; their hint arrives if we are listening.
    pub(crate) fn other(&mut self, who: &str, ticket: &str, field: Field, value: &str) {
        let now = self.now();
        let fields = [(field, Value::from(value))].into();
        let hint = self.server.write(&ticket.into(), &fields, &person(who), now, None);
        self.deliver_hint(hint);
    }

    pub(crate) fn bob(&mut self, ticket: &str, field: Field, value: &str) {
        self.other("Bob", ticket, field, value);
    }

    /// Bob writes, and his hint's 200 ms pass.
    pub(crate) fn bob_and_wait(&mut self, ticket: &str, field: Field, value: &str) {
        self.bob(ticket, field, value);
        self.pass(200);
    }

    pub(crate) fn face(&mut self, ticket: &str, client: u64, presence: Option<Presence>) {
        let faces = vec![(ClientKey(client), presence)];
        self.tell(Event::Link(LinkEvent::Presence(room(ticket), faces)));
    }

    // --- what the world does --------------------------------------------------------------------------------------

    pub(crate) fn deliver_hint(&mut self, hint: Option<Hint>) {
        if let Some(hint) = hint.filter(|_| self.rooms.contains("board:t")) {
            self.tell(Event::Link(LinkEvent::Hint(Room::Board("t".into()), Box::new(hint))));
        }
    }

    pub(crate) fn socket_falls(&mut self) {
        self.socket_works = false;
        self.is_up = false;
        self.rooms.clear();
        self.tell(Event::Link(LinkEvent::Down(Fall::default())));
    }

    /// The machine slept, and whatever was connected is dead without a word.
    pub(crate) fn sleeps_for(&mut self, ms: u64) {
        self.uptime += Duration::from_millis(ms);
        self.tell(Event::Woke);
    }

    pub(crate) fn disk_catches_up(&mut self) {
        self.disk_is_slow = false;
        while let Some(id) = self.written.pop_front() {
            self.tell(Event::Stored(id));
        }
    }

    /// The program is killed and started again; the server and the disk remember.
    pub(crate) fn restart(&mut self) {
        self.session = Session::new("origin".into());
        self.held.clear();
        self.written.clear();
        self.timers.clear();
        self.rooms.clear();
        self.views.clear();
        (self.needs, self.outbox, self.bulk) = (None, None, None);
        self.talks.clear();
        self.plans.clear();
        self.composers.clear();
        self.lines.clear();
        self.of_views.clear();
        self.saved = Arc::default();
        self.is_up = false;
        self.disk_is_slow = false;
        let outbox = self.order_on_disk.iter().filter_map(|id| self.disk.get(id)).cloned().collect();
        self.start(outbox);
    }

    /// Lets time pass; what was armed rings in its order.
    pub(crate) fn pass(&mut self, ms: u64) {
        let end = self.uptime + Duration::from_millis(ms);
        while let Some((timer, at)) = self
            .timers
            .iter()
            .min_by_key(|(timer, at)| (**at, (*timer).clone()))
            .map(|(t, at)| (t.clone(), *at))
            && at <= end
        {
            self.uptime = self.uptime.max(at);
            self.timers.remove(&timer);
            self.tell(Event::Rang(timer));
        }
        self.uptime = end;
    }

    /// Time passes, and every timer is late.
    pub(crate) fn pass_unheard(&mut self, ms: u64) {
        self.uptime += Duration::from_millis(ms);
    }

    /// When a timer will ring, from now.
    pub(crate) fn rings_in(&self, timer: &Timer) -> Option<Duration> {
        self.timers.get(timer).map(|at| at.saturating_sub(self.uptime))
    }

    /// Delivers the held answer of that place.
    pub(crate) fn deliver(&mut self, place: usize) {
        if let Some((id, request, outcome)) = self.held.remove(place) {
            self.answer(id, request, outcome);
        }
    }

    pub(crate) fn deliver_all(&mut self) {
        self.net = Net::Up;
        while !self.held.is_empty() {
            self.deliver(0);
        }
    }

    pub(crate) fn answer(&mut self, id: RequestId, request: Request, outcome: Outcome) {
        let server_time = Some(self.now() + self.server_is_ahead);
        self.tell(Event::Answered { id, request, outcome, server_time });
    }

    /// Everything gets through again, and enough time passes for everything that waits.
    pub(crate) fn all_is_well(&mut self) {
        self.deliver_all();
        self.socket_works = true;
        self.disk_is_full = false;
        self.disk_catches_up();
        self.server.refusal = None;
        if !self.is_up {
            self.say(Command::RetryLink);
        }
        self.pass(120_000);
    }

    pub(crate) fn tell(&mut self, event: Event) {
        let mut events = VecDeque::from([event]);
        self.last.clear();
        let mut steps = 0;
        while let Some(event) = events.pop_front() {
            steps += 1;
            assert!(steps < STEPS_MAX, "one event keeps the session busy for ever, now with {event:?}");
            self.dice += 0x1_0000_0001;
            let now = Moment { uptime: self.uptime, wall: self.now(), dice: self.dice, local: self.local };
            let mut effects = Vec::new();
            self.session.step(now, event, &mut effects);
            for effect in effects {
                self.last.push(effect.clone());
                self.carry_out(effect, &mut events);
            }
        }
    }

    fn carry_out(&mut self, effect: Effect, events: &mut VecDeque<Event>) {
        match effect {
            Effect::Store { edit, .. } if self.disk_is_full => {
                events.push_back(Event::Saving(Saving::Full));
                events.push_back(Event::NotStored(edit.id, "the disk is full".into()));
            }
            Effect::Store { edit, repeats } => {
                if self.disk_is_slow {
                    self.written.push_back(edit.id);
                } else {
                    events.push_back(Event::Stored(edit.id));
                }
                let order = &mut self.order_on_disk;
                let place = order.iter().position(|known| Some(*known) == repeats);
                order.insert(place.map_or(order.len(), |place| place + 1), edit.id);
                let before = self.disk.insert(edit.id, edit);
                assert!(before.is_none(), "an edit is stored once");
            }
            Effect::Forget(id) => assert!(self.disk.remove(&id).is_some(), "{id} is forgotten once"),
            Effect::Note(order) => events.extend(self.note(order)),
            Effect::Wipe(owner) => {
                self.disk.retain(|_, edit| edit.owner.as_ref().is_some_and(|of| *of != owner));
                self.notes.retain(|name, _| name.owner != owner);
                events.push_back(Event::Wiped(Wiped::Work, Ok(())));
            }
            Effect::ProbeDisk => events.push_back(Event::Saving(self.saving())),
            Effect::Keep(keep) => {
                let is_wiped = keep == Keep::Nothing;
                self.remember(keep);
                events.extend(is_wiped.then_some(Event::Wiped(Wiped::Copy, Ok(()))));
            }
            Effect::Ask(id, request) => self.ask(id, request, events),
            Effect::Link(order) => self.order(order, events),
            Effect::Arm(timer, after) => {
                self.timers.insert(timer, self.uptime + after);
            }
            Effect::Disarm(timer) => {
                self.timers.remove(&timer);
            }
            Effect::Paint(_, update) => self.paint(update),
            Effect::Signal(signal) => self.signals.push((self.uptime, signal)),
        }
    }

    fn ask(&mut self, id: RequestId, request: Request, events: &mut VecDeque<Event>) {
        self.asked.push(request.clone());
        let now = self.now();
        if self.net == Net::Down {
            let outcome = Err(Failure::Unreachable);
            events.push_back(Event::Answered { id, request, outcome, server_time: None });
            return;
        }
        let (outcome, hint) = self.server.answer(&request, now);
        if let Some(hint) = hint.filter(|_| self.rooms.contains("board:t")) {
            let room = Room::Board("t".into());
            events.push_back(Event::Link(LinkEvent::Hint(room, Box::new(hint))));
        }
        match self.net {
            Net::Up => {
                let server_time = Some(now + self.server_is_ahead);
                events.push_back(Event::Answered { id, request, outcome, server_time });
            }
            Net::Held => self.held.push_back((id, request, outcome)),
            Net::Mute | Net::Down => {
                let outcome = Err(Failure::Unreachable);
                events.push_back(Event::Answered { id, request, outcome, server_time: None });
            }
        }
    }

    fn order(&mut self, order: LinkOrder, events: &mut VecDeque<Event>) {
        self.orders.push(order.clone());
        match order {
            LinkOrder::Connect(_) if self.is_up => {}
            LinkOrder::Connect(_) if self.socket_works => {
                self.is_up = true;
                events.push_back(Event::Link(LinkEvent::Up));
            }
            LinkOrder::Connect(_) => events.push_back(Event::Link(LinkEvent::Down(Fall::default()))),
            LinkOrder::Disconnect => {
                self.is_up = false;
                self.rooms.clear();
            }
            LinkOrder::Join { room, .. } if self.shut.contains(&room.to_string()) => {
                self.rooms.remove(&room.to_string());
                events.push_back(Event::Link(LinkEvent::Denied(room, "shut".into())));
            }
            LinkOrder::Join { room, .. } if self.slow.contains(&room.to_string()) => {}
            LinkOrder::Join { room, .. } => {
                self.rooms.insert(room.to_string());
                events.push_back(Event::Link(LinkEvent::Joined(room)));
            }
            LinkOrder::Leave(room) => {
                self.rooms.remove(&room.to_string());
            }
            LinkOrder::Show(..) => {}
        }
    }

    fn paint(&mut self, update: Update) {
        match update {
            Update::Board { change, .. } => self.paint_board(change),
            Update::Ticket(view) => {
                for field in &view.fields {
                    self.see(&view.ticket, field.field, &field.shown.value);
                    if let FieldState::Conflict(conflict) = &field.state {
                        self.see(&view.ticket, field.field, &conflict.theirs.value);
                    }
                }
                self.views.insert(view.ticket.clone(), view);
            }
            Update::Link(link) => self.link = Some(link),
            Update::Counts(counts) => self.counts = counts,
            Update::Notice(notice) => self.notices.push(notice),
            Update::Needs(needs) => self.needs = Some(needs),
            Update::Outbox(outbox) => self.outbox = Some(outbox),
            Update::Comments(talk) => {
                let is_safe = |one: &&PendingComment| !matches!(one.state, OutboxState::Refused { .. });
                let safe = talk.pending.iter().filter(is_safe);
                self.safe_words.extend(safe.map(|one| (talk.ticket.clone(), one.text.to_string())));
                self.talks.insert(talk.ticket.clone(), talk);
            }
            Update::Composer(ComposerView { ticket, draft: Some(draft) }) => {
                self.composers.insert(ticket, draft);
            }
            Update::Composer(ComposerView { ticket, draft: None }) => {
                self.composers.remove(&ticket);
            }
            Update::Plans(plans) => drop(self.plans.insert(plans.ticket.clone(), plans)),
            Update::Bulk(bulk) => self.bulk = Some(bulk),
            Update::Activity { change: ActivityChange::Reset { entries, .. }, .. } => self.entries = entries,
            Update::Activity { change: ActivityChange::Added { entries, .. }, .. } => {
                self.entries.splice(0..0, entries);
            }
            Update::Alerts(_) | Update::Tried(_) | Update::Show(_) => self.told.push(update),
            Update::Views(views) => self.saved = views,
            Update::Catalog(_) | Update::EventForm(_) | Update::EventLog(_) | Update::Simulation(_) => {
                self.of_events.push(update);
            }
            Update::View(_) | Update::Chips(_) | Update::Offers(_) => self.of_views.push(update),
            _ => {}
        }
    }

    fn see(&mut self, ticket: &TicketId, field: Field, value: &Value) {
        self.painted.insert((ticket.clone(), field, value.clone()));
    }

    fn paint_board(&mut self, change: BoardChange) {
        let total = match change {
            BoardChange::Reset { total, first, lines } => {
                self.lines = (first..).zip(lines).collect();
                total
            }
            BoardChange::Patch { total, lines } => {
                self.lines.extend(lines.into_iter().map(|placed| (placed.at, placed.line)));
                total
            }
        };
        self.lines.retain(|at, _| *at < total);
    }
}

pub(crate) fn room(ticket: &str) -> Room {
    Room::Ticket("t".into(), ticket.into())
}
