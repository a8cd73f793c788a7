//! A child that cannot outlive its test.
//!
//! The programs under test start children of their own (a web view is three processes), so a child leads its own
//! process group and the whole group is killed. Output goes to files: nobody has to drain a pipe, and what a program
//! said last is at hand when something fails.
//!
//! **Invariant:** dropping a [`Process`] kills its group and waits for its leader; no zombie, no orphan.

use std::fs::File;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::wait;

/// How much of a log an error carries.
const TAIL_LINES: usize = 40;

/// How long a program may take to end when asked politely.
const STOP_MAX: Duration = Duration::from_secs(10);

/// A running program, the leader of its own process group.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
}

impl Process {
    /// Starts a program; what it says is kept in `logs` under `name`.
    pub fn start(name: &str, command: &mut Command, logs: &Path) -> Result<Self> {
        Self::spawn(name, command.stdin(Stdio::null()), logs)
    }

    /// Starts a program that is told things through its standard input.
    pub fn start_told(name: &str, command: &mut Command, logs: &Path) -> Result<(Self, ChildStdin)> {
        let mut process = Self::spawn(name, command.stdin(Stdio::piped()), logs)?;
        let input = process.child.stdin.take().context("its input is a pipe")?;
        Ok((process, input))
    }

    /// Starts a program that is told things, and whose words nobody takes unless the caller does.
    pub fn start_unread(
        name: &str,
        command: &mut Command,
        logs: &Path,
    ) -> Result<(Self, ChildStdin, ChildStdout)> {
        let mut process = Self::spawn_saying(name, command.stdin(Stdio::piped()), logs, Stdio::piped())?;
        let input = process.child.stdin.take().context("its input is a pipe")?;
        let output = process.child.stdout.take().context("its output is a pipe")?;
        Ok((process, input, output))
    }

    fn spawn(name: &str, command: &mut Command, logs: &Path) -> Result<Self> {
        let output = open_log(&out_log(name, logs))?;
        Self::spawn_saying(name, command, logs, output.into())
    }

    fn spawn_saying(name: &str, command: &mut Command, logs: &Path, output: Stdio) -> Result<Self> {
        let stdout = out_log(name, logs);
        let stderr = logs.join(format!("{name}.err.log"));
        let child = command
            .stdout(output)
            .stderr(open_log(&stderr)?)
            .process_group(0)
            .spawn()
            .with_context(|| format!("starting {name}: {command:?}"))?;
        Ok(Self { name: name.to_owned(), child, stdout, stderr })
    }

    /// The id of the leader.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything it wrote to its standard output, complete lines only.
    pub fn lines(&self) -> Result<Vec<String>> {
        let text = std::fs::read_to_string(&self.stdout)
            .with_context(|| format!("reading {}'s output", self.name))?;
        let complete = text.rfind('\n').map_or("", |end| &text[..end]);
        Ok(complete.lines().map(str::to_owned).collect())
    }

    /// Waits for a line of its standard output that `wanted` recognises.
    pub async fn line<T>(&mut self, fact: &str, mut wanted: impl FnMut(&str) -> Option<T>) -> Result<T> {
        let found = wait::until(fact, async || {
            if let Some(status) = self.ended()? {
                return Ok(Err(status));
            }
            let lines = self.lines()?;
            let found = lines.iter().find_map(|line| wanted(line));
            found.map(Ok).with_context(|| format!("{} lines of output, none of them it", lines.len()))
        });
        match found.await {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(status)) => bail!("{} ended with {status} before {fact}\n{}", self.name, self.log_tail()),
            Err(error) => Err(error).with_context(|| self.log_tail()),
        }
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().with_context(|| format!("asking after {}", self.name))
    }

    /// Asks it to end (`SIGTERM`) and waits until it did; it must end by itself or by that very signal. Says how it ended.
    pub async fn stop(&mut self) -> Result<ExitStatus> {
        self.signal(Signal::TERM)?;
        let fact = format!("{} ends when asked", self.name);
        let status =
            wait::until_within(STOP_MAX, &fact, async || self.ended()?.context("it still runs")).await?;
        // What it left running in its group goes with it.
        self.kill();
        if status.success() || status.signal() == Some(Signal::TERM.as_raw()) {
            return Ok(status);
        }
        bail!("{} ended with {status}\n{}", self.name, self.log_tail())
    }

    /// Kills it and everything it started, as a power cut would.
    pub fn kill(&mut self) {
        // Both fail only where nothing is left to kill.
        let _ = self.signal(Signal::KILL);
        let _ = self.child.wait();
    }

    /// The last lines of both its logs.
    #[must_use]
    pub fn log_tail(&self) -> String {
        [&self.stdout, &self.stderr].map(|path| tail(path)).concat()
    }

    /// Where its logs are.
    #[must_use]
    pub fn logs(&self) -> [&Path; 2] {
        [&self.stdout, &self.stderr]
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let id =
            i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).context("a process has an id")?;
        kill_process_group(id, signal).with_context(|| format!("sending {signal:?} to {}", self.name))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The last lines of a file, under its name.
#[must_use]
pub fn tail(path: &Path) -> String {
    let text =
        std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(TAIL_LINES)..];
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!("--- {name}, {} of {} lines\n{}\n", last.len(), lines.len(), last.join("\n"))
}

fn out_log(name: &str, logs: &Path) -> PathBuf {
    logs.join(format!("{name}.out.log"))
}

fn open_log(path: &Path) -> Result<File> {
    let mut options = File::options();
    options.create(true).append(true).open(path).with_context(|| format!("opening {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, logs: &Path) -> Result<Process> {
        Process::start("shell", Command::new("sh").args(["-c", script]), logs)
    }

    #[tokio::test]
    async fn dropping_a_process_ends_what_it_started() -> Result<()> {
        let logs = tempfile::tempdir()?;
        let mut parent = shell("sleep 600 & echo child $!; wait", logs.path())?;
        let child: u32 =
            parent.line("it names its child", |line| line.strip_prefix("child ")?.parse().ok()).await?;
        let proc_entry = PathBuf::from(format!("/proc/{child}/stat"));
        anyhow::ensure!(proc_entry.exists(), "the child runs");
        drop(parent);
        wait::until("the child is gone", async || {
            // An orphan's zombie belongs to init, which may take its time.
            let stat = std::fs::read_to_string(&proc_entry).unwrap_or_default();
            anyhow::ensure!(stat.is_empty() || stat.contains(") Z "), "{stat}");
            Ok(())
        })
        .await
    }

    #[tokio::test]
    async fn a_process_that_dies_early_is_reported_with_its_last_words() -> Result<()> {
        let logs = tempfile::tempdir()?;
        let mut process = shell("echo no luck today >&2; exit 3", logs.path())?;
        let error = process.line("it is ready", |_| Some(())).await.expect_err("it said nothing");
        let text = format!("{error:#}");
        assert!(text.contains("exit status: 3") && text.contains("no luck today"), "{text}");
        Ok(())
    }

    #[tokio::test]
    async fn a_process_that_fails_on_stop_is_an_error() -> Result<()> {
        let logs = tempfile::tempdir()?;
        let mut process = shell("trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done", logs.path())?;
        process.line("it is ready", |line| (line == "ready").then_some(())).await?;
        let error = process.stop().await.expect_err("7 is no good end").to_string();
        assert!(error.contains("exit status: 7"), "{error}");
        Ok(())
    }
}
