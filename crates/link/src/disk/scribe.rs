//! Somebody who carries out orders of one kind in their order: a thread with a queue, or nobody but the caller.
//!
//! The caller never waits. What piles up while one change is under way goes down together in the next; when nothing
//! waits there is time for chores, in small steps.
//!
//! **Invariant:** every order that was taken is carried out before [`Scribe::finish`] returns, and in its order.

use std::thread;

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;
use tracing::error;

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

/// Who carries orders out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runs {
    /// A thread of its own: a slow disk holds nobody up.
    Beside,
    /// The caller, at once: nothing happens at another time than its order.
    Inline,
}

/// Somebody who carries out orders.
pub(crate) enum Scribe<W: Work> {
    /// A thread.
    Beside {
        /// What waits.
        orders: mpsc::Sender<W::Order>,
        /// The thread.
        thread: thread::JoinHandle<()>,
    },
    /// The caller.
    Inline(W),
}

impl<W: Work> Scribe<W> {
    /// Begins. Replies of a thread go to `replies`.
    pub(crate) fn begin(mut work: W, runs: Runs, replies: mpsc::Sender<W::Reply>) -> std::io::Result<Self> {
        match runs {
            Runs::Inline => {
                while work.chore() {}
                Ok(Self::Inline(work))
            }
            Runs::Beside => {
                let (orders, incoming) = mpsc::channel(W::WAITING_MAX);
                let run = move || run(work, incoming, &replies);
                let thread = thread::Builder::new().name(W::NAME.into()).spawn(run)?;
                Ok(Self::Beside { orders, thread })
            }
        }
    }

    /// Hands an order over. What is known of it at once is the answer.
    ///
    /// # Errors
    /// The order finds no place, or the thread is gone.
    pub(crate) fn order(&mut self, order: W::Order) -> Result<Vec<W::Reply>, W::Order> {
        match self {
            Self::Inline(work) => {
                let replies = work.carry_out(&[order]);
                while work.chore() {}
                Ok(replies)
            }
            Self::Beside { orders, .. } => match orders.try_send(order) {
                Ok(()) => Ok(Vec::new()),
                Err(refused) => Err(refused.into_inner()),
            },
        }
    }

    /// How many more orders find a place.
    pub(crate) fn places(&self) -> usize {
        match self {
            Self::Inline(_) => W::WAITING_MAX,
            // Without the thread there is nothing to wait for: every order is refused then.
            Self::Beside { orders, .. } if orders.is_closed() => W::WAITING_MAX,
            Self::Beside { orders, .. } => orders.capacity(),
        }
    }

    /// Waits until so many orders find a place.
    pub(crate) async fn room(&mut self, places: usize) {
        if let Self::Beside { orders, .. } = self {
            // As above.
            let _ = orders.reserve_many(places).await;
        }
    }

    /// Waits until everything ordered is done.
    pub(crate) async fn finish(self) {
        let Self::Beside { orders, thread } = self else { return };
        drop(orders);
        // The thread ends by itself: its queue is closed.
        let ended = tokio::task::spawn_blocking(move || thread.join()).await;
        if !matches!(ended, Ok(Ok(()))) {
            error!(thread = W::NAME, "it ended badly, and what was ordered last is not done");
        }
    }
}

fn run<W: Work>(mut work: W, mut incoming: mpsc::Receiver<W::Order>, replies: &mpsc::Sender<W::Reply>) {
    let mut orders = Vec::new();
    loop {
        match incoming.try_recv() {
            Ok(first) => orders.push(first),
            Err(TryRecvError::Disconnected) => return,
            Err(TryRecvError::Empty) if work.chore() => continue,
            Err(TryRecvError::Empty) => match incoming.blocking_recv() {
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
            let _ = replies.blocking_send(reply);
        }
        orders.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let mut scribe = Scribe::begin(Echo(0), Runs::Beside, replies).expect("a thread");
        for order in 0..500 {
            assert_eq!(scribe.order(order), Ok(Vec::new()));
        }
        scribe.finish().await;
        let mut heard = Vec::new();
        while let Ok(reply) = said.try_recv() {
            heard.push(reply);
        }
        assert_eq!(heard, (0..500).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn inline_the_answer_is_there_at_once_and_no_chore_is_left() {
        let (replies, mut said) = mpsc::channel(1);
        let mut scribe = Scribe::begin(Echo(0), Runs::Inline, replies).expect("nobody");
        assert_eq!(scribe.order(7), Ok(vec![7]));
        assert!(matches!(&scribe, Scribe::Inline(Echo(6))));
        scribe.finish().await;
        assert!(said.try_recv().is_err());
    }

    #[tokio::test]
    async fn orders_to_a_thread_that_ended_badly_are_handed_back() {
        let (replies, mut said) = mpsc::channel(1);
        let mut scribe = Scribe::begin(Echo(0), Runs::Beside, replies).expect("a thread");
        assert_eq!(scribe.order(u32::MAX), Ok(Vec::new()));
        // Its end closes the channel of replies.
        assert_eq!(said.recv().await, None);
        assert_eq!((scribe.order(1), scribe.places()), (Err(1), Echo::WAITING_MAX));
        scribe.room(1).await;
        scribe.finish().await;
    }
}
