//! Runs programs one after the other, says what each is for and how long it took.
//!
//! **Invariant:** a step that fails stops the command; nothing is tried twice.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// The steps of one command, and when it began.
pub(crate) struct Steps {
    began: Instant,
    done: Vec<(String, Duration)>,
}

impl Steps {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), done: Vec::new() }
    }

    /// Runs `command` with its output shown, as the step named `what`.
    pub(crate) fn run(&mut self, what: &str, command: &mut Command) -> Result<()> {
        self.step(what, || {
            let status = command
                .current_dir(root())
                .stdin(Stdio::null())
                .status()
                .with_context(|| format!("{} could not be started", shown(command)))?;
            if status.success() {
                return Ok(());
            }
            bail!("{what}: `{}` ended with {status}", shown(command))
        })
    }

    /// Does `work` as the step named `what`.
    pub(crate) fn step<T>(&mut self, what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("\n▸ {what}");
        let began = Instant::now();
        let outcome = work()?;
        self.done.push((what.to_owned(), began.elapsed()));
        Ok(outcome)
    }

    /// Prints the steps with their times, then `sentence` and the whole time.
    pub(crate) fn close(&self, sentence: &str) {
        println!();
        for (what, took) in &self.done {
            println!("  {:>7}  {what}", in_words(*took));
        }
        println!("\n✔ {sentence} ({})", in_words(self.began.elapsed()));
    }
}

/// The top of the checkout.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The cargo that runs us.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Whether a program can be started at all.
pub(crate) fn is_there(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Whether everything on this machine is ours to change.
pub(crate) fn is_root() -> bool {
    is_there("sh", &["-c", "test \"$(id -u)\" = 0"])
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|part| part.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

fn in_words(took: Duration) -> String {
    let seconds = took.as_secs();
    if seconds >= 60 {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    } else {
        format!("{:.1} s", took.as_secs_f32())
    }
}
