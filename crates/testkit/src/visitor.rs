//! One room client of ours over a real socket, without a console around it.
//!
//! Tests use it to look into rooms, ours and foreign ones, through the very protocol code that the console runs.
//!
//! **Invariant:** what happened in the rooms is reported in order and completely, or the visitor fails loudly.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use callboard_model::person::Awareness;
use callboard_model::{Field, Presence};
use callboard_wire::awareness::Change;
use callboard_wire::{Client, ClientConfig, ClientEvent};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::server::Account;
use crate::wait;

/// Orders that wait for the socket; a test that gives more at once waits a moment.
const ORDERS_MAX: usize = 64;

/// Events that wait for the test; a visitor that is not listened to stops reading, as a slow console would.
const EVENTS_MAX: usize = 16_384;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What the visitor is told to do.
#[derive(Debug)]
enum Order {
    Join(String, String),
    Leave(String),
    Show(String, Option<Arc<str>>),
}

/// A room client on one socket.
#[derive(Debug)]
pub struct Visitor {
    orders: mpsc::Sender<Order>,
    events: mpsc::Receiver<Result<ClientEvent>>,
    unclaimed: Vec<ClientEvent>,
    pump: JoinHandle<()>,
}

impl Visitor {
    /// Opens a socket to `url`; no room yet.
    pub async fn connect(url: &str) -> Result<Self> {
        let (socket, _) = connect_async(url).await.with_context(|| format!("opening a socket to {url}"))?;
        let (orders, to_do) = mpsc::channel(ORDERS_MAX);
        let (report, events) = mpsc::channel(EVENTS_MAX);
        let pump = tokio::spawn(async move {
            if let Err(error) = pump(socket, to_do, &report).await {
                // Nobody is listening any more: then nobody misses it.
                let _ = report.send(Err(error)).await;
            }
        });
        Ok(Self { orders, events, unclaimed: Vec::new(), pump })
    }

    /// Asks to be let into a room.
    pub async fn join(&self, room: &str, token: &str) -> Result<()> {
        self.order(Order::Join(room.to_owned(), token.to_owned())).await
    }

    /// Leaves a room.
    pub async fn leave(&self, room: &str) -> Result<()> {
        self.order(Order::Leave(room.to_owned())).await
    }

    /// Shows that person in a room, in a field or in none.
    pub async fn show(&self, room: &str, account: &Account, editing_field: Option<Field>) -> Result<()> {
        let user = presence(account, editing_field);
        let state = serde_json::to_string(&Awareness { user }).context("presence is plain data")?;
        self.order(Order::Show(room.to_owned(), Some(state.into()))).await
    }

    /// Waits until the server let us into a room.
    pub async fn enters(&mut self, room: &str) -> Result<()> {
        let answer = self
            .hears_where(&format!("the answer of {room}"), |event| match event {
                ClientEvent::Joined { document, .. } | ClientEvent::Denied { document, .. } => {
                    &**document == room
                }
                _ => false,
            })
            .await?;
        ensure!(matches!(answer, ClientEvent::Joined { .. }), "not let in: {answer:?}");
        Ok(())
    }

    /// Waits until somebody is seen in a room, in a field or in none; `None` for `who` means that somebody went.
    pub async fn sees(&mut self, room: &str, who: Option<(&str, Option<Field>)>) -> Result<()> {
        let fact = format!("{who:?} in {room}");
        self.hears_where(&fact, |event| match event {
            ClientEvent::Presence { document, changes } if &**document == room => {
                changes.iter().any(|change| is_seen(change, who))
            }
            _ => false,
        })
        .await
        .map(drop)
    }

    /// Waits for a message beside the document.
    pub async fn reads(&mut self, room: &str) -> Result<Arc<str>> {
        let event = self
            .hears_where(
                &format!("a message in {room}"),
                |event| matches!(event, ClientEvent::Stateless { document, .. } if &**document == room),
            )
            .await?;
        match event {
            ClientEvent::Stateless { payload, .. } => Ok(payload),
            other => Err(anyhow!("not a message: {other:?}")),
        }
    }

