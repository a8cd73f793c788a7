//! A console without a window: told what to do line by line, and remembered by what it last said.
//!
//! **Invariant:** what a [`Headless`] knows, its console has said; nothing is guessed.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::process::{ChildStdin, Command, ExitStatus};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::process::Process;
use crate::server::Account;
use crate::{programs, wait};

/// A running console.
#[derive(Debug)]
pub struct Headless {
    process: Process,
    input: Option<ChildStdin>,
    /// Lines of its output that were read.
    read: usize,
    tickets: HashMap<String, Value>,
    /// The newest update of every other kind, by kind.
    newest: HashMap<String, Value>,
    problems: Vec<Value>,
}

impl Headless {
    /// Starts the console of that profile. Nothing is waited for.
    pub fn start(profile: &Path, server: &str, account: &Account) -> Result<Self> {
        let mut command = Command::new(programs::built("callboard")?);
        command
            .args(["--headless", "--profile-dir"])
            .arg(profile)
            .env("CALLBOARD_SERVER", server)
            .env("CALLBOARD_API_KEY", &account.api_key);
        Self::run(&mut command, profile)
    }

    /// Starts a console as `command` says; its logs lie beside its profile.
    pub fn run(command: &mut Command, profile: &Path) -> Result<Self> {
        let logs = profile.parent().context("a profile lies in a folder")?;
        let name = profile.file_name().context("a profile has a name")?.to_string_lossy().into_owned();
        let (process, input) = Process::start_told(&name, command, logs)?;
        // Lines of an earlier life in the same file are not this one's.
        let read = process.lines().map(|lines| lines.len())?;
        Ok(Self {
            process,
            input: Some(input),
            read,
            tickets: HashMap::new(),
            newest: HashMap::new(),
            problems: Vec::new(),
        })
    }

    /// Tells it a command.
    pub fn tell(&mut self, command: &Value) -> Result<()> {
        self.tell_text(&format!("{command}\n"))
    }

    /// Tells it whatever text, which may be no command.
    pub fn tell_text(&mut self, text: &str) -> Result<()> {
        let input = self.input.as_mut().context("its input is closed")?;
        input.write_all(text.as_bytes()).context("telling the console")
    }

    /// Tells it to set a field, as a person does who opens, chooses and commits.
    pub fn edit(&mut self, ticket: &str, field: &str, value: &str) -> Result<()> {
        self.tell(&json!({"do": "edit", "ticket": ticket, "field": field, "value": value}))
    }

    /// Waits until what it said adds up to the fact.
    pub async fn until<T>(&mut self, fact: &str, mut look: impl FnMut(&Self) -> Option<T>) -> Result<T> {
        wait::until(fact, async || {
            self.listen()?;
            look(self).with_context(|| format!("{:?}\n{}", self.newest, self.process.log_tail()))
        })
        .await
    }

    /// What it last said of that kind.
    #[must_use]
    pub fn newest(&self, kind: &str) -> &Value {
        self.newest.get(kind).unwrap_or(&Value::Null)
    }

    /// A field of an open ticket, as it was last shown.
    #[must_use]
    pub fn field(&self, ticket: &str, field: &str) -> &Value {
        let fields = self.tickets.get(ticket).and_then(|ticket| ticket["fields"].as_array());
        let found = fields.into_iter().flatten().find(|known| known["field"] == field);
        found.unwrap_or(&Value::Null)
    }

    /// Every problem it had with a line.
    #[must_use]
    pub fn problems(&self) -> &[Value] {
        &self.problems
    }

    /// Closes its input and waits for its end.
    pub async fn finish(&mut self) -> Result<ExitStatus> {
        drop(self.input.take());
        let fact = "the console ends with its input";
        let status = wait::until(fact, async || self.process.ended()?.context("it still runs")).await?;
        self.listen()?;
        Ok(status)
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Takes in what it said since.
    pub fn listen(&mut self) -> Result<()> {
        for line in self.process.lines()?.into_iter().skip(self.read) {
            self.read += 1;
            let said: Value = serde_json::from_str(&line).with_context(|| format!("no JSON: {line}"))?;
            ensure!(said["is"].is_string(), "a line without a kind: {line}");
            self.take(said);
        }
        Ok(())
    }

    fn take(&mut self, mut said: Value) {
        let kind = said["is"].as_str().unwrap_or_default().to_owned();
        let value = said["value"].take();
        match (kind.as_str(), value["ticket"].as_str()) {
            ("ticket", Some(ticket)) => {
                self.tickets.insert(ticket.to_owned(), value);
            }
            ("problem", _) => self.problems.push(value),
            _ => {
                self.newest.insert(kind, value);
            }
        }
    }
}
