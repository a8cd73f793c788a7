//! The program: settings in, a server out, a clean stop.
//!
//! **Invariant:** standard output carries JSON lines for programs and nothing else; people read the log.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use callboard_model::Timestamp;
use callboard_server::error::{Result, ServerError};
use callboard_server::run::{self, DemoAccount};
use callboard_server::settings::{self, Arguments, Command, Settings};
use callboard_server::setup::Admin;
use callboard_server::store::{Limits, Store};
use clap::Parser;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log_to_stderr(arguments.log_json);
    log_panics();
    match carry_out(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "cannot go on");
            ExitCode::FAILURE
        }
    }
}

fn log_to_stderr(as_json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if as_json {
        log.json().init();
    } else {
        log.with_ansi(std::io::stderr().is_terminal()).init();
    }
}

/// Says where a panic was and not what it said, which may be anything that was sent to us.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a panic");
    }));
}

async fn carry_out(mut arguments: Arguments) -> Result<()> {
    match arguments.command.take() {
        Some(Command::Admin(admin)) => administer(arguments, admin).await,
        None => serve(arguments).await,
    }
}

async fn administer(arguments: Arguments, admin: Admin) -> Result<()> {
    let database = settings::database(arguments.database, |name| std::env::var(name).ok())?;
    let limits = Limits { changes_kept: arguments.changes_kept };
    let store = tokio::task::spawn_blocking(move || Store::open(&database, limits));
    let store = store.await.map_err(|_| ServerError::Closed)??;
    for line in admin.run(&store, Timestamp::now()).await? {
        say(&line)?;
    }
    Ok(())
}

async fn serve(arguments: Arguments) -> Result<()> {
    let settings = Settings::new(arguments, |name| std::env::var(name).ok())?;
    let stop = stop_on_signal()?;
    let running = run::start(settings, stop).await?;
    for account in &running.demo_accounts {
        say(&demo_line(account))?;
    }
    say(&json!({ "listening": format!("http://{}", running.address) }))?;
    running.stopped().await
}

fn demo_line(account: &DemoAccount) -> Value {
    json!({ "demo_account": {
        "user_id": account.user,
        "display_name": account.display_name,
        "role": account.role.name(),
        "tenant_id": account.tenant,
        "api_key": account.api_key.reveal(),
    } })
}

fn say(line: &Value) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

/// Cancelled when the program is asked to stop.
fn stop_on_signal() -> Result<CancellationToken> {
    let stop = CancellationToken::new();
    let (asked, cancel) = (asked_to_stop()?, stop.clone());
    tokio::spawn(async move {
        asked.await;
        cancel.cancel();
    });
    Ok(stop)
}

/// The first SIGTERM or SIGINT, listened for from now on.
#[cfg(unix)]
fn asked_to_stop() -> Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            biased;
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// The first Ctrl-C.
#[cfg(not(unix))]
fn asked_to_stop() -> Result<impl Future<Output = ()> + Send> {
    // A console that cannot tell of Ctrl-C never will: then only a kill ends the program.
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
