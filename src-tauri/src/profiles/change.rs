//! Becoming somebody: connecting, switching, forgetting.
//!
//! **Invariant:** what is not good changes nothing: the console that runs goes on until the next one may start.

use std::sync::mpsc;
use std::time::Duration;

use callboard_desk::bridge::{
    Attempt, ConnectCode, Lack, ProfileId, ProfileKind, ProfileView, SetupCode, SetupView, ShellCommand,
    TypedKey,
};
use callboard_link::{ApiKey, Config, LinkError, ServerUrl, Stranger, TenantId, introduce};
use tauri::{AppHandle, Manager, Runtime, async_runtime};
use tracing::{error, warn};
use uuid::Uuid;

use super::Profiles;
use super::book::{PROFILES_MAX, folder};
use crate::bridge::{Bridge, IpcError};
use crate::config::SERVER;
use crate::window;

/// How long a start waits for the keyring before the window opens without it.
const KEY_WAIT: Duration = Duration::from_secs(2);

/// What somebody wants to become.
enum Wish {
    /// Whoever has this key.
    Connect { server: String, tenant: Option<String>, key: TypedKey },
    /// Somebody in a company inside the program.
    TryHere,
    /// This one, who is known.
    Use(ProfileId),
    /// This one no more, ever.
    Forget(ProfileId),
}

/// Why nobody became anybody.
struct Failed(ConnectCode, String);

impl Failed {
    fn machine(error: impl std::fmt::Display) -> Self {
        Self(ConnectCode::Machine, error.to_string())
    }
}

impl From<Stranger> for Failed {
    fn from(why: Stranger) -> Self {
        let code = match why {
            Stranger::Unreachable => ConnectCode::Unreachable,
            Stranger::NotAServer => ConnectCode::NotAServer,
            Stranger::KeyRefused => ConnectCode::KeyRefused,
            Stranger::Trouble => ConnectCode::ServerTrouble,
            Stranger::Machine => ConnectCode::Machine,
        };
        Self(code, why.to_string())
    }
}

impl From<LinkError> for Failed {
    fn from(error: LinkError) -> Self {
        let code = match error {
            LinkError::Server(_) => ConnectCode::BadAddress,
            LinkError::Key => ConnectCode::BadKey,
            _ => ConnectCode::Machine,
        };
        Self(code, error.to_string())
    }
}

/// Starts the console of whoever the environment names, else of whoever we were last time.
pub(crate) fn begin<R: Runtime>(app: &AppHandle<R>, key: Option<&str>) {
    let bridge = app.state::<Bridge>();
    let profiles = app.state::<Profiles>();
    if key.is_some() || std::env::var_os(SERVER).is_some() {
        let config = profiles.options.console(profiles.home.clone(), key, |name| std::env::var(name).ok());
        return bridge.start(config);
    }
    // A place for nothing: what nobody takes comes back.
    let (found, look) = mpsc::sync_channel(0);
    let asking = app.clone();
    async_runtime::spawn_blocking(move || {
        let profiles = asking.state::<Profiles>();
        let before = profiles.state().book.active.clone();
        let config = profiles.config_at_start();
        if let Err(mpsc::SendError(config)) = found.send(config) {
            let _turn = profiles.turn.blocking_lock();
            // Whoever became somebody else meanwhile has chosen.
            if profiles.state().book.active == before {
                become_somebody(&asking, config);
            }
        }
    });
    bridge.start(look.recv_timeout(KEY_WAIT).unwrap_or_else(|_| {
        let message = "The keyring has not answered yet. It may be asking to be unlocked.".to_owned();
        Err(SetupView { code: SetupCode::MissingKey, message })
    }));
}

/// Does what a window asks for. Never waits.
pub(crate) fn hear<R: Runtime>(
    app: &AppHandle<R>,
    label: &str,
    command: ShellCommand,
) -> Result<(), IpcError> {
    let wish = match command {
        ShellCommand::Connect { server, tenant, key } => Wish::Connect { server, tenant, key },
        ShellCommand::TryHere => Wish::TryHere,
        ShellCommand::UseProfile { profile } => Wish::Use(profile),
        ShellCommand::ForgetProfile { profile } => Wish::Forget(profile),
        ShellCommand::Plug { is_in } => {
            async_runtime::spawn(put_plug(app.clone(), is_in));
            return Ok(());
        }
        _ => {
            app.state::<Profiles>().read_by(&app.state::<Bridge>(), label);
            return Ok(());
        }
    };
    async_runtime::spawn(carry_out(app.clone(), wish));
    Ok(())
}

