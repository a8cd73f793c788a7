//! System libraries and programs: installed by apt where there is apt, named where there is none.
//!
//! **Invariant:** nothing is installed that is not in [`PACKAGES`], and each entry says what it is for.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::steps::{Steps, is_root, is_there};

/// A Debian package and why it is needed.
struct Package {
    name: &'static str,
    /// How to see that it is there on a system without dpkg: a pkg-config module or a program.
    probe: Probe,
}

enum Probe {
    Module(&'static str),
    Program(&'static str),
    /// Fonts and the like: their absence breaks no build.
    Unseen,
}

const fn library(name: &'static str, module: &'static str) -> Package {
    Package { name, probe: Probe::Module(module) }
}

const fn program(name: &'static str, program: &'static str) -> Package {
    Package { name, probe: Probe::Program(program) }
}

const fn unseen(name: &'static str) -> Package {
    Package { name, probe: Probe::Unseen }
}

const POSTGRES: &str = "postgresql";

/// To build the console, then to test it.
const PACKAGES: &[Package] = &[
    program("build-essential", "cc"),
    program("pkg-config", "pkg-config"),
    library("libwebkit2gtk-4.1-dev", "webkit2gtk-4.1"),
    library("libgtk-3-dev", "gtk+-3.0"),
    library("libayatana-appindicator3-dev", "ayatana-appindicator3-0.1"),
    library("librsvg2-dev", "librsvg-2.0"),
    library("libdbus-1-dev", "dbus-1"),
    // A display, a bus and a driver for the tests in real windows.
    // Sound devices.
    library("libasound2-dev", "alsa"),
    program("xvfb", "Xvfb"),
    program("dbus", "dbus-daemon"),
    program("webkit2gtk-driver", "WebKitWebDriver"),
    // A real desktop's services for the tests: who shows toasts, and who keeps keys.
    program("dunst", "dunst"),
    program("gnome-keyring", "gnome-keyring-daemon"),
    unseen("at-spi2-core"),
    unseen("fonts-dejavu-core"),
    unseen("fonts-noto-color-emoji"),
    // For the packages: what they say to menus and browsers, whether links arrive, and the other kind of machine.
    program("desktop-file-utils", "desktop-file-validate"),
    program("libglib2.0-bin", "gio"),
    program("rpm", "rpm"),
    // The real fan-out bus for the server's tests.
    program("redis-server", "redis-server"),
    // Certificates for those of the two that speak TLS.
    program("openssl", "openssl"),
    // The real database for the server's tests, which start their own; see `without_a_cluster`.
    program(POSTGRES, "postgres"),
];

/// Installs what is missing.
pub(crate) fn install(steps: &mut Steps) -> Result<()> {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    let Some(apt) = apt() else {
        bail!(
            "these packages (Debian's names) are needed and cannot be installed from here: {list}\n  \
             install them with your system's package manager, then run the command again",
        );
    };
    println!("Needed and not here: {list}");
    steps.run("refresh the package lists", apt_command(&apt).arg("update").arg("--quiet=2"))?;
    if missing.contains(&POSTGRES) {
        steps.run("let Postgres come without a database", &mut without_a_cluster(&apt))?;
    }
    let mut command = apt_command(&apt);
    command.args(["install", "--yes", "--quiet=2", "--no-install-recommends"]).args(&missing);
    steps.run("install Debian packages", &mut command)
}

fn missing() -> Vec<&'static str> {
    let installed = installed();
    PACKAGES
        .iter()
        .filter(|package| match &installed {
            Some(installed) => !installed.lines().any(|line| line == format!("installed {}", package.name)),
            None => !package.is_seen(),
        })
        .map(|package| package.name)
        .collect()
}

/// What dpkg says of our packages; `None` where there is no dpkg.
fn installed() -> Option<String> {
    let output = Command::new("dpkg-query")
        .args(["--show", "--showformat=${db:Status-Status} ${Package}\n"])
        .args(PACKAGES.iter().map(|package| package.name))
        .stdin(Stdio::null())
        .output()
        .ok()?;
    String::from_utf8(output.stdout).ok()
}

impl Package {
    fn is_seen(&self) -> bool {
        match self.probe {
            Probe::Module(module) => is_there("pkg-config", &["--exists", module]),
            Probe::Program(program) => is_there("sh", &["-c", &format!("command -v {program}")]),
            Probe::Unseen => true,
        }
    }
}

/// How apt can be called: as root, or by sudo if it asks no password.
fn apt() -> Option<Vec<&'static str>> {
    if !is_there("apt-get", &["--version"]) {
        return None;
    }
    if is_root() {
        return Some(vec!["apt-get"]);
    }
    is_there("sudo", &["--non-interactive", "true"])
        .then(|| vec!["sudo", "--non-interactive", "--preserve-env=DEBIAN_FRONTEND", "apt-get"])
}

fn apt_command(words: &[&str]) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// Debian's package would make a database at once and keep it running as a service: this says beforehand that nobody
/// wants one. It stays said on this machine; `pg_createcluster` still makes one whenever it is called.
fn without_a_cluster(apt: &[&str]) -> Command {
    const SAY: &str = "folder=/etc/postgresql-common/createcluster.d && mkdir -p $folder && \
        echo 'create_main_cluster = false' > $folder/callboard.conf";
    let mut words: Vec<_> = apt.iter().copied().filter(|&word| word != "apt-get").collect();
    words.extend(["sh", "-c", SAY]);
    apt_command(&words)
}

/// The program that must be there before all else, with a sentence for who has none.
pub(crate) fn require_node() -> Result<()> {
    let output = Command::new("node")
        .arg("--version")
        .output()
        .context("Node.js 20 or newer is needed and `node` was not found")?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    if major.is_none_or(|major: u32| major < 20) {
        bail!("Node.js 20 or newer is needed; here is {version}");
    }
    Ok(())
}
