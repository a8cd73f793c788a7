//! A bell at a thing that is waited for: it is looked at only when something has happened to it.
//!
//! It exists because a task that waits for several things looks at all of them whenever one of them is ready, and a look at a
//! socket through all its layers costs about a fifth of what writing to it does.
//!
//! **Invariant:** whatever comes is seen: the bell has rung before anybody is woken by it.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::task::AtomicWaker;

/// The bell of one thing.
pub(super) struct Bell {
    rung: Arc<Rung>,
    waker: Waker,
}

struct Rung {
    is_rung: AtomicBool,
    whoever_waits: AtomicWaker,
}

impl Wake for Rung {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_rung.store(true, Ordering::Release);
        self.whoever_waits.wake();
    }
}

impl Bell {
    /// Rung, for nobody knows yet how it is.
    pub(super) fn new() -> Self {
        let rung = Arc::new(Rung { is_rung: AtomicBool::new(true), whoever_waits: AtomicWaker::new() });
        Self { waker: Waker::from(Arc::clone(&rung)), rung }
    }

    /// To be looked at once more, whether anything has happened or not.
    pub(super) fn ring(&self) {
        self.rung.is_rung.store(true, Ordering::Release);
    }

    /// What the thing comes to, seen by looking at it; always the same thing. May be dropped while it waits.
    pub(super) async fn hears<T>(&self, mut look: impl FnMut(&mut Context<'_>) -> Poll<T>) -> T {
        poll_fn(|context| {
            self.rung.whoever_waits.register(context.waker());
            if !self.rung.is_rung.swap(false, Ordering::Acquire) {
                return Poll::Pending;
            }
            let seen = look(&mut Context::from_waker(&self.waker));
            if seen.is_ready() {
                // There may be more, of which nothing else would tell.
                self.ring();
            }
            seen
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_thing_is_looked_at_when_it_has_rung_and_not_before() {
        let (sender, mut items) = mpsc::channel(4);
        let (bell, mut looks) = (Bell::new(), 0);
        let mut look = |context: &mut Context<'_>| {
            looks += 1;
            items.poll_recv(context)
        };
        for _ in 0..3 {
            assert_eq!(bell.hears(&mut look).now_or_never(), None);
        }
        sender.try_send(1).expect("room");
        sender.try_send(2).expect("room");
        assert_eq!(bell.hears(&mut look).now_or_never(), Some(Some(1)));
        assert_eq!(bell.hears(&mut look).now_or_never(), Some(Some(2)), "more than it rang for");
        assert_eq!(bell.hears(&mut look).now_or_never(), None);
        drop(sender);
        assert_eq!(bell.hears(&mut look).await, None, "the end rings, too");
        assert_eq!(looks, 5);
    }

    #[tokio::test]
    async fn whoever_waits_is_woken_and_whoever_waits_next_as_well() {
        let (sender, mut items) = mpsc::channel(1);
        let bell = Bell::new();
        let says = tokio::spawn(async move {
            for number in 0..1_000 {
                sender.send(number).await.expect("somebody listens");
            }
        });
        let mut heard = Vec::new();
        while let Some(number) = bell.hears(|context| items.poll_recv(context)).await {
            heard.push(number);
        }
        says.await.expect("all was said");
        assert!(heard.into_iter().eq(0..1_000));
    }
}