/// Does what somebody asks for, one after the other.
async fn carry_out<R: Runtime>(app: AppHandle<R>, wish: Wish) {
    let (bridge, profiles) = (app.state::<Bridge>(), app.state::<Profiles>());
    let _turn = profiles.turn.lock().await;
    profiles.state().attempt = Some(Attempt::Checking);
    profiles.tell(&bridge);
    let done = match wish {
        Wish::Connect { server, tenant, key } => connect(&app, &server, tenant.as_deref(), key).await,
        Wish::TryHere => try_here(&app).await,
        Wish::Use(id) => switch(&app, id).await,
        Wish::Forget(id) => forget(&app, id).await,
    };
    profiles.state().attempt = done.err().map(|Failed(code, message)| {
        warn!(?code, "nobody became anybody");
        Attempt::Failed { code, message }
    });
    profiles.tell(&bridge);
}

async fn put_plug<R: Runtime>(app: AppHandle<R>, is_in: bool) {
    let profiles = app.state::<Profiles>();
    profiles.put_plug(is_in).await;
    profiles.tell(&app.state::<Bridge>());
}

async fn connect<R: Runtime>(
    app: &AppHandle<R>,
    server: &str,
    tenant: Option<&str>,
    key: TypedKey,
) -> Result<(), Failed> {
    let profiles = app.state::<Profiles>();
    let address = addressed(server);
    let url = match profiles.options.allows_plain_http() {
        true => ServerUrl::allowing_plain_http(&address),
        false => ServerUrl::new(&address),
    }?;
    let api_key = ApiKey::new(key.reveal())?;
    let tenant = tenant.map(str::trim).filter(|tenant| !tenant.is_empty());
    let me = introduce(&url, &api_key, tenant.map(TenantId::from).as_ref()).await?;
    let fresh = ProfileView {
        id: ProfileId(Uuid::new_v4().to_string().into()),
        kind: ProfileKind::Server,
        server: address,
        tenant: tenant.map(str::to_owned),
        user: me.display_name.to_string(),
    };
    let profile = {
        let state = profiles.state();
        if state.book.profiles.len() >= PROFILES_MAX && state.book.twin(&fresh).is_none() {
            let message = format!("There are {PROFILES_MAX} profiles already: forget one first.");
            return Err(Failed(ConnectCode::Machine, message));
        }
        state.book.twin(&fresh).cloned().unwrap_or(fresh)
    };
    let config = profiles.config(&profile, key.reveal()).map_err(|view| Failed::machine(view.message))?;
    in_the_background(app, move |app| {
        let profiles = app.state::<Profiles>();
        let kept = profiles.keys.put(&profile.id, key.reveal().trim());
        chosen(app, profile, config)?;
        // Said to the page that comes, not to the one that goes.
        if let Err(reason) = kept {
            app.state::<Bridge>().lacks(Lack::Keyring, reason);
        }
        Ok(())
    })
    .await
}

async fn try_here<R: Runtime>(app: &AppHandle<R>) -> Result<(), Failed> {
    let profiles = app.state::<Profiles>();
    if profiles.here.lock().await.is_some() {
        // One works there already.
        return Ok(());
    }
    let (profile, config) = profiles.open_here().await.map_err(Failed::machine)?;
    in_the_background(app, move |app| chosen(app, profile, config)).await
}

async fn switch<R: Runtime>(app: &AppHandle<R>, id: ProfileId) -> Result<(), Failed> {
    let is_here = {
        let profiles = app.state::<Profiles>();
        let state = profiles.state();
        state.book.get(&id).is_some_and(|profile| profile.kind == ProfileKind::Here)
    };
    if is_here {
        return try_here(app).await;
    }
    in_the_background(app, move |app| {
        let profiles = app.state::<Profiles>();
        let gone = || Failed(ConnectCode::KeyGone, "There is no such profile any more.".to_owned());
        let profile = profiles.state().book.get(&id).cloned().ok_or_else(gone)?;
        let key = profiles.keys.get(&id).map_err(|reason| Failed(ConnectCode::Machine, reason))?;
        let no_key =
            || Failed(ConnectCode::KeyGone, "The keyring has no key for it: connect again.".to_owned());
        let config = profiles.config(&profile, &key.ok_or_else(no_key)?);
        chosen(app, profile, config.map_err(|view| Failed::machine(view.message))?)
    })
    .await
}

