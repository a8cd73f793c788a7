//! The loop that owns the session: what happens goes in, what is to be done is carried out.
//!
//! ```text
//! commands ─┐                        ┌─ paint (the windows), signal (the machine)
//! disk ─────┤                        ├─ disk
//! REST ─────┼─▶ session.step(…) ─────┼─ REST
//! timers ───┤                        ├─ timers
//! socket ───┘                        └─ socket
//! ```
//!
//! Nothing in the loop waits for what it orders: the disk, the network and the socket have their own tasks and bounded
//! queues, and what each does when its queue is full stands beside the queue.
//!
//! **Invariant:** nothing here decides anything about tickets, edits or rooms.

use std::collections::VecDeque;
use std::sync::Arc;

use callboard_desk::bridge::{Command, Signal, ToastAction, ToastId, Update};
use callboard_desk::session::effect::{Keep, LinkOrder, WindowId};
use callboard_desk::session::event::{Fall, Kept, LinkEvent};
use callboard_desk::{Effect, Event, Moment};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::clock::Clock;
use crate::disk::copy::Copyist;
use crate::disk::writer::Writer;
use crate::disk::{DiskOrder, DiskReply, Work};
use crate::rest::{Answered, Rest};
use crate::socket::Socket;
use crate::socket::dial::Dial;
use crate::timers::Timers;
use crate::wake::{LOOK_EVERY, Wake};

/// Orders that may wait for the socket's task. Beyond that the socket is closed and reported as down, and the session
/// plans its rooms anew.
const ORDERS_WAITING_MAX: usize = 32 * 1024;

/// What a window wants.
#[derive(Debug)]
pub(crate) enum Input {
    Command(WindowId, Command),
    Closed(WindowId),
    Clicked(ToastId, u32, ToastAction),
}

impl From<Input> for Event {
    fn from(input: Input) -> Self {
        match input {
            Input::Command(window, command) => Self::Command { window, command },
            Input::Closed(window) => Self::WindowClosed(window),
            Input::Clicked(id, rev, action) => Self::ToastClicked { id, rev, action },
        }
    }
}

/// The session, as the loop sees it: one function.
pub(crate) type Step = Box<dyn FnMut(Moment, Event, &mut Vec<Effect>) + Send>;

/// Where updates go.
pub(crate) type Paint = Box<dyn Fn(WindowId, Update) + Send>;

/// Where signals go.
pub(crate) type Signaller = Box<dyn Fn(Signal) + Send>;

/// Everything the loop works with.
pub(crate) struct Runtime {
    pub(crate) step: Step,
    pub(crate) paint: Paint,
    pub(crate) signal: Signaller,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) dial: Arc<dyn Dial>,
    pub(crate) inputs: mpsc::Receiver<Input>,
    pub(crate) disk: Writer,
    pub(crate) copyist: Copyist,
    pub(crate) stored: mpsc::Receiver<DiskReply>,
    pub(crate) rest: Rest,
    pub(crate) socket: Socket,
    pub(crate) stop: CancellationToken,
}

/// What the loop itself keeps.
struct Desk {
    start: Instant,
    timers: Timers,
    orders: VecDeque<LinkOrder>,
    wake: Wake,
    /// When to look whether the machine slept.
    look_at: Instant,
    /// What is known without waiting: refusals of full queues.
    at_once: VecDeque<Event>,
}

impl Runtime {
    /// Runs until it is stopped or nobody can command it any more, then brings everything to an orderly end.
    pub(crate) async fn run(mut self, work: Work, kept: Kept) {
        let mut desk = Desk {
            start: Instant::now(),
            timers: Timers::default(),
            orders: VecDeque::new(),
            wake: Wake::new(self.clock.wall(), self.dial.way_out()),
            look_at: Instant::now() + LOOK_EVERY,
            at_once: VecDeque::new(),
        };
        let mut effects = Vec::new();
        let mut next = Some(Event::Started { outbox: work.edits, notes: work.notes, kept });
        while let Some(event) = next {
            (self.step)(moment(desk.start, self.clock.as_ref()), event, &mut effects);
            for effect in effects.drain(..) {
                self.carry_out(effect, &mut desk);
            }
            next = match desk.at_once.pop_front() {
                Some(event) => Some(event),
                None => self.wait(&mut desk).await,
            };
        }
        self.finish(desk.start).await;
    }

    fn carry_out(&mut self, effect: Effect, desk: &mut Desk) {
        match effect {
            Effect::Store { edit, repeats } => self.write(DiskOrder::Store { edit, repeats }, desk),
            Effect::Forget(edit) => self.write(DiskOrder::Forget(edit), desk),
            Effect::Note(order) => self.write(DiskOrder::Note(order), desk),
            Effect::Wipe(owner) => self.write(DiskOrder::Wipe(owner), desk),
            Effect::ProbeDisk => self.write(DiskOrder::Probe, desk),
            Effect::Keep(order) => desk.at_once.extend(self.copyist.order(order).map(of_disk)),
            Effect::Ask(id, request) => desk.at_once.extend(self.rest.ask(id, request).map(of_rest)),
            Effect::Link(order) => desk.order(order),
            Effect::Arm(timer, after) => desk.timers.arm(timer, Instant::now() + after),
            Effect::Disarm(timer) => desk.timers.disarm(&timer),
            Effect::Paint(window, update) => (self.paint)(window, update),
            Effect::Signal(signal) => (self.signal)(signal),
        }
    }

