//! A socket for each room: for a stock server of 2.x, which looks at the token in the address only.
//!
//! Each room is a task like the one that carries all rooms of other servers, only that it carries one. What happens to
//! one of them alone is news of its room: refused, closed. When one does not find the server at all, or loses it without a
//! word, the others are no better off, so the whole link counts as down.
//!
//! **Invariant:** the session sees no difference: it is up, rooms let it in or not, and it is down.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream, SelectAll};
use tokio_util::sync::DropGuard;

use super::*;

/// Closed with one of these, a room was refused.
const REFUSALS: [u16; 2] = [4401, 4403];

/// Orders that wait for the socket of one room. It takes them at once, so more means that it is lost: it counts as closed.
const ORDERS_PER_ROOM_MAX: usize = 16;

/// The socket of one room; closed when this is dropped.
struct Lone {
    /// News of an earlier socket of the same room are not this one's.
    number: u64,
    orders: mpsc::Sender<LinkOrder>,
    _stop: DropGuard,
}

type Crowd = SelectAll<BoxStream<'static, (Room, u64, LinkEvent)>>;

impl Task {
    /// Carries each room on a socket of its own until the link falls or is not wanted any more.
    pub(super) async fn apart(&mut self, stop: &CancellationToken) -> Option<Switch> {
        let mut lones: BTreeMap<Room, Lone> = BTreeMap::new();
        let mut crowd = Crowd::new();
        self.told.push_back(LinkEvent::Up);
        loop {
            let listening = self.told.len() < TOLD_MAX;
            tokio::select! {
                biased;
                () = stop.cancelled() => return None,
                order = self.orders.recv() => match order? {
                    LinkOrder::Disconnect => return Some(Switch::Disconnect),
                    LinkOrder::Connect(_) => {}
                    LinkOrder::Join { room, token } => {
                        let lone = self.open_lone(&room, &token, &mut crowd, stop);
                        lones.insert(room, lone);
                    }
                    order => self.pass_on(order, &mut lones),
                },
                handed = hand_on(&self.outgoing, &mut self.told), if !self.told.is_empty() => handed?,
                Some((room, number, news)) = crowd.next(), if listening && !crowd.is_empty() => {
                    if lones.get(&room).is_some_and(|lone| lone.number == number)
                        && let Some(fall) = self.weigh(&room, news, &mut lones)
                    {
                        return Some(self.down(fall));
                    }
                }
            }
        }
    }

    /// Opens the socket of one room, with its token in the address and in its first message.
    fn open_lone(&mut self, room: &Room, token: &str, crowd: &mut Crowd, stop: &CancellationToken) -> Lone {
        self.config.first_client_id = self.config.first_client_id.wrapping_add(1);
        let number = self.config.first_client_id;
        let (orders, incoming) = mpsc::channel(ORDERS_PER_ROOM_MAX);
        let (outgoing, news) = mpsc::channel(NEWS_WAITING_MAX);
        let url = self.url.with_token(token);
        let task = Task::new(Arc::clone(&self.dial), url, self.config.clone(), incoming, outgoing);
        let stop = stop.child_token();
        tokio::spawn(task.run(stop.clone()));
        let shown =
            self.shown.get(room).cloned().map(|presence| LinkOrder::Show(room.clone(), Some(presence)));
        let join = LinkOrder::Join { room: room.clone(), token: token.into() };
        for order in [LinkOrder::Connect(Sockets::Shared), join].into_iter().chain(shown) {
            // There is room for these.
            let _ = orders.try_send(order);
        }
        let named = stream::unfold((news, room.clone()), move |(mut news, room)| async move {
            let event = news.recv().await?;
            Some(((room.clone(), number, event), (news, room)))
        });
        crowd.push(named.boxed());
        Lone { number, orders, _stop: stop.drop_guard() }
    }

    /// An order about a room that is open, or about what to show when it is.
    fn pass_on(&mut self, order: LinkOrder, lones: &mut BTreeMap<Room, Lone>) {
        match &order {
            LinkOrder::Show(room, _) => {
                let lone = lones.get(room).map(|lone| lone.orders.try_send(order.clone()));
                if lone.is_some_and(|sent| sent.is_err()) {
                    lones.remove(room);
                    self.told.push_back(LinkEvent::Left(room.clone(), "too much to say at once".into()));
                }
            }
            LinkOrder::Leave(room) => {
                lones.remove(room);
            }
            LinkOrder::Connect(_) | LinkOrder::Disconnect | LinkOrder::Join { .. } => {}
        }
        self.apply(order);
    }

    /// What news of one room is news of all of them.
    fn weigh(&mut self, room: &Room, news: LinkEvent, lones: &mut BTreeMap<Room, Lone>) -> Option<Fall> {
        let told = match news {
            LinkEvent::Up => return None,
            LinkEvent::Down(fall) => match fall.code {
                None => return Some(fall),
                Some(code) if REFUSALS.contains(&code) => LinkEvent::Denied(room.clone(), fall.reason),
                Some(_) => LinkEvent::Left(room.clone(), fall.reason),
            },
            other => other,
        };
        if matches!(told, LinkEvent::Denied(..) | LinkEvent::Left(..)) {
            lones.remove(room);
        }
        self.told.push_back(told);
        None
    }
}
