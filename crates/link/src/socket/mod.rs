//! The live layer's one socket.
//!
//! One task owns the protocol's [`Client`] and the stream. Orders come in over one bounded queue, news go out over
//! another. While the loop is slow the task keeps news to itself up to [`TOLD_MAX`] and then stops reading, so a
//! flood waits in the server's machine and not in ours; orders are taken all the time, so neither side can wait for
//! the other for ever.
//!
//! | module | holds |
//! |---|---|
//! | [`dial`] | the byte stream seam |
//! | [`open`] | one open socket, from handshake to close |
//! | [`apart`] | a socket for each room, for servers that want it so |
//! | [`translate`] | the protocol's words and the session's |
//!
//! **Invariant:** nothing here decides to connect again. That is the session's, with its timers.

mod apart;
pub mod dial;
mod open;
mod translate;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use callboard_desk::session::effect::{LinkOrder, Sockets};
use callboard_desk::session::event::{Fall, LinkEvent};
use callboard_model::{Presence, Room};
use callboard_wire::{Client, ClientConfig, ClientEvent};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info};

use crate::config::SocketUrl;
use crate::socket::dial::Dial;
use crate::socket::open::{End, Stream};

/// Orders between loop and task. The loop keeps what does not fit, up to a limit of its own.
const ORDERS_WAITING_MAX: usize = 256;

/// News between task and loop. What does not fit stays with the task.
const NEWS_WAITING_MAX: usize = 256;

/// News that stay with the task before it stops reading. One message may bring more than fits; the next is not read.
const TOLD_MAX: usize = 1024;

/// How long to wait for a connection, TLS and handshake included.
const OPEN_WAIT: Duration = Duration::from_secs(10);

/// The loop's end of the task.
pub(crate) struct Socket {
    /// What is wanted.
    pub(crate) orders: mpsc::Sender<LinkOrder>,
    /// What happened.
    pub(crate) news: mpsc::Receiver<LinkEvent>,
    task: JoinHandle<()>,
}

impl Socket {
    /// Starts the task; it does nothing before the first order.
    pub(crate) fn spawn(
        dial: Arc<dyn Dial>,
        url: SocketUrl,
        first_client_id: u64,
        stop: CancellationToken,
    ) -> Self {
        let version = concat!("callboard-", env!("CARGO_PKG_VERSION")).into();
        let config = ClientConfig { provider_version: Some(version), first_client_id };
        let (orders, incoming) = mpsc::channel(ORDERS_WAITING_MAX);
        let (outgoing, news) = mpsc::channel(NEWS_WAITING_MAX);
        let task = Task::new(dial, url, config, incoming, outgoing);
        Self { orders, news, task: tokio::spawn(task.run(stop)) }
    }

    /// Waits until the socket is closed, after `stop`.
    pub(crate) async fn finish(self) {
        drop((self.orders, self.news));
        // A panic in the task has been reported already.
        let _ = self.task.await;
    }
}

struct Task {
    client: Client,
    start: Instant,
    orders: mpsc::Receiver<LinkOrder>,
    outgoing: mpsc::Sender<LinkEvent>,
    told: VecDeque<LinkEvent>,
    dial: Arc<dyn Dial>,
    url: SocketUrl,
    config: ClientConfig,
    /// What we show, for rooms with a socket of their own: each of those begins without knowing.
    shown: BTreeMap<Room, Presence>,
}

/// An order that concerns the socket as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Switch {
    Connect(Sockets),
    Disconnect,
}

impl Task {
    fn new(
        dial: Arc<dyn Dial>,
        url: SocketUrl,
        config: ClientConfig,
        orders: mpsc::Receiver<LinkOrder>,
        outgoing: mpsc::Sender<LinkEvent>,
    ) -> Self {
        Self {
            client: Client::new(config.clone()),
            start: Instant::now(),
            orders,
            outgoing,
            told: VecDeque::new(),
            dial,
            url,
            config,
            shown: BTreeMap::new(),
        }
    }

    async fn run(mut self, stop: CancellationToken) {
        let mut wanted = Switch::Disconnect;
        loop {
            let next = match wanted {
                Switch::Disconnect => self.idle(&stop).await,
                Switch::Connect(Sockets::Shared) => self.connected(&stop).await,
                Switch::Connect(Sockets::Apart) => self.apart(&stop).await,
            };
            let Some(next) = next else { return };
            wanted = next;
        }
    }

