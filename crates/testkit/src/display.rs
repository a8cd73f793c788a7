//! A screen nobody looks at, and a message bus that nobody else is on.
//!
//! The bus offers no service and can start none: a console must cope without a keyring, a tray or a notification
//! daemon, and no such program of the machine is disturbed. Whoever wants one brings it along.
//!
//! **Invariant:** two displays share nothing, so tests may run side by side.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::process::Process;

/// Room for two consoles, as on a dispatcher's desk.
const SCREEN: &str = "1440x900x24";

/// A running screen with its bus.
#[derive(Debug)]
pub struct Display {
    number: u32,
    bus_address: String,
    _screen: Process,
    _bus: Process,
    _home: TempDir,
}

impl Display {
    /// Starts a screen and a bus and waits until both answer.
    pub async fn open() -> Result<Self> {
        Self::start(&[]).await
    }

    /// The same, with its pixels in a file of `folder` where they can be looked at while they change.
    pub async fn open_to_look_at(folder: &Path) -> Result<Self> {
        Self::start(&["-fbdir".as_ref(), folder.as_os_str()]).await
    }

    async fn start(further: &[&OsStr]) -> Result<Self> {
        let home = tempfile::tempdir().context("a folder for the display")?;
        let mut screen = Process::start(
            "screen",
            // The number is chosen by the screen itself, so two of them never fight over one.
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"])
                .args(further),
            home.path(),
        )
        .context("is Xvfb installed?")?;
        let number = screen.line("the screen names its number", |line| line.trim().parse().ok()).await?;
        let (bus, bus_address) = start_bus(home.path()).await?;
        Ok(Self { number, bus_address, _screen: screen, _bus: bus, _home: home })
    }

    /// A connection to the bus.
    pub async fn bus(&self) -> Result<zbus::Connection> {
        let builder = zbus::connection::Builder::address(self.bus_address.as_str());
        builder.build().await.context("connecting to the display's bus")
    }

    /// What the screen is called.
    #[must_use]
    pub fn name(&self) -> String {
        format!(":{}", self.number)
    }

    /// What a program needs to know to appear here.
    #[must_use]
    pub fn env(&self) -> [(&'static str, String); 4] {
        [
            ("DISPLAY", self.name()),
            ("DBUS_SESSION_BUS_ADDRESS", self.bus_address.clone()),
            ("LIBGL_ALWAYS_SOFTWARE", "1".to_owned()),
            ("NO_AT_BRIDGE", "1".to_owned()),
        ]
    }
}

async fn start_bus(home: &Path) -> Result<(Process, String)> {
    let config = home.join("bus.conf");
    let text = format!(
        r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={}</listen>
  <policy context="default"><allow send_destination="*"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
"#,
        home.join("bus").display(),
    );
    std::fs::write(&config, text).context("writing the bus's configuration")?;
    let mut command = Command::new("dbus-daemon");
    command.arg("--config-file").arg(&config).args(["--nofork", "--nopidfile", "--print-address"]);
    let mut bus = Process::start("bus", &mut command, home).context("is dbus-daemon installed?")?;
    let address = bus
        .line("the bus names its address", |line| line.starts_with("unix:").then(|| line.to_owned()))
        .await?;
    Ok((bus, address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn two_displays_stand_side_by_side() -> Result<()> {
        let (one, two) = tokio::try_join!(Display::open(), Display::open())?;
        for ((name, mine), (_, other)) in one.env().into_iter().zip(two.env()).take(2) {
            anyhow::ensure!(mine != other, "both have {name}={mine}");
        }
        Ok(())
    }
}
