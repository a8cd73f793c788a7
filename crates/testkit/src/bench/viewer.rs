//! One socket with rooms on it, made to listen to a lot at little cost.
//!
//! It is the console's own protocol code over a real WebSocket. Hints, which are nearly all there is to hear once the
//! rooms are open, are only counted, and noted with their time where that is asked for.
//!
//! **Invariant:** every hint that arrives is counted once; a socket that breaks ends the measurement with an error.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use callboard_wire::frame::{self, Body, Direction, Packet};
use callboard_wire::{Client, ClientConfig, ClientEvent};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::sleep_until;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::hint::Key;

/// What is read from a socket at a time: a thousand sockets must not cost the driver more than they cost the server.
const READ_BUFFER_BYTES: usize = 16 * 1024;
/// Opening all rooms of a socket may take this long. A stock server needs eleven seconds for ten thousand.
const OPENING_MAX: Duration = Duration::from_secs(120);
/// How soon a refused connection is tried again while a server starts.
const RETRY_EVERY: Duration = Duration::from_millis(10);
/// Orders that wait for a socket.
const ORDERS_MAX: usize = 4;

/// The tokens with which rooms are entered; replaced when they grow old.
pub type Wallet = Arc<RwLock<Vec<Ticket>>>;

/// A room and what opens it.
#[derive(Clone)]
pub struct Ticket {
    /// The room's name.
    pub room: Arc<str>,
    /// A secret.
    pub token: Arc<str>,
}

/// What all viewers of a measurement heard.
#[derive(Debug)]
pub struct Tally {
    /// The beginning of all times.
    pub began: Instant,
    /// Hints that arrived.
    pub heard: AtomicU64,
    /// How hints are told apart, when their times are to be noted.
    noted: Option<Key>,
    notes: Mutex<Vec<Note>>,
}

/// An arrival: which hint, and when.
pub type Note = (u64, Duration);

impl Tally {
    /// Counts hints, and notes the time of each under its key if one is given.
    #[must_use]
    pub fn new(noted: Option<Key>) -> Arc<Self> {
        let (heard, notes) = (AtomicU64::new(0), Mutex::default());
        Arc::new(Self { began: Instant::now(), heard, noted, notes })
    }

    /// How many hints arrived so far.
    #[must_use]
    pub fn heard(&self) -> u64 {
        self.heard.load(Ordering::Relaxed)
    }

    /// Takes what was noted so far.
    #[must_use]
    pub fn take_notes(&self) -> Vec<Note> {
        std::mem::take(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn hear(&self, payload: &str) {
        self.heard.fetch_add(1, Ordering::Relaxed);
        let Some(key) = self.noted.and_then(|key| key.read(payload.as_bytes())) else { return };
        let note = (key, self.began.elapsed());
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    }
}

/// A socket that is told what to show.
#[derive(Debug)]
pub struct Viewer {
    orders: mpsc::Sender<Arc<str>>,
    broken: Arc<AtomicUsize>,
    /// From the connect to the answer of the last room.
    pub opened_in: Duration,
    task: JoinHandle<()>,
}

impl Viewer {
    /// Connects, tried again until the server is up, and enters these rooms of the wallet.
    pub async fn open(
        url: &str,
        wallet: &Wallet,
        rooms: std::ops::Range<usize>,
        tally: &Arc<Tally>,
    ) -> Result<Self> {
        let began = Instant::now();
        let (orders, to_do) = mpsc::channel(ORDERS_MAX);
        let (all_in, opened) = oneshot::channel();
        let (url, wallet, tally) = (url.to_owned(), Arc::clone(wallet), Arc::clone(tally));
        let broken = Arc::new(AtomicUsize::new(0));
        let breaks = Arc::clone(&broken);
        let task = tokio::spawn(async move {
            let pump = async {
                let socket = connect(&url).await?;
                Pump::new(socket, &wallet, rooms, &tally)?.run(to_do, all_in).await
            };
            if let Err(error) = pump.await {
                breaks.store(1, Ordering::Relaxed);
                eprintln!("a viewer's socket broke: {error:#}");
            }
        });
        let opened = tokio::time::timeout(OPENING_MAX, opened).await;
        opened
            .with_context(|| format!("the rooms were not open after {OPENING_MAX:?}"))?
            .context("see above")?;
        Ok(Self { orders, broken, opened_in: began.elapsed(), task })
    }

    /// Shows this state in all its rooms from now on.
    pub async fn show(&self, state: Arc<str>) -> Result<()> {
        self.orders.send(state).await.ok().context("the viewer's socket is closed")
    }

    /// Whether the socket broke.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed) > 0
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Socket = WebSocketStream<TcpStream>;

async fn connect(url: &str) -> Result<Socket> {
    let host = url.strip_prefix("ws://").and_then(|rest| rest.split('/').next());
    let address: SocketAddr =
        host.and_then(|host| host.parse().ok()).context("an address of the loopback")?;
    let stream = loop {
        match TcpStream::connect(address).await {
            Ok(stream) => break stream,
            Err(_) => tokio::time::sleep(RETRY_EVERY).await,
        }
    };
    stream.set_nodelay(true).context("nodelay")?;
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER_BYTES);
    let (socket, _) = client_async_with_config(url, stream, Some(config)).await.context("the handshake")?;
    Ok(socket)
}

struct Pump<'a> {
    socket: Socket,
    client: Client,
    wallet: &'a Wallet,
    rooms: std::ops::Range<usize>,
    missing: usize,
    tally: &'a Tally,
}

impl<'a> Pump<'a> {
    fn new(
        socket: Socket,
        wallet: &'a Wallet,
        rooms: std::ops::Range<usize>,
        tally: &'a Tally,
    ) -> Result<Self> {
        let port = socket.get_ref().local_addr().context("our own end")?.port();
        // Unique while the socket is open, like its port.
        let first_client_id = 1 + u64::from(port) * 100_000;
        let config = ClientConfig { provider_version: Some("4.8.0".into()), first_client_id };
        let missing = rooms.len();
        let mut pump = Self { socket, client: Client::new(config), wallet, rooms, missing, tally };
        let now = pump.now();
        pump.client.opened(now);
        for place in pump.rooms.clone() {
            let ticket = pump.ticket(place)?;
            ensure!(pump.client.join(now, &ticket.room, &ticket.token), "too many rooms");
        }
        Ok(pump)
    }

