//! A whole server on a port of its own, and raw connections to it.

use std::net::SocketAddr;
use std::time::Duration;

use callboard_server::bus::BusSettings;
use callboard_server::gateways::webhooks::Reach;
use callboard_server::listen::Limits;
use callboard_server::run::{self, Running};
use callboard_server::settings::{MetricsSettings, Settings};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How long any fact is waited for.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

pub(crate) struct World {
    pub(crate) running: Running,
    pub(crate) stop: CancellationToken,
    _home: TempDir,
}

/// The settings of a server that listens on a free port, with demo people.
pub(crate) fn settings(home: &TempDir) -> Settings {
    Settings {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        database: format!("sqlite:{}", home.path().join("test.db").display()),
        changes_kept: callboard_server::store::Limits::default().changes_kept,
        limits: Limits::STRANGERS,
        rate: None,
        metrics: None,
        bus: BusSettings::default(),
        publishes_events: false,
        webhooks: Reach::Public,
        live_secret: b"the secret of these tests".to_vec(),
        demo_tickets: Some(20),
        demo_keys: true,
        demo_is_simulated: false,
    }
}

impl World {
    pub(crate) async fn start(change: impl FnOnce(&mut Settings)) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let mut settings = settings(&home);
        change(&mut settings);
        let stop = CancellationToken::new();
        let running = run::start(settings, stop.clone()).await.expect("it starts");
        Self { running, stop, _home: home }
    }

    pub(crate) async fn limited(limits: Limits) -> Self {
        Self::start(|settings| settings.limits = limits).await
    }

    pub(crate) async fn with_metrics(token: Option<&str>) -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let token = token.map(str::to_owned);
        Self::start(|settings| settings.metrics = Some(MetricsSettings { listen, token })).await
    }

    /// A dispatcher's key.
    pub(crate) fn key(&self) -> String {
        self.running.demo_accounts[0].api_key.reveal().to_owned()
    }

    pub(crate) async fn open(&self) -> Raw {
        Raw::to(self.running.address).await
    }

    /// A connection from another address of this machine.
    pub(crate) async fn open_from(&self, source: [u8; 4]) -> Raw {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from((source, 0))).expect("an address of the loopback");
        Raw(socket.connect(self.running.address).await.expect("it accepts"))
    }

    /// A GET on a connection of its own.
    pub(crate) async fn get(&self, path: &str, key: &str) -> Reply {
        let mut raw = self.open().await;
        raw.say(&format!("GET {path} HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\n\r\n")).await;
        raw.reply().await.expect("an answer")
    }
}

/// A connection without any manners.
pub(crate) struct Raw(TcpStream);

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl Raw {
    pub(crate) async fn to(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.expect("it accepts"))
    }

    pub(crate) async fn say(&mut self, text: &str) {
        // A peer that has closed already shows in what is read.
        drop(self.0.write_all(text.as_bytes()).await);
    }

    pub(crate) async fn health(&mut self) -> Option<u16> {
        self.say("GET /api/v1/meta/health HTTP/1.1\r\nhost: x\r\n\r\n").await;
        self.reply().await.map(|reply| reply.status)
    }

    /// The next answer; `None` when the server has closed instead.
    pub(crate) async fn reply(&mut self) -> Option<Reply> {
        timeout(DEADLINE, self.read_reply()).await.expect("an answer or an end in time")
    }

    /// Waits until the server closes, and says what it said before.
    pub(crate) async fn closed(&mut self) -> String {
        let mut said = Vec::new();
        // A reset is an end, too.
        drop(timeout(DEADLINE, self.0.read_to_end(&mut said)).await.expect("it closes in time"));
        String::from_utf8_lossy(&said).into_owned()
    }

    async fn read_reply(&mut self) -> Option<Reply> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).expect("text");
        let status = head.get(9..12)?.parse().ok()?;
        let mut reply = Reply { status, head, body: String::new() };
        let length = reply.header("content-length").map_or(0, |length| length.parse().expect("a number"));
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.ok()?;
        reply.body = String::from_utf8(body).expect("text");
        Some(reply)
    }
}
