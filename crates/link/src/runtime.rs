//! The loop that owns the session: what happens goes in, what is to be done is carried out.
//!
//! ```text
//! commands ─┐                        ┌─ paint (the windows)
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

use callboard_desk::bridge::{Command, Update};
use callboard_desk::session::effect::{LinkOrder, StoredEdit, WindowId};
use callboard_desk::session::event::{Kept, LinkEvent};
use callboard_desk::{Effect, Event, Moment};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::clock::Clock;
use crate::disk::copy::Copyist;
use crate::disk::{DiskOrder, DiskReply, Writer};
use crate::rest::{Answered, Rest};
use crate::socket::Socket;
use crate::timers::Timers;

/// Orders that may wait for the socket's task. Beyond that the socket is closed and reported as down, and the session
/// plans its rooms anew.
const ORDERS_WAITING_MAX: usize = 32 * 1024;

/// What a window wants.
#[derive(Debug)]
pub(crate) enum Input {
    Command(WindowId, Command),
    Closed(WindowId),
}

impl From<Input> for Event {
    fn from(input: Input) -> Self {
        match input {
            Input::Command(window, command) => Self::Command { window, command },
            Input::Closed(window) => Self::WindowClosed(window),
        }
    }
}

/// The session, as the loop sees it: one function.
pub(crate) type Step = Box<dyn FnMut(Moment, Event, &mut Vec<Effect>) + Send>;

/// Where updates go.
pub(crate) type Paint = Box<dyn Fn(WindowId, Update) + Send>;

/// Everything the loop works with.
pub(crate) struct Runtime {
    pub(crate) step: Step,
    pub(crate) paint: Paint,
    pub(crate) clock: Arc<dyn Clock>,
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
    /// What is known without waiting: refusals of full queues.
    at_once: VecDeque<Event>,
}

impl Runtime {
    /// Runs until it is stopped or nobody can command it any more, then brings everything to an orderly end.
    pub(crate) async fn run(mut self, outbox: Vec<StoredEdit>, kept: Kept) {
        let mut desk = Desk {
            start: Instant::now(),
            timers: Timers::default(),
            orders: VecDeque::new(),
            at_once: VecDeque::new(),
        };
        let mut effects = Vec::new();
        let mut next = Some(Event::Started { outbox, kept });
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
            Effect::Store(edit) => {
                desk.at_once.extend(self.disk.order(DiskOrder::Store(edit)).map(of_disk));
            }
            Effect::Forget(edit) => {
                desk.at_once.extend(self.disk.order(DiskOrder::Forget(edit)).map(of_disk));
            }
            Effect::Keep(order) => self.copyist.order(order),
            Effect::Ask(id, request) => desk.at_once.extend(self.rest.ask(id, request).map(of_rest)),
            Effect::Link(order) => desk.order(order),
            Effect::Arm(timer, after) => desk.timers.arm(timer, Instant::now() + after),
            Effect::Disarm(timer) => desk.timers.disarm(&timer),
            Effect::Paint(window, update) => (self.paint)(window, update),
        }
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
                input = self.inputs.recv(), if self.disk.has_room() => return input.map(Event::from),
                Some(reply) = self.stored.recv() => return Some(of_disk(reply)),
                Some(answered) = self.rest.next() => return Some(of_rest(answered)),
                Ok(place) = self.socket.orders.reserve(), if !desk.orders.is_empty() => {
                    if let Some(order) = desk.orders.pop_front() {
                        place.send(order);
                    }
                }
                Some(news) = self.socket.news.recv() => return Some(Event::Link(news)),
                // Only when every other task is gone, which none of them is while we live.
                else => return None,
            }
        }
    }

    /// Requests under way are dropped: what they were to save is on disk, and is sent again under the same key.
    async fn finish(mut self, start: Instant) {
        self.stop.cancel();
        drop((self.rest, self.stored));
        // What a person was told is taken goes to the disk still; all else that comes of it has nobody to do it.
        self.inputs.close();
        let mut effects = Vec::new();
        while let Some(input) = self.inputs.recv().await {
            self.disk.room().await;
            (self.step)(moment(start, self.clock.as_ref()), input.into(), &mut effects);
            for effect in effects.drain(..) {
                let order = match effect {
                    Effect::Store(edit) => DiskOrder::Store(edit),
                    Effect::Forget(edit) => DiskOrder::Forget(edit),
                    _ => continue,
                };
                if let Some(DiskReply::NotStored(edit, reason)) = self.disk.order(order) {
                    warn!(%edit, %reason, "an edit is lost at the end");
                }
            }
        }
        self.socket.finish().await;
        self.disk.finish().await;
        self.copyist.finish().await;
    }
}

impl Desk {
    fn order(&mut self, order: LinkOrder) {
        if self.orders.len() >= ORDERS_WAITING_MAX {
            warn!("too many orders wait for the live link: it is closed");
            self.orders.clear();
            self.orders.push_back(LinkOrder::Disconnect);
            let reason = "too much to say at once".into();
            self.at_once.push_back(Event::Link(LinkEvent::Down { reason }));
            return;
        }
        self.orders.push_back(order);
    }
}

fn moment(start: Instant, clock: &dyn Clock) -> Moment {
    Moment { uptime: start.elapsed(), wall: clock.wall(), dice: clock.dice() }
}

fn of_disk(reply: DiskReply) -> Event {
    match reply {
        DiskReply::Stored(edit) => Event::Stored(edit),
        DiskReply::NotStored(edit, reason) => Event::NotStored(edit, reason),
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