    fn now(&self) -> Duration {
        self.tally.began.elapsed()
    }

    fn ticket(&self, place: usize) -> Result<Ticket> {
        let wallet = self.wallet.read().unwrap_or_else(PoisonError::into_inner);
        wallet.get(place).cloned().context("the wallet has fewer rooms")
    }

    async fn run(mut self, mut orders: mpsc::Receiver<Arc<str>>, all_in: oneshot::Sender<()>) -> Result<()> {
        let mut all_in = Some(all_in);
        loop {
            self.flush().await?;
            if self.missing == 0
                && let Some(all_in) = all_in.take()
            {
                // Whoever does not wait any more has given up.
                let _ = all_in.send(());
            }
            let due = self.client.next_deadline().unwrap_or_else(|| self.now() + OPENING_MAX);
            let due = tokio::time::Instant::from_std(self.tally.began + due);
            tokio::select! {
                biased; // Traffic outranks time and orders: it is what is measured.
                message = self.socket.next() => {
                    match message.context("the server hung up")?.context("the socket broke")? {
                        Message::Binary(bytes) => self.take(&bytes)?,
                        Message::Close(frame) => bail!("the server closed the socket: {frame:?}"),
                        _ => {}
                    }
                },
                order = orders.recv() => match order {
                    Some(state) => self.show(&state)?,
                    None => return Ok(()),
                },
                () = sleep_until(due) => { let now = self.now(); self.client.tick(now); }
            }
        }
    }

    /// Sends what the client has to say and looks at what happened to it.
    async fn flush(&mut self) -> Result<()> {
        let mut fed = false;
        while let Some(packet) = self.client.poll_packet() {
            self.socket.feed(Message::binary(packet)).await.context("sending")?;
            fed = true;
        }
        if fed {
            self.socket.flush().await.context("sending")?;
        }
        while let Some(event) = self.client.poll_event() {
            match event {
                ClientEvent::Joined { .. } => self.missing = self.missing.saturating_sub(1),
                ClientEvent::TokenWanted { document } => self.renew(&document)?,
                ClientEvent::Stateless { payload, .. } => self.tally.hear(&payload),
                ClientEvent::Presence { .. } | ClientEvent::RoundTrip { .. } => {}
                lost @ (ClientEvent::Denied { .. } | ClientEvent::Left { .. } | ClientEvent::Silent) => {
                    return Err(anyhow!("a room was lost: {lost:?}"));
                }
            }
        }
        Ok(())
    }

    /// A hint is counted here and now; all else is the protocol's.
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        if let Ok(Packet::Frame(frame)) = frame::decode(bytes, Direction::ToClient)
            && let Body::Stateless(payload) = frame.body
        {
            self.tally.hear(payload);
            return Ok(());
        }
        let now = self.now();
        self.client.received(now, bytes).context("a bad frame")
    }

    fn renew(&mut self, document: &str) -> Result<()> {
        let places = self.rooms.clone();
        for place in places {
            let ticket = self.ticket(place)?;
            if *ticket.room == *document {
                let now = self.now();
                ensure!(self.client.join(now, document, &ticket.token), "a room that is open");
                return Ok(());
            }
        }
        bail!("{document} is none of our rooms")
    }

    fn show(&mut self, state: &Arc<str>) -> Result<()> {
        for place in self.rooms.clone() {
            let ticket = self.ticket(place)?;
            let now = self.now();
            self.client.show(now, &ticket.room, Some(Arc::clone(state)));
        }
        Ok(())
    }
}
