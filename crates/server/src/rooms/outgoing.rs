//! What waits to be written to one socket, and the order to end it.
//!
//! It exists so that nobody who has something to say ever waits for a slow reader. What waits is counted in bytes and
//! not in frames: a colleague who leaves a thousand common rooms says a thousand short things at once, and that must
//! not end anybody's socket.
//!
//! **Invariant:** what does not fit is never dropped alone: the socket ends with it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use callboard_wire::{Address, CloseCode};
use tokio::sync::Notify;

use super::limits::{FRAME_COST, QUEUED_BYTES_OF_ALL, SOCKET_QUEUE_BYTES, WRITE_BATCH_BYTES};

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

/// The bytes that wait for all sockets of this process.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory(Arc<AtomicUsize>);

impl Memory {
    pub(super) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
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
    filled: Notify,
    ended: Notify,
    memory: Memory,
}

#[derive(Debug, Default)]
struct Queue {
    items: VecDeque<Item>,
    bytes: usize,
    goodbye: Option<Goodbye>,
}

pub(super) fn queue(memory: &Memory) -> (Outgoing, Waiting) {
    let shared = Arc::new(Shared {
        queue: Mutex::default(),
        filled: Notify::new(),
        ended: Notify::new(),
        memory: memory.clone(),
    });
    (Outgoing(Arc::clone(&shared)), Waiting(shared))
}

impl Outgoing {
    /// Leaves a frame; ends the socket if there is no room for it. Says whether the socket's task had to be woken.
    pub(super) fn send(&self, frame: Bytes) -> bool {
        self.leave(Item::Frame(frame))
    }

    /// Orders that the client is put out of a room.
    pub(super) fn put_out(&self, address: Address) {
        self.leave(Item::PutOut(address));
    }

    fn leave(&self, item: Item) -> bool {
        let cost = item.cost();
        let mut queue = self.0.queue();
        if queue.goodbye.is_some() {
            return false;
        }
        let before = self.0.memory.0.fetch_add(cost, Ordering::Relaxed);
        // Whoever has nothing waiting is not slow, however full the process is.
        let crowded = before + cost > QUEUED_BYTES_OF_ALL && !queue.items.is_empty();
        if crowded || queue.bytes + cost > SOCKET_QUEUE_BYTES {
            self.0.memory.0.fetch_sub(cost, Ordering::Relaxed);
            queue.goodbye = Some(Goodbye::reset());
            drop(queue);
            self.0.ended.notify_one();
            tracing::info!(crowded, "a reader is too slow; it has to connect again");
            return true;
        }
        let idle = queue.items.is_empty();
        queue.bytes += cost;
        queue.items.push_back(item);
        drop(queue);
        if idle {
            self.0.filled.notify_one();
        }
        idle
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

    /// Waits until there is something to take. May be dropped while it waits.
    pub(super) async fn filled(&self) {
        while self.0.queue().items.is_empty() {
            self.0.filled.notified().await;
        }
    }

    /// Takes what may be written at a time.
    pub(super) fn take(&self, batch: &mut Vec<Item>) {
        let mut queue = self.0.queue();
        let mut taken = 0;
        while taken < WRITE_BATCH_BYTES
            && let Some(item) = queue.items.pop_front()
        {
            taken += item.cost();
            batch.push(item);
        }
        queue.bytes -= taken;
        if queue.items.is_empty() {
            // A burst is no reason to keep its room for ever.
            queue.items.shrink_to(SPARE_ITEMS);
        }
        drop(queue);
        self.0.memory.0.fetch_sub(taken, Ordering::Relaxed);
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
        self.memory.0.fetch_sub(left, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: usize = 1000;

    fn frame() -> Bytes {
        Bytes::from_static(&[b'x'; SIZE])
    }

    fn fitting() -> usize {
        SOCKET_QUEUE_BYTES / (SIZE + FRAME_COST)
    }

    #[tokio::test]
    async fn a_full_queue_ends_the_socket_and_keeps_what_it_held() {
        let memory = Memory::default();
        let (outgoing, waiting) = queue(&memory);
        for _ in 0..fitting() {
            outgoing.send(frame());
        }
        assert_eq!(waiting.0.queue().goodbye, None, "full is not yet overflow");
        outgoing.send(frame());
        outgoing.end(Goodbye::restart(Duration::ZERO));
        assert_eq!(waiting.goodbye().await, Goodbye::reset(), "the first goodbye counts");
        assert_eq!(waiting.0.queue().items.len(), fitting());
    }

    #[tokio::test]
    async fn what_was_left_is_taken_in_order_and_in_pieces() {
        let memory = Memory::default();
        let (outgoing, waiting) = queue(&memory);
        assert!(outgoing.send(frame()), "the first one wakes");
        assert!(!outgoing.send(frame()), "the second one finds somebody awake");
        for _ in 2..fitting() {
            outgoing.send(frame());
        }
        let (mut all, mut turns) = (Vec::new(), 0);
        while all.len() < fitting() {
            waiting.filled().await;
            waiting.take(&mut all);
            turns += 1;
        }
        assert!(turns > 1);
        assert_eq!(memory.bytes(), 0);
    }

    /// What waits for everybody together is bounded too, and pays who has something waiting already.
    #[tokio::test]
    async fn when_the_process_is_full_the_slow_ones_go_and_the_quick_ones_stay() {
        let memory = Memory::default();
        let (slow, slow_waiting) = queue(&memory);
        slow.send(frame());
        memory.0.fetch_add(QUEUED_BYTES_OF_ALL, Ordering::Relaxed);
        let (quick, quick_waiting) = queue(&memory);
        quick.send(frame());
        slow.send(frame());
        assert_eq!(slow_waiting.goodbye().await, Goodbye::reset());
        assert_eq!(quick_waiting.0.queue().goodbye, None);
    }

    #[test]
    fn a_queue_that_goes_gives_back_what_it_counted() {
        let memory = Memory::default();
        let (outgoing, waiting) = queue(&memory);
        outgoing.send(frame());
        assert_eq!(memory.bytes(), SIZE + FRAME_COST);
        drop((outgoing, waiting));
        assert_eq!(memory.bytes(), 0);
    }
}
