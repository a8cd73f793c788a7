//! A real keyring on a display's bus, unlocked, and empty at first.
//!
//! **Invariant:** nothing else has asked for the keyring before it is there, or the bus would have started a locked one.

use std::io::Write as _;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::display::Display;
use crate::process::Process;
use crate::wait;

/// The name of whoever keeps keys.
const SECRETS: &str = "org.freedesktop.secrets";

/// A running keyring.
#[derive(Debug)]
pub struct Keyring {
    _process: Process,
    _home: TempDir,
}

impl Keyring {
    /// Starts it on a display and waits until it answers.
    pub async fn start(display: &Display) -> Result<Self> {
        let home = tempfile::tempdir().context("a folder for the keyring")?;
        let folder = home.path();
        let mut command = Command::new("gnome-keyring-daemon");
        command
            .args(["--unlock", "--components=secrets", "--foreground"])
            .envs(display.env())
            .env("HOME", folder)
            .env("XDG_DATA_HOME", folder.join("data"))
            .env("XDG_RUNTIME_DIR", folder);
        let (process, mut input) =
            Process::start_told("keyring", &mut command, folder).context("is gnome-keyring installed?")?;
        input.write_all(b"a password that only this test knows").context("unlocking the keyring")?;
        drop(input);
        let bus = display.bus().await?;
        let names = zbus::fdo::DBusProxy::new(&bus).await.context("the bus answers")?;
        wait::until("the keyring answers", async || {
            let has = names.name_has_owner(SECRETS.try_into()?).await?;
            ensure!(has, "nobody is {SECRETS}\n{}", process.log_tail());
            Ok(())
        })
        .await?;
        Ok(Self { _process: process, _home: home })
    }
}
