//! A bare machine: a folder in which a package is installed as if it were the root of everything, looked at as people and
//! desktops will, and removed again.
//!
//! **Invariant:** nothing outside of the folder is read as if it were the machine's, and nothing outside of it is changed.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::entry::Entry;
use super::{NAME, VERSION, expect, told};
use crate::steps::{is_root, root};

/// The program.
const PROGRAM: &str = "usr/bin/callboard";

/// Where desktop entries lie.
const ENTRIES: &str = "usr/share/applications";

/// Where icons lie, by size.
const ICONS: &str = "usr/share/icons/hicolor";

/// The icons that menus and panels ask for.
const SIZES: [&str; 5] = ["32x32", "128x128", "256x256", "512x512", "scalable"];

/// The only places where a package of ours may put anything: none of them starts anything by itself.
const PLACES: [&str; 5] =
    ["usr/bin", ENTRIES, ICONS, "usr/share/doc/callboard", "usr/share/licenses/callboard"];

/// Where we keep what we need there ourselves.
const OWN: &str = "own";

/// What is no part of a package: what installers remember, and ours.
const NOT_LOOKED_AT: [&str; 2] = ["var", OWN];

/// The list that desktops make of all entries.
const CACHE: &str = "usr/share/applications/mimeinfo.cache";

/// How long a link may take from the desktop to the program.
const ARRIVED_MAX: Duration = Duration::from_secs(20);

/// The machine.
pub(super) struct Bare {
    root: PathBuf,
}

impl Bare {
    /// A machine with nothing on it.
    pub(super) fn new() -> Result<Self> {
        let root = root().join("target/xtask/machine");
        if root.exists() {
            fs::remove_dir_all(&root).context("clearing an old machine")?;
        }
        fs::create_dir_all(root.join(OWN)).context("making a machine")?;
        Ok(Self { root })
    }

    /// A place on it.
    pub(super) fn at(&self, place: &str) -> PathBuf {
        self.root.join(place)
    }

    /// What was installed: all of it in its place, the program the one that was built, and its licence beside it.
    pub(super) fn has_its_files(&self, built: &Path) -> Result<()> {
        for file in self.files()? {
            let place = file.strip_prefix(&self.root).unwrap_or(&file);
            ensure!(
                PLACES.iter().any(|known| place.starts_with(known)),
                "it puts something into {}",
                place.display()
            );
            let mode = fs::metadata(&file)?.permissions().mode();
            let for_all = if place == Path::new(PROGRAM) { 0o555 } else { 0o444 };
            ensure!(mode & 0o557 == for_all, "{} has mode {mode:o}", place.display());
        }
        let program = fs::read(self.at(PROGRAM)).context("there is no program")?;
        ensure!(program == fs::read(built)?, "the program is not the one that was built");
        for size in SIZES {
            let kind = if size == "scalable" { "svg" } else { "png" };
            let icon = self.at(&format!("{ICONS}/{size}/apps/{NAME}.{kind}"));
            ensure!(icon.is_file(), "there is no icon {size}");
        }
        let licence = fs::read(root().join("LICENSE"))?;
        let texts = self.files()?.into_iter().filter_map(|file| fs::read(file).ok());
        ensure!(texts.into_iter().any(|text| text == licence), "the licence does not come along");
        Ok(())
    }

    /// The desktop entry: valid, with an icon that is there, and the way of our links to the program.
    pub(super) fn registers_itself(&self, schemes: &[String]) -> Result<()> {
        let path = self.entry()?;
        told(Command::new("desktop-file-validate").arg(&path)).context("the desktop entry is not valid")?;
        let text = fs::read_to_string(&path).context("reading the desktop entry")?;
        let entry = Entry::of(&text)?;
        for (key, value) in
            [("Type", "Application"), ("Icon", NAME), ("Terminal", "false"), ("StartupWMClass", NAME)]
        {
            expect(key, entry.says(key)?, value)?;
        }
        let exec = entry.says("Exec")?;
        ensure!(exec.split(' ').next() == Some(NAME), "Exec={exec} starts another program");
        schemes.iter().try_for_each(|scheme| entry.takes_links(scheme))
    }

