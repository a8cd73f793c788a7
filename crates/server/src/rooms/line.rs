//! The WebSocket: used by its task and, while that rests, by whoever has something for it.
//!
//! It exists because to wake a task costs about as much as the write that it is woken for: a hint for fifty sockets at
//! rest is written to all of them by the one who brings it.
//!
//! **Invariant:** others write only while the task rests, and they never wait: neither for the peer nor for the line.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Error;
use axum::body::Bytes;
use axum::extract::ws::Message;
use futures_util::{FutureExt, Sink, SinkExt, Stream, StreamExt};
use tokio::task::coop::unconstrained;

/// A WebSocket, or what a test takes for one.
pub(super) trait Wire:
    Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Send + Unpin
{
}

impl<T> Wire for T where T: Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Send + Unpin
{}

/// One socket's WebSocket.
pub(super) struct Line(Mutex<Held>);

struct Held {
    wire: Box<dyn Wire>,
    /// Whether its task has said all that it has to say, and sleeps.
    rests: bool,
}

impl Line {
    /// Its task is awake.
    pub(super) fn new(wire: impl Wire + 'static) -> Self {
        Self(Mutex::new(Held { wire: Box::new(wire), rests: false }))
    }

    /// From now on others may write.
    pub(super) fn rest(&self) {
        self.held().rests = true;
    }

    /// From now on nobody but the task writes.
    pub(super) fn rise(&self) {
        self.held().rests = false;
    }

    /// The next message of the peer. May be dropped while it waits.
    pub(super) async fn recv(&self) -> Option<Result<Message, Error>> {
        poll_fn(|cx| self.held().wire.poll_next_unpin(cx)).await
    }

    /// Writes these and whatever was begun. For the task alone.
    pub(super) async fn write(&self, messages: impl Iterator<Item = Message>) -> Result<(), Error> {
        for message in messages {
            poll_fn(|cx| self.held().wire.poll_ready_unpin(cx)).await?;
            self.held().wire.start_send_unpin(message)?;
        }
        poll_fn(|cx| self.held().wire.poll_flush_unpin(cx)).await
    }

    /// Writes for a task that rests as many frames as the peer takes at once. `false`: nothing was written, or what was
    /// begun has to be finished by the task, which also learns what is wrong with the peer, if anything is.
    pub(super) fn write_at_once(&self, mut next: impl FnMut() -> Option<Bytes>) -> bool {
        // Whoever holds it is the task, and awake.
        let Ok(mut held) = self.0.try_lock() else { return false };
        if !held.rests {
            return false;
        }
        let wire = &mut held.wire;
        let attempt = async {
            loop {
                // Only taken when it can be given: what is dropped here would be lost.
                poll_fn(|cx| wire.poll_ready_unpin(cx)).await?;
                match next() {
                    Some(frame) => wire.start_send_unpin(Message::Binary(frame))?,
                    None => return wire.flush().await,
                }
            }
        };
        // The budget of a task is one task's; here many sockets are written to in its name.
        matches!(unconstrained(attempt).now_or_never(), Some(Ok(())))
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Line(…)")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::VecDeque;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::task::{Context, Poll, Waker};

    use super::*;

    /// A peer that takes as many messages as it was given room for.
    #[derive(Clone, Debug, Default)]
    pub(in crate::rooms) struct Peer(Arc<Mutex<Taken>>);

    #[derive(Debug, Default)]
    struct Taken {
        room: usize,
        buffered: VecDeque<Message>,
        taken: Vec<Bytes>,
        waiting: Option<Waker>,
    }

    impl Peer {
        pub(in crate::rooms) fn with_room(room: usize) -> Self {
            let peer = Self::default();
            peer.make_room(room);
            peer
        }

        pub(in crate::rooms) fn make_room(&self, more: usize) {
            let mut taken = self.0.lock().expect("whole");
            taken.room += more;
            if let Some(waker) = taken.waiting.take() {
                waker.wake();
            }
        }

        pub(in crate::rooms) fn taken(&self) -> Vec<Bytes> {
            self.0.lock().expect("whole").taken.clone()
        }
    }

    impl Stream for Peer {
        type Item = Result<Message, Error>;

        fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Pending
        }
    }

    impl Sink<Message> for Peer {
        type Error = Error;

        fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
            self.poll_flush(cx)
        }

        fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), Error> {
            self.0.lock().expect("whole").buffered.push_back(message);
            Ok(())
        }

        fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
            let mut peer = self.0.lock().expect("whole");
            while peer.room > 0
                && let Some(message) = peer.buffered.pop_front()
            {
                peer.room -= 1;
                peer.taken.push(message.into_data());
            }
            if peer.buffered.is_empty() {
                return Poll::Ready(Ok(()));
            }
            peer.waiting = Some(cx.waker().clone());
            Poll::Pending
        }

        fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
            self.poll_flush(cx)
        }
    }

    fn frames(names: &'static [&str]) -> impl FnMut() -> Option<Bytes> {
        let mut names = names.iter();
        move || names.next().map(|name| Bytes::from_static(name.as_bytes()))
    }

    #[test]
    fn nobody_writes_while_the_task_is_awake() {
        let peer = Peer::with_room(9);
        let line = Line::new(peer.clone());
        assert!(!line.write_at_once(frames(&["a"])));
        line.rest();
        assert!(line.write_at_once(frames(&["b", "c"])));
        line.rise();
        assert!(!line.write_at_once(frames(&["d"])));
        assert_eq!(peer.taken(), ["b", "c"]);
    }

    /// Nothing is taken out of a queue that cannot be written, and nothing that was taken is lost.
    #[tokio::test]
    async fn what_a_peer_does_not_take_at_once_is_finished_by_the_task() {
        let peer = Peer::with_room(1);
        let line = Line::new(peer.clone());
        line.rest();
        let mut queue = VecDeque::from(["a", "b", "c"]);
        assert!(!line.write_at_once(|| queue.pop_front().map(Bytes::from)));
        assert_eq!((peer.taken(), queue.len()), (vec![Bytes::from("a")], 1), "b was begun, c was left");
        line.rise();
        let rest = queue.into_iter().map(|frame| Message::Binary(frame.into()));
        let (written, ()) = tokio::join!(line.write(rest), async { peer.make_room(2) });
        written.expect("room for all");
        assert_eq!(peer.taken(), ["a", "b", "c"]);
    }
}
