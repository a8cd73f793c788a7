//! A server of our own, on a database of its own, with demo people and tickets.
//!
//! **Invariant:** an account's key never shows in a message or a debug print.

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, ExitStatus};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::IgnoredAny;
use tempfile::TempDir;

use crate::port::Port;
use crate::process::Process;
use crate::rest::Rest;
use crate::{programs, wait};

/// How the variables begin that a server reads.
const SETTINGS: [&str; 4] = ["CALLBOARD_", "HOCUSPOCUS_", "LIVE_TICKET_", "RATE_LIMIT_"];

/// Signs the live tokens of every server of a test: a restart leaves them good, and sisters know each other's.
pub(crate) const LIVE_SECRET: (&str, &str) =
    ("HOCUSPOCUS_JWT_SECRET", "the secret of servers that only tests start");

/// The file of a server's own database, in its home.
pub(crate) const OWN_FILE: &str = "callboard.db";

/// What kind of server is wanted.
#[derive(Clone, Debug, Default)]
pub struct ServerOptions {
    /// How many demo tickets its fresh database gets.
    pub tickets: u32,
    /// Its database, as `--database` wants it; a fresh SQLite file when absent.
    pub database: Option<String>,
    /// The Redis through which it talks to its sisters.
    pub redis: Option<String>,
    /// Further arguments.
    pub args: Vec<String>,
    /// Further environment.
    pub env: Vec<(String, String)>,
}

/// A demo person.
#[derive(Clone, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Account {
    pub user_id: String,
    pub display_name: String,
    pub role: String,
    pub tenant_id: String,
    /// A secret.
    pub api_key: String,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("display_name", &self.display_name)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// One line of what the server prints for its tests.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    DemoAccount(Account),
    Listening(IgnoredAny),
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    process: Process,
    home: TempDir,
    options: ServerOptions,
    port: Port,
    accounts: Vec<Account>,
    /// How often it was started; keeps the logs of each life apart.
    lives: u32,
}

impl Server {
    /// Starts a server on a fresh database and waits until it listens.
    pub async fn start(options: ServerOptions) -> Result<Self> {
        let home = tempfile::tempdir().context("a folder for the server")?;
        let port = Port::claim()?;
        let (process, accounts) = launch(&options, &port, home.path(), 1).await?;
        Ok(Self { process, home, options, port, accounts, lives: 1 })
    }

    /// Starts a stopped or killed server again: same address, same database.
    pub async fn restart(&mut self) -> Result<()> {
        self.process.kill();
        self.lives += 1;
        let (process, _) = launch(&self.options, &self.port, self.home.path(), self.lives).await?;
        self.process = process;
        Ok(())
    }

    /// Ends it as an operator would, and says how it ended.
    pub async fn stop(&mut self) -> Result<ExitStatus> {
        self.process.stop().await
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.port.address()
    }

    /// The address as people type it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// The address of its rooms.
    #[must_use]
    pub fn rooms_url(&self) -> String {
        format!("ws://{}/hocuspocus", self.address())
    }

    /// The demo person of that name.
    pub fn account(&self, name: &str) -> Result<&Account> {
        let found = self.accounts.iter().find(|account| account.display_name == name);
        found.with_context(|| format!("no {name} among {:?}", self.accounts))
    }

    /// All demo people.
    #[must_use]
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// That person's way to the API.
    pub fn rest(&self, name: &str) -> Result<Rest> {
        Rest::new(&self.url(), self.account(name)?)
    }

    /// The log files of all its lives, and what they said last.
    #[must_use]
    pub fn log_tail(&self) -> String {
        self.process.log_tail()
    }

    /// All that it said on standard error in this life.
    pub fn log(&self) -> Result<String> {
        let [_, stderr] = self.process.logs();
        std::fs::read_to_string(stderr).context("reading the server's log")
    }

    /// The folder that holds its database and its logs.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }
}

/// Starts the program and reads where it listens and who may sign in.
async fn launch(
    options: &ServerOptions,
    port: &Port,
    home: &Path,
    life: u32,
) -> Result<(Process, Vec<Account>)> {
    let file = || format!("sqlite:{}", home.join(OWN_FILE).display());
    let database = options.database.clone().unwrap_or_else(file);
    let mut command = Command::new(programs::built("callboard-server")?);
    // What somebody has set for a server of their own is not meant for this one.
    for (name, _) in std::env::vars_os() {
        if SETTINGS.iter().any(|known| name.to_string_lossy().starts_with(known)) {
            command.env_remove(name);
        }
    }
    command
        .args(["--listen", &port.address().to_string()])
        .args(["--database", &database])
        .args(["--demo-tickets", &options.tickets.to_string()])
        .arg("--print-demo-keys")
        .args(&options.args)
        .env(LIVE_SECRET.0, LIVE_SECRET.1)
        .envs(options.env.iter().map(|(name, value)| (name, value)))
        .current_dir(home);
    if let Some(redis) = &options.redis {
        command.args(["--redis", redis]);
    }
    let mut process = Process::start(&format!("server-{life}"), &mut command, home)?;
    let listens = |line: &str| matches!(serde_json::from_str(line), Ok(Line::Listening(_))).then_some(());
    process.line("the server listens", listens).await?;
    let lines = process.lines()?;
    let accounts = lines.iter().filter_map(|line| match serde_json::from_str(line) {
        Ok(Line::DemoAccount(account)) => Some(account),
        _ => None,
    });
    let accounts = accounts.collect();
    Ok((process, accounts))
}

/// Waits until a program accepts connections at `address`.
pub(crate) async fn accepts(address: SocketAddr) -> Result<()> {
    wait::until(&format!("{address} accepts connections"), async || {
        tokio::net::TcpStream::connect(address).await.map(drop).context("it does not")
    })
    .await
}