    /// A link that somebody clicks comes to the program, by the library that desktops and browsers ask.
    pub(super) fn takes_links(&self, schemes: &[String]) -> Result<()> {
        self.refresh()?;
        // The program would open a window: one that notes what it is told stands in its place.
        let noted = self.at("own/noted");
        let stand_in = self.at(&format!("own/bin/{NAME}"));
        fs::create_dir_all(self.at("own/bin"))?;
        let script =
            format!("#!/bin/sh\nprintf '%s\\n' \"$@\" >'{0}.new' && mv '{0}.new' '{0}'\n", noted.display());
        fs::write(&stand_in, script)?;
        fs::set_permissions(&stand_in, fs::Permissions::from_mode(0o755))?;
        for scheme in schemes {
            let link = format!("{scheme}://ticket/6f1d8a52-3c7e");
            told(&mut self.clicks(&link)).context("the desktop knows nobody for our links")?;
            expect("the program was told", written(&noted)?.trim(), &link)?;
            fs::remove_file(&noted)?;
        }
        Ok(())
    }

    /// The program as it was installed: it knows its version, and comes up without a window and without a server.
    pub(super) fn starts(&self) -> Result<()> {
        let program = self.at(PROGRAM);
        expect(
            "its version",
            told(Command::new(&program).arg("--version"))?.trim(),
            &format!("{NAME} {VERSION}"),
        )?;
        let mut console = Command::new(&program);
        console.arg("--headless").arg("--profile-dir").arg(self.at("own/profile")).stdin(Stdio::null());
        let ours = |name: &OsStr| name.to_string_lossy().starts_with("CALLBOARD_");
        for (name, _) in std::env::vars_os().filter(|(name, _)| ours(name)) {
            console.env_remove(name);
        }
        let output = console.output().context("starting the program")?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let first: Value = serde_json::from_str(said.lines().next().unwrap_or_default())
            .with_context(|| format!("it said {said:?}\n{}", String::from_utf8_lossy(&output.stderr)))?;
        ensure!(first["value"]["code"] == "missingServer", "without a server it says {first}");
        Ok(())
    }

    /// After the removal: no file is left, and the desktop has nobody for our links any more.
    pub(super) fn is_bare(&self, schemes: &[String]) -> Result<()> {
        if self.at(ENTRIES).exists() {
            self.refresh()?;
            for scheme in schemes {
                let link = format!("{scheme}://ticket/6f1d8a52-3c7e");
                ensure!(
                    told(&mut self.clicks(&link)).is_err(),
                    "the desktop still has somebody for {scheme}:"
                );
            }
            fs::remove_file(self.at(CACHE)).context("clearing the desktop's list")?;
        }
        let left = self.files()?;
        ensure!(left.is_empty(), "after its removal there is still {left:?}");
        Ok(())
    }

    /// Takes the machine away.
    pub(super) fn scrap(self) -> Result<()> {
        fs::remove_dir_all(&self.root).context("clearing the machine")
    }

    /// What a desktop does by itself after each installation and removal.
    fn refresh(&self) -> Result<()> {
        told(Command::new("update-desktop-database").arg(self.at(ENTRIES))).map(drop)
    }

    /// A click on a link, on a desktop that knows this machine alone.
    fn clicks(&self, link: &str) -> Command {
        let mut desktop = Command::new("gio");
        desktop.args(["open", link]).env_clear().stdin(Stdio::null());
        let own = self.at("own/bin");
        desktop.env("PATH", format!("{}:/usr/bin:/bin", own.display())).env("LC_ALL", "C.UTF-8");
        desktop.env("HOME", self.at(OWN)).env("XDG_CONFIG_DIRS", self.at("etc/xdg"));
        desktop.env("XDG_DATA_DIRS", self.at("usr/share"));
        desktop
    }

    /// The one entry.
    fn entry(&self) -> Result<PathBuf> {
        super::only(&self.at(ENTRIES), "desktop")
    }

    /// Every file, but for what the installers and we keep there.
    fn files(&self) -> Result<Vec<PathBuf>> {
        let (mut found, mut folders) = (Vec::new(), vec![self.root.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
                let path = entry?.path();
                if !path.is_dir() {
                    found.push(path);
                } else if !NOT_LOOKED_AT.iter().any(|name| path == self.at(name)) {
                    folders.push(path);
                }
            }
        }
        Ok(found)
    }
}

/// What a file says, as soon as somebody has written it.
fn written(file: &Path) -> Result<String> {
    const LOOK_EVERY: Duration = Duration::from_millis(10);
    let began = Instant::now();
    while !file.exists() {
        ensure!(began.elapsed() < ARRIVED_MAX, "nothing arrived within {ARRIVED_MAX:?}");
        std::thread::sleep(LOOK_EVERY);
    }
    fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))
}

/// A program as root: of a world of its own where we are none, for files of packages belong to root.
pub(super) fn as_root(program: &str) -> Command {
    if is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", program]);
    command
}
