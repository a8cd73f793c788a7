//! Somebody who carries out orders of one kind in their order: a thread with a queue.
//!
//! The caller never waits. What piles up while one change is under way goes down together in the next; when nothing
//! waits there is time for chores, in small steps.
//!
//! **Invariant:** every order that was taken is carried out before [`Scribe::finish`] returns, and in its order.

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::{TryRecvError, TrySendError};
use tracing::error;

use super::threads::{Ended, Threads};

/// What is carried out, and how.
pub(crate) trait Work: Send + 'static {
    /// One thing to do.
    type Order: Send + 'static;
    /// What is said of it.
    type Reply: Send + 'static;

    /// The name of the thread.
    const NAME: &'static str;
    /// Orders that may wait; one more is handed back.
    const WAITING_MAX: usize;
    /// Orders that are carried out together.
    const TOGETHER_MAX: usize;

    /// Carries them out, and says what is to be said of them.
    fn carry_out(&mut self, orders: &[Self::Order]) -> Vec<Self::Reply>;

    /// One small step of what can wait. Says whether another one is to be taken.
    fn chore(&mut self) -> bool {
        false
    }
}

/// Somebody who carries out orders.
pub(crate) struct Scribe<W: Work> {
    orders: mpsc::Sender<W::Order>,
    ended: Ended,
}

impl<W: Work> Scribe<W> {
    /// Begins on one of the `threads`. Replies go to `replies`.
    pub(crate) fn begin(
        work: W,
        threads: &dyn Threads,
        replies: mpsc::Sender<W::Reply>,
    ) -> std::io::Result<Self> {
        let (orders, incoming) = mpsc::channel(W::WAITING_MAX);
        let ended = threads.start(W::NAME, Box::pin(run(work, replies, incoming)))?;
        Ok(Self { orders, ended })
    }

    /// Hands an order over.
    ///
    /// # Errors
    /// The order finds no place, or the thread is gone.
    pub(crate) fn order(&mut self, order: W::Order) -> Result<(), W::Order> {
        self.orders.try_send(order).map_err(TrySendError::into_inner)
    }

    /// How many more orders find a place.
    pub(crate) fn places(&self) -> usize {
        // Without the thread there is nothing to wait for: every order is refused then.
        if self.orders.is_closed() { W::WAITING_MAX } else { self.orders.capacity() }
    }

    /// Waits until so many orders find a place.
    pub(crate) async fn room(&mut self, places: usize) {
        // As above.
        let _ = self.orders.reserve_many(places).await;
    }

    /// Waits until everything ordered is done.
    pub(crate) async fn finish(self) {
        // The thread ends by itself: its queue is closed.
        drop(self.orders);
        if !self.ended.await {
            error!(thread = W::NAME, "it ended badly, and what was ordered last is not done");
        }
    }
}

/// However it ends, the queue is closed before the replies are: whoever sees their end finds that nothing is taken any more.
async fn run<W: Work>(mut work: W, replies: mpsc::Sender<W::Reply>, mut incoming: mpsc::Receiver<W::Order>) {
    let mut orders = Vec::new();
    loop {
        match incoming.try_recv() {
            Ok(first) => orders.push(first),
            Err(TryRecvError::Disconnected) => return,
            Err(TryRecvError::Empty) if work.chore() => continue,
            Err(TryRecvError::Empty) => match incoming.recv().await {
                Some(first) => orders.push(first),
                None => return,
            },
        }
        while orders.len() < W::TOGETHER_MAX
            && let Ok(next) = incoming.try_recv()
        {
            orders.push(next);
        }
        for reply in work.carry_out(&orders) {
            // Nobody listens any more while the console ends; the orders are carried out all the same.
            let _ = replies.send(reply).await;
        }
        orders.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::threads::OwnThreads;

    /// Says each number, and rests after every third chore.
    struct Echo(u32);

    impl Work for Echo {
        type Order = u32;
        type Reply = u32;

        const NAME: &'static str = "echo";
        const WAITING_MAX: usize = 512;
        const TOGETHER_MAX: usize = 8;

        fn carry_out(&mut self, orders: &[u32]) -> Vec<u32> {
            assert!(orders.len() <= Self::TOGETHER_MAX);
            assert!(!orders.contains(&u32::MAX), "the order to end badly");
            orders.to_vec()
        }

        fn chore(&mut self) -> bool {
            self.0 += 1;
            !self.0.is_multiple_of(3)
        }
    }

    #[tokio::test]
    async fn a_thread_does_everything_in_order_before_the_end() {
        let (replies, mut said) = mpsc::channel(512);
        let mut scribe = Scribe::begin(Echo(0), &OwnThreads, replies).expect("a thread");
        for order in 0..500 {
            assert_eq!(scribe.order(order), Ok(()));
        }
        scribe.finish().await;
        let mut heard = Vec::new();
        while let Ok(reply) = said.try_recv() {
            heard.push(reply);
        }
        assert_eq!(heard, (0..500).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn orders_to_a_thread_that_ended_badly_are_handed_back() {
        let (replies, mut said) = mpsc::channel(1);
        let mut scribe = Scribe::begin(Echo(0), &OwnThreads, replies).expect("a thread");
        assert_eq!(scribe.order(u32::MAX), Ok(()));
        // Its end closes the channel of replies.
        assert_eq!(said.recv().await, None);
        assert_eq!((scribe.order(1), scribe.places()), (Err(1), Echo::WAITING_MAX));
        scribe.room(1).await;
        scribe.finish().await;
    }
}