    /// Waits for an event that `wanted` recognises, and takes it out of the queue.
    pub async fn hears_where(
        &mut self,
        fact: &str,
        mut wanted: impl FnMut(&ClientEvent) -> bool,
    ) -> Result<ClientEvent> {
        if let Some(place) = self.unclaimed.iter().position(&mut wanted) {
            return Ok(self.unclaimed.remove(place));
        }
        let deadline = Instant::now() + wait::FACT_MAX;
        loop {
            let Ok(event) = timeout_at(deadline, self.events.recv()).await else {
                bail!("the visitor did not hear {fact}; it heard {:?}", self.unclaimed);
            };
            let event = event.context("the visitor's socket is closed")?;
            let event =
                event.with_context(|| format!("waiting for {fact}, having heard {:?}", self.unclaimed))?;
            if wanted(&event) {
                return Ok(event);
            }
            self.unclaimed.push(event);
        }
    }

    async fn order(&self, order: Order) -> Result<()> {
        self.orders.send(order).await.ok().context("the visitor's socket is closed")
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        self.pump.abort();
    }
}

/// What a console of that person would say of itself.
#[must_use]
pub fn presence(account: &Account, editing_field: Option<Field>) -> Presence {
    let user_id = account.user_id.as_str().into();
    let color = callboard_model::person::face_color(&user_id).into();
    Presence {
        user_id,
        display_name: account.display_name.as_str().into(),
        avatar_url: None,
        color,
        editing_field,
    }
}

/// Carries out orders and reports events until the socket closes, which is an error, or nobody gives orders any more.
async fn pump(
    mut socket: Socket,
    mut orders: mpsc::Receiver<Order>,
    report: &mpsc::Sender<Result<ClientEvent>>,
) -> Result<()> {
    let began = Instant::now();
    // Two visitors of one test must not share a client id; the address of the local end is unique while it is open.
    let first_client_id = 1 + u64::from(local_port(&socket)?) * 100_000;
    let mut client = Client::new(ClientConfig { provider_version: Some("4.8.0".into()), first_client_id });
    client.opened(Duration::ZERO);
    loop {
        while let Some(packet) = client.poll_packet() {
            socket.send(Message::binary(packet)).await.context("sending")?;
        }
        while let Some(event) = client.poll_event() {
            report.send(Ok(event)).await.ok().context("nobody listens")?;
        }
        let due = client.next_deadline().map_or(began + wait::FACT_MAX, |due| began + due);
        tokio::select! {
            biased; // Orders are rare and outrank traffic; traffic outranks time, which it often makes pointless.
            order = orders.recv() => match order {
                Some(order) => carry_out(&mut client, began.elapsed(), order)?,
                None => return Ok(()),
            },
            message = socket.next() => match message.context("the server hung up")?.context("the socket broke")? {
                Message::Binary(bytes) => client.received(began.elapsed(), &bytes).context("a bad frame")?,
                Message::Close(frame) => bail!("the server closed the socket: {frame:?}"),
                _ => {}
            },
            () = sleep_until(due) => client.tick(began.elapsed()),
        }
    }
}

fn carry_out(client: &mut Client, now: Duration, order: Order) -> Result<()> {
    match order {
        Order::Join(room, token) => ensure!(client.join(now, &room, &token), "too many rooms"),
        Order::Leave(room) => client.leave(now, &room),
        Order::Show(room, state) => client.show(now, &room, state),
    }
    Ok(())
}

fn local_port(socket: &Socket) -> Result<u16> {
    match socket.get_ref() {
        MaybeTlsStream::Plain(stream) => Ok(stream.local_addr().context("our own end")?.port()),
        _ => bail!("tests speak plain sockets only"),
    }
}

fn is_seen((_, now): &Change, who: Option<(&str, Option<Field>)>) -> bool {
    let state = now.as_deref().and_then(|state| serde_json::from_str::<Awareness>(state).ok());
    match (state, who) {
        (None, None) => now.is_none(),
        (Some(state), Some((name, field))) => {
            *state.user.display_name == *name && state.user.editing_field == field
        }
        _ => false,
    }
}