async fn forget<R: Runtime>(app: &AppHandle<R>, id: ProfileId) -> Result<(), Failed> {
    in_the_background(app, move |app| {
        let profiles = app.state::<Profiles>();
        if profiles.state().book.active.as_ref() == Some(&id) {
            let message = "This profile is worked with: choose another one first, or sign out.".to_owned();
            return Err(Failed(ConnectCode::Machine, message));
        }
        let mut book = profiles.state().book.clone();
        let Some(profile) = book.get(&id) else { return Ok(()) };
        // Keys of a company inside the program live as long as that.
        if profile.kind == ProfileKind::Server {
            profiles.keys.take_away(&id).map_err(|reason| Failed(ConnectCode::Machine, reason))?;
        }
        book.forget(&id);
        book.write(&profiles.home).map_err(Failed::machine)?;
        profiles.state().book = book;
        match std::fs::remove_dir_all(folder(&profiles.home, &id)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failed::machine(error)),
            _ => Ok(()),
        }
    })
    .await
}

/// Nobody is signed in any more: the key goes, and the program asks who it is, unless there is something that the page
/// has to say first. Never waits.
pub(crate) fn signed_out<R: Runtime>(app: &AppHandle<R>, is_all_said: bool) {
    let app = app.clone();
    async_runtime::spawn_blocking(move || {
        let profiles = app.state::<Profiles>();
        let _turn = profiles.turn.blocking_lock();
        let mut book = profiles.state().book.clone();
        // Whoever came by the environment is no profile of ours.
        let Some(id) = book.active.take() else { return };
        if let Err(reason) = profiles.keys.take_away(&id) {
            warn!(reason, "the key is still in the keyring");
        }
        if let Err(error) = book.write(&profiles.home) {
            warn!(%error, "the profiles are not kept");
        }
        profiles.state().book = book;
        profiles.tell(&app.state::<Bridge>());
        if is_all_said {
            become_somebody(&app, Err(profiles.nobody()));
        }
    });
}

/// What waits for a disk or a keyring holds no loop up.
async fn in_the_background<R: Runtime>(
    app: &AppHandle<R>,
    work: impl FnOnce(&AppHandle<R>) -> Result<(), Failed> + Send + 'static,
) -> Result<(), Failed> {
    let app = app.clone();
    async_runtime::spawn_blocking(move || work(&app)).await.map_err(Failed::machine)?
}

/// Remembers who we are from now on, and becomes that.
fn chosen<R: Runtime>(app: &AppHandle<R>, profile: ProfileView, config: Config) -> Result<(), Failed> {
    let profiles = app.state::<Profiles>();
    let mut book = profiles.state().book.clone();
    book.choose(profile);
    book.write(&profiles.home).map_err(Failed::machine)?;
    profiles.state().book = book;
    let leaves_here = profiles.state().book.profiles.first().is_some_and(|now| now.kind != ProfileKind::Here);
    become_somebody(app, Ok(config));
    if leaves_here {
        async_runtime::block_on(profiles.close_here());
    }
    Ok(())
}

/// Ends the console that runs and starts the next one; every window begins anew.
fn become_somebody<R: Runtime>(app: &AppHandle<R>, config: Result<Config, SetupView>) {
    let bridge = app.state::<Bridge>();
    bridge.end();
    bridge.forget_windows();
    bridge.start(config);
    if let Err(error) = window::begin_anew(app) {
        error!(%error, "a window does not begin anew");
    }
}

/// An address as a browser would take it.
fn addressed(server: &str) -> String {
    let server = server.trim();
    if server.contains("://") { server.to_owned() } else { format!("https://{server}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_scheme_is_a_safe_one() {
        assert_eq!(addressed(" desk.example "), "https://desk.example");
        assert_eq!(addressed("http://127.0.0.1:8080"), "http://127.0.0.1:8080");
    }
}
