//! A console's disk: what is on it survives every crash, what was only ordered does not.
//!
//! **Invariant:** an order is carried out whole or not at all, and only what was carried out is there after a crash.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use callboard_desk::notes::NoteOrder;
use callboard_desk::session::effect::Keep;
use callboard_desk::session::event::Kept;
use callboard_link::{CopyStore, DiskOrder, Ended, OutboxStore, Threads, Unkept, Work};
use futures_util::future::BoxFuture;
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::dice::Dice;
use crate::trace::Trace;

/// How long a slow disk takes at most, in milliseconds.
const SLOW_MAX: u64 = 3_000;

/// A disk. Clones are the same disk.
#[derive(Clone)]
pub struct Disk(Arc<Mutex<Inside>>);

struct Inside {
    name: String,
    trace: Trace,
    dice: Dice,
    work: Work,
    kept: Kept,
    is_full: bool,
    is_slow: bool,
    forgets: bool,
    loops: Vec<AbortHandle>,
}

impl Disk {
    /// An empty one. `forgets`: it says that it has what it was given and has not (the world must notice).
    #[must_use]
    pub fn new(name: &str, trace: Trace, dice: Dice, forgets: bool) -> Self {
        let (work, kept) = (Work::default(), Kept::default());
        let (is_full, is_slow, loops) = (false, false, Vec::new());
        let name = name.to_owned();
        Self(Arc::new(Mutex::new(Inside { name, trace, dice, work, kept, is_full, is_slow, forgets, loops })))
    }

    /// No more room, or room again.
    pub fn fill(&self, is_full: bool) {
        self.inside().is_full = is_full;
    }

    /// Takes its time, or does not any more.
    pub fn slow_down(&self, is_slow: bool) {
        self.inside().is_slow = is_slow;
    }

    /// Power is lost: whoever wrote stops where they are.
    pub fn cut_power(&self) {
        for running in self.inside().loops.drain(..) {
            running.abort();
        }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn delay(&self) -> Duration {
        let mut inside = self.inside();
        if inside.is_slow { inside.dice.millis(0, SLOW_MAX) } else { Duration::ZERO }
    }
}

impl Inside {
    fn apply(&mut self, order: &DiskOrder) {
        match order {
            DiskOrder::Store { edit, repeats } => {
                let edits = &mut self.work.edits;
                match edits.iter_mut().find(|known| known.id == edit.id) {
                    Some(known) => *known = edit.clone(),
                    None => {
                        let place = edits.iter().position(|known| Some(known.id) == *repeats);
                        edits.insert(place.map_or(edits.len(), |place| place + 1), edit.clone());
                    }
                }
            }
            DiskOrder::Forget(edit) => self.work.edits.retain(|known| known.id != *edit),
            DiskOrder::Note(NoteOrder::Put(note)) => {
                self.work.notes.retain(|known| known.name != note.name);
                self.work.notes.push(note.clone());
            }
            DiskOrder::Note(NoteOrder::Drop(name)) => self.work.notes.retain(|known| known.name != *name),
            DiskOrder::Wipe(owner) => {
                self.work.edits.retain(|known| known.owner.as_ref().is_some_and(|known| known != owner));
                self.work.notes.retain(|known| known.name.owner != *owner);
            }
            DiskOrder::Probe => {}
        }
    }

    fn remember(&mut self, order: &Keep) {
        let kept = &mut self.kept;
        match order {
            Keep::Me(me) => kept.me = Some(me.clone()),
            Keep::Lookups(lookups) => kept.lookups = Some((**lookups).clone()),
            Keep::Ticket(ticket, as_of) => {
                kept.tickets.retain(|(known, _)| known.ticket_id != ticket.ticket_id);
                kept.tickets.push(((**ticket).clone(), *as_of));
            }
            Keep::Gone(gone) => kept.tickets.retain(|(known, _)| known.ticket_id != *gone),
            Keep::Proven(at) => kept.tickets.iter_mut().for_each(|(_, as_of)| *as_of = (*as_of).max(*at)),
            Keep::Nothing => *kept = Kept::default(),
        }
    }
}

impl OutboxStore for Disk {
    fn load(&mut self) -> Result<Work, Arc<str>> {
        Ok(self.inside().work.clone())
    }

    fn carry_out(&mut self, orders: &[DiskOrder]) -> Result<(), Unkept> {
        let mut inside = self.inside();
        let what = || orders.iter().map(order).collect::<Vec<_>>().join(", ");
        if inside.is_full {
            inside.trace.say(&inside.name, || format!("disk full: {}", what()));
            return Err(Unkept::Full("no space left on device".into()));
        }
        inside.trace.say(&inside.name, || format!("disk: {}", what()));
        if !inside.forgets {
            orders.iter().for_each(|order| inside.apply(order));
        }
        Ok(())
    }

    fn scrub(&mut self) -> Result<(), Unkept> {
        // What was let go of is nowhere in this disk.
        Ok(())
    }
}

/// For the trace.
fn order(order: &DiskOrder) -> String {
    match order {
        DiskOrder::Store { edit, repeats } => {
            let (ticket, field) = (&edit.ticket, edit.field);
            let again = repeats.map(|old| format!(" for {}", short(old.0))).unwrap_or_default();
            format!("store {}{again} {ticket} {field}: {} over {}", short(edit.id.0), edit.mine, edit.base)
        }
        DiskOrder::Forget(edit) => format!("forget {}", short(edit.0)),
        DiskOrder::Note(NoteOrder::Put(note)) => {
            format!("keep {} {}", note.name.shelf.name(), note.name.key.0)
        }
        DiskOrder::Note(NoteOrder::Drop(name)) => format!("drop {} {}", name.shelf.name(), name.key.0),
        DiskOrder::Wipe(owner) => format!("wipe the work of {}", owner.user),
        DiskOrder::Probe => "probe".to_owned(),
    }
}

/// An edit's name, short enough for a line.
#[must_use]
pub fn short(edit: u128) -> String {
    format!("#{:08x}", edit >> 96)
}

impl CopyStore for Disk {
    fn load(&mut self) -> Result<Kept, Arc<str>> {
        Ok(self.inside().kept.clone())
    }

    fn keep(&mut self, orders: &[Keep]) -> Result<(), Arc<str>> {
        let mut inside = self.inside();
        if inside.is_full {
            return Err("no space left on device".into());
        }
        orders.iter().for_each(|order| inside.remember(order));
        Ok(())
    }

    fn prune(&mut self) -> Result<bool, Arc<str>> {
        // A company this small has nothing to make room for.
        Ok(false)
    }
}

/// Runs the disk's loops as tasks that take as long as the disk does.
impl Threads for Disk {
    fn start(&self, _: &str, work: BoxFuture<'static, ()>) -> std::io::Result<Ended> {
        let task: JoinHandle<()> = tokio::spawn(Slowly { disk: self.clone(), work, until: None });
        self.inside().loops.push(task.abort_handle());
        Ok(Box::pin(async move { task.await.is_ok() }))
    }
}

/// Work that waits for a slow disk whenever it is its turn.
struct Slowly {
    disk: Disk,
    work: BoxFuture<'static, ()>,
    until: Option<Pin<Box<Sleep>>>,
}

impl Future for Slowly {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        if this.until.is_none() {
            let delay = this.disk.delay();
            if delay > Duration::ZERO {
                this.until = Some(Box::pin(sleep_until(Instant::now() + delay)));
            }
        }
        if let Some(until) = &mut this.until {
            match until.as_mut().poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) => this.until = None,
            }
        }
        this.work.as_mut().poll(cx)
    }
}
