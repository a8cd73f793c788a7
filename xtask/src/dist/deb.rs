//! The Debian package: what it must need, what it says of itself, and how a machine gets it and loses it.
//!
//! **Invariant:** the packages of this machine are neither read nor changed.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::bare::{Bare, as_root};
use super::{Claims, Kind, NAME, VERSION, expect, told};
use crate::steps::root;

/// For Debian and whoever descends from it.
pub(super) struct Deb;

/// What draws the icon in the panel. It is not linked but looked for, so that no tool sees it in the program.
const TRAY: &str = "libayatana-appindicator3-1";

impl Kind for Deb {
    fn ending(&self) -> &'static str {
        "deb"
    }

    /// The packages of the libraries that the program is linked with, each with the least version that will do.
    fn needs(&self, program: &Path) -> Result<Vec<String>> {
        // The tool insists on a source package around it.
        let folder = root().join("target/xtask/shlibdeps");
        fs::create_dir_all(folder.join("debian")).context("making a source package")?;
        let control = "Source: callboard\n\nPackage: callboard\nArchitecture: any\n";
        fs::write(folder.join("debian/control"), control).context("making a source package")?;
        let mut tool = Command::new("dpkg-shlibdeps");
        tool.args(["-O", "--warnings=0"]).arg(program).current_dir(folder);
        Ok(listed(&told(&mut tool).context("dpkg-shlibdeps (Debian's dpkg-dev) is needed")?))
    }

    fn check(&self, package: &Path, claims: &Claims, needs: &[String]) -> Result<()> {
        let field = |name: &str| -> Result<String> {
            let told = told(Command::new("dpkg-deb").arg("--field").arg(package).arg(name))?;
            Ok(told.trim().to_owned())
        };
        let here = told(Command::new("dpkg").arg("--print-architecture"))?;
        expect("Package", &field("Package")?, NAME)?;
        expect("Version", &field("Version")?, VERSION)?;
        expect("Architecture", &field("Architecture")?, here.trim())?;
        expect("Maintainer", &field("Maintainer")?, &claims.by)?;
        expect("Description", field("Description")?.lines().next().unwrap_or_default(), &claims.short)?;
        let depends = field("Depends")?;
        let depends: Vec<_> = depends.split(", ").collect();
        let needs = needs.iter().map(String::as_str).chain([TRAY]);
        let missing: Vec<_> = needs.filter(|need| !depends.contains(need)).collect();
        ensure!(missing.is_empty(), "Depends lacks {missing:?}");
        Ok(())
    }

    fn install(&self, machine: &Bare, package: &Path) -> Result<()> {
        for folder in ["var/lib/dpkg/info", "var/lib/dpkg/updates", "var/log"] {
            fs::create_dir_all(machine.at(folder)).with_context(|| format!("making {folder}"))?;
        }
        for file in ["var/lib/dpkg/status", "var/lib/dpkg/available"] {
            fs::write(machine.at(file), "").with_context(|| format!("making {file}"))?;
        }
        told(dpkg(machine).arg("--install").arg(package)).map(drop)
    }

    fn remove(&self, machine: &Bare) -> Result<()> {
        told(dpkg(machine).args(["--purge", NAME])).map(drop)
    }
}

fn listed(said: &str) -> Vec<String> {
    let list = said.lines().find_map(|line| line.strip_prefix("shlibs:Depends=")).unwrap_or_default();
    list.split(", ").map(str::trim).filter(|need| !need.is_empty()).map(str::to_owned).collect()
}

fn dpkg(machine: &Bare) -> Command {
    let mut dpkg = as_root("dpkg");
    dpkg.arg("--root").arg(machine.at("")).arg("--log").arg(machine.at("var/log/dpkg.log"));
    dpkg.args(["--force-depends", "--force-bad-path"]);
    dpkg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_needs_is_read_with_its_versions() {
        let said = "shlibs:Depends=libc6 (>= 2.34), libgtk-3-0 (>= 3.21.5), libjavascriptcoregtk-4.1-0\n";
        assert_eq!(listed(said), ["libc6 (>= 2.34)", "libgtk-3-0 (>= 3.21.5)", "libjavascriptcoregtk-4.1-0"]);
        assert_eq!(listed("shlibs:Depends=\n"), Vec::<String>::new());
        assert_eq!(listed("dpkg-shlibdeps: error\n"), Vec::<String>::new());
    }
}
