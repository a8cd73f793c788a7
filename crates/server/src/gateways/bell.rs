//! A bell at a stream: it is looked at only when something has happened to it.
//!
//! It exists because a task that waits for several things looks at all of them whenever one of them is ready, and a look at a
//! socket through all its layers costs about a fifth of what writing to it does.
//!
//! **Invariant:** whatever comes is seen: the bell has rung before anybody is woken by it.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::Stream;
use futures_util::task::AtomicWaker;

/// The bell of one stream.
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
    /// Rung, for nobody knows yet how the stream is.
    pub(super) fn new() -> Self {
        let rung = Arc::new(Rung { is_rung: AtomicBool::new(true), whoever_waits: AtomicWaker::new() });
        Self { waker: Waker::from(Arc::clone(&rung)), rung }
    }

    /// The next item of its stream, always the same. May be dropped while it waits.
    pub(super) async fn next<S: Stream + Unpin>(&self, stream: &mut S) -> Option<S::Item> {
        poll_fn(|context| self.poll(stream, context)).await
    }

    fn poll<S: Stream + Unpin>(&self, stream: &mut S, context: &Context<'_>) -> Poll<Option<S::Item>> {
        self.rung.whoever_waits.register(context.waker());
        if !self.rung.is_rung.swap(false, Ordering::Acquire) {
            return Poll::Pending;
        }
        let next = Pin::new(stream).poll_next(&mut Context::from_waker(&self.waker));
        if next.is_ready() {
            // There may be more, of which nothing else would tell.
            self.rung.is_rung.store(true, Ordering::Release);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use futures_util::stream::poll_fn as stream_of;
    use tokio::sync::mpsc;

    use super::*;

    /// A stream that counts how often it is looked at.
    fn counted(mut items: mpsc::Receiver<u32>, looks: &mut u32) -> impl Stream<Item = u32> + Unpin {
        stream_of(move |context| {
            *looks += 1;
            items.poll_recv(context)
        })
    }

    #[tokio::test]
    async fn a_stream_is_looked_at_when_it_has_rung_and_not_before() {
        let (sender, items) = mpsc::channel(4);
        let (bell, mut looks) = (Bell::new(), 0);
        let mut stream = counted(items, &mut looks);
        for _ in 0..3 {
            assert_eq!(bell.next(&mut stream).now_or_never(), None);
        }
        sender.try_send(1).expect("room");
        sender.try_send(2).expect("room");
        assert_eq!(bell.next(&mut stream).now_or_never(), Some(Some(1)));
        assert_eq!(bell.next(&mut stream).now_or_never(), Some(Some(2)), "more than it rang for");
        assert_eq!(bell.next(&mut stream).now_or_never(), None);
        drop(sender);
        assert_eq!(bell.next(&mut stream).await, None, "the end rings, too");
        drop(stream);
        assert_eq!(looks, 5);
    }

    #[tokio::test]
    async fn whoever_waits_is_woken_and_whoever_waits_next_as_well() {
        let (sender, items) = mpsc::channel(1);
        let (bell, mut looks) = (Bell::new(), 0);
        let mut stream = counted(items, &mut looks);
        let says = tokio::spawn(async move {
            for number in 0..1_000 {
                sender.send(number).await.expect("somebody listens");
            }
        });
        let mut heard = Vec::new();
        while let Some(number) = bell.next(&mut stream).await {
            heard.push(number);
        }
        says.await.expect("all was said");
        assert!(heard.into_iter().eq(0..1_000));
    }
}