    /// Without a socket: orders about rooms are noted all the same. `None`: the end.
    async fn idle(&mut self, stop: &CancellationToken) -> Option<Switch> {
        loop {
            let order = tokio::select! {
                biased;
                () = stop.cancelled() => return None,
                order = self.order() => order?,
            };
            if let Some(switch) = self.apply(order) {
                return Some(switch);
            }
        }
    }

    /// From dialling to the end of the socket. Whatever ends it that was not asked for is told.
    async fn connected(&mut self, stop: &CancellationToken) -> Option<Switch> {
        let opening =
            tokio::time::timeout(OPEN_WAIT, open::handshake(Arc::clone(&self.dial), self.url.clone()));
        let mut opening = Box::pin(opening);
        let stream = loop {
            let order = tokio::select! {
                biased;
                () = stop.cancelled() => return None,
                order = self.order() => order?,
                opened = &mut opening => match opened {
                    Ok(Ok(stream)) => break stream,
                    Ok(Err(reason)) => return Some(self.down(Fall { reason, ..Fall::default() })),
                    Err(_) => return Some(self.down(open::fall("no connection in time"))),
                },
            };
            if self.apply(order) == Some(Switch::Disconnect) {
                return Some(Switch::Disconnect);
            }
        };
        self.converse(stream, stop).await
    }

    async fn converse(&mut self, stream: Stream, stop: &CancellationToken) -> Option<Switch> {
        info!("the live link is up");
        self.client.opened(self.now());
        self.told.push_back(LinkEvent::Up);
        let end = self.pump(stream, stop).await;
        self.client.closed(self.now());
        match end {
            End::Stopped => None,
            End::Asked => Some(Switch::Disconnect),
            End::Lost(fall) => Some(self.down(fall)),
        }
    }

    fn down(&mut self, fall: Fall) -> Switch {
        info!(reason = %fall.reason, "the live link is down");
        self.told.push_back(LinkEvent::Down(fall));
        Switch::Disconnect
    }

    /// The next order while there is no socket to read from; `None` when the loop is gone. News are handed on meanwhile. Dropping the future loses nothing.
    async fn order(&mut self) -> Option<LinkOrder> {
        loop {
            tokio::select! {
                biased;
                order = self.orders.recv() => return order,
                handed = hand_on(&self.outgoing, &mut self.told), if !self.told.is_empty() => handed?,
            }
        }
    }

    /// Carries out what concerns one room; gives back what concerns the socket.
    fn apply(&mut self, order: LinkOrder) -> Option<Switch> {
        let now = self.now();
        match order {
            LinkOrder::Connect(sockets) => return Some(Switch::Connect(sockets)),
            LinkOrder::Disconnect => return Some(Switch::Disconnect),
            LinkOrder::Join { room, token } => {
                if !self.client.join(now, &room.to_string(), &token) {
                    self.told.push_back(LinkEvent::Denied(room, "too many rooms".into()));
                }
            }
            LinkOrder::Leave(room) => {
                self.client.leave(now, &room.to_string());
                self.shown.remove(&room);
            }
            LinkOrder::Show(room, presence) => {
                let state = presence.clone().and_then(translate::state);
                self.client.show(now, &room.to_string(), state);
                match presence {
                    Some(presence) => self.shown.insert(room, presence),
                    None => self.shown.remove(&room),
                };
            }
        }
        None
    }

    /// Moves what happened in the rooms to what is to be told; `false` when the server has fallen silent.
    fn collect(&mut self) -> bool {
        let mut alive = true;
        while let Some(event) = self.client.poll_event() {
            alive &= event != ClientEvent::Silent;
            if let Some(news) = translate::event(event) {
                self.told.push_back(news);
            } else {
                debug!("an event without news");
            }
        }
        alive
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

/// Hands one piece of news on; `None` when the loop is gone. Dropping the future loses nothing.
async fn hand_on(outgoing: &mpsc::Sender<LinkEvent>, told: &mut VecDeque<LinkEvent>) -> Option<()> {
    let place = outgoing.reserve().await.ok()?;
    if let Some(news) = told.pop_front() {
        place.send(news);
    }
    Some(())
}

#[cfg(test)]
mod tests;
