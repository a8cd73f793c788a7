//! The shell: the window, two commands, and the bridge to the desk.
//!
//! | module | holds |
//! |---|---|
//! | [`commands`] | what the window can call |
//! | [`bridge`] | which window is told what, and the running console |
//! | [`config`] | options, environment, and what is wrong with them |
//! | `window` | the main window |
//! | `headless` | the console without a window, for scripts |
//! | `environment` | variables that must be right before the first thread |
//! | `logging` | where the log goes |
//!
//! **Invariant:** no decision is made here, and no secret passes to the web view.

pub mod bridge;
pub mod commands;
pub mod config;
mod environment;
mod headless;
mod logging;
mod window;

use std::process::ExitCode;

use clap::Parser;
use tauri::{App, AppHandle, Builder, Manager, RunEvent, Runtime, WindowEvent};
use tracing::error;

use crate::bridge::Bridge;
use crate::config::Options;

/// Runs the program to its end.
#[must_use]
pub fn run() -> ExitCode {
    let options = Options::parse();
    if let Some(profile) = options.headless() {
        logging::start();
        return headless::run(&options, profile);
    }
    let key = environment::settle();
    logging::start();
    let built = with_commands(Builder::default())
        .setup(move |app| set_up(app, &options, key.as_deref()))
        .build(tauri::generate_context!());
    match built {
        Ok(app) => ExitCode::from(u8::try_from(app.run_return(on_event)).unwrap_or(1)),
        Err(error) => {
            error!(%error, "the program cannot start");
            ExitCode::FAILURE
        }
    }
}

/// Gives a program of ours its commands and their state; the tests do so with a window that is none.
pub fn with_commands<R: Runtime>(builder: Builder<R>) -> Builder<R> {
    builder
        .manage(Bridge::default())
        .invoke_handler(tauri::generate_handler![commands::subscribe, commands::send])
        .on_window_event(|window, event| {
            if matches!(event, WindowEvent::Destroyed) {
                window.state::<Bridge>().close(window.label());
            }
        })
}

fn set_up(app: &mut App, options: &Options, key: Option<&str>) -> Result<(), Box<dyn std::error::Error>> {
    let profile = options.profile(app.path().app_data_dir()?)?;
    // The console comes first, so that no command of the window can come too early.
    app.state::<Bridge>().start(options.console(profile.clone(), key, |name| std::env::var(name).ok()));
    window::open(app.handle(), &profile)?;
    Ok(())
}

fn on_event(app: &AppHandle, event: RunEvent) {
    if matches!(event, RunEvent::Exit) {
        app.state::<Bridge>().end();
    }
}
