//! The package for machines with RPM: what it must need, what it says of itself, and how a machine gets it and loses it.
//!
//! **Invariant:** nothing is installed on this machine.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::bare::{Bare, as_root};
use super::{Claims, Kind, NAME, VERSION, expect, told};

/// For Fedora, openSUSE and their like.
pub(super) struct Rpm;

/// What draws the icon in the panel; see the Debian package.
const TRAY: &str = "libayatana-appindicator3.so.1()(64bit)";

/// RPM's own reader of programs, where its packages have it.
const READER: &str = "/usr/lib/rpm/elfdeps";

impl Kind for Rpm {
    fn ending(&self) -> &'static str {
        "rpm"
    }

    /// The libraries that the program is linked with, by the names under which such machines know them.
    fn needs(&self, program: &Path) -> Result<Vec<String>> {
        let said = told(Command::new(READER).arg("--requires").arg(program)).context("rpm is needed")?;
        Ok(said.lines().map(str::trim).filter(|need| !need.is_empty()).map(str::to_owned).collect())
    }

    fn check(&self, package: &Path, claims: &Claims, needs: &[String]) -> Result<()> {
        let query = |what: &[&str]| {
            let mut rpm = Command::new("rpm");
            told(rpm.args(["--query", "--package", "--nosignature"]).args(what).arg(package))
        };
        let field = |name: &str| query(&["--queryformat", &format!("%{{{name}}}")]);
        let here = told(Command::new("rpm").args(["--eval", "%{_arch}"]))?;
        expect("Name", &field("NAME")?, NAME)?;
        expect("Version", &field("VERSION")?, VERSION)?;
        expect("Architecture", &field("ARCH")?, here.trim())?;
        expect("Summary", &field("SUMMARY")?, &claims.short)?;
        expect("License", &field("LICENSE")?, &claims.licence)?;
        let requires = query(&["--requires"])?;
        let requires: Vec<_> = requires.lines().map(str::trim).collect();
        let needs = needs.iter().map(String::as_str).chain([TRAY]);
        let missing: Vec<_> = needs.filter(|need| !requires.contains(need)).collect();
        ensure!(missing.is_empty(), "Requires lacks {missing:?}");
        Ok(())
    }

    fn install(&self, machine: &Bare, package: &Path) -> Result<()> {
        told(rpm(machine).args(["--install", "--nodeps", "--nosignature"]).arg(package)).map(drop)
    }

    fn remove(&self, machine: &Bare) -> Result<()> {
        told(rpm(machine).args(["--erase", NAME])).map(drop)
    }
}

fn rpm(machine: &Bare) -> Command {
    let mut rpm = as_root("rpm");
    // Debian's rpm wants to hear that it is really meant.
    rpm.arg("--root").arg(machine.at("")).args(["--dbpath", "/var/lib/rpm", "--force-debian"]);
    rpm
}
