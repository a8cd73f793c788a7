//! The console without a window: commands come in and updates go out, one JSON object a line.
//!
//! It exists for scripts, tests and measurements: the same desk and the same link as behind the window, and nothing
//! else. `docs/headless.md` tells the lines.
//!
//! | module | holds |
//! |---|---|
//! | [`line`](mod@line) | what a line means |
//! | `input` | lines of standard input, no longer than they may be |
//! | `output` | lines of standard output, written by a thread of their own |
//!
//! **Invariant:** what is wrong with one line is said and changes nothing; only the end of the input, a signal, or a
//! reader that does not read ends the program, and none of them loses an edit.

mod input;
mod line;
mod output;

use std::path::Path;
use std::process::ExitCode;

use callboard_desk::bridge::{SetupCode, SetupView};
use callboard_link::{Config, Console, LinkError};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tracing::error;

use self::input::Incoming;
use self::line::{Click, Order, Problem, Said};
use self::output::Output;
use crate::bridge::window;
use crate::config::Options;
use crate::environment;

/// What the program ends with when no console could be started.
const NOT_STARTED: u8 = 2;
/// What the program ends with when nobody reads what it says.
const NOT_READ: u8 = 3;

/// Runs to the end of the input.
pub(crate) fn run(options: &Options, profile: &Path) -> ExitCode {
    let config = std::path::absolute(profile)
        .map_err(|error| SetupView { code: SetupCode::BadProfile, message: error.to_string() })
        .and_then(|profile| {
            options.console(profile, environment::key().as_deref(), |name| std::env::var(name).ok())
        });
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            error!(%error, "the program cannot start");
            return ExitCode::FAILURE;
        }
    };
    let (output, written) = Output::start();
    let code = runtime.block_on(serve(config, &output));
    drop(output);
    written.wait();
    code
}

async fn serve(config: Result<Config, SetupView>, output: &Output) -> ExitCode {
    let (paint, signals) = (output.clone(), output.clone());
    let started = config.and_then(|config| {
        let paint = move |window, update| paint.say(&Said::Update(window, update));
        let signal = move |signal| signals.say(&Said::Signal(signal));
        Console::start(config, paint, signal).map_err(|error| crate::config::why(&error))
    });
    let console = match started {
        Ok(console) => console,
        Err(view) => {
            error!(code = ?view.code, message = view.message, "no console runs");
            output.say(&Said::Setup(view));
            return ExitCode::from(NOT_STARTED);
        }
    };
    if let Some(aside) = console.set_aside() {
        let message = format!("{}: {}", aside.path.display(), aside.reason);
        output.say(&Said::Setup(SetupView { code: SetupCode::OutboxSetAside, message }));
    }
    output.say(&Said::Ready);
    let ended = obey(&console, input::start(), output).await;
    console.stop().await;
    ended
}

/// Obeys line by line until something ends it.
async fn obey(console: &Console, mut lines: mpsc::Receiver<Incoming>, output: &Output) -> ExitCode {
    let (Ok(mut term), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        error!("signals cannot be heard");
        return ExitCode::FAILURE;
    };
    let mut number = 0;
    loop {
        let line = tokio::select! {
            biased;
            _ = term.recv() => return ExitCode::SUCCESS,
            _ = interrupt.recv() => return ExitCode::SUCCESS,
            () = output.broken() => {
                error!("nobody reads what the program says");
                return ExitCode::from(NOT_READ);
            }
            line = lines.recv() => line,
        };
        let Some(line) = line else { return ExitCode::SUCCESS };
        number += 1;
        let order = match line {
            Incoming::Line(text) => Order::read(&text),
            Incoming::TooLong => Err(Problem::too_long()),
        };
        match order {
            Ok(None) => {}
            Ok(Some(order)) => {
                if give(console, order).await.is_err() {
                    error!("the console has ended");
                    return ExitCode::FAILURE;
                }
            }
            Err(problem) => output.say(&Said::Problem(problem, number)),
        }
    }
}

async fn give(console: &Console, order: Order) -> Result<(), LinkError> {
    match order {
        Order::Command(label, command) => console.command(window(&label), command).await,
        Order::CloseWindow(label) => console.close_window(window(&label)).await,
        Order::ClickToast(Click { toast, rev, action }) => console.toast_clicked(toast, rev, action).await,
    }
}
