//! What waits to be written to one socket, and the order to end it.
//!
//! It exists so that nobody who has something to say ever waits for a slow reader. What waits is counted in bytes and
//! not in frames: a colleague who leaves a thousand common rooms says a thousand short things at once, and that must
//! not end anybody's socket.
//!
//! Everything is left in the queue first, under the lock of the rooms, and handed over when that is free again: by
//! whoever left it, if the socket's task sleeps and its peer takes it at once, and by the task otherwise. One queue and
//! one line keep the order either way.
//!
//! **Invariant:** what does not fit is never dropped alone: the socket ends with it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use callboard_wire::{Address, CloseCode};
use tokio::sync::Notify;

use super::limits::{FRAME_COST, QUEUED_BYTES_OF_ALL, SOCKET_QUEUE_BYTES, WRITE_BATCH_BYTES, WRITTEN_HERE};
use super::line::{Line, Wire};

/// How a socket is told goodbye.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Goodbye {
    pub(super) code: u16,
    pub(super) reason: String,
}

impl Goodbye {
    /// "Connect again and catch up": every provider does.
    pub(super) fn reset() -> Self {
        CloseCode::Reset.into()
    }

    /// The server stops; another one, or the next one, will answer. Who reads reasons is told when to come back, so
    /// that not all come at once.
    pub(super) fn restart(come_back_in: Duration) -> Self {
        Self { code: 1012, reason: format!("Service Restart; retry-after-ms={}", come_back_in.as_millis()) }
    }
}

impl From<CloseCode> for Goodbye {
    fn from(code: CloseCode) -> Self {
        Self { code: code.code(), reason: code.to_string() }
    }
}

/// One thing for the task of a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// To be written.
    Frame(Bytes),
    /// The client may not be in this room any more: to be closed from our side.
    PutOut(Address),
}

impl Item {
    fn cost(&self) -> usize {
        FRAME_COST
            + match self {
                Self::Frame(frame) => frame.len(),
                Self::PutOut(_) => 0,
            }
    }
}

/// What all sockets of this process have in common: the bytes that wait for them, and how many were too slow.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory(Arc<Common>);

#[derive(Debug, Default)]
struct Common {
    bytes: AtomicUsize,
    too_slow: AtomicU64,
}

impl Memory {
    pub(super) fn bytes(&self) -> usize {
        self.0.bytes.load(Ordering::Relaxed)
    }

    /// Sockets that were ended because their readers were too slow, since the start.
    pub(super) fn too_slow(&self) -> u64 {
        self.0.too_slow.load(Ordering::Relaxed)
    }
}

/// Where frames for a socket are left.
#[derive(Clone, Debug)]
pub(super) struct Outgoing(Arc<Shared>);

/// The socket's own end.
#[derive(Debug)]
pub(super) struct Waiting(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    queue: Mutex<Queue>,
    line: Line,
    filled: Notify,
    ended: Notify,
    memory: Memory,
}

#[derive(Debug, Default)]
struct Queue {
    items: VecDeque<Item>,
    bytes: usize,
    /// Something was begun that only the task can finish.
    begun: bool,
    goodbye: Option<Goodbye>,
}

impl Queue {
    /// Whether the task has something to do.
    fn has_work(&self) -> bool {
        self.begun || !self.items.is_empty()
    }

    /// Takes the next one out, if it is among those that may be taken.
    fn pop_if(&mut self, may: impl FnOnce(&Item) -> bool) -> Option<Item> {
        self.items.front().filter(|item| may(item))?;
        let item = self.items.pop_front()?;
        self.bytes -= item.cost();
        if self.items.is_empty() {
            // A burst is no reason to keep its room for ever.
            self.items.shrink_to(SPARE_ITEMS);
        }
        Some(item)
    }
}

pub(super) fn queue(memory: &Memory, wire: impl Wire + 'static) -> (Outgoing, Waiting) {
    let shared = Arc::new(Shared {
        queue: Mutex::default(),
        line: Line::new(wire),
        filled: Notify::new(),
        ended: Notify::new(),
        memory: memory.clone(),
    });
    (Outgoing(Arc::clone(&shared)), Waiting(shared))
}

