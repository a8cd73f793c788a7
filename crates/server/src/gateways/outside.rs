//! What comes to the task of a socket from outside its gateway: the end of the server, the peer, and the clock.
//!
//! It exists because all of that is silent most of the time while there is much to tell, and looking at it for every message that goes
//! out costs about a third of what writing that message does.
//!
//! **Invariant:** the end of the server goes before what the peer says, and that before the clock; and nothing of it is missed.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::extract::ws::{Message, WebSocket};
use futures_util::StreamExt;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::bell::Bell;

/// What is outside of one socket's task.
pub(super) struct Outside {
    bell: Bell,
    stop: Pin<Box<WaitForCancellationFutureOwned>>,
    alarm: Pin<Box<Sleep>>,
}

/// What came.
pub(super) enum Came {
    /// The server stops.
    Stop,
    /// The peer said something, broke, or (`None`) is gone.
    Said(Option<Result<Message, axum::Error>>),
    /// It is time.
    Time,
}

impl Outside {
    pub(super) fn new(stop: CancellationToken) -> Self {
        let (stop, alarm) = (Box::pin(stop.cancelled_owned()), Box::pin(sleep_until(Instant::now())));
        Self { bell: Bell::new(), stop, alarm }
    }

    /// What comes next; `due`: when it is time. Always of the same socket. May be dropped while it waits.
    pub(super) async fn next(&mut self, socket: &mut WebSocket, due: Instant) -> Came {
        let Self { bell, stop, alarm } = self;
        // What is due later than the alarm is seen when that goes: setting it anew costs more than looking once in vain.
        if due < alarm.deadline() {
            alarm.as_mut().reset(due);
            bell.ring();
        }
        bell.hears(|context| {
            if stop.as_mut().poll(context).is_ready() {
                return Poll::Ready(Came::Stop);
            }
            if let Poll::Ready(said) = socket.poll_next_unpin(context) {
                return Poll::Ready(Came::Said(said));
            }
            its_time(alarm.as_mut(), due, context).map(|()| Came::Time)
        })
        .await
    }
}

fn its_time(mut alarm: Pin<&mut Sleep>, due: Instant, context: &mut Context<'_>) -> Poll<()> {
    loop {
        ready!(alarm.as_mut().poll(context));
        if due <= alarm.deadline() {
            return Poll::Ready(());
        }
        alarm.as_mut().reset(due);
    }
}