    fn write(&mut self, order: DiskOrder, desk: &mut Desk) {
        desk.at_once.extend(self.disk.order(order).map(of_disk));
    }

    /// The next thing that happens; `None` at the end.
    async fn wait(&mut self, desk: &mut Desk) -> Option<Event> {
        loop {
            let ring = desk.timers.next();
            // Stop outranks time; time outranks people; people outrank the network, which may never be quiet.
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return None,
                () = sleep_until(ring), if ring.is_some() => {
                    if let Some(timer) = desk.timers.pop(Instant::now()) {
                        return Some(Event::Rang(timer));
                    }
                }
                () = tokio::time::sleep_until(desk.look_at) => {
                    desk.look_at = Instant::now() + LOOK_EVERY;
                    if desk.wake.look(self.clock.wall(), self.dial.way_out()) {
                        return Some(Event::Woke);
                    }
                }
                input = self.inputs.recv(), if self.disk.has_room() => return input.map(Event::from),
                Some(reply) = self.stored.recv() => return Some(of_disk(reply)),
                Some(answered) = self.rest.next() => return Some(of_rest(answered)),
                Ok(place) = self.socket.orders.reserve(), if !desk.orders.is_empty() => {
                    if let Some(order) = desk.orders.pop_front() {
                        place.send(order);
                    }
                }
                Some(news) = self.socket.news.recv() => return Some(Event::Link(news)),
            }
        }
    }

    /// Requests under way are dropped: what they were to save is on disk, and is sent again under the same key.
    async fn finish(self, start: Instant) {
        let Self { mut step, clock, mut inputs, mut disk, mut copyist, stored, rest, socket, stop, .. } =
            self;
        stop.cancel();
        drop((rest, stored));
        let mut last = |event: Event, disk: &mut Writer| {
            write_only(&mut step, moment(start, clock.as_ref()), event, (disk, &mut copyist));
        };
        // What a person was told is taken goes to the disk still; all else that comes of it has nobody to do it.
        inputs.close();
        while let Some(input) = inputs.recv().await {
            disk.room().await;
            last(input.into(), &mut disk);
        }
        disk.room().await;
        last(Event::Ending, &mut disk);
        socket.finish().await;
        disk.finish().await;
        copyist.finish().await;
    }
}

impl Desk {
    fn order(&mut self, order: LinkOrder) {
        if self.orders.len() >= ORDERS_WAITING_MAX {
            warn!("too many orders wait for the live link: it is closed");
            self.orders.clear();
            self.orders.push_back(LinkOrder::Disconnect);
            let reason = "too much to say at once".into();
            self.at_once.push_back(Event::Link(LinkEvent::Down(Fall { reason, ..Fall::default() })));
            return;
        }
        self.orders.push_back(order);
    }
}

/// One of the last steps: of its effects only those are carried out that go to the disk.
fn write_only(step: &mut Step, now: Moment, event: Event, (disk, copyist): (&mut Writer, &mut Copyist)) {
    let mut effects = Vec::new();
    step(now, event, &mut effects);
    for effect in effects {
        let order = match effect {
            Effect::Store { edit, repeats } => DiskOrder::Store { edit, repeats },
            Effect::Forget(edit) => DiskOrder::Forget(edit),
            Effect::Note(order) => DiskOrder::Note(order),
            Effect::Wipe(owner) => DiskOrder::Wipe(owner),
            Effect::Keep(Keep::Nothing) => {
                copyist.order(Keep::Nothing);
                continue;
            }
            _ => continue,
        };
        if let Some(said) = disk.order(order) {
            warn!(?said, "the disk is at its end, and nobody hears of it");
        }
    }
}

fn moment(start: Instant, clock: &dyn Clock) -> Moment {
    let wall = clock.wall();
    Moment { uptime: start.elapsed(), wall, dice: clock.dice(), local: clock.local(wall) }
}

fn of_disk(reply: DiskReply) -> Event {
    match reply {
        DiskReply::Stored(edit) => Event::Stored(edit),
        DiskReply::NotStored(edit, reason) => Event::NotStored(edit, reason),
        DiskReply::Wiped(what, outcome) => Event::Wiped(what, outcome),
        DiskReply::Saving(saving) => Event::Saving(saving),
        DiskReply::NoteKept(note) => Event::NoteKept(note),
        DiskReply::NoteNotKept(note, reason) => Event::NoteNotKept(note, reason),
    }
}

fn of_rest(answered: Answered) -> Event {
    let Answered { id, request, outcome, server_time } = answered;
    Event::Answered { id, request, outcome, server_time }
}

async fn sleep_until(ring: Option<Instant>) {
    if let Some(ring) = ring {
        tokio::time::sleep_until(ring).await;
    }
}

#[cfg(test)]
mod tests;