impl Outgoing {
    /// Leaves something; ends the socket if there is no room for it. `true`: nothing waited before, so now somebody has
    /// to [hand it over](Given::hand_over).
    fn leave(&self, item: Item) -> bool {
        let cost = item.cost();
        let mut queue = self.0.queue();
        if queue.goodbye.is_some() {
            return false;
        }
        let before = self.0.memory.0.bytes.fetch_add(cost, Ordering::Relaxed);
        // Whoever has nothing waiting is not slow, however full the process is.
        let crowded = before + cost > QUEUED_BYTES_OF_ALL && !queue.items.is_empty();
        if crowded || queue.bytes + cost > SOCKET_QUEUE_BYTES {
            self.0.memory.0.bytes.fetch_sub(cost, Ordering::Relaxed);
            queue.goodbye = Some(Goodbye::reset());
            drop(queue);
            self.0.memory.0.too_slow.fetch_add(1, Ordering::Relaxed);
            self.0.ended.notify_one();
            tracing::info!(crowded, "a reader is too slow; it has to connect again");
            return false;
        }
        let first = queue.items.is_empty();
        queue.bytes += cost;
        queue.items.push_back(item);
        first
    }

    /// Writes what waits, if that takes no waiting; the rest is the task's.
    fn hand_over(&self) {
        let mut taken = 0;
        let all = self.0.line.write_at_once(|| {
            let mut queue = self.0.queue();
            // Nothing is said after a goodbye, and whom to put out only the task knows.
            let may = queue.goodbye.is_none() && taken < WRITE_BATCH_BYTES;
            let item = queue.pop_if(|item| may && matches!(item, Item::Frame(_)))?;
            taken += item.cost();
            match item {
                Item::Frame(frame) => Some(frame),
                Item::PutOut(_) => None,
            }
        });
        self.0.memory.0.bytes.fetch_sub(taken, Ordering::Relaxed);
        let mut queue = self.0.queue();
        queue.begun |= !all;
        if queue.has_work() {
            drop(queue);
            self.0.filled.notify_one();
        }
    }

    /// Whether both lead to the same socket.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Ends the socket; `false` if it was told before. The first goodbye counts.
    pub(super) fn end(&self, goodbye: Goodbye) -> bool {
        let mut queue = self.0.queue();
        let first = queue.goodbye.is_none();
        queue.goodbye.get_or_insert(goodbye);
        drop(queue);
        if first {
            self.0.ended.notify_one();
        }
        first
    }
}

impl Waiting {
    /// Waits for the order to end. May be dropped while it waits.
    pub(super) async fn goodbye(&self) -> Goodbye {
        loop {
            let told = self.0.queue().goodbye.clone();
            if let Some(goodbye) = told {
                return goodbye;
            }
            self.0.ended.notified().await;
        }
    }

    /// The WebSocket.
    pub(super) fn line(&self) -> &Line {
        &self.0.line
    }

    /// Waits until there is something to take, or to finish. May be dropped while it waits.
    pub(super) async fn filled(&self) {
        while !self.0.queue().has_work() {
            self.0.filled.notified().await;
        }
    }

    /// Takes what may be written at a time. Whoever takes it flushes the line as well.
    pub(super) fn take(&self, batch: &mut Vec<Item>) {
        let mut queue = self.0.queue();
        let mut taken = 0;
        while let Some(item) = queue.pop_if(|_| taken < WRITE_BATCH_BYTES) {
            taken += item.cost();
            batch.push(item);
        }
        queue.begun = false;
        drop(queue);
        self.0.memory.0.bytes.fetch_sub(taken, Ordering::Relaxed);
    }
}

/// Sockets that had nothing waiting and were given something.
#[derive(Debug, Default)]
#[must_use = "what was given waits until it is handed over"]
pub(super) struct Given(Vec<Outgoing>);

impl Given {
    /// Leaves a frame for a socket.
    pub(super) fn frame(&mut self, to: &Outgoing, frame: Bytes) {
        self.give(to, Item::Frame(frame));
    }

    /// Orders that a client is put out of a room.
    pub(super) fn put_out(&mut self, of: &Outgoing, address: Address) {
        self.give(of, Item::PutOut(address));
    }

    fn give(&mut self, to: &Outgoing, item: Item) {
        if to.leave(item) {
            self.0.push(to.clone());
        }
    }

    /// Has all of it written, now or by the sockets' tasks. Says how many sockets that were.
    pub(super) fn hand_over(self) -> usize {
        let (here, elsewhere) = self.0.split_at(self.0.len().min(WRITTEN_HERE));
        // Those first: they can begin while the others are written to.
        for socket in elsewhere {
            socket.0.filled.notify_one();
        }
        here.iter().for_each(Outgoing::hand_over);
        self.0.len()
    }
}

/// Places that an empty queue keeps.
const SPARE_ITEMS: usize = 16;

impl Shared {
    fn queue(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let left = self.queue.get_mut().unwrap_or_else(PoisonError::into_inner).bytes;
        self.memory.0.bytes.fetch_sub(left, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
