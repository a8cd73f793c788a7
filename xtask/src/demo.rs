//! The product at work. With a display: a server and two consoles to play with. Without one: a virtual display, a short
//! story played by two consoles, and its pictures.
//!
//! **Invariant:** everything listens on loopback, and everything that was started is stopped.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::prepare;
use crate::steps::{Steps, cargo, root};

/// How the demo is shown.
#[derive(Args)]
pub(crate) struct Options {
    /// Tickets of the demo company.
    #[arg(long, default_value_t = 500)]
    tickets: u32,
    /// Consoles to open, each for another person; only with a display.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=4))]
    people: u32,
}

/// `cargo xtask demo`.
pub(crate) fn run(steps: &mut Steps, options: &Options) -> Result<()> {
    prepare::for_a_window(steps)?;
    steps.run("build the programs", cargo().args(["build", "--quiet", "--workspace", "--bins"]))?;
    if has_display() { open(options) } else { play(steps) }
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// No display: play the story on a virtual one.
fn play(steps: &mut Steps) -> Result<()> {
    println!("\nThere is no display here, so the story is played on a virtual one.");
    steps.run("play the story", &mut Command::new(program("callboard-story")?))?;
    steps.close("the pictures are in target/demo");
    Ok(())
}

/// A display: open the consoles and wait until they are closed.
fn open(options: &Options) -> Result<()> {
    let home = root().join("target/demo");
    std::fs::create_dir_all(&home)?;
    let mut server = Started(
        Command::new(program("callboard-server")?)
            .args(["--listen", "127.0.0.1:0", "--print-demo-keys"])
            .arg("--database")
            .arg(format!("sqlite:{}", home.join("callboard.db").display()))
            .arg("--demo-tickets")
            .arg(options.tickets.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("callboard-server could not be started")?,
    );
    let ready = read_until_listening(&mut server.0)?;
    println!("\nThe server answers at {}.", ready.address);
    let mut consoles = Vec::new();
    for account in ready.accounts.iter().take(options.people as usize) {
        let name = text(account, "display_name")?;
        println!("Opening a console for {name} ({}).", text(account, "role")?);
        let profile = home.join("profiles").join(text(account, "user_id")?);
        let console = Command::new(program("callboard")?)
            .arg("--profile-dir")
            .arg(profile)
            .env("CALLBOARD_SERVER", &ready.address)
            .env("CALLBOARD_TENANT", text(account, "tenant_id")?)
            .env("CALLBOARD_API_KEY", text(account, "api_key")?)
            .stdin(Stdio::null())
            .spawn()
            .context("callboard could not be started")?;
        consoles.push(Started(console));
    }
    println!("Change a status in one and watch the other. Close all windows to end the demo.");
    for console in &mut consoles {
        console.0.wait()?;
    }
    Ok(())
}

struct Ready {
    address: String,
    accounts: Vec<Value>,
}

/// Reads the lines the server prints for programs, up to the one that says it accepts.
fn read_until_listening(server: &mut Child) -> Result<Ready> {
    let output = server.stdout.take().context("the server has no output")?;
    let mut accounts = Vec::new();
    for line in BufReader::new(output).lines() {
        let mut line: Value = serde_json::from_str(&line?).context("a line of the server is no JSON")?;
        if let Some(address) = line["listening"].as_str() {
            return Ok(Ready { address: address.to_owned(), accounts });
        }
        if line["demo_account"].is_object() {
            accounts.push(line["demo_account"].take());
        }
    }
    bail!("the server ended before it listened")
}

fn text<'a>(account: &'a Value, key: &str) -> Result<&'a str> {
    account[key].as_str().with_context(|| format!("a demo account has no {key}"))
}

/// Our programs are built beside this one.
fn program(name: &str) -> Result<PathBuf> {
    Ok(std::env::current_exe().context("this program has no place")?.with_file_name(name))
}

/// A program that ends when the demo does.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        // Already gone is fine: that is how windows end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
