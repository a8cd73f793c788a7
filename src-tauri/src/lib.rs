//! The shell: the windows, three commands, the bridge to the desk, and what the machine around the windows is asked.
//!
//! | module | holds |
//! |---|---|
//! | [`commands`] | what the window can call |
//! | [`bridge`] | which window is told what, and the running console |
//! | [`config`] | options, environment, and what is wrong with them |
//! | [`window`] | the main window, and one for each ticket beside it |
//! | [`places`] | where the windows were |
//! | [`profiles`] | who we are to which server, and where the keys are |
//! | `desktop` | what the machine around the windows is asked |
//! | `toasts` | toasts of the machine |
//! | `sounds` | sounds of the machine |
//! | `habits` | how the program behaves on this machine, as the person chose it |
//! | `autostart` | starting with the person's session |
//! | `faults` | faults of the program itself |
//! | `tray` | the icon in the panel and its menu |
//! | `instance` | one program per profile |
//! | `deep_link` | links that lead to a ticket |
//! | `headless` | the console without a window, for scripts |
//! | `environment` | variables that must be right before the first thread |
//! | `logging`, `logfiles` | where the log goes |
//!
//! **Invariant:** no decision is made here, and no secret passes to the web view.

mod autostart;
pub mod bridge;
pub mod commands;
pub mod config;
mod deep_link;
mod desktop;
mod environment;
mod faults;
mod habits;
mod headless;
#[cfg(unix)]
mod instance;
mod logfiles;
mod logging;
pub mod places;
pub mod profiles;
mod sounds;
mod toasts;
mod tray;
pub mod window;

use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use callboard_desk::bridge::{Notice, TicketId, ToastAction, ToastId, Update};
use clap::Parser;
use tauri::{App, AppHandle, Builder, Manager, RunEvent, Runtime, WindowEvent};
use tracing::{error, info, warn};

use crate::bridge::Bridge;
use crate::config::Options;
use crate::desktop::Desktop;
use crate::habits::{Chosen, LOG_FOLDER};
use crate::logging::Log;
use crate::places::Places;
use crate::profiles::Profiles;
use crate::window::{MAIN, Windows};

/// Runs the program to its end.
#[must_use]
pub fn run() -> ExitCode {
    let options = Options::parse();
    if let Some(profile) = options.headless() {
        let _log = logging::start();
        return headless::run(&options, profile);
    }
    let key = environment::settle();
    let log = logging::start();
    let built = with_commands(Builder::default())
        .setup(move |app| set_up(app, &options, key.as_deref(), log))
        .build(tauri::generate_context!());
    match built {
        Ok(app) => ExitCode::from(u8::try_from(app.run_return(on_event)).unwrap_or(1)),
        Err(error) => {
            error!(%error, "the program cannot start");
            ExitCode::FAILURE
        }
    }
}

/// Gives a program of ours its commands and their state; the tests do so with a window that is none. Its files lie in
/// `home`.
pub fn with_commands<R: Runtime>(builder: Builder<R>) -> Builder<R> {
    builder
        .manage(Bridge::default())
        .invoke_handler(tauri::generate_handler![commands::subscribe, commands::send, commands::ask])
        .on_window_event(|window, event| match event {
            WindowEvent::Destroyed => {
                window.state::<Bridge>().close(window.label());
                window.state::<Profiles>().close(window.label());
                window.state::<Windows>().close(window.label());
                window.state::<Chosen>().close(window.label());
            }
            WindowEvent::Moved(_) | WindowEvent::Resized(_) if window.label() == MAIN => {
                window.state::<Places>().note(window);
            }
            WindowEvent::CloseRequested { .. } => window.state::<Places>().keep(),
            _ => {}
        })
}

/// Gives a program of ours what lies in the folder of its files.
pub fn at_home<R: Runtime>(app: &impl Manager<R>, home: &Path, options: &Options) {
    app.manage(Windows::new(home.to_owned()));
    app.manage(Places::new(home));
    app.manage(Chosen::new(home.to_owned(), options.clone()));
    app.manage(Profiles::new(home.to_owned(), options.clone()));
}

fn set_up(
    app: &mut App,
    options: &Options,
    key: Option<&str>,
    mut log: Log,
) -> Result<(), Box<dyn std::error::Error>> {
    let home = options.profile(app.path().app_data_dir()?)?;
    let handle = app.handle();
    #[cfg(unix)]
    be_the_only_one(handle, &home, options);
    log.keep_in(&home.join(LOG_FOLDER));
    // What waits is written when the program goes.
    app.manage(Mutex::new(log));
    at_home(handle, &home, options);
    note_faults(handle, &home);
    app.state::<Bridge>().around(Arc::new(Desktop::new(handle)));
    // The console comes first, so that no command of the window can come too early.
    profiles::begin(handle, key);
    if let Some(ticket) = options.link().and_then(deep_link::ticket) {
        show(handle, Some(ticket));
    }
    window::open_main(handle, !options.is_hidden())?;
    Ok(())
}

/// Has every fault of the program noted, and told in every window.
fn note_faults(app: &AppHandle, home: &Path) {
    let app = app.clone();
    let log = home.join(LOG_FOLDER).display().to_string();
    let tell = move || app.state::<Bridge>().tell_all(&Update::Notice(Notice::Broke { log: log.clone() }));
    if let Err(error) = faults::watch(tell) {
        warn!(%error, "faults are not told");
    }
}

/// Shows the program, and in it a ticket if there is one.
fn show(app: &AppHandle, ticket: Option<TicketId>) {
    match ticket {
        Some(ticket) => app.state::<Bridge>().click(ToastId::Ticket(ticket), 0, ToastAction::Open),
        None => window::raise(app, None),
    }
}

/// Ends the program where another one has the same files; that one shows itself instead.
#[cfg(unix)]
fn be_the_only_one(app: &AppHandle, home: &Path, options: &Options) {
    match instance::look(home, options.link()) {
        instance::Found::First(listener) => {
            let app = app.clone();
            instance::listen(listener, move |ticket| show(&app, ticket));
        }
        instance::Found::Another => {
            info!("the program runs already and shows itself");
            app.cleanup_before_exit();
            std::process::exit(0);
        }
        instance::Found::Unknown(error) => warn!(%error, "a second start will find nobody"),
    }
}

fn on_event(app: &AppHandle, event: RunEvent) {
    match event {
        RunEvent::WindowEvent { label, event: WindowEvent::CloseRequested { api, .. }, .. }
            if label == MAIN =>
        {
            api.prevent_close();
            tray::close_main(app);
        }
        RunEvent::Exit => {
            app.state::<Places>().keep();
            app.state::<Bridge>().end();
            app.state::<Profiles>().end();
        }
        _ => {}
    }
}
