//! The packages in which people get the console: a `.deb` and an `.rpm`, made without downloads.
//!
//! | module | does |
//! |---|---|
//! | [`deb`], [`rpm`] | know one kind of package each |
//! | [`bare`] | a machine on which a package is installed, looked at and removed |
//! | [`entry`] | reads a desktop entry |
//!
//! **Invariant:** `tauri.conf.json` says what is in them; only what the program is linked with is read from the program. A
//! package that was not installed, started and removed is not there.

mod bare;
mod deb;
mod entry;
mod rpm;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde_json::{Value, json};

use self::bare::Bare;
use self::deb::Deb;
use self::rpm::Rpm;
use crate::prepare::{self, stamp::Stamp};
use crate::steps::{Steps, cargo, root};

/// The package, the program and the icon have one name.
const NAME: &str = "callboard";

/// All of us have one version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What goes into the packages and their check, beside the program.
const INPUTS: [&str; 7] = [
    "tauri.conf.json",
    "src-tauri/callboard.desktop",
    "icons",
    "LICENSE",
    "Cargo.toml",
    "package-lock.json",
    "xtask/src/dist",
];

/// What is packed.
#[derive(Args)]
pub(crate) struct Options {
    /// Pack the debug build, as the tests do: for whoever works on the packages.
    #[arg(long)]
    debug: bool,
}

/// Which build is packed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    /// The one that people get.
    Release,
    /// The one that the tests have anyway.
    Debug,
}

impl Build {
    const fn folder(self) -> &'static str {
        match self {
            Self::Release => "target/release",
            Self::Debug => "target/debug",
        }
    }
}

/// `cargo xtask dist`.
pub(crate) fn run(steps: &mut Steps, options: &Options) -> Result<()> {
    prepare::for_a_window(steps)?;
    let mut console = cargo();
    console.args(["build", "--quiet", "--package=callboard", "--bin=callboard"]);
    let build = if options.debug { Build::Debug } else { Build::Release };
    if build == Build::Release {
        console.arg("--release");
    }
    steps.run("build the console", &mut console)?;
    for package in pack(steps, build)? {
        let size = fs::metadata(&package).with_context(|| format!("{}", package.display()))?.len();
        println!("{}  {:.1} MiB", package.display(), size as f64 / f64::from(1 << 20));
    }
    steps.close("the packages are there; each was installed, started and removed in a folder");
    Ok(())
}

/// Packs a program that is built, and looks at the packages, unless that was done. Says where they are.
pub(crate) fn pack(steps: &mut Steps, build: Build) -> Result<Vec<PathBuf>> {
    let program = format!("{}/{NAME}", build.folder());
    let inputs: Vec<_> = INPUTS.into_iter().chain([program.as_str()]).collect();
    let stamp = Stamp::of(&format!("dist-{}", build.folder().replace('/', "-")), &inputs)?;
    let bundles = format!("{}/bundle", build.folder());
    let is_done = stamp.holds(&bundles);
    let (program, bundles) = (root().join(program), root().join(bundles));
    let made = || -> Result<Vec<PathBuf>> {
        KINDS.iter().map(|kind| only(&bundles.join(kind.ending()), kind.ending())).collect()
    };
    if is_done && let Ok(packages) = made() {
        println!("\n· the packages of this very program are there, and were looked at");
        return Ok(packages);
    }
    if bundles.exists() {
        // A package of an earlier version must not pass for this one.
        fs::remove_dir_all(&bundles).context("clearing old packages")?;
    }
    let claims = Claims::read()?;
    let needs = steps.step("see which libraries the program needs", || needs(&program))?;
    steps.run("pack", &mut bundler(build, &needs))?;
    let packages = made()?;
    for ((kind, package), needs) in KINDS.into_iter().zip(&packages).zip(&needs) {
        let what = format!("install, start and remove the .{} in a folder", kind.ending());
        steps.step(&what, || look(kind, package, &program, &claims, needs))?;
    }
    stamp.set()?;
    Ok(packages)
}

/// What each kind of package must need.
fn needs(program: &Path) -> Result<Vec<Vec<String>>> {
    let needs = KINDS.iter().map(|kind| kind.needs(program)).collect::<Result<Vec<_>>>()?;
    ensure!(needs.iter().all(|needs| !needs.is_empty()), "{} needs no library at all?", program.display());
    Ok(needs)
}

/// Tauri's own packer, for all kinds at once. It looks for nothing on the network.
fn bundler(build: Build, needs: &[Vec<String>]) -> Command {
    let further: serde_json::Map<_, _> = KINDS
        .iter()
        .zip(needs)
        .map(|(kind, needs)| (kind.ending().to_owned(), json!({ "depends": needs })))
        .collect();
    let mut tauri = Command::new(root().join("node_modules/.bin/tauri"));
    tauri.args(["bundle", "--ci", "--no-binary-patching", "--no-sign"]);
    tauri.arg("--bundles").arg(KINDS.map(|kind| kind.ending()).join(","));
    tauri.arg("--config").arg(json!({"bundle": {"linux": further}}).to_string());
    if build == Build::Debug {
        tauri.arg("--debug");
    }
    tauri
}

/// A kind of package.
trait Kind {
    /// How its files end, which is also its name.
    fn ending(&self) -> &'static str;
    /// What a package of this program must need besides what the bundler knows.
    fn needs(&self, program: &Path) -> Result<Vec<String>>;
    /// Complains of what a package says of itself.
    fn check(&self, package: &Path, claims: &Claims, needs: &[String]) -> Result<()>;
    /// Installs it. What it needs is not there, so that alone is not asked.
    fn install(&self, machine: &Bare, package: &Path) -> Result<()>;
    /// Removes it, and whatever would be kept for a next time.
    fn remove(&self, machine: &Bare) -> Result<()>;
}

/// Those that we make.
const KINDS: [&dyn Kind; 2] = [&Deb, &Rpm];

/// The life of a package on a machine.
fn look(kind: &dyn Kind, package: &Path, built: &Path, claims: &Claims, needs: &[String]) -> Result<()> {
    kind.check(package, claims, needs)?;
    let machine = Bare::new()?;
    kind.install(&machine, package)?;
    machine.has_its_files(built)?;
    machine.registers_itself(&claims.schemes)?;
    machine.takes_links(&claims.schemes)?;
    machine.starts()?;
    kind.remove(&machine)?;
    machine.is_bare(&claims.schemes)?;
    machine.scrap()
}

/// What we say of ourselves, for the packages to repeat.
struct Claims {
    by: String,
    short: String,
    licence: String,
    /// The links that come to us.
    schemes: Vec<String>,
}

impl Claims {
    fn read() -> Result<Self> {
        let conf = fs::read_to_string(root().join("tauri.conf.json")).context("reading tauri.conf.json")?;
        let conf: Value = serde_json::from_str(&conf).context("reading tauri.conf.json")?;
        let word = |value: &Value| value.as_str().map(str::to_owned);
        let said = |name: &str| word(&conf["bundle"][name]).with_context(|| format!("no bundle.{name}"));
        let schemes = conf["plugins"]["deep-link"]["desktop"]["schemes"].as_array();
        let schemes: Option<Vec<_>> = schemes.and_then(|all| all.iter().map(word).collect());
        Ok(Self {
            by: said("publisher")?,
            short: said("shortDescription")?,
            licence: said("license")?,
            schemes: schemes.filter(|all| !all.is_empty()).context("the configuration names no scheme")?,
        })
    }
}

/// The one file of that kind in a folder.
fn only(folder: &Path, kind: &str) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).with_context(|| format!("no {}", folder.display()))?;
    let files: Vec<_> = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    let mut found: Vec<_> =
        files.into_iter().filter(|path| path.extension().is_some_and(|is| is == kind)).collect();
    ensure!(found.len() == 1, "{} holds {} files .{kind}, not one", folder.display(), found.len());
    Ok(found.remove(0))
}

/// Complains unless something is what it should be.
fn expect(name: &str, is: &str, wanted: &str) -> Result<()> {
    ensure!(is == wanted, "{name} is {is:?}, not {wanted:?}");
    Ok(())
}

/// What a program said, if it ended well.
fn told(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("starting {command:?}"))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        bail!("{command:?}: {}", String::from_utf8_lossy(&said));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
